"""TSPL and TSPL2 (TSC's language, spoken by most Chinese label printers): pages made of bitmaps.

In BITMAP data 0 is black. Texts and native codes are counted, not drawn. The image buffer keeps
its dots after PRINT until CLS, as the programming manual says.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping

from app.simulators.printers.bitmap import INVERTED, Bitmap, Ink
from app.simulators.printers.interpreter import BadCommandError, Controller, whole

_MODES = {0: Ink.REPLACE, 1: Ink.ADD, 2: Ink.FLIP, 3: Ink.REPLACE}
_NATIVE = frozenset(
    {"TEXT", "BARCODE", "QRCODE", "DMATRIX", "PDF417", "MPDF417", "AZTEC", "MAXICODE", "CIRCLE"}
    | {"ELLIPSE", "BLOCK", "DIAGONAL", "PUTBMP", "PUTPCX", "TLC39", "RSS"}
)
_IGNORED = frozenset(
    {"GAP", "BLINE", "OFFSET", "SET", "CODEPAGE", "COUNTRY", "HOME", "SOUND", "LIMITFEED", "EOJ"}
    | {"CUT", "DELAY", "EOP", "KILL", "CLEAR", "GAPDETECT", "BLINEDETECT", "AUTODETECT"}
)
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mm|dots?|)\s*", re.IGNORECASE)
_MM_PER_INCH = 25.4


class TsplInterpreter:
    """One printer's state of the language."""

    questions = re.compile(rb"\x1b!\?")
    longest_question = 3

    def __init__(self, controller: Controller) -> None:
        self._c = controller
        self._buffer = controller.buffer
        self._mechanism = controller.mechanism
        self._commands: Mapping[str, Callable[[list[str]], None]] = {
            "SIZE": self._size,
            "DENSITY": lambda a: self._check_range("DENSITY", a, 15),
            "SPEED": self._speed,
            "DIRECTION": self._direction,
            "REFERENCE": self._reference,
            "SHIFT": self._shift,
            "CLS": self._clear,
            "BAR": self._bar,
            "BOX": self._box,
            "ERASE": self._erase,
            "REVERSE": self._reverse,
            "PRINT": self._print,
            "FEED": lambda a: self._mechanism.feed(whole(a[0])),
            "BACKFEED": lambda a: None,
            "BACKUP": lambda a: None,
            "FORMFEED": lambda a: self._mechanism.feed_to_next(),
            "SELFTEST": self._self_test,
            "INITIALPRINTER": lambda a: self._initialise(),
        }
        self._initialise()

    def _initialise(self) -> None:
        self._page = Bitmap(self._mechanism.width_dots, self._mechanism.height_dots or 0)
        self._natives = 0
        self._origin = (0, 0)
        self._shift_y = 0
        self._turned = False
        self._mirrored = False

    def run_command(self) -> None:
        """Read and do one command: a line, or BITMAP and DOWNLOAD with their data."""
        self._buffer.wait_for_command()
        first = self._buffer.peek()
        if first in b"\r\n \0":
            self._buffer.read(1)
        elif first == 0x1B:
            self._buffer.read(3)  # immediate commands are answered where they arrive
        elif first == 0x7E:
            self._inquiry()
        else:
            self._line_command()

    def forget_command(self) -> None:
        """Nothing of a cut command remains; the image buffer does."""

    def _line_command(self) -> None:
        name = self._buffer.read_until(b" ,\r\n\x1b").decode("latin-1").upper()
        if name == "BITMAP":
            self._bitmap()
            return
        if name == "DOWNLOAD":
            self._download()
            return
        line = self._buffer.read_until(b"\r\n").decode("latin-1")
        arguments = [a.strip() for a in line.split(",")] if line.strip() else []
        if name in _NATIVE:
            self._natives += 1
        elif name in self._commands:
            self._run(name, arguments)
        elif name not in _IGNORED:
            raise BadCommandError(f"unknown command {name[:20]!r}")

    def _run(self, name: str, arguments: list[str]) -> None:
        try:
            self._commands[name](arguments)
        except IndexError as error:
            raise BadCommandError(f"{name} lacks parameters") from error

    # the page

    def _size(self, arguments: list[str]) -> None:
        width = self._length(arguments[0])
        height = self._length(arguments[1]) if len(arguments) > 1 else self._page.height_dots
        if (width, height) != (self._page.width_dots, self._page.height_dots):
            self._page = Bitmap(width, height)
            self._natives = 0
        if width > self._mechanism.width_dots:
            self._mechanism.complain("SIZE is wider than the head")

    def _length(self, text: str) -> int:
        match = _LENGTH.fullmatch(text)
        if match is None:
            raise BadCommandError(f"no length: {text[:20]!r}")
        value, unit = float(match[1]), match[2].lower()
        if unit.startswith("dot"):
            return round(value)
        return self._c.dots(value if unit == "mm" else value * _MM_PER_INCH)

    @staticmethod
    def _check_range(name: str, arguments: list[str], most: int) -> None:
        if not 0 <= whole(arguments[0]) <= most:
            raise BadCommandError(f"{name} {arguments[0]}")

    @staticmethod
    def _speed(arguments: list[str]) -> None:
        try:
            float(arguments[0])
        except ValueError as error:
            raise BadCommandError(f"SPEED {arguments[0][:20]}") from error

    def _direction(self, arguments: list[str]) -> None:
        self._turned = whole(arguments[0]) == 1
        self._mirrored = len(arguments) > 1 and whole(arguments[1]) == 1

    def _reference(self, arguments: list[str]) -> None:
        self._origin = (whole(arguments[0]), whole(arguments[1]))

    def _shift(self, arguments: list[str]) -> None:
        self._shift_y = whole(arguments[-1])

    def _clear(self, arguments: list[str]) -> None:
        self._page = Bitmap(self._page.width_dots, self._page.height_dots)
        self._natives = 0

    def _placed(self, arguments: list[str]) -> tuple[int, int, int, int]:
        x, y, a, b = (whole(text) for text in arguments[:4])
        return x + self._origin[0], y + self._origin[1], a, b

    def _bar(self, arguments: list[str]) -> None:
        self._page.fill(*self._four(arguments))

    def _four(self, arguments: list[str]) -> tuple[int, int, int, int]:
        if len(arguments) < 4:
            raise IndexError
        return self._placed(arguments)

    def _box(self, arguments: list[str]) -> None:
        x, y, right, bottom = self._four(arguments)
        thickness = whole(arguments[4])
        right, bottom = right + self._origin[0], bottom + self._origin[1]
        self._page.frame(x, y, right - x, bottom - y, thickness, Ink.ADD)

    def _erase(self, arguments: list[str]) -> None:
        self._page.erase(*self._four(arguments))

    def _reverse(self, arguments: list[str]) -> None:
        self._page.fill(*self._four(arguments), Ink.FLIP)

    def _bitmap(self) -> None:
        """BITMAP x,y,width in bytes,height,mode,data; mode 3 is zlib on some clones."""
        x, y, row_bytes, height, mode = (self._number() for _ in range(5))
        if mode not in _MODES:
            raise BadCommandError(f"BITMAP with mode {mode}")
        size = row_bytes * height
        data = self._deflated(size) if mode == 3 else self._buffer.read(size)
        if len(data) != size:
            raise BadCommandError("BITMAP data do not fit its size")
        left = x + self._origin[0]
        if left + row_bytes * 8 - 7 > self._page.width_dots:
            self._mechanism.complain("a bitmap is wider than the page")
        if y + self._origin[1] + height > self._page.height_dots:
            self._mechanism.complain("a bitmap is higher than the page")
        black = data.translate(INVERTED)
        self._page.stamp(left, y + self._origin[1], row_bytes, black, _MODES[mode])

    def _number(self) -> int:
        text = self._buffer.read_until(b",\r\n")
        if self._buffer.read(1) != b",":
            raise BadCommandError("BITMAP lacks parameters")
        return whole(text)

    def _deflated(self, size: int) -> bytes:
        try:
            if chr(self._buffer.peek()).isdigit():
                return zlib.decompress(self._buffer.read(self._number()))
            stream = zlib.decompressobj()
            data = b""
            while not stream.eof and len(data) <= size:
                data += stream.decompress(self._buffer.read(1))
        except zlib.error as error:
            raise BadCommandError("BITMAP data are not zlib") from error
        return data

    def _download(self) -> None:
        """DOWNLOAD "NAME",size,data: kept by a real printer, passed over here."""
        self._buffer.read_until(b",\r\n")
        self._buffer.read(1)
        self._buffer.read(self._number())

    def _print(self, arguments: list[str]) -> None:
        sets = whole(arguments[0]) if arguments else 1
        copies = whole(arguments[1]) if len(arguments) > 1 else 1
        if sets < 1 or copies < 1:
            raise BadCommandError("PRINT nothing")
        page = self._page.mirrored() if self._mirrored else self._page
        if self._shift_y:
            moved = Bitmap(page.width_dots, page.height_dots)
            for y, row in enumerate(page.rows):
                if 0 <= y + self._shift_y < page.height_dots:
                    moved.rows[y + self._shift_y] = row
            page = moved
        for _ in range(sets * copies):
            natives = self._natives
            self._mechanism.print_page(page, turned=self._turned, native_elements=natives)

    def _self_test(self, arguments: list[str]) -> None:
        page = Bitmap(self._mechanism.width_dots, self._mechanism.height_dots or 400)
        for y in range(0, page.height_dots, 16):
            page.fill(0, y, page.width_dots, 8)
        self._mechanism.print_page(page, native_elements=1)

    # status

    def answer(self, question: bytes) -> bytes:
        """ESC ! ?: one byte whose bits combine; 0 is ready."""
        sensors = self._mechanism.sensors
        value = 0x01 * sensors.cover_open | 0x04 * sensors.paper_out | 0x10 * sensors.paused
        return bytes([value | 0x20 * sensors.printing])

    def greeting(self) -> bytes:
        """The status byte."""
        return self.answer(b"")

    def _inquiry(self) -> None:
        line = self._buffer.read_until(b"\r\n")
        if self._mechanism.faults.no_inquiries:
            return
        if line == b"~!T":
            self._c.reply(b"SIMULATED TSPL\r\n")
        elif line == b"~!@":
            self._c.reply(f"{len(self._mechanism.papers)}\r\n".encode())
        else:
            raise BadCommandError(f"unknown inquiry {line[:10]!r}")
