"""Paper with black dots on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image, ImageChops


class ReadError(AssertionError):
    """The bytes are not what the language allows."""


@dataclass
class Page:
    """``image``: mode "1", set = black, as large as the paper the commands name.

    ``commands`` are the settings read, in their order; ``pictures`` how many were put on it;
    ``fed`` rows of white after the last picture (ESC/POS, whose paper has no end of its own).
    """

    image: Image.Image
    commands: list[str] = field(default_factory=list)
    pictures: int = 0
    fed: int = 0

    def put(self, x: int, y: int, row_bytes: int, data: bytes) -> None:
        """Add dots (1 = black); black ones outside the paper are an error, white ones are not."""
        height = len(data) // row_bytes
        picture = Image.frombytes("1", (row_bytes * 8, height), data)
        box = picture.getbbox()
        if box and (x + box[2] > self.image.width or y + box[3] > self.image.height):
            raise ReadError(f"black beyond the paper: {box} at {x}, {y} of {self.image.size}")
        whole = Image.new("1", self.image.size)
        whole.paste(picture, (x, y))
        self.image = ImageChops.logical_or(self.image, whole)
        self.pictures += 1

    @property
    def shown(self) -> Image.Image:
        """As people see it: black on white."""
        return ImageChops.invert(self.image)
