"""STO as a source of waybill numbers.

What STO does with a repeated orderNo is not documented, and no interface tells the number of an
order by our id. So a lost answer is a person's matter, unless the contract says that a repeated id
never makes a second number (``repeat_is_safe``): then the same create is sent once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.carriers import sentences
from app.carriers.desk import Desk
from app.carriers.plain_label import has_mark
from app.carriers.problems import no_route, not_voided, unhealthy
from app.carriers.repeats import Written, first_time, once_more
from app.carriers.sto import answers, errors, wire
from app.carriers.sto.settings import StoSettings
from app.carriers.sto.tracks import read_track
from app.carriers.validation import faults, ready
from app.domain.checks import Fault
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
        Capability.CANCEL,
        Capability.TRACK,
        Capability.LABEL_DATA,
    }
)


class StoSource:
    """``WaybillSource`` of one e-waybill account at STO."""

    code = errors.CARRIER

    def __init__(self, settings: StoSettings, transport: Transport, clock: Clock) -> None:
        self._settings = settings
        self._desk = Desk(errors.CARRIER, settings, transport, clock, wire.api_call, answers.read)

    @property
    def capabilities(self) -> frozenset[Capability]:
        safe = self._settings.repeat_is_safe
        return CAPABILITIES | ({Capability.RECONCILE} if safe else frozenset())

    def create(self, booking: Booking) -> Outcome:
        """Book with OMS_EXPRESS_ORDER_CREATE; missing route text is asked for before answering."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return prepared
        outcome = first_time(errors.CARRIER, self._write(prepared))
        return self._marked(booking.key, outcome) if isinstance(outcome, Issued) else outcome

    def check_fields(self, booking: Booking) -> tuple[Fault, ...]:
        """What the carrier's own limits say of the booking; asks nobody."""
        return faults(booking, wire.LIMITS, self._settings.default_weight_g)

    def reconcile(self, booking: Booking) -> Reconciled:
        """``AskPerson``, unless the contract allows to repeat the create."""
        if not self._settings.repeat_is_safe:
            return AskPerson(sentences.cannot_be_asked(errors.CARRIER))
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return AskPerson(prepared.problem.message)
        found = once_more(errors.CARRIER, self._write(prepared))
        return self._marked(booking.key, found) if isinstance(found, Issued) else found

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """Cancel with EDI_MODIFY_ORDER_CANCEL; possible until pickup."""
        voided = self._desk.ask(
            wire.CANCEL,
            wire.cancel_data(self._settings, booking.key, number),
            answers.read_cancelled,
            key=booking.key,
        )
        return voided if isinstance(voided, Voided) else not_voided(errors.CARRIER, voided)

    def fetch_label(self, booking: Booking, number: str) -> Mapping[str, Any] | Problem:
        """Route text of a number that came without (GET_ORDERDISPATCH_INFO)."""
        label = self._ask_for_label(booking.key, number)
        return label if isinstance(label, dict) else no_route(errors.CARRIER, label)

    def check(self) -> Health:
        """Ask for the track of nobody's number: any business answer proves key and signature."""
        data = wire.probe_data()
        health = self._desk.ask(wire.TRACK, data, answers.read_probe, priority=Priority.READ)
        return health if isinstance(health, Health) else unhealthy(errors.CARRIER, health)

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """Where these parcels are, one call a number."""
        return self._desk.track_each(wanted, wire.TRACK, wire.track_data, read_track)

    def _write(self, booking: Booking) -> Written:
        return self._desk.ask(
            wire.CREATE,
            wire.order_data(self._settings, booking),
            lambda answer: answers.read_created(answer, booking),
            key=booking.key,
        )

    def _marked(self, key: str, issued: Issued) -> Issued:
        """``issued`` with route text; without it, with a warning and an empty ``mark``."""
        if has_mark(issued.label):
            return issued
        label = self._ask_for_label(key, issued.number)
        if isinstance(label, dict):
            return replace(issued, label=label)
        return replace(issued, warning=sentences.no_route_yet(errors.CARRIER))

    def _ask_for_label(
        self, key: str, number: str
    ) -> dict[str, Any] | Rejected | NotSent | Unknown | None:
        return self._desk.ask(
            wire.DISPATCH,
            wire.dispatch_data(self._settings, key, number),
            lambda answer: answers.read_label(answer, number),
            key=key,
        )
