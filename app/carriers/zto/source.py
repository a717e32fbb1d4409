"""ZTO as a source of waybill numbers.

What ZTO does with a repeated partnerOrderCode is not documented, and its order query wants ZTO's
own codes, which a lost answer takes with it. So nothing is ever repeated here: a person decides
about a lost booking, unless the account is known to answer queries by our key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.carriers import sentences
from app.carriers.desk import Desk
from app.carriers.plain_label import has_mark
from app.carriers.problems import no_route, not_voided, refusal_of, unhealthy
from app.carriers.validation import faults, ready
from app.carriers.zto import answers, binding, errors, wire
from app.carriers.zto.quotes import read_quotes
from app.carriers.zto.regions import read_regions
from app.carriers.zto.settings import ZtoSettings
from app.carriers.zto.tracks import read_track
from app.domain.checks import Fault
from app.domain.fees import NumbersLeft, Quotes
from app.domain.reach import StoppedRegions
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
    VoidResult,
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
        Capability.TRACK,
        Capability.STOPPED_REGIONS,
        Capability.QUOTE,
        Capability.LABEL_DATA,
    }
)


class ZtoSource:
    """``WaybillSource`` of one ZTO e-waybill account."""

    code = errors.CARRIER

    def __init__(self, settings: ZtoSettings, transport: Transport, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._desk = Desk(errors.CARRIER, settings, transport, clock, wire.api_call, answers.read)

    @property
    def capabilities(self) -> frozenset[Capability]:
        more = {
            Capability.CANCEL: self._settings.is_appointment,
            Capability.BALANCE: not self._settings.is_group,
            Capability.BIND: not self._settings.is_group,
            Capability.RECONCILE: self._settings.query_by_partner_code,
        }
        return CAPABILITIES | {capability for capability, there in more.items() if there}

    def create(self, booking: Booking) -> Outcome:
        """Book with zto.open.createOrder; missing route text is asked for before answering."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return prepared
        if prepared.cod_fen and not self._settings.cod_account:
            return Rejected(errors.no_cod_account())
        outcome = self._desk.ask(
            wire.CREATE,
            wire.order_data(self._settings, prepared),
            lambda answer: answers.read_created(answer, prepared),
            key=booking.key,
        )
        return self._completed(prepared, outcome) if isinstance(outcome, Issued) else outcome

    def check_fields(self, booking: Booking) -> tuple[Fault, ...]:
        """What the carrier's own limits say of the booking; asks nobody."""
        return faults(booking, wire.LIMITS, self._settings.default_weight_g)

    def reconcile(self, booking: Booking) -> Reconciled:
        """``AskPerson``, unless the account is set to be asked by our key."""
        if not self._settings.query_by_partner_code:
            return answers.ask_person()
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        known = booking if isinstance(prepared, Rejected) else prepared
        found = self._desk.ask(
            wire.INFO,
            wire.info_data(self._settings, booking.key),
            lambda answer: answers.read_found(answer, known),
            key=booking.key,
        )
        if isinstance(found, Rejected):
            return Unknown(found.problem.message, found.raw)
        if isinstance(found, NotSent):
            return Unknown(found.reason)
        return self._completed(known, found) if isinstance(found, Issued) else found

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """全网件 numbers cannot be cancelled: unscanned ones are recycled after 30 to 60 days."""
        if not self._settings.is_appointment:
            return Voided(VoidResult.EXPIRES_BY_ITSELF)
        voided = self._desk.ask(
            wire.CANCEL,
            wire.cancel_data(number, carrier_order),
            answers.read_cancelled,
            key=booking.key,
        )
        return voided if isinstance(voided, Voided) else not_voided(errors.CARRIER, voided)

    def fetch_label(self, booking: Booking, number: str) -> Mapping[str, Any] | Problem:
        """Route text for a number that came without, by its addresses."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return prepared.problem
        data = wire.mark_data(prepared)
        mark = self._desk.ask(wire.MARK, data, answers.read_mark, key=booking.key)
        return mark if isinstance(mark, dict) else no_route(errors.CARRIER, mark)

    def check(self) -> Health:
        """Ask for the balance of the e-waybill account.

        A group customer has none: there any answer about nobody's number proves the keys.
        """
        api, data = wire.BALANCE, wire.balance_data(self._settings, self._clock.now())
        read = answers.read_balance
        if self._settings.is_group:
            api, data, read = wire.INFO, wire.probe_data(), answers.read_probe
        health = self._desk.ask(api, data, read, priority=Priority.READ)
        return health if isinstance(health, Health) else unhealthy(errors.CARRIER, health)

    def numbers_left(self) -> NumbersLeft:
        """Prepaid numbers of the e-waybill account; a group customer's are not counted."""
        if self._settings.is_group:
            return NumbersLeft()
        left = self._desk.ask(
            wire.BALANCE,
            wire.balance_data(self._settings, self._clock.now()),
            answers.read_numbers_left,
            priority=Priority.READ,
        )
        if isinstance(left, NumbersLeft):
            return left
        return NumbersLeft(problem=refusal_of(errors.CARRIER, left))

    def bind(self) -> Health:
        """Tie the e-waybill account to the app; the site's code is asked for by its name."""
        site_code = self._settings.site_code
        if not site_code:
            name = self._settings.site_name
            if not name:
                return binding.no_site()
            found = self._desk.ask(
                wire.SITE,
                wire.site_data(name),
                lambda answer: binding.read_site(answer, name),
                priority=Priority.READ,
            )
            if isinstance(found, Problem):
                return Health(False, found.message, found.remedy)
            if not isinstance(found, str):
                return unhealthy(errors.CARRIER, found)
            site_code = found
        data = wire.bind_data(self._settings, site_code)
        bound = self._desk.ask(wire.BIND, data, binding.read_bound, priority=Priority.READ)
        return bound if isinstance(bound, Health) else unhealthy(errors.CARRIER, bound)

    def stopped_regions(self) -> StoppedRegions:
        """The regions ZTO does not serve today."""
        now = self._clock.now()
        listed = self._desk.ask(
            wire.STOPPED, {}, lambda answer: read_regions(answer, now), priority=Priority.SWEEP
        )
        if isinstance(listed, StoppedRegions):
            return listed
        return StoppedRegions(problem=refusal_of(errors.CARRIER, listed))

    def quote(self, booking: Booking) -> Quotes:
        """Price and time between two addresses; ZTO wants no phone and no goods for it."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return Quotes(problem=prepared.problem)
        now = self._clock.now()
        quoted = self._desk.ask(
            wire.QUOTE,
            wire.quote_data(self._settings, prepared),
            lambda answer: read_quotes(answer, prepared.weight_g, now),
            key=booking.key,
            priority=Priority.READ,
        )
        if isinstance(quoted, Quotes):
            return quoted
        return Quotes(problem=refusal_of(errors.CARRIER, quoted))

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """Where these parcels are, one call a number."""
        return self._desk.track_each(wanted, wire.TRACK, wire.track_data, read_track)

    def _completed(self, booking: Booking, issued: Issued) -> Issued:
        """``issued`` with its route text and the day on which an unused number ends."""
        marked = self._marked(booking, issued)
        if self._settings.is_appointment or not self._settings.recycle_days:
            return marked
        ends = self._clock.now() + timedelta(days=self._settings.recycle_days)
        return replace(marked, expires_at=ends)

    def _marked(self, booking: Booking, issued: Issued) -> Issued:
        """``issued`` with route text; without it, with a warning and an empty ``mark``."""
        if has_mark(issued.label):
            return issued
        mark = self._desk.ask(
            wire.MARK, wire.mark_data(booking), answers.read_mark, key=booking.key
        )
        if isinstance(mark, dict):
            label: dict[str, Any] = mark
            return replace(issued, label=label)
        return replace(issued, warning=sentences.no_route_yet(errors.CARRIER))
