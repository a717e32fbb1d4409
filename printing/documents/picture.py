"""Pictures of a design as black dots: never grey, on the printer's own grid."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.domain.errors import UserError
from app.domain.text import T

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_PIXELS = 4_000_000
_DARK = 128


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG as base64 text; ``ratio`` is its width by its height."""

    data: str
    ratio: float

    def runs(self, width: int, height: int) -> tuple[tuple[int, int, int], ...]:
        """(column, row, length) of black dots when drawn ``width`` by ``height`` dots large."""
        return _runs(self.data, width, height)


@lru_cache(maxsize=32)
def picture_of(data: str) -> Picture:
    """The picture in ``data``.

    Raises:
        UserError: ``picture_unreadable``.
    """
    width, height = _opened(data).size
    return Picture(data, width / height)


def _opened(data: str) -> Image:
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    try:
        image = Pillow.open(io.BytesIO(base64.b64decode(data, validate=True)), formats=("PNG",))
        if not 0 < image.width * image.height <= _MOST_PIXELS:
            raise _unreadable()
        image.load()
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _unreadable() from error
    whole = image.convert("RGBA")
    white = Pillow.new("RGBA", whole.size, "white")
    return Pillow.alpha_composite(white, whole).convert("L")


def _unreadable() -> UserError:
    return UserError(
        "picture_unreadable",
        T("The picture cannot be read."),
        T("Take a PNG file of at most 150 kB."),
    )


@lru_cache(maxsize=32)
def _runs(data: str, width: int, height: int) -> tuple[tuple[int, int, int], ...]:
    grey = _opened(data).resize((width, height))
    flat = grey.point([255] * _DARK + [0] * (256 - _DARK)).tobytes()
    runs = []
    for row in range(height):
        line = flat[row * width : (row + 1) * width]
        start = line.find(255)
        while start >= 0:
            end = line.find(0, start)
            end = width if end < 0 else end
            runs.append((start, row, end - start))
            start = line.find(255, end)
    return tuple(runs)
