"""What buyers ask to have changed before it ships, and that they urge.

A request holds the order until it is answered; see ``app.services.orders.request_answers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select, update

from app.domain.address import Address
from app.domain.privacy import for_screen
from app.domain.states import UNREPORTED_STATES, OrderStatus
from app.services import records
from app.services.orders import receivers, request_effects
from app.services.orders.request_effects import ParcelEffect
from app.services.stock import mapping
from app.services.workplace import Workplace
from app.store.tables import listings, order_lines, orders, skus, stock_balances

_PARTS = ("name", "phone", "province", "city", "district", "address")


@dataclass(frozen=True, slots=True)
class AddressRequest:
    """The buyer wants another address. Both are masked as they came.

    ``differs`` names the parts that can be seen to differ; ``hidden``: parts differ that the
    platform hides.
    """

    id: str
    order_id: str
    shop: str
    old: Address
    new: Address
    differs: tuple[str, ...]
    hidden: bool
    asked_at: datetime | None
    parcels: tuple[ParcelEffect, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One side of a change. ``sku`` is ours; "" and None where nobody has said what it is."""

    sku_id: str
    title: str
    spec: str
    sku: str
    available: int | None


@dataclass(frozen=True, slots=True)
class VariantRequest:
    """The buyer wants another variant of one line, until the shop refuses it by itself."""

    id: str
    order_id: str
    shop: str
    line_id: str
    quantity: int
    old: Variant
    new: Variant
    until_at: datetime | None
    parcels: tuple[ParcelEffect, ...]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request of the list. ``kind``: ``address`` or ``variant``."""

    kind: str
    id: str
    order_id: str
    shop: str
    asked_at: datetime | None
    until_at: datetime | None
    deadline_at: datetime | None
    effects: tuple[ParcelEffect, ...]


def pending(work: Workplace) -> list[RequestRow]:
    """Every request that waits for an answer, the most urgent first."""
    # The open orders only: everything else is found by no index.
    changing = exists().where(
        order_lines.c.order_id == orders.c.id, order_lines.c.sku_change_pending
    )
    with work.db.read() as tx:
        rows = tx.execute(
            select(
                orders.c.id,
                orders.c.order_id,
                orders.c.shop_id,
                orders.c.pending_address,
                orders.c.address_asked_at,
                orders.c.deadline_at,
            )
            .where(
                orders.c.stage.in_(UNREPORTED_STATES),
                orders.c.status.in_([OrderStatus.PAID, OrderStatus.PARTLY_SHIPPED]),
                or_(
                    orders.c.pending_address_hash != "",
                    orders.c.address_asked_at.is_not(None),
                    changing,
                ),
            )
            .order_by(orders.c.deadline_at, orders.c.id)
        ).all()
        found: list[RequestRow] = []
        for row in rows:
            if row.pending_address:
                effects = request_effects.of_address(tx, row.id)
                found.append(_request_row("address", row, row.address_asked_at, None, effects))
            for line in changing_lines(tx, row.id):
                effects = request_effects.of_variant(tx, row.id)
                until_at = line.sku_change_until_at
                found.append(_request_row("variant", row, None, until_at, effects))
    return sorted(found, key=lambda r: (r.until_at or r.deadline_at or work.now(), r.order_id))


def pending_address(work: Workplace, order: str) -> AddressRequest | None:
    """The buyer's pending request for another address, None when there is none."""
    stored = receivers.order_of(work, order)
    if not stored.pending_address:
        return None
    with work.db.read() as tx:
        effects = request_effects.of_address(tx, stored.id)
    old = for_screen(Address.from_dict(stored.receiver))
    new = for_screen(Address.from_dict(stored.pending_address))
    seen = tuple(part for part in _PARTS if getattr(old, part) != getattr(new, part))
    # The same hash is the same address; with another one, hidden parts may be what differs.
    other = stored.address_hash != stored.pending_address_hash
    masked = any("*" in getattr(a, part) for a in (old, new) for part in _PARTS)
    return AddressRequest(
        stored.id,
        stored.order_id,
        stored.shop_id,
        old,
        new,
        seen,
        other and masked,
        stored.address_asked_at,
        effects,
    )


def pending_variants(work: Workplace, order: str) -> tuple[VariantRequest, ...]:
    """The lines of the order whose buyer wants another variant."""
    stored = receivers.order_of(work, order)
    with work.db.read() as tx:
        effects = request_effects.of_variant(tx, stored.id)
        return tuple(
            VariantRequest(
                stored.id,
                stored.order_id,
                stored.shop_id,
                line.id,
                line.quantity,
                _variant(tx, stored.shop_id, line, line.sku_id),
                _variant(tx, stored.shop_id, line, line.new_sku_id),
                line.sku_change_until_at,
                effects,
            )
            for line in changing_lines(tx, stored.id)
        )


def urged(work: Workplace, shop_id: str, order_id: str) -> bool:
    """The buyer urges: the order is marked until it is shipped. False: nobody knows the order."""
    with work.db.write() as tx:
        stored = tx.execute(
            select(orders.c.id, orders.c.urged, orders.c.stage).where(
                orders.c.shop_id == shop_id, orders.c.order_id == order_id
            )
        ).one_or_none()
        if stored is None:
            return False
        if stored.urged or stored.stage in records.NOTHING_TO_URGE:
            return True
        tx.execute(
            update(orders)
            .where(orders.c.id == stored.id)
            .values(urged=True, revision=orders.c.revision + 1)
        )
        records.note(tx, work, "urged", order_id=stored.id)
    work.changed("orders")
    return True


def _request_row(
    kind: str,
    row: Any,
    asked_at: datetime | None,
    until_at: datetime | None,
    effects: tuple[ParcelEffect, ...],
) -> RequestRow:
    return RequestRow(
        kind, row.id, row.order_id, row.shop_id, asked_at, until_at, row.deadline_at, effects
    )


def changing_lines(tx: Connection, our_id: str) -> Sequence[Any]:
    """The lines of the order whose buyer wants another variant."""
    return tx.execute(
        select(order_lines)
        .where(order_lines.c.order_id == our_id, order_lines.c.sku_change_pending)
        .order_by(order_lines.c.position)
    ).all()


def _variant(tx: Connection, shop_id: str, line: Any, sku_id: str) -> Variant:
    listing = tx.execute(
        select(listings).where(
            listings.c.shop_id == shop_id,
            listings.c.product_id == line.product_id,
            listings.c.sku_id == sku_id,
        )
    ).one_or_none()
    own = sku_id == line.sku_id
    code = line.sku_code if own else (listing.sku_code if listing else "")
    barcode = line.barcode if own else (listing.barcode if listing else "")
    mapped = mapping.lookup(tx, shop_id, line.product_id, sku_id, code, barcode)
    stock = None
    if mapped is not None:
        stock = tx.execute(
            select(skus.c.code, func.coalesce(stock_balances.c.available, 0).label("available"))
            .outerjoin(stock_balances, stock_balances.c.sku_id == skus.c.id)
            .where(skus.c.id == mapped.sku_id)
        ).one_or_none()
    return Variant(
        sku_id,
        line.title if own or listing is None else listing.title or line.title,
        line.spec if own else (listing.spec if listing else ""),
        stock.code if stock else "",
        stock.available if stock else None,
    )
