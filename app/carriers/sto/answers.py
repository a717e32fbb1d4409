"""STO's answers and what they prove about a booking.

The business answers in JSON, with ``success`` as text; the gateway itself may refuse in XML.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from app.carriers import health, sentences, voids
from app.carriers.calling import read_answer
from app.carriers.plain_label import TEMPLATE, has_mark
from app.carriers.problems import leaves_it_open, somebody_elses
from app.carriers.receivers import Shown, is_same_receiver
from app.carriers.repeats import AlreadyThere
from app.carriers.sto import errors
from app.carriers.sto.label import LABEL
from app.carriers.wire_json import (
    JsonObject,
    as_object,
    as_objects,
    as_text,
    first_object,
    first_text,
    is_true,
    readable,
)
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

_XML = re.compile(r"\s*(<\?xml[^>]*>\s*)?<response>.*</response>\s*", re.DOTALL)
_XML_FIELD = re.compile(r"<(\w+)>([^<>]*)</\1>")
_NUMBERS = ("waybillNo", "billCode", "mailNo")
_WORDS = ("errorMsg", "message", "msg", "reason")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of STO. ``may_retry`` is ``needRetry``: STO has not decided anything."""

    success: bool
    code: str
    said: str
    may_retry: bool
    data: Any = field(repr=False)
    raw: str = field(repr=False)

    @property
    def problem(self) -> Problem:
        return errors.sto_problem(self.code, self.said)

    @property
    def is_open(self) -> bool:
        """Whether this refusal leaves open what has happened."""
        unclear = errors.is_unclear(self.code, self.said) or leaves_it_open(self.said)
        return self.may_retry or unclear or not self.said


def is_envelope(body: JsonObject) -> bool:
    return "success" in body


def read(response: Response) -> Answer | Rejected | Unknown:
    raw = readable(response.body)
    body: JsonObject = dict(_XML_FIELD.findall(raw)) if _XML.fullmatch(raw) else {}
    if not is_envelope(body):
        found = read_answer(errors.CARRIER, response, is_envelope)
        if not isinstance(found, dict):
            return found
        body = found
    return Answer(
        is_true(body.get("success")),
        as_text(body.get("errorCode")) or as_text(body.get("code")) or errors.REFUSED,
        html.unescape(first_text(body, _WORDS)),
        is_true(body.get("needRetry")),
        body.get("data"),
        raw,
    )


def read_created(answer: Answer, booking: Booking) -> Issued | Rejected | Unknown | AlreadyThere:
    """What the answer to OMS_EXPRESS_ORDER_CREATE means for ``booking``."""
    order = first_object(answer.data)
    number = first_text(order, _NUMBERS)
    ours = as_text(order.get("orderNo")) in {booking.key, ""}
    if number and not ours:
        return Unknown(sentences.of_another_order(errors.CARRIER), answer.raw)
    issued = _issued(number, order, answer.raw) if number else None
    if answer.success:
        if issued is None:
            return Unknown(sentences.without_number(errors.CARRIER), answer.raw)
        is_ours = is_same_receiver(booking.receiver, _shown(order)) is not False
        return issued if is_ours else Rejected(somebody_elses(errors.CARRIER), answer.raw)
    if answer.problem.kind is ProblemClass.DUPLICATE:
        return AlreadyThere(issued, answer.raw)
    if issued or answer.is_open:
        return Unknown(sentences.may_be_booked(errors.CARRIER, answer.code), answer.raw)
    return Rejected(answer.problem, answer.raw)


def _issued(number: str, order: JsonObject, raw: str) -> Issued:
    return Issued((IssuedNumber(number),), TEMPLATE, LABEL.of(order), raw=raw)


def _shown(order: JsonObject) -> Shown:
    person = as_object(order.get("receiver")) or {}
    phones = (as_text(person.get("mobile")), as_text(person.get("tel")))
    return Shown(as_text(person.get("name")), phones)


def read_label(answer: Answer, number: str) -> dict[str, Any] | Rejected | None:
    """Label data of GET_ORDERDISPATCH_INFO, ``None`` when there is no route text in it."""
    if not answer.success:
        return Rejected(answer.problem, answer.raw)
    for order in as_objects(answer.data):
        label = LABEL.of(order)
        if has_mark(label) and first_text(order, _NUMBERS) in {number, ""}:
            return label
    return None


def read_cancelled(answer: Answer) -> Voided:
    if voids.is_void_already(answer.said):
        return Voided(VoidResult.ALREADY_VOID)
    if answer.success:
        return Voided(VoidResult.VOIDED)
    return voids.refused(answer.problem)


def read_probe(answer: Answer) -> Health:
    """Any answer but a refusal of the account itself."""
    refused = None if answer.success else answer.problem
    return health.of_probe(errors.CARRIER, refused, unclear=answer.is_open)


def traces(answer: Answer, number: str) -> list[JsonObject]:
    """The events of ``number``: ``data`` holds them by number, some answers as a bare list."""
    by_number = as_object(answer.data)
    return as_objects(by_number.get(number) if by_number is not None else answer.data)
