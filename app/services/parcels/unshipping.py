"""Taking back (收回) a sealed parcel that the shop has not heard of: message, stock and state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.errors import UserError
from app.domain.states import (
    HoldCode,
    MoveKind,
    OutboxKind,
    OutboxState,
    ParcelState,
    ReservationState,
    WaybillState,
)
from app.domain.text import T
from app.services import records
from app.services.after_sales import exchange_sending
from app.services.leases import lease
from app.services.numbers import numbers
from app.services.orders import holding
from app.services.parcels import checking, gifts_along, parcel_making, parcel_moves
from app.services.stock import fetching, ledger, line_parts, packing_material
from app.services.stock import serials as pieces
from app.services.sync import stored_orders
from app.services.telling import outbox_results, outbox_rows, report_rows, report_sending
from app.services.telling.report_rows import LEAVING
from app.services.tracking import following
from app.services.workplace import Workplace
from app.store.tables import (
    holds,
    outbox,
    parcel_lines,
    parcels,
    print_jobs,
    reservations,
    waybills,
)

# What the shop changed after the parcel was sealed is settled by taking it back.
_SETTLED = (
    HoldCode.REPORT_REFUSED,
    HoldCode.REFUND,
    HoldCode.SKU_CHANGE,
    HoldCode.ADDRESS_CHANGE,
)


def unship(work: Workplace, parcel_id: str, reason: str, *, void: bool = False) -> str:
    """Take a sealed parcel back; returns the state it has now.

    A message that may have arrived is looked up at the shop first. Goods come back to the shelf
    and stay reserved; those of an order that is off are released. ``void`` gives the number back
    too. Of a merged parcel that the shop has for some of its orders only the others' goods are
    taken out, into a parcel of their own; the box goes on. Raises ``UserError``:
    ``no_such_parcel``, ``no_reason``, ``not_sealed``, ``already_reported``; ``RetryableError`` when
    the shop cannot be asked, or while a message is being sent.
    """
    numbers.must_have_reason(reason, parcel_id)
    doubtful = _doubtful(work, parcel_id)
    if not doubtful:
        return _take_back(work, parcel_id, reason, void=void)
    with lease(work, "outbox"):  # nobody sends meanwhile
        for row in _doubtful(work, parcel_id):
            exchange = row.kind == OutboxKind.EXCHANGE
            arrived = exchange_sending.arrived if exchange else report_sending.arrived
            if arrived(work, row):
                raise _reported(parcel_id)
        return _take_back(work, parcel_id, reason, void=void, looked_up=True)


def _doubtful(work: Workplace, parcel_id: str) -> list[Any]:
    """Messages that may have arrived although nobody confirmed them."""
    with work.db.read() as tx:
        return list(
            tx.execute(
                select(outbox).where(
                    outbox.c.parcel_id == parcel_id,
                    outbox.c.kind.in_(LEAVING),
                    outbox_rows.may_have_arrived(),
                )
            )
        )


def _take_back(
    work: Workplace, parcel_id: str, reason: str, *, void: bool, looked_up: bool = False
) -> str:
    with work.db.write() as tx:
        parcel = tx.execute(
            select(parcels).where(parcels.c.id == parcel_id).with_for_update()
        ).one_or_none()
        if parcel is None:
            raise checking.no_such_parcel(parcel_id)
        order_ids = sorted(parcel_moves.orders_in(tx, parcel_id))
        told = _must_be_ours(tx, parcel, order_ids, looked_up=looked_up)
        if told:
            untold = [i for i in order_ids if i not in told]
            opened = _take_out(tx, work, parcel, untold, reason)
        else:
            opened = parcel_id
            report_rows.withdraw(tx, work, parcel_id)
            _back_on_shelf(tx, work, parcel_id, reason)
            _open_again(tx, work, parcel)
        for code in _SETTLED:
            if not _of_exchange(tx, parcel_id, code):
                holding.clear(tx, work, code, parcel_id=parcel_id, why="taken back")
        if void and not told and parcel_making.void_live_number(tx, work, parcel_id):
            tx.execute(
                update(parcels).where(parcels.c.id == parcel_id).values(state=ParcelState.TO_CHECK)
            )
        records.note(tx, work, "unshipped", parcel_id=parcel_id, detail={"reason": reason.strip()})
        for our_id in order_ids:
            stored_orders.follow(tx, work, our_id)
        checking.advance(tx, work, opened)
        records.refresh_orders(tx, order_ids)
        state: str = tx.execute(
            select(parcels.c.state).where(parcels.c.id == parcel_id)
        ).scalar_one()
    work.changed("orders", "parcels", "stock", "outbox")
    return state


def _must_be_ours(
    tx: Connection, parcel: Any, order_ids: Sequence[str], *, looked_up: bool
) -> set[str]:
    """The orders of a merged parcel that the shop has it for; of the others nothing is on its way.

    None of a parcel that is wholly ours.
    """
    without_shop = not report_rows.has_shop(tx, parcel.shop_id)
    if parcel.state != ParcelState.TO_REPORT and not (
        without_shop and parcel.state == ParcelState.SHIPPED
    ):
        if parcel.state in {ParcelState.SHIPPED, ParcelState.DELIVERED}:
            raise _reported(parcel.id)
        raise UserError(
            "not_sealed",
            T("The parcel has not been sealed: there is nothing to take back."),
            T("Look at it with: parcels show {parcel}", parcel=parcel.id),
            ref=parcel.id,
        )
    states = tx.execute(
        select(outbox.c.state, outbox.c.attempts, outbox.c.order_id).where(
            outbox.c.parcel_id == parcel.id,
            outbox.c.kind.in_(LEAVING),
            outbox.c.state != OutboxState.SUPERSEDED,
        )
    ).all()
    told = {r.order_id for r in states if r.state == OutboxState.DONE}
    if told and not set(order_ids) - told:
        raise _reported(parcel.id)
    unsure = any(
        r.state == OutboxState.SENDING or (r.state == OutboxState.PENDING and r.attempts)
        for r in states
    )
    if unsure and not looked_up:  # the sender was quicker
        raise UserError(
            "report_running",
            T("The shop is being told of this parcel right now."),
            T("Wait a moment, then try again."),
            ref=parcel.id,
        )
    return told


def _take_out(
    tx: Connection, work: Workplace, parcel: Any, order_ids: Sequence[str], reason: str
) -> str:
    """Put what the shop has not heard of into a new parcel, its id; the box goes on without it."""
    report_rows.withdraw(tx, work, parcel.id, order_ids)
    lines = parcel_moves.lines_of(tx, parcel.id, order_ids)
    gifts = gifts_along.lines_of(tx, parcel.id, order_ids)
    _back_on_shelf(tx, work, parcel.id, reason, [*(line.id for line in lines), *gifts])
    new_id = parcel_moves.new_parcel(tx, work, parcel.shop_id)
    for line in lines:
        parcel_moves.move(tx, work, line, line.listing_quantity, new_id)
    for one in (parcel.id, new_id):
        parcel_moves.measure(tx, one)
        parcel_moves.note(tx, work, "taken_out", one, parcel=parcel.id, into=new_id)
    outbox_results.parcel_reported(tx, work, parcel.id)
    return new_id


def _back_on_shelf(
    tx: Connection,
    work: Workplace,
    parcel_id: str,
    reason: str,
    line_ids: Sequence[str] | None = None,
) -> None:
    query = (
        select(reservations)
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            reservations.c.state == ReservationState.SHIPPED,
        )
        .order_by(reservations.c.sku_id, reservations.c.id)
    )
    if line_ids is not None:
        query = query.where(parcel_lines.c.id.in_(line_ids))
    else:
        pieces.back_with(tx, work, parcel_id, MoveKind.UNSHIP)
        packing_material.lock(tx, parcel_id)
        packing_material.give_back(tx, work, parcel_id)
    rows = tx.execute(query).all()
    for row in rows:
        ledger.post(
            tx,
            work,
            ledger.Move(
                row.sku_id,
                MoveKind.UNSHIP,
                on_hand=row.quantity,
                allocated=row.quantity,
                parcel_id=parcel_id,
                reason=reason.strip()[:256],
                once=f"unship:{row.id}",
                places=fetching.left_from(tx, parcel_id, row.sku_id, f"ship:{row.id}"),
            ),
        )
        tx.execute(
            update(reservations)
            .where(reservations.c.id == row.id)
            .values(state=ReservationState.RELEASED, at=work.now())
        )
        # A reservation of its own: shipping it again is another movement of the ledger.
        tx.execute(
            insert(reservations).values(
                id=work.key(),
                parcel_line_id=row.parcel_line_id,
                sku_id=row.sku_id,
                quantity=row.quantity,
                set_aside=row.set_aside,
                state=ReservationState.ACTIVE,
                at=work.now(),
            )
        )


def _open_again(tx: Connection, work: Workplace, parcel: Any) -> None:
    """The box is opened and packed anew; its label stays good."""
    following.stop(tx, parcel.id)
    printed = tx.execute(
        select(func.count())
        .select_from(print_jobs)
        .where(
            print_jobs.c.waybill_id == parcel.waybill_id,
            print_jobs.c.state.in_(["sent", "confirmed"]),
        )
    ).scalar_one()
    tx.execute(
        update(waybills)
        .where(waybills.c.parcel_id == parcel.id, waybills.c.state == WaybillState.HANDED_OVER)
        .values(
            state=WaybillState.PRINTED if printed else WaybillState.ISSUED, changed_at=work.now()
        )
    )
    line_parts.forget_scans(tx, parcel.id)
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel.id)
        .values(
            state=ParcelState.TO_PACK,
            packed_at=None,
            packed_by="",
            shipped_at=None,
            reported_at=None,
            failure=None,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )


def _of_exchange(tx: Connection, parcel_id: str, code: HoldCode) -> bool:
    """Whether the hold speaks of an exchange that is still open: it ends with that."""
    found = tx.execute(
        select(holds.c.evidence).where(
            holds.c.parcel_id == parcel_id, holds.c.code == code, holds.c.cleared_at.is_(None)
        )
    ).scalars()
    return any("exchanges" in (evidence or {}) for evidence in found)


def _reported(parcel_id: str) -> UserError:
    return UserError(
        "already_reported",
        T("The shop already has this parcel as sent."),
        T("Ask the carrier to stop it, or correct its number: waybill correct"),
        ref=parcel_id,
    )
