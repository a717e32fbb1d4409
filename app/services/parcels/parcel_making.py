"""Parcels that match an order: made when it is paid, shrunk by refunds, cancelled with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.orders import OrderSnapshot
from app.domain.states import (
    OPEN_STATES,
    HoldCode,
    HoldScope,
    OrderStatus,
    ParcelState,
    RequestState,
    WaybillState,
)
from app.domain.text import T
from app.services import records
from app.services.numbers import shipment_numbers
from app.services.orders import address_guard, holding
from app.services.parcels import leaving, parcel_moves
from app.services.stock import allocation, line_parts
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import (
    order_lines,
    parcel_lines,
    parcels,
    waybill_requests,
    waybills,
)

PAID = frozenset({OrderStatus.PAID, OrderStatus.PARTLY_SHIPPED, OrderStatus.GIFT_PENDING})


def match(
    tx: Connection,
    work: Workplace,
    our_id: str,
    shop_id: str,
    order: OrderSnapshot,
    rows: Mapping[str, Any],
    *,
    foreign: bool = False,
) -> list[str]:
    """Make the open parcels of the order hold exactly what is still to be sent.

    ``foreign``: a part of it was sent under a number that is not ours.

    Returns the parcels that the check step should look at.
    """
    if order.status is OrderStatus.CANCELLED:
        return []
    existing = _open_parcels(tx, our_id)
    paid = order.status in PAID
    closed = order.status in {OrderStatus.SHIPPED, OrderStatus.DONE}
    if not paid and not (closed and existing):
        return existing
    extra: list[tuple[Any, int]] = []
    elsewhere = leaving.sent_elsewhere(tx, our_id, order)
    for line in order.lines:
        row = rows[line.line_key]
        open_rows = _open_lines(tx, row.id)
        wanted = leaving.still_to_leave(tx, row.id, line, elsewhere)
        have = sum(r.listing_quantity for r in open_rows)
        if wanted < have:
            _shrink(tx, work, row, open_rows, have - wanted)
        elif wanted > have:
            extra.append((row, wanted - have))
        _remap(tx, work, row, open_rows)
    listed = {line.line_key for line in order.lines}
    for row in (r for key, r in rows.items() if key not in listed):
        gone = _open_lines(tx, row.id)
        _shrink(tx, work, row, gone, sum(r.listing_quantity for r in gone))
    if extra:
        existing = _grow(tx, work, our_id, shop_id, existing, extra)
    _cancel_empty(tx, work, existing, "sent_elsewhere" if closed or foreign else "refunded")
    for parcel_id in existing:
        _refresh(tx, work, parcel_id, order)
    return existing


def cancel_all(tx: Connection, work: Workplace, our_id: str, reason: str) -> None:
    """Take the order's goods out of every parcel that has not left; one that is sealed is held.

    A parcel of this order alone is cancelled; a merged one goes on with the other orders' goods.
    """
    for parcel_id in records.parcels_of(tx, our_id):
        state = tx.execute(select(parcels.c.state).where(parcels.c.id == parcel_id)).scalar_one()
        if state in OPEN_STATES:
            if parcel_moves.orders_in(tx, parcel_id) - {our_id}:
                _take_out(tx, work, parcel_id, our_id)
            else:
                cancel(tx, work, parcel_id, reason)
        elif state == ParcelState.TO_REPORT:
            holding.put(
                tx,
                work,
                holding.Wanted(
                    HoldScope.PARCEL,
                    HoldCode.REFUND,
                    T("The order was cancelled after the parcel was sealed: take it back."),
                    evidence={"reason": reason},
                ),
                parcel_id=parcel_id,
            )


def _take_out(tx: Connection, work: Workplace, parcel_id: str, our_id: str) -> None:
    rows = tx.execute(
        select(parcel_lines, order_lines.c.factor)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .where(parcel_lines.c.parcel_id == parcel_id, order_lines.c.order_id == our_id)
    ).all()
    for row in rows:
        _shrink(tx, work, row, [row], row.listing_quantity)
    parcel_moves.measure(tx, parcel_id)


def cancel(tx: Connection, work: Workplace, parcel_id: str, reason: str) -> None:
    """Cancel one open parcel: stock is given back, its number will be voided, its holds end."""
    allocation.release(tx, work, parcel_id, reason)
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(
            state=ParcelState.CANCELLED,
            failure=None,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    void_live_number(tx, work, parcel_id)
    holding.end_all(tx, work, parcel_id=parcel_id, why=reason)
    for request in tx.execute(
        select(waybill_requests).where(
            waybill_requests.c.parcel_id == parcel_id,
            waybill_requests.c.state.in_([RequestState.SENT, RequestState.UNKNOWN]),
        )
    ):
        outbox_rows.add_lost(tx, work, request)
    records.note(tx, work, "parcel_cancelled", parcel_id=parcel_id, detail={"reason": reason})


def void_live_number(tx: Connection, work: Workplace, parcel_id: str) -> bool:
    """Queue the voiding of the parcel's live number. Returns whether there was one."""
    row = tx.execute(
        select(waybills).where(
            waybills.c.parcel_id == parcel_id,
            waybills.c.kind == "mother",
            waybills.c.state.in_([WaybillState.ISSUED, WaybillState.PRINTED, WaybillState.PACKED]),
        )
    ).one_or_none()
    if row is None:
        return False
    shipment_numbers.follow(tx, work, row, WaybillState.VOID_REQUESTED)
    take_number_off(tx, parcel_id)
    outbox_rows.add_void(tx, work, row)
    return True


