"""Blind stocktake by bin: the difference of a moment is booked, and orders go on meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from app.domain.errors import UserError
from app.domain.states import MoveKind, PaperState
from app.services import integrity
from app.services.stock import batches, ledger, stock
from app.services.stock.finding import find_sku
from app.services.stock.papers import (
    count_again,
    count_approval,
    count_differences,
    count_state,
    counts,
    paper_rows,
)
from app.services.stock.papers.count_differences import DifferenceRow
from app.services.stock.papers.counts import Counted
from app.services.workplace import Workplace
from app.store.tables import skus, stock_spots, users
from tests.support.warehouse import Bench

TEA, CUP, JAR = "TEA-1", "CUP-1", "JAR-1"


@pytest.fixture(autouse=True)
def shelf(bench: Bench) -> None:
    rows = [
        {"sku": TEA, "barcode": "6900000000017", "quantity": "10", "bin": "Z-01"},
        {"sku": CUP, "quantity": "6", "bin": "Z-01"},
        {"sku": JAR, "quantity": "4", "bin": "Z-02"},
    ]
    stock.import_rows(bench.work, rows)


def move(bench: Bench, code: str, pieces: int, bin_name: str, batch: str = "") -> None:
    with bench.work.db.write() as tx:
        sku_id = find_sku(tx, code)
        batch_id = batches.batch_for(tx, bench.work, sku_id, batch)
        done = ledger.post(
            tx,
            bench.work,
            ledger.Move(
                sku_id,
                MoveKind.ADJUST,
                on_hand=pieces,
                bin=bin_name,
                batch_id=batch_id,
                reason="test",
            ),
        )
    assert done


def spots(bench: Bench, code: str) -> dict[str, int]:
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(stock_spots)
            .join(skus, skus.c.id == stock_spots.c.sku_id)
            .where(skus.c.code == code, stock_spots.c.quantity != 0)
        ).all()
    return {r.bin: r.quantity for r in rows}


def state(bench: Bench, number: str) -> str:
    return paper_rows.listed(bench.work, search=number).rows[0].state


def found(
    bench: Bench, number: str, *, every: bool = False
) -> dict[tuple[str, str], DifferenceRow]:
    page = count_differences.differences(bench.work, number, different_only=not every)
    return {(r.bin, r.sku): r for r in page.rows}


def whole(bench: Bench) -> bool:
    return not integrity.check(bench.work).broken


def test_what_moves_after_the_count_stays_moved(bench: Bench) -> None:
    number = counts.start(bench.work, zone="z-").number
    assert [r.bin for r in count_state.sheet(bench.work, number)] == ["Z-01", "Z-02"]
    counts.begin(bench.work, number, "Z-01")
    bench.clock.advance(60)
    move(bench, TEA, -1, "Z-01")
    bench.clock.advance(60)
    counts.enter(
        bench.work, number, "Z-01", [Counted("6900000000017", 7), Counted(CUP, 6)], complete=True
    )
    bench.clock.advance(60)
    move(bench, TEA, -2, "Z-01")  # orders go on
    counts.enter(bench.work, number, "Z-02", [Counted(CUP, 1)])
    assert state(bench, number) == PaperState.TO_APPROVE
    rows = found(bench, number)
    tea, cup = rows["Z-01", TEA], rows["Z-02", CUP]
    assert (tea.expected, tea.counted, tea.difference) == (9, 7, -2)
    assert (tea.moved_while, tea.moved_since) == (-1, -2)
    assert (cup.difference, cup.elsewhere) == (1, [("Z-01", 6)])
    assert set(rows) == {("Z-01", TEA), ("Z-02", CUP)}  # JAR was not said to be missing
    assert set(found(bench, number, every=True)) == {*rows, ("Z-01", CUP)}
    booked = count_approval.approve(bench.work, number)
    assert {(r.sku, r.difference, r.result) for r in booked} == {
        (TEA, -2, "booked"),
        (CUP, 0, "booked"),
        (CUP, 1, "booked"),
    }
    assert state(bench, number) == PaperState.DONE
    assert spots(bench, TEA) == {"Z-01": 5}
    assert spots(bench, CUP) == {"Z-01": 6, "Z-02": 1}
    assert spots(bench, JAR) == {"Z-02": 4}
    with pytest.raises(UserError) as refused:
        count_approval.approve(bench.work, number)
    assert refused.value.code == "paper_closed"
    assert whole(bench)


def test_a_bin_that_is_complete_lacks_what_was_not_named(bench: Bench) -> None:
    number = counts.start(bench.work, bins=["Z-01"]).number
    counts.enter(bench.work, number, "Z-01", [Counted(TEA, 10)], complete=True)
    assert found(bench, number)["Z-01", CUP].difference == -6
    # A second count takes the place of the first one.
    counts.enter(bench.work, number, "Z-01", [Counted(TEA, 9), Counted(JAR, 1)], complete=True)
    counts.enter(bench.work, number, "Z-01", [Counted(CUP, 5)])
    rows = found(bench, number)
    assert {k[1]: r.difference for k, r in rows.items()} == {TEA: -1, CUP: -1, JAR: 1}
    assert rows["Z-01", JAR].elsewhere == [("Z-02", 4)]
    counts.enter(bench.work, number, "Z-01", [Counted(TEA, 10), Counted(CUP, 6)], complete=True)
    assert found(bench, number) == {}
    count_approval.approve(bench.work, number)
    assert state(bench, number) == PaperState.DONE
    assert spots(bench, JAR) == {"Z-02": 4}


def test_a_line_that_cannot_be_booked_waits_and_the_others_go_on(bench: Bench) -> None:
    number = counts.start(bench.work, bins=["Z-01"]).number
    counts.enter(bench.work, number, "Z-01", [Counted(TEA, 2), Counted(CUP, 5)])
    move(bench, TEA, -5, "Z-01")
    rows = {r.sku: r for r in count_approval.approve(bench.work, number)}
    assert (rows[CUP].result, rows[TEA].result) == ("booked", "failed")
    assert str(rows[TEA].message)
    assert spots(bench, TEA) == {"Z-01": 5}
    assert state(bench, number) == PaperState.TO_APPROVE
    assert count_again.recount(bench.work, number, "Z-01", TEA) == 1
    assert state(bench, number) == PaperState.OPEN
    with pytest.raises(UserError) as settled:
        counts.enter(bench.work, number, "Z-01", [Counted(CUP, 5)])
    assert settled.value.code == "already_booked"
    counts.enter(bench.work, number, "Z-01", [Counted(TEA, 4)], complete=True)
    (row,) = count_approval.approve(bench.work, number)
    assert (row.sku, row.difference) == (TEA, -1)
    assert (spots(bench, TEA), spots(bench, CUP)) == ({"Z-01": 4}, {"Z-01": 5})
    assert state(bench, number) == PaperState.DONE
    assert whole(bench)


def test_part_is_approved_and_part_is_left_as_it_is(bench: Bench) -> None:
    number = counts.start(bench.work, bins=["Z-01", "Z-02"]).number
    counts.enter(bench.work, number, "Z-01", [Counted(TEA, 9), Counted(CUP, 9)])
    (row,) = count_approval.approve(bench.work, number, bin_name="Z-01", sku=TEA)
    assert row.sku == TEA
    assert count_again.drop(bench.work, number, "Z-01", CUP) == 1
    assert state(bench, number) == PaperState.OPEN
    count_again.cancel(bench.work, number)  # Z-02 is not counted after all
    assert state(bench, number) == PaperState.DONE
    assert (spots(bench, TEA), spots(bench, CUP)) == ({"Z-01": 9}, {"Z-01": 6})
    other = counts.start(bench.work, bins=["Z-02"]).number
    counts.enter(bench.work, other, "Z-02", [Counted(JAR, 1)])
    count_again.cancel(bench.work, other)
    assert state(bench, other) == PaperState.CANCELLED
    assert spots(bench, JAR) == {"Z-02": 4}
    assert whole(bench)


def test_batches_are_counted_each_by_itself(bench: Bench) -> None:
    move(bench, JAR, 3, "Z-02", "B1")
    move(bench, JAR, 2, "Z-02", "B2")
    number = counts.start(bench.work, skus_wanted=[JAR]).number
    for said, code in (
        (Counted(JAR, 9), "batch_needed"),
        (Counted(JAR, 9, "B9"), "no_such_batch"),
        (Counted(TEA, 1), "not_in_count"),
        (Counted(JAR, -1), "bad_quantity"),
    ):
        with pytest.raises(UserError) as refused:
            counts.enter(bench.work, number, "Z-02", [said])
        assert refused.value.code == code
    counts.enter(
        bench.work, number, "Z-02", [Counted(JAR, 3, "B1"), Counted(JAR, 1, "B1")], complete=True
    )
    count_approval.approve(bench.work, number)
    assert spots(bench, JAR) == {"Z-02": 4}
    assert whole(bench)


def test_only_some_people_approve_and_see_the_books(bench: Bench) -> None:
    with bench.work.db.write() as tx:
        tx.execute(
            insert(users),
            [
                {"name": "ahua", "role": "packer", "display_name": "阿花"},
                {"name": "laochen", "role": "lead", "display_name": "老陈"},
            ],
        )
    packer = replace(bench.work, user="ahua")
    number = counts.start(packer, bins=["Z-01"]).number
    counts.enter(packer, number, "Z-01", [Counted(TEA, 3)])
    assert _refused(packer, number) == ["not_allowed", "not_allowed"]
    (row,) = count_state.sheet(packer, number)
    assert (row.state, row.items, row.pieces, row.counted_by) == ("counted", 1, 3, "ahua")
    (listed,) = paper_rows.listed(packer, kind="count").rows
    assert (listed.expected, listed.missing, listed.done) == (0, 0, 0)
    lead = replace(bench.work, user="laochen")
    (booked,) = count_approval.approve(lead, number)
    assert booked.difference == -7


def _refused(work: Workplace, number: str) -> list[str]:
    codes = []
    for ask in (count_approval.approve, count_differences.differences):
        with pytest.raises(UserError) as refused:
            ask(work, number)
        codes.append(refused.value.code)
    return codes


def test_a_count_is_of_places_that_are_there(bench: Bench) -> None:
    for bins, zone, code in (
        (["Q-77"], "", "no_such_bin"),
        ([], "Q", "no_such_bin"),
        ([], "", "no_bins"),
    ):
        with pytest.raises(UserError) as refused:
            counts.start(bench.work, bins=bins, zone=zone)
        assert refused.value.code == code
    number = counts.start(bench.work, bins=["Z-01"]).number
    with pytest.raises(UserError) as other:
        counts.enter(bench.work, number, "Z-02", [])
    assert other.value.code == "no_lines"
    with pytest.raises(UserError) as foreign:
        counts.enter(bench.work, number, "Z-02", [], complete=True)
    assert foreign.value.code == "not_in_count"


def test_differences_come_page_by_page(bench: Bench) -> None:
    number = counts.start(bench.work, zone="Z-").number
    counts.enter(bench.work, number, "Z-01", [], complete=True)
    counts.enter(bench.work, number, "Z-02", [Counted(JAR, 5)], complete=True)
    seen, after = [], ""
    while True:
        page = count_differences.differences(bench.work, number, after=after, limit=2)
        seen += [(r.bin, r.sku, r.difference) for r in page.rows]
        after = page.after
        if not after:
            break
    assert sorted(seen) == [("Z-01", CUP, -6), ("Z-01", TEA, -10), ("Z-02", JAR, 1)]
