"""Moving, correcting, setting aside as defective, and taking it back while it is still true."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import BinKind, MoveKind, SerialState
from app.domain.stock_reasons import StockReason, said
from app.services.stock import (
    adjusting,
    bins,
    defects,
    ledger,
    receiving,
    serials,
    transferring,
    undoing,
)
from app.services.stock.moves import moves
from app.store.tables import stock_moves
from tests.services.stock.shelf import books_are_true, figures, goods, lies, numbers
from tests.support.warehouse import Bench


def refused(bench: Bench, action: Callable[[], object]) -> str:
    with pytest.raises(UserError) as error:
        action()
    books_are_true(bench)
    return error.value.code


# --- from bin to bin -----------------------------------------------------------------------------


def test_pieces_go_from_bin_to_bin_the_first_to_expire_first(bench: Bench) -> None:
    work = bench.work
    goods(bench, "TEA")
    receiving.receive(work, "TEA", 4, bin_name="A", batch="LATE", expires_on="2029-01-01")
    receiving.receive(work, "TEA", 4, bin_name="A", batch="SOON", expires_on="2028-01-01")
    transferring.transfer(work, "TEA", 5, from_bin="BIN-A", to_bin="BIN-B")
    assert lies(bench, "TEA") == {("B", "SOON"): 4, ("B", "LATE"): 1, ("A", "LATE"): 3}
    transferring.transfer(work, "TEA", None, from_bin="A", to_bin="B", batch="LATE")
    assert lies(bench, "TEA") == {("B", "SOON"): 4, ("B", "LATE"): 4}
    assert figures(bench, "TEA") == (8, 0)
    books_are_true(bench)


def test_more_than_lies_there_does_not_move(bench: Bench) -> None:
    work = bench.work
    goods(bench, "TEA", 3, "A")

    def move(quantity: int | None, source: str, target: str) -> Callable[[], object]:
        return lambda: transferring.transfer(work, "TEA", quantity, from_bin=source, to_bin=target)

    assert refused(bench, move(4, "A", "B")) == "bin_holds_less"
    assert refused(bench, move(None, "C", "B")) == "bin_holds_less"
    assert refused(bench, move(1, "A", "A")) == "same_bin"
    assert refused(bench, move(1, "A", "")) == "bad_bin"
    assert refused(bench, move(1, "A", "@picked")) == "bad_bin"


def test_a_scan_told_twice_moves_once(bench: Bench) -> None:
    goods(bench, "TEA", 3, "A")
    for _ in range(2):
        transferring.transfer(bench.work, "TEA", 2, from_bin="A", to_bin="B", once="scan-1")
    assert lies(bench, "TEA") == {("A", ""): 1, ("B", ""): 2}


def test_a_whole_bin_is_emptied_and_then_renamed_or_removed(bench: Bench) -> None:
    work = bench.work
    goods(bench, "TEA", 3, "A")
    goods(bench, "CUP", 2, "A")
    assert refused(bench, lambda: bins.rename(work, "A", "Z")) == "bin_not_empty"
    assert refused(bench, lambda: bins.remove(work, "A")) == "bin_not_empty"
    assert len(transferring.transfer_all(work, "A", "B")) == 2
    assert refused(bench, lambda: transferring.transfer_all(work, "A", "B")) == "bin_empty"
    assert refused(bench, lambda: bins.remove(work, "A")) == "bin_is_home"
    assert refused(bench, lambda: bins.rename(work, "A", "B")) == "bin_exists"
    bins.rename(work, "A", "Z")
    receiving.receive(work, "TEA", 1)
    assert lies(bench, "TEA") == {("B", ""): 3, ("Z", ""): 1}
    assert refused(bench, lambda: bins.contents(work, "A")) == "no_such_bin"
    assert {(r.sku, r.quantity) for r in bins.contents(work, "B")} == {("TEA", 3), ("CUP", 2)}


def test_reserve_bins_come_after_pick_bins(bench: Bench) -> None:
    work = bench.work
    goods(bench, "TEA")
    assert bins.add(work, "A-0", BinKind.RESERVE)
    receiving.receive(work, "TEA", 3, bin_name="A-0")
    receiving.receive(work, "TEA", 3, bin_name="B-9")
    assert [r.bin for r in bins.of_sku(work, "TEA")] == ["B-9", "A-0"]
    assert not bins.add(work, "A-0", BinKind.PICK)
    assert [r.bin for r in bins.of_sku(work, "TEA")] == ["A-0", "B-9"]


# --- corrections and defective pieces ------------------------------------------------------------


def test_a_figure_is_corrected_in_its_bin_with_a_reason(bench: Bench) -> None:
    work = bench.work
    goods(bench, "TEA", 3, "A")
    adjusting.adjust(work, "TEA", 2, "found", bin_name="B", note="behind the shelf")
    adjusting.adjust(work, "TEA", -1, "lost", bin_name="A")
    assert lies(bench, "TEA") == {("A", ""): 2, ("B", ""): 2}
    assert [m.reason for m in moves(work, "TEA")][:2] == ["lost", "found: behind the shelf"]
    assert (
        refused(bench, lambda: adjusting.adjust(work, "TEA", -3, "lost", bin_name="A"))
        == "bin_holds_less"
    )
    assert refused(bench, lambda: adjusting.adjust(work, "TEA", -5, "lost")) == "stock_negative"


def test_every_reason_has_a_word_and_free_text_stays(bench: Bench) -> None:
    assert all(said(code) and said(f"{code}: x").endswith(": x") for code in StockReason)
    assert said("own words: too") == "own words: too"


def test_defective_pieces_are_here_and_not_for_sale(bench: Bench) -> None:
    work = bench.work
    goods(bench, "PHONE", serial_tracked=True)
    receiving.receive(work, "PHONE", 3, bin_name="A", numbers=["S1", "S2", "S3"])
    defects.found(work, "PHONE", 2, bin_name="A", numbers=["S1", "S2"])
    assert figures(bench, "PHONE") == (1, 2)
    defects.mended(work, "PHONE", 1, bin_name="B", numbers=["S1"])
    defects.discarded(work, "PHONE", 1, numbers=["S2"])
    assert figures(bench, "PHONE") == (2, 0)
    assert lies(bench, "PHONE") == {("A", ""): 1, ("B", ""): 1}
    assert numbers(bench, "PHONE", SerialState.IN) == {"S1", "S3"}
    assert [e.kind for e in serials.history(work, "S2")] == ["receive", "defect", "discard"]
    assert refused(bench, lambda: defects.discarded(work, "PHONE", 1)) == "not_so_many_defective"
    assert refused(bench, lambda: defects.found(work, "PHONE", 3)) == "stock_negative"
    assert (
        refused(bench, lambda: defects.found(work, "PHONE", 1, numbers=["S2"])) == "serial_not_here"
    )


# --- taking back ---------------------------------------------------------------------------------


def test_the_last_action_is_taken_back_then_the_one_before(bench: Bench) -> None:
    work = bench.work
    goods(bench, "TEA", 3, "A")
    transferring.transfer(work, "TEA", 2, from_bin="A", to_bin="B")
    defects.found(work, "TEA", 1, bin_name="B")
    assert undoing.undo_last(work).kind == "defect"
    assert (figures(bench, "TEA"), lies(bench, "TEA")) == ((3, 0), {("A", ""): 1, ("B", ""): 2})
    last = undoing.undo_last(work)
    assert (last.kind, last.skus, last.pieces) == ("transfer", ("TEA",), 2)
    assert lies(bench, "TEA") == {("A", ""): 3}
    assert refused(bench, lambda: undoing.undo_last(work)) == "nothing_to_undo"
    assert [o.undone for o in undoing.recent(work)] == [True, True]


def test_nothing_is_taken_back_twice_not_even_by_two_at_once(bench: Bench) -> None:
    goods(bench, "TEA", 3, "A")
    done = adjusting.adjust(bench.work, "TEA", 4, "found")

    def undo(_n: int) -> str:
        try:
            return "done" if undoing.undo(bench.work, done) else ""
        except UserError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(undo, range(4)))
    assert told == ["already_undone"] * 3 + ["done"]
    assert figures(bench, "TEA") == (3, 0)
    books_are_true(bench)


def test_what_was_moved_or_reserved_since_is_not_taken_back(bench: Bench) -> None:
    work = bench.work
    sku_id = goods(bench, "TEA")
    came = receiving.receive(work, "TEA", 3, bin_name="A")
    transferring.transfer(work, "TEA", 2, from_bin="A", to_bin="B")
    assert refused(bench, lambda: undoing.undo(work, came)) == "undo_too_late"
    undoing.undo_last(work)
    with work.db.write() as tx:  # presale pieces are set aside like those of a parcel
        wanted = ledger.Move(sku_id, MoveKind.SET_ASIDE, allocated=1, presale=1)
        assert ledger.post(tx, work, wanted)
    assert refused(bench, lambda: undoing.undo(work, came)) == "undo_too_late"
    assert figures(bench, "TEA") == (3, 0)


def test_a_number_that_has_moved_since_keeps_its_receipt(bench: Bench) -> None:
    work = bench.work
    goods(bench, "PHONE", serial_tracked=True)
    came = receiving.receive(work, "PHONE", 1, bin_name="A", numbers=["S1"])
    receiving.receive(work, "PHONE", 1, bin_name="A", numbers=["S2"])
    defects.found(work, "PHONE", 1, bin_name="A", numbers=["S1"])
    assert refused(bench, lambda: undoing.undo(work, came)) == "serial_not_here"
    assert figures(bench, "PHONE") == (1, 1)


def test_only_what_a_person_did_by_hand_is_taken_back(bench: Bench) -> None:
    work = bench.work
    goods(bench, "TEA", 3, "A")
    done = adjusting.adjust(work, "TEA", 1, "found")
    undone = undoing.undo(work, done)
    assert refused(bench, lambda: undoing.undo(work, undone)) == "not_undoable"
    assert refused(bench, lambda: undoing.undo(work, "none")) == "no_such_operation"
    assert refused(bench, lambda: undoing.undo(work, "")) == "no_such_operation"
    with work.db.read() as tx:
        rows = tx.execute(select(stock_moves.c.undoes).where(stock_moves.c.operation == undone))
        assert list(rows.scalars()) == [done]
