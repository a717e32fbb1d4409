"""Moving goods between parcels: lines, their reservations, weight and deadline follow together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.states import HoldCode, HoldScope, ParcelState, RequestState, ReservationState
from app.domain.text import T, Text
from app.services import records
from app.services.orders import corrected, holding
from app.services.parcels import gifts_along
from app.services.stock import allocation, composition, fetching, line_parts
from app.services.workplace import Workplace
from app.store.tables import (
    holds,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    reservations,
    shipments,
    skus,
    waybill_requests,
)

# Decided anew for each parcel by the check step; every other hold of a parcel goes with its goods.
_CHECKED_ANEW = frozenset({HoldCode.SHORT, HoldCode.NO_ACCOUNT, HoldCode.REPORT_REFUSED})
BY_HAND = T("Chosen by hand")


def new_parcel(tx: Connection, work: Workplace, shop_id: str) -> str:
    """An empty parcel that waits for the check; its id."""
    shipment_id = work.key()
    parcel_id = work.key()
    now = work.now()
    tx.execute(insert(shipments).values(id=shipment_id, created_at=now))
    tx.execute(
        insert(parcels).values(
            id=parcel_id,
            shipment_id=shipment_id,
            shop_id=shop_id,
            state=ParcelState.TO_CHECK,
            created_at=now,
            changed_at=now,
        )
    )
    return parcel_id


def orders_in(tx: Connection, parcel_id: str) -> set[str]:
    """The orders whose goods are in the parcel."""
    rows = tx.execute(
        select(order_lines.c.order_id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.listing_quantity > 0)
    ).scalars()
    return set(rows)


def addresses_in(tx: Connection, parcel_id: str) -> dict[str, str]:
    """The address hash of each order whose goods are in the parcel."""
    rows = tx.execute(
        select(orders.c.id, orders.c.address_hash).where(orders.c.id.in_(orders_in(tx, parcel_id)))
    )
    return {r.id: r.address_hash for r in rows}


def unmerge(tx: Connection, work: Workplace, parcel_id: str) -> list[str]:
    """Give each order that goes to another address a parcel of its own; the new ones' ids.

    Nothing is done while a number is asked for: the parcel is then held by the address itself.
    """
    addresses = addresses_in(tx, parcel_id)
    if len({a for a in addresses.values() if a}) < 2 or labelled(tx, parcel_id):
        return []
    parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()
    first = tx.execute(
        select(orders.c.address_hash)
        .where(orders.c.id.in_(addresses))
        .order_by(orders.c.paid_at, orders.c.id)
    ).scalars()
    stays = next(a for a in first if a)
    parted: dict[str, list[str]] = {}
    for order_id, address in sorted(addresses.items()):
        if address != stays:
            parted.setdefault(address, []).append(order_id)
    new_ids: list[str] = []
    for order_ids in parted.values():
        new_id = like(tx, work, parcel)
        for line in lines_of(tx, parcel_id, order_ids):
            move(tx, work, line, line.listing_quantity, new_id)
        new_ids.append(new_id)
    for one in (parcel_id, *new_ids):
        measure(tx, one)
        note(tx, work, "unmerged", one, parcel=parcel_id)
    return new_ids


def in_doubt(tx: Connection, parcel_id: str) -> bool:
    """Whether a number was asked for and nobody knows yet whether there is one."""
    asked = tx.execute(
        select(waybill_requests.c.id).where(
            waybill_requests.c.parcel_id == parcel_id,
            waybill_requests.c.state.in_(
                [RequestState.PENDING, RequestState.SENT, RequestState.UNKNOWN]
            ),
        )
    ).first()
    return asked is not None


def labelled(tx: Connection, parcel_id: str) -> bool:
    """Whether a number is live, or may be: its label goes to one address."""
    live = tx.execute(select(parcels.c.waybill_id).where(parcels.c.id == parcel_id)).scalar()
    return live is not None or in_doubt(tx, parcel_id)


def lines_of(tx: Connection, parcel_id: str, order_ids: Collection[str] | None = None) -> list[Any]:
    """The parcel's lines that hold something, with what is known of the listing and the SKU."""
    query = (
        select(
            parcel_lines,
            order_lines.c.factor,
            order_lines.c.order_id,
            order_lines.c.product_id,
            order_lines.c.sku_id.label("listing_sku_id"),
            order_lines.c.sku_code,
            order_lines.c.title,
            order_lines.c.spec,
            order_lines.c.is_free_gift,
            skus.c.code,
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.listing_quantity > 0)
        .order_by(order_lines.c.is_free_gift, order_lines.c.position, parcel_lines.c.id)
    )
    if order_ids is not None:
        query = query.where(order_lines.c.order_id.in_(list(order_ids)))
    return list(tx.execute(query))


