"""Text in boxes: smaller, then wrapped, and no number is ever cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.documents.textfit import (
    fit_block,
    fit_line,
    fit_rows,
    lines_in,
    pieces,
    shrink,
    wrap,
)
from printing.fonts import POINTS_PER_MM, load_fonts

FACE = load_fonts().regular
TEXT = st.text(
    alphabet="上海市徐汇区桂平路号楼室，。（）《》 0123456789ABC-", min_size=1, max_size=90
)


@given(TEXT, st.floats(8, 80), st.floats(5, 14))
def test_wrapping_loses_nothing_and_no_line_is_too_long(
    text: str, width_mm: float, size_pt: float
) -> None:
    lines, _ = wrap(text, FACE, size_pt, width_mm)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(FACE.width_mm(line, size_pt) <= width_mm + 0.01 or len(line) <= 4 for line in lines)


@given(TEXT, st.floats(30, 80))
def test_numbers_stay_whole_when_a_line_can_hold_them(text: str, width_mm: float) -> None:
    lines, whole = wrap(text, FACE, 8, width_mm)
    if whole:
        broken = re.findall(r"[0-9A-C-]+", "\n".join(lines))
        assert broken == re.findall(r"[0-9A-C-]+", text)


@given(TEXT, st.floats(20, 60), st.floats(4, 30))
def test_a_block_stands_in_its_box(text: str, width_mm: float, height_mm: float) -> None:
    fitted = fit_block(text, FACE, 10, 4.5, width_mm, height_mm)
    assert 4.5 <= fitted.size_pt <= 10
    assert len(fitted.lines) <= max(1, lines_in(height_mm, fitted.size_pt))
    if not fitted.cut:
        assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")


def test_no_line_begins_with_closing_punctuation() -> None:
    lines, _ = wrap("山野集茶叶，蜂蜜。茶杯（白）茶盘！" * 4, FACE, 8, 17)
    assert len(lines) > 4
    assert not [line for line in lines if line[0] in "，。）！"]
    assert not [line for line in lines if line[-1] == "（"]


def test_short_text_keeps_its_size() -> None:
    assert fit_line("茶叶 ×2", FACE, 9, 60, 6).size_pt == 9
    assert shrink("茶叶", FACE, 9, 60) == 9


def test_long_line_gets_smaller_before_anything_is_left_out() -> None:
    text = "高山云雾有机绿茶礼盒装 ×2"
    fitted = fit_line(text, FACE, 12, 40, 6)
    assert fitted.lines == (text,)
    assert 6 <= fitted.size_pt < 12
    assert FACE.width_mm(text, fitted.size_pt) == pytest.approx(40, abs=0.01)


def test_shortened_line_keeps_its_quantity_and_whole_numbers() -> None:
    fitted = fit_line("高山云雾有机绿茶礼盒装 12345g 明前手工采摘 ×128", FACE, 9, 30, 8)
    assert fitted.cut
    line = fitted.lines[0]
    assert line.endswith(" ×128")
    assert "…" in line
    assert not re.search(r"\d(?=…)", line) or "12345g…" in line
    assert FACE.width_mm(line, fitted.size_pt) <= 30.01


def test_a_long_last_word_does_not_push_out_what_stands_before_it() -> None:
    text = "品名：土蜂蜜、月白手作茶杯、竹制茶盘  备注：保鲜，当日送达，收件前请先致电"
    (line,) = fit_line(text, FACE, 8, 56, 8).lines
    assert line.startswith("品名：土蜂蜜、月白手作茶杯")
    assert line.endswith("…")


def test_rows_that_do_not_fit_are_counted() -> None:
    rows = [f"货品 ×{i}" for i in range(1, 10)]
    fitted = fit_rows(rows, FACE, 9, 8, 40, 12)
    assert fitted.cut
    assert fitted.lines[-1] == f"…另 {len(rows) - len(fitted.lines) + 1} 行"


def test_rows_that_fit_are_all_there() -> None:
    rows = ["龙井 ×2", "土蜂蜜 ×1"]
    fitted = fit_rows(rows, FACE, 11, 7, 60, 20)
    assert fitted.lines == tuple(rows)
    assert fitted.size_pt == 11
    assert not fitted.cut
    assert fit_rows([], FACE, 11, 7, 60, 20).lines == ()


def test_pieces_of_text_keep_numbers_together() -> None:
    assert list(pieces("桂平路4号601-2室 ×12")) == [
        "桂", "平", "路", "4", "号", "601-2", "室", " ", "×12",
    ]  # fmt: skip


def test_lines_of_a_box_are_counted_by_their_height() -> None:
    line_mm = 10 * 1.17 / POINTS_PER_MM
    assert lines_in(line_mm * 3, 10) == 3
    assert lines_in(1, 10) == 0


@pytest.mark.parametrize(
    "kept", ["4 号", "2 号楼", "3 单元", "601 室", "12栋", "18层", "5号院", "B-7 座"]
)
def test_a_number_stays_on_the_line_of_what_it_counts(kept: str) -> None:
    for width_mm in range(12, 60):
        lines, whole = wrap(f"桂平路漕河泾街道 {kept} 东侧", FACE, 8, width_mm)
        assert whole
        assert any(kept in line for line in lines), (width_mm, lines)


def test_a_number_too_long_for_its_line_is_not_cut_for_what_it_counts() -> None:
    lines, whole = wrap("幸福 123456 号楼", FACE, 8, FACE.width_mm("123456", 8) + 0.1)
    assert not whole
    assert "123456" in lines
