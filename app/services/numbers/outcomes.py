"""What came of asking for a number, written down before anybody acts on it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.fixes import Fix, fix_for
from app.domain.privacy import refusal_without_person, sentence_without_person
from app.domain.states import (
    HoldCode,
    HoldScope,
    RequestState,
)
from app.domain.text import T, Text
from app.domain.waybills import (
    Booking,
    Issued,
    NotSent,
    Outcome,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
)
from app.services import records
from app.services.numbers import booking as bookings
from app.services.numbers import issuing
from app.services.orders import holding
from app.services.reach import learned
from app.services.workplace import Workplace
from app.store.tables import parcels, waybill_requests, waybills


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What came of one parcel: ``issued``, ``kept``, ``failed``, ``unknown`` or ``held``.

    ``left_out``: nobody was asked, the carrier's own limits refuse it (``left_out.left_out``).
    """

    parcel: str
    waybill: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None
    own_fix: Fix | None = None  # where it is not the one that goes with the code

    @property
    def ok(self) -> bool:
        return self.result in {"issued", "kept"}

    @property
    def fix(self) -> Fix | None:
        """What a person does about it."""
        return None if self.ok else self.own_fix or fix_for(self.code)


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
            return keep_issued(work, parcel, booking, address_hash, outcome)
        case Rejected():
            # Codes are kept for good, the words only without the person they may repeat.
            problem = refusal_without_person(outcome.problem, booking.receiver)
            with work.db.write() as tx:
                end(tx, work, booking.key, RequestState.REJECTED, outcome.raw, problem)
                learned.remember(tx, work, booking.carrier, booking.receiver, problem)
                _refused(tx, work, parcel.id, problem)
            words = (problem.message, problem.remedy)
            return LabelRow(parcel.id, "", "failed", problem.kind, *words, problem.fix)
        case Unknown(reason=reason):
            reason = sentence_without_person(reason, booking.receiver)
            return keep_unknown(work, parcel.id, booking.key, reason, outcome.raw)
        case NotSent(reason=reason):
            remedy = T("Check the network, then try again.")
            with work.db.write() as tx:
                end(tx, work, booking.key, RequestState.NOT_SENT, "", None)
                fail(tx, work, parcel.id, "not_sent", reason, remedy)
            return LabelRow(parcel.id, "", "failed", "not_sent", reason, remedy)


OPEN = (RequestState.SENT, RequestState.UNKNOWN)


def give_up(work: Workplace, parcel_id: str, request_id: str) -> None:
    """End a request that never left: the parcel is another one now (address, goods, account)."""
    with work.db.write() as tx:
        end(tx, work, request_id, RequestState.DEAD, "", None)
        records.note(tx, work, "request_dead", parcel_id=parcel_id)


def keep_issued(
    work: Workplace,
    parcel: Any,
    booking: Booking,
    address_hash: str,
    issued: Issued,
    *,
    own_request: bool = True,
) -> LabelRow:
    """The number that came, on its parcel or on its way back."""
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


def keep_unknown(work: Workplace, parcel_id: str, key: str, reason: Text, raw: str) -> LabelRow:
    """Nobody knows yet: the request stays open, its key is kept."""
    remedy = T("Try again: no second number is taken before this one is clear.")
    with work.db.write() as tx:
        tx.execute(
            update(waybill_requests)
            .where(waybill_requests.c.id == key, waybill_requests.c.state.in_(OPEN))
            .values(
                state=RequestState.UNKNOWN,
                answer_sealed=work.sealer.seal(raw) if raw else None,
            )
        )
        fail(tx, work, parcel_id, "unknown", reason, remedy)
    return LabelRow(parcel_id, "", "unknown", "unknown", reason, remedy)


ASK_PERSON = "ask_person"


def ask_person(work: Workplace, parcel_id: str, key: str, reason: Text, remedy: Text) -> None:
    """Only a person can find out: the request stays open, and says so itself."""
    with work.db.write() as tx:
        tx.execute(
            update(waybill_requests)
            .where(waybill_requests.c.id == key, waybill_requests.c.state.in_(OPEN))
            .values(problem={"code": ASK_PERSON})
        )
        fail(tx, work, parcel_id, ASK_PERSON, reason, remedy)


def end(
    tx: Connection,
    work: Workplace,
    key: str,
    state: RequestState,
    raw: str,
    problem: Problem | None,
) -> None:
    """The request is over, without a number."""
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
        "fix": problem.helps or "",
    }


def _refused(tx: Connection, work: Workplace, parcel_id: str, problem: Problem) -> None:
    fail(tx, work, parcel_id, problem.kind, problem.message, problem.remedy, problem)
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
        fail(tx, work, parcel_id, code, message, remedy)


def remember_refusal(work: Workplace, parcel_id: str, problem: Problem) -> None:
    """The same for what a carrier's own limits refuse, before it is asked."""
    with work.db.write() as tx:
        fail(tx, work, parcel_id, problem.kind, problem.message, problem.remedy, problem)


def fail(
    tx: Connection,
    work: Workplace,
    parcel_id: str,
    code: str,
    message: Text,
    remedy: Text,
    problem: Problem | None = None,
) -> None:
    """Keep what the last action on the parcel failed with, in the caller's transaction."""
    failure = {
        "code": code,
        "message": message.as_json(),
        "remedy": remedy.as_json(),
        "fix": (problem.helps if problem else fix_for(code)) or "",
    }
    if problem is not None:  # the other side's own code and words: the clue when a new one appears
        failure |= {"their_code": problem.code, "said": problem.said, "ref": problem.reference}
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(failure=failure, changed_at=work.now())
    )
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))


def clear_failure(tx: Connection, parcel_id: str) -> None:
    """Nothing is in the way any more."""
    tx.execute(update(parcels).where(parcels.c.id == parcel_id).values(failure=None))
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
