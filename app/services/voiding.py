"""Giving back numbers that will not be used."""

from __future__ import annotations

from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.states import (
    HoldCode,
    ParcelState,
    RequestState,
    WaybillState,
)
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass, VoidResult
from app.ports import Reported, ReportLater, ReportOutcome, ReportRefused
from app.services import checking, holding, label_content, outcomes, parcel_making, records
from app.services.labelling import source_for
from app.services.workplace import Workplace
from app.store.tables import parcels, waybill_requests, waybills


def cancel_waybill(work: Workplace, number: str) -> str:
    """A person cancels a number: the parcel waits for a new one. Returns the parcel's id.

    Raises ``UserError``: unknown number, or the parcel has been shipped already.
    """
    with work.db.write() as tx:
        waybill = label_content.find_waybill(tx, number)
        parcel = tx.execute(select(parcels).where(parcels.c.id == waybill.parcel_id)).one()
        if parcel.state in {ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED}:
            raise UserError(
                "already_shipped",
                T("The parcel with {number} has been shipped already.", number=number),
                T("Ask the carrier to stop it instead."),
                ref=number,
            )
        if not parcel_making.void_live_number(tx, work, parcel.id):
            raise UserError(
                "waybill_void",
                T("The number {number} is cancelled.", number=number),
                T("Take a new number for the parcel first."),
                ref=number,
            )
        # The earlier request is proven dead only when the carrier has taken the number back.
        if parcel.state != ParcelState.CANCELLED:
            tx.execute(
                update(parcels)
                .where(parcels.c.id == parcel.id)
                .values(state=ParcelState.TO_CHECK, changed_at=work.now())
            )
        holding.clear(
            tx, work, HoldCode.ADDRESS_CHANGE, parcel_id=parcel.id, why="number cancelled"
        )
        records.note(tx, work, "number_cancelled", parcel_id=parcel.id, detail={"waybill": number})
        checking.advance(tx, work, parcel.id)
        records.refresh_orders(tx, records.orders_of(tx, [parcel.id]))
    work.changed("orders", "parcels", "outbox")
    return str(parcel.id)


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
    match voided.result:
        case VoidResult.VOIDED | VoidResult.ALREADY_VOID:
            _end(work, waybill_id, WaybillState.VOID, request.id)
            return Reported()
        case VoidResult.EXPIRES_BY_ITSELF:
            _end(work, waybill_id, WaybillState.VOID_REQUESTED, request.id)
            return Reported()
        case VoidResult.TOO_LATE:
            return ReportRefused(voided.problem or _too_late(waybill.number))
        case VoidResult.UNKNOWN:
            reason = voided.problem.message if voided.problem else T("No clear answer.")
            return ReportLater(reason)


def _end(work: Workplace, waybill_id: str, state: WaybillState, request_id: str | None) -> None:
    with work.db.write() as tx:
        tx.execute(
            update(waybills)
            .where(waybills.c.id == waybill_id)
            .values(state=state, changed_at=work.now())
        )
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
