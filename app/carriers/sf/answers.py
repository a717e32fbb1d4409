"""SF's answers and what they prove about a booking."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from app.carriers import health, sentences
from app.carriers.calling import read_answer
from app.carriers.problems import somebody_elses
from app.carriers.receivers import Shown, is_same_receiver
from app.carriers.sf import errors
from app.carriers.sf.label import TEMPLATE, has_route, is_vague, label_data
from app.carriers.wire_json import (
    JsonObject,
    as_object,
    as_objects,
    as_text,
    first_object,
    is_true,
    readable,
)
from app.domain.text import T, Text
from app.domain.waybills import (
    Booking,
    Issued,
    IssuedNumber,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
    Voided,
    VoidResult,
)
from app.net.transport import Response
from app.ports import Health

_KINDS = {"1": "mother", "2": "child", "3": "return_slip"}
_ORDER = ("mother", "child", "return_slip")
_MANUAL, _REFUSED = "1", "3"
_ROUTE_OK = "1000"
_RECEIVER = "2"
_CANCELLED = "2"  # resStatus
_HINT = re.compile(r"\d+\s*[:：]\s*(.+)")  # "4：…": delays in the peak season


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered call. ``data`` is the business payload, whatever shape it has.

    ``code`` is the business code where there is one, else the gateway's.
    """

    code: str
    said: str
    success: bool
    reference: str
    data: Any = field(repr=False)
    raw: str = field(repr=False)

    @property
    def problem(self) -> Problem:
        return errors.sf_problem(self.code, self.said, self.reference)


def is_envelope(body: JsonObject) -> bool:
    return bool(as_text(body.get("apiResultCode")))


def read(response: Response) -> Answer | Rejected | Unknown:
    """The answer in ``response``.

    Refused by the gateway: ``Rejected``. ``Unknown`` when the call may have taken effect; that
    includes codes of the gateway that nobody has met.
    """
    body = read_answer(errors.CARRIER, response, is_envelope)
    if not isinstance(body, dict):
        return body
    raw, code = readable(response.body), as_text(body["apiResultCode"])
    said, reference = as_text(body.get("apiErrorMsg")), as_text(body.get("apiResponseID"))
    if code != errors.DELIVERED_TO_BUSINESS:
        problem = errors.sf_problem(code, said, reference)
        if code in errors.UNCLEAR or not errors.is_known_gateway_code(code):
            return Unknown(sentences.may_be_booked(errors.CARRIER, code), raw)
        return Rejected(problem, raw)
    inner = as_object(body.get("apiResultData"))
    if inner is None:
        return Unknown(T("SF's answer holds no result."), raw)
    return _business(inner, reference, raw)


def _business(inner: JsonObject, reference: str, raw: str) -> Answer | Unknown:
    code = as_text(inner.get("errorCode"))
    said = as_text(inner.get("errorMsg")) or as_text(inner.get("errorMessage"))
    stated = inner.get("success")
    success = is_true(stated) if stated is not None else code == errors.SUCCESS
    if not success and code in errors.UNCLEAR:
        return Unknown(sentences.may_be_booked(errors.CARRIER, code), raw)
    # Cloud printing has its own names for the same things.
    data = inner["msgData"] if "msgData" in inner else inner.get("obj")
    code = code or (errors.SUCCESS if success else "refused")
    return Answer(code, said, success, reference, data, raw)


def read_order(answer: Answer, booking: Booking) -> Issued | Rejected | Unknown:
    """What the order in a create or search answer means for ``booking``.

    Issued only with a number and without a refusal by the address filter, and only when the
    receiver that SF shows, if it shows one, is the booking's.
    """
    if not answer.success:
        return Rejected(answer.problem, answer.raw)
    order = first_object(answer.data)
    verdict = as_text(order.get("filterResult"))
    if verdict == _REFUSED:
        return Rejected(
            errors.out_of_range(as_text(order.get("remark")), answer.reference), answer.raw
        )
    numbers = _numbers(order)
    if not numbers:
        return Unknown(T("SF has the order but has not given a number yet."), answer.raw)
    if is_same_receiver(booking.receiver, shown_receiver(order)) is False:
        return Rejected(somebody_elses(errors.CARRIER), answer.raw)
    label = label_data(numbers, _routes(order))
    return Issued(
        numbers,
        TEMPLATE,
        label,
        warning=_warning(order, label, numbers, booking),
        raw=answer.raw,
    )


