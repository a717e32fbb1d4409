"""Reserving under pressure: never more than there is, all of a parcel or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from app.domain.states import HoldCode, MoveKind
from app.services import integrity
from app.services.parcels.parcel_queries import parcel_ids, parcel_rows
from app.services.stock import importing, ledger, stock
from app.services.stock.finding import find_sku
from app.store.tables import stock_balances
from tests.support.warehouse import Bench


def test_four_benches_never_reserve_more_than_there_is(bench: Bench) -> None:
    work = bench.work
    importing.import_rows(work, [{"sku": "RACE", "name": "race", "quantity": "20"}])
    with work.db.read() as tx:
        sku_id = find_sku(tx, "RACE")

    def take(_n: int) -> bool:
        with work.db.write() as tx:
            return ledger.post(tx, work, ledger.Move(sku_id, MoveKind.RESERVE, allocated=1))

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(40)))
    assert sum(taken) == 20
    with work.db.read() as tx:
        row = tx.execute(select(stock_balances).where(stock_balances.c.sku_id == sku_id)).one()
    assert (row.on_hand, row.allocated, row.available) == (20, 20, 0)


def test_received_stock_frees_the_short_parcel(bench: Bench) -> None:
    bench.sync()
    (short,) = parcel_rows(bench.work, parcel_ids(bench.work, hold=HoldCode.SHORT))
    seed = bench.seed("short")
    for sku, pieces in seed.expectation.contents:
        stock.receive(bench.work, sku, pieces)
    (row,) = parcel_rows(bench.work, [short.id])
    assert HoldCode.SHORT not in row.holds
    assert row.state == "to_label"
    assert integrity.check(bench.work).broken == ()


def test_importing_the_same_file_again_changes_nothing(bench: Bench) -> None:
    row = {"sku": "X-1", "name": "thing", "quantity": "7", "bin": "Z-1", "weight_g": "10"}
    assert [r.result for r in importing.import_rows(bench.work, [row])] == ["new"]
    assert [r.result for r in importing.import_rows(bench.work, [row])] == ["same"]
    assert len(stock.moves(bench.work, "X-1")) == 1


def test_a_trial_import_stores_nothing(bench: Bench) -> None:
    row = {"sku": "X-2", "name": "thing", "quantity": "7"}
    assert [r.result for r in importing.import_rows(bench.work, [row], dry_run=True)] == ["new"]
    assert "X-2" not in {r.sku for r in stock.list_stock(bench.work)}


def test_a_bad_row_is_reported_and_the_others_are_stored(bench: Bench) -> None:
    rows = [
        {"sku": "G-1", "name": "good", "quantity": "1"},
        {"sku": "", "name": "no code", "quantity": "1"},
        {"sku": "B-1", "name": "bad", "quantity": "many"},
    ]
    assert [r.result for r in importing.import_rows(bench.work, rows)] == [
        "new",
        "failed",
        "failed",
    ]
    assert "G-1" in {r.sku for r in stock.list_stock(bench.work)}
