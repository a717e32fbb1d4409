"""What the simulated world knows: every number it ever gave, whatever our program believes."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, select, update

from app.domain.states import ParcelState, Route
from app.services.parcels import checking
from app.services.parcels.parcel_queries import ParcelRow, parcel_ids, parcel_rows
from app.simulators.exchange import Predicate, Request
from app.simulators.sto import Repeat as StoRepeat
from app.simulators.sto import StoQuirks
from app.simulators.wechat.records import Shipment
from app.simulators.yto import Repeat as YtoRepeat
from app.simulators.yto import YtoQuirks
from app.store.tables import accounts, outbox, print_jobs, shops, waybill_requests
from tests.support.warehouse import Bench

SF_PATH = "/sf/std/service"
SF_CREATE, SF_SEARCH = "EXP_RECE_CREATE_ORDER", "EXP_RECE_SEARCH_ORDER_RESP"
ZTO_CREATE = "/zto/zto.open.createOrder"
YUNDA_ORDERS = "/yunda/openapi-api/v1/accountOrder"
YUNDA_CREATE = f"{YUNDA_ORDERS}/createBmOrder"
LABEL_CREATE = "/channels/ec/logistics/ewaybill/biz/order/create"
LABEL_GET = "/channels/ec/logistics/ewaybill/biz/order/get"
SEND = "/channels/ec/order/delivery/send"
YTO_CREATE = "/yto/open/privacy_create_adapter"
STO_PATH, STO_CREATE = "/sto/gateway/link.do", "OMS_EXPRESS_ORDER_CREATE"
JT_CREATE = "/jt/webopenplatformapi/api/order/v2/addOrder"
KUAIDI100_LABELS = "/kuaidi100/label/order"
CREATE_PATHS = {
    "sf": SF_PATH,
    "zto": ZTO_CREATE,
    "yunda": YUNDA_CREATE,
    "yto": YTO_CREATE,
    "sto": STO_PATH,
    "jt": JT_CREATE,
    "kuaidi100-jd": KUAIDI100_LABELS,
}


SOURCES = [
    (Route.DIRECT, "sf"),
    (Route.DIRECT, "yunda"),
    (Route.PLATFORM, "zto"),
]


def creates(request: Request) -> bool:
    """Whether a call to SF's one address books something."""
    return b"serviceCode=" + SF_CREATE.encode() in request.body


def only_creates(carrier: str) -> Predicate | None:
    """What narrows a fault to bookings, where a carrier has one address for several things."""
    word = _CREATE_WORDS.get(carrier)
    return None if word is None else lambda request: word in request.body


_CREATE_WORDS = {
    "sf": b"serviceCode=" + SF_CREATE.encode(),
    "sto": STO_CREATE.encode(),
    "kuaidi100-jd": b"method=order",
}


def allow_repeating(bench: Bench, account: str) -> None:
    """A contract of YTO or STO under which a repeated order id brings its first number."""
    change_account(bench, account, repeat_is_safe=True)
    if account == "yto":
        bench.world.carriers.yto.quirks = YtoQuirks(repeat=YtoRepeat.SAME_NUMBER)
    else:
        bench.world.carriers.sto.quirks = StoQuirks(repeat=StoRepeat.SAME_NUMBER)


def given_to(bench: Bench, account: str, count: int = 1) -> list[ParcelRow]:
    """Parcels that wait for a number of a carrier's account, by a person's choice if need be."""
    with bench.work.db.read() as tx:
        company = tx.execute(select(accounts.c.company).where(accounts.c.name == account)).scalar()
    assert company is not None
    if company in {"sf", "zto", "yunda"}:
        return ready(bench, Route.DIRECT, company)[:count]
    ids = [row.id for row in ready(bench, Route.DIRECT, "zto")[:count]]
    for parcel_id in ids:
        checking.change_carrier(bench.work, parcel_id, company)
    return [parcel(bench, parcel_id) for parcel_id in ids]


def ready(bench: Bench, route: Route, carrier: str) -> list[ParcelRow]:
    """Parcels that wait for a number, that nothing will keep back, in the order of their ids."""
    good = {o.order_id for o in bench.scenario.orders if not o.expectation.holds}
    ids = parcel_ids(bench.work, state=ParcelState.TO_LABEL)
    found = [
        row
        for row in parcel_rows(bench.work, ids)
        if (row.route, row.carrier) == (route, carrier) and set(row.orders) <= good
    ]
    assert found, f"the scenario has no {route} parcel of {carrier}"
    return found


