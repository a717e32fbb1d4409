"""``db check``: no number without an owner, none given up that nobody gives back."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, exists, literal, select

from app.domain.states import LIVE_WAYBILL_STATES, RequestState, WaybillState
from app.domain.text import T, Text
from app.services.numbers.shipment_numbers import MOTHER
from app.store.tables import outbox, parcels, waybill_requests, waybills


def broken_numbers(tx: Connection) -> Iterator[tuple[str, Text]]:
    """What is wrong, with what it is about: numbers = requests issued + typed, each with an owner.

    A request that came to a number has it; a number has its request or was typed by a person; a
    live number is its parcel's; one that was given up is on its way back.
    """
    for parcel_id in tx.execute(
        # By a set made once: asked for each request, it goes through all numbers each time.
        select(waybill_requests.c.parcel_id).where(
            waybill_requests.c.state == RequestState.ISSUED,
            waybill_requests.c.id.not_in(
                select(waybills.c.request_id).where(waybills.c.request_id.is_not(None))
            ),
        )
    ).scalars():
        yield (
            parcel_id,
            T("The number of parcel {parcel} was given and is not here.", parcel=parcel_id),
        )
    for row in tx.execute(
        select(waybills.c.number, waybills.c.label).where(waybills.c.request_id.is_(None))
    ).yield_per(500):
        if not (row.label or {}).get("typed"):
            yield row.number, T("Nobody asked for the number {number}.", number=row.number)
    for number in tx.execute(
        select(waybills.c.number)
        .join(parcels, parcels.c.id == waybills.c.parcel_id)
        .where(
            waybills.c.kind == MOTHER,
            waybills.c.state.in_(LIVE_WAYBILL_STATES),
            parcels.c.waybill_id.is_distinct_from(waybills.c.id),
        )
    ).scalars():
        yield number, T("The number {number} is live and no parcel has it.", number=number)
    for number in tx.execute(
        select(waybills.c.number).where(
            waybills.c.kind == MOTHER,
            waybills.c.state == WaybillState.VOID_REQUESTED,
            ~exists().where(outbox.c.once == literal("void:").concat(waybills.c.id)),
        )
    ).scalars():
        yield number, T("The number {number} is given up, and nobody gives it back.", number=number)
