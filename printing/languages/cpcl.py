"""CPCL (portable printers): the page as one compressed-graphics command. It never answers here:
the one status command (ESC h) differs from model to model."""

from __future__ import annotations

from printing.documents.bitmap import Bitmap
from printing.languages.language import Language, PageSettings


def encode(bitmap: Bitmap, settings: PageSettings) -> bytes:
    """``CG`` with plain bytes, or ``EG`` with hexadecimal ones when ``graphics`` is hex."""
    lines = [f"! 0 200 200 {bitmap.height} 1", f"PAGE-WIDTH {bitmap.width}"]
    if settings.density is not None:
        lines.append(f"CONTRAST {settings.density}")
    if settings.speed is not None:
        lines.append(f"SPEED {settings.speed:g}")
    if settings.stock == "gap":
        lines.append("GAP-SENSE")
    elif settings.stock == "mark":
        lines.append("BAR-SENSE")
    head = "\r\n".join(lines).encode("ascii") + b"\r\n"
    kind, data = (
        ("EG", bitmap.rows.hex().upper().encode("ascii"))
        if settings.graphics == "hex"
        else ("CG", bitmap.rows)
    )
    image = f"{kind} {bitmap.row_bytes} {bitmap.height} 0 0 ".encode("ascii")
    end = b"\r\nPRINT\r\n" if settings.stock == "continuous" else b"\r\nFORM\r\nPRINT\r\n"
    return head + image + data + end


CPCL = Language("cpcl", "cpcl", encode, None, most_density=3)
