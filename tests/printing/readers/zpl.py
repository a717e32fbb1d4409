"""ZPL: zebrafy decodes the graphic, this reads where it stands (^PW, ^LL, ^LH, ^FO, ^PO)."""

from __future__ import annotations

import re

from PIL import Image, ImageChops
from zebrafy.zebrafy_zpl import ZebrafyZPL

from tests.printing.readers.page import Page, ReadError

_FORMAT = re.compile(r"((?:~[A-Z]{2}-?\d+)*)\^XA(.*?)\^XZ", re.DOTALL)
_COMMAND = re.compile(r"([\^~][A-Z]{2})([^\^~]*)")
_SETTINGS = {"^MT", "^PR", "^MM", "^MN", "^PM", "^PQ", "~SD", "~TA"}


def read(data: bytes) -> list[Page]:
    """One page a format, as large as ^PW and ^LL."""
    text = data.decode("ascii")
    rest = _FORMAT.sub("", text).strip()
    if rest:
        raise ReadError(f"outside a format: {rest[:40]}")
    return [_page(found[0], found[1] + found[2]) for found in _FORMAT.finditer(text)]


def _page(whole: str, commands: str) -> Page:
    width = height = 0
    home = place = (0, 0)
    turned = False
    settings: list[str] = []
    row_bytes = 0
    for name, value in _COMMAND.findall(commands):
        if name == "^PW":
            width = int(value)
        elif name == "^LL":
            height = int(value)
        elif name in ("^LH", "^FO"):
            x, y = (int(part) for part in value.split(","))
            home, place = ((x, y), place) if name == "^LH" else (home, (x, y))
        elif name == "^PO":
            turned = value == "I"
        elif name == "^GF":
            row_bytes = int(value.split(",")[3])
        elif name in _SETTINGS:
            settings.append(name + value)
        elif name != "^FS":
            raise ReadError(name)
    (picture,) = ZebrafyZPL(whole).to_images()
    dots = ImageChops.invert(picture.convert("1"))
    if dots.width != row_bytes * 8:
        raise ReadError("the graphic is not as wide as it says")
    page = Page(Image.new("1", (width, height)), settings)
    page.put(home[0] + place[0], home[1] + place[1], row_bytes, dots.tobytes())
    if turned:
        page.image = page.image.transpose(Image.Transpose.ROTATE_180)
    return page
