"""What a bench scanner sees of a code on paper: clean, askew, out of focus, printed too dark.

The camera: ``PIXELS`` pixels a dot in each direction (a 203 dpi dot is 0.125 mm; a bench scanner
held at 15 cm sees 0.06 mm or finer), square dots, grey values.

* askew: turned by +2° or −2° about the middle of the code, bilinear, white around it;
* blurred: a Gaussian of σ = 1 dot, of the optics or of a ribbon;
* grown: black grows by half a dot to every side, so bars get one dot wider and spaces one narrower,
  what a head that is too hot does;
* all: grown, then turned by +2°, then blurred.

Only the piece around each code is looked at: its quiet zone and a little more. Where codes stand is
told by the PDF's paths, not by the program that drew them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from printing.documents.bitmap import Bitmap
from printing.documents.code128 import code128_modules
from printing.documents.qr import qr_code
from tests.printing.text_boxes import PageInk

PIXELS = 2
DEGREES = 2.0
_STRIP_DOTS = 40  # of a Code 128: a scanner needs a line of it, and askew 1/28 of its length more
_QUIET = {"code128": 10, "qr": 4}


@dataclass(frozen=True, slots=True)
class Code:
    """A code found on a page: ``box`` in dots (left, top, right, bottom), without quiet zone."""

    kind: str  # code128 | qr
    text: str
    module: int  # dots
    turned: bool
    box: tuple[int, int, int, int]

    @property
    def quiet(self) -> int:
        """Dots of white that it needs: left and right of the bars, all around a QR code."""
        return _QUIET[self.kind] * self.module


class NotWholeDotsError(AssertionError):
    """A code on the page is no whole number of dots, or not of the content it should have."""


def codes_of(page: PageInk, dots_per_mm: float, number: str, qr: str) -> list[Code]:
    """The codes of a label: those with ``number``, and ``qr``.

    Raises:
        NotWholeDotsError: the size of one is no whole number of dots a module.
    """
    found = []
    for ink in page.codes:
        sides = [place * dots_per_mm for place in (ink.left, ink.top, ink.right, ink.bottom)]
        left, top, right, bottom = (round(side) for side in sides)
        width, height = right - left, bottom - top
        if abs(width - height) <= 1:
            kind, text, modules, turned = "qr", qr, qr_code(qr).modules, False
        else:
            turned = height > width
            kind, text, modules = "code128", number, code128_modules(number)
        module, rest = divmod(height if turned else width, modules)
        if rest or not module:
            raise NotWholeDotsError(f"{kind}: {width}×{height} dots for {modules} modules")
        found.append(Code(kind, text, module, turned, (left, top, right, bottom)))
    return found


def white_around(bitmap: Bitmap, code: Code) -> bool:
    """Whether no dot is black in the quiet zone."""
    left, top, right, bottom = code.box
    quiet = code.quiet
    if code.kind == "qr":
        zones = [
            (left - quiet, top - quiet, right + quiet, top),
            (left - quiet, bottom, right + quiet, bottom + quiet),
            (left - quiet, top, left, bottom),
            (right, top, right + quiet, bottom),
        ]
    elif code.turned:
        zones = [(left, top - quiet, right, top), (left, bottom, right, bottom + quiet)]
    else:
        zones = [(left - quiet, top, left, bottom), (right, top, right + quiet, bottom)]
    image = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.rows)
    return all(
        zone[0] >= 0
        and zone[1] >= 0
        and zone[2] <= bitmap.width
        and zone[3] <= bitmap.height
        and image.crop(zone).getbbox() is None
        for zone in zones
    )


def seen(bitmap: Bitmap, code: Code) -> Image.Image:
    """The piece with the code, as grey pixels; a turned one is put upright."""
    left, top, right, bottom = code.box
    side, spare = code.quiet, 2 * code.module
    strip = _STRIP_DOTS + max(right - left, bottom - top) // 28
    if code.kind == "qr":
        box = (left - side, top - side, right + side, bottom + side)
    elif code.turned:
        middle, half = (left + right) // 2, min(right - left, strip) // 2
        box = (middle - half, top - side - spare, middle + half, bottom + side + spare)
    else:
        middle, half = (top + bottom) // 2, min(bottom - top, strip) // 2
        box = (left - side - spare, middle - half, right + side + spare, middle + half)
    piece = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.rows).crop(box)
    if code.turned:
        piece = piece.transpose(Image.Transpose.ROTATE_90)
    grey = piece.convert("L").point([255] + [0] * 255)
    return grey.resize((grey.width * PIXELS, grey.height * PIXELS), Image.Resampling.NEAREST)


def turned(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=255)


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(PIXELS))


def grown(image: Image.Image) -> Image.Image:
    """Half a dot is one pixel: the darkest of the nine around, across first, then down."""
    for across, down in ((1, 0), (0, 1)):
        image = ImageChops.darker(
            image,
            ImageChops.darker(
                ImageChops.offset(image, across, down), ImageChops.offset(image, -across, -down)
            ),
        )
    return image


def all_together(image: Image.Image) -> Image.Image:
    return blurred(turned(grown(image), DEGREES))


DISTORTIONS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "clean": lambda image: image,
    "+2°": lambda image: turned(image, DEGREES),
    "−2°": lambda image: turned(image, -DEGREES),
    "blur σ 1 dot": blurred,
    "+1 dot": grown,
    "all": all_together,
}


def reads(image: Image.Image, code: Code) -> bool:
    """Whether the scanner reads exactly the code's content, and nothing else.

    The decoder also looks at a picture of a third of the size, which is what reads three dots after
    everything at once. There, neighbouring bars that have grown may run together and give another
    number beside the right one (2 of 17,400 codes); so when there are two, the pixels decide.
    """
    kind = zxingcpp.BarcodeFormat.QRCode if code.kind == "qr" else zxingcpp.BarcodeFormat.Code128
    formats = zxingcpp.BarcodeFormats([kind])
    found = {barcode.text for barcode in zxingcpp.read_barcodes(image, formats=formats)}
    if len(found) > 1:
        as_it_is = zxingcpp.read_barcodes(image, formats=formats, try_downscale=False)
        found = {barcode.text for barcode in as_it_is}
    return found == {code.text}


def unread(bitmap: Bitmap, code: Code) -> Iterator[str]:
    """The names of the distortions after which the code is not read."""
    image = seen(bitmap, code)
    for name, distort in DISTORTIONS.items():
        if not reads(distort(image), code):
            yield name
