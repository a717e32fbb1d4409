"""Kuaidi100 as a source of numbers, of tracks and of recognition.

For 48 hours an order that is sent again brings the same number, so a lost answer is settled by
repeating it; after that nobody but the company's site can say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.carriers.desk import Desk
from app.carriers.kuaidi100 import answers, errors, wire
from app.carriers.kuaidi100.answers import Answer, LabelReader
from app.carriers.kuaidi100.names import KD100_NAMES
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.kuaidi100.tracks import read_track
from app.carriers.problems import (
    local_refusal,
    not_voided,
    problem,
    refusal_of,
    unhealthy,
)
from app.carriers.validation import faults, ready
from app.domain.checks import Fault
from app.domain.companies import company
from app.domain.text import T
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import (
    AskPerson,
    Booking,
    Outcome,
    Problem,
    ProblemClass,
    Reconciled,
    Rejected,
    Unknown,
    Voided,
    VoidResult,
)
from app.net.limiter import Priority
from app.net.transport import Transport
from app.ports import Capability, Clock, Health

CAPABILITIES = frozenset({Capability.TRACK, Capability.RECOGNISE})
_WITH_COMPANY = frozenset(
    {
        Capability.CREATE,
        Capability.COD,
        Capability.INSURE,
        Capability.CANCEL,
        Capability.RECONCILE,
    }
)
# Kuaidi100 promises 48 hours; the last one is left to clocks and to calls on their way.
_REPLAYED_FOR = timedelta(hours=47)


class Kuaidi100Source:
    """``WaybillSource``, ``Tracks`` and ``Recognises`` of one account at Kuaidi100."""

    code = errors.CARRIER

    def __init__(self, settings: Kuaidi100Settings, transport: Transport, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._reader = LabelReader(settings)
        self._labels = Desk(
            self.code, settings, transport, clock, wire.label_call, answers.read_label
        )
        self._queries = Desk(
            self.code, settings, transport, clock, wire.query_call, answers.read_query
        )
        self._detection = Desk(
            self.code, settings, transport, clock, wire.detect_call, answers.read_detection
        )

    @property
    def capabilities(self) -> frozenset[Capability]:
        return CAPABILITIES | _WITH_COMPANY if self._settings.company else CAPABILITIES

    def check_fields(self, booking: Booking) -> tuple[Fault, ...]:
        """What the carrier's own limits say of the booking; asks nobody."""
        return faults(booking, wire.LIMITS, self._settings.default_weight_g)

    def create(self, booking: Booking) -> Outcome:
        """Book at the account's company with method order."""
        prepared = self._ready(booking)
        return prepared if isinstance(prepared, Rejected) else self._order(prepared)

    def reconcile(self, booking: Booking) -> Reconciled:
        """Repeat the order while Kuaidi100 still answers a repeat with the first result.

        ``Issued`` may also mean that the first call never arrived and this one did; either way
        there is exactly one number. A refusal of the order proves that there is none.
        """
        prepared = self._ready(booking)
        if isinstance(prepared, Rejected):
            return AskPerson(prepared.problem.message)
        sent_at = booking.sent_at
        if sent_at is None or self._clock.now() - sent_at >= _REPLAYED_FOR:
            return AskPerson(
                T(
                    "Kuaidi100 remembers an order for 48 hours only: "
                    "ask the site of {company} whether there is a number.",
                    company=company(self._settings.company).name,
                )
            )
        outcome = self._order(prepared)
        if isinstance(outcome, Rejected) and not errors.is_about_the_order(outcome.problem):
            return Unknown(outcome.problem.message, outcome.raw)
        return outcome

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """Cancel with method cancel; how late that works depends on the company."""
        if not self._settings.company:
            return Voided(VoidResult.UNKNOWN, self._gives_none().problem)
        voided = self._labels.ask(
            wire.CANCEL,
            wire.cancel_data(self._settings, booking.key, number, carrier_order),
            self._reader.cancelled,
            key=booking.key,
        )
        return voided if isinstance(voided, Voided) else not_voided(self.code, voided)

    def check(self) -> Health:
        """Ask for the track of nobody's number; with a company, cancel what was never booked."""
        settings = self._settings
        health = self._queries.ask(
            wire.TRACK,
            wire.probe_data(settings),
            lambda answer: answers.read_probe(answer, settings),
            priority=Priority.READ,
        )
        if isinstance(health, Health) and health.ok and settings.company:
            health = self._labels.ask(
                wire.CANCEL,
                wire.label_probe_data(settings),
                self._reader.probed,
                priority=Priority.READ,
            )
        return health if isinstance(health, Health) else unhealthy(self.code, health)

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """Where these parcels are, one call a number; every query has to name its company."""
        return [self._track(query) for query in wanted]

    def recognise(self, number: str) -> list[str] | Problem:
        """Which companies ``number`` may belong to."""
        found = self._detection.ask(
            wire.DETECT,
            {"num": number},
            lambda answer: answers.read_companies(answer, self._settings),
            priority=Priority.READ,
        )
        return found if isinstance(found, list | Problem) else refusal_of(self.code, found)

    def _track(self, query: TrackQuery) -> Track:
        name = KD100_NAMES.get(query.company or self._settings.company)
        if name is None:
            return Track(query.number, problem=_nobodys(query))

        def read(answer: Answer, asked: TrackQuery) -> Track:
            return read_track(answer, asked, self._settings)

        [track] = self._queries.track_each(
            [query], wire.TRACK, lambda asked: wire.track_data(asked, name), read
        )
        return track

    def _order(self, booking: Booking) -> Outcome:
        return self._labels.ask(
            wire.CREATE,
            wire.order_data(self._settings, booking),
            lambda answer: self._reader.created(answer, booking),
            key=booking.key,
        )

    def _ready(self, booking: Booking) -> Booking | Rejected:
        if not self._settings.company:
            return self._gives_none()
        if booking.carrier != self._settings.company:
            return local_refusal(
                errors.account(self._settings),
                ProblemClass.ACCOUNT,
                "other_company",
                T(
                    "{carrier} books with {company} only.",
                    company=company(self._settings.company).name,
                ),
                T("Choose an account of the parcel's company."),
            )
        return ready(booking, wire.LIMITS, self._settings.default_weight_g)

    def _gives_none(self) -> Rejected:
        return local_refusal(
            errors.account(self._settings),
            ProblemClass.ACCOUNT,
            "no_company",
            T("{carrier} gives no numbers: no company is set."),
            T("Set company of the carrier account, or choose another account."),
        )


def _nobodys(query: TrackQuery) -> Problem:
    return problem(
        errors.CARRIER,
        ProblemClass.OTHER,
        "company_unknown",
        message=T("{carrier} has to know whose number {number} is.", number=query.number),
        remedy=T("Enter the company of the parcel."),
    )
