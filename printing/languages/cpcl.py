"""CPCL (portable printers): the page as one compressed-graphics command. It never answers here:
the one status command (ESC h) differs from model to model."""

from __future__ import annotations

from printing.documents.bitmap import Bitmap
from printing.languages.language import Language, PageSettings

_FINE_DOTS_PER_MM = 10  # heads are 8 or about 12 dots/mm; CPCL calls them 200 and 300


def encode(bitmap: Bitmap, settings: PageSettings) -> bytes:
    """``CG`` with plain bytes, or ``EG`` with hexadecimal ones when ``graphics`` is hex; 1 = black.

    Sources disagree about 1: Zebra's manual prints it black, LPrint (untested there) sends white
    as 1; ``inverted`` is for a printer of that kind. The page is turned here: CPCL has no command
    for it. ``FORM`` goes to the next label and is left out on continuous paper.
    """
    if settings.turned:
        bitmap = bitmap.upside_down()
    resolution = 300 if settings.dots_per_mm > _FINE_DOTS_PER_MM else 200
    lines = [
        f"! 0 {resolution} {resolution} {bitmap.height} 1",
        f"PAGE-WIDTH {bitmap.width}",
    ]
    if settings.density is not None:
        lines.append(f"CONTRAST {settings.density}")
    if settings.tone is not None:
        lines.append(f"TONE {settings.tone}")
    if settings.speed is not None:
        lines.append(f"SPEED {settings.speed:g}")
    if settings.stock == "gap":
        lines.append("GAP-SENSE")
    elif settings.stock == "mark":
        lines.append("BAR-SENSE")
    head = "\r\n".join(lines).encode("ascii") + b"\r\n"
    rows = bitmap.inverted_rows() if settings.inverted else bitmap.rows
    kind, data = (
        ("EG", rows.hex().upper().encode("ascii")) if settings.graphics == "hex" else ("CG", rows)
    )
    image = f"{kind} {bitmap.row_bytes} {bitmap.height} 0 0 ".encode("ascii")
    end = b"\r\nPRINT\r\n" if settings.stock == "continuous" else b"\r\nFORM\r\nPRINT\r\n"
    return head + image + data + end


CPCL = Language("cpcl", "cpcl", encode, None, most_density=3)
