"""Writing a number down: on its parcel, or on the way back when the parcel has no use for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.states import (
    LIVE_REQUEST_STATES,
    LIVE_WAYBILL_STATES,
    ParcelState,
    RequestState,
    WaybillState,
)
from app.domain.waybills import PRINT_INFO_BY_NUMBER, Booking, Issued
from app.services import records
from app.services.money import fees
from app.services.numbers.shipment_numbers import CHILD, MOTHER
from app.services.orders import address_guard
from app.services.parcels import parcel_moves
from app.services.reach import learned
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import parcels, waybill_requests, waybills


@dataclass(frozen=True, slots=True)
class Kept:
    """The parcel's number now. ``spare``: the number that came is another one and goes back."""

    number: str
    spare: bool = False


def write_down(
    tx: Connection,
    work: Workplace,
    parcel_id: str,
    booking: Booking,
    address_hash: str,
    issued: Issued,
    *,
    own_request: bool = True,
) -> Kept:
    """Keep the number that came, in the caller's transaction.

    While the carrier was thinking the order may have been cancelled, its address changed, or a
    slower answer overtaken: a number nobody needs is voided, a label for an old address is held.
    """
    parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id).with_for_update()).one()
    number = issued.numbers[0].number
    known = tx.execute(
        select(waybills.c.number, waybills.c.carrier).where(
            waybills.c.parcel_id == parcel_id,
            waybills.c.kind == MOTHER,
            waybills.c.state.in_(LIVE_WAYBILL_STATES),
        )
    ).one_or_none()
    if known is not None and (known.number, known.carrier) == (number, booking.carrier):
        return Kept(number)
    spare = (
        known is not None
        or parcel.state == ParcelState.CANCELLED
        or _asked_otherwise(tx, parcel_id, booking.key)
    )
    if own_request:
        state = RequestState.DEAD if spare else RequestState.ISSUED
        _end_request(tx, work, booking.key, state, issued.raw)
    waybill_id = _insert(
        tx, work, booking, address_hash, issued, own_request=own_request, spare=spare, parcel=parcel
    )
    records.note(
        tx,
        work,
        "number_spare" if spare else "number",
        parcel_id=parcel_id,
        detail={"waybill": number},
    )
    if spare:
        row = tx.execute(select(waybills).where(waybills.c.id == waybill_id)).one()
        outbox_rows.add_void(tx, work, row)
        return Kept(known.number if known is not None else "", spare=True)
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(
            waybill_id=waybill_id,
            address_hash=address_hash,
            failure=None,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    if own_request:
        learned.forget(tx, booking.carrier, booking.receiver)
    fees.note(tx, work, waybill_id, parcel, booking.receiver, booking.weight_g)
    _guard_address(tx, work, parcel_id, address_hash)
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
    return Kept(number)


def _asked_otherwise(tx: Connection, parcel_id: str, key: str) -> bool:
    """Whether another request of the parcel is under way: a person gave this one up."""
    return (
        tx.execute(
            select(waybill_requests.c.id).where(
                waybill_requests.c.parcel_id == parcel_id,
                waybill_requests.c.id != key,
                waybill_requests.c.state.in_(LIVE_REQUEST_STATES),
            )
        ).first()
        is not None
    )


def _end_request(tx: Connection, work: Workplace, key: str, state: RequestState, raw: str) -> None:
    tx.execute(
        update(waybill_requests)
        .where(waybill_requests.c.id == key)
        .values(
            state=state,
            answer_sealed=work.sealer.seal(raw) if raw else None,
            problem=None,
            done_at=work.now(),
        )
    )


def _insert(
    tx: Connection,
    work: Workplace,
    booking: Booking,
    address_hash: str,
    issued: Issued,
    *,
    own_request: bool,
    spare: bool,
    parcel: Any,
) -> str:
    parties = json.dumps(
        {"sender": booking.sender.as_dict(), "receiver": booking.receiver.as_dict()},
        ensure_ascii=False,
    )
    waybill_id = work.key()
    sealed = work.sealer.seal(parties)
    pictures = issued.label.get(PRINT_INFO_BY_NUMBER) or {}
    box_no = 0
    for n, entry in enumerate(issued.numbers):
        is_slip = entry.kind not in {MOTHER, CHILD}
        box_no += not is_slip
        tx.execute(
            insert(waybills).values(
                id=work.key() if n else waybill_id,
                request_id=booking.key if own_request else None,
                parcel_id=parcel.id,
                carrier=parcel.carrier,
                route=parcel.route,
                account=parcel.account,
                number=entry.number,
                kind=entry.kind,
                box_no=max(1, box_no),
                state=WaybillState.VOID_REQUESTED if spare else WaybillState.ISSUED,
                template=issued.template,
                label=without_people(issued.label),
                parties_sealed=sealed,
                print_info=(pictures.get(entry.number) if n else issued.print_info) or None,
                carrier_order=issued.carrier_order,
                address_hash=address_hash,
                issued_at=work.now(),
                expires_at=issued.expires_at,
                changed_at=work.now(),
            )
        )
    return waybill_id


def without_people(label: Mapping[str, Any]) -> dict[str, Any]:
    """The carrier's label data without the parties it repeats: those are kept sealed.

    What the carrier masked itself (``privacy_*``) stays, the label prints it.
    """
    return {
        k: v
        for k, v in label.items()
        if not k.startswith(("receiver_", "sender_")) and k != PRINT_INFO_BY_NUMBER
    }


def _guard_address(tx: Connection, work: Workplace, parcel_id: str, labelled_for: str) -> None:
    """Hold the parcel when any of its orders has another address than the label by now."""
    for now in sorted(set(parcel_moves.addresses_in(tx, parcel_id).values())):
        if now and labelled_for and now != labelled_for:
            address_guard.hold(tx, work, parcel_id, labelled_for, now)
            return
