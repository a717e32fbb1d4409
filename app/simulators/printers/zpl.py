"""ZPL II: formats between ^XA and ^XZ with graphic fields and boxes, and Zebra's status.

Texts and native codes are counted, not drawn. ``~`` commands that ask are answered when they
arrive; the status layouts are those of ~HS and ~HQES in the programming guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.simulators.printers.bitmap import Bitmap, Ink
from app.simulators.printers.interpreter import BadCommandError, Controller, whole
from app.simulators.printers.zpl_graphics import graphic_bytes

_NATIVE = frozenset({"FD", "FV", "SN", "GC", "GD", "GE", "GS"})
_IGNORED = frozenset(
    {"CI", "CF", "BY", "FB", "FH", "FW", "FX", "MD", "MM", "MN", "MT", "MF", "PR", "PP", "JM"}
    | {"JU", "JS", "LS", "FN", "ID", "IS", "SZ", "XB", "KD", "ST", "LF", "SE", "FC", "FP"}
    | {"JZ", "TB", "PF", "HH", "SD", "TA", "JC", "JP", "WC", "JL", "JN", "JB"}
)

_WITHOUT_PARAMETERS = frozenset({"XA", "XZ", "FS", "FR", "HS", "HI", "PS", "PH", "JA", "JR"})


class ZplInterpreter:
    """One printer's state of the language."""

    questions = re.compile(rb"~H(?:S|QES|I)", re.IGNORECASE)
    longest_question = 5

    def __init__(self, controller: Controller) -> None:
        self._c = controller
        self._buffer = controller.buffer
        self._mechanism = controller.mechanism
        self._width = self._mechanism.width_dots
        self._height = self._mechanism.height_dots or 0
        self._home = (0, 0)
        self._top = 0
        self._turned = False
        self._mirrored = False
        self._copies_left = 0
        self._stored: dict[str, tuple[int, bytes]] = {}
        self._page: Bitmap | None = None
        self._commands: Mapping[str, Callable[[str], None]] = {
            "XA": self._start_format,
            "XZ": self._end_format,
            "PW": self._set_width,
            "LL": self._set_height,
            "LH": self._set_home,
            "LT": self._set_top,
            "LR": self._set_reverse,
            "FO": self._set_origin,
            "FT": self._set_typeset,
            "FR": self._reverse_field,
            "FS": self._end_field,
            "GB": self._box,
            "XG": self._recall,
            "IM": self._recall,
            "PQ": self._set_quantity,
            "PO": self._set_orientation,
            "PM": self._set_mirror,
            "PH": lambda a: self._mechanism.feed_to_next(),
            "DG": self._download_graphic,
            "JA": lambda a: self.forget_command(),
            "JR": lambda a: self.forget_command(),
            "PS": lambda a: None,
            "HS": lambda a: None,  # answered where it arrived
            "HI": lambda a: None,
        }
        self._new_format()

    def _new_format(self) -> None:
        self._quantity = 1
        self._natives = 0
        self._marks = 0
        self._reverse_all = False
        self._end_field("")

    def forget_command(self) -> None:
        """A format that was cut short is not printed."""
        self._page = None
        self._new_format()

    def run_command(self) -> None:
        """Read and do one command of two letters with its parameters."""
        self._buffer.wait_for_command()
        first = self._buffer.peek()
        if first not in b"^~":
            self._between_commands(first)
            return
        prefix = self._buffer.read(1)
        name = self._buffer.read(2).decode("latin-1").upper()
        if name == "GF":
            self._graphic_field()
        elif name == "HQ":
            self._buffer.read(2)  # ~HQES, answered where it arrived
        elif name in _WITHOUT_PARAMETERS:
            self._commands[name]("")
        elif prefix == b"^" and name[0] in "AB" and name != "BY":
            self._buffer.read_until(b"^~")  # a font, or a code whose data follow in ^FD
        else:
            parameters = self._buffer.read_until(b"^~").decode("utf-8", "replace").strip()
            self._run(name, parameters, prefix.decode())

    def _run(self, name: str, parameters: str, prefix: str) -> None:
        if name in _NATIVE:
            self._natives += 1
        elif name in self._commands:
            self._commands[name](parameters)
        elif name not in _IGNORED:
            raise BadCommandError(f"unknown command {prefix}{name}")

    def _between_commands(self, first: int) -> None:
        if first in b"\r\n \t\0":
            self._buffer.read(1)
            return
        line = self._buffer.read_until(b"^~\r\n")
        if not line.startswith(b"! U1 getvar"):
            raise BadCommandError(f"text outside of a command: {line[:20]!r}")
        known = b'"odometer.total_label_count"' in line
        value = str(len(self._mechanism.papers)) if known else "?"
        self._c.reply(f'"{value}"'.encode())

    # the format

    def _start_format(self, parameters: str) -> None:
        self._new_format()
        self._page = Bitmap(self._mechanism.width_dots, self._height)

    def _drawn_page(self) -> Bitmap:
        if self._page is None:
            raise BadCommandError("a field outside of ^XA and ^XZ")
        return self._page

    def _end_format(self, parameters: str) -> None:
        page, self._page = self._page, None
        if page is None:
            raise BadCommandError("^XZ without ^XA")
        if not self._marks and not self._natives:
            return
        del page.rows[self._height :]
        page.erase(self._width, 0, page.width_dots - self._width, page.height_dots)
        if self._mirrored:
            page = page.mirrored()
        natives = self._natives
        self._copies_left = self._quantity
        while self._copies_left:
            self._mechanism.print_page(page, turned=self._turned, native_elements=natives)
            self._copies_left -= 1

    def _set_width(self, parameters: str) -> None:
        self._width = min(max(2, whole(parameters)), self._mechanism.width_dots)
        if whole(parameters) > self._mechanism.width_dots:
            self._mechanism.complain("^PW is wider than the head")

    def _set_height(self, parameters: str) -> None:
        self._height = max(1, whole(parameters.split(",", maxsplit=1)[0]))
        if self._page is not None:
            missing = self._height - self._page.height_dots
            self._page.rows += [0] * max(0, missing)

    def _set_home(self, parameters: str) -> None:
        self._home = _two(parameters)

    def _set_top(self, parameters: str) -> None:
        self._top = whole(parameters, 0)

    def _set_reverse(self, parameters: str) -> None:
        self._reverse_all = parameters.upper() == "Y"

    def _set_quantity(self, parameters: str) -> None:
        self._quantity = max(1, whole(parameters.split(",", maxsplit=1)[0], 1))

    def _set_orientation(self, parameters: str) -> None:
        self._turned = parameters.upper() == "I"

    def _set_mirror(self, parameters: str) -> None:
        self._mirrored = parameters.upper() == "Y"

    # fields

    def _set_origin(self, parameters: str) -> None:
        self._at, self._from_foot = _two(parameters), False

    def _set_typeset(self, parameters: str) -> None:
        self._at, self._from_foot = _two(parameters), True

    def _reverse_field(self, parameters: str) -> None:
        self._reversed = True

    def _end_field(self, parameters: str) -> None:
        self._at, self._from_foot, self._reversed = (0, 0), False, False

    def _corner(self, height: int) -> tuple[int, int]:
        x, y = self._at[0] + self._home[0], self._at[1] + self._home[1] + self._top
        return x, y - height if self._from_foot else y

    def _ink(self) -> Ink:
        return Ink.FLIP if self._reversed or self._reverse_all else Ink.ADD

    def _box(self, parameters: str) -> None:
        """^GB width,height,thickness,colour,rounding."""
        given = [p.strip() for p in parameters.split(",")] + [""] * 5
        thickness = max(1, whole(given[2], 1))
        width = max(thickness, whole(given[0], thickness))
        height = max(thickness, whole(given[1], thickness))
        x, y = self._corner(height)
        self._marks += 1
        if given[3].upper() == "W":
            self._drawn_page().erase(x, y, width, height)
        else:
            self._drawn_page().frame(x, y, width, height, thickness, self._ink())

    def _graphic_field(self) -> None:
        """^GFa,b,c,d,data: a is A for hexadecimal and packed text, B for plain bytes."""
        form = self._field().decode("latin-1").upper()
        sent, total, row_bytes = (whole(self._field()) for _ in range(3))
        if form not in ("A", "B"):
            raise BadCommandError(f"^GF{form[:5]}")
        data = self._buffer.read(sent) if form == "B" else self._buffer.read_until(b"^~")
        if row_bytes < 1 or total % row_bytes:
            raise BadCommandError("^GF with a size that does not fit its rows")
        if form == "A":
            data = graphic_bytes(data, row_bytes, total)
        self._draw(data, row_bytes)

    def _field(self) -> bytes:
        text = self._buffer.read_until(b",^~")
        if self._buffer.peek() != ord(","):
            raise BadCommandError("^GF lacks parameters")
        self._buffer.read(1)
        return text

    def _draw(self, data: bytes, row_bytes: int) -> None:
        height = len(data) // row_bytes
        x, y = self._corner(height)
        if x + row_bytes * 8 - 7 > self._width or y + height > self._height:
            self._mechanism.complain("a graphic is larger than the page")
        self._drawn_page().stamp(x, y, row_bytes, data, self._ink())
        self._marks += 1

    def _download_graphic(self, parameters: str) -> None:
        """~DGname,total,row bytes,data: kept for ^XG and ^IM."""
        parts = parameters.split(",", 3)
        if len(parts) < 4:
            raise BadCommandError("~DG lacks parameters")
        name, total, row_bytes = parts[0].upper(), whole(parts[1]), whole(parts[2])
        data = graphic_bytes(parts[3].encode("latin-1", "replace"), row_bytes, total)
        self._stored[name] = (row_bytes, data)

    def _recall(self, parameters: str) -> None:
        name = parameters.split(",", maxsplit=1)[0].strip().upper()
        if name not in self._stored:
            raise BadCommandError(f"no graphic {name[:20]}")
        row_bytes, data = self._stored[name]
        self._draw(data, row_bytes)

    # status

    def answer(self, question: bytes) -> bytes:
        """The answer to ~HS, ~HQES or ~HI."""
        kind = question.upper()
        if kind == b"~HS":
            return self._host_status()
        return self._error_status() if kind == b"~HQES" else self._identity()

    def greeting(self) -> bytes:
        """The host status."""
        return self._host_status()

    @staticmethod
    def _identity() -> bytes:
        return b"\x02SIMULATED-ZPL,V1.0,8,8192KB\x03\r\n"

    def _host_status(self) -> bytes:
        s = self._mechanism.sensors
        formats = self._buffer.count(b"^XZ")
        partial = self._page is not None and self._buffer.is_starving
        lines = (
            f"030,{s.paper_out:d},{s.paused:d},{self._height:04},{min(formats, 999):03},"
            f"0,0,{partial:d},000,0,0,0",
            f"000,0,{s.cover_open:d},0,0,2,4,0,{self._copies_left:08},1,{len(self._stored):03}",
            "1234,0",
        )
        return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in lines)

    def _error_status(self) -> bytes:
        s = self._mechanism.sensors
        errors = 0x1 * s.paper_out | 0x4 * s.cover_open | 0x10000 * s.paused
        warnings = 0x8 * s.paper_low
        lines = (
            "",
            "",
            "  PRINTER STATUS",
            f"   ERRORS:         {bool(errors):d} 00000000 {errors:08X}",
            f"   WARNINGS:       {bool(warnings):d} 00000000 {warnings:08X}",
        )
        return b"\x02" + "\r\n".join(lines).encode() + b"\r\n\x03\r\n"


def _two(parameters: str) -> tuple[int, int]:
    given = [p.strip() for p in parameters.split(",")] + ["", ""]
    return whole(given[0], 0), whole(given[1], 0)