def parcel(bench: Bench, parcel_id: str) -> ParcelRow:
    (row,) = parcel_rows(bench.work, [parcel_id])
    return row


def requests_of(bench: Bench, parcel_id: str) -> list[tuple[str, str]]:
    """Key and state of every request for a number, the oldest first."""
    query = (
        select(waybill_requests.c.id, waybill_requests.c.state)
        .where(waybill_requests.c.parcel_id == parcel_id)
        .order_by(waybill_requests.c.attempt)
    )
    with bench.work.db.read() as tx:
        return [(r.id, r.state) for r in tx.execute(query)]


def numbers_given(bench: Bench, row: ParcelRow, *, alive_only: bool = True) -> list[str]:
    """Every number that carrier or platform holds for the parcel, dead ones when asked for."""
    world = bench.world
    keys = {key for key, _ in requests_of(bench, row.id)} | {row.id}
    found = [
        o.mother
        for o in world.sf.orders
        if o.order_id in keys and o.mother and not (alive_only and o.cancelled_at_s)
    ]
    found += [o.bill_code for o in world.zto.orders if o.partner_order_code in keys]
    found += [
        o.mail_no
        for o in world.yunda.orders
        if o.serial_no in keys and not (alive_only and o.is_cancelled)
    ]
    newer = [(o.logistics_no, o.mail_no, o.is_cancelled) for o in world.carriers.yto.orders]
    newer += [(o.order_no, o.waybill_no, o.is_cancelled) for o in world.carriers.sto.orders]
    newer += [(o.our_id, o.bill_code, o.is_cancelled) for o in world.jt.orders]
    newer += [(o.order_id, o.number, o.is_cancelled) for o in world.kuaidi100.orders]
    found += [number for key, number, dead in newer if key in keys and not (alive_only and dead)]
    for shop in world.shops.values():
        labels = shop.waybills(alive=True if alive_only else None).values()
        found += [x.waybill_id for x in labels if set(x.order_ids) & set(row.orders)]
    return found


def zto_bookings(bench: Bench, parcel_id: str) -> int:
    """How many orders ZTO holds whose key is one of the parcel's."""
    return sum(o.partner_order_code.startswith(parcel_id) for o in bench.world.zto.orders)


def change_account(bench: Bench, name: str, **settings: Any) -> dict[str, Any]:
    """Change settings of a carrier account; the next call uses them. Returns what they were."""
    return _change(bench, accounts.c.name == name, accounts, settings)


def change_shop(bench: Bench, shop_id: str, **settings: Any) -> dict[str, Any]:
    """Change settings of a shop; the next call uses them. Returns what they were."""
    return _change(bench, shops.c.id == shop_id, shops, settings)


def _change(
    bench: Bench, which: ColumnElement[bool], table: Table, settings: dict[str, Any]
) -> dict[str, Any]:
    with bench.work.db.write() as tx:
        kept = tx.execute(select(table.c.settings).where(which)).scalar_one()
        tx.execute(update(table).where(which).values(settings={**kept, **settings}))
    return {name: kept.get(name) for name in settings}


def nobody_listens() -> str:
    """An address of this machine where every connection is refused."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def yunda_has(bench: Bench, numbers: int) -> None:
    """Set the prepaid numbers that the merchant has left at Yunda."""
    left = bench.world.yunda._left
    left.update(dict.fromkeys(left, numbers))


def jobs_of(bench: Bench, parcel_id: str) -> list[str]:
    """The states of the parcel's print jobs, the oldest first."""
    query = select(print_jobs.c.state).where(print_jobs.c.parcel_id == parcel_id)
    with bench.work.db.read() as tx:
        return list(tx.execute(query.order_by(print_jobs.c.created_at, print_jobs.c.id)).scalars())


def messages(bench: Bench, kind: str = "ship") -> Sequence[Any]:
    """The outbox rows of one kind, the oldest first."""
    with bench.work.db.read() as tx:
        return tx.execute(select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.id)).all()


def shipments(bench: Bench, order_id: str) -> list[Shipment]:
    """What the shops hold as sent for an order."""
    return [s for shop in bench.world.shops.values() for s in shop.shipments(order_id)]


def parcels_with_number(bench: Bench) -> list[ParcelRow]:
    """Every parcel that has a waybill number."""
    return [r for r in parcel_rows(bench.work, parcel_ids(bench.work)) if r.waybill]
