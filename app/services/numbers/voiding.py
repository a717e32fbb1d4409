"""Giving back numbers that will not be used."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.privacy import refusal_without_person
from app.domain.states import (
    OPEN_STATES,
    HoldCode,
    ParcelState,
    RequestState,
    WaybillState,
)
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass, VoidResult
from app.ports import Reported, ReportLater, ReportOutcome, ReportRefused
from app.services import records
from app.services.numbers import outcomes, reconciling, shipment_numbers
from app.services.numbers.outcomes import LabelRow
from app.services.numbers.sources import source_for
from app.services.orders import holding
from app.services.parcels import checking, parcel_making
from app.services.printing import label_content, print_proofs
from app.services.workplace import Workplace
from app.store.tables import parcels, waybill_requests, waybills

_CANCELLED = frozenset({WaybillState.VOID_REQUESTED, WaybillState.VOID, WaybillState.RECYCLED})


def cancel_waybill(work: Workplace, number: str) -> str:
    """A person cancels a number: the parcel waits for a new one. Returns the parcel's id.

    A number that is cancelled already is left as it is. Raises ``UserError``: unknown number, a
    number that is not its parcel's, or the parcel has been shipped already.
    """
    with work.db.write() as tx:
        waybill = shipment_numbers.mother_of(tx, label_content.find_waybill(tx, number))
        parcel = tx.execute(select(parcels).where(parcels.c.id == waybill.parcel_id)).one()
        if waybill.state in _CANCELLED:
            return str(parcel.id)
        if parcel.state in {ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED}:
            raise UserError(
                "already_shipped",
                T("The parcel with {number} has been shipped already.", number=number),
                T("Ask the carrier to stop it instead."),
                ref=number,
            )
        is_live = parcel.waybill_id == waybill.id  # an older number must not take the new one down
        if not is_live or not parcel_making.void_live_number(tx, work, parcel.id):
            raise UserError(
                "waybill_void",
                T("The number {number} is not its parcel's any more.", number=number),
                T("See what it was used for: waybill ledger"),
                ref=number,
            )
        # The earlier request is proven dead only when the carrier has taken the number back.
        if parcel.state != ParcelState.CANCELLED:
            tx.execute(
                update(parcels)
                .where(parcels.c.id == parcel.id)
                .values(
                    state=ParcelState.TO_CHECK,
                    account=parcel.account or None,  # bought elsewhere: chosen anew
                    changed_at=work.now(),
                )
            )
        holding.clear(
            tx, work, HoldCode.ADDRESS_CHANGE, parcel_id=parcel.id, why="number cancelled"
        )
        records.note(tx, work, "number_cancelled", parcel_id=parcel.id, detail={"waybill": number})
        checking.advance(tx, work, parcel.id)
        records.refresh_orders(tx, records.orders_of(tx, [parcel.id]))
    work.changed("orders", "parcels", "outbox")
    return str(parcel.id)


def send_void(work: Workplace, row: Any, *, again: bool) -> ReportOutcome:
    """Send one VOID row: a number that goes back, or a request whose end nobody knows."""
    lost = row.payload.get("request")
    return settle_lost(work, lost) if lost else send(work, row.payload["waybill"])


def send(work: Workplace, waybill_id: str) -> ReportOutcome:
    """Tell the carrier or the platform that a number will not be used."""
    with work.db.read() as tx:
        waybill = tx.execute(select(waybills).where(waybills.c.id == waybill_id)).one()
        request = tx.execute(
            select(waybill_requests).where(waybill_requests.c.id == waybill.request_id)
        ).one_or_none()
    if request is None:  # typed in by hand: nobody to tell
        _end(work, waybill_id, WaybillState.VOID, None)
        return Reported()
    booking, _ = outcomes.unseal(work, request)
    voided = source_for(work, request).void(booking, waybill.number, waybill.carrier_order)
    problem = voided.problem and refusal_without_person(voided.problem, booking.receiver)
    match voided.result:
        case VoidResult.VOIDED | VoidResult.ALREADY_VOID:
            _end(work, waybill_id, WaybillState.VOID, request.id)
            return Reported()
        case VoidResult.EXPIRES_BY_ITSELF:
            _end(work, waybill_id, WaybillState.VOID_REQUESTED, request.id)
            return Reported()
        case VoidResult.TOO_LATE:
            _keep(work, waybill)
            return ReportRefused(problem or _too_late(waybill.number))
        case VoidResult.UNKNOWN:
            reason = problem.message if problem else T("No clear answer.")
            return ReportLater(reason)


def settle_lost(work: Workplace, request_id: str) -> ReportOutcome:
    """A parcel was cancelled while its number was in doubt: find out, and give back what there is.

    The number, once found, is on its way back as a message of its own.
    """
    with work.db.read() as tx:
        request = tx.execute(
            select(waybill_requests).where(waybill_requests.c.id == request_id)
        ).one()
        parcel = tx.execute(select(parcels).where(parcels.c.id == request.parcel_id)).one()
    if request.state not in {RequestState.SENT, RequestState.UNKNOWN}:
        return Reported()
    row = reconciling.reconcile(work, parcel, request, source_for(work, request))
    if row is not None and row.code == "ask_person":
        return ReportRefused(_nobody_knows(parcel.id, row))
    if row is not None and row.result == "unknown":
        return ReportLater(row.message or T("No clear answer."))
    if row is None:  # the carrier has never heard of it
        outcomes.give_up(work, parcel.id, request_id)
    return Reported()


def _keep(work: Workplace, waybill: Any) -> None:
    """The carrier does not take the number back: it stays the parcel's one number."""
    with work.db.write() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == waybill.parcel_id)).one()
        if parcel.state not in OPEN_STATES or parcel.waybill_id is not None:
            return
        out = print_proofs.last_job(tx, waybill.id)
        printed = out is not None and out.state in print_proofs.DONE_JOBS
        going_on = printed and parcel.state == ParcelState.TO_LABEL
        state = WaybillState.PRINTED if printed else WaybillState.ISSUED
        shipment_numbers.follow(tx, work, waybill, state)
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel.id)
            .values(
                waybill_id=waybill.id,
                printed=printed,
                route=waybill.route,
                carrier=waybill.carrier,
                account=waybill.account,
                state=ParcelState.TO_PICK if going_on else parcel.state,
                changed_at=work.now(),
            )
        )
        records.note(
            tx, work, "number_stays", parcel_id=parcel.id, detail={"waybill": waybill.number}
        )
        records.refresh_orders(tx, records.orders_of(tx, [parcel.id]))


def _nobody_knows(parcel_id: str, row: LabelRow) -> Problem:
    reason = row.message or T("No clear answer.")
    return Problem(ProblemClass.OTHER, row.code, "", reason, row.remedy or reason, parcel_id)


def _end(work: Workplace, waybill_id: str, state: WaybillState, request_id: str | None) -> None:
    with work.db.write() as tx:
        waybill = tx.execute(select(waybills).where(waybills.c.id == waybill_id)).one()
        shipment_numbers.follow(tx, work, waybill, state)
        if request_id is not None:
            tx.execute(
                update(waybill_requests)
                .where(waybill_requests.c.id == request_id)
                .values(state=RequestState.DEAD)
            )


def _too_late(number: str) -> Problem:
    return Problem(
        ProblemClass.ALREADY_MOVING,
        "too_late",
        "",
        T("The carrier already has {number}; it cannot be cancelled.", number=number),
        T("Ask the carrier to stop the parcel."),
        number,
    )
