"""The checker of pages finds what it is for, and nothing on the labels we draw."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from printing.documents.geometry import Box
from printing.documents.page import Book, Sheet
from printing.fonts import load_fonts
from tests.printing.reading import drawn
from tests.printing.samples import RARE, usual_labels, worst_labels
from tests.printing.text_boxes import faults, pages_ink


def page(draw: Callable[[Sheet], object]) -> bytes:
    def draw_all(sheet: Sheet) -> None:
        draw(sheet)

    book = Book(load_fonts())
    book.page(76, 50, draw_all)
    return book.finish()


def test_text_beside_text_is_no_fault() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text(4, 10, f"龙井 特级 {RARE} ×2", 10)
        sheet.text(4, 14.2, "土蜂蜜 500g ×1", 10)
        sheet.text(2, 20, "(jgqyÅ|", 10)

    found = page(draw)
    assert faults(found) == []
    assert pages_ink(found)[0].text == f"龙井特级{RARE}×2土蜂蜜500g×1(jgqyÅ|"


def test_text_over_other_text_is_named() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text(4, 10, "收件人", 10)
        sheet.text(4, 12, "寄件人", 10)

    found = faults(page(draw))
    assert len(found) == 3
    assert "overlaps" in found[0]


@pytest.mark.parametrize(("x", "y"), [(70, 10), (-2, 10), (4, 0.5), (4, 49.5)])
def test_text_that_leaves_the_page_is_named(x: float, y: float) -> None:
    found = faults(page(lambda sheet: sheet.text(x, y, "上海 200", 12)))
    assert found
    assert "leaves the page" in found[0]


def test_a_margin_counts_as_outside() -> None:
    found = page(lambda sheet: sheet.text(2, 10, "上海", 12))
    assert faults(found) == []
    assert faults(found, margin_mm=3)


def test_text_on_a_code_is_named() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.code128(Box(2, 5, 70, 12), "73100196611386", max_module_mm=0.5)
        sheet.text(38, 12, "73100196611386", 9, align="center")

    found = faults(page(draw))
    assert found
    assert "stands on a code" in found[0]


def test_turned_text_is_found_where_it_stands() -> None:
    def draw(sheet: Sheet) -> None:
        sheet.turned_text(40, 25, "73100196611386", 9)
        sheet.text(38, 25, "上海", 9)

    assert faults(page(draw))


@pytest.mark.parametrize("template", list(usual_labels()))
@pytest.mark.parametrize("media", [(76.0, 130.0), (100.0, 150.0), (100.0, 180.0)])
def test_no_text_of_a_label_leaves_its_place(template: str, media: tuple[float, float]) -> None:
    for labels in (usual_labels(), worst_labels()):
        pdf, _trouble = drawn(labels[template], media)
        assert faults(pdf) == []
        assert pages_ink(pdf)[0].codes
