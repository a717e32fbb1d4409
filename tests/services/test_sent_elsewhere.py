"""What another program or the back office ships is noticed, shown, and not shipped again."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain.states import HoldCode, OrderStatus, ParcelState, Route
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.orders import queries
from app.services.orders.queries import OrderRow
from app.services.parcels.parcel_queries import ParcelRow
from app.services.parcels.shipping import ship
from app.services.sync import syncing
from app.services.telling.outbox import drain
from app.store.tables import audit, orders, parcel_lines, parcels
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

FOREIGN = "78900000000099"
PLACE = {
    "user_name": "林晓",
    "tel_number": "18300002807",
    "province_name": "福建省",
    "city_name": "福州市",
    "county_name": "罗源县",
}


@pytest.fixture
def row(bench: Bench) -> ParcelRow:
    """A labelled parcel of one order with several lines."""
    for found in truth.ready(bench, Route.PLATFORM, "zto"):
        seed = next(o for o in bench.scenario.orders if o.order_id == found.orders[0])
        lines = seed.order["order_detail"]["product_infos"]
        untouched = seed.order["status"] == 20
        if untouched and len({(x["product_id"], x["sku_id"]) for x in lines}) > 1:
            label_parcels(bench.work, [found.id])
            return truth.parcel(bench, found.id)
    raise AssertionError("the scenario has no such order")


def order_row(bench: Bench, row: ParcelRow) -> OrderRow:
    return queries.order_rows(bench.work, [row.order_ids[0]])[0]


def resync(bench: Bench, row: ParcelRow) -> None:
    bench.clock.advance(30)
    syncing.sync_shop(bench.work, row.shop)


def notes(bench: Bench, our_id: str, action: str) -> list[dict[str, str]]:
    with bench.work.db.read() as tx:
        found = tx.execute(
            select(audit.c.detail).where(audit.c.order_id == our_id, audit.c.action == action)
        )
        return [r.detail for r in found]


def cancelled_because(bench: Bench, parcel_id: str) -> list[str]:
    with bench.work.db.read() as tx:
        found = tx.execute(
            select(audit.c.detail).where(
                audit.c.parcel_id == parcel_id, audit.c.action == "parcel_cancelled"
            )
        )
        return [r.detail["reason"] for r in found]


def test_a_whole_order_shipped_elsewhere_takes_our_parcel_and_number_back(
    bench: Bench, row: ParcelRow
) -> None:
    bench.world.shops[row.shop].ship_elsewhere(row.orders[0], "ZTO", FOREIGN)
    for _ in range(2):
        resync(bench, row)
    shown = order_row(bench, row)
    assert (shown.status, shown.stage) == (OrderStatus.SHIPPED, ParcelState.SHIPPED)
    assert "他" in shown.flags
    assert truth.parcel(bench, row.id).state == ParcelState.CANCELLED
    assert cancelled_because(bench, row.id) == ["sent_elsewhere"]
    assert notes(bench, row.order_ids[0], "sent_elsewhere") == [
        {"carrier": "ZTO", "number": FOREIGN}
    ]
    drain(bench.work, everything=True)
    assert truth.numbers_given(bench, row) == []
    assert integrity.check(bench.work).broken == ()


def test_a_part_shipped_elsewhere_leaves_the_rest_to_us(bench: Bench, row: ParcelRow) -> None:
    shop = bench.world.shops[row.shop]
    line = shop.order_data(row.orders[0])["order_detail"]["product_infos"][0]
    goods = [(line["product_id"], line["sku_id"], line["sku_cnt"])]
    shop.ship_elsewhere(row.orders[0], "ZTO", FOREIGN, goods)
    resync(bench, row)
    shown = order_row(bench, row)
    assert "他" in shown.flags
    assert shown.status == OrderStatus.PARTLY_SHIPPED
    assert truth.parcel(bench, row.id).waybill == row.waybill
    with bench.work.db.read() as tx:
        left = tx.execute(
            select(func.min(parcel_lines.c.listing_quantity)).where(
                parcel_lines.c.parcel_id == row.id
            )
        ).scalar_one()
    assert left == 0
    assert [r.result for r in ship(bench.work, parcel_ids=[row.id], unpacked=True)] == ["shipped"]
    assert [r.result for r in drain(bench.work, everything=True) if r.kind == "ship"] == ["done"]
    assert order_row(bench, row).stage == ParcelState.SHIPPED
    assert integrity.check(bench.work).broken == ()


def test_our_own_number_entered_in_the_back_office_is_not_foreign(
    bench: Bench, row: ParcelRow
) -> None:
    """Somebody pressed "ship" there for our label: the box goes on, its number stays in force."""
    bench.world.shops[row.shop].ship_elsewhere(row.orders[0], "ZTO", row.waybill)
    for _ in range(2):
        resync(bench, row)
    assert "他" not in order_row(bench, row).flags
    now = truth.parcel(bench, row.id)
    assert (now.state, now.waybill) == (ParcelState.TO_LABEL, row.waybill)
    assert [r.result for r in ship(bench.work, parcel_ids=[row.id], unpacked=True)] == ["shipped"]
    assert [r.result for r in drain(bench.work, everything=True) if r.kind == "ship"] == ["done"]
    assert truth.parcel(bench, row.id).state == ParcelState.SHIPPED
    assert len(truth.shipments(bench, row.orders[0])) == 1
    resync(bench, row)
    assert "他" not in order_row(bench, row).flags
    assert integrity.check(bench.work).broken == ()


def test_what_we_ship_ourselves_is_not_foreign(bench: Bench, row: ParcelRow) -> None:
    ship(bench.work, parcel_ids=[row.id], unpacked=True)
    drain(bench.work, everything=True)
    resync(bench, row)
    assert "他" not in order_row(bench, row).flags
    assert notes(bench, row.order_ids[0], "sent_elsewhere") == []


@pytest.mark.parametrize("kind", ["shipped", "partly_shipped"])
def test_what_was_sent_before_we_came_is_marked_too(bench: Bench, kind: str) -> None:
    """By the short way of plain orders and by the long one."""
    seed = bench.seed(kind)
    with bench.work.db.read() as tx:
        order = tx.execute(select(orders).where(orders.c.order_id == seed.order_id)).one()
    assert order.sent_elsewhere
    (told,) = notes(bench, order.id, "sent_elsewhere")
    (sent,) = seed.order["order_detail"]["delivery_info"]["delivery_product_info"]
    assert told == {"carrier": sent["delivery_id"], "number": sent["waybill_id"]}
    with bench.work.db.read() as tx:
        open_ids = tx.execute(
            select(parcels.c.id).where(parcels.c.id.in_(order_parcels(bench, order.id)))
        ).scalars()
        assert bool(list(open_ids)) is (kind == "partly_shipped")


def order_parcels(bench: Bench, our_id: str) -> list[str]:
    return list(queries.order_rows(bench.work, [our_id])[0].parcels)


def test_a_cancelled_parcel_keeps_no_hold(bench: Bench, row: ParcelRow) -> None:
    shop = bench.world.shops[row.shop]
    order_id = row.orders[0]
    shop.change_address(order_id, {**PLACE, "detail_info": "示例路 9 号"})
    resync(bench, row)
    assert order_row(bench, row).holds == (HoldCode.ADDRESS_CHANGE,)
    shop.ship_elsewhere(order_id, "ZTO", FOREIGN)
    resync(bench, row)
    assert truth.parcel(bench, row.id).state == ParcelState.CANCELLED
    assert truth.parcel(bench, row.id).holds == ()
    assert order_row(bench, row).holds == ()
