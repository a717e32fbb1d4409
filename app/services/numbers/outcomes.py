"""What came of asking for a number: storing it, looking up a lost answer, proving it dead."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.errors import UserError
from app.domain.states import (
    HoldCode,
    HoldScope,
    RequestState,
)
from app.domain.text import T, Text
from app.domain.waybills import (
    AskPerson,
    Booking,
    Issued,
    IssuedNumber,
    NeverExisted,
    NotSent,
    Outcome,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
)
from app.ports import WaybillSource
from app.services import records
from app.services.numbers import booking as bookings
from app.services.numbers import issuing, numbers
from app.services.orders import holding
from app.services.workplace import Workplace
from app.store.tables import parcels, waybill_requests, waybills

# "Never heard of it" is believed only when the request is this old: the other side's queues lag.
_PROOF_AGE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What came of one parcel: ``issued``, ``kept``, ``failed``, ``unknown`` or ``held``."""

    parcel: str
    waybill: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return self.result in {"issued", "kept"}


def live_number(tx: Connection, parcel_id: str) -> str:
    """The parcel's one live number, or an empty text."""
    number: str | None = tx.execute(
        select(waybills.c.number)
        .join(parcels, parcels.c.waybill_id == waybills.c.id)
        .where(parcels.c.id == parcel_id)
    ).scalar()
    return number or ""


def unseal(work: Workplace, request: Any) -> tuple[Booking, str]:
    """The booking of a stored request, and the hash of the address it was made for."""
    kept = json.loads(work.sealer.unseal(request.booking_sealed))
    return bookings.from_json(kept["booking"]), kept["address_hash"]


def store(
    work: Workplace, parcel: Any, booking: Booking, address_hash: str, outcome: Outcome
) -> LabelRow:
    """Write the outcome down; one transaction, before anybody acts on it."""
    match outcome:
        case Issued():
            return _issued(work, parcel, booking, address_hash, outcome)
        case Rejected(problem=problem):
            with work.db.write() as tx:
                _end(tx, work, booking.key, RequestState.REJECTED, outcome.raw, problem)
                _refused(tx, work, parcel.id, problem)
            return LabelRow(parcel.id, "", "failed", problem.kind, problem.message, problem.remedy)
        case Unknown(reason=reason):
            return _unknown(work, parcel.id, booking.key, reason, outcome.raw)
        case NotSent(reason=reason):
            remedy = T("Check the network, then try again.")
            with work.db.write() as tx:
                _end(tx, work, booking.key, RequestState.NOT_SENT, "", None)
                _fail(tx, work, parcel.id, "not_sent", reason, remedy)
            return LabelRow(parcel.id, "", "failed", "not_sent", reason, remedy)


def reconcile(work: Workplace, parcel: Any, request: Any, source: WaybillSource) -> LabelRow | None:
    """Ask what became of a request whose answer was lost. ``None`` = never heard of, book again.

    The next try uses the same key: should the first call arrive late, it is one booking all the
    same.
    """
    booking, address_hash = unseal(work, request)
    with work.db.write() as tx:
        asking = tx.execute(
            update(waybill_requests)
            .where(waybill_requests.c.id == request.id, waybill_requests.c.state.in_(_OPEN))
            .values(state=RequestState.UNKNOWN, lookups=waybill_requests.c.lookups + 1)
        )
    if asking.rowcount != 1:  # settled by another bench since it was read
        return _unknown(work, parcel.id, "", _NOT_SURE, "")
    answer = source.reconcile(booking)
    match answer:
        case NeverExisted():
            age = work.now() - (request.sent_at or request.created_at)
            if age < _PROOF_AGE:
                work.clock.sleep((_PROOF_AGE - age).total_seconds())
                if not isinstance(source.reconcile(booking), NeverExisted):
                    return _unknown(work, parcel.id, booking.key, _NOT_SURE, "")
            with work.db.write() as tx:
                _end(tx, work, booking.key, RequestState.NOT_SENT, "", None)
                records.note(tx, work, "request_unheard", parcel_id=parcel.id)
            return None
        case AskPerson(reason=reason):
            remedy = T(
                "Look in the carrier's own program; then enter the number, "
                "or say that it is lost: waybill settle {parcel}",
                parcel=parcel.id,
            )
            with work.db.write() as tx:
                _fail(tx, work, parcel.id, "ask_person", reason, remedy)
            return LabelRow(parcel.id, "", "unknown", "ask_person", reason, remedy)
        case NotSent(reason=reason):
            return _unknown(work, parcel.id, booking.key, reason, "")
        case _:
            return store(work, parcel, booking, address_hash, answer)


_NOT_SURE = T("The carrier is not sure yet whether it has booked this parcel.")


_OPEN = (RequestState.SENT, RequestState.UNKNOWN)


def give_up(work: Workplace, parcel_id: str, request_id: str) -> None:
    """End a request that never left: the parcel is another one now (address, goods, account)."""
    with work.db.write() as tx:
        _end(tx, work, request_id, RequestState.DEAD, "", None)
        records.note(tx, work, "request_dead", parcel_id=parcel_id)


def settle_rejected(
    work: Workplace, parcel: Any, request: Any, source: WaybillSource
) -> LabelRow | None:
    """Before a new attempt: prove that the refused one is dead. ``None`` = it is.

    The platform may refuse and keep the id all the same ("exists" beside "not found").
    """
    booking, address_hash = unseal(work, request)
    answer = source.reconcile(booking) if parcel.route == "platform" else NeverExisted()
    match answer:
        case Issued():
            return _issued(work, parcel, booking, address_hash, answer)
        case NeverExisted() | Rejected():
            with work.db.write() as tx:
                _end(tx, work, booking.key, RequestState.DEAD, "", None)
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


