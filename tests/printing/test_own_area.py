"""The shop's own area: whatever stands in it, nothing leaves it and no number is cut."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.label_designs import OwnBox, OwnField
from app.domain.labels import OwnArea
from printing.documents.own_area import own_area
from printing.documents.page import Book, Sheet
from printing.fonts import load_fonts
from tests.printing.samples import LONG_OWN, OWN, RARE
from tests.printing.text_boxes import PageInk, pages_ink

PAPER = (100.0, 150.0)
WORDS = st.text(
    st.sampled_from("龙井特级云雾茶礼盒装手工采摘（）·,- g0123456789ABx" + RARE),
    min_size=1,
    max_size=40,
)
LINES = st.lists(st.tuples(WORDS, st.integers(1, 999)), max_size=30)
OWNS = st.builds(
    lambda lines, wave, position, place, note, shop: OwnArea(
        tuple(f"{' '.join(name.split()) or '茶'} ×{n}" for name, n in lines),
        wave, position, place, note, tuple(f"SKU-{i:03d} ×{n}" for i, (_, n) in enumerate(lines)),
        shop,
    ),
    LINES,
    st.sampled_from(["", "0318-05", "夜间补单第十二波"]),
    st.sampled_from(["", "1/1", "1420/9999"]),
    st.sampled_from(["", "A-01-3", "二号库东区货架-12-34-56"]),
    st.one_of(st.just(""), st.text(max_size=200)),
    st.one_of(st.just(""), WORDS),
)  # fmt: skip
FRAMES = st.builds(
    OwnBox,
    st.floats(3, 40), st.floats(3, 90), st.floats(10, 55), st.floats(4, 50),
    st.sets(st.sampled_from(list(OwnField))).map(tuple),
    st.floats(6, 24),
)  # fmt: skip


def ink_of(frame: OwnBox, own: OwnArea) -> tuple[PageInk, int]:
    book = Book(load_fonts())

    def draw(sheet: Sheet) -> None:
        own_area(sheet, frame, own)

    book.page(*PAPER, draw)
    cut = book.trouble.cut_texts
    (page,) = pages_ink(book.finish())
    return page, cut


@settings(max_examples=120, deadline=None)
@given(FRAMES, OWNS)
def test_nothing_leaves_the_area(frame: OwnBox, own: OwnArea) -> None:
    page, _ = ink_of(frame, own)
    for ink in page.characters:
        assert ink.left >= frame.x - 0.2
        assert ink.right <= frame.x + frame.width + 0.2
        assert ink.top >= frame.y - 0.3
        assert ink.bottom <= frame.y + frame.height + 0.5


@settings(max_examples=120, deadline=None)
@given(FRAMES, LINES)
def test_every_shown_quantity_is_whole_and_the_rest_is_counted(
    frame: OwnBox, lines: list[tuple[str, int]]
) -> None:
    frame = replace(frame, width=max(frame.width, 20), fields=(OwnField.GOODS,))
    own = OwnArea(tuple(f"茶{i} ×{n}" for i, (_, n) in enumerate(lines)))
    page, cut = ink_of(frame, own)
    shown = [int(n) for n in re.findall(r"×(\d+)", re.sub(r"茶\d+", " ", page.text))]
    quantities = [n for _, n in lines]
    left = re.search(r"…另(\d+)行", page.text)
    assert shown == quantities[: len(shown)]
    if left is not None:
        assert len(shown) + int(left[1]) == len(lines)
    elif page.text:
        assert len(shown) == len(lines)
    assert (len(shown) < len(lines)) == bool(cut)


def test_a_note_alone_in_a_low_area_is_as_small_as_the_area_needs() -> None:
    frame = OwnBox(3.0, 4.0, 15.0, 4.0, (OwnField.MERCHANT_NOTE,), 6.0)
    page, _ = ink_of(frame, OwnArea((), "", "", "", "", (), "0"))
    assert page.characters
    assert min(ink.top for ink in page.characters) >= frame.y
    assert max(ink.bottom for ink in page.characters) <= frame.y + frame.height


def test_what_is_not_ticked_is_not_printed() -> None:
    frame = OwnBox(4, 100, 68, 26)
    own = replace(OWN, codes=("TEA-1 ×2", "HONEY-2 ×1", "CUP-3 ×2"), merchant_note="老客户")
    text = ink_of(frame, own)[0].text
    assert "TEA-1" not in text
    assert "老客户" not in text
    for field, words in (
        (OwnField.GOODS, "土蜂蜜"), (OwnField.WAVE, "0318-05"), (OwnField.BIN, "A-01-3"),
        (OwnField.BUYER_NOTE, "送人的"),
    ):  # fmt: skip
        ticked = tuple(f for f in frame.fields if f is not field)
        assert words in text
        assert words not in ink_of(replace(frame, fields=ticked), own)[0].text
    every = ink_of(replace(frame, fields=tuple(OwnField)), own)[0].text
    assert "TEA-1龙井" in every
    assert "备注：老客户" in every


def test_a_dozen_goods_stand_in_two_columns_in_their_order() -> None:
    text = ink_of(OwnBox(4, 100, 92, 27), LONG_OWN)[0].text
    assert re.findall(r"×(\d+)", text) == [str(n) for n in range(1, 13)]


def test_other_forms_of_characters_are_ordinary_in_the_own_area_too() -> None:
    own = OwnArea(("龙井\u200b１２ｇ ×２",), note="好\U0001f600的\x07\ud800")
    text = ink_of(OwnBox(4, 100, 68, 26), own)[0].text
    assert text == "好的龙井12g×2"  # the note is set first
