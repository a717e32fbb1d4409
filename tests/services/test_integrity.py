"""``db check`` sees what it promises to see: each rule goes red when its books are wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from app.domain.states import OutboxState, ParcelState, ReservationState, Route, WaybillState
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels.shipping import ship
from app.services.printing.printing import print_parcels
from app.services.telling import outbox
from app.store import tables
from app.store.tables import (
    outbox as outbox_table,
)
from app.store.tables import (
    parcels,
    print_jobs,
    reservations,
    stock_balances,
    stock_moves,
    waybills,
)
from tests.services import truth
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

Break = Callable[[Connection, Bench], None]


@pytest.fixture
def busy(bench: Bench) -> Bench:
    """A bench with parcels in every state from checked to shipped."""
    ids = [r.id for r in truth.ready(bench, Route.PLATFORM, "zto")][:6]
    label_parcels(bench.work, ids[1:])
    work, _ = with_fake_printers(bench.work)
    print_parcels(work, ids[2:])
    ship(bench.work, parcel_ids=ids[3:], unpacked=True)
    outbox.drain(bench.work)
    ship(bench.work, parcel_ids=ids[2:3], unpacked=True)
    return bench


def _first(tx: Connection, state: str) -> str:
    return str(
        tx.execute(select(parcels.c.id).where(parcels.c.state == state).order_by(parcels.c.id))
        .scalars()
        .first()
    )


def _lose_a_movement(tx: Connection, _bench: Bench) -> None:
    last = tx.execute(select(stock_moves.c.id).where(stock_moves.c.kind == "receive")).scalars()
    some = last.first() or tx.execute(select(stock_moves.c.id)).scalars().first()
    tx.execute(delete(stock_moves).where(stock_moves.c.id == some))


def _change_a_balance(tx: Connection, _bench: Bench) -> None:
    sku = tx.execute(select(stock_balances.c.sku_id)).scalars().first()
    tx.execute(
        update(stock_balances)
        .where(stock_balances.c.sku_id == sku)
        .values(on_hand=stock_balances.c.on_hand + 1)
    )


def _forget_a_reservation(tx: Connection, _bench: Bench) -> None:
    some = tx.execute(
        select(reservations.c.id).where(reservations.c.state == ReservationState.ACTIVE)
    ).scalars()
    tx.execute(
        update(reservations)
        .where(reservations.c.id == some.first())
        .values(state=ReservationState.RELEASED)
    )


def _second_number(tx: Connection, bench: Bench) -> None:
    tx.execute(text("DROP INDEX uq_waybills_one_live"))
    row = tx.execute(select(waybills).where(waybills.c.state == WaybillState.ISSUED).limit(1)).one()
    twin = dict(row._mapping) | {"id": bench.work.key(), "number": "78000000000001"}
    tx.execute(insert(waybills).values(**twin))


def _ship_without_movement(tx: Connection, _bench: Bench) -> None:
    tx.execute(
        update(parcels)
        .where(parcels.c.id == _first(tx, ParcelState.TO_LABEL))
        .values(state=ParcelState.TO_REPORT)
    )


def _take_back_without_movement(tx: Connection, _bench: Bench) -> None:
    tx.execute(
        update(parcels)
        .where(parcels.c.id == _first(tx, ParcelState.TO_REPORT))
        .values(state=ParcelState.TO_PACK)
    )


def _ship_before_the_shop_said_so(tx: Connection, _bench: Bench) -> None:
    tx.execute(
        update(parcels)
        .where(parcels.c.id == _first(tx, ParcelState.TO_REPORT))
        .values(state=ParcelState.SHIPPED)
    )


def _print_without_a_job(tx: Connection, _bench: Bench) -> None:
    tx.execute(update(print_jobs).values(state="failed"))


def _ship_what_is_held(tx: Connection, bench: Bench) -> None:
    shipped = _first(tx, ParcelState.SHIPPED)
    holding.hold_by_person(tx, bench.work, shipped, "should have stayed")
    tx.execute(
        update(tables.holds)
        .where(tables.holds.c.parcel_id == shipped)
        .values(set_at=bench.work.now() - timedelta(hours=1))
    )


def _lose_a_number(tx: Connection, _bench: Bench) -> None:
    number = tx.execute(select(waybills.c.id).where(waybills.c.state == "issued")).scalars().first()
    tx.execute(update(parcels).where(parcels.c.waybill_id == number).values(waybill_id=None))
    tx.execute(delete(waybills).where(waybills.c.id == number))


def _a_number_from_nowhere(tx: Connection, _bench: Bench) -> None:
    tx.execute(update(waybills).values(request_id=None))


def _give_up_without_a_message(tx: Connection, _bench: Bench) -> None:
    tx.execute(update(waybills).where(waybills.c.state == "issued").values(state="void_requested"))


def _take_the_number_off(tx: Connection, _bench: Bench) -> None:
    tx.execute(update(parcels).values(waybill_id=None))


def test_a_busy_bench_has_true_books(busy: Bench) -> None:
    checked = integrity.check(busy.work)
    assert checked.broken == ()
    assert {"ledger", "reservations", "one_waybill", "shipped_stock"} <= set(checked.rules)
    assert {"reported", "printed", "held"} <= set(checked.rules)


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("ledger", _lose_a_movement),
        ("ledger", _change_a_balance),
        ("reservations", _forget_a_reservation),
        ("one_waybill", _second_number),
        ("shipped_stock", _ship_without_movement),
        ("shipped_stock", _take_back_without_movement),
        ("reported", _ship_before_the_shop_said_so),
        ("printed", _print_without_a_job),
        ("held", _ship_what_is_held),
        ("numbers", _lose_a_number),
        ("numbers", _a_number_from_nowhere),
        ("numbers", _give_up_without_a_message),
        ("numbers", _take_the_number_off),
    ],
)
def test_a_rule_sees_what_breaks_it(busy: Bench, rule: str, broken: Break) -> None:
    with busy.work.db.write() as tx:
        broken(tx, busy)
    found = integrity.check(busy.work).broken
    assert rule in {b.rule for b in found}
    assert all(b.ref and str(b.message) for b in found)


def test_a_report_taken_back_is_not_a_broken_promise(busy: Bench) -> None:
    with busy.work.db.write() as tx:
        _ship_before_the_shop_said_so(tx, busy)
        tx.execute(update(outbox_table).values(state=OutboxState.DONE))
    assert integrity.check(busy.work).broken == ()
