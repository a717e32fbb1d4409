"""Labels for goods and shelves and the bench's cards: every code reads back as it was given."""

from __future__ import annotations

from typing import Any

import pytest
import zxingcpp

from app.domain.bins import bin_code, read_bin
from app.domain.commands import Command, command_code, read_command
from app.domain.errors import UserError
from app.domain.papers import (
    BinLabel,
    BinLabels,
    CommandCards,
    GoodsLabel,
    GoodsLabels,
    Grid,
    Sheet,
)
from printing.documents.ean13 import MODULES, as_ean13, check_digit, ean13_widths
from printing.documents.page import Book
from printing.documents.raster import rasterise
from printing.documents.sheets import add_sheet
from printing.fonts import load_fonts
from tests.printing.paper_samples import GOODS, bins, cards, goods
from tests.printing.reading import codes, text_of
from tests.printing.text_boxes import faults

SMALL = [(40.0, 30.0), (50.0, 30.0), (60.0, 40.0)]
MEDIA = [*SMALL, (76.0, 130.0), (100.0, 150.0), (210.0, 297.0)]
PITCHES = [8.0, 11.81]


def drawn(sheet: Sheet, media: tuple[float, float], dots_per_mm: float = 8.0) -> bytes:
    book = Book(load_fonts(), dots_per_mm)
    add_sheet(book, sheet, *media)
    return book.finish()


def read(pdf: bytes, dots_per_mm: float) -> list[set[tuple[str, str]]]:
    return [codes(page.image()) for page in rasterise(pdf, dots_per_mm)]


# --- EAN-13 ------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", range(10))
def test_an_ean_of_every_first_digit_is_what_another_encoder_draws(first: int) -> None:
    digits = f"{first}90123456789"
    digits += check_digit(digits)
    other = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.EAN13)
    image: Any = other.to_image(scale=1, add_quiet_zones=False)  # its stub leaves the buffer out
    row = memoryview(image).tobytes()[:MODULES]
    ours = b"".join(
        (b"\x00" if i % 2 == 0 else b"\xff") * width for i, width in enumerate(ean13_widths(digits))
    )
    assert ours == row


def test_only_digits_with_the_right_check_digit_are_an_ean() -> None:
    assert as_ean13("6901234567892") == "6901234567892"
    assert as_ean13("012345678905") == "0012345678905"  # UPC-A
    for other in (
        "6901234567891",
        "690123456789",
        "69012345",
        "A901234567892",
        "",
        "٦901234567892",
    ):
        assert as_ean13(other) is None
    with pytest.raises(ValueError, match="EAN-13"):
        ean13_widths("6901234567891")


# --- goods -------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", MEDIA)
@pytest.mark.parametrize("dots_per_mm", PITCHES)
def test_every_goods_label_reads_as_the_code_of_its_goods(
    media: tuple[float, float], dots_per_mm: float
) -> None:
    found = set().union(*read(drawn(goods(), media, dots_per_mm), dots_per_mm))
    texts = {text for _, text in found}
    for label in GOODS:
        assert label.code in texts or as_ean13(label.code) in texts
    assert ("EAN-13", "6901234567892") in found
    assert ("qr", "茶杯-月白") in found


@pytest.mark.parametrize("media", MEDIA)
def test_a_goods_label_has_name_and_variant_and_nothing_overlaps(
    media: tuple[float, float],
) -> None:
    pdf = drawn(goods(3), media)
    assert faults(pdf, margin_mm=0.4) == []
    text = text_of(pdf)
    assert text.count("土蜂蜜") == 3
    assert "100g罐TEA-001" in text
    assert "￥" not in text


def test_as_many_labels_as_asked_for_fill_the_sheets() -> None:
    one = GoodsLabels((GoodsLabel("龙井", "", "T", "6901234567892", 25),))
    assert len(rasterise(drawn(one, (40, 30)), 8.0)) == 25
    assert len(rasterise(drawn(one, (210, 297)), 8.0)) == 2  # 24 on the usual sheet
    grid = GoodsLabels(one.labels, Grid(5, 13))
    assert len(rasterise(drawn(grid, (210, 297)), 8.0)) == 1


def test_a_code_that_fits_in_no_symbol_is_refused() -> None:
    long = GoodsLabels((GoodsLabel("龙井", "", "T", "茶" * 400),))
    with pytest.raises(UserError) as refused:
        drawn(long, (40, 30))
    assert refused.value.code == "code_not_printable"


# --- bins --------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", MEDIA)
@pytest.mark.parametrize("dots_per_mm", PITCHES)
def test_the_scanner_reads_the_bin_from_its_label(
    media: tuple[float, float], dots_per_mm: float
) -> None:
    pdf = drawn(bins(), media, dots_per_mm)
    assert faults(pdf, margin_mm=0.4) == []
    texts = {text for page in read(pdf, dots_per_mm) for _, text in page}
    assert {read_bin(text) for text in texts} == {label.name for label in bins().labels}
    words = text_of(pdf).replace("\ufffe", "-")  # how PDFium tells a dash at a line's end
    for label in bins().labels:
        assert label.name in words


def test_a_bin_that_has_room_for_bars_gets_bars() -> None:
    (page,) = read(drawn(BinLabels((BinLabel("A-01-3"),)), (60, 40)), 8.0)
    assert page == {("Code 128", bin_code("A-01-3"))}


# --- cards -------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", MEDIA)
@pytest.mark.parametrize("dots_per_mm", PITCHES)
def test_every_card_reads_as_its_command(media: tuple[float, float], dots_per_mm: float) -> None:
    pdf = drawn(cards(), media, dots_per_mm)
    assert faults(pdf, margin_mm=0.4) == []
    pages = read(pdf, dots_per_mm)
    found = [text for page in pages for _, text in sorted(page)]
    assert {read_command(text) for text in found} == set(Command)
    assert len(pages) == (1 if media[0] > 150 else len(Command))
    words = text_of(pdf)
    for word in ("缺货", "换箱子", "重打面单", "放一边", "撤销上一件", "暂停", "Putaside"):
        assert word in words


def test_a_card_alone_is_one_label() -> None:
    (page,) = read(drawn(CommandCards((Command.UNDO,)), (50, 30)), 8.0)
    assert page == {("Code 128", command_code(Command.UNDO))}
