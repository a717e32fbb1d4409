"""Parcels of an order that somebody else has shipped: another program, or the back office."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.orders import OrderSnapshot, ReportedParcel
from app.domain.states import UNREPORTED_STATES, Flow, OutboxKind
from app.services import records
from app.services.telling import outbox_rows, report_rows
from app.services.workplace import Workplace
from app.store.tables import audit, orders, outbox, parcels, waybills

_TOLD_BY_US = (OutboxKind.SHIP, OutboxKind.EXTRA, OutboxKind.CORRECT)


def notice(tx: Connection, work: Workplace, our_id: str, order: OrderSnapshot) -> bool:
    """Mark an order of which the shop has a number on file that is not ours; once a number.

    Returns whether there is one.
    """
    if not order.reported:
        return False
    ours = _own_numbers(tx, our_id)
    foreign = [p for p in order.reported if _plain(p.number) not in ours]
    if not foreign:
        return False
    tx.execute(update(orders).where(orders.c.id == our_id).values(sent_elsewhere=True))
    known = {
        (row.detail or {}).get("number")
        for row in tx.execute(
            select(audit.c.detail).where(
                audit.c.order_id == our_id, audit.c.action == "sent_elsewhere"
            )
        )
    }
    for parcel in foreign:
        if parcel.number not in known:
            _write_down(tx, work, our_id, parcel)
    return True


def of_new(order: OrderSnapshot) -> tuple[ReportedParcel, ...]:
    """What somebody else has shipped of an order that was never seen before: all that is sent."""
    return order.reported if order.flow is Flow.PARCEL else ()


def detail_of(parcel: ReportedParcel) -> dict[str, str]:
    """What is written down of a number that is not ours."""
    return {"carrier": parcel.company, "number": parcel.number}


def under_waiting_numbers(
    tx: Connection, our_id: str, order: OrderSnapshot
) -> Counter[tuple[str, str]]:
    """Pieces that the shop counts as sent under a number of ours that we told it nothing of yet.

    Somebody pressed "ship" in the back office for a label of ours: the box goes on, its number is
    in force, and our own report will find itself on file.
    """
    pieces: Counter[tuple[str, str]] = Counter()
    if not order.reported:
        return pieces
    live = {
        _plain(number)
        for number in tx.execute(
            select(waybills.c.number)
            .join(parcels, parcels.c.waybill_id == waybills.c.id)
            .where(
                parcels.c.id.in_(records.parcels_of(tx, our_id)),
                parcels.c.state.in_(UNREPORTED_STATES),
            )
        ).scalars()
    }
    live -= {_plain(report["number"]) for report in report_rows.told(tx, our_id)}
    for parcel in order.reported:
        if _plain(parcel.number) in live:
            for product_id, sku_id, count in parcel.lines:
                pieces[product_id, sku_id] += count
    return pieces


def _write_down(tx: Connection, work: Workplace, our_id: str, parcel: ReportedParcel) -> None:
    records.note(
        tx,
        work,
        "sent_elsewhere",
        order_id=our_id,
        detail=detail_of(parcel),
    )


def _own_numbers(tx: Connection, our_id: str) -> frozenset[str]:
    """Every number this program ever had for the order, or told the shop."""
    had = tx.execute(
        select(waybills.c.number).where(waybills.c.parcel_id.in_(records.parcels_of(tx, our_id)))
    ).scalars()
    told = tx.execute(
        select(outbox.c.payload).where(
            outbox.c.lane == outbox_rows.order_lane(our_id), outbox.c.kind.in_(_TOLD_BY_US)
        )
    ).scalars()
    numbers = {_plain(n) for n in had}
    for payload in told:
        numbers.update(_plain(v) for v in _texts(payload))
    return frozenset(numbers)


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for entry in value.values() for text in _texts(entry)]
        case _:
            return []


def _plain(number: str) -> str:
    return "".join(number.split()).upper()
