"""ESC/POS as label printers speak it: raster images, feeds, label feeds and status.

Texts and native codes are counted, not drawn. Real-time requests (DLE EOT) are answered when they
arrive, also inside image data, as Epson's command reference says printers may do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.simulators.printers.bitmap import Bitmap, Ink
from app.simulators.printers.interpreter import BadCommandError, Controller

_DEFAULT_LINE_DOTS = 30
# Commands without effect on dots: how many parameter bytes follow.
_ESC_SKIPPED = {
    0x20: 1, 0x21: 1, 0x25: 1, 0x2D: 1, 0x3D: 1, 0x3F: 1, 0x45: 1, 0x47: 1, 0x4D: 1, 0x52: 1,
    0x53: 0, 0x54: 1, 0x56: 1, 0x57: 8, 0x70: 3, 0x72: 1, 0x74: 1, 0x75: 1, 0x7B: 1, 0x65: 1,
}  # fmt: skip
_GS_SKIPPED = {
    0x21: 1, 0x24: 2, 0x2F: 1, 0x3A: 0, 0x42: 1, 0x45: 1, 0x48: 1, 0x50: 2, 0x54: 1, 0x57: 2,
    0x5C: 2, 0x5E: 3, 0x62: 1, 0x63: 0, 0x66: 1, 0x68: 1, 0x77: 1,
}  # fmt: skip
_FS_SKIPPED = {0x21: 1, 0x26: 0, 0x2D: 1, 0x2E: 0, 0x43: 1, 0x53: 2, 0x57: 1, 0x70: 2}


class EscPosInterpreter:
    """One printer's state of the language."""

    questions = re.compile(rb"\x10\x04[\x01-\x04]|\x10\x05[\x01\x02]", re.DOTALL)
    longest_question = 3

    def __init__(self, controller: Controller) -> None:
        self._c = controller
        self._buffer = controller.buffer
        self._mechanism = controller.mechanism
        self._reset()
        self._control: Mapping[int, Callable[[], None]] = {
            0x0A: self._line_feed,
            0x0C: self._mechanism.feed_to_next,
            0x10: self._dle,
            0x1B: self._esc,
            0x1C: self._fs,
            0x1D: self._gs,
        }
        self._esc_commands: Mapping[int, Callable[[], None]] = {
            0x24: self._set_position,
            0x2A: self._column_image,
            0x32: self._default_spacing,
            0x33: self._set_spacing,
            0x40: self._reset,
            0x44: self._set_tabs,
            0x4A: lambda: self._mechanism.feed(self._byte()),
            0x61: self._set_alignment,
            0x63: lambda: self._skip(2),
            0x64: self._feed_lines,
            0x69: self._mechanism.cut,
            0x6D: self._mechanism.cut,
            0x76: lambda: self._c.reply(self._paper_byte()),
        }
        self._gs_commands: Mapping[int, Callable[[], None]] = {
            0x0C: self._mechanism.feed_to_next,
            0x28: self._gs_function,
            0x2A: self._defined_image,
            0x38: self._gs_long_function,
            0x49: self._identify,
            0x4C: self._set_margin,
            0x56: self._cut,
            0x61: self._automatic_status,
            0x6B: self._native_barcode,
            0x72: self._queued_status,
            0x76: self._raster,
        }

    def _reset(self) -> None:
        self._line_dots = _DEFAULT_LINE_DOTS
        self._alignment = 0
        self._margin = 0
        self._stored: tuple[int, int, int, bytes] | None = None  # height scale, rows of a graphic
        self._column: Bitmap | None = None
        self._column_x = 0

    # the language

    def run_command(self) -> None:
        """Read and do one command."""
        self._buffer.wait_for_command()
        first = self._byte()
        known = self._control.get(first)
        if known is not None:
            known()
        elif first >= 0x20:
            self._mechanism.note_text(1)
        elif first not in (0x00, 0x07, 0x09, 0x0D, 0x18):
            raise BadCommandError(f"unknown control byte {first:02X}")

    def forget_command(self) -> None:
        """Nothing of a cut command remains."""

    def _byte(self) -> int:
        return self._buffer.read(1)[0]

    def _word(self) -> int:
        return int.from_bytes(self._buffer.read(2), "little")

    def _skip(self, count: int) -> None:
        self._buffer.read(count)

    def _dle(self) -> None:
        kind = self._byte()
        if kind == 0x14:
            self._skip(3)
        elif kind in (0x04, 0x05):
            self._skip(1)
        else:
            raise BadCommandError(f"unknown DLE {kind:02X}")

    def _esc(self) -> None:
        self._dispatch(self._esc_commands, _ESC_SKIPPED, "ESC")

    def _gs(self) -> None:
        self._dispatch(self._gs_commands, _GS_SKIPPED, "GS")

    def _fs(self) -> None:
        self._dispatch({0x28: self._gs_function}, _FS_SKIPPED, "FS")

    def _dispatch(
        self, commands: Mapping[int, Callable[[], None]], skipped: Mapping[int, int], prefix: str
    ) -> None:
        kind = self._byte()
        command = commands.get(kind)
        if command is not None:
            command()
        elif kind in skipped:
            self._skip(skipped[kind])
        else:
            raise BadCommandError(f"unknown {prefix} {kind:02X}")

    # feeding

    def _line_feed(self) -> None:
        if self._column is None:
            self._mechanism.feed(self._line_dots)
            return
        rows = self._column.rows
        self._column, self._column_x = None, 0
        self._mechanism.burn(rows)
        self._mechanism.feed(max(0, self._line_dots - len(rows)))

    def _feed_lines(self) -> None:
        self._mechanism.feed(self._byte() * self._line_dots)

    def _default_spacing(self) -> None:
        self._line_dots = _DEFAULT_LINE_DOTS

    def _set_spacing(self) -> None:
        self._line_dots = self._byte()

    def _set_tabs(self) -> None:
        self._buffer.read_until(b"\0")
        self._skip(1)

    def _cut(self) -> None:
        if self._byte() in (0x41, 0x42, 0x61, 0x62, 0x67, 0x68):
            self._mechanism.feed(self._byte())
        self._mechanism.cut()

    def _set_alignment(self) -> None:
        self._alignment = self._byte() % 0x30

    def _set_margin(self) -> None:
        self._margin = self._word()

    def _set_position(self) -> None:
        self._column_x = self._word()

    # images

    def _raster(self) -> None:
        """GS v 0 m xL xH yL yH d1…dk."""
        if self._byte() != 0x30:
            raise BadCommandError("unknown GS v")
        mode = self._byte() % 0x30
        row_bytes, height = self._word(), self._word()
        if mode > 3:
            raise BadCommandError(f"GS v 0 with mode {mode}")
        data = self._buffer.read(row_bytes * height)
        self._burn(row_bytes, data, 1 + mode % 2, 1 + mode // 2)

    def _burn(self, row_bytes: int, data: bytes, x_scale: int, y_scale: int) -> None:
        if not row_bytes or not data:
            raise BadCommandError("an image without dots")
        if x_scale == 2:
            data, row_bytes = _doubled(data), row_bytes * 2
        width = self._mechanism.width_dots
        if row_bytes * 8 - 7 > width - self._margin:
            self._mechanism.complain("an image is wider than the head")
        spare = max(0, width - self._margin - row_bytes * 8)
        x = self._margin + spare * self._alignment // 2
        page = Bitmap(width, len(data) // row_bytes)
        page.stamp(x, 0, row_bytes, data, Ink.ADD)
        self._mechanism.burn([row for row in page.rows for _ in range(y_scale)])

    def _gs_function(self) -> None:
        """GS ( fn pL pH …: only graphics and the answer to a process id matter here."""
        name = self._byte()
        self._run_function(name, self._buffer.read(self._word()))

    def _gs_long_function(self) -> None:
        """GS 8 L p1 p2 p3 p4 …: graphics with a long length."""
        name = self._byte()
        length = int.from_bytes(self._buffer.read(4), "little")
        self._run_function(name, self._buffer.read(length))

    def _run_function(self, name: int, data: bytes) -> None:
        if name == 0x4C:
            self._graphics(data)
        elif name == 0x48 and len(data) >= 6 and data[0] == 0x30:
            self._c.reply(b"\x37\x22" + data[2:6] + b"\0")
        elif name == 0x6B and data[1:2] == b"\x51":
            self._mechanism.note_text(1)

    def _graphics(self, data: bytes) -> None:
        """GS ( L: function 112 stores a raster graphic, 2 and 50 print what is stored."""
        function = data[1] if len(data) > 1 else -1
        if function == 112:
            if len(data) < 10 or data[2] != 0x30:
                raise BadCommandError("GS ( L 112 with a short header or in tones")
            width = int.from_bytes(data[6:8], "little")
            height = int.from_bytes(data[8:10], "little")
            row_bytes = (width + 7) // 8
            if len(data) - 10 != row_bytes * height:
                raise BadCommandError("GS ( L 112 with a length that does not fit its size")
            self._stored = (row_bytes, data[3], data[4], data[10:])
        elif function in (2, 50):
            if self._stored is None:
                raise BadCommandError("GS ( L 50 without a stored graphic")
            row_bytes, x_scale, y_scale, rows = self._stored
            self._stored = None
            self._burn(row_bytes, rows, x_scale, y_scale)

    def _column_image(self) -> None:
        """ESC * m nL nH d1…dk: columns of 8 or 24 dots; the next line feed burns them."""
        mode, columns = self._byte(), self._word()
        if mode not in (0, 1, 32, 33):
            raise BadCommandError(f"ESC * with mode {mode}")
        tall = 3 if mode >= 32 else 1
        data = self._buffer.read(columns * tall)
        wide = 1 if mode in (1, 33) else 2
        if self._column is None:
            self._column = Bitmap(self._mechanism.width_dots, 0)
        missing = tall * 8 - self._column.height_dots
        self._column.rows += [0] * max(0, missing)
        for number in range(columns):
            bits = int.from_bytes(data[number * tall : (number + 1) * tall])
            x = self._margin + self._column_x + number * wide
            for y in range(tall * 8):
                if bits >> (tall * 8 - 1 - y) & 1:
                    self._column.fill(x, y, wide, 1)
        self._column_x += columns * wide

    def _defined_image(self) -> None:
        x, y = self._byte(), self._byte()
        self._skip(x * y * 8)
        raise BadCommandError("GS * defines an image that nobody prints")

    def _native_barcode(self) -> None:
        kind = self._byte()
        if kind >= 65:
            self._skip(self._byte())
        else:
            self._set_tabs()  # ends with NUL like the list of tabs
        self._mechanism.note_text(1)

    # status

    def answer(self, question: bytes) -> bytes:
        """DLE EOT n: one byte; DLE ENQ n answers nothing."""
        if question[1] != 0x04:
            return b""
        sensors = self._mechanism.sensors
        value = 0x12
        match question[2]:
            case 1:
                value |= 0x08 * (not sensors.is_ready)
            case 2:
                value |= 0x04 * sensors.cover_open | 0x20 * sensors.paper_out
            case 4:
                value |= 0x0C * sensors.paper_low | 0x60 * sensors.paper_out
        return bytes([value])

    def greeting(self) -> bytes:
        """Automatic status back: four bytes that begin unlike a DLE EOT answer."""
        sensors = self._mechanism.sensors
        first = 0x10 | 0x08 * (not sensors.is_ready) | 0x20 * sensors.cover_open
        return bytes([first, 0, 0x03 * sensors.paper_low | 0x0C * sensors.paper_out, 0])

    def _paper_byte(self) -> bytes:
        sensors = self._mechanism.sensors
        return bytes([0x0C if sensors.paper_out else 0x03 if sensors.paper_low else 0x00])

    def _queued_status(self) -> None:
        """GS r n: answered when everything before it is done."""
        kind = self._byte() % 0x30
        out = self._mechanism.sensors.paper_out
        self._c.reply(bytes([0x0C if out and kind == 1 else 0x00]))

    def _automatic_status(self) -> None:
        if self._byte():
            self._c.reply(self.greeting())

    def _identify(self) -> None:
        kind = self._byte()
        name = {65: b"_1.0\0", 66: b"_SIMULATED\0", 67: b"_LABEL-203\0"}
        self._c.reply(name.get(kind, b"\x02"))


def _doubled(data: bytes) -> bytes:
    """Every dot twice, side by side."""
    spread = bytearray()
    for byte in data:
        wide = 0
        for bit in range(8):
            wide |= (byte >> bit & 1) * 0b11 << 2 * bit
        spread += wide.to_bytes(2)
    return bytes(spread)