def move(tx: Connection, work: Workplace, line: Any, pieces: int, target: str) -> None:
    """Move ``pieces`` of the listing from a line's parcel into another, reserved as they are.

    ``line`` is a parcel line with its order line's ``factor``. What was scanned is scanned anew.
    """
    here = tx.execute(select(parcel_lines).where(parcel_lines.c.id == line.id)).one()
    there = tx.execute(
        select(parcel_lines).where(
            parcel_lines.c.parcel_id == target,
            parcel_lines.c.order_line_id == here.order_line_id,
            parcel_lines.c.gift_rule_id == "",
        )
    ).one_or_none()
    line_parts.forget_scans_of(tx, here.id)
    if pieces == here.listing_quantity and there is None:
        tx.execute(
            update(parcel_lines).where(parcel_lines.c.id == here.id).values(parcel_id=target)
        )
        gifts_along.follow(tx, line.order_id, here.parcel_id, target)
        fetching.settle(tx, work, here.parcel_id, to=target)
        return
    if there is not None and not _are_reserved_alike(tx, here.id, there.id):
        # One line cannot hold both kinds: reserved anew when the parcel is checked.
        allocation.release(tx, work, here.parcel_id, "moved", [here.id])
        allocation.release(tx, work, target, "moved", [there.id])
    factor = line.factor
    left = here.listing_quantity - pieces
    tx.execute(
        update(parcel_lines)
        .where(parcel_lines.c.id == here.id)
        .values(listing_quantity=left, quantity=left * factor)
    )
    if there is None:
        to_id = work.key()
        tx.execute(
            insert(parcel_lines).values(
                id=to_id,
                parcel_id=target,
                order_line_id=here.order_line_id,
                sku_id=here.sku_id,
                listing_quantity=pieces,
                quantity=pieces * factor,
            )
        )
    else:
        to_id = there.id
        total = there.listing_quantity + pieces
        tx.execute(
            update(parcel_lines)
            .where(parcel_lines.c.id == to_id)
            .values(listing_quantity=total, quantity=total * factor)
        )
    _move_reservation(tx, work, here.id, to_id, pieces * factor)
    gifts_along.follow(tx, line.order_id, here.parcel_id, target)
    fetching.settle(tx, work, here.parcel_id, to=target)


def _move_reservation(
    tx: Connection, work: Workplace, from_line: str, to_line: str, quantity: int
) -> None:
    """Pieces stay allocated all the time: nobody else can take them in between.

    ``quantity`` are pieces of the line's SKU; of a bundle each part goes along.
    """
    mine = _active(tx, from_line)
    parts = line_parts.kept(tx, [from_line]).get(from_line, {})
    theirs = {row.sku_id: row for row in _active(tx, to_line)}
    if parts and not theirs:
        line_parts.copy(tx, from_line, to_line)
    for row in mine:
        pieces = quantity * parts.get(row.sku_id, 1)
        _move_pieces(tx, work, row, theirs.get(row.sku_id), to_line, pieces)


def _move_pieces(
    tx: Connection, work: Workplace, mine: Any, theirs: Any, to_line: str, quantity: int
) -> None:
    left = mine.quantity - quantity
    aside = min(mine.set_aside, quantity)
    if left > 0:
        tx.execute(
            update(reservations)
            .where(reservations.c.id == mine.id)
            .values(quantity=left, set_aside=mine.set_aside - aside)
        )
    if theirs is not None:
        tx.execute(
            update(reservations)
            .where(reservations.c.id == theirs.id)
            .values(
                quantity=theirs.quantity + min(quantity, mine.quantity),
                set_aside=theirs.set_aside + aside,
            )
        )
        if left <= 0:
            tx.execute(
                update(reservations)
                .where(reservations.c.id == mine.id)
                .values(state=ReservationState.RELEASED, at=work.now())
            )
    elif left <= 0:
        tx.execute(
            update(reservations).where(reservations.c.id == mine.id).values(parcel_line_id=to_line)
        )
    else:
        tx.execute(
            insert(reservations).values(
                id=work.key(),
                parcel_line_id=to_line,
                sku_id=mine.sku_id,
                quantity=quantity,
                set_aside=aside,
                state=ReservationState.ACTIVE,
                at=work.now(),
            )
        )


