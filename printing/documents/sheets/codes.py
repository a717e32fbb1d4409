"""A code on a small label, drawn as whatever symbol its content is."""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.text import T
from printing.documents.code128 import code128_modules, is_encodable
from printing.documents.ean13 import MODULES, QUIET_LEFT, QUIET_RIGHT, as_ean13, ean13_widths
from printing.documents.geometry import Box, code128_dots
from printing.documents.page import Sheet
from printing.documents.qr import QUIET_MODULES as QR_QUIET
from printing.documents.qr import qr_code
from printing.fonts import POINTS_PER_MM

_LEAST_DOTS = 2  # of a module, for a scanner in the hand
_LARGEST_MODULE_MM = 0.51
_LEAST_QR_DOTS = 3
_LARGEST_QR_MODULE_MM = 1.0
_GUARD_BARS = (0, 2, 46, 48, 92, 94)  # modules from the first bar of an EAN-13


def add_code(sheet: Sheet, box: Box, content: str, digits_pt: float) -> Box:
    """``content`` as EAN-13 where it is one, else Code 128, else QR, with its text below.

    A QR code is drawn where Code 128 cannot hold the content, or not at two dots a module. Gives
    back the box of the code alone; its text stays inside ``box``.

    Raises:
        UserError: ``code_not_printable``, no symbol of it fits the box.
    """
    under = digits_pt * 1.1 / POINTS_PER_MM
    ean = as_ean13(content)
    if ean is not None and _dots(sheet, MODULES + QUIET_LEFT + QUIET_RIGHT, box) >= _LEAST_DOTS:
        return _ean13(sheet, box, ean, digits_pt)
    bars = Box(box.x, box.y, box.width, box.height - under)
    if (
        is_encodable(content)
        and code128_dots(
            code128_modules(content), box.width, sheet.book.dots_per_mm, _LARGEST_MODULE_MM
        )
        >= _LEAST_DOTS
    ):
        drawn = sheet.code128(bars, content, max_module_mm=_LARGEST_MODULE_MM)
        size = min(digits_pt, _fitting(sheet, content, digits_pt, box.width))
        middle = box.bottom - under / 2 + 0.1
        sheet.text(drawn.x + drawn.width / 2, middle, content, size, align="center")
        return drawn
    return _qr(sheet, bars, box, content, digits_pt)


def _dots(sheet: Sheet, modules: int, box: Box) -> int:
    return int(box.width * sheet.book.dots_per_mm + 1e-6) // modules


def _fitting(sheet: Sheet, text: str, size_pt: float, room_mm: float) -> float:
    width = sheet.fonts.regular.width_mm(text, size_pt)
    return size_pt if width <= room_mm else size_pt * room_mm / width


def _ean13(sheet: Sheet, box: Box, digits: str, digits_pt: float) -> Box:
    """Bars with the guards longer, the digits below as on every product: 6 901234 567892."""
    under = digits_pt * 1.0 / POINTS_PER_MM
    bars = Box(box.x, box.y, box.width, box.height - under)
    drawn = sheet.bars(bars, ean13_widths(digits), (QUIET_LEFT, QUIET_RIGHT), _LARGEST_MODULE_MM)
    module = drawn.width / MODULES
    longer = min(5 * module, under * 0.6)
    for place in _GUARD_BARS:
        sheet.area(Box(drawn.x + place * module, drawn.bottom, module, longer))
    middle = drawn.bottom + under * 0.56
    half = 42 * module - 0.3  # six digits of seven modules stand between two guards
    size = min(digits_pt, half / sheet.fonts.regular.width_mm("000000", 1.0))
    for x, text in (
        (drawn.x + 24 * module, digits[1:7]),
        (drawn.x + 71 * module, digits[7:]),
    ):
        sheet.text(x, middle, text, size, align="center")
    sheet.text(drawn.x - 2 * module, middle, digits[0], size, align="right")
    return drawn


def add_qr(sheet: Sheet, box: Box, content: str) -> Box:
    """A QR code as large as ``box`` takes, without its text; gives back its own box.

    Raises:
        UserError: ``code_not_printable``.
    """
    side = min(box.width, box.height)
    left = box.x + (box.width - side) / 2
    try:
        modules = qr_code(content).modules + 2 * QR_QUIET
        if int(side * sheet.book.dots_per_mm) // modules < _LEAST_QR_DOTS:
            raise ValueError("too small for a scanner")
        return sheet.qr(left, box.y, side, content, max_module_mm=_LARGEST_QR_MODULE_MM)
    except ValueError as error:
        raise UserError(
            "code_not_printable",
            T("The code {code} does not fit on this paper.", code=content),
            T("Take larger labels, or a shorter code."),
            ref=content,
        ) from error


def _qr(sheet: Sheet, bars: Box, box: Box, content: str, digits_pt: float) -> Box:
    """The QR code above its text; a text longer than the label stays in the code alone."""
    drawn = add_qr(sheet, bars, content)
    size = max(4.5, _fitting(sheet, content, digits_pt, box.width))
    if sheet.fonts.regular.width_mm(content, size) <= box.width:
        middle = (bars.bottom + box.bottom) / 2
        sheet.text(box.x + box.width / 2, middle, content, size, align="center")
    return drawn
