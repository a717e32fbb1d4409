"""What became of a request whose answer was lost: asking the other side, and believing it late.

A new key is made only after proof of death. Until then every try goes out under the same key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import update

from app.domain.companies import company
from app.domain.states import RequestState, Route
from app.domain.text import T
from app.domain.waybills import (
    AskPerson,
    Issued,
    NeverExisted,
    NotSent,
    Rejected,
    Unknown,
)
from app.ports import ShowsLate, WaybillSource
from app.services import records
from app.services.numbers import outcomes
from app.services.numbers.outcomes import OPEN, LabelRow
from app.services.workplace import Workplace
from app.store.tables import waybill_requests

_LONGEST_WAIT_S = 2.0  # a caller waits so long for a proof; for more it is asked again later
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Proof:
    """When "never heard of it" is believed: so old a request, so many such answers."""

    age_s: float
    answers: int


# The other side's queues lag even where it shows a booking at once.
_USUAL = Proof(2.0, 1)
_LATE_ANSWERS = 3


def proof_of(source: WaybillSource) -> Proof:
    """What this source has to say, and when, before a request counts as never booked."""
    if isinstance(source, ShowsLate):
        return Proof(source.settle_after_s, _LATE_ANSWERS)
    return _USUAL


def reconcile(work: Workplace, parcel: Any, request: Any, source: WaybillSource) -> LabelRow | None:
    """Ask what became of a request whose answer was lost. ``None`` = never heard of, book again.

    The next try uses the same key: should the first call arrive late, it is one booking all the
    same. Waits on the network, and up to some seconds more for a proof.
    """
    booking, address_hash = outcomes.unseal(work, request)
    with work.db.write() as tx:
        asking = tx.execute(
            update(waybill_requests)
            .where(waybill_requests.c.id == request.id, waybill_requests.c.state.in_(OPEN))
            .values(
                state=RequestState.UNKNOWN,
                lookups=waybill_requests.c.lookups + 1,
                problem=None,
            )
        )
    if asking.rowcount != 1:  # settled by another bench since it was read
        return outcomes.keep_unknown(work, parcel.id, "", _NOT_SURE, "")
    proof, unheard = proof_of(source), request.unheard
    asked = replace(booking, sent_at=request.sent_at or request.created_at)
    answer = source.reconcile(asked)
    while isinstance(answer, NeverExisted):
        unheard += 1
        age_s = (work.now() - (request.sent_at or request.created_at)).total_seconds()
        if age_s >= proof.age_s and unheard >= proof.answers:
            return _never_booked(work, parcel, request)
        pause_s = min(_PAUSE_S, proof.age_s / proof.answers) if unheard < proof.answers else 0.0
        wait_s = max(proof.age_s - age_s, pause_s)
        if wait_s > _LONGEST_WAIT_S:
            return _not_yet(work, parcel, request, unheard, wait_s)
        work.clock.sleep(wait_s)
        answer = source.reconcile(asked)
    match answer:
        case AskPerson(reason=reason):
            remedy = T(
                "Look in the carrier's own program; then enter the number, "
                "or say that it is lost: waybill settle {parcel} --number … | --lost",
                parcel=parcel.id,
            )
            outcomes.ask_person(work, parcel.id, booking.key, reason, remedy)
            return LabelRow(parcel.id, "", "unknown", outcomes.ASK_PERSON, reason, remedy)
        case NotSent(reason=reason):
            return outcomes.keep_unknown(work, parcel.id, booking.key, reason, "")
        case _:
            return outcomes.store(work, parcel, booking, address_hash, answer)


_NOT_SURE = T("The carrier is not sure yet whether it has booked this parcel.")


def _never_booked(work: Workplace, parcel: Any, request: Any) -> LabelRow | None:
    with work.db.write() as tx:
        # Only the call that was asked about: another bench may have sent the key again meanwhile.
        ended = tx.execute(
            update(waybill_requests)
            .where(
                waybill_requests.c.id == request.id,
                waybill_requests.c.state == RequestState.UNKNOWN,
                waybill_requests.c.sent_at == request.sent_at,
            )
            .values(state=RequestState.NOT_SENT, problem=None, unheard=0, done_at=work.now())
        )
        if ended.rowcount == 1:
            records.note(tx, work, "request_unheard", parcel_id=parcel.id)
            return None
    return outcomes.keep_unknown(work, parcel.id, "", _NOT_SURE, "")


def _not_yet(work: Workplace, parcel: Any, request: Any, unheard: int, wait_s: float) -> LabelRow:
    with work.db.write() as tx:
        tx.execute(
            update(waybill_requests)
            .where(
                waybill_requests.c.id == request.id,
                waybill_requests.c.state == RequestState.UNKNOWN,
                waybill_requests.c.sent_at == request.sent_at,
            )
            .values(unheard=unheard)
        )
    reason = T(
        "{carrier} knows of no booking yet; that is sure in {n} s, and is asked again by itself.",
        carrier=company(request.carrier).name,
        n=round(wait_s),
    )
    return outcomes.keep_unknown(work, parcel.id, request.id, reason, "")


def settle_rejected(
    work: Workplace, parcel: Any, request: Any, source: WaybillSource
) -> LabelRow | None:
    """Before a new attempt: prove that the refused one is dead. ``None`` = it is.

    The platform may refuse and keep the id all the same ("exists" beside "not found").
    """
    booking, address_hash = outcomes.unseal(work, request)
    answer = source.reconcile(booking) if parcel.route == Route.PLATFORM else NeverExisted()
    match answer:
        case Issued():
            return outcomes.keep_issued(work, parcel, booking, address_hash, answer)
        case NeverExisted() | Rejected():
            with work.db.write() as tx:
                outcomes.end(tx, work, booking.key, RequestState.DEAD, "", None)
            return None
        case NotSent(reason=reason) | Unknown(reason=reason) | AskPerson(reason=reason):
            return LabelRow(
                parcel.id,
                "",
                "failed",
                "not_sent",
                reason,
                T("Check the network, then try again."),
            )
