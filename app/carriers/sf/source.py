"""SF as a source of waybill numbers.

What SF lets us know about repeated keys: today it answers a repeated order id with the first
order's numbers and success, and the create answer shows no receiver, so a create alone cannot tell
a replay. Keys are made so that they never meet; beyond that an order found by searching (after
8016, and after every lost answer) is compared with the booking wherever SF shows its receiver.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from app.carriers.calling import Caller
from app.carriers.problems import no_route, not_voided, refusal_of, unhealthy
from app.carriers.sf import answers, errors, wire
from app.carriers.sf.answers import Answer
from app.carriers.sf.label import has_route
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.tokens import Tokens
from app.carriers.sf.tracks import NUMBERS_A_CALL, read_tracks
from app.carriers.validation import ready
from app.carriers.wire_json import JsonObject
from app.domain.text import T
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import (
    Booking,
    Issued,
    NeverExisted,
    NotSent,
    Outcome,
    Problem,
    ProblemClass,
    Reconciled,
    Rejected,
    Unknown,
    Voided,
)
from app.net.limiter import Priority
from app.net.transport import Response, Transport
from app.ports import Capability, Clock, Health

CAPABILITIES = frozenset(
    {
        Capability.CREATE,
        Capability.MULTI_PARCEL,
        Capability.COD,
        Capability.INSURE,
        Capability.RETURN_SLIP,
        Capability.CANCEL,
        Capability.RECONCILE,
        Capability.TRACK,
    }
)

# A refused search says something about the order only when it comes from the order itself.
_ABOUT_THE_ORDER = frozenset({ProblemClass.OUT_OF_RANGE, ProblemClass.DUPLICATE})
R = TypeVar("R")


def _request_id() -> str:
    return str(uuid.uuid4())


class SfSource:
    """``WaybillSource`` of one SF contract."""

    code = errors.CARRIER
    capabilities = CAPABILITIES

    def __init__(
        self,
        settings: SfSettings,
        transport: Transport,
        clock: Clock,
        request_id: Callable[[], str] = _request_id,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._request_id = request_id
        self._caller = Caller(errors.CARRIER, settings, transport, clock)
        self._tokens = Tokens(settings, self._caller, clock)

    def create(self, booking: Booking) -> Outcome:
        """Book with EXP_RECE_CREATE_ORDER. A number without route data is looked up once more."""
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        if isinstance(prepared, Rejected):
            return prepared
        outcome = self._ask(
            booking.key,
            wire.CREATE,
            wire.order_data(self._settings, prepared),
            lambda answer: answers.read_order(answer, prepared),
        )
        if isinstance(outcome, Rejected) and outcome.problem.code == errors.REPEATED_ORDER:
            return self._adopt(prepared)
        if isinstance(outcome, Issued) and not has_route(outcome.label):
            return self._with_route(prepared, outcome)
        return outcome

    def reconcile(self, booking: Booking) -> Reconciled:
        """Ask by the order id. Only SF's "no such order" proves that nothing was booked.

        SF may need some minutes to show a new order: the caller decides how often it wants to
        hear ``NeverExisted`` before it believes it.
        """
        prepared = ready(booking, wire.LIMITS, self._settings.default_weight_g)
        return self._search(booking if isinstance(prepared, Rejected) else prepared)

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """Cancel the whole order of ``booking``, its children too (dealType 2)."""
        voided = self._ask(
            booking.key,
            wire.UPDATE,
            wire.cancel_data(booking.key),
            lambda answer: answers.read_cancelled(answer, number),
        )
        return voided if isinstance(voided, Voided) else not_voided(errors.CARRIER, voided)

    def fetch_label(self, booking: Booking, number: str) -> Mapping[str, Any] | Problem:
        """The label data of a number that came without: all of it from one search answer."""
        found = self._search(booking)
        if isinstance(found, Issued) and found.number == number and has_route(found.label):
            return found.label
        return no_route(errors.CARRIER, found)

    def check(self) -> Health:
        """Ask for the route of nobody's number: any business answer proves keys and signature."""
        health = self._ask("", wire.ROUTES, wire.probe_data(), answers.read_probe, Priority.READ)
        return health if isinstance(health, Health) else unhealthy(errors.CARRIER, health)

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """Where these parcels are, one track a query, ten numbers a call."""
        batches = (
            wanted[start : start + NUMBERS_A_CALL]
            for start in range(0, len(wanted), NUMBERS_A_CALL)
        )
        return [track for batch in batches for track in self._track(batch)]

    def _track(self, batch: Sequence[TrackQuery]) -> list[Track]:
        found = self._ask(
            "",
            wire.ROUTES,
            wire.routes_data(batch),
            lambda answer: read_tracks(answer, batch),
            Priority.SWEEP,
        )
        if isinstance(found, list):
            return found
        problem = refusal_of(errors.CARRIER, found)
        return [Track(query.number, problem=problem) for query in batch]

    def _adopt(self, booking: Booking) -> Outcome:
        """8016: SF has an order under this id. It is ours if SF's receiver is."""

        def read_found(answer: Answer) -> Outcome:
            found = answers.read_order(answer, booking)
            if isinstance(found, Issued) and not answers.shows_receiver(answer):
                return replace(found, warning=T("SF had this order already: check the label."))
            return found

        found = self._search(booking, read_found)
        if isinstance(found, NeverExisted):
            return Unknown(T("SF calls the order repeated, but does not find it."))
        return found

    def _with_route(self, booking: Booking, issued: Issued) -> Issued:
        """``issued`` with the route data of the search answer, all of it from that one answer."""
        found = self._search(booking)
        same = isinstance(found, Issued) and found.numbers == issued.numbers
        if isinstance(found, Issued) and same and has_route(found.label):
            return replace(issued, label=found.label, warning=found.warning)
        return issued

    def _search(
        self, booking: Booking, read_found: Callable[[Answer], Outcome] | None = None
    ) -> Issued | Rejected | Unknown | NeverExisted:
        def read(answer: Answer) -> Outcome | NeverExisted:
            if not answer.success and answer.code in errors.ORDER_NOT_FOUND:
                return NeverExisted()
            if not answer.success:
                return Unknown(answer.problem.message, answer.raw)
            return read_found(answer) if read_found else answers.read_order(answer, booking)

        found = self._ask(booking.key, wire.SEARCH, wire.search_data(booking.key), read)
        if isinstance(found, NotSent):
            return Unknown(found.reason)
        if isinstance(found, Rejected) and found.problem.kind not in _ABOUT_THE_ORDER:
            return Unknown(found.problem.message, found.raw)
        return found

    def _ask(
        self,
        key: str,
        service: str,
        data: JsonObject,
        interpret: Callable[[Answer], R],
        priority: Priority = Priority.LABEL,
    ) -> R | Rejected | NotSent | Unknown:
        """One call; with OAuth2 a refused token is replaced once, nothing else is repeated."""
        result = self._send(key, service, data, interpret, priority)
        refused = isinstance(result, Rejected) and result.problem.code in errors.TOKEN_REFUSED
        if refused and self._tokens.forget():
            return self._send(key, service, data, interpret, priority)
        return result

    def _send(
        self,
        key: str,
        service: str,
        data: JsonObject,
        interpret: Callable[[Answer], R],
        priority: Priority,
    ) -> R | Rejected | NotSent | Unknown:
        token = self._tokens.get() if self._settings.signature == "oauth" else ""
        if not isinstance(token, str):
            return token

        def read(response: Response) -> R | Rejected | Unknown:
            answer = answers.read(response)
            return interpret(answer) if isinstance(answer, Answer) else answer

        call = wire.service_call(
            self._settings,
            service,
            data,
            request_id=self._request_id(),
            timestamp_ms=int(self._clock.now().timestamp() * 1000),
            token=token,
        )
        return self._caller.ask(key, call, read, priority)
