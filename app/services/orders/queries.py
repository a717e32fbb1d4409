"""Read-only rows for tables and drawers: ids first, rows by page; nothing loads everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.privacy import for_screen
from app.domain.states import HoldCode, ParcelState
from app.domain.text import T
from app.services.archive import looking
from app.services.orders.order_lists import order_counts, order_ids, order_page
from app.services.orders.order_query import OTHER, OrderFilter, search_words
from app.services.workplace import Workplace
from app.store.tables import (
    holds,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    skus,
)

_IDS_AT_ONCE = 400

__all__ = [
    "OTHER",
    "HoldRow",
    "LineRow",
    "OrderFilter",
    "OrderRow",
    "StoryRow",
    "find_order",
    "known_order",
    "order_counts",
    "order_ids",
    "order_page",
    "order_rows",
    "search_words",
]


@dataclass(frozen=True, slots=True)
class LineRow:
    """One order line as people see it."""

    sku: str
    title: str
    spec: str
    quantity: int
    paid_fen: int
    bin: str
    picture: str
    mapped: bool
    refunded: int
    is_free_gift: bool


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row of the order list. ``flags``: one character each, 合 拆 赠 预 退 改 缺 催 …"""

    id: str
    shop: str
    order_id: str
    status: str
    stage: str
    flow: str
    failed: bool
    holds: tuple[str, ...]
    flags: tuple[str, ...]
    paid_at: datetime | None
    deadline_at: datetime | None
    receiver_name: str
    province: str
    city: str
    district: str
    carrier: str
    lines: tuple[LineRow, ...]
    parcels: tuple[str, ...]
    is_gift: bool = False
    buyer_note: str = ""

    @property
    def pieces(self) -> int:
        return sum(x.quantity for x in self.lines)


@dataclass(frozen=True, slots=True)
class HoldRow:
    code: str
    reason: str  # a stored sentence: Text.from_json
    set_at: datetime
    set_by: str
    releasable: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)


def order_rows(work: Workplace, ids: Sequence[str]) -> list[OrderRow]:
    """Rows for these orders, in the order given; unknown ids are left out."""
    found: dict[str, OrderRow] = {}
    with work.db.read() as tx:
        for start in range(0, len(ids), _IDS_AT_ONCE):
            chunk = list(ids[start : start + _IDS_AT_ONCE])
            for row in _order_rows(tx, chunk):
                found[row.id] = row
            for row in _archived_rows(tx, [i for i in chunk if i not in found]):
                found[row.id] = row
    return [found[i] for i in ids if i in found]


def find_order(work: Workplace, order: str) -> str | None:
    """Our id of the order with this id: ours or the shop's."""
    with work.db.read() as tx:
        found: str | None = tx.execute(
            select(orders.c.id)
            .where(or_(orders.c.id == order, orders.c.order_id == order))
            .order_by(orders.c.paid_at.desc())
        ).scalar()
        return found or looking.find(tx, order)


def known_order(work: Workplace, order: str) -> str:
    """Our id of the order, like ``find_order``. Raises ``UserError`` (``no_such_order``)."""
    found = find_order(work, order)
    if found is None:
        raise UserError(
            "no_such_order",
            T("There is no order {order}.", order=order),
            T("Sync the shop, or look for it with: orders list --search"),
            ref=order,
        )
    return found


def _order_rows(tx: Connection, ids: list[str]) -> list[OrderRow]:
    lines: dict[str, list[LineRow]] = defaultdict(list)
    for row in tx.execute(
        select(order_lines, skus.c.code, skus.c.bin, skus.c.picture, skus.c.name, skus.c.spec)
        .outerjoin(skus, skus.c.id == order_lines.c.mapped_sku_id)
        .where(order_lines.c.order_id.in_(ids))
        .order_by(order_lines.c.position)
    ).mappings():
        lines[row[order_lines.c.order_id]].append(
            LineRow(
                sku=row[skus.c.code] or row[order_lines.c.sku_code],
                title=row[order_lines.c.title],
                spec=row[order_lines.c.spec],
                quantity=row[order_lines.c.quantity],
                paid_fen=row[order_lines.c.paid_fen],
                bin=row[skus.c.bin] or "",
                picture=row[skus.c.picture] or "",
                mapped=row[order_lines.c.mapped_sku_id] is not None,
                refunded=row[order_lines.c.refunded_quantity],
                is_free_gift=row[order_lines.c.is_free_gift],
            )
        )
    boxes: dict[str, list[Any]] = defaultdict(list)
    for box in tx.execute(
        select(
            order_lines.c.order_id.label("our_id"), parcels.c.id, parcels.c.carrier, parcels.c.state
        )
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(order_lines.c.order_id.in_(ids))
        .distinct()
        .order_by(parcels.c.id)
    ):
        boxes[box.our_id].append(box)
    codes = _hold_codes(tx, ids)
    return [
        _order_row(r, tuple(lines[r.id]), boxes[r.id], codes.get(r.id, ()))
        for r in tx.execute(select(orders).where(orders.c.id.in_(ids)))
    ]


