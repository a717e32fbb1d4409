"""What the shops and carriers saw of a day, compared with the database."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select

from app.domain.states import (
    LIVE_WAYBILL_STATES,
    HoldCode,
    HoldScope,
    OutboxKind,
    OutboxState,
    ParcelState,
    Route,
    WaybillState,
)
from app.services import records
from app.simulators.wechat.lifecycle import blocking_aftersales
from app.simulators.wechat.order_changes import WAITING
from app.simulators.wechat.records import Goods, Shipment, ShopOrder, goods_of
from app.simulators.wechat.shop import WechatShop
from app.store.tables import (
    holds,
    order_lines,
    orders,
    outbox,
    parcel_lines,
    parcels,
    waybills,
)
from tests.support.storm_floor import SHOPS, Floor

_ONCE = [
    ["delivery/send"],
    ["delivery/compensation"],
    ["delivery/compensation", "delivery/send"],
    ["elsewhere"],  # our number, entered by hand
    ["delivery/send", "elsewhere"],  # a part of the pieces by hand, the rest of them by us
]
_REPORTED = (ParcelState.SHIPPED, ParcelState.DELIVERED)


@dataclass(slots=True)
class Witness:
    """Stands beside each shop and looks at the moment when a delivery/send is taken.

    ``wrong``: taken although the shop or the program had a reason against it that the program
    knew. ``unknown``: requests that the program could not know of, and how old they were (s).
    """

    floor: Floor
    wrong: list[str] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)
    taken: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def stand(self) -> None:
        """Begin to look."""
        for shop_id in SHOPS:
            shop = self.floor.bench.world.shops[shop_id]
            shop.shipment_log = _Log(self, shop_id, shop, shop.shipment_log)

    def see(self, shop_id: str, shop: WechatShop, sent: Shipment) -> None:
        """The shop is taking notice of a parcel; its lock is held."""
        if sent.via != "delivery/send":
            return
        order = shop.orders[sent.order_id]
        with self._guard:
            self.taken += 1
            if blocking_aftersales(shop, order):
                self.wrong.append(f"{sent.order_id}: taken during an after-sale")
            asked = list(_asked(order, {(p, s) for p, s, _ in sent.goods}))
            with self.floor.bench.work.db.read() as tx:
                knew, held = self._known(tx, shop_id, sent)
            if held:
                self.wrong.append(f"{sent.order_id}: {sent.waybill_id} taken although held: {held}")
            for what, at_s in asked:
                if what in knew:
                    self.wrong.append(f"{sent.order_id}: taken although {what} was known")
                else:
                    self.unknown.append(shop.clock() - at_s)

    def _known(self, tx: Any, shop_id: str, sent: Shipment) -> tuple[set[str], list[str]]:
        row = tx.execute(
            select(orders.c.id, orders.c.pending_address).where(
                orders.c.shop_id == shop_id, orders.c.order_id == sent.order_id
            )
        ).one()
        changing = tx.execute(
            select(func.count()).where(
                order_lines.c.order_id == row.id, order_lines.c.sku_change_pending
            )
        ).scalar_one()
        knew = ({"address"} if row.pending_address else set()) | ({"sku"} if changing else set())
        parcel_id = tx.execute(
            select(waybills.c.parcel_id)
            .join(parcels, parcels.c.waybill_id == waybills.c.id)
            .where(waybills.c.number == sent.waybill_id)
        ).scalar_one_or_none()
        if parcel_id is None:
            return knew, ["no parcel of ours"]
        return knew, [h.code for h in records.active_holds(tx, parcel_id)]


class _Log(list[Shipment]):
    def __init__(
        self, witness: Witness, shop_id: str, shop: WechatShop, known: list[Shipment]
    ) -> None:
        super().__init__(known)
        self._told = (witness, shop_id, shop)

    def append(self, sent: Shipment) -> None:
        witness, shop_id, shop = self._told
        witness.see(shop_id, shop, sent)
        super().append(sent)


def _asked(order: ShopOrder, goods: set[Goods] | None = None) -> Iterator[tuple[str, float]]:
    """What the buyer waits to have changed, and since when; variants of these goods only."""
    if order.asked_receiver is not None:
        yield "address", float(order.delivery.get("address_apply_time", 0))
    for line in order.lines:
        if goods is not None and goods_of(line) not in goods:
            continue  # a part without the line may go
        change = line.get("change_sku_info") or {}
        if change.get("preshipment_change_sku_state") == WAITING:
            yield "sku", float(change["ddl_time_stamp"]) - 40


def wrong(floor: Floor) -> list[str]:
    """Everything that is not as it must be when the day is over."""
    return [
        *_reports(floor),
        *_numbers(floor),
        *_holds(floor),
        *_messages(floor),
        *_left_behind(floor),
    ]


def _reports(floor: Floor) -> Iterator[str]:
    """Every sealed parcel is on file once for each order in it; nothing else of ours is.

    A corrected parcel is on file with its first number and once with the right one.
    """
    with floor.bench.work.db.read() as tx:
        rows = tx.execute(
            select(parcels.c.id, orders.c.order_id, waybills.c.number, parcels.c.state)
            .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .join(orders, orders.c.id == order_lines.c.order_id)
            .join(waybills, waybills.c.id == parcels.c.waybill_id)
            .where(parcels.c.state.in_(_REPORTED), parcel_lines.c.listing_quantity > 0)
            .distinct()
        ).all()
        told = tx.execute(
            select(outbox.c.kind, outbox.c.payload).where(
                outbox.c.state == OutboxState.DONE,
                or_(
                    outbox.c.kind == OutboxKind.CORRECT,
                    (outbox.c.kind == OutboxKind.EXTRA) & outbox.c.parcel_id.is_(None),
                ),
            )
        ).all()
        # A merged box: one of its orders is told already, and the other one is held.
        half_told = tx.execute(
            select(outbox.c.payload)
            .join(parcels, parcels.c.id == outbox.c.parcel_id)
            .where(
                parcels.c.state == ParcelState.TO_REPORT,
                outbox.c.state == OutboxState.DONE,
                outbox.c.kind.in_([OutboxKind.SHIP, OutboxKind.EXTRA]),
            )
        ).scalars()
        half = {(p["order_id"], p["number"]) for p in half_told}
    corrected = {
        (t.payload["order_id"], t.payload["number"]): (t.payload["order_id"], t.payload["old"])
        for t in told
        if t.kind == OutboxKind.CORRECT
    }
    wanted = {(r.order_id, r.number) for r in rows} | half | set(corrected.values())
    wanted |= {
        (t.payload["order_id"], t.payload["number"]) for t in told if t.kind == OutboxKind.EXTRA
    }
    seen: Counter[tuple[str, str]] = Counter()
    how: dict[tuple[str, str], list[str]] = defaultdict(list)
    for shop_id in SHOPS:
        for sent in floor.bench.world.shops[shop_id].shipments():
            if sent.via == "elsewhere" and (sent.order_id, sent.waybill_id) not in wanted:
                continue  # not ours
            seen[sent.order_id, sent.waybill_id] += 1
            how[sent.order_id, sent.waybill_id].append(sent.via)
    for key in sorted(wanted):
        # Some SKUs of a box may be told by delivery/send and others as an extra parcel.
        once = [["deliveryinfo/update"]] if key in corrected else _ONCE
        if sorted(how[key]) not in once:
            yield f"order {key[0]}: {key[1]} is on file as {how[key]}"
    for key in sorted(set(seen) - wanted):
        yield f"order {key[0]}: {key[1]} is on file, and no parcel that left has it"
    floor.done["reported pairs"] = len(wanted)


def _numbers(floor: Floor) -> Iterator[str]:
    """No number lives that belongs to no parcel, but for those that end by themselves (ZTO)."""
    world = floor.bench.world
    alive = {
        label.waybill_id
        for shop_id in SHOPS
        for label in world.shops[shop_id].waybills(alive=True).values()
    }
    alive |= {o.mother for o in world.sf.orders if o.mother and not o.cancelled_at_s}
    alive |= {o.mail_no for o in world.yunda.orders if not o.is_cancelled}
    alive |= {o.bill_code for o in world.zto.orders if o.bill_code and not o.is_cancelled}
    with floor.bench.work.db.read() as tx:
        ours = tx.execute(
            select(waybills.c.number, waybills.c.request_id)
            .join(parcels, parcels.c.waybill_id == waybills.c.id)
            .where(parcels.c.state != ParcelState.CANCELLED)
        ).all()
        ending = set(
            tx.execute(
                select(waybills.c.number).where(
                    waybills.c.state == WaybillState.VOID_REQUESTED,
                    waybills.c.route == Route.DIRECT,
                    waybills.c.carrier == "zto",
                )
            ).scalars()
        )
    owned = {r.number for r in ours}
    for number in sorted(alive - owned - ending):
        yield f"number {number} lives and belongs to no parcel"
    typed = {r.number for r in ours if r.request_id is None}  # no carrier here knows of it
    for number in sorted(owned - alive - typed):
        yield f"number {number} is used here and dead there"
    floor.done["live numbers"] = len(alive)


def _holds(floor: Floor) -> Iterator[str]:
    """Every hold still has its cause at the shop."""
    with floor.bench.work.db.read() as tx:
        rows = tx.execute(
            select(
                holds.c.code,
                holds.c.scope,
                holds.c.parcel_id,
                orders.c.shop_id,
                orders.c.order_id,
                parcels.c.state,
                holds.c.evidence,
            )
            .outerjoin(order_lines, order_lines.c.id == holds.c.order_line_id)
            .outerjoin(
                orders,
                or_(orders.c.id == holds.c.order_id, orders.c.id == order_lines.c.order_id),
            )
            .outerjoin(parcels, parcels.c.id == holds.c.parcel_id)
            .where(holds.c.cleared_at.is_(None))
        ).all()
    scenario = {o.order_id for o in floor.bench.scenario.orders}
    for row in rows:
        if row.scope == HoldScope.PARCEL:
            with floor.bench.work.db.read() as tx:
                inside = records.orders_of(tx, [row.parcel_id])
                numbers = set(
                    tx.execute(select(orders.c.order_id).where(orders.c.id.in_(inside))).scalars()
                )
            if not numbers <= scenario:
                yield f"parcel {row.parcel_id} ({row.state}): {row.code} {row.evidence} {numbers}"
            continue
        if row.order_id in scenario:
            continue
        shop = floor.bench.world.shops[row.shop_id]
        order = shop.orders[row.order_id]
        asked = {what for what, _ in _asked(order)}
        cause = {
            HoldCode.REFUND: bool(blocking_aftersales(shop, order)),
            HoldCode.ADDRESS_CHANGE: "address" in asked,
            HoldCode.SKU_CHANGE: "sku" in asked,
        }
        if not cause.get(HoldCode(row.code), row.code == HoldCode.UNMAPPED):
            yield f"order {row.order_id}: {row.code} has no cause"
        floor.done["holds with a cause"] += 1


def _messages(floor: Floor) -> Iterator[str]:
    """The outbox is empty, but for what a hold keeps back."""
    with floor.bench.work.db.read() as tx:
        rows = tx.execute(
            select(outbox).where(outbox.c.state.not_in([OutboxState.DONE, OutboxState.SUPERSEDED]))
        ).all()
        for row in rows:
            held = bool(row.parcel_id) and bool(records.active_holds(tx, row.parcel_id))
            if row.kind != OutboxKind.VOID and held:
                floor.done["messages held"] += 1
                continue
            yield f"message {row.id} {row.kind} {row.state}: {row.reason}"


def _left_behind(floor: Floor) -> Iterator[str]:
    """Nothing that could go on is still here, and nothing sealed is untold."""
    with floor.bench.work.db.read() as tx:
        rows = tx.execute(
            select(parcels.c.id, parcels.c.state, parcels.c.failure, parcels.c.waybill_id).where(
                parcels.c.state.not_in([*_REPORTED, ParcelState.CANCELLED])
            )
        ).all()
        held = {row.id for row in rows if records.active_holds(tx, row.id)}
        waiting = {
            order
            for row in rows
            if row.id in held and row.waybill_id is None
            for order in records.orders_of(tx, [row.id])
        }
        for row in rows:
            if row.id in held:
                continue
            beside = waiting & set(records.orders_of(tx, [row.id]))
            if row.waybill_id is not None and beside:
                # A part that has its number stays until the held part of its order has one too.
                floor.done["waits for a held part"] += 1
                continue
            number = "with" if row.waybill_id else "without"
            yield f"parcel {row.id} {number} number is still {row.state}: {row.failure}"
        live = tx.execute(
            select(waybills.c.number)
            .join(parcels, parcels.c.id == waybills.c.parcel_id)
            .where(
                parcels.c.state == ParcelState.CANCELLED,
                waybills.c.state.in_(LIVE_WAYBILL_STATES),
            )
        ).scalars()
        for number in live:
            yield f"the cancelled parcel's number {number} counts as live"
