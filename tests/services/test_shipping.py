"""The ship transaction: all of it or nothing, once, and never what must not go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.packing import OpenParcel
from app.domain.states import HoldCode, OutboxState, ParcelState, Route, ShipOn
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import merging, packing, parcel_making, shipping
from app.services.parcels.parcel_queries import ParcelRow
from app.services.parcels.shipping import ship
from app.services.printing.printing import print_parcels
from app.services.telling import outbox
from app.store import tables
from app.store.tables import (
    parcel_lines,
    reservations,
    skus,
    stock_balances,
)
from tests.services import truth
from tests.support.buying import Buyer
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

WATCHED = ("parcels", "waybills", "reservations", "stock_balances", "stock_moves", "outbox")


@pytest.fixture
def printed(bench: Bench) -> list[ParcelRow]:
    """Direct parcels with their labels on paper."""
    rows = [r for c in ("sf", "zto", "yunda") for r in truth.ready(bench, Route.DIRECT, c)]
    ids = [r.id for r in rows]
    label_parcels(bench.work, ids)
    work, _ = with_fake_printers(bench.work)
    print_parcels(work, ids)
    return [truth.parcel(bench, i) for i in ids]


def pack(bench: Bench, row: ParcelRow, *, leave: int = 0) -> OpenParcel:
    """Scan every piece of the parcel but the last ``leave``."""
    opened = packing.open_parcel(bench.work, row.waybill).parcel
    assert opened is not None
    codes = [line.item.code for line in opened.lines for _ in range(line.missing)]
    for n, code in enumerate(codes[: len(codes) - leave]):
        opened = packing.scan(bench.work, opened, code, nonce=f"{row.id}-{n}").parcel
        assert opened is not None
    return opened


def everything(bench: Bench) -> dict[str, list[Any]]:
    """What a failed ship transaction must not have touched."""
    with bench.work.db.read() as tx:
        return {
            name: sorted(map(str, tx.execute(select(getattr(tables, name)))))
            for name in (*WATCHED, "audit")
        }


def on_hand(bench: Bench, parcel_id: str) -> dict[str, tuple[int, int]]:
    query = (
        select(skus.c.code, stock_balances.c.on_hand, stock_balances.c.allocated)
        .join(stock_balances, stock_balances.c.sku_id == skus.c.id)
        .join(parcel_lines, parcel_lines.c.sku_id == skus.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id)
    )
    with bench.work.db.read() as tx:
        return {r.code: (r.on_hand, r.allocated) for r in tx.execute(query)}


def pieces(bench: Bench, parcel_id: str) -> dict[str, int]:
    query = (
        select(skus.c.code, parcel_lines.c.quantity)
        .join(parcel_lines, parcel_lines.c.sku_id == skus.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id)
    )
    with bench.work.db.read() as tx:
        found: dict[str, int] = {}
        for row in tx.execute(query):
            found[row.code] = found.get(row.code, 0) + row.quantity
        return found


def test_shipping_takes_the_goods_and_queues_one_message(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    before, wanted = on_hand(bench, row.id), pieces(bench, row.id)
    packing.close(bench.work, pack(bench, row), weight_g=640)
    after = on_hand(bench, row.id)
    for code, count in wanted.items():
        assert after[code] == (before[code][0] - count, before[code][1] - count)
    (message,) = truth.messages(bench)
    assert (message.state, message.payload["number"]) == (OutboxState.PENDING, row.waybill)
    assert truth.parcel(bench, row.id).state == ParcelState.TO_REPORT
    assert integrity.check(bench.work).broken == ()


def test_shipping_twice_ships_once(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    opened = pack(bench, row)
    packing.close(bench.work, opened)
    before = everything(bench)
    with pytest.raises(UserError) as again:
        packing.close(bench.work, opened)
    assert again.value.code == "already_shipped"
    assert [r.result for r in ship(bench.work, parcel_ids=[row.id], unpacked=True)] == ["kept"]
    assert everything(bench) == before


def test_two_threads_that_ship_a_parcel_ship_it_once(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    def ship_it(_n: int) -> str:
        (row,) = ship(bench.work, parcel_ids=[printed[0].id], unpacked=True)
        return row.result

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ship_it, range(4))) == ["kept", "kept", "kept", "shipped"]
    assert len(truth.messages(bench)) == 1
    assert integrity.check(bench.work).broken == ()


def test_a_failure_in_the_middle_leaves_nothing_changed(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    """The last SKU of the parcel is missing on the shelf: the first ones stay where they are."""
    row = next(r for r in printed if len(pieces(bench, r.id)) > 1)
    with bench.work.db.write() as tx:
        last = tx.execute(
            select(parcel_lines.c.sku_id)
            .where(parcel_lines.c.parcel_id == row.id)
            .order_by(parcel_lines.c.sku_id.desc(), parcel_lines.c.id.desc())
        ).scalars()
        tx.execute(
            update(stock_balances)
            .where(stock_balances.c.sku_id == next(iter(last)))
            .values(on_hand=0)
        )
    before = everything(bench)
    (failed,) = ship(bench.work, parcel_ids=[row.id], unpacked=True)
    assert (failed.result, failed.code) == ("failed", "stock_missing")
    assert everything(bench) == before


def test_a_missing_reservation_stops_the_parcel(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    lines = select(parcel_lines.c.id).where(parcel_lines.c.parcel_id == row.id)
    with bench.work.db.write() as tx:
        tx.execute(
            update(reservations)
            .where(reservations.c.parcel_line_id.in_(lines))
            .values(state="released")
        )
    before = everything(bench)
    (failed,) = ship(bench.work, parcel_ids=[row.id], unpacked=True)
    assert failed.code == "stock_missing"
    assert everything(bench) == before


def test_a_held_parcel_never_ships(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    opened = pack(bench, row)
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, row.id, "dented box")
    before = everything(bench)
    with pytest.raises(UserError) as refused:
        packing.close(bench.work, opened)
    assert refused.value.code == HoldCode.MANUAL
    (held,) = ship(bench.work, parcel_ids=[row.id], unpacked=True)
    assert (held.result, held.code) == ("held", HoldCode.MANUAL)
    assert held.remedy is not None
    assert everything(bench) == before


def test_an_unpacked_parcel_ships_only_on_purpose(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    (refused,) = ship(bench.work, parcel_ids=[row.id])
    assert (refused.result, refused.code) == ("failed", "not_packed")
    (shipped,) = ship(bench.work, parcel_ids=[row.id], unpacked=True)
    assert shipped.result == "shipped"
    with bench.work.db.read() as tx:
        noted = tx.execute(
            select(tables.audit.c.action).where(tables.audit.c.parcel_id == row.id)
        ).scalars()
        assert "ship_unpacked" in set(noted)


def test_an_incomplete_parcel_is_not_closed(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    opened = pack(bench, row, leave=1)
    with pytest.raises(UserError) as refused:
        packing.close(bench.work, opened)
    assert refused.value.code == "parcel_incomplete"
    assert truth.messages(bench) == []


@pytest.mark.parametrize("weight_g", [0, -5, 1_000_000])
def test_an_impossible_weight_is_refused(
    bench: Bench, printed: list[ParcelRow], weight_g: int
) -> None:
    opened = pack(bench, printed[0])
    with pytest.raises(UserError) as refused:
        packing.close(bench.work, opened, weight_g)
    assert refused.value.code == "bad_weight"
    assert truth.parcel(bench, printed[0].id).state == ParcelState.TO_PACK


def test_a_shop_that_ships_on_command_waits_for_it(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    truth.change_shop(bench, row.shop, ship_on=ShipOn.COMMAND.value)
    packing.close(bench.work, pack(bench, row))
    assert truth.parcel(bench, row.id).state == ParcelState.TO_PACK
    assert truth.messages(bench) == []
    assert [r.result for r in ship(bench.work, parcel_ids=[row.id])] == ["shipped"]


def test_a_cancelled_parcel_says_so(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    opened = pack(bench, row)
    with bench.work.db.write() as tx:
        parcel_making.cancel(tx, bench.work, row.id, "test")
    with pytest.raises(UserError) as refused:
        packing.close(bench.work, opened)
    assert refused.value.code == "cancelled"
    (failed,) = ship(bench.work, parcel_ids=[row.id], unpacked=True)
    assert failed.result == "failed"
    assert truth.messages(bench) == []
    assert integrity.check(bench.work).broken == ()


def test_shipping_goes_on_past_the_parcel_that_must_not_go(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, printed[1].id, "dented box")
    ids = [r.id for r in printed]
    rows = ship(bench.work, parcel_ids=ids, unpacked=True)
    assert [r.result for r in rows].count("shipped") == len(ids) - 1
    assert rows[1].result == "held"


def test_a_parcel_of_two_orders_is_shipped_when_both_are_confirmed(bench: Bench) -> None:
    buyer = Buyer(bench)
    first_draft = buyer.draft(("CJ-LN3", 1))
    both = (
        buyer.buy(draft=first_draft),
        buyer.buy(draft=buyer.draft(("FW-QH6", 2), like=first_draft)),
    )
    merged = merging.merge(bench.work, [r.id for order in both for r in buyer.parcels(order)])
    one = truth.parcel(bench, merged)
    label_parcels(bench.work, [one.id])
    assert [r.result for r in ship(bench.work, parcel_ids=[one.id], unpacked=True)] == ["shipped"]
    first, second = truth.messages(bench)
    assert first.payload["number"] == second.payload["number"]
    assert {first.payload["order_id"], second.payload["order_id"]} == set(both)
    lost = first.payload["order_id"]
    bench.world.wechat.faults.bad_gateway(
        truth.SEND, when=lambda request: lost.encode() in request.body
    )
    assert sorted(r.result for r in outbox.drain(bench.work)) == ["done", "later"]
    assert truth.parcel(bench, one.id).state == ParcelState.TO_REPORT
    assert [r.result for r in outbox.drain(bench.work, everything=True)] == ["done"]
    assert truth.parcel(bench, one.id).state == ParcelState.SHIPPED
    for order_id in both:
        assert len(truth.shipments(bench, order_id)) == 1
    assert integrity.check(bench.work).broken == ()


def test_an_order_without_a_shop_is_shipped_at_once(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    with bench.work.db.write() as tx:
        tx.execute(
            update(tables.shops).where(tables.shops.c.id == row.shop).values(platform="manual")
        )
    assert [r.result for r in ship(bench.work, parcel_ids=[row.id], unpacked=True)] == ["shipped"]
    assert truth.parcel(bench, row.id).state == ParcelState.SHIPPED
    assert truth.messages(bench) == []


def test_an_unknown_parcel_is_named(bench: Bench) -> None:
    (row,) = shipping.ship(bench.work, parcel_ids=["1"])
    assert (row.result, row.code) == ("failed", "no_such_parcel")
