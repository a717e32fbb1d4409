"""Paper sizes by their names."""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.text import T


def media_size(media: str) -> tuple[float, float]:
    """Width and height in mm of ``76x130`` or ``A4``.

    Raises:
        UserError: ``media_unknown``.
    """
    name = media.strip().lower()
    if name == "a4":
        return 210.0, 297.0
    width, _, height = name.replace("×", "x").partition("x")
    try:
        size = float(width), float(height)
    except ValueError:
        size = (0.0, 0.0)
    if not (20 <= size[0] <= 500 and 20 <= size[1] <= 1000):
        raise UserError(
            "media_unknown",
            T("The paper size {media} is not understood.", media=media),
            T("Write width and height in mm, for example 76x130."),
        )
    return size
