"""How the simulated print component draws a label: 76 x 130 mm at 8 dots a millimetre, 1 bit."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

DOTS_PER_MM = 8
WIDTH_MM, HEIGHT_MM = 76, 130
MARGIN = 24
BAR_HEIGHT = 104
STUB_BAR_HEIGHT = 64
WHITE, BLACK = 1, 0
GOODS_LINES = 5


@dataclass(frozen=True, slots=True)
class PageSize:
    """The paper in millimetres."""

    width_mm: float = WIDTH_MM
    height_mm: float = HEIGHT_MM

    @property
    def dots(self) -> tuple[int, int]:
        """Width and height in dots."""
        return round(self.width_mm * DOTS_PER_MM), round(self.height_mm * DOTS_PER_MM)


class LabelArtist:
    """Draws labels with the given fonts; without any, Chinese shows as empty boxes.

    Raises:
        OSError: a font file cannot be read.
    """

    def __init__(self, font_path: Path | None = None, bold_font_path: Path | None = None) -> None:
        self._regular = font_path
        self._bold = bold_font_path or font_path
        self._fonts: dict[tuple[Path | None, int], FreeTypeFont | ImageFont] = {}
        self._lock = threading.Lock()

    def label(
        self,
        contents: Mapping[str, Any],
        position: tuple[int, int],
        own_lines: Sequence[str] = (),
        size: PageSize | None = None,
    ) -> bytes:
        """The PNG of a label with these contents; ``position`` is its number of how many.

        ``own_lines`` stand in the shop's own area. The page is 76 x 130 mm without a ``size``.
        """
        with self._lock:
            page = _Page(size or PageSize(), self)
            _draw_label(page, contents, position, own_lines)
            return page.as_png()

    def text_page(self, text: str, size: PageSize) -> bytes:
        """The PNG of a page with nothing but text."""
        with self._lock:
            page = _Page(size, self)
            page.text(text, 24)
            return page.as_png()

    def font(self, size: int, *, bold: bool) -> FreeTypeFont | ImageFont:
        """The font of this height in dots."""
        from PIL import ImageFont

        path = self._bold if bold else self._regular
        if (path, size) not in self._fonts:
            self._fonts[path, size] = (
                ImageFont.truetype(str(path), size) if path else ImageFont.load_default(size)
            )
        return self._fonts[path, size]


class _Page:
    """A sheet that is filled from the top."""

    def __init__(self, size: PageSize, artist: LabelArtist) -> None:
        from PIL import Image, ImageDraw

        self.width, self.height = size.dots
        self._image = Image.new("1", (self.width, self.height), WHITE)
        self._pen = ImageDraw.Draw(self._image)
        self._pen.fontmode = "1"
        self._artist = artist
        self.y = MARGIN

    def text(self, text: str, size: int, *, bold: bool = False, most: int = 99) -> None:
        """A paragraph, broken where it has to be, at most ``most`` lines."""
        for number, line in enumerate(self._wrapped(text, size, bold)):
            if number < most and self.y + size < self.height:
                self.word(line, size, bold=bold)
                self.y += round(size * 1.35)

    def word(self, text: str, size: int, *, bold: bool = False, at: str = "left") -> None:
        """One line at the present height, which stays."""
        font = self._artist.font(size, bold=bold)
        long = self._pen.textlength(text, font=font)
        x = MARGIN if at == "left" else self.width - MARGIN - long
        if at == "middle":
            x = (self.width - long) / 2
        self._pen.text((x, self.y), text, font=font, fill=BLACK)

    def rule(self) -> None:
        """A line across."""
        self.y += 8
        self._pen.line((MARGIN, self.y, self.width - MARGIN, self.y), fill=BLACK, width=2)
        self.y += 8

    def barcode(self, text: str, height: int) -> None:
        """Code 128, in the widest modules that leave a quiet zone of ten at each side."""
        import zxingcpp
        from PIL import Image

        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
        bars = Image.fromarray(code.to_image(scale=1, add_quiet_zones=False)).convert("1")
        module = max(1, self.width // (bars.width + 20))
        wide = bars.crop((0, 0, bars.width, 1)).resize((bars.width * module, height))
        self._image.paste(wide, ((self.width - wide.width) // 2, self.y))
        self.y += height + 6

    def as_png(self) -> bytes:
        """The page at its true size: the resolution is in the file."""
        stream = io.BytesIO()
        dots_per_inch = DOTS_PER_MM * 25.4
        self._image.save(stream, "PNG", dpi=(dots_per_inch, dots_per_inch))
        return stream.getvalue()

    def _wrapped(self, text: str, size: int, bold: bool) -> Iterator[str]:
        font = self._artist.font(size, bold=bold)
        room = self.width - 2 * MARGIN
        line = ""
        for character in text:
            if character == "\n" or self._pen.textlength(line + character, font=font) > room:
                yield line
                line = ""
            if character != "\n":
                line += character
        yield line


def _draw_label(
    page: _Page,
    contents: Mapping[str, Any],
    position: tuple[int, int],
    own_lines: Sequence[str],
) -> None:
    receiver, sender = contents["receiver"], contents["sender"]
    page.word(contents["carrier"], 40, bold=True)
    if contents["boxes"] > 1:
        page.word(f"{contents['box']}/{contents['boxes']}", 40, bold=True, at="right")
    page.y += 56
    page.rule()
    page.word(contents["route"], 76, bold=True, at="middle")
    page.y += 116
    page.barcode(contents["waybill"], BAR_HEIGHT)
    page.word(contents["waybill"], 26, at="middle")
    page.y += 34
    page.rule()
    page.text(f"收 {_name(receiver['name'])} {_tel(receiver['tel'])}", 32, bold=True, most=1)
    page.text(
        "".join(receiver[part] for part in ("province", "city", "county", "address")), 28, most=3
    )
    page.rule()
    page.text(f"寄 {_name(sender['name'])} {_tel(sender['mobile'])}", 22, most=1)
    page.text(
        "".join(
            sender.get(part, "") for part in ("province", "city", "county", "street", "address")
        ),
        22,
        most=2,
    )
    page.rule()
    for goods in contents["goods"][:GOODS_LINES]:
        page.text(f"{goods['name']} × {goods['count']}", 22, most=1)
    if len(contents["goods"]) > GOODS_LINES:
        page.text(f"… 共 {len(contents['goods'])} 种", 22, most=1)
    if contents.get("remark"):
        page.text(contents["remark"], 22, most=2)
    for line in own_lines:
        page.text(line, 22, most=1)
    _draw_stub(page, contents, position)


def _draw_stub(page: _Page, contents: Mapping[str, Any], position: tuple[int, int]) -> None:
    """The part the packer can read again: the number once more, at the foot."""
    page.y = page.height - MARGIN - STUB_BAR_HEIGHT - 44
    page.rule()
    page.word(contents["waybill"], 22)
    page.word(f"{position[0]}/{position[1]}", 22, at="right")
    page.y += 34
    page.barcode(contents["waybill"], STUB_BAR_HEIGHT - 14)


def _name(name: str) -> str:
    return name[:1] + "**"


def _tel(tel: str) -> str:
    return f"{tel[:3]}****{tel[-4:]}"
