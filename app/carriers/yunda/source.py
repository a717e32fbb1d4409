"""Yunda as a source of waybill numbers.

Yunda never books one serial number twice: a repeated create is refused with words that prove the
first one went through, and updating with the same data then answers the number. That makes a lost
answer harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.carriers import sentences
from app.carriers.desk import Desk
from app.carriers.problems import (
    no_route,
    not_voided,
    refusal_of,
    somebody_elses,
    unhealthy,
)
from app.carriers.reaching import unasked
from app.carriers.repeats import AlreadyThere, Written, first_time
from app.carriers.validation import faults, ready
from app.carriers.yunda import answers, errors, wire
from app.carriers.yunda.label import has_position
from app.carriers.yunda.reach import read_reach
from app.carriers.yunda.settings import YundaSettings
from app.carriers.yunda.tracks import read_track
from app.domain.checks import Fault
from app.domain.fees import NumbersLeft
from app.domain.reach import ReachAnswer
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import (
    AskPerson,
    Booking,
    Issued,
    NotSent,
    Outcome,
    Problem,
    Reconciled,
    Rejected,
    Unknown,
    Voided,
)
from app.net.limiter import Priority
from app.net.transport import Transport
from app.ports import Capability, Clock, Health

CAPABILITIES = frozenset(
    {
        Capability.CREATE,
        Capability.COD,
        Capability.INSURE,
        Capability.RETURN_SLIP,
        Capability.CANCEL,
        Capability.RECONCILE,
        Capability.BALANCE,
        Capability.TRACK,
        Capability.PRECHECK,
        Capability.LABEL_DATA,
    }
)
_ANY_WEIGHT_G = 1  # of a parcel nobody weighed: whether Yunda goes there does not depend on it


class YundaSource:
    """``WaybillSource`` of one merchant at Yunda."""

    code = errors.CARRIER
    capabilities = CAPABILITIES

    def __init__(self, settings: YundaSettings, transport: Transport, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._desk = Desk(errors.CARRIER, settings, transport, clock, wire.api_call, answers.read)

    def create(self, booking: Booking) -> Outcome:
        """Book with createBmOrder. A serial number that Yunda knows already is possibly ours."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return prepared
        outcome = first_time(errors.CARRIER, self._write(wire.CREATE, prepared))
        return self._labelled(booking.key, outcome) if isinstance(outcome, Issued) else outcome

    def check_fields(self, booking: Booking) -> tuple[Fault, ...]:
        """What the carrier's own limits say of the booking; asks nobody."""
        return faults(booking, wire.LIMITS, self._settings.default_weight_g)

    def reconcile(self, booking: Booking) -> Reconciled:
        """Repeat the create; if Yunda has the order, updating with the same data answers it.

        ``Issued`` may also mean that the first create never arrived and this one did; either way
        there is exactly one number. A refusal of the order proves that there is none.
        """
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return AskPerson(prepared.problem.message)
        outcome = self._write(wire.CREATE, prepared)
        if isinstance(outcome, AlreadyThere):
            return self._fetched(prepared)
        if isinstance(outcome, Issued):
            return self._labelled(booking.key, outcome)
        return _still_open(outcome)

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """Cancel with cancelBmOrder; possible until the parcel is picked up."""
        voided = self._desk.ask(
            wire.CANCEL,
            wire.cancel_data(self._settings, booking.key, number),
            lambda answer: answers.read_cancelled(answer, booking.key),
            key=booking.key,
        )
        return voided if isinstance(voided, Voided) else not_voided(errors.CARRIER, voided)

    def fetch_label(self, booking: Booking, number: str) -> Mapping[str, Any] | Problem:
        """The label data of a number that came without (bmGetPdfInfo)."""
        label = self._ask_for_label(booking.key, number)
        return label if isinstance(label, dict) else no_route(errors.CARRIER, label)

    def check(self) -> Health:
        """Ask for the balance of the merchant."""
        data = wire.balance_data(self._settings)
        health = self._desk.ask(wire.BALANCE, data, answers.read_balance, priority=Priority.READ)
        return health if isinstance(health, Health) else unhealthy(errors.CARRIER, health)

    def numbers_left(self) -> NumbersLeft:
        """Prepaid numbers of the merchant, of the common kind."""
        left = self._desk.ask(
            wire.BALANCE,
            wire.balance_data(self._settings),
            answers.read_numbers_left,
            priority=Priority.READ,
        )
        if isinstance(left, NumbersLeft):
            return left
        return NumbersLeft(problem=refusal_of(errors.CARRIER, left))

    def reach(self, booking: Booking) -> ReachAnswer:
        """Whether Yunda goes to the receiver (bm/queryRoute); no number is used up."""
        weight_g = self._settings.default_weight_g or _ANY_WEIGHT_G
        prepared = ready(booking, wire.LIMITS, weight_g)
        if isinstance(prepared, Rejected):
            return unasked(prepared.problem)
        query_id = wire.query_id(prepared)
        reached = self._desk.ask(
            wire.ROUTE,
            wire.route_data(self._settings, prepared),
            lambda answer: read_reach(answer, query_id),
            key=booking.key,
            priority=Priority.READ,
        )
        if isinstance(reached, ReachAnswer):
            return reached
        return unasked(refusal_of(errors.CARRIER, reached))

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """Where these parcels are, one call a number."""
        return self._desk.track_each(wanted, wire.TRACK, wire.track_data, read_track)

    def _write(self, path: str, booking: Booking) -> Written:
        return self._desk.ask(
            path,
            wire.order_data(self._settings, booking),
            lambda answer: answers.read_created(answer, booking),
            key=booking.key,
        )

    def _fetched(self, booking: Booking) -> Reconciled:
        """The number of an order that exists, by updating it with its own data."""
        outcome = self._write(wire.UPDATE, booking)
        if isinstance(outcome, Issued):
            issued = self._labelled(booking.key, outcome)
            if answers.is_ours(issued, booking):
                return issued
            return Rejected(somebody_elses(errors.CARRIER), issued.raw)
        if isinstance(outcome, AlreadyThere):
            return Unknown(sentences.known_already(errors.CARRIER))
        open_still = _still_open(outcome)
        if isinstance(open_still, Rejected):
            return AskPerson(sentences.number_not_told(errors.CARRIER))
        return open_still

    def _labelled(self, key: str, issued: Issued) -> Issued:
        """``issued`` with label data; without them, with a warning and an empty ``position``."""
        if has_position(issued.label):
            return issued
        label = self._ask_for_label(key, issued.number)
        if isinstance(label, dict):
            return replace(issued, label=label)
        return replace(issued, warning=sentences.no_route_yet(errors.CARRIER))

    def _ask_for_label(
        self, key: str, number: str
    ) -> dict[str, Any] | Rejected | NotSent | Unknown | None:
        return self._desk.ask(
            self._settings.label_path.strip("/"),
            wire.label_query(self._settings, number),
            lambda answer: answers.read_label(answer, number),
            key=key,
        )


def _still_open(outcome: Rejected | Unknown | NotSent) -> Rejected | Unknown:
    """A refusal of the order closes the question; everything else leaves it open."""
    if isinstance(outcome, Rejected):
        about_the_order = outcome.problem.code == errors.REFUSED_ORDER
        return outcome if about_the_order else Unknown(outcome.problem.message, outcome.raw)
    return Unknown(outcome.reason)