def take_number_off(tx: Connection, parcel_id: str) -> None:
    """The parcel has no number any more; what was packed carries the old label."""
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(waybill_id=None, printed=False, print_confirmed=False, print_count=0)
    )
    _forget_packing(tx, parcel_id)


def _open_parcels(tx: Connection, our_id: str) -> list[str]:
    ids = records.parcels_of(tx, our_id)
    return list(
        tx.execute(
            select(parcels.c.id)
            .where(
                parcels.c.id.in_(ids),
                parcels.c.state.in_(OPEN_STATES),
                parcels.c.after_sale_id.is_(None),  # an exchange is no part of what was bought
            )
            .order_by(parcels.c.id)
        ).scalars()
    )


def _open_lines(tx: Connection, order_line_id: str) -> list[Any]:
    return list(
        tx.execute(
            select(parcel_lines)
            .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
            .where(
                parcel_lines.c.order_line_id == order_line_id,
                parcel_lines.c.gift_rule_id == "",
                parcels.c.state.in_(OPEN_STATES),
                parcels.c.after_sale_id.is_(None),
            )
            .order_by(parcel_lines.c.id)
        )
    )


def _shrink(tx: Connection, work: Workplace, row: Any, open_rows: list[Any], by: int) -> None:
    for piece in reversed(open_rows):
        if by <= 0:
            return
        cut = min(by, piece.listing_quantity)
        by -= cut
        left = piece.listing_quantity - cut
        quantity = left * row.factor
        tx.execute(
            update(parcel_lines)
            .where(parcel_lines.c.id == piece.id)
            .values(listing_quantity=left, quantity=quantity, scanned=min(piece.scanned, quantity))
        )
        allocation.shrink(tx, work, piece.parcel_id, piece.id, quantity)
        too_many = line_parts.are_too_many(tx, piece.id, quantity - piece.scanned)
        if piece.scanned > quantity or too_many:
            scan_again(tx, work, piece.parcel_id, {"line": piece.id, "left": quantity})
        records.note(
            tx, work, "line_reduced", parcel_id=piece.parcel_id, detail={"by": cut, "left": left}
        )


def scan_again(
    tx: Connection, work: Workplace, parcel_id: str, evidence: Mapping[str, Any]
) -> None:
    """Something in the box no longer belongs there: hold it; every piece is scanned anew."""
    _forget_packing(tx, parcel_id)
    holding.put(
        tx,
        work,
        holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.MANUAL,
            T("The goods changed while it was packed: empty the box, release it, scan again."),
            evidence={**evidence, "at": work.now().isoformat()},  # each time is another one
        ),
        parcel_id=parcel_id,
    )


def _forget_packing(tx: Connection, parcel_id: str) -> None:
    line_parts.forget_scans(tx, parcel_id)
    tx.execute(
        update(parcels).where(parcels.c.id == parcel_id).values(packed_at=None, packed_by="")
    )


