"""CPCL (Zebra's and most Chinese portable printers): a session of lines that ends with PRINT.

EG carries hexadecimal digits, CG plain bytes, 1 is black. Without FORM the stock stays where the
page ended. The status byte of ESC h differs from model to model; this is the programming guide's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.simulators.printers.bitmap import Bitmap, Ink
from app.simulators.printers.interpreter import BadCommandError, Controller, whole

_NATIVE = frozenset(
    {"TEXT", "T", "TEXT90", "T90", "TEXT180", "T180", "TEXT270", "T270", "CONCAT", "SCALE-TEXT"}
    | {"BARCODE", "B", "VBARCODE", "VB", "PCX", "MULTILINE", "ML"}
)
_IGNORED = frozenset(
    {"GAP-SENSE", "BAR-SENSE", "CONTRAST", "TONE", "SPEED", "JOURNAL", "LEFT", "CENTER", "RIGHT"}
    | {"SETMAG", "SETBOLD", "SETSP", "COUNTRY", "ENCODING", "UT", "PREFEED", "POSTFEED", "WAIT"}
    | {"NO-PACE", "PACE", "BEEP", "ON-FEED", "TURN", "BARCODE-TEXT", "BT", "SET-TOF", "UNDERLINE"}
)


class CpclInterpreter:
    """One printer's state of the language."""

    questions = re.compile(rb"\x1bh")
    longest_question = 2

    def __init__(self, controller: Controller) -> None:
        self._c = controller
        self._buffer = controller.buffer
        self._mechanism = controller.mechanism
        self._commands: Mapping[str, Callable[[list[str]], None]] = {
            "!": self._start,
            "PAGE-WIDTH": self._set_width,
            "PW": self._set_width,
            "LINE": lambda a: self._line(a, Ink.ADD),
            "L": lambda a: self._line(a, Ink.ADD),
            "INVERSE-LINE": lambda a: self._line(a, Ink.FLIP),
            "IL": lambda a: self._line(a, Ink.FLIP),
            "BOX": self._box,
            "FORM": self._form,
            "PRINT": lambda a: self._print(turned=False),
            "POPRINT": lambda a: self._print(turned=True),
            "END": lambda a: self.forget_command(),
            "ABORT": lambda a: self.forget_command(),
        }
        self._width = self._mechanism.width_dots
        self.forget_command()

    def forget_command(self) -> None:
        """An unfinished session is not printed."""
        self._page: Bitmap | None = None
        self._quantity = 1
        self._natives = 0
        self._feeds_form = False

    def run_command(self) -> None:
        """Read and do one line, or EG and CG with their data."""
        self._buffer.wait_for_command()
        first = self._buffer.peek()
        if first in b"\r\n \0":
            self._buffer.read(1)
            return
        if first == 0x1B:
            self._buffer.read(2)  # answered where it arrived
            return
        name = self._buffer.read_until(b" \r\n\x1b").decode("latin-1").upper()
        if name in ("EG", "CG", "EXPANDED-GRAPHICS", "COMPRESSED-GRAPHICS"):
            self._graphic(is_hex=name.startswith("E"))
            return
        arguments = self._buffer.read_until(b"\r\n").decode("utf-8", "replace").split()
        if name in _NATIVE:
            self._natives += 1
        elif name in self._commands:
            self._commands[name](arguments)
        elif name not in _IGNORED:
            raise BadCommandError(f"unknown command {name[:20]!r}")

    @staticmethod
    def _numbers(arguments: list[str], count: int) -> list[int]:
        if len(arguments) < count:
            raise BadCommandError("a command lacks parameters")
        return [whole(a) for a in arguments[:count]]

    def _start(self, arguments: list[str]) -> None:
        """! offset 200 200 height quantity; utilities (! U1, ! UTILITIES) do nothing here."""
        if arguments[:1] and not arguments[0].isdigit():
            return
        _, _, _, height, quantity = self._numbers(arguments, 5)
        self.forget_command()
        self._page = Bitmap(self._mechanism.width_dots, height)
        self._quantity = max(1, quantity)

    def _drawn_page(self) -> Bitmap:
        if self._page is None:
            raise BadCommandError("a command outside of a session")
        return self._page

    def _set_width(self, arguments: list[str]) -> None:
        [width] = self._numbers(arguments, 1)
        if width > self._mechanism.width_dots:
            self._mechanism.complain("PAGE-WIDTH is wider than the head")
        self._width = min(width, self._mechanism.width_dots)

    def _line(self, arguments: list[str], ink: Ink) -> None:
        x0, y0, x1, y1, thickness = self._numbers(arguments, 5)
        if y0 == y1:
            self._drawn_page().fill(x0, y0, x1 - x0, thickness, ink)
        elif x0 == x1:
            self._drawn_page().fill(x0, y0, thickness, y1 - y0, ink)
        else:
            self._natives += 1

    def _box(self, arguments: list[str]) -> None:
        x0, y0, x1, y1, thickness = self._numbers(arguments, 5)
        self._drawn_page().frame(x0, y0, x1 - x0, y1 - y0, thickness, Ink.ADD)

    def _graphic(self, *, is_hex: bool) -> None:
        """EG or CG: width in bytes, height, x, y, one blank, data."""
        numbers = []
        for _ in range(4):
            while self._buffer.peek() == 0x20:
                self._buffer.read(1)
            numbers.append(whole(self._buffer.read_until(b" \r\n")))
        self._buffer.read(1)
        row_bytes, height, x, y = numbers
        data = self._buffer.read(row_bytes * height * (2 if is_hex else 1))
        if is_hex:
            try:
                data = bytes.fromhex(data.decode("ascii"))
            except ValueError as error:
                raise BadCommandError("EG without hexadecimal digits") from error
        page = self._drawn_page()
        if x + row_bytes * 8 - 7 > self._width or y + height > page.height_dots:
            self._mechanism.complain("a graphic is larger than the page")
        page.stamp(x, y, row_bytes, data, Ink.ADD)

    def _form(self, arguments: list[str]) -> None:
        self._feeds_form = True

    def _print(self, *, turned: bool) -> None:
        page, feeds = self._drawn_page(), self._feeds_form
        page.erase(self._width, 0, page.width_dots - self._width, page.height_dots)
        natives, quantity = self._natives, self._quantity
        self.forget_command()
        for _ in range(quantity):
            if feeds:
                self._mechanism.print_page(page, turned=turned, native_elements=natives)
            else:
                self._mechanism.burn(page.rows)

    def answer(self, question: bytes) -> bytes:
        """ESC h: one byte, bit 0 busy, bit 1 paper out, bit 2 cover open."""
        sensors = self._mechanism.sensors
        busy = sensors.printing or sensors.paused
        return bytes([0x01 * busy | 0x02 * sensors.paper_out | 0x04 * sensors.cover_open])

    def greeting(self) -> bytes:
        """The status byte."""
        return self.answer(b"")
