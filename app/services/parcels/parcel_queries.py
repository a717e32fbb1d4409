"""Read-only rows of parcels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from app.domain import recognition
from app.domain.routing import Step
from app.services.workplace import Workplace
from app.store.tables import (
    address_corrections,
    holds,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    skus,
    waves,
    waybills,
)

_IDS_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One parcel. ``holds`` are the codes it obeys."""

    id: str
    orders: tuple[str, ...]
    state: str
    holds: tuple[str, ...]
    route: str
    carrier: str
    account: str
    waybill: str
    wave: str
    printed: bool
    confirmed: bool
    weight_g: int | None
    expected_weight_g: int
    deadline_at: datetime | None
    failure: Mapping[str, str] | None
    choice_reason: str
    shop: str
    order_ids: tuple[str, ...] = ()
    wave_position: int = 0
    product: str = ""  # the carrier's own product code
    trail: tuple[Step, ...] = ()  # rules that fell out before the carrier was chosen
    corrected: bool = False  # its label has another receiver than the order says
    oversold: bool = False  # reserved beyond what is there, as its shop allows


def parcel_ids(
    work: Workplace,
    *,
    state: str | None = None,
    hold: str | None = None,
    wave: str | None = None,
    limit: int | None = None,
) -> list[str]:
    """Ids of matching parcels, the most urgent first; at most ``limit``."""
    query = select(parcels.c.id)
    if state:
        query = query.where(parcels.c.state == state)
    if wave:
        query = query.where(parcels.c.wave_id == wave)
    if hold:
        query = query.where(parcels.c.id.in_(_parcels_with_hold(hold)))
    order = (parcels.c.wave_position,) if wave else (parcels.c.deadline_at, parcels.c.id)
    with work.db.read() as tx:
        return list(tx.execute(query.order_by(*order).limit(limit)).scalars())


def parcel_rows(work: Workplace, ids: Sequence[str]) -> list[ParcelRow]:
    """Rows for these parcels, in the order given; unknown ids are left out."""
    found: dict[str, ParcelRow] = {}
    with work.db.read() as tx:
        for start in range(0, len(ids), _IDS_AT_ONCE):
            chunk = list(ids[start : start + _IDS_AT_ONCE])
            for row in _parcel_rows(tx, chunk):
                found[row.id] = row
    return [found[i] for i in ids if i in found]


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """What a parcel holds of one order line. ``sku`` is ours, or the shop's code until it is
    matched; ``quantity`` counts pieces of the SKU."""

    sku: str
    title: str
    spec: str
    quantity: int
    gift: bool = False  # put in by a rule; the shop hears nothing of it


def parcel_goods(work: Workplace, parcel_id: str) -> list[GoodsRow]:
    """What belongs into the box, in the order's order."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(
                parcel_lines.c.quantity,
                parcel_lines.c.gift_rule_id,
                order_lines.c.title,
                order_lines.c.spec,
                order_lines.c.sku_code,
                skus.c.code,
                skus.c.name,
                skus.c.spec.label("sku_spec"),
            )
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
            .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.quantity > 0)
            .order_by(order_lines.c.order_id, order_lines.c.position, parcel_lines.c.id)
        ).all()
    return [
        GoodsRow(r.code, r.name, r.sku_spec, r.quantity, gift=True)
        if r.gift_rule_id
        else GoodsRow(r.code or r.sku_code, r.title, r.spec, r.quantity)
        for r in rows
    ]


def parcel_of_waybill(work: Workplace, number: str) -> str | None:
    """The parcel that has or had this number, typed or scanned."""
    with work.db.read() as tx:
        found: str | None = tx.execute(
            select(waybills.c.parcel_id)
            .where(waybills.c.number.in_(recognition.forms(number)))
            .order_by(waybills.c.issued_at.desc())
        ).scalar()
    return found


def _parcels_with_hold(code: str) -> Select[Any]:
    return (
        select(parcel_lines.c.parcel_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(
            holds,
            and_(
                holds.c.cleared_at.is_(None),
                holds.c.code == code,
                or_(
                    holds.c.order_id == order_lines.c.order_id,
                    holds.c.order_line_id == order_lines.c.id,
                    holds.c.parcel_id == parcel_lines.c.parcel_id,
                ),
            ),
        )
    )


def _parcel_rows(tx: Connection, ids: list[str]) -> list[ParcelRow]:

    our_orders: dict[str, list[Any]] = defaultdict(list)
    for row in tx.execute(
        select(parcel_lines.c.parcel_id, orders.c.id, orders.c.order_id, orders.c.address_hash)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(ids))
        .distinct()
    ):
        our_orders[row.parcel_id].append(row)
    held: dict[str, set[str]] = defaultdict(set)
    for hold in tx.execute(
        select(parcel_lines.c.parcel_id, holds.c.code)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(
            holds,
            or_(
                holds.c.order_id == order_lines.c.order_id,
                holds.c.order_line_id == order_lines.c.id,
                holds.c.parcel_id == parcel_lines.c.parcel_id,
            ),
        )
        .where(parcel_lines.c.parcel_id.in_(ids), holds.c.cleared_at.is_(None))
        .distinct()
    ):
        held[hold.parcel_id].add(hold.code)
    query = (
        select(
            parcels,
            waybills.c.number,
            waves.c.name.label("wave_name"),
            address_corrections.c.order_hash.label("corrects"),
        )
        .outerjoin(address_corrections, address_corrections.c.parcel_id == parcels.c.id)
        .outerjoin(waybills, waybills.c.id == parcels.c.waybill_id)
        .outerjoin(waves, waves.c.id == parcels.c.wave_id)
        .where(parcels.c.id.in_(ids))
    )
    return [
        ParcelRow(
            id=r.id,
            orders=tuple(x.order_id for x in our_orders[r.id]),
            state=r.state,
            holds=tuple(sorted(held[r.id])),
            route=r.route or "",
            carrier=r.carrier or "",
            account=r.account or "",
            waybill=r.number or "",
            wave=r.wave_name or "",
            printed=r.printed,
            confirmed=r.print_confirmed,
            weight_g=r.weight_g,
            expected_weight_g=r.expected_weight_g,
            deadline_at=r.deadline_at,
            failure=r.failure,
            choice_reason=r.choice_reason or "",
            shop=r.shop_id,
            order_ids=tuple(x.id for x in our_orders[r.id]),
            wave_position=r.wave_position,
            product=r.product,
            trail=tuple(Step.from_json(step) for step in r.choice_trail or ()),
            corrected=r.corrects is not None
            and r.corrects in {x.address_hash for x in our_orders[r.id]},
            oversold=r.oversold,
        )
        for r in tx.execute(query)
    ]


def packed_today(work: Workplace) -> int:
    """How many parcels this bench has sealed since local midnight."""
    start = work.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    with work.db.read() as tx:
        return tx.execute(
            select(func.count())
            .select_from(parcels)
            .where(parcels.c.bench == work.bench, parcels.c.packed_at >= start)
        ).scalar_one()
