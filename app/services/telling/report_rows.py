"""Which messages tell a shop that a parcel has left, and what stands in each one's way.

The platform wants all pieces of one listing of an order reported with one number. Where a person
put them into several parcels all the same, the first that leaves reports all of them and each later
one goes on file as an extra parcel (``OutboxKind.EXTRA``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.domain.companies import company, company_of_wechat
from app.domain.states import HoldCode, OutboxKind, OutboxState, ParcelState
from app.domain.text import T, Text
from app.ports import ExtraReason
from app.services import records
from app.services.orders import exchange_rows, holding, serials
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, outbox, parcel_lines, parcels, shops

Goods = tuple[str, str]  # the shop's product id and sku id

REPORTS = (OutboxKind.SHIP, OutboxKind.EXTRA)
LEAVING = (*REPORTS, OutboxKind.EXCHANGE)  # a parcel is shipped when the shop has heard these
WITHOUT_SHOP = frozenset({"manual", "file", None})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a message back: a hold's code and its sentence."""

    code: str
    reason: Text
    remedy: Text


def has_shop(tx: Connection, shop_id: str) -> bool:
    """Whether anybody is told when parcels of this shop leave."""
    platform = tx.execute(select(shops.c.platform).where(shops.c.id == shop_id)).scalar()
    return platform not in WITHOUT_SHOP


def queue(tx: Connection, work: Workplace, parcel: Any, waybill: Any) -> int:
    """Queue the messages of a parcel that leaves; returns how many. One or two for each order."""
    if not has_shop(tx, parcel.shop_id):
        return 0
    if parcel.after_sale_id:  # an exchange is told through its after-sale, never as a delivery
        return exchange_rows.queue(
            tx,
            work,
            parcel.shop_id,
            parcel.after_sale_id,
            waybill.carrier,
            waybill.number,
            parcel_id=parcel.id,
        )
    queued = 0
    told = serials.to_report(parcel)
    wanting = serials.wanting(tx, parcel.id)
    for order in _orders(tx, parcel.id):
        alone, extra = _lines(tx, parcel.id, order.id)
        payload: dict[str, Any] = {
            "order_id": order.order_id,
            "company": company(waybill.carrier).wechat,
            "number": waybill.number,
        }
        if told and order.id in wanting:
            payload["serials"] = dict(told)
        for kind, lines in ((OutboxKind.SHIP, alone), (OutboxKind.EXTRA, extra)):
            if not lines:
                continue
            more = {"reason": int(ExtraReason.SPLIT)} if kind is OutboxKind.EXTRA else {}
            outbox_rows.add(
                tx,
                work,
                kind,
                _once(tx, kind, parcel.id, order.id),
                lane=outbox_rows.order_lane(order.id),
                shop_id=parcel.shop_id,
                order_id=order.id,
                parcel_id=parcel.id,
                payload={**payload, **more, "lines": _as_json(lines)},
            )
            queued += 1
    return queued


def withdraw(
    tx: Connection, work: Workplace, parcel_id: str, order_ids: Collection[str] | None = None
) -> None:
    """The parcel was taken back: its messages are void, and others report what it reported.

    ``order_ids``: only what it says of these orders.
    """
    mine = [
        row
        for row in tx.execute(
            select(outbox).where(
                outbox.c.parcel_id == parcel_id,
                outbox.c.kind.in_(LEAVING),
                outbox.c.state != OutboxState.SUPERSEDED,
            )
        )
        if order_ids is None or row.order_id in order_ids
    ]
    _supersede(tx, work, [r.id for r in mine])
    if not any(r.kind == OutboxKind.SHIP for r in mine):
        return
    # A later parcel of the same listing counted on this one's message: it reports for itself now.
    waiting = tx.execute(
        select(outbox).where(
            outbox.c.order_id.in_([r.order_id for r in mine]),
            outbox.c.kind == OutboxKind.EXTRA,
            outbox.c.parcel_id.is_not(None),
            outbox.c.parcel_id != parcel_id,
            outbox.c.state.in_([OutboxState.PENDING, OutboxState.REFUSED]),
            outbox.c.attempts == 0,
        )
    ).all()
    for other in sorted({r.parcel_id for r in waiting}):
        rows = tx.execute(
            select(outbox).where(
                outbox.c.parcel_id == other,
                outbox.c.kind.in_(REPORTS),
                outbox.c.state != OutboxState.SUPERSEDED,
            )
        ).all()
        if all(r.state == OutboxState.PENDING and r.attempts == 0 for r in rows):
            _supersede(tx, work, [r.id for r in rows])
            parcel = tx.execute(select(parcels).where(parcels.c.id == other)).one()
            queue(tx, work, parcel, _waybill_of(rows[0]))