def _active(tx: Connection, line_id: str) -> list[Any]:
    return list(
        tx.execute(
            select(reservations)
            .where(
                reservations.c.parcel_line_id == line_id,
                reservations.c.state == ReservationState.ACTIVE,
            )
            .order_by(reservations.c.sku_id)
        )
    )


def _are_reserved_alike(tx: Connection, one: str, other: str) -> bool:
    """Whether the goods of both lines are reserved, and as the same SKUs in the same proportion."""
    parts = line_parts.kept(tx, [one, other])
    skus_of = [{row.sku_id for row in _active(tx, line_id)} for line_id in (one, other)]
    return parts.get(one) == parts.get(other) and skus_of[0] == skus_of[1]


def like(tx: Connection, work: Workplace, parcel: Any) -> str:
    """A new parcel beside ``parcel``: same shop, same holds, and the carrier a person chose."""
    new_id = new_parcel(tx, work, parcel.shop_id)
    if by_hand(parcel):
        tx.execute(
            update(parcels)
            .where(parcels.c.id == new_id)
            .values(
                route=parcel.route,
                carrier=parcel.carrier,
                account=parcel.account,
                product=parcel.product,
                choice_reason=parcel.choice_reason,
            )
        )
    copy_holds(tx, work, parcel.id, new_id)
    corrected.copy(tx, parcel.id, new_id)
    return new_id


def copy_holds(tx: Connection, work: Workplace, source: str, target: str) -> None:
    """What keeps the goods of one parcel back keeps them back in another one too."""
    rows = tx.execute(
        select(holds).where(
            holds.c.parcel_id == source,
            holds.c.cleared_at.is_(None),
            holds.c.code.not_in(_CHECKED_ANEW),
        )
    ).all()
    for row in rows:
        wanted = holding.Wanted(
            HoldScope.PARCEL,
            HoldCode(row.code),
            Text.from_json(row.reason),
            evidence=row.evidence,
        )
        holding.put(tx, work, wanted, parcel_id=target)


def check_again(tx: Connection, work: Workplace, parcel: Any) -> None:
    """Back to the check: other goods may want another carrier, unless a person chose it."""
    for code in (HoldCode.SHORT, HoldCode.NO_ACCOUNT):
        holding.clear(tx, work, code, parcel_id=parcel.id, why="other goods")
    values: dict[str, Any] = {
        "state": ParcelState.TO_CHECK,
        "failure": None,
        "packed_at": None,
        "packed_by": "",
        "changed_at": work.now(),
        "revision": parcels.c.revision + 1,
    }
    if not by_hand(parcel):
        values |= {"account": None, "choice_reason": None, "choice_trail": None, "product": ""}
    tx.execute(update(parcels).where(parcels.c.id == parcel.id).values(**values))
    line_parts.forget_scans(tx, parcel.id)


def measure(tx: Connection, parcel_id: str, otherwise_at: datetime | None = None) -> None:
    """Write deadline and expected weight anew; ``otherwise_at`` when no line has a deadline."""
    rows = tx.execute(
        select(
            parcel_lines.c.quantity,
            composition.weight_g().label("weight_g"),
            order_lines.c.deadline_at,
            orders.c.deadline_at.label("of_order_at"),
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.quantity > 0)
    ).all()
    deadlines = [r.deadline_at for r in rows if r.deadline_at is not None]
    if not deadlines and otherwise_at is None:
        deadlines = [r.of_order_at for r in rows if r.of_order_at is not None]
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(
            deadline_at=min(deadlines) if deadlines else otherwise_at,
            expected_weight_g=sum((r.weight_g or 0) * r.quantity for r in rows),
        )
    )


def by_hand(parcel: Any) -> bool:
    """Whether a person chose the parcel's carrier."""
    reason = parcel.choice_reason
    return bool(parcel.account and reason and Text.from_json(reason).msgid == BY_HAND.msgid)


def note(tx: Connection, work: Workplace, action: str, parcel_id: str, **detail: Any) -> None:
    """An audit entry of a parcel and its orders' columns, after goods were moved."""
    records.note(tx, work, action, parcel_id=parcel_id, detail=detail)
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
