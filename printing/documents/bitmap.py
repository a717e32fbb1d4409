"""A page as dots, one bit each."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Bitmap:
    """``rows``: ``row_bytes`` bytes a row from the top, most significant bit left, 1 = black.

    Bits beyond ``width`` in a row's last byte are 0 (white).
    """

    width: int
    height: int
    rows: bytes

    def __post_init__(self) -> None:
        if len(self.rows) != self.row_bytes * self.height:
            raise ValueError("rows do not fit width and height")

    @property
    def row_bytes(self) -> int:
        return (self.width + 7) // 8

    @classmethod
    def of_image(cls, image: Image) -> Bitmap:
        """From a picture of mode "1" whose set bits are black dots."""
        return cls(image.width, image.height, image.tobytes())

    def image(self) -> Image:
        """A picture of mode "1" as people see it: black dots on white."""
        from PIL import Image, ImageChops

        return ImageChops.invert(Image.frombytes("1", (self.width, self.height), self.rows))

    def png(self, dots_per_mm: float) -> bytes:
        """A PNG with its true size."""
        out = io.BytesIO()
        dpi = dots_per_mm * 25.4
        self.image().save(out, "PNG", dpi=(dpi, dpi))
        return out.getvalue()

    def on_paper(self, width: int, height: int) -> Bitmap:
        """The same dots on a page of another size: filled up with white, or cut off."""
        if (self.width, self.height) == (width, height):
            return self
        from PIL import Image

        page = Image.new("1", (width, height))
        page.paste(Image.frombytes("1", (self.width, self.height), self.rows), (0, 0))
        return Bitmap.of_image(page)

    def shifted(self, right: int, down: int) -> Bitmap:
        """The same size with everything moved; what leaves the paper is lost."""
        if not right and not down:
            return self
        from PIL import Image

        moved = Image.new("1", (self.width, self.height))
        moved.paste(Image.frombytes("1", (self.width, self.height), self.rows), (right, down))
        return Bitmap.of_image(moved)

    def upside_down(self) -> Bitmap:
        """Turned by 180°; a width that is no whole number of bytes stays what it is."""
        from PIL import Image

        image = Image.frombytes("1", (self.width, self.height), self.rows)
        return Bitmap.of_image(image.transpose(Image.Transpose.ROTATE_180))

    def inverted_rows(self) -> bytes:
        """``rows`` with 0 = black, the filling bits of each row white (1)."""
        whole = (1 << (8 * len(self.rows))) - 1
        return (int.from_bytes(self.rows, "big") ^ whole).to_bytes(len(self.rows), "big")
