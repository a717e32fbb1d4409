"""Writing into the outbox, in the transaction that makes the message true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from app.domain.states import OutboxKind, OutboxState
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import holds, order_lines, outbox, parcel_lines

OPEN = (OutboxState.PENDING, OutboxState.SENDING)
_ENDED_UNSENT = (OutboxState.REFUSED, OutboxState.SUPERSEDED)


def may_have_arrived() -> ColumnElement[bool]:
    """Messages that a call has begun for and that nobody answered clearly."""
    tried = (outbox.c.state == OutboxState.PENDING) & (outbox.c.attempts > 0)
    return (outbox.c.state == OutboxState.SENDING) | tried


def add(
    tx: Connection,
    work: Workplace,
    kind: OutboxKind,
    once: str,
    *,
    lane: str,
    shop_id: str,
    payload: Mapping[str, Any],
    order_id: str | None = None,
    parcel_id: str | None = None,
) -> bool:
    """Queue one message. ``once`` is its natural key: the same message is queued once.

    Rows of one ``lane`` are sent in the order they were written. A message that was refused or
    given up is open again when it is wanted again; what became of it is then looked up first.
    """
    now = work.now()
    known = tx.execute(select(outbox.c.id, outbox.c.state).where(outbox.c.once == once)).first()
    if known is not None:
        if known.state not in _ENDED_UNSENT:
            return False
        tx.execute(
            update(outbox)
            .where(outbox.c.id == known.id, outbox.c.state == known.state)
            .values(
                payload=dict(payload),
                state=OutboxState.PENDING,
                next_at=now,
                reason=None,
                waits_for="",
                done_at=None,
            )
        )
        return True
    row = insert(outbox).values(
        once=once,
        kind=kind,
        lane=lane,
        shop_id=shop_id,
        order_id=order_id,
        parcel_id=parcel_id,
        payload=dict(payload),
        state=OutboxState.PENDING,
        next_at=now,
        created_at=now,
    )
    return insert_if_new(tx, row)


def order_lane(our_id: str) -> str:
    """The lane of what a shop hears about one order."""
    return f"order:{our_id}"


def note_lane(our_id: str) -> str:
    """The lane of an order's notes: no parcel waits for a note that the shop does not take now."""
    return f"note:{our_id}"


def unsettled_note(tx: Connection, our_id: str) -> Any:
    """The newest note that the shop does not have (yet), else None.

    While there is one, what the shop says of the note is older than what is written here.
    """
    return tx.execute(
        select(outbox)
        .where(
            outbox.c.lane == note_lane(our_id),
            outbox.c.state.in_([OutboxState.PENDING, OutboxState.SENDING, OutboxState.REFUSED]),
        )
        .order_by(outbox.c.id.desc())
        .limit(1)
    ).one_or_none()


def add_void(tx: Connection, work: Workplace, waybill: Any) -> bool:
    """Queue the voiding of a number that will not be used."""
    return add(
        tx,
        work,
        OutboxKind.VOID,
        f"void:{waybill.id}",
        lane=f"void:{waybill.id}",
        shop_id="",
        parcel_id=waybill.parcel_id,
        payload={"waybill": waybill.id},
    )


def add_lost(tx: Connection, work: Workplace, request: Any) -> bool:
    """Queue finding out what became of a request whose parcel is cancelled."""
    return add(
        tx,
        work,
        OutboxKind.VOID,
        f"lost:{request.id}",
        lane=f"void:{request.id}",
        shop_id="",
        parcel_id=request.parcel_id,
        payload={"request": request.id},
    )


def wake(tx: Connection, work: Workplace, hold_ids: Sequence[str]) -> None:
    """Messages that waited for one of these holds are due now; whether they may go is asked anew.

    Rows are found by what the hold concerns: a parcel, a line's parcels, an order's parcels.
    """
    ended = select(holds).where(holds.c.id.in_(hold_ids)).subquery()
    of_lines = select(parcel_lines.c.parcel_id).where(
        parcel_lines.c.order_line_id.in_(select(ended.c.order_line_id))
    )
    of_orders = (
        select(parcel_lines.c.parcel_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .where(order_lines.c.order_id.in_(select(ended.c.order_id)))
    )
    tx.execute(
        update(outbox)
        .where(
            outbox.c.state == OutboxState.PENDING,
            outbox.c.waits_for != "",
            or_(
                outbox.c.parcel_id.in_(select(ended.c.parcel_id)),
                outbox.c.parcel_id.in_(of_lines),
                outbox.c.parcel_id.in_(of_orders),
            ),
        )
        .values(next_at=work.now())
    )
