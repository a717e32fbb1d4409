"""The rule of the bench: which scan counts, and what the packer is told otherwise."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.packing import Item, Line, OpenParcel, check_weight, scan_item, undo
from app.domain.states import Verdict

TEA = Item("1", "TEA-100", "tea", "100 g", "tea", weight_g=120)
TEA_BIG = Item("2", "TEA-250", "tea", "250 g", "tea", weight_g=280)
CUP = Item("3", "CUP-1", "cup", "white", "cup", weight_g=300)
OTHER = Item("4", "PEN-1", "pen", "blue", "pen")
ITEMS = (TEA, TEA_BIG, CUP, OTHER)


def parcel(*lines: tuple[Item, int, int]) -> OpenParcel:
    """Lines as item, need, have."""
    made = tuple(Line(str(n), item, need, have) for n, (item, need, have) in enumerate(lines))
    return OpenParcel("p", "SF1", made)


def test_a_needed_piece_counts() -> None:
    result = scan_item(parcel((TEA, 2, 0), (CUP, 1, 0)), TEA.code, [TEA])
    assert (result.verdict, result.counted) == (Verdict.OK, 1)
    assert result.parcel is not None
    assert (result.parcel.have, result.parcel.need) == (1, 3)


def test_the_last_piece_of_a_line_finishes_it() -> None:
    result = scan_item(parcel((TEA, 2, 1), (CUP, 1, 0)), TEA.code, [TEA])
    assert result.verdict is Verdict.LINE_DONE


def test_the_last_piece_of_all_finishes_the_parcel() -> None:
    result = scan_item(parcel((TEA, 2, 2), (CUP, 1, 0)), CUP.code, [CUP])
    assert result.verdict is Verdict.PARCEL_DONE
    assert result.parcel is not None
    assert result.parcel.done


def test_a_piece_too_many_counts_nothing() -> None:
    before = parcel((TEA, 1, 1), (CUP, 1, 0))
    result = scan_item(before, TEA.code, [TEA])
    assert (result.verdict, result.counted, result.parcel) == (Verdict.OVER, 0, before)
    assert result.line is not None
    assert result.line.item == TEA


def test_another_size_of_the_same_product_is_the_wrong_variant() -> None:
    result = scan_item(parcel((TEA, 1, 0), (CUP, 1, 0)), TEA_BIG.code, [TEA_BIG])
    assert result.verdict is Verdict.WRONG_VARIANT
    assert result.item == TEA_BIG
    assert result.line is not None
    assert result.line.item == TEA  # the right one is shown beside it


def test_another_product_is_the_wrong_item() -> None:
    result = scan_item(parcel((TEA, 1, 0)), OTHER.code, [OTHER])
    assert (result.verdict, result.item) == (Verdict.WRONG_ITEM, OTHER)


def test_a_code_nobody_knows_is_unknown() -> None:
    before = parcel((TEA, 1, 0))
    result = scan_item(before, "6900000000000", [])
    assert (result.verdict, result.parcel, result.counted) == (Verdict.UNKNOWN, before, 0)


def test_a_shared_bar_code_counts_for_the_piece_that_is_needed() -> None:
    found = [OTHER, TEA_BIG, TEA]
    result = scan_item(parcel((TEA, 1, 0), (CUP, 1, 0)), "690", found)
    assert (result.verdict, result.item) == (Verdict.LINE_DONE, TEA)


def test_a_shared_bar_code_goes_on_to_the_next_item_that_needs_it() -> None:
    result = scan_item(parcel((TEA, 1, 1), (TEA_BIG, 1, 0)), "690", [TEA, TEA_BIG])
    assert (result.verdict, result.item) == (Verdict.PARCEL_DONE, TEA_BIG)


def test_two_lines_of_one_item_are_filled_one_after_the_other() -> None:
    first = scan_item(parcel((TEA, 1, 0), (TEA, 1, 0)), TEA.code, [TEA])
    assert first.verdict is Verdict.LINE_DONE
    assert first.parcel is not None
    second = scan_item(first.parcel, TEA.code, [TEA])
    assert second.verdict is Verdict.PARCEL_DONE
    assert second.parcel is not None
    assert scan_item(second.parcel, TEA.code, [TEA]).verdict is Verdict.OVER


def test_a_quantity_counts_at_once_or_not_at_all() -> None:
    before = parcel((TEA, 3, 0))
    assert scan_item(before, TEA.code, [TEA], 3).verdict is Verdict.PARCEL_DONE
    too_many = scan_item(before, TEA.code, [TEA], 4)
    assert (too_many.verdict, too_many.counted, too_many.parcel) == (Verdict.OVER, 0, before)


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_scan_of_nothing_is_a_mistake_of_the_caller(quantity: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        scan_item(parcel((TEA, 1, 0)), TEA.code, [TEA], quantity)


def test_an_empty_parcel_is_never_done() -> None:
    assert not parcel().done
    assert parcel().next_line() is None


def test_the_next_line_is_the_first_unfinished_one() -> None:
    line = parcel((TEA, 1, 1), (CUP, 2, 1)).next_line()
    assert line is not None
    assert line.item == CUP
    assert line.missing == 1


def test_undo_takes_pieces_out_and_never_goes_below_none() -> None:
    after = undo(parcel((TEA, 3, 2)), "0", 1)
    assert after.have == 1
    assert undo(after, "0", 5).have == 0
    assert undo(after, "no such line", 1) == after


@pytest.mark.parametrize(
    ("weight_g", "expected_g", "fits"),
    [
        (1000, 1000, True),
        (1030, 1000, True),
        (1031, 1000, False),
        (969, 1000, False),
        (120, 100, True),
        (121, 100, False),
        (5, 0, True),
    ],
)
def test_the_weight_may_be_three_per_cent_or_twenty_grams_off(
    weight_g: int, expected_g: int, fits: bool
) -> None:
    assert check_weight(weight_g, expected_g).fits is fits


def test_a_shop_may_choose_its_own_tolerance() -> None:
    strict = {"share": 0.0, "floor_g": 1.0}
    assert not check_weight(102, 100, strict).fits
    assert check_weight(101, 100, strict).fits
    assert check_weight(90, 100).difference_g == -10


class Bench(RuleBasedStateMachine):
    """Whatever is scanned in whatever order: never more in the box than the parcel needs."""

    @initialize(
        needs=st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(1, 4)), min_size=1, max_size=4)
    )
    def open(self, needs: list[tuple[Item, int]]) -> None:
        self.parcel = parcel(*((item, need, 0) for item, need in needs))
        self.counted = 0

    @rule(
        found=st.lists(st.sampled_from(ITEMS), max_size=3, unique=True),
        quantity=st.integers(1, 5),
    )
    def scan(self, found: list[Item], quantity: int) -> None:
        before = self.parcel
        result = scan_item(before, "code", found, quantity)
        assert result.parcel is not None
        assert result.accepted == (result.counted > 0)
        assert result.counted in {0, quantity}
        assert result.parcel.have == before.have + result.counted
        if not result.accepted:
            assert result.parcel == before
        assert (result.verdict is Verdict.PARCEL_DONE) == (result.accepted and result.parcel.done)
        self.parcel = result.parcel
        self.counted += result.counted

    @rule(line=st.integers(0, 3), quantity=st.integers(1, 3))
    def undo(self, line: int, quantity: int) -> None:
        after = undo(self.parcel, str(line), quantity)
        self.counted -= self.parcel.have - after.have
        self.parcel = after

    @invariant()
    def never_more_than_needed(self) -> None:
        if hasattr(self, "parcel"):
            assert all(0 <= line.have <= line.need for line in self.parcel.lines)
            assert self.parcel.have == self.counted
            assert self.parcel.done == (self.parcel.have == self.parcel.need)


TestBench = Bench.TestCase
TestBench.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
