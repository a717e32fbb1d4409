"""Drawing on pages in millimetres from the top left corner, in plain PDF operators.

ReportLab's own barcode drawings cost 30 ms a label and a ``drawString`` per run twice of what is
done here: each run is one ``BT … ET`` with the font's subset bytes looked up in a table, each code
is one path of whole printer dots, and fixed lines are a form that every page only names.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from printing.documents.code128 import QUIET_MODULES as CODE128_QUIET
from printing.documents.code128 import code128_widths
from printing.documents.geometry import Box, bar_rectangles, dots, module_dots
from printing.documents.picture import Picture
from printing.documents.qr import QUIET_MODULES as QR_QUIET
from printing.documents.qr import qr_code
from printing.documents.textfit import LEADING, Fitted
from printing.fonts import POINTS_PER_MM, Face, Fonts

Align = Literal["left", "center", "right"]

# From the middle of a line of hanzi or digits down to its base line, in font sizes.
MIDDLE_TO_BASELINE = 0.365
_PRODUCER = "Packbench"


@dataclass(slots=True)
class Trouble:
    """What could not be printed as it was given."""

    missing_glyphs: int = 0
    cut_texts: int = 0
    missing: dict[str, None] = field(default_factory=dict)  # the characters, each once
    dropped: int = 0  # emoji, which no label needs


class _SubsetCodes(dict[str, tuple[str, str]]):
    """Character to (font resource, two hex digits) of one face in one document, as needed."""

    def __init__(self, face: Face, document: Any) -> None:
        super().__init__()
        self._face = face
        self._document = document

    def __missing__(self, char: str) -> tuple[str, str]:
        face = self._face
        if char not in face.cover:
            face = face.covering(char) or face
        subset, code = face.font.splitString(char, self._document)[0]
        name = str(face.font.getSubsetInternalName(subset, self._document))
        entry = self[char] = (name, code.hex())
        return entry


class Book:
    """A document of pages that share fonts and frames: one for a whole batch.

    ``dots_per_mm`` is the grid that codes and rules are laid on. Not for use from two threads.
    """

    def __init__(self, fonts: Fonts, dots_per_mm: float = 8.0, title: str = "") -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.fonts = fonts
        self.dots_per_mm = dots_per_mm
        self.trouble = Trouble()
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setCreator(_PRODUCER)
        self._canvas.setProducer(_PRODUCER)
        self._codes: dict[int, _SubsetCodes] = {}
        self.kept: dict[int, Any] = {}  # what is prepared once for all pages of this document
        self._frames: set[str] = set()

    def page(self, width_mm: float, height_mm: float, draw: Callable[[Sheet], None]) -> None:
        """One page; ``draw`` puts everything on it.

        The page is as large as the whole dots that cover it, so that a dot of the grid is exactly
        a pixel of the bitmap made from it.
        """
        width, height = dots(width_mm, self.dots_per_mm), dots(height_mm, self.dots_per_mm)
        point = POINTS_PER_MM / self.dots_per_mm
        self._canvas.setPageSize((width * point, height * point))
        sheet = Sheet(self, width, height)
        draw(sheet)
        for name in sheet.frames:
            self._canvas.doForm(name)
        self._canvas.addLiteral("\n".join(sheet.operators))
        self._canvas.showPage()

    def frame(self, key: str, sheet: Sheet, draw: Callable[[Sheet], None]) -> str:
        """The name of a form with fixed lines, drawn the first time it is asked for."""
        name = f"{key}-{sheet.width_dots}x{sheet.height_dots}"
        if name not in self._frames:
            fixed = Sheet(self, sheet.width_dots, sheet.height_dots)
            draw(fixed)
            self._canvas.beginForm(name, 0, 0, sheet.width_pt, sheet.height_pt)
            self._canvas.addLiteral("\n".join(fixed.operators))
            self._canvas.endForm()
            self._frames.add(name)
        return name

    def finish(self) -> bytes:
        """The PDF. The book cannot be used afterwards."""
        self._canvas.save()
        return self._out.getvalue()

    def shown(self, text: str, face: Face) -> str:
        """``text`` with what no font has replaced by 〓, counted and named in ``trouble``."""
        if face.cover.issuperset(text):
            return text
        printable = face.printable(text)
        trouble = self.trouble
        trouble.missing_glyphs += len(printable.missing)
        trouble.missing.update(dict.fromkeys(printable.missing))
        trouble.dropped += printable.dropped
        return printable.text

    def show_operators(self, text: str, face: Face, size_pt: float) -> str:
        """``/F1+0 9 Tf <…> Tj`` for each stretch of ``text`` in one subset of one font."""
        codes = self._codes.get(id(face))
        if codes is None:
            codes = self._codes[id(face)] = _SubsetCodes(face, self._canvas._doc)
        out: list[str] = []
        now, hexes = "", ""
        for char in text:
            name, code = codes[char]
            if name != now:
                if hexes:
                    out.append(f"{now} {size_pt:.4g} Tf <{hexes}> Tj")
                now, hexes = name, ""
            hexes += code
        if hexes:
            out.append(f"{now} {size_pt:.4g} Tf <{hexes}> Tj")
        return " ".join(out)


@dataclass(slots=True)
class Sheet:
    """One page (or frame) being drawn."""

    book: Book
    width_dots: int
    height_dots: int
    operators: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    fonts: Fonts = field(init=False)
    width_mm: float = field(init=False)
    height_mm: float = field(init=False)
    height_pt: float = field(init=False)

    def __post_init__(self) -> None:
        self.fonts = self.book.fonts
        self.width_mm = self.width_dots / self.book.dots_per_mm
        self.height_mm = self.height_dots / self.book.dots_per_mm
        self.height_pt = self.height_mm * POINTS_PER_MM

    @property
    def width_pt(self) -> float:
        return self.width_mm * POINTS_PER_MM

    def stamp(self, key: str, draw: Callable[[Sheet], None]) -> None:
        """Put the fixed lines ``draw`` makes on this page; drawn once in the whole book."""
        self.frames.append(self.book.frame(key, self, draw))

    # --- text -------------------------------------------------------------------------------

    def text(
        self,
        x: float,
        middle_y: float,
        text: str,
        size_pt: float,
        *,
        bold: bool = False,
        align: Align = "left",
        white: bool = False,
        outline: bool = False,
    ) -> float:
        """``text`` on one line whose middle is at ``middle_y``; gives back its width in mm."""
        face = self.fonts.bold if bold else self.fonts.regular
        text = self.book.shown(text, face)
        if not text:
            return 0.0
        width = face.width_mm(text, size_pt)
        if align == "center":
            x -= width / 2
        elif align == "right":
            x -= width
        x_pt = x * POINTS_PER_MM
        y_pt = self.height_pt - middle_y * POINTS_PER_MM - MIDDLE_TO_BASELINE * size_pt
        show = self.book.show_operators(text, face, size_pt)
        line = f"BT {x_pt:.2f} {y_pt:.2f} Td {show} ET"
        if white:
            line = f"1 g {line} 0 g"
        elif outline:
            line = f"q 1 Tr 0.4 w {line} Q"
        self.operators.append(line)
        return width

    def turned_text(
        self, x: float, y: float, text: str, size_pt: float, *, bold: bool = False, up: bool = False
    ) -> None:
        """``text`` turned by 90°: read downwards (``up``: upwards), centred on (``x``, ``y``)."""
        face = self.fonts.bold if bold else self.fonts.regular
        text = self.book.shown(text, face)
        half_pt = face.width_mm(text, size_pt) * POINTS_PER_MM / 2
        x_pt, y_pt = x * POINTS_PER_MM, self.height_pt - y * POINTS_PER_MM
        drop = MIDDLE_TO_BASELINE * size_pt
        show = self.book.show_operators(text, face, size_pt)
        if up:
            matrix = f"0 1 -1 0 {x_pt + drop:.2f} {y_pt - half_pt:.2f}"
        else:
            matrix = f"0 -1 1 0 {x_pt - drop:.2f} {y_pt + half_pt:.2f}"
        self.operators.append(f"BT {matrix} Tm {show} ET")

    def lines(
        self, x: float, y: float, fitted: Fitted, *, bold: bool = False, leading: float = LEADING
    ) -> float:
        """Lines of text from ``y`` (top) down; gives back where they end."""
        if fitted.cut:
            self.book.trouble.cut_texts += 1
        step = fitted.size_pt * leading / POINTS_PER_MM
        first = y + fitted.size_pt * 0.51 / POINTS_PER_MM
        for i, line in enumerate(fitted.lines):
            self.text(x, first + i * step, line, fitted.size_pt, bold=bold)
        return y + len(fitted.lines) * step

    # --- lines and areas, in whole dots -------------------------------------------------------

    def _to_dots(self, length_mm: float) -> int:
        return dots(length_mm, self.book.dots_per_mm)

    def _path(self, rectangles: str, *, white: bool = False, module: int = 1) -> None:
        """Fill ``x y w h re …`` given in units of ``module`` dots from the top left corner."""
        scale = POINTS_PER_MM / self.book.dots_per_mm * module
        fill = "1 g" if white else "0 g"
        self.operators.append(
            f"q {scale:.6f} 0 0 {-scale:.6f} 0 {self.height_pt:.4f} cm {fill} {rectangles} f Q"
        )

    def area(self, box: Box, *, white: bool = False) -> None:
        """A filled rectangle."""
        x, y = self._to_dots(box.x), self._to_dots(box.y)
        width, height = self._to_dots(box.right) - x, self._to_dots(box.bottom) - y
        self._path(f"{x} {y} {width} {height} re", white=white)

    def rule(self, x1: float, y1: float, x2: float, y2: float, thickness_mm: float = 0.25) -> None:
        """A straight line from left to right or from top to bottom, centred on its place."""
        thick = max(1, self._to_dots(thickness_mm))
        x, y = self._to_dots(x1) - thick // 2, self._to_dots(y1) - thick // 2
        width, height = self._to_dots(x2) - self._to_dots(x1), self._to_dots(y2) - self._to_dots(y1)
        self._path(f"{x} {y} {max(width, 0) + thick} {max(height, 0) + thick} re")

    def shape(self, corners: Sequence[tuple[float, float]], *, white: bool = False) -> None:
        """A filled polygon; what is drawn here need not stand on whole dots."""
        points = [
            f"{x * POINTS_PER_MM:.2f} {self.height_pt - y * POINTS_PER_MM:.2f}" for x, y in corners
        ]
        lines = " ".join(f"{point} l" for point in points[1:])
        fill = "1 g" if white else "0 g"
        self.operators.append(f"q {fill} {points[0]} m {lines} h f Q")

    def dashed(self, x1: float, y: float, x2: float, dash_mm: float = 1.5) -> None:
        """A dashed line across (the perforation of a two-part label)."""
        step, thick = self._to_dots(dash_mm), max(1, self._to_dots(0.125))
        start, end, top = self._to_dots(x1), self._to_dots(x2), self._to_dots(y)
        parts = [f"{x} {top} {step} {thick} re" for x in range(start, end - step, 2 * step)]
        self._path(" ".join(parts))

    def outline(self, box: Box, thickness_mm: float = 0.25) -> None:
        """The four sides of a box."""
        for x1, y1, x2, y2 in (
            (box.x, box.y, box.right, box.y),
            (box.x, box.bottom, box.right, box.bottom),
            (box.x, box.y, box.x, box.bottom),
            (box.right, box.y, box.right, box.bottom),
        ):
            self.rule(x1, y1, x2, y2, thickness_mm)

    def picture(self, box: Box, picture: Picture, align: Align = "left") -> Box:
        """Black dots in ``box``, as large as the picture's shape allows; gives back its own box."""
        per_mm = self.book.dots_per_mm
        width = min(box.width, box.height * picture.ratio)
        columns = max(1, int(width * per_mm))
        rows = max(1, int(width / picture.ratio * per_mm))
        spare = box.width - columns / per_mm
        left = self._to_dots(box.x + {"left": 0.0, "center": spare / 2, "right": spare}[align])
        top = self._to_dots(box.y + (box.height - rows / per_mm) / 2)
        self._path(
            " ".join([f"{left + c} {top + r} {n} 1 re" for c, r, n in picture.runs(columns, rows)])
        )
        return Box(left / per_mm, top / per_mm, columns / per_mm, rows / per_mm)

    # --- codes --------------------------------------------------------------------------------

    def code128(
        self,
        box: Box,
        content: str,
        *,
        max_module_mm: float,
        turned: bool = False,
        align: Align = "center",
    ) -> Box:
        """A Code 128 in ``box`` (turned: read downwards), its quiet zones inside the box.

        Gives back the box of the bars alone.

        Raises:
            ValueError: the content does not fit or is not printable ASCII.
        """
        quiet = (CODE128_QUIET, CODE128_QUIET)
        widths = code128_widths(content)
        return self.bars(box, widths, quiet, max_module_mm, turned=turned, align=align)

    def bars(
        self,
        box: Box,
        widths: Sequence[int],
        quiet: tuple[int, int],
        max_module_mm: float,
        *,
        turned: bool = False,
        align: Align = "center",
    ) -> Box:
        """Bars and spaces of these ``widths`` in modules, white ``quiet`` modules on both sides.

        Gives back the box of the bars alone.

        Raises:
            ValueError: they do not fit.
        """
        per_mm = self.book.dots_per_mm
        along = box.height if turned else box.width
        modules = sum(widths) + sum(quiet)
        module = module_dots(modules, along, per_mm, max_module_mm)
        if module < 1:
            raise ValueError("the code is longer than its place")
        start = box.y if turned else box.x
        first = int(start * per_mm + 0.999)
        spare = int((start + along) * per_mm + 1e-6) - first - modules * module
        place = {"left": 0, "center": max(0, spare) // 2, "right": max(0, spare)}[align]
        first += quiet[0] * module + place
        across = self._to_dots(box.x if turned else box.y)
        thick = self._to_dots(box.right if turned else box.bottom) - across
        self._path(bar_rectangles(widths, first, module, across, thick, turned=turned))
        length = sum(widths) * module / per_mm
        if turned:
            return Box(across / per_mm, first / per_mm, thick / per_mm, length)
        return Box(first / per_mm, across / per_mm, length, thick / per_mm)

    def qr(
        self,
        x: float,
        y: float,
        size_mm: float,
        content: str,
        *,
        level: str = "M",
        max_module_mm: float = 0.63,
    ) -> Box:
        """A QR code in the middle of a square with its quiet zone; gives back its own box.

        Raises:
            ValueError: the content does not fit ``size_mm`` at one dot a module.
        """
        code = qr_code(content, level)
        per_mm = self.book.dots_per_mm
        room = int(size_mm * per_mm + 1e-6)
        most = max(1, int(max_module_mm * per_mm + 1e-6))
        module = min(most, room // (code.modules + 2 * QR_QUIET))
        if module < 1:
            raise ValueError("the code is larger than its place")
        side = code.modules * module
        left = self._to_dots(x) + (room - side) // 2
        top = self._to_dots(y) + (room - side) // 2
        scale = POINTS_PER_MM / per_mm
        rectangles = " ".join([f"{c} {r} {n} 1 re" for c, r, n in code.runs])
        self.operators.append(
            f"q {scale * module:.6f} 0 0 {-scale * module:.6f} {left * scale:.5f} "
            f"{self.height_pt - top * scale:.5f} cm {rectangles} f Q"
        )
        return Box(left / per_mm, top / per_mm, side / per_mm, side / per_mm)
