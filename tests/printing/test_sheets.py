"""Pick lists, packing slips and the test page, on A4 and on label paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.labels import PickRow
from printing.documents.bitmap import Bitmap
from printing.documents.code128 import code128_widths
from printing.documents.page import Book
from printing.documents.raster import rasterise
from printing.documents.sheets import add_pick_list, add_slip, add_test_page
from printing.fonts import load_fonts
from printing.stationery import PaperStationery
from tests.printing.reading import codes, module_of, text_of
from tests.printing.samples import PRINTED_AT, RARE, pick_list, slip

PAPERS = [(76.0, 130.0), (100.0, 150.0), (210.0, 297.0)]


def pages_of(pdf: bytes) -> list[Bitmap]:
    return rasterise(pdf, 8.0)


def pick_pdf(rows: int, media: tuple[float, float]) -> bytes:
    book = Book(load_fonts())
    add_pick_list(book, pick_list(rows), *media)
    return book.finish()


@pytest.mark.parametrize("media", PAPERS)
def test_pick_list_has_the_code_that_marks_it_done(media: tuple[float, float]) -> None:
    first = pages_of(pick_pdf(30, media))[0].image()
    assert codes(first) == {("Code 128", "PICK-031805-7Q")}
    assert module_of(first, code128_widths("PICK-031805-7Q")) in {2, 3}


@pytest.mark.parametrize("media", PAPERS)
def test_pick_list_names_every_row_in_walking_order(media: tuple[float, float]) -> None:
    text = text_of(pick_pdf(30, media))
    places = [text.index(f"TEA-{i:03d}") for i in range(30)]
    assert places == sorted(places)
    for row in pick_list(30).rows:
        assert row.bin in text
        assert row.barcode in text
        assert f"×{row.quantity}" in text
        for slot in row.slots:
            assert slot.replace(" ", "") in text
    assert "64单·30种·244件" in text


@pytest.mark.parametrize("media", PAPERS)
def test_long_pick_list_breaks_between_rows_and_counts_its_pages(
    media: tuple[float, float],
) -> None:
    pdf = pick_pdf(120, media)
    pages = pages_of(pdf)
    assert len(pages) > 2
    assert f"{len(pages)}/{len(pages)}页" in text_of(pdf)
    for page in pages:
        image = page.image().convert("L")
        edge = image.crop((0, image.height - 12, image.width, image.height))
        assert edge.histogram()[0] == 0


def test_empty_pick_list_is_one_page() -> None:
    assert len(pages_of(pick_pdf(0, (76, 130)))) == 1


def test_pick_row_without_a_bin_or_with_long_names_stays_readable() -> None:
    row = PickRow("", "S" * 30, "很长的货品名" * 20, RARE, "6" * 20, 12345, ())
    book = Book(load_fonts())
    add_pick_list(book, replace(pick_list(1), rows=(row,)), 76, 130)
    trouble = book.trouble
    text = text_of(book.finish())
    assert "没库位" in text
    assert "×12345" in text
    assert trouble.cut_texts == 1


@pytest.mark.parametrize("media", PAPERS)
def test_slip_says_what_is_in_the_box_and_no_price(media: tuple[float, float]) -> None:
    book = Book(load_fonts())
    add_slip(book, slip(4), *media)
    text = text_of(book.finish())
    for words in ("山野集", "发货清单", "林**", "73100196611386", "明前龙井特级0100g罐", "×4",
                  "3712345678901234567", "3712345678901234568", "共10件",
                  "送人的，麻烦不要放价格单", "谢谢惠顾，茶要趁新鲜喝。"):  # fmt: skip
        assert words in text
    assert "￥" not in text
    assert "元" not in text


def test_long_slip_goes_on_on_the_next_page() -> None:
    pages = pages_of(PaperStationery().slip_pdf(slip(40), "76x130"))
    assert len(pages) > 1


def test_pick_list_of_the_stationery_is_a4() -> None:
    page = pages_of(PaperStationery().pick_list_pdf(pick_list(3)))[0]
    assert (page.width, page.height) == (1680, 2376)


@pytest.mark.parametrize("media", [(76.0, 130.0), (100.0, 150.0), (50.0, 80.0)])
def test_test_page_has_bars_of_two_three_and_four_dots(media: tuple[float, float]) -> None:
    book = Book(load_fonts())
    add_test_page(book, "热敏机 A3", PRINTED_AT, *media)
    page = pages_of(book.finish())[0]
    found = codes(page.image())
    for module in (2, 3, 4) if media[0] > 60 else (2,):
        assert module_of(page.image(), code128_widths(f"TEST{module}")) == module
        assert ("Code 128", f"TEST{module}") in found
    assert ("qr", "PACKBENCH-TEST-山野集") in found


def test_ruler_of_the_test_page_is_true_to_the_dot() -> None:
    book = Book(load_fonts())
    add_test_page(book, "A3", PRINTED_AT, 76, 130)
    image = pages_of(book.finish())[0].image().convert("L")
    row = image.crop((0, 40, image.width, 41)).tobytes()  # 5 mm down: ticks of 10 mm only
    ticks = [x for x in range(1, len(row)) if row[x] == 0 and row[x - 1] == 255]
    assert {80 * i for i in range(1, 8)} <= {t + d for t in ticks for d in (0, 1)}
