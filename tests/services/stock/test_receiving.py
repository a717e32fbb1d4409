"""Goods come in: into bins, by batch, by number, and once."""

from __future__ import annotations

import pytest

from app.domain.errors import UserError
from app.domain.states import SerialState
from app.services.stock import batches, bins, receiving, serials, undoing
from app.services.stock.moves import moves
from tests.services.stock.shelf import books_are_true, figures, goods, home, lies, numbers
from tests.support.warehouse import Bench


def refusal(bench: Bench, sku: str, quantity: int, **how: object) -> str:
    with pytest.raises(UserError) as refused:
        receiving.receive(bench.work, sku, quantity, **how)  # type: ignore[arg-type]  # the test's own keywords
    books_are_true(bench)
    return refused.value.code


def test_a_named_bin_is_made_and_becomes_home_only_where_there_was_none(bench: Bench) -> None:
    goods(bench, "TEA", 5, "A-1")
    goods(bench, "CUP")
    receiving.receive(bench.work, "TEA", 3, bin_name="BIN-R-7")
    receiving.receive(bench.work, "CUP", 4, bin_name="R-7")
    assert lies(bench, "TEA") == {("A-1", ""): 5, ("R-7", ""): 3}
    assert (home(bench, "TEA"), home(bench, "CUP")) == ("A-1", "R-7")
    row = next(b for b in bins.list_bins(bench.work) if b.bin == "R-7")
    assert (row.skus, row.pieces, row.homes) == (2, 7, 1)
    books_are_true(bench)


def test_without_a_bin_goods_go_home(bench: Bench) -> None:
    goods(bench, "TEA", 5, "A-1")
    receiving.receive(bench.work, "TEA", 3)
    assert lies(bench, "TEA") == {("A-1", ""): 8}


def test_the_same_paper_counts_once_for_each_batch(bench: Bench) -> None:
    goods(bench, "TEA", batch_tracked=True)
    for _ in range(2):
        receiving.receive(bench.work, "TEA", 3, reference="IN-7", batch="L1")
        receiving.receive(bench.work, "TEA", 4, reference="IN-7", batch="L2")
    assert figures(bench, "TEA") == (7, 0)
    assert refusal(bench, "TEA", 1, reference="9" * 65, batch="L1") == "bad_reference"


def test_what_is_kept_by_batch_has_one_and_its_days_do_not_change(bench: Bench) -> None:
    goods(bench, "TEA", batch_tracked=True)
    assert refusal(bench, "TEA", 1) == "batch_missing"
    receiving.receive(bench.work, "TEA", 2, batch="L1", made_on="20260101", expires_on="2027-01-01")
    receiving.receive(bench.work, "TEA", 2, batch="L1")
    assert refusal(bench, "TEA", 1, batch="L1", expires_on="2027-02-01") == "batch_differs"
    assert refusal(bench, "TEA", 1, batch="L2", expires_on="soon") == "bad_day"
    assert (
        refusal(bench, "TEA", 1, batch="L2", made_on="2027-01-02", expires_on="2027-01-01")
        == "bad_batch"
    )
    (row,) = batches.list_batches(bench.work, "TEA")
    assert (row.made_on, row.expires_on, row.quantity) == ("2026-01-01", "2027-01-01", 4)


def test_what_is_kept_by_number_has_one_for_each_piece(bench: Bench) -> None:
    goods(bench, "PHONE", serial_tracked=True)
    assert refusal(bench, "PHONE", 2, numbers=["S1"]) == "serials_missing"
    assert refusal(bench, "PHONE", 2, numbers=["S1", "S1"]) == "serials_missing"
    assert refusal(bench, "PHONE", 1, numbers=["?"]) == "bad_serial"
    receiving.receive(bench.work, "PHONE", 2, numbers=["S1", " S2"], reference="IN-9")
    assert refusal(bench, "PHONE", 1, numbers=["S2"]) == "serial_here"
    assert numbers(bench, "PHONE", SerialState.IN) == {"S1", "S2"}
    (event,) = serials.history(bench.work, "S2")
    assert (event.kind, event.state, event.reference) == ("receive", "in", "IN-9")
    books_are_true(bench)


@pytest.mark.parametrize("name", ["x" * 33, "@picked", "BIN-@picked", "A\x07"])
def test_a_bin_has_a_name_that_fits_its_label(bench: Bench, name: str) -> None:
    goods(bench, "TEA")
    assert refusal(bench, "TEA", 1, bin_name=name) == "bad_bin"


def test_a_receipt_is_taken_back_with_its_numbers(bench: Bench) -> None:
    goods(bench, "PHONE", serial_tracked=True)
    done = receiving.receive(bench.work, "PHONE", 2, numbers=["S1", "S2"])
    undoing.undo(bench.work, done)
    assert figures(bench, "PHONE") == (0, 0)
    assert numbers(bench, "PHONE", SerialState.IN) == set()
    receiving.receive(bench.work, "PHONE", 1, numbers=["S1"])
    assert numbers(bench, "PHONE", SerialState.IN) == {"S1"}
    books_are_true(bench)


def test_the_ledger_runs_up_to_todays_figures(bench: Bench) -> None:
    goods(bench, "TEA", 5, "A-1")
    receiving.receive(bench.work, "TEA", 3, bin_name="B-1")
    newest, oldest = moves(bench.work, "TEA")
    assert (newest.balance, newest.available, newest.bin, newest.bench) == (8, 8, "B-1", "A3")
    assert (oldest.balance, oldest.bin) == (5, "A-1")
    assert moves(bench.work, "TEA", limit=1) == [newest]