def _remap(tx: Connection, work: Workplace, row: Any, open_rows: list[Any]) -> None:
    """Follow a changed mapping (a listing mapped now, or the buyer's new variant)."""
    for piece in open_rows:
        if piece.sku_id == row.mapped_sku_id:
            continue
        begun = piece.scanned or line_parts.are_too_many(tx, piece.id, 0)
        if piece.sku_id is not None:
            allocation.release(tx, work, piece.parcel_id, "variant_changed")
        tx.execute(
            update(parcel_lines)
            .where(parcel_lines.c.id == piece.id)
            .values(
                sku_id=row.mapped_sku_id,
                quantity=piece.listing_quantity * row.factor,
                scanned=0,
            )
        )
        if piece.sku_id is not None:
            tx.execute(
                update(parcels)
                .where(parcels.c.id == piece.parcel_id, parcels.c.state == ParcelState.TO_LABEL)
                .values(state=ParcelState.TO_CHECK)
            )
            allocation.reserve(tx, work, piece.parcel_id)
            if begun:
                scan_again(tx, work, piece.parcel_id, {"line": piece.id, "variant": True})


def _grow(
    tx: Connection,
    work: Workplace,
    our_id: str,
    shop_id: str,
    existing: list[str],
    extra: list[tuple[Any, int]],
) -> list[str]:
    """Put more goods into the first parcel that has no label yet, else into a new one."""
    target = tx.execute(
        select(parcels.c.id).where(
            parcels.c.id.in_(existing),
            parcels.c.state.in_([ParcelState.TO_CHECK, ParcelState.TO_LABEL]),
        )
    ).scalar()
    if target is None:
        target = parcel_moves.new_parcel(tx, work, shop_id)
        existing = [*existing, target]
        records.note(tx, work, "parcel_new", order_id=our_id, parcel_id=target)
    else:
        tx.execute(update(parcels).where(parcels.c.id == target).values(state=ParcelState.TO_CHECK))
    for row, pieces in extra:
        mine = tx.execute(
            select(parcel_lines).where(
                parcel_lines.c.parcel_id == target,
                parcel_lines.c.order_line_id == row.id,
                parcel_lines.c.gift_rule_id == "",
            )
        ).one_or_none()
        if mine is None:
            tx.execute(
                insert(parcel_lines).values(
                    id=work.key(),
                    parcel_id=target,
                    order_line_id=row.id,
                    sku_id=row.mapped_sku_id,
                    listing_quantity=pieces,
                    quantity=pieces * row.factor,
                )
            )
            continue
        allocation.release(tx, work, target, "quantity_changed")
        total = mine.listing_quantity + pieces
        tx.execute(
            update(parcel_lines)
            .where(parcel_lines.c.id == mine.id)
            .values(listing_quantity=total, quantity=total * row.factor)
        )
    return existing


def _cancel_empty(tx: Connection, work: Workplace, ids: list[str], reason: str) -> None:
    for parcel_id in list(ids):
        pieces = tx.execute(
            select(func.sum(parcel_lines.c.listing_quantity)).where(
                parcel_lines.c.parcel_id == parcel_id
            )
        ).scalar()
        if not pieces:
            cancel(tx, work, parcel_id, reason)
            ids.remove(parcel_id)


def deadline(of_lines: Iterable[datetime | None], order: OrderSnapshot) -> datetime | None:
    """When a parcel with these lines must go: the earliest of its lines', else the order's."""
    return min((at for at in of_lines if at is not None), default=order.deadline_at)


def _refresh(tx: Connection, work: Workplace, parcel_id: str, order: OrderSnapshot) -> None:
    """Deadline, expected weight and the guard against a stale label."""
    parcel_moves.measure(tx, parcel_id, order.deadline_at)
    addresses = parcel_moves.addresses_in(tx, parcel_id)
    if len({a for a in addresses.values() if a}) > 1:  # the check parts them
        tx.execute(
            update(parcels)
            .where(
                parcels.c.id == parcel_id,
                parcels.c.state == ParcelState.TO_LABEL,
                parcels.c.waybill_id.is_(None),
            )
            .values(state=ParcelState.TO_CHECK)
        )
    address_guard.check_label(tx, work, parcel_id, order.address_hash)
