"""ZTO's answers and what they prove about a booking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.carriers import health, sentences, voids
from app.carriers.calling import read_answer
from app.carriers.plain_label import has_mark
from app.carriers.problems import leaves_it_open, somebody_elses
from app.carriers.receivers import Shown, is_same_receiver
from app.carriers.wire_json import (
    JsonObject,
    as_count,
    as_object,
    as_objects,
    as_text,
    is_true,
    readable,
)
from app.carriers.zto import errors
from app.carriers.zto.label import TEMPLATE, label_data
from app.domain.fees import NumbersLeft
from app.domain.text import T
from app.domain.waybills import (
    AskPerson,
    Booking,
    Issued,
    IssuedNumber,
    Problem,
    Rejected,
    Unknown,
    Voided,
    VoidResult,
)
from app.net.transport import Response
from app.ports import Health

_COUNTS = ("available", "availableCount", "availableBalance")
_STATUS_CANCELLED = ("CANCEL", "取消")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of ZTO; ``result`` may be an object, a list or null."""

    success: bool
    code: str
    said: str
    result: Any = field(repr=False)
    raw: str = field(repr=False)

    @property
    def problem(self) -> Problem:
        return errors.zto_problem(self.code, self.said)


def is_envelope(body: JsonObject) -> bool:
    """ZTO's own envelope, and not the error page of a web server that also has a ``status``."""
    return "statusCode" in body or ("status" in body and "result" in body)


def read(response: Response) -> Answer | Rejected | Unknown:
    """The answer in ``response``; refusals of the gateway are answers too."""
    body = read_answer(errors.CARRIER, response, is_envelope)
    if not isinstance(body, dict):
        return body
    return Answer(
        is_true(body.get("status")),
        as_text(body.get("statusCode")) or "refused",
        as_text(body.get("message")),
        body.get("result"),
        readable(response.body),
    )


def read_created(answer: Answer, booking: Booking) -> Issued | Rejected | Unknown:
    """What the answer to createOrder means for ``booking``."""
    if not answer.success:
        if errors.is_unclear(answer.code) or leaves_it_open(answer.said):
            return Unknown(sentences.may_be_booked(errors.CARRIER, answer.code), answer.raw)
        return Rejected(answer.problem, answer.raw)
    order = as_object(answer.result) or {}
    number = as_text(order.get("billCode"))
    if not number or as_text(order.get("partnerOrderCode")) not in {booking.key, ""}:
        return Unknown(sentences.without_number(errors.CARRIER), answer.raw)
    return_slip = as_text((as_object(order.get("signBillInfo")) or {}).get("billCode"))
    slips = (IssuedNumber(return_slip, "return_slip"),) if return_slip else ()
    return Issued(
        (IssuedNumber(number), *slips),
        TEMPLATE,
        label_data(as_object(order.get("bigMarkInfo"))),
        carrier_order=as_text(order.get("orderCode")),
        raw=answer.raw,
    )


def read_mark(answer: Answer) -> dict[str, Any] | Rejected | None:
    """Route text of bagAddrMark, ``None`` when ZTO answers without one."""
    if not answer.success:
        return Rejected(answer.problem, answer.raw)
    label = label_data(as_object(answer.result))
    return label if has_mark(label) else None


def read_found(answer: Answer, booking: Booking) -> Issued | AskPerson | Unknown:
    """The order behind our key in getOrderInfo.

    Only a single number with our key and, where ZTO shows it, our receiver is taken over; an
    empty list proves nothing, because accounts differ in whether they may ask this way.
    """
    if not answer.success:
        return Unknown(answer.problem.message, answer.raw)
    found = {
        as_text(order.get("billCode")): order
        for order in as_objects(answer.result)
        if as_text(order.get("partnerOrderCode")) == booking.key and _has_live_number(order)
    }
    if len(found) > 1:
        return AskPerson(T("ZTO has several numbers for this parcel: choose one with the site."))
    for number, order in found.items():
        if is_same_receiver(booking.receiver, _shown_receiver(order)) is False:
            return AskPerson(somebody_elses(errors.CARRIER).message)
        carrier_order = as_text(order.get("orderCode"))
        return Issued(
            (IssuedNumber(number),),
            TEMPLATE,
            label_data(as_object(order.get("bigMarkInfo"))),
            carrier_order=carrier_order,
            raw=answer.raw,
        )
    return ask_person()


def _has_live_number(order: JsonObject) -> bool:
    """``orderStatus`` is not documented: whatever speaks of cancelling counts as cancelled."""
    status = as_text(order.get("orderStatus")).upper()
    return bool(as_text(order.get("billCode"))) and not any(w in status for w in _STATUS_CANCELLED)


def ask_person() -> AskPerson:
    return AskPerson(sentences.cannot_be_asked(errors.CARRIER))


def read_cancelled(answer: Answer) -> Voided:
    if answer.success:
        return Voided(VoidResult.VOIDED)
    return voids.refused(answer.problem)


def read_balance(answer: Answer) -> Health:
    """A connection test by asking for the numbers left."""
    return health.of_count(errors.CARRIER, read_numbers_left(answer))


def read_numbers_left(answer: Answer) -> NumbersLeft:
    """``available``; of ``recharge``, ``back`` and ``recovery`` nothing has to be added to it."""
    if not answer.success:
        return NumbersLeft(problem=answer.problem)
    rows = as_objects(answer.result)
    counts = (as_count(row.get(name)) for row in rows for name in _COUNTS)
    return NumbersLeft(next((n for n in counts if n is not None), None))


def read_probe(answer: Answer) -> Health:
    """Any answer but a refusal of the account itself."""
    refused = None if answer.success else answer.problem
    return health.of_probe(errors.CARRIER, refused, unclear=errors.is_unclear(answer.code))


def _shown_receiver(order: JsonObject) -> Shown:
    person = as_object(order.get("receiveInfo")) or order
    return Shown(
        as_text(person.get("receiverName")),
        (as_text(person.get("receiverMobile")), as_text(person.get("receiverPhone"))),
        as_text(person.get("receiverAddress")),
    )