def obstacle(tx: Connection, row: Any) -> Obstacle | None:
    """What keeps a message back now; read in the transaction that claims it."""
    if row.kind not in LEAVING or row.parcel_id is None:
        return None
    held = records.active_holds(tx, row.parcel_id)
    if held:
        code = HoldCode(held[0].code)
        return Obstacle(code, Text.from_json(held[0].reason), holding.REMEDIES[code])
    if row.kind == OutboxKind.EXTRA and _first_refused(tx, row):
        return Obstacle(
            HoldCode.REPORT_REFUSED,
            T("The shop refused the first parcel of these goods; this one waits for it."),
            holding.REMEDIES[HoldCode.REPORT_REFUSED],
        )
    return None


def mended(tx: Connection, row: Any) -> Sequence[Sequence[Any]] | None:
    """The lines as the order has them now, when nothing but the shop's ids changed; else ``None``.

    Goods in the box that are not the order's any more are a matter for a person.
    """
    if row.parcel_id is None or not box_is_right(tx, row.parcel_id, row.order_id):
        return None
    alone, extra = _lines(tx, row.parcel_id, row.order_id, apart_from=row.id)
    lines = _as_json(alone if row.kind == OutboxKind.SHIP else extra)
    same_pieces = sum(n for *_, n in lines) == sum(n for *_, n in row.payload["lines"])
    return lines if same_pieces and lines != row.payload["lines"] else None


def box_is_right(tx: Connection, parcel_id: str, our_id: str) -> bool:
    """Whether what is in the box is still what the order wants from it, kind by kind."""
    rows = tx.execute(
        select(
            parcel_lines.c.sku_id,
            parcel_lines.c.listing_quantity,
            order_lines.c.mapped_sku_id,
            order_lines.c.quantity,
            order_lines.c.refunded_quantity,
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            parcel_lines.c.listing_quantity > 0,
            order_lines.c.order_id == our_id,
        )
    ).all()
    return all(
        r.sku_id == r.mapped_sku_id and r.listing_quantity <= r.quantity - r.refunded_quantity
        for r in rows
    )


def told(tx: Connection, our_id: str) -> list[Mapping[str, Any]]:
    """What our own messages of the order's parcels reported, as far as the shop may have heard."""
    return list(
        tx.execute(
            select(outbox.c.payload).where(
                outbox.c.order_id == our_id,
                outbox.c.kind == OutboxKind.SHIP,
                (outbox.c.state == OutboxState.DONE) | outbox_rows.may_have_arrived(),
            )
        ).scalars()
    )


def is_told(tx: Connection, our_id: str) -> bool:
    """Whether the shop has confirmed a parcel of the order."""
    return (
        tx.execute(
            select(outbox.c.id).where(
                outbox.c.order_id == our_id,
                outbox.c.kind == OutboxKind.SHIP,
                outbox.c.state == OutboxState.DONE,
            )
        ).first()
        is not None
    )


def _orders(tx: Connection, parcel_id: str) -> Sequence[Any]:
    return tx.execute(
        select(orders.c.id, orders.c.order_id)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.listing_quantity > 0)
        .distinct()
        .order_by(orders.c.id)
    ).all()