def settle_by_person(work: Workplace, parcel_id: str, number: str | None) -> None:
    """A person says what became of an unknown request: this number, or lost (``None``).

    Also takes a number bought elsewhere, when nothing was asked for. Raises ``UserError``:
    ``nothing_unknown``, ``bad_number``, ``number_taken``, ``has_number``.
    """
    typed = numbers.typed(number, parcel_id) if number is not None else ""
    with work.db.write() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
        request = tx.execute(
            select(waybill_requests)
            .where(
                waybill_requests.c.parcel_id == parcel_id,
                waybill_requests.c.state.in_([RequestState.UNKNOWN, RequestState.SENT]),
            )
            .order_by(waybill_requests.c.attempt.desc())
        ).first()
        if parcel is None or (request is None and number is None):
            raise UserError(
                "nothing_unknown",
                T("No number of this parcel is in doubt."),
                T("Ask for one with: wave label"),
                ref=parcel_id,
            )
        if number is None and request is not None:
            _end(tx, work, request.id, RequestState.DEAD, "", None)
            _clear_failure(tx, parcel_id)
            records.note(tx, work, "number_lost", parcel_id=parcel_id)
            return
        _must_be_free(tx, parcel, typed)
    booking, address_hash = (
        unseal(work, request) if request is not None else bookings.build(work, parcel_id, parcel_id)
    )
    issued = Issued(numbers=(IssuedNumber(typed),), template="plain", label={"typed": True})
    _issued(work, parcel, booking, address_hash, issued, own_request=request is not None)


def _must_be_free(tx: Connection, parcel: Any, number: str) -> None:
    kept = live_number(tx, parcel.id)
    if kept:
        raise UserError(
            "has_number",
            T("The parcel already has the number {number}.", number=kept),
            T("Cancel the number first."),
            ref=parcel.id,
        )
    numbers.must_be_free(tx, parcel.carrier, number, parcel.id)


def _issued(
    work: Workplace,
    parcel: Any,
    booking: Booking,
    address_hash: str,
    issued: Issued,
    *,
    own_request: bool = True,
) -> LabelRow:
    with work.db.write() as tx:
        kept = issuing.write_down(
            tx, work, parcel.id, booking, address_hash, issued, own_request=own_request
        )
    if kept.spare:  # the parcel has another number by now, or is cancelled: this one goes back
        return LabelRow(parcel.id, kept.number, "kept") if kept.number else _too_late(parcel.id)
    return LabelRow(parcel.id, kept.number, "issued", "", issued.warning)


def _too_late(parcel_id: str) -> LabelRow:
    return LabelRow(
        parcel_id,
        "",
        "failed",
        "parcel_cancelled",
        T("The parcel was cancelled meanwhile; its number is given back."),
        T("Nothing has to be done."),
    )


def _unknown(work: Workplace, parcel_id: str, key: str, reason: Text, raw: str) -> LabelRow:
    remedy = T("Try again: the program asks first whether the number exists.")
    with work.db.write() as tx:
        tx.execute(
            update(waybill_requests)
            .where(waybill_requests.c.id == key, waybill_requests.c.state.in_(_OPEN))
            .values(
                state=RequestState.UNKNOWN,
                answer_sealed=work.sealer.seal(raw) if raw else None,
            )
        )
        _fail(tx, work, parcel_id, "unknown", reason, remedy)
    return LabelRow(parcel_id, "", "unknown", "unknown", reason, remedy)


def _end(
    tx: Connection,
    work: Workplace,
    key: str,
    state: RequestState,
    raw: str,
    problem: Problem | None,
) -> None:
    tx.execute(
        update(waybill_requests)
        .where(
            waybill_requests.c.id == key,
            waybill_requests.c.state != RequestState.ISSUED,  # a number is never forgotten
        )
        .values(
            state=state,
            answer_sealed=work.sealer.seal(raw) if raw else None,
            problem=_problem_json(problem) if problem else None,
            done_at=work.now(),
        )
    )


def _problem_json(problem: Problem) -> dict[str, str]:
    return {
        "kind": problem.kind,
        "code": problem.code,
        "said": problem.said,
        "message": problem.message.as_json(),
        "remedy": problem.remedy.as_json(),
        "reference": problem.reference,
    }


def _refused(tx: Connection, work: Workplace, parcel_id: str, problem: Problem) -> None:
    _fail(tx, work, parcel_id, problem.kind, problem.message, problem.remedy)
    if problem.kind is ProblemClass.OUT_OF_RANGE:
        holding.put(
            tx,
            work,
            holding.Wanted(
                HoldScope.PARCEL,
                HoldCode.OUT_OF_RANGE,
                problem.message,
                evidence={"code": problem.code, "at": work.now().isoformat()},
            ),
            parcel_id=parcel_id,
        )
        records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))


def remember_failure(
    work: Workplace, parcel_id: str, code: str, message: Text, remedy: Text
) -> None:
    """Keep what the last action on the parcel failed with (异常)."""
    with work.db.write() as tx:
        _fail(tx, work, parcel_id, code, message, remedy)


def _fail(
    tx: Connection, work: Workplace, parcel_id: str, code: str, message: Text, remedy: Text
) -> None:
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(
            failure={"code": code, "message": message.as_json(), "remedy": remedy.as_json()},
            changed_at=work.now(),
        )
    )
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))


def _clear_failure(tx: Connection, parcel_id: str) -> None:
    tx.execute(update(parcels).where(parcels.c.id == parcel_id).values(failure=None))
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
