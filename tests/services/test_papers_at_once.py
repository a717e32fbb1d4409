"""Several benches at the same papers at the same moment, on either database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.errors import UserError
from app.services import integrity
from app.services.stock import adjusting, receiving, stock
from app.services.stock.papers import (
    arrivals,
    count_approval,
    counts,
    file_booking,
    file_documents,
    paper_rows,
    receipts,
    told_moves,
)
from app.services.stock.papers.arrivals import Arrived
from app.services.stock.papers.counts import Counted
from app.services.stock.papers.receipts import Expected
from app.store.tables import skus, stock_balances, stock_moves
from tests.support.warehouse import Bench

TEA, CUP = "TEA-1", "CUP-1"
BENCHES = 4


@pytest.fixture(autouse=True)
def shelf(bench: Bench) -> None:
    rows = [
        {"sku": TEA, "quantity": "100", "bin": "Z-01"},
        {"sku": CUP, "quantity": "100", "bin": "Z-01"},
    ]
    stock.import_rows(bench.work, rows)


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every job in a thread of its own, begun together; a refusal is its code."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        gate.wait(10)
        try:
            return job()
        except UserError as error:
            return error.code

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def on_hand(bench: Bench, code: str) -> int:
    query = select(stock_balances.c.on_hand).join(skus, skus.c.id == stock_balances.c.sku_id)
    with bench.work.db.read() as tx:
        return int(tx.execute(query.where(skus.c.code == code)).scalar_one())


def whole(bench: Bench) -> bool:
    return not integrity.check(bench.work).broken


def test_a_step_that_every_bench_tells_is_booked_once(bench: Bench) -> None:
    number = receipts.make(bench.work, [Expected(TEA, 40), Expected(CUP, 40)]).number
    both = [[Arrived(TEA, 10), Arrived(CUP, 10)], [Arrived(CUP, 10), Arrived(TEA, 10)]]
    same = at_once(
        [
            partial(arrivals.receive, bench.work, number, both[n % 2], step="1")
            for n in range(BENCHES)
        ]
    )
    assert sorted(same) == ["done"] + ["kept"] * (BENCHES - 1)
    others = at_once(
        [partial(arrivals.receive, bench.work, number, both[n % 2]) for n in range(BENCHES)]
    )
    assert sorted(others) == ["done"] * 3 + ["over_delivery"]
    assert (on_hand(bench, TEA), on_hand(bench, CUP)) == (140, 140)
    assert whole(bench)


def test_numbers_of_a_day_are_given_once(bench: Bench) -> None:
    made = at_once([lambda: receipts.make(bench.work, [Expected(TEA, 1)])] * BENCHES)
    assert len({m.number for m in made}) == BENCHES
    supplied = at_once(
        [lambda: receipts.make(bench.work, [Expected(TEA, 1)], number="S-1")] * BENCHES
    )
    assert sorted(m.result for m in supplied) == ["kept"] * (BENCHES - 1) + ["new"]
    assert len({m.id for m in supplied}) == 1
    assert whole(bench)


def test_a_file_that_every_bench_takes_is_booked_once(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "papers.csv"
    rows = [f"S-{n},issue,{code},2" for n in range(5) for code in (TEA, CUP)]
    file.write_text("\n".join(["document,kind,sku,quantity", *rows]), encoding="utf-8")
    read = file_documents.read_file(file)
    found = at_once([lambda: file_booking.import_documents(bench.work, read)] * BENCHES)
    results = [r.result for rows_of in found for r in rows_of]
    assert (results.count("done"), results.count("kept")) == (10, 10 * (BENCHES - 1))
    assert (on_hand(bench, TEA), on_hand(bench, CUP)) == (90, 90)
    assert whole(bench)


def test_an_approval_of_two_people_is_booked_once_while_orders_go_on(bench: Bench) -> None:
    number = counts.start(bench.work, bins=["Z-01"]).number
    sold = [lambda: adjusting.adjust(bench.work, TEA, -1, "sold")] * 3
    counted = [Counted(TEA, 95), Counted(CUP, 90)]
    at_once(
        [lambda: counts.enter(bench.work, number, "Z-01", counted, complete=True) for _ in range(2)]
        + sold
    )
    (line,) = [r for r in paper_rows.shown(bench.work, number).rows if r.sku == TEA]
    at_once([lambda: count_approval.approve(bench.work, number)] * 2 + sold)
    difference = 95 - line.expected
    assert 97 <= line.expected <= 100
    assert on_hand(bench, TEA) == 100 - 6 + difference
    assert on_hand(bench, CUP) == 90
    assert whole(bench)


def test_no_movement_is_missed_while_others_are_written(bench: Bench) -> None:
    told: list[str] = []

    def tell() -> None:
        for _ in range(12):
            batch = told_moves.next_batch(bench.work, "erp", limit=5)
            told.extend(r["id"] for r in batch.rows)
            told_moves.confirm(bench.work, "erp", batch)

    def work() -> None:
        for _ in range(8):
            receiving.receive(bench.work, TEA, 1)

    at_once([tell, work, work, work])
    while (batch := told_moves.next_batch(bench.work, "erp")).rows:
        told.extend(r["id"] for r in batch.rows)
        told_moves.confirm(bench.work, "erp", batch)
    with bench.work.db.read() as tx:
        moved = tx.execute(
            select(func.count()).where(stock_moves.c.on_hand_delta != 0)
        ).scalar_one()
    assert len(told) == len(set(told)) == moved
