"""Writing into the outbox, in the transaction that makes the message true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from app.domain.states import OutboxKind, OutboxState
from app.services.workplace import Workplace
from app.store.tables import outbox


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

    Rows of one ``lane`` are sent in the order they were written.
    """
    known = tx.execute(select(outbox.c.id).where(outbox.c.once == once)).scalar()
    if known is not None:
        return False
    now = work.now()
    tx.execute(
        insert(outbox).values(
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
    )
    return True


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
