"""Every template on every paper, scanned: both codes, whole dots, quiet zones, nothing outside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.errors import UserError
from app.domain.labels import DrawnLabel
from printing.documents.bitmap import Bitmap
from printing.documents.code128 import code128_widths
from printing.documents.content import ZTO_SERVICE_LINK
from printing.documents.page import Book
from printing.fonts import load_fonts
from printing.stationery import PaperStationery
from tests.printing.reading import codes, drawn, module_of, printed, text_of
from tests.printing.samples import (
    RARE,
    label,
    sf_route,
    usual_labels,
    worst_labels,
    yunda_route,
    zto_route,
)

PAPERS = [(76, 130), (100, 150), (100, 180)]
HEADS = [8.0, 11.81]
LABELS = {
    f"{kind}-{name}": item
    for kind, made in (("usual", usual_labels()), ("worst", worst_labels()))
    for name, item in made.items()
}


def expected_qr(item: DrawnLabel) -> str:
    if item.template == "sf":
        return str(item.route["twoDimensionCode"])
    return {
        "zto": ZTO_SERVICE_LINK,
        "yunda": str(item.route.get("qrcode", "")),
        "plain": item.number,
    }[item.template]


@pytest.mark.parametrize("dots_per_mm", HEADS)
@pytest.mark.parametrize("media", PAPERS, ids=lambda m: f"{m[0]}x{m[1]}")
@pytest.mark.parametrize("name", LABELS)
class TestEveryLabel:
    def test_both_codes_scan_to_the_exact_content(
        self, name: str, media: tuple[int, int], dots_per_mm: float
    ) -> None:
        item = LABELS[name]
        found = codes(printed(item, media, dots_per_mm).image())
        assert found == {("Code 128", item.number), ("qr", expected_qr(item))}

    def test_bars_are_whole_dots_with_white_on_both_sides(
        self, name: str, media: tuple[int, int], dots_per_mm: float
    ) -> None:
        item = LABELS[name]
        image = printed(item, media, dots_per_mm).image()
        widths = code128_widths(item.number)
        assert module_of(image, widths) >= 3
        if item.template != "sf":
            assert module_of(image, widths, turned=True) >= 2

    def test_nothing_touches_the_edge_of_the_paper(
        self, name: str, media: tuple[int, int], dots_per_mm: float
    ) -> None:
        bitmap = printed(LABELS[name], media, dots_per_mm)
        image = bitmap.image().convert("L")
        edge = int(dots_per_mm * 0.6)
        inside = image.crop((edge, edge, image.width - edge, image.height - edge))
        assert inside.histogram()[0] == image.histogram()[0]


@pytest.mark.parametrize(
    ("number", "template", "width", "dots"),
    [
        ("73100196611386", "zto", 76, 4),
        ("73100196611386", "zto", 100, 4),
        ("SF7444496931331", "sf", 76, 3),
        ("SF7444496931331", "sf", 100, 4),
        ("462019873345121", "yunda", 76, 3),
        ("462019873345121", "yunda", 100, 4),
    ],
)
def test_main_code_has_the_widest_module_that_fits(
    number: str, template: str, width: int, dots: int
) -> None:
    item = replace(usual_labels()[template], number=number)
    image = printed(item, (width, 130 if width == 76 else 150)).image()
    assert module_of(image, code128_widths(number)) == dots


@pytest.mark.parametrize(
    ("media", "dots_per_mm", "size"),
    [
        ((76, 130), 8.0, (608, 1040)),
        ((100, 150), 8.0, (800, 1200)),
        ((100, 180), 8.0, (800, 1440)),
        ((76, 130), 11.81, (898, 1535)),
        ((100, 150), 11.81, (1181, 1772)),
    ],
)
def test_bitmap_has_exactly_the_papers_dots(
    media: tuple[int, int], dots_per_mm: float, size: tuple[int, int]
) -> None:
    bitmap = printed(usual_labels()["zto"], media, dots_per_mm)
    assert (bitmap.width, bitmap.height) == size


class TestWhatTheLabelSays:
    def test_zto_says_route_bag_parties_goods_and_own_area(self) -> None:
        text = text_of(drawn(usual_labels()["zto"])[0])
        for words in (
            "中通快递", "标快", "300-H1209", "沪西", "林**", "138****2046", "桂平路4号2号楼601室",
            "山野集", "0571-****0000", "品名：茶叶、蜂蜜、茶杯共5件", "已验视已实名", "1.26kg",
            "波次0318-05·第42/64单·库位A-01-3", "龙井特级100g罐×2", "送人的，麻烦不要放价格单",
            "03-1814:22", "第1/1包", "*73100196611386", "73100196611386",
        ):  # fmt: skip
            assert words in text

    def test_sf_says_mapping_marks_and_product(self) -> None:
        text = text_of(drawn(usual_labels()["sf"])[0])
        for words in (
            "755WE-571A3",
            "K35",
            "S10",
            "021",
            "T标快",
            "顺丰标快",
            "XB",
            "生鲜",
            "易碎",
        ):
            assert words in text
        assert "重货" not in text

    def test_yunda_prints_its_privacy_fields_and_bag(self) -> None:
        item = label("yunda", "4060005469862", yunda_route())
        text = text_of(drawn(item)[0])
        assert "300G096-0020" in text
        assert "上海分拨包" in text
        assert "陆**" in text
        assert "137****0075" in text
        assert "省内件" in text
        assert "林**" not in text

    def test_cash_reprint_and_box_are_marked(self) -> None:
        text = text_of(drawn(worst_labels()["sf"])[0])
        for words in ("代收货款￥1234.00", "重打12", "子件2/13", "第2/13包", "母单SF7444496931000"):
            assert words in text

    def test_first_print_of_a_single_box_has_no_such_marks(self) -> None:
        text = text_of(drawn(usual_labels()["zto"])[0])
        assert "重打" not in text
        assert "母件" not in text
        assert "代收" not in text

    def test_return_slip_is_marked(self) -> None:
        item = replace(usual_labels()["sf"], kind="return_slip")
        assert "签回单" in text_of(drawn(item)[0])

    def test_every_digit_of_a_far_address_is_there(self) -> None:
        for media in PAPERS:
            text = text_of(drawn(worst_labels()["zto"], media)[0])
            assert (
                "阿合奇村团结路与和平街交叉口东北角二百米处幸福家园小区十二号楼三单元1203室" in text
            )
            assert RARE in text

    def test_twelve_goods_lines_keep_their_quantities(self) -> None:
        for media in PAPERS:
            text = text_of(drawn(worst_labels()["zto"], media)[0])
            for quantity in range(1, 13):
                assert f"×{quantity}" in text

    def test_two_part_paper_repeats_the_number_below_the_perforation(self) -> None:
        bitmap = printed(usual_labels()["sf"], (100, 150))
        lower = bitmap.image().crop((0, 720, 800, 1200))
        assert codes(lower) == {("Code 128", "SF7444496931331")}


class TestSfMasking:
    def label(self, flags: str) -> DrawnLabel:
        clear = replace(
            usual_labels()["sf"].receiver, name="欧阳甲", phone="13800002046", company="甲乙公司"
        )
        sender = replace(usual_labels()["sf"].sender, name="山野集", phone="13900000001")
        return label(
            "sf", "SF7444496931331", sf_route(printFlag=flags), receiver=clear, sender=sender
        )

    def test_zero_flags_hide_everything_even_when_we_have_it_in_clear(self) -> None:
        text = text_of(drawn(self.label("000000000"))[0])
        for secret in (
            "欧阳甲",
            "13800002046",
            "甲乙公司",
            "山野集",
            "13900000001",
            "601室",
            "1.26kg",
        ):
            assert secret not in text
        assert "欧**" in text
        assert "138****2046" in text

    def test_flags_count_one_by_one(self) -> None:
        text = text_of(drawn(self.label("110110010"))[0])
        assert "山野集" in text
        assert "13900000001" in text
        assert "欧**" in text
        assert "138****2046" in text
        assert "甲乙公司" in text
        assert "601室" not in text
        assert "1.26kg" in text

    def test_all_ones_show_what_we_were_given(self) -> None:
        text = text_of(drawn(self.label("111111111"))[0])
        assert "欧阳甲" in text
        assert "601室" in text


class TestIncomplete:
    @pytest.mark.parametrize(
        "item",
        [
            label("zto", "73100196611386", {"mark": "", "bagAddr": "沪西"}),
            label("zto", "73100196611386", {"mark": None}),
            label("sf", "SF7444496931331", sf_route(destRouteLabel="020")),
            label("sf", "SF7444496931331", sf_route(destRouteLabel="")),
            label("sf", "SF7444496931331", sf_route(twoDimensionCode="")),
            label("yunda", "4060005469862", {**yunda_route(), "position_no": ""}),
            label("plain", "YT8800000000011", {"company": "圆通速递", "mark": ""}),
            label("plain", "", {}),
            label("plain", "运单一", {}),
            label("plain", "9" * 90, {}),
        ],
        ids=lambda item: f"{item.template}-{item.number[:12]}",
    )
    def test_label_that_cannot_be_sorted_is_refused_with_a_remedy(self, item: DrawnLabel) -> None:
        with pytest.raises(UserError) as caught:
            drawn(item)
        assert caught.value.code == "label_incomplete"
        assert str(caught.value.remedy)
        assert caught.value.ref == item.number

    def test_unknown_template_is_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            drawn(label("moon", "1", {}))
        assert caught.value.code == "template_unknown"

    def test_paper_that_is_too_small_is_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            drawn(usual_labels()["zto"], (60, 40))
        assert caught.value.code == "media_too_small"

    def test_child_of_sf_without_a_qr_code_prints_without_one(self) -> None:
        route = sf_route()
        route["children"] = {
            "SF7444500000013": {**route, "waybillNo": "SF7444500000013", "twoDimensionCode": ""}
        }
        item = label("sf", "SF7444500000013", route, kind="child", box_no=2, box_count=2)
        assert codes(printed(item).image()) == {("Code 128", "SF7444500000013")}

    def test_child_never_gets_the_mothers_qr_code(self) -> None:
        item = label("sf", "SF7444500000013", sf_route(), kind="child", box_no=2, box_count=2)
        assert codes(printed(item).image()) == {("Code 128", "SF7444500000013")}


def test_missing_glyph_shows_and_is_counted() -> None:
    item = usual_labels()["zto"]
    item = replace(item, receiver=replace(item.receiver, address="快乐路 1 号\ue123"))
    pdf, trouble = drawn(item)
    assert trouble.missing_glyphs == 1
    assert "快乐路1号〓" in text_of(pdf)


def test_rare_names_are_printed_without_a_warning() -> None:
    item = usual_labels()["zto"]
    for char in RARE:
        pdf, trouble = drawn(replace(item, receiver=replace(item.receiver, name=f"{char}**")))
        assert trouble.missing_glyphs == 0
        assert f"{char}**" in text_of(pdf)


def test_a_batch_is_one_file_with_a_page_a_label_and_one_set_of_fonts() -> None:
    made = [
        label("zto", f"7310019661{i:04d}", zto_route(), receiver=usual_labels()["zto"].receiver)
        for i in range(20)
    ]
    stationery = PaperStationery()
    one = stationery.labels_pdf(made[:1], "76x130")
    all_of_them = stationery.labels_pdf(made, "76x130")
    from printing.documents.raster import rasterise

    pages = rasterise(all_of_them, 8.0)
    assert len(pages) == 20
    for item, page in zip(made, pages, strict=True):
        assert ("Code 128", item.number) in codes(page.image())
    assert len(all_of_them) < len(one) * 4


def test_fixed_lines_are_drawn_once_in_a_book() -> None:
    book = Book(load_fonts())
    from printing.documents.labels import add_label

    for _ in range(5):
        add_label(book, usual_labels()["zto"], 76, 130)
    assert book.finish().count(b"/Subtype /Form") == 1


def test_offset_moves_the_whole_picture() -> None:
    bitmap = printed(usual_labels()["zto"])
    moved = bitmap.shifted(5, -3)
    back = moved.shifted(-5, 3)
    inner = (8, 8, bitmap.width - 8, bitmap.height - 8)
    assert isinstance(moved, Bitmap)
    assert moved.rows != bitmap.rows
    assert back.image().crop(inner).tobytes() == bitmap.image().crop(inner).tobytes()