def _archived_rows(tx: Connection, ids: list[str]) -> list[OrderRow]:
    """Rows of orders that were put away, from what was kept of them."""
    rows = []
    for kept in looking.orders_of(tx, ids):
        codes = {r.id: r for r in tx.execute(select(skus).where(skus.c.id.in_(kept.sku_ids)))}
        lines = tuple(
            LineRow(
                sku=codes[line.mapped_sku_id].code
                if line.mapped_sku_id in codes
                else line.sku_code,
                title=line.title,
                spec=line.spec,
                quantity=line.quantity,
                paid_fen=line.paid_fen,
                bin="",
                picture=codes[line.mapped_sku_id].picture if line.mapped_sku_id in codes else "",
                mapped=line.mapped_sku_id is not None,
                refunded=line.refunded_quantity,
                is_free_gift=line.is_free_gift,
            )
            for line in kept.lines
        )
        rows.append(_order_row(kept.order, lines, list(kept.parcels), ()))
    return rows


def _hold_codes(tx: Connection, ids: list[str]) -> dict[str, tuple[str, ...]]:
    rows = tx.execute(
        select(order_lines.c.order_id, holds.c.code)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id, isouter=True)
        .join(
            holds,
            or_(
                holds.c.order_id == order_lines.c.order_id,
                holds.c.order_line_id == order_lines.c.id,
                holds.c.parcel_id == parcel_lines.c.parcel_id,
            ),
        )
        .where(order_lines.c.order_id.in_(ids), holds.c.cleared_at.is_(None))
        .distinct()
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row.code)
    return {k: tuple(sorted(v)) for k, v in found.items()}


_FLAG_OF_HOLD = {
    HoldCode.REFUND: "退",
    HoldCode.ADDRESS_CHANGE: "改",
    HoldCode.SKU_CHANGE: "换",
    HoldCode.PRESALE: "预",
    HoldCode.SHORT: "缺",
    HoldCode.UNMAPPED: "对",
    HoldCode.SPECIAL: "特",
}


def _order_row(
    row: Any, lines: tuple[LineRow, ...], boxes: list[Any], codes: tuple[str, ...]
) -> OrderRow:
    receiver = for_screen(Address.from_dict(row.receiver))
    live = [b for b in boxes if b.state != ParcelState.CANCELLED]
    flags = [_FLAG_OF_HOLD[HoldCode(c)] for c in codes if HoldCode(c) in _FLAG_OF_HOLD]
    if row.is_gift or any(x.is_free_gift for x in lines):
        flags.append("赠")
    if len(live) > 1:
        flags.append("拆")
    if row.urged:
        flags.append("催")
    if row.sent_elsewhere:
        flags.append("他")
    if row.buyer_note or row.merchant_note:
        flags.append("备")
    return OrderRow(
        id=row.id,
        shop=row.shop_id,
        order_id=row.order_id,
        status=row.status,
        stage=row.stage,
        flow=row.flow,
        failed=row.failed,
        holds=codes,
        flags=tuple(flags),
        paid_at=row.paid_at,
        deadline_at=row.deadline_at,
        receiver_name=receiver.name,
        province=receiver.province,
        city=receiver.city,
        district=receiver.district,
        carrier=next((b.carrier for b in live if b.carrier), ""),
        lines=lines,
        parcels=tuple(b.id for b in live),
        is_gift=row.is_gift,
        buyer_note=row.buyer_note,
    )


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One entry of an order's or a parcel's story."""

    at: datetime
    action: str
    user: str
    detail: Mapping[str, Any] = field(default_factory=dict)
