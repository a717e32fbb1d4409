"""Pick lists, packing slips and the test page, on A4 and on label paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from app.domain.errors import UserError
from app.domain.papers import (
    BinLabels,
    CartPart,
    CommandCards,
    GoodsLabels,
    PackingSlip,
    PickList,
    PickRow,
    Sheet,
    SlipRow,
    TestPage,
)
from printing.documents.bitmap import Bitmap
from printing.documents.code128 import code128_widths
from printing.documents.geometry import dots
from printing.documents.page import Book
from printing.documents.raster import rasterise
from printing.documents.sheets import add_pick_list, add_sheet, add_slip, add_test_page
from printing.fonts import load_fonts
from printing.stationery import PaperStationery
from tests.printing.paper_samples import manifest
from tests.printing.reading import codes, module_of, text_of
from tests.printing.samples import PRINTED_AT, RARE, pick_list, slip
from tests.printing.text_boxes import faults

PAPERS = [(76.0, 130.0), (100.0, 150.0), (210.0, 297.0)]
ALL_PAPERS = [*PAPERS, (100.0, 180.0)]
SMALL_AND_LARGE = [(40.0, 30.0), (50.0, 30.0), (60.0, 40.0), *ALL_PAPERS]


def sheet_pdf(sheet: Sheet, media: tuple[float, float], dots_per_mm: float = 8.0) -> bytes:
    book = Book(load_fonts(), dots_per_mm)
    add_sheet(book, sheet, *media)
    return book.finish()


def worst_pick_list(rows: int) -> PickList:
    """Every name long, every warning, bins and codes as long as the books take them."""
    found = pick_list(rows)
    bad = tuple(
        replace(
            row,
            bin="WAREHOUSE-2-A-01-3-22-LEFT-07" if i % 2 else "",
            name=f"{RARE}高山云雾有机绿茶礼盒装明前手工采摘送礼佳品企业团购" * 2,
            sku="TEA-GIFT-BOX-2026-SPRING-LIMITED-EDITION-001",
            quantity=99999 if i % 3 else 1,
            short=1200 + i,
            alike=17,
            slots=tuple(f"{s} ×{s % 30 + 1}" for s in range(1, (i * 37) % 300)),
        )
        for i, row in enumerate(found.rows)
    )
    return replace(found, rows=bad, part=CartPart(1001, 1020, cart=51, carts=75))


def worst_slip(rows: int) -> PackingSlip:
    long = tuple(
        SlipRow(f"{RARE}高山云雾有机绿茶礼盒装" * 6, "500g 铁罐" * 9, 99999, is_gift=i % 2 == 0)
        for i in range(rows)
    )
    return replace(
        slip(1),
        shop="山野集高山茶叶旗舰店（杭州余杭良渚仓直发）",
        order_ids=tuple(f"37123456789012345{i:02d}" for i in range(9)),
        rows=long,
        greeting="祝你生日快乐，天天有好茶喝。" * 30,
        note="请用加厚纸箱" * 40,
        shop_words="七天无理由，有事先找我们。" * 20,
        return_to="浙江省 杭州市 余杭区 良渚街道好运路 1 号" * 3,
    )


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


def refusal(sheet: Sheet, media: tuple[float, float]) -> str:
    with pytest.raises(UserError) as found:
        add_sheet(Book(load_fonts()), sheet, *media)
    return found.value.code


def test_a_paper_without_rows_is_refused() -> None:
    empty = (
        pick_list(0),
        slip(0),
        manifest(0),
        CommandCards(()),
        GoodsLabels(()),
        BinLabels(()),
    )
    assert {refusal(sheet, (76, 130)) for sheet in empty} == {"paper_empty"}


@pytest.mark.parametrize("sheet", [pick_list(1), slip(1), manifest(1)])
def test_a_list_does_not_go_on_a_small_label(sheet: Sheet) -> None:
    assert refusal(sheet, (40, 30)) == "paper_too_small"


@pytest.mark.parametrize("media", ALL_PAPERS)
@pytest.mark.parametrize("rows", [1, 50])
def test_no_text_of_a_list_overlaps_or_leaves_the_page(
    media: tuple[float, float], rows: int
) -> None:
    for sheet in (worst_pick_list(rows), worst_slip(rows), manifest(rows, parts=2, reprint_no=3)):
        assert faults(sheet_pdf(sheet, media), margin_mm=2) == []


def test_a_wave_of_500_parcels_is_one_list_with_every_slot() -> None:
    found = replace(pick_list(800), parcels=500)
    many = tuple(f"{i} ×{i % 3 + 1}" for i in range(1, 501))
    found = replace(found, rows=(replace(found.rows[0], slots=many), *found.rows[1:]))
    for media in PAPERS:
        pdf = sheet_pdf(found, media)
        assert faults(pdf, margin_mm=2) == []
        text = text_of(pdf)
        places = [text.index(f"TEA-{i:03d}") for i in range(800)]
        assert places == sorted(places)
        for slot in many:
            assert slot.replace(" ", "") in text
        assert "接上：TEA-000" in text  # its slots go on on the next page


def test_the_list_of_a_cart_says_which_boxes_stand_on_it() -> None:
    found = replace(pick_list(3), part=CartPart(21, 40, cart=2, carts=4), code="PICK-0318-05.21.40")
    for media in PAPERS:
        pdf = sheet_pdf(found, media)
        text = text_of(pdf)
        assert "第2车" in text
        assert "第21–40单/4车·格1放第21单" in text
        assert ("Code 128", "PICK-0318-05.21.40") in codes(pages_of(pdf)[0].image())


@pytest.mark.parametrize("media", PAPERS)
def test_a_pick_row_warns_of_missing_stock_and_of_goods_that_look_alike(
    media: tuple[float, float],
) -> None:
    row = replace(pick_list(1).rows[0], short=2, alike=3)
    text = text_of(sheet_pdf(replace(pick_list(1), rows=(row,)), media))
    assert "账上少2件·同款还有3种规格，看清再拿" in text


def test_a_pick_row_names_the_batch_and_the_bin_to_refill_from() -> None:
    row = PickRow("A-1", "TEA", "茶", "", "", 3, batch="L1", expires_on="2027-01-31", refill="R-9")
    book = Book(load_fonts())
    add_pick_list(book, replace(pick_list(1), rows=(row,)), 76, 130)
    text = text_of(book.finish())
    assert "L1（2027-01-31到期）" in text
    assert "先从R-9补货" in text


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


def test_a_slip_marks_gifts_and_prints_what_the_shop_wishes() -> None:
    found = replace(
        slip(2),
        rows=(*slip(2).rows, SlipRow("茶样", "3g", 2, is_gift=True)),
        shop_words="七天无理由",
        return_to="浙江省 杭州市 余杭区 良渚街道好运路 1 号",
        receiver_name="林小满",
    )
    text = text_of(sheet_pdf(found, (76, 130)))
    assert "茶样3g赠品×2" in text
    assert "七天无理由" in text
    assert "退换请寄：浙江省杭州市余杭区良渚街道好运路1号" in text
    assert "林**" in text
    assert "林小满" not in text


def test_a_slip_says_what_a_bundle_holds() -> None:
    parts = tuple(f"茶罐{i} ×{i + 2}" for i in range(3))
    found = replace(
        slip(1), rows=(SlipRow("茶具套装", "", 2, parts=parts), SlipRow("茶样", "3g", 1))
    )
    text = text_of(sheet_pdf(found, (76, 130)))
    assert "内含茶罐0×2、茶罐1×3、茶罐2×4" in text
    assert "共3件" in text
    many = replace(found, rows=tuple(SlipRow("套装", "", 1, parts=parts * 20) for _ in range(12)))
    assert len(pages_of(sheet_pdf(many, (76, 130)))) > 1


def test_long_slip_goes_on_on_the_next_page() -> None:
    pages = pages_of(PaperStationery().slip_pdf(slip(40), "76x130"))
    assert len(pages) > 1


def test_pick_list_of_the_stationery_is_a4() -> None:
    page = pages_of(PaperStationery().pick_list_pdf(pick_list(3)))[0]
    assert (page.width, page.height) == (1680, 2376)


@pytest.mark.parametrize("media", PAPERS)
def test_a_manifest_numbers_its_parcels_and_has_a_page_for_each_driver(
    media: tuple[float, float],
) -> None:
    found = manifest(30, parts=2, reprint_no=2)
    pdf = sheet_pdf(found, media)
    text = text_of(pdf)
    for part in found.parts:
        for number, row in enumerate(part.rows, start=1):
            assert f"{number}{row.number}" in text
        assert f"合计30件·{part.weight_g / 1000:.2f}kg（2件没称）" in text
    assert text.count("快递员") == text.count("交接人") == 2
    assert "重打2" in text
    assert "克孜勒苏柯尔克孜自治州" in text
    found_codes = [codes(page.image()) for page in pages_of(pdf)]
    with_code = [i for i, on_page in enumerate(found_codes) if on_page]
    half = len(found_codes) // 2
    assert with_code == [0, half]
    assert found_codes[0] == {("Code 128", found.parts[0].code)}
    assert found_codes[half] == {("Code 128", found.parts[1].code)}


def test_the_code_of_a_list_stands_on_whole_dots_at_either_pitch() -> None:
    for dots_per_mm in (8.0, 11.81):
        for sheet, code in (
            (pick_list(3), "PICK-031805-7Q"),
            (manifest(3), "HAND-0318-0000B2"),
        ):
            for media in PAPERS:
                pdf = sheet_pdf(sheet, media, dots_per_mm)
                image = rasterise(pdf, dots_per_mm)[0].image()
                assert codes(image) == {("Code 128", code)}
                assert module_of(image, code128_widths(code)) >= 2


@pytest.mark.parametrize("media", SMALL_AND_LARGE)
def test_the_test_page_stays_inside_and_says_how_the_printer_is_set_up(
    media: tuple[float, float],
) -> None:
    pdf = sheet_pdf(TestPage(PRINTED_AT, "热敏机 A3", "tspl", "usb"), media)
    assert faults(pdf, margin_mm=2) == []
    text = text_of(pdf)
    assert "热敏机A3" in text
    assert f"{media[0]:g}×{media[1]:g}mm·每毫米8点" in text
    assert "语言tspl·接口usb" in text
    across, down = (int((side - 17) / 10) * 10 for side in media)
    assert f"横{min(100, across)}mm" in text
    assert f"竖{min(100, down)}mm" in text


@pytest.mark.parametrize("dots_per_mm", [8.0, 11.81])
def test_the_measures_of_the_test_page_are_as_long_as_they_say(dots_per_mm: float) -> None:
    pdf = sheet_pdf(TestPage(PRINTED_AT, "A3"), (210, 297), dots_per_mm)
    image = rasterise(pdf, dots_per_mm)[0].image().convert("L")
    across = _marks(image, 292 - 0.8, dots_per_mm)
    assert across[-1] - across[0] == dots(110, dots_per_mm) - dots(10, dots_per_mm)
    down = _marks(image.transpose(Image.Transpose.TRANSPOSE), 205 - 0.8, dots_per_mm)
    assert down[-1] - down[0] == dots(110, dots_per_mm) - dots(10, dots_per_mm)


def _marks(image: Image.Image, place_mm: float, dots_per_mm: float) -> list[int]:
    """Where black begins along a line of pixels, between the rulers and frames at the edges."""
    y = int(place_mm * dots_per_mm)
    row = image.crop((0, y, image.width, y + 1)).tobytes()
    inside = range(int(8 * dots_per_mm), image.width - int(4 * dots_per_mm))
    return [x for x in inside if row[x] == 0 and row[x - 1] == 255]


@pytest.mark.parametrize("media", [(76.0, 130.0), (100.0, 150.0), (50.0, 80.0)])
def test_test_page_has_bars_of_two_three_and_four_dots(media: tuple[float, float]) -> None:
    book = Book(load_fonts())
    add_test_page(book, TestPage(PRINTED_AT, "热敏机 A3"), *media)
    page = pages_of(book.finish())[0]
    found = codes(page.image())
    for module in (2, 3, 4) if media[0] > 60 else (2,):
        assert module_of(page.image(), code128_widths(f"TEST{module}")) == module
        assert ("Code 128", f"TEST{module}") in found
    assert ("qr", "PACKBENCH-TEST-山野集") in found


def test_ruler_of_the_test_page_is_true_to_the_dot() -> None:
    book = Book(load_fonts())
    add_test_page(book, TestPage(PRINTED_AT, "A3"), 76, 130)
    image = pages_of(book.finish())[0].image().convert("L")
    row = image.crop((0, 40, image.width, 41)).tobytes()  # 5 mm down: ticks of 10 mm only
    ticks = [x for x in range(1, len(row)) if row[x] == 0 and row[x - 1] == 255]
    assert {80 * i for i in range(1, 8)} <= {t + d for t in ticks for d in (0, 1)}
