"""The shop's own area: its logo, where the parcel stands in its wave, the goods, the notes.

Type shrinks first, then lines wrap, then the goods end with "…另 n 行"; a digit is never cut.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.label_designs import OwnBox, OwnField
from app.domain.labels import OwnArea
from printing.documents.geometry import Box
from printing.documents.page import Sheet
from printing.documents.picture import Picture
from printing.documents.textfit import LEADING, Fitted, fit_block, fit_line, fit_rows, lines_in
from printing.fonts import POINTS_PER_MM

_LEAST_PT = 6.0
_LOGO_SHARE = 0.22
_NOTE_SHARE = 0.3  # of the height, beside goods
_PLACE_MM = 4.4
_TWO_COLUMNS_MM = 30.0
_COLUMN_PT = 11.0


def own_area(sheet: Sheet, frame: OwnBox, own: OwnArea, logo: Picture | None = None) -> None:
    """Everything ticked that this parcel has, inside ``frame``."""
    ticked = frozenset(frame.fields)
    box = Box(frame.x, frame.y, frame.width, frame.height)
    if logo is not None and OwnField.LOGO in ticked:
        side = min(box.height - 1.0, box.width * _LOGO_SHARE)
        used = sheet.picture(Box(box.right - side - 0.6, box.y + 0.6, side, side), logo)
        box = Box(box.x, box.y, box.width - used.width - 1.6, box.height)
    left, room = box.x + 1, box.width - 2
    top, bottom = box.y + 0.6, box.bottom - 0.4
    place = " · ".join(_place_words(own, ticked))
    lines = _goods(own, ticked)
    notes = _notes(own, ticked)
    if place and bottom - top >= 3.4:
        top += _place_line(sheet, Box(left, top, room, bottom - top), place, alone=not lines)
    if notes and bottom - top >= 3.0:
        bold = sheet.fonts.bold
        note = sheet.book.shown(notes, bold)
        share = (bottom - top) * _NOTE_SHARE if lines else bottom - top
        share = min(bottom - top, max(3.6, share))
        fitted = fit_block(note, bold, 10, _LEAST_PT, room, share)
        start = max(top, bottom - _height(fitted))
        sheet.lines(left, start, fitted, bold=True)
        bottom = start - 0.3
    elif notes:
        sheet.book.trouble.cut_texts += 1
    if lines and bottom - top >= 2.4:
        regular = sheet.fonts.regular
        rows = [sheet.book.shown(line, regular) for line in lines]
        _goods_rows(sheet, Box(left, top, room, bottom - top), rows, frame.size)
    elif lines:
        sheet.book.trouble.cut_texts += 1


def _place_words(own: OwnArea, ticked: frozenset[OwnField]) -> list[str]:
    words = []
    if OwnField.WAVE in ticked:
        if own.wave:
            words.append(f"波次 {own.wave}")
        if own.position:
            words.append(f"第 {own.position} 单")
    if OwnField.BIN in ticked and own.bin:
        words.append(f"库位 {own.bin}")
    return words


def _goods(own: OwnArea, ticked: frozenset[OwnField]) -> Sequence[str]:
    """One row a kind of goods: its name, or its code, or both."""
    names = OwnField.GOODS in ticked
    codes = OwnField.SKU_CODES in ticked and own.codes
    if not codes:
        return own.lines if names else ()
    if not names or len(own.codes) != len(own.lines):
        return own.codes
    return tuple(
        f"{code.rpartition(' ×')[0]} {line}"
        for code, line in zip(own.codes, own.lines, strict=True)
    )


def _notes(own: OwnArea, ticked: frozenset[OwnField]) -> str:
    buyer = own.note if OwnField.BUYER_NOTE in ticked else ""
    shop = own.merchant_note if OwnField.MERCHANT_NOTE in ticked else ""
    return " ｜ ".join(note for note in (buyer, f"备注：{shop}" if shop else "") if note)


def _place_line(sheet: Sheet, box: Box, place: str, *, alone: bool) -> float:
    """On one line while it is readable, else on two; gives back the height used."""
    bold = sheet.fonts.bold
    shown = sheet.book.shown(place, bold)
    fitted = fit_line(shown, bold, 9.5, box.width, 6.5)
    if not fitted.cut:
        sheet.text(box.x, box.y + 2.0, fitted.lines[0], fitted.size_pt, bold=True)
        return _PLACE_MM
    share = box.height if alone else box.height * 0.5
    fitted = fit_block(shown, bold, 9, _LEAST_PT, box.width, max(3.0, share))
    sheet.lines(box.x, box.y, fitted, bold=True)
    return _height(fitted) + 0.3


def _height(fitted: Fitted) -> float:
    return len(fitted.lines) * fitted.size_pt * LEADING / POINTS_PER_MM


def _goods_rows(sheet: Sheet, box: Box, rows: list[str], size_pt: float) -> None:
    """One column as long as it stays readable, else two that are read down and then across."""
    regular = sheet.fonts.regular
    one = fit_rows(rows, regular, size_pt, min(7.5, size_pt), box.width, box.height)
    if not one.cut or len(rows) < 2 or box.width < _TWO_COLUMNS_MM:
        sheet.lines(box.x, box.y, one)
        return
    room = max(1, lines_in(box.height, _LEAST_PT))
    if len(rows) > 2 * room:
        left = len(rows) - 2 * room + 1
        rows = [*rows[: 2 * room - 1], f"…另 {left} 行"]
        sheet.book.trouble.cut_texts += 1
    half = (len(rows) + 1) // 2
    width = (box.width - 2) / 2
    most = min(size_pt, _COLUMN_PT)
    size = next(
        (
            s
            for s in (most - n * 0.5 for n in range(20))
            if s <= _LEAST_PT or lines_in(box.height, s) >= half
        ),
        _LEAST_PT,
    )
    for i, part in enumerate((rows[:half], rows[half:])):
        x = box.x + i * (width + 2)
        sheet.lines(
            x, box.y, fit_rows(part, regular, max(size, _LEAST_PT), _LEAST_PT, width, box.height)
        )