def _lines(
    tx: Connection, parcel_id: str, our_id: str, *, apart_from: int = 0
) -> tuple[dict[Goods, int], dict[Goods, int]]:
    """What the parcel reports of an order by delivery/send, and what as an extra parcel."""
    rows = tx.execute(
        select(
            parcels.c.id,
            order_lines.c.product_id,
            order_lines.c.sku_id,
            func.sum(parcel_lines.c.listing_quantity).label("pieces"),
        )
        .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .where(
            order_lines.c.order_id == our_id,
            parcel_lines.c.listing_quantity > 0,
            parcels.c.state != ParcelState.CANCELLED,
            parcels.c.after_sale_id.is_(None),  # an exchange is no sale: the shop counts it apart
        )
        .group_by(parcels.c.id, order_lines.c.product_id, order_lines.c.sku_id)
        .order_by(order_lines.c.product_id, order_lines.c.sku_id)
    ).all()
    everywhere: Counter[Goods] = Counter()
    mine: dict[Goods, int] = {}
    for row in rows:
        everywhere[row.product_id, row.sku_id] += int(row.pieces)
        if row.id == parcel_id:
            mine[row.product_id, row.sku_id] = int(row.pieces)
    told = _reported_goods(tx, our_id, parcel_id, apart_from)
    alone = {goods: everywhere[goods] for goods in mine if goods not in told}
    extra = {goods: pieces for goods, pieces in mine.items() if goods in told}
    return alone, extra


def _reported_goods(tx: Connection, our_id: str, parcel_id: str, apart_from: int) -> set[Goods]:
    """Listings of the order that another parcel's message reports, sent or not."""
    rows = tx.execute(
        select(outbox.c.payload).where(
            outbox.c.order_id == our_id,
            outbox.c.kind == OutboxKind.SHIP,
            outbox.c.parcel_id != parcel_id,
            outbox.c.id != apart_from,
            outbox.c.state != OutboxState.SUPERSEDED,
        )
    ).scalars()
    return {(p, s) for payload in rows for p, s, _ in payload["lines"]}


def _once(tx: Connection, kind: OutboxKind, parcel_id: str, our_id: str) -> str:
    """The message's natural key; a parcel taken back and shipped again has a new one."""
    earlier = tx.execute(
        select(func.count())
        .select_from(outbox)
        .where(
            outbox.c.kind == kind,
            outbox.c.parcel_id == parcel_id,
            outbox.c.order_id == our_id,
            outbox.c.state == OutboxState.SUPERSEDED,
        )
    ).scalar_one()
    return f"{kind}:{parcel_id}:{our_id}" + (f":{earlier}" if earlier else "")


def _first_refused(tx: Connection, row: Any) -> bool:
    wanted = {(p, s) for p, s, _ in row.payload["lines"]}
    refused = tx.execute(
        select(outbox.c.payload).where(
            outbox.c.order_id == row.order_id,
            outbox.c.kind == OutboxKind.SHIP,
            outbox.c.state == OutboxState.REFUSED,
        )
    ).scalars()
    return any((p, s) in wanted for payload in refused for p, s, _ in payload["lines"])


def _supersede(tx: Connection, work: Workplace, ids: Iterable[int]) -> None:
    tx.execute(
        update(outbox)
        .where(outbox.c.id.in_(list(ids)))
        .values(state=OutboxState.SUPERSEDED, done_at=work.now(), waits_for="", reason=None)
    )


@dataclass(frozen=True, slots=True)
class _Named:
    carrier: str
    number: str


def _waybill_of(row: Any) -> _Named:
    return _Named(company_of_wechat(row.payload["company"]).code, row.payload["number"])


def _as_json(lines: Mapping[Goods, int]) -> list[list[Any]]:
    return [[product_id, sku_id, pieces] for (product_id, sku_id), pieces in lines.items()]
