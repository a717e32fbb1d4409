"""Receipts: goods on the way come piece by piece, once each, and what does not come is let go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.domain.errors import UserError
from app.domain.states import HoldCode, StockPaper
from app.services import integrity
from app.services.orders import holding
from app.services.stock import stock
from app.services.stock.papers import arrivals, paper_rows, receipts
from app.services.stock.papers.arrivals import Arrived
from app.services.stock.papers.receipts import Expected
from app.store.tables import (
    parcels,
    skus,
    stock_balances,
    stock_document_lines,
    stock_documents,
    stock_spots,
)
from tests.support.warehouse import Bench

TEA, CUP = "TEA-1", "CUP-1"


@pytest.fixture(autouse=True)
def shelf(bench: Bench) -> None:
    rows = [
        {"sku": TEA, "name": "茶", "quantity": "5", "bin": "A-01"},
        {"sku": CUP, "name": "杯", "quantity": "0", "bin": "B-01"},
    ]
    stock.import_rows(bench.work, rows)


def figures(bench: Bench, code: str) -> tuple[int, int]:
    """On hand and on the way."""
    with bench.work.db.read() as tx:
        row = tx.execute(
            select(stock_balances)
            .join(skus, skus.c.id == stock_balances.c.sku_id)
            .where(skus.c.code == code)
        ).one()
    return row.on_hand, row.in_transit


def spots(bench: Bench, code: str) -> dict[str, int]:
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(stock_spots)
            .join(skus, skus.c.id == stock_spots.c.sku_id)
            .where(skus.c.code == code, stock_spots.c.quantity != 0)
        ).all()
    return {r.bin: r.quantity for r in rows}


def whole(bench: Bench) -> bool:
    return not integrity.check(bench.work).broken


def lines(bench: Bench, number: str) -> list[tuple[str, int, int, int]]:
    found = paper_rows.shown(bench.work, number).rows
    return [(r.sku, r.expected, r.done, r.missing) for r in found]


def test_goods_are_on_the_way_then_here_and_the_rest_is_let_go(bench: Bench) -> None:
    made = receipts.make(bench.work, [Expected(TEA, 10), Expected(CUP, 6, "C-09")])
    assert made.number == "RK-20261120-1"
    assert figures(bench, TEA) == (5, 10)
    arrivals.receive(bench.work, made.number, [Arrived(TEA, 4), Arrived(CUP, 2)])
    arrivals.receive(bench.work, made.number, [Arrived(TEA, 3, "R-02")])
    assert lines(bench, made.number) == [(TEA, 10, 7, 3), (CUP, 6, 2, 4)]
    assert (figures(bench, TEA), figures(bench, CUP)) == ((12, 3), (2, 4))
    assert spots(bench, TEA) == {"A-01": 9, "R-02": 3}
    assert spots(bench, CUP) == {"C-09": 2}
    assert whole(bench)
    assert receipts.close(bench.work, made.number) == 7
    assert receipts.close(bench.work, made.number) == 0
    assert (figures(bench, TEA), figures(bench, CUP)) == ((12, 0), (2, 0))
    assert lines(bench, made.number) == [(TEA, 10, 7, 0), (CUP, 6, 2, 0)]
    assert whole(bench)
    with pytest.raises(UserError) as refused:
        arrivals.receive(bench.work, made.number, [Arrived(TEA, 1)])
    assert refused.value.code == "paper_closed"


def test_a_step_that_is_told_twice_is_booked_once(bench: Bench) -> None:
    number = receipts.make(bench.work, [Expected(TEA, 3), Expected(TEA, 4)]).number
    came = [Arrived(TEA, 7)]
    assert arrivals.receive(bench.work, number, came, step="scan-1") == "done"
    assert arrivals.receive(bench.work, number, came, step="scan-1") == "kept"
    assert lines(bench, number) == [(TEA, 3, 3, 0), (TEA, 4, 4, 0)]
    assert figures(bench, TEA) == (12, 0)


def test_more_than_expected_is_asked_first(bench: Bench) -> None:
    number = receipts.make(bench.work, [Expected(TEA, 3)]).number
    for code, came, over, note in (
        ("over_delivery", Arrived(TEA, 4), False, "x"),
        ("over_delivery", Arrived(CUP, 1), False, "x"),
        ("no_note", Arrived(TEA, 4), True, " "),
        ("bad_quantity", Arrived(TEA, 0), True, "x"),
        ("no_such_sku", Arrived("NONE", 1), True, "x"),
    ):
        with pytest.raises(UserError) as refused:
            arrivals.receive(
                bench.work, number, [Arrived(TEA, 1), came], step="s", over=over, note=note
            )
        assert refused.value.code == code
        assert figures(bench, TEA) == (5, 3)  # all of it or nothing
    more = [Arrived(TEA, 4), Arrived(CUP, 1)]
    arrivals.receive(bench.work, number, more, over=True, note="送多了")
    assert lines(bench, number) == [(TEA, 3, 4, 0), (CUP, 0, 1, 0)]
    assert (figures(bench, TEA), figures(bench, CUP)) == ((9, 0), (1, 0))
    assert whole(bench)


def test_a_mistake_is_taken_back_and_is_expected_again(bench: Bench) -> None:
    number = receipts.make(bench.work, [Expected(TEA, 3)]).number
    arrivals.receive(bench.work, number, [Arrived(TEA, 5)], over=True, note="x")
    with pytest.raises(UserError, match="note"):
        arrivals.receive(bench.work, number, [Arrived(TEA, -3)])
    arrivals.receive(bench.work, number, [Arrived(TEA, -3)], note="数错")
    assert lines(bench, number) == [(TEA, 3, 2, 1)]
    assert figures(bench, TEA) == (7, 1)
    with pytest.raises(UserError) as refused:
        arrivals.receive(bench.work, number, [Arrived(TEA, -3)], note="数错")
    assert refused.value.code == "bad_quantity"
    assert whole(bench)


def test_a_suppliers_number_means_one_paper(bench: Bench) -> None:
    wanted = [Expected(TEA, 3, batch="B1", expires="2027-01-01")]
    first = receipts.make(bench.work, wanted, number="SH-9", source="tea-maker")
    again = receipts.make(bench.work, wanted, number="SH-9", source="tea-maker")
    assert (first.result, again.result, again.id) == ("new", "kept", first.id)
    other = receipts.make(bench.work, wanted, number="SH-9", source="cup-maker")
    assert figures(bench, TEA) == (5, 6)
    with pytest.raises(UserError) as refused:
        receipts.make(bench.work, [Expected(TEA, 4)], number="SH-9", source="tea-maker")
    assert refused.value.code == "paper_differs"
    with pytest.raises(UserError) as asked:
        receipts.close(bench.work, "SH-9")
    assert asked.value.code == "paper_ambiguous"
    arrivals.receive(bench.work, "tea-maker:SH-9", [Arrived(TEA, 3)])
    (row,) = paper_rows.shown(bench.work, first.id).rows
    assert (row.batch, row.expires, row.done) == ("B1", "2027-01-01", 3)
    assert receipts.cancel(bench.work, other.id) == 3
    with pytest.raises(UserError) as begun:
        receipts.cancel(bench.work, first.id)
    assert begun.value.code == "paper_begun"
    assert figures(bench, TEA) == (8, 0)
    assert whole(bench)


def test_papers_are_listed_page_by_page(bench: Bench) -> None:
    numbers = [receipts.make(bench.work, [Expected(TEA, n)]).number for n in range(1, 6)]
    receipts.close(bench.work, numbers[0])
    seen: list[Any] = []
    after = ""
    while True:
        page = paper_rows.listed(bench.work, state="open", after=after, limit=2)
        seen += page.rows
        after = page.after
        if not after:
            break
    assert [r.number for r in seen] == numbers[:0:-1]
    assert [(r.expected, r.done, r.missing) for r in seen] == [(n, 0, n) for n in (5, 4, 3, 2)]
    assert paper_rows.listed(bench.work, kind="count").rows == []
    assert [r.number for r in paper_rows.listed(bench.work, search="-1").rows] == numbers[:1]
    assert {r.kind for r in seen} == {StockPaper.RECEIPT}


def _booked_more_than_came(tx: Connection) -> None:
    tx.execute(update(stock_document_lines).values(done=2))


def _lost_on_the_way(tx: Connection) -> None:
    tx.execute(update(stock_balances).values(in_transit=0))


def _closed_by_hand(tx: Connection) -> None:
    tx.execute(update(stock_documents).values(state="done"))


@pytest.mark.parametrize(
    ("rules", "harm"),
    [
        ({"papers", "in_transit"}, _booked_more_than_came),
        ({"ledger", "in_transit"}, _lost_on_the_way),
        ({"papers", "in_transit"}, _closed_by_hand),
    ],
)
def test_the_check_sees_a_paper_that_says_something_else(
    bench: Bench, rules: set[str], harm: Callable[[Connection], None]
) -> None:
    number = receipts.make(bench.work, [Expected(TEA, 3)]).number
    arrivals.receive(bench.work, number, [Arrived(TEA, 1)])
    assert whole(bench)
    with bench.work.db.write() as tx:
        harm(tx)
    assert {b.rule for b in integrity.check(bench.work).broken} == rules


@pytest.mark.synced
def test_parcels_that_lacked_the_goods_go_on(bench: Bench) -> None:
    with bench.work.db.read() as tx:
        waiting = list(
            tx.execute(
                select(parcels.c.id).where(holding.exists_on_parcel(HoldCode.SHORT))
            ).scalars()
        )
        codes = list(tx.execute(select(skus.c.code)).scalars())
    assert waiting
    number = receipts.make(bench.work, [Expected(code, 500) for code in codes]).number
    arrivals.receive(bench.work, number, [Arrived(code, 500) for code in codes])
    with bench.work.db.read() as tx:
        still = set(
            tx.execute(
                select(parcels.c.id).where(holding.exists_on_parcel(HoldCode.SHORT))
            ).scalars()
        )
    assert not still & set(waiting)
    assert whole(bench)
