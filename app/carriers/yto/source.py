"""YTO as a source of waybill numbers.

What YTO does with a repeated logisticsNo is not documented, and no interface tells the number of an
order by our id. So a lost answer is a person's matter, unless the contract says that a repeated id
never makes a second number (``repeat_is_safe``): then the same create is sent once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.carriers import sentences
from app.carriers.desk import Desk
from app.carriers.plain_label import has_mark
from app.carriers.problems import no_route, not_voided, refusal_of, unhealthy
from app.carriers.repeats import Written, first_time, once_more
from app.carriers.validation import faults, ready
from app.carriers.wire_json import JsonObject
from app.carriers.yto import answers, errors, wire
from app.carriers.yto.settings import YtoSettings
from app.carriers.yto.tracks import read_track
from app.domain.checks import Fault
from app.domain.fees import Quotes
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import (
    AskPerson,
    Booking,
    Issued,
    Outcome,
    Problem,
    Reconciled,
    Rejected,
    Voided,
)
from app.net.limiter import Priority
from app.net.transport import Transport
from app.ports import Capability, Clock, Health
from app.ports.carriers import LabelFile, LabelPage, Product

CAPABILITIES = frozenset(
    {
        Capability.CREATE,
        Capability.COD,
        Capability.INSURE,
        Capability.CANCEL,
        Capability.TRACK,
        Capability.PRODUCTS,
    }
)


class YtoSource:
    """``WaybillSource`` of one customer of YTO."""

    code = errors.CARRIER

    def __init__(self, settings: YtoSettings, transport: Transport, clock: Clock) -> None:
        self._settings = settings
        self._desk = Desk(errors.CARRIER, settings, transport, clock, wire.api_call, answers.read)

    @property
    def capabilities(self) -> frozenset[Capability]:
        more = {
            Capability.RECONCILE: self._settings.repeat_is_safe,
            Capability.LABEL_DATA: self._settings.repeat_is_safe,
            Capability.QUOTE: self._settings.quotes,
            Capability.LABEL_FILE: self._settings.label_source == "cloud",
        }
        return CAPABILITIES | {capability for capability, there in more.items() if there}

    def create(self, booking: Booking) -> Outcome:
        """Book with privacy_create_adapter. An order id that YTO knows is possibly ours."""
        prepared = self._prepared(booking)
        if isinstance(prepared, Rejected):
            return prepared
        return first_time(errors.CARRIER, self._write(prepared))

    def check_fields(self, booking: Booking) -> tuple[Fault, ...]:
        """What the carrier's own limits say of the booking; asks nobody."""
        return faults(booking, wire.LIMITS, self._settings.default_weight_g)

    def reconcile(self, booking: Booking) -> Reconciled:
        """``AskPerson``, unless the contract allows to repeat the create."""
        if not self._settings.repeat_is_safe:
            return AskPerson(sentences.cannot_be_asked(errors.CARRIER))
        prepared = self._prepared(booking)
        if isinstance(prepared, Rejected):
            return AskPerson(prepared.problem.message)
        return once_more(errors.CARRIER, self._write(prepared))

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """Cancel with korder_cancel_adapter, by our order id; possible until pickup."""
        voided = self._desk.ask(
            wire.CANCEL,
            wire.cancel_data(booking.key),
            lambda answer: answers.read_cancelled(answer, booking.key),
            key=booking.key,
        )
        return voided if isinstance(voided, Voided) else not_voided(errors.CARRIER, voided)

    def fetch_label(self, booking: Booking, number: str) -> Mapping[str, Any] | Problem:
        """Route text of a number that came without: only a repeated create tells it."""
        found = self.reconcile(booking) if self._settings.repeat_is_safe else None
        if isinstance(found, Issued) and found.number == number and has_mark(found.label):
            return found.label
        return no_route(errors.CARRIER, found)

    def check(self) -> Health:
        """Ask about nobody's number: for a track, and for a label where tracks have other keys."""
        health = self._probe(wire.TRACK, wire.track_probe())
        if health.ok and self._settings.has_query_keys:
            return self._probe(wire.PRINT, wire.print_probe())
        return health

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """Where these parcels are, one call a number."""
        return self._desk.track_each(wanted, wire.TRACK, wire.track_data, read_track)

    def products(self) -> Sequence[Product]:
        """The two products that YTO documents."""
        return wire.PRODUCTS

    def quote(self, booking: Booking) -> Quotes:
        """The price of charge_adapter, where the account may ask (``quotes``)."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return Quotes(problem=prepared.problem)
        data = wire.price_data(self._settings, prepared)
        found = self._desk.ask(wire.PRICE, data, answers.read_quotes, priority=Priority.READ)
        if isinstance(found, Quotes):
            return found
        return Quotes(problem=refusal_of(errors.CARRIER, found))

    def label_file(self, booking: Booking, page: LabelPage) -> LabelFile | Problem:
        """YTO's own label as PDF (``label_source`` cloud), in YTO's size: the paper is not sent."""
        found = self._desk.ask(
            wire.PRINT,
            wire.print_data(page.number),
            lambda answer: answers.read_label_file(answer, page.number),
            key=booking.key,
        )
        if isinstance(found, LabelFile | Problem):
            return found
        return refusal_of(errors.CARRIER, found)

    def _prepared(self, booking: Booking) -> Booking | Rejected:
        if booking.cod_fen and self._settings.freight_collect_fen:
            return errors.both_paid_by_receiver()
        return ready(booking, wire.LIMITS, self._settings.default_weight_g)

    def _write(self, booking: Booking) -> Written:
        return self._desk.ask(
            wire.CREATE,
            wire.order_data(self._settings, booking),
            lambda answer: answers.read_created(answer, booking),
            key=booking.key,
        )

    def _probe(self, method: str, data: JsonObject) -> Health:
        health = self._desk.ask(method, data, answers.read_probe, priority=Priority.READ)
        return health if isinstance(health, Health) else unhealthy(errors.CARRIER, health)
