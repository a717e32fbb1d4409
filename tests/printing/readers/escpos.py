"""ESC/POS: raster (GS v 0), graphics (GS ( L, GS 8 L), columns (ESC *), feeds and cuts.

After Epson's command reference. Everything else is an error: text on a label is one.
"""

from __future__ import annotations

from PIL import Image

from tests.printing.readers.page import Page, ReadError


def read(data: bytes, width_dots: int) -> list[Page]:
    """Pages end with FF, GS FF or a cut; a cut right behind a feed belongs to the page before."""
    return _Reader(data, width_dots).pages()


class _Reader:
    def __init__(self, data: bytes, width_dots: int) -> None:
        self._data = data
        self._at = 0
        self._width = width_dots
        self._spacing = 30
        self._rows: list[bytes] = []  # of a whole line of dots each
        self._commands: list[str] = []
        self._pictures = 0
        self._fed = 0
        self._pages: list[Page] = []
        self._stored: tuple[int, bytes] | None = None
        self._band: tuple[int, bytes] | None = None  # columns, three bytes each

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise ReadError("the data end in the middle of a command")
        self._at += count
        return taken

    def _number(self, count: int = 2) -> int:
        return int.from_bytes(self._take(count), "little")

    def pages(self) -> list[Page]:
        while self._at < len(self._data):
            first = self._take(1)
            if first == b"\x0c":
                self._end("FF")
            elif first == b"\n":
                self._line_feed()
            elif first == b"\x1b":
                self._esc(self._take(1))
            elif first == b"\x1d":
                self._gs(self._take(1))
            else:
                raise ReadError(f"{first.hex()} would be printed as text")
        if self._rows:
            self._end("")
        return self._pages

    def _end(self, how: str) -> None:
        if how.startswith("cut") and not self._rows and self._pages:
            self._pages[-1].commands.append(how)
            return
        row_bytes = (self._width + 7) // 8
        page = Page(Image.new("1", (self._width, len(self._rows))), [*self._commands, how])
        if self._rows:
            page.put(0, 0, row_bytes, b"".join(self._rows))
        page.pictures, page.fed = self._pictures, self._fed
        self._pages.append(page)
        self._rows, self._commands, self._pictures, self._fed = [], [], 0, 0

    def _feed(self, rows: int) -> None:
        self._rows += [bytes((self._width + 7) // 8)] * rows
        self._fed += rows

    def _burn(self, row_bytes: int, data: bytes) -> None:
        head = (self._width + 7) // 8
        if row_bytes > head:
            raise ReadError(f"{row_bytes} bytes a row on a head of {head}")
        for start in range(0, len(data), row_bytes):
            self._rows.append(data[start : start + row_bytes].ljust(head, b"\0"))
        self._fed = 0
        self._pictures += 1

    def _esc(self, kind: bytes) -> None:
        if kind == b"@":
            self._spacing = 30
            self._commands.append("ESC @")
        elif kind == b"3":
            self._spacing = self._number(1)
        elif kind == b"2":
            self._spacing = 30
        elif kind == b"J":
            self._feed(self._number(1))
        elif kind == b"*":
            if self._take(1) != b"\x21":
                raise ReadError("ESC * of another density than 24 dots")
            if self._band is not None:
                raise ReadError("two bands in one line")
            columns = self._number()
            self._band = columns, self._take(3 * columns)
        else:
            raise ReadError(f"ESC {kind!r}")

    def _line_feed(self) -> None:
        if self._band is None:
            self._feed(self._spacing)
            return
        columns, data = self._band
        self._band = None
        # A column is three bytes from the top down: a row of that picture is a column of the paper.
        standing = Image.frombytes("1", (24, columns), data).transpose(Image.Transpose.TRANSPOSE)
        self._burn((columns + 7) // 8, standing.tobytes())
        if self._spacing > 24:
            self._feed(self._spacing - 24)

    def _gs(self, kind: bytes) -> None:
        if kind == b"\x0c":
            self._end("GS FF")
        elif kind == b"V":
            how = self._take(1)
            feed = self._number(1) if how in b"ABab" else 0
            self._end(f"cut {how.decode()} {feed}")
        elif kind == b"v":
            if self._take(2) != b"0\0":
                raise ReadError("GS v 0 that is not plain")
            row_bytes, height = self._number(), self._number()
            if not 1 <= height <= 2303:
                raise ReadError(f"GS v 0 with {height} rows")
            self._burn(row_bytes, self._take(row_bytes * height))
        elif kind == b"(":
            name = self._take(1)
            self._function(name, self._take(self._number()))
        elif kind == b"8":
            if self._take(1) != b"L":
                raise ReadError("GS 8 of another kind")
            self._function(b"L", self._take(self._number(4)))
        else:
            raise ReadError(f"GS {kind!r}")

    def _function(self, name: bytes, data: bytes) -> None:
        if name in b"KD":
            self._commands.append(f"GS ( {name.decode()} {data.hex()}")
        elif name == b"L" and data[:2] == b"0p":
            if data[2:6] != b"0\x01\x011":
                raise ReadError("a graphic in tones, colours or another scale")
            width = int.from_bytes(data[6:8], "little")
            height = int.from_bytes(data[8:10], "little")
            row_bytes = (width + 7) // 8
            if len(data) - 10 != row_bytes * height:
                raise ReadError("a graphic whose length is not its size")
            self._stored = row_bytes, data[10:]
        elif name == b"L" and data in (b"02", b"0\x02"):
            if self._stored is None:
                raise ReadError("nothing is stored")
            self._burn(*self._stored)
            self._stored = None
        else:
            raise ReadError(f"GS ( {name!r} {data[:4]!r}")
