"""J&T as a source of waybill numbers.

J&T finds an order by our own id, so a lost answer is looked up and never repeated blindly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.carriers import health, sentences
from app.carriers.desk import Desk, track_in_batches
from app.carriers.jt import answers, errors, wire
from app.carriers.jt.settings import JtSettings
from app.carriers.jt.tracks import read_tracks
from app.carriers.plain_label import has_mark
from app.carriers.problems import no_route, not_voided, refusal_of, unhealthy
from app.carriers.validation import faults, ready
from app.domain.checks import Fault
from app.domain.fees import NumbersLeft, Quotes
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import (
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
        Capability.CANCEL,
        Capability.RECONCILE,
        Capability.BALANCE,
        Capability.TRACK,
        Capability.QUOTE,
        Capability.LABEL_DATA,
    }
)


class JtSource:
    """``WaybillSource`` of one customer at J&T."""

    code = errors.CARRIER
    capabilities = CAPABILITIES
    numbers_a_call = wire.NUMBERS_A_CALL

    def __init__(self, settings: JtSettings, transport: Transport, clock: Clock) -> None:
        self._settings = settings
        self._desk = Desk(errors.CARRIER, settings, transport, clock, wire.api_call, answers.read)

    @property
    def settle_after_s(self) -> float:
        """How soon J&T shows a new order is not documented: "no such order" is no proof before."""
        return self._settings.settle_after_s

    def check_fields(self, booking: Booking) -> tuple[Fault, ...]:
        """What the carrier's own limits say of the booking; asks nobody."""
        return faults(booking, wire.LIMITS, self._settings.default_weight_g)

    def create(self, booking: Booking) -> Outcome:
        """Book with addOrder. An id that J&T knows already is possibly ours."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return prepared
        outcome = self._desk.ask(
            wire.CREATE,
            wire.order_data(self._settings, prepared),
            lambda answer: answers.read_created(answer, prepared),
            key=booking.key,
        )
        return self._labelled(booking.key, outcome) if isinstance(outcome, Issued) else outcome

    def reconcile(self, booking: Booking) -> Reconciled:
        """Look the order up by our own id with getOrders; books nothing."""
        found = self._desk.ask(
            wire.SEARCH,
            wire.search_data(self._settings, booking.key),
            lambda answer: answers.read_found(answer, booking),
            key=booking.key,
        )
        if isinstance(found, Issued):
            return self._labelled(booking.key, found)
        if isinstance(found, Rejected) and found.problem.kind is not errors.K.DUPLICATE:
            return Unknown(found.problem.message, found.raw)  # the question was refused
        return found

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """Cancel with cancelOrder; possible until the parcel is picked up."""
        voided = self._desk.ask(
            wire.CANCEL,
            wire.cancel_data(self._settings, booking.key),
            answers.read_cancelled,
            key=booking.key,
        )
        return voided if isinstance(voided, Voided) else not_voided(errors.CARRIER, voided)

    def fetch_label(self, booking: Booking, number: str) -> Mapping[str, Any] | Problem:
        """The sorting code of a number that came without (getOrders by number)."""
        label = self._ask_for_label(booking.key, number)
        if isinstance(label, dict) and has_mark(label):
            return label
        return no_route(errors.CARRIER, label)

    def check(self) -> Health:
        """Look up an order that nobody has; then, where J&T counts numbers, the balance."""
        probed = self._desk.ask(
            wire.SEARCH,
            wire.probe_data(self._settings),
            answers.read_probe,
            priority=Priority.READ,
        )
        if not isinstance(probed, Health):
            return unhealthy(errors.CARRIER, probed)
        counted = self.numbers_left() if probed.ok else NumbersLeft()
        if counted.left is None:  # counted nowhere, or the service is not open to the account
            return probed
        return health.of_count(errors.CARRIER, counted)

    def numbers_left(self) -> NumbersLeft:
        """Prepaid numbers, by ess/balance."""
        found = self._desk.ask(
            wire.BALANCE,
            wire.balance_data(self._settings),
            answers.read_balance,
            priority=Priority.READ,
        )
        if isinstance(found, NumbersLeft):
            return found
        return NumbersLeft(problem=refusal_of(errors.CARRIER, found))

    def quote(self, booking: Booking) -> Quotes:
        """The expected price, by getComCost."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return Quotes(problem=prepared.problem)
        found = self._desk.ask(
            wire.QUOTE,
            wire.quote_data(self._settings, prepared),
            answers.read_quote,
            key=booking.key,
            priority=Priority.READ,
        )
        if isinstance(found, Quotes):
            return found
        return Quotes(problem=refusal_of(errors.CARRIER, found))

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """Where these parcels are, ten numbers a call."""

        def ask(batch: Sequence[TrackQuery]) -> list[Track] | Rejected | NotSent | Unknown:
            return self._desk.ask(
                wire.TRACK,
                wire.tracks_data(batch),
                lambda answer: read_tracks(answer, batch),
                priority=Priority.SWEEP,
            )

        return track_in_batches(errors.CARRIER, wanted, self.numbers_a_call, ask)

    def _labelled(self, key: str, issued: Issued) -> Issued:
        """``issued`` with a sorting code; without one, with a warning and an empty ``mark``."""
        if has_mark(issued.label):
            return issued
        label = self._ask_for_label(key, issued.number)
        if isinstance(label, dict) and has_mark(label):
            return replace(issued, label=label)
        return replace(issued, warning=sentences.no_route_yet(errors.CARRIER))

    def _ask_for_label(
        self, key: str, number: str
    ) -> dict[str, Any] | Rejected | NotSent | Unknown | None:
        return self._desk.ask(
            wire.SEARCH,
            wire.number_data(self._settings, number),
            lambda answer: answers.read_label(answer, number),
            key=key,
        )
