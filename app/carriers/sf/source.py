"""SF as a source of waybill numbers.

What SF lets us know about repeated keys: today it answers a repeated order id with the first
order's numbers and success, and the create answer shows no receiver, so a create alone cannot tell
a replay. Keys are made so that they never meet; beyond that an order found by searching (after
8016, after every lost answer, and after a create whose key had gone out before) is compared with
the booking wherever SF shows its receiver.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.carriers.desk import track_in_batches
from app.carriers.problems import no_route, not_voided, refusal_of, unhealthy
from app.carriers.reaching import unasked
from app.carriers.sf import answers, cloud, errors, fees, wire
from app.carriers.sf.answers import Answer
from app.carriers.sf.boxes import MORE_BOXES, more_data, read_more
from app.carriers.sf.calls import SfCalls
from app.carriers.sf.label import has_route
from app.carriers.sf.products import products_of
from app.carriers.sf.reach import FILTER, filter_data, read_reach
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.tracks import NUMBERS_A_CALL, read_tracks
from app.carriers.validation import faults, ready
from app.domain.checks import Fault
from app.domain.fees import Billed, Quotes
from app.domain.reach import ReachAnswer
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
from app.net.transport import Transport
from app.ports import Capability, Clock, Health, LabelFile, LabelPage, Product

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
        Capability.PRECHECK,
        Capability.QUOTE,
        Capability.BILL,
        Capability.ADD_BOXES,
        Capability.LABEL_DATA,
        Capability.PRODUCTS,
    }
)

# A refused search says something about the order only when it comes from the order itself.
_ABOUT_THE_ORDER = frozenset({ProblemClass.OUT_OF_RANGE, ProblemClass.DUPLICATE})
_CHECK_LABEL = T("SF had this order already: check the label.")


def _request_id() -> str:
    return str(uuid.uuid4())


class SfSource:
    """``WaybillSource`` of one SF contract."""

    code = errors.CARRIER
    numbers_a_call = NUMBERS_A_CALL

    def __init__(
        self,
        settings: SfSettings,
        transport: Transport,
        clock: Clock,
        request_id: Callable[[], str] = _request_id,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._calls = SfCalls(settings, transport, clock, request_id)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What every account can do, and SF's own labels where the account wants them."""
        return CAPABILITIES | ({Capability.LABEL_FILE} if self._draws_labels else set())

    @property
    def _draws_labels(self) -> bool:
        return self._settings.label_source == "cloud"

    @property
    def settle_after_s(self) -> float:
        """SF shows a new order late: its "no such order" is believed after so many seconds."""
        return self._settings.settle_after_s

    def create(self, booking: Booking) -> Outcome:
        """Book with EXP_RECE_CREATE_ORDER. A number without route data is looked up once more.

        SF may answer with what it gave for this key before: where the account's
        ``compare_receiver`` says so, the order is looked up and compared before it counts.
        """
        prepared = self._ready(booking)
        if isinstance(prepared, Rejected):
            return prepared
        outcome = self._calls.ask(
            booking.key,
            wire.CREATE,
            wire.order_data(self._settings, prepared),
            lambda answer: answers.read_order(answer, prepared),
        )
        if isinstance(outcome, Rejected) and outcome.problem.code == errors.REPEATED_ORDER:
            return self._adopt(prepared)
        if not isinstance(outcome, Issued):
            return outcome
        if self._is_compared(booking):
            return self._compared(prepared, outcome)
        return outcome if has_route(outcome.label) else self._with_route(prepared, outcome)

    def check_fields(self, booking: Booking) -> tuple[Fault, ...]:
        """What the carrier's own limits say of the booking; asks nobody."""
        return faults(booking, wire.LIMITS, self._settings.default_weight_g)

    def reconcile(self, booking: Booking) -> Reconciled:
        """Ask by the order id. Only SF's "no such order" proves that nothing was booked.

        SF may need some minutes to show a new order: ``settle_after_s`` says how many.
        """
        return self._search(self._as_sent(booking))

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided:
        """Cancel the whole order of ``booking``, its children too (dealType 2)."""
        voided = self._calls.ask(
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

    def add_boxes(self, booking: Booking, count: int) -> Outcome:
        """EXP_RECE_GET_SUB_MAILNO, before pickup. What SF has already is looked up first.

        Not idempotent: after ``Unknown`` look with ``reconcile``. The label data of the new
        numbers come from one search answer, where SF has any of their own.
        """
        prepared = self._as_sent(booking)
        before = self._search(prepared)
        if isinstance(before, NeverExisted):
            return Rejected(errors.no_order())
        if isinstance(before, Unknown):
            return NotSent(before.reason)  # nothing has been asked for yet
        if isinstance(before, Rejected):
            return before
        boxes = frozenset(n.number for n in before.numbers if n.kind != "return_slip")
        came = self._calls.ask(
            booking.key,
            MORE_BOXES,
            more_data(self._settings, booking.key, len(boxes), count),
            lambda answer: read_more(answer, boxes, count),
        )
        return self._with_children(prepared, came) if isinstance(came, Issued) else came

    def label_file(self, booking: Booking, page: LabelPage) -> LabelFile | Problem:
        """SF's own label by cloud printing; the bytes are fetched before its token expires."""
        template = cloud.template_of(self._settings, page.media)
        if isinstance(template, Problem):
            return template
        found = self._calls.ask(
            booking.key,
            cloud.CLOUD_PRINT,
            cloud.print_data(self._settings, template, page),
            lambda answer: cloud.read_file(answer, self._settings, page.number),
        )
        if isinstance(found, Problem):
            return found
        if not isinstance(found, cloud.CloudFile):
            return refusal_of(errors.CARRIER, found)
        file = self._calls.fetch(
            booking.key,
            cloud.file_call(found),
            lambda response: cloud.read_pdf(response, page.number),
        )
        if isinstance(file, NotSent | Unknown):
            return refusal_of(errors.CARRIER, file)
        return file

    def reach(self, booking: Booking) -> ReachAnswer:
        """EXP_RECE_FILTER_ORDER_BSP: no number is used up."""
        prepared = self._ready(booking)
        if isinstance(prepared, Rejected):
            return unasked(prepared.problem)
        found = self._calls.ask(
            booking.key,
            FILTER,
            filter_data(prepared),
            lambda answer: read_reach(answer, prepared),
            Priority.READ,
        )
        if isinstance(found, ReachAnswer):
            return found
        return unasked(refusal_of(errors.CARRIER, found))

    def quote(self, booking: Booking) -> Quotes:
        """EXP_RECE_QUERY_DELIVERTM: price and time of arrival, taken over now."""
        prepared = self._ready(booking)
        if isinstance(prepared, Rejected):
            return Quotes(problem=prepared.problem)
        data = fees.quote_data(self._settings, prepared, self._clock.now())
        found = self._calls.ask(booking.key, fees.QUOTE, data, fees.read_quotes, Priority.READ)
        if isinstance(found, Quotes):
            return found
        return Quotes(problem=refusal_of(errors.CARRIER, found))

    def billed(self, numbers: Sequence[str]) -> list[Billed]:
        """EXP_RECE_QUERY_SFWAYBILL, one call a number."""
        return [self._billed(number) for number in numbers]

    def products(self) -> Sequence[Product]:
        """SF's known products, with what the account adds or renames."""
        return products_of(self._settings)

    def check(self) -> Health:
        """Ask for the route of nobody's number: any business answer proves keys and signature.

        Where the account wants SF's own labels, also for nobody's label: each service of SF is
        tied to the app by itself.
        """
        health = self._calls.ask(
            "", wire.ROUTES, wire.probe_data(), answers.read_probe, Priority.READ
        )
        template = cloud.template_of(self._settings, "76x130")
        if isinstance(health, Health) and isinstance(template, str) and self._draws_labels:
            data = cloud.print_data(self._settings, template, LabelPage(wire.NOBODYS_NUMBER))
            health = self._calls.ask("", cloud.CLOUD_PRINT, data, cloud.read_probe, Priority.READ)
        return health if isinstance(health, Health) else unhealthy(errors.CARRIER, health)

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """Where these parcels are, one track a query, ten numbers a call."""

        def ask(batch: Sequence[TrackQuery]) -> list[Track] | Rejected | NotSent | Unknown:
            return self._calls.ask(
                "",
                wire.ROUTES,
                wire.routes_data(batch),
                lambda answer: read_tracks(answer, batch),
                Priority.SWEEP,
            )

        return track_in_batches(errors.CARRIER, wanted, NUMBERS_A_CALL, ask)

    def _billed(self, number: str) -> Billed:
        found = self._calls.ask(
            "",
            fees.BILL,
            fees.bill_data(self._settings, number),
            lambda answer: fees.read_billed(answer, number),
            Priority.SWEEP,
        )
        if isinstance(found, Billed):
            return found
        return Billed(number, problem=refusal_of(errors.CARRIER, found))

    def _ready(self, booking: Booking) -> Booking | Rejected:
        if booking.product and not (booking.product.isascii() and booking.product.isdigit()):
            return Rejected(errors.no_product(booking.product))
        return ready(booking, wire.LIMITS, self._settings.default_weight_g)

    def _as_sent(self, booking: Booking) -> Booking:
        """The booking as it once went out; one that could not go out today stays as it is."""
        prepared = self._ready(booking)
        return booking if isinstance(prepared, Rejected) else prepared

    def _is_compared(self, booking: Booking) -> bool:
        wanted = self._settings.compare_receiver
        return wanted == "always" or (wanted == "repeats" and booking.sent_before)

    def _compared(self, booking: Booking, created: Issued) -> Outcome:
        """``created`` once SF's search shows the same order for our receiver.

        Its label data stay those of the create. Where SF cannot be asked, nothing is decided: the
        order is looked up later.
        """
        shown: list[bool] = []

        def read_found(answer: Answer) -> Outcome:
            shown.append(answers.shows_receiver(answer))
            return answers.read_order(answer, booking)

        found = self._search(booking, read_found)
        if isinstance(found, Rejected):
            return found
        if not isinstance(found, Issued) or found.number != created.number:
            reason = T("SF has not shown yet whose order this is.")
            return Unknown(found.reason if isinstance(found, Unknown) else reason, created.raw)
        outcome = created
        if not has_route(created.label) and has_route(found.label):
            outcome = replace(created, label=found.label, warning=found.warning)
        if booking.sent_before and not any(shown):
            return replace(outcome, warning=_CHECK_LABEL)
        return outcome

    def _with_children(self, booking: Booking, came: Issued) -> Issued:
        """``came`` with what one search answer has for the labels of the new numbers."""
        found = self._search(booking)
        routes = found.label.get("children", {}) if isinstance(found, Issued) else {}
        children = {n.number: routes[n.number] for n in came.numbers if n.number in routes}
        return replace(came, label={"children": children})

    def _adopt(self, booking: Booking) -> Outcome:
        """8016: SF has an order under this id. It is ours if SF's receiver is."""

        def read_found(answer: Answer) -> Outcome:
            found = answers.read_order(answer, booking)
            if isinstance(found, Issued) and not answers.shows_receiver(answer):
                return replace(found, warning=_CHECK_LABEL)
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

        found = self._calls.ask(booking.key, wire.SEARCH, wire.search_data(booking.key), read)
        if isinstance(found, NotSent):
            return Unknown(found.reason)
        if isinstance(found, Rejected) and found.problem.kind not in _ABOUT_THE_ORDER:
            return Unknown(found.problem.message, found.raw)
        return found