def shown_receiver(order: JsonObject) -> Shown:
    """The receiver as an answer shows it; the captured ones hold null there."""
    contacts = as_objects(order.get("contactInfoList")) or as_objects(order.get("contactInfo"))
    for contact in contacts:
        if as_text(contact.get("contactType")) in {_RECEIVER, ""}:
            return Shown(
                as_text(contact.get("contact")),
                (as_text(contact.get("mobile")), as_text(contact.get("tel"))),
                as_text(contact.get("address")),
            )
    return Shown()


def shows_receiver(answer: Answer) -> bool:
    return shown_receiver(as_object(answer.data) or {}) != Shown()


def box_numbers(data: Any) -> list[str]:
    """The numbers of boxes in an answer, whatever their order: no return slip."""
    rows = as_objects((as_object(data) or {}).get("waybillNoInfoList")) or as_objects(data)
    kinds = [(as_text(r.get("waybillNo")), as_text(r.get("waybillType"))) for r in rows]
    return [number for number, kind in kinds if number and _KINDS.get(kind) != "return_slip"]


def read_cancelled(answer: Answer, number: str) -> Voided:
    """What a cancelling (dealType 2) came to.

    An order that SF no longer has needs no cancelling once it had a ``number``; without one the
    order may only not be there yet.
    """
    order = as_object(answer.data) or {}
    if answer.success and as_text(order.get("resStatus")) in {_CANCELLED, ""}:
        return Voided(VoidResult.VOIDED)
    if answer.code == errors.ALREADY_CANCELLED:
        return Voided(VoidResult.ALREADY_VOID)
    if answer.code in errors.ORDER_NOT_FOUND and number:
        return Voided(VoidResult.ALREADY_VOID, answer.problem)
    if answer.problem.kind is ProblemClass.ALREADY_MOVING:
        return Voided(VoidResult.TOO_LATE, answer.problem)
    return Voided(VoidResult.UNKNOWN, answer.problem)


def read_probe(answer: Answer) -> Health:
    """Any answer of the business system: keys, signature and permission are right."""
    return health.accepted(errors.CARRIER)


def _numbers(order: JsonObject) -> tuple[IssuedNumber, ...]:
    """Mother first, then children, then the return slip; kinds never met count as children."""
    found = [
        IssuedNumber(number, _KINDS.get(as_text(item.get("waybillType")), "child"))
        for item in as_objects(order.get("waybillNoInfoList"))
        if (number := as_text(item.get("waybillNo")))
    ]
    found.sort(key=lambda item: _ORDER.index(item.kind))
    return tuple(found) if found and found[0].kind == "mother" else ()


def _routes(order: JsonObject) -> dict[str, JsonObject]:
    """Usable route data by number. Any code but 1000 means that there is none."""
    routes = {}
    for item in as_objects(order.get("routeLabelInfo")):
        data = as_object(item.get("routeLabelData"))
        if data and as_text(item.get("code")) == _ROUTE_OK and as_text(data.get("waybillNo")):
            routes[as_text(data["waybillNo"])] = data
    return routes


def _warning(
    order: JsonObject, label: JsonObject, numbers: tuple[IssuedNumber, ...], booking: Booking
) -> Text | None:
    boxes = sum(item.kind != "return_slip" for item in numbers)
    if as_text(order.get("filterResult")) == _MANUAL:
        return T("SF will check by hand whether it delivers to this address.")
    if not has_route(label):
        return sentences.no_route_yet(errors.CARRIER)
    if boxes != booking.box_count:
        return T("SF gave {n} numbers for {boxes} boxes.", n=boxes, boxes=booking.box_count)
    if is_vague(label):
        return T("SF could not place the address exactly: check it before printing.")
    # The remark of a create answer is SF's; in a search answer the same field is the merchant's.
    hint = _HINT.match(as_text(order.get("remark"))) if "originCode" in order else None
    return sentences.says(errors.CARRIER, hint.group(1)) if hint else None
