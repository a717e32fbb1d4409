"""Yunda's answers and what they prove about a booking.

The envelope's success says nothing about the order inside: each element has its own ``status``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.carriers import health, sentences, voids
from app.carriers.calling import read_answer
from app.carriers.problems import leaves_it_open
from app.carriers.receivers import Shown, is_same_receiver
from app.carriers.repeats import AlreadyThere
from app.carriers.wire_json import (
    JsonObject,
    as_count,
    as_object,
    as_objects,
    as_text,
    is_true,
    readable,
)
from app.carriers.yunda import errors
from app.carriers.yunda.label import TEMPLATE, has_position, label_data
from app.domain.fees import NumbersLeft
from app.domain.text import T
from app.domain.waybills import (
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

_COUNTS = (
    *("count", "balance", "available", "surplus", "num", "remain", "left"),
    *("remainCount", "surplusCount", "availableCount", "totalCount", "common"),
)
_COUNTS_INSIDE = ("data", "list", "result", "counts")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of Yunda. ``code`` and ``said`` are the envelope's."""

    success: bool
    code: str
    said: str
    data: Any = field(repr=False)
    raw: str = field(repr=False)

    @property
    def problem(self) -> Problem:
        return errors.yunda_problem(self.code, self.said)

    def order(self, key: str) -> JsonObject:
        """The element about our order; one that names another order is not ours."""
        for element in as_objects(self.data):
            if as_text(element.get("order_serial_no")) in {key, ""}:
                return element
        return {}


def is_envelope(body: JsonObject) -> bool:
    return "code" in body and ("result" in body or "data" in body)


def read(response: Response) -> Answer | Rejected | Unknown:
    body = read_answer(errors.CARRIER, response, is_envelope)
    if not isinstance(body, dict):
        return body
    return Answer(
        is_true(body.get("result")),
        as_text(body.get("code")) or "refused",
        as_text(body.get("message")),
        body.get("data"),
        readable(response.body),
    )


def read_created(answer: Answer, booking: Booking) -> Issued | Rejected | Unknown | AlreadyThere:
    """What the answer to createBmOrder or updateBmOrder means for ``booking``."""
    if not answer.success:
        if errors.is_unclear(answer.code) or leaves_it_open(answer.said):
            return Unknown(sentences.may_be_booked(errors.CARRIER, answer.code), answer.raw)
        if errors.ALREADY_CREATED in answer.said:
            return AlreadyThere()
        return Rejected(answer.problem, answer.raw)
    order = answer.order(booking.key)
    if not order:
        return Unknown(T("Yunda's answer does not name the order."), answer.raw)
    label = label_data(order.get("pdf_info") or order.get("pdfInfo"))
    number = _number(order) or as_text(label.get("mailno"))
    status = as_text(order.get("status"))
    if not is_true(status) and (status or not number):
        said = as_text(order.get("msg")) or as_text(order.get("remark"))
        return _refused_order(said, number, answer)
    if not number:
        return Unknown(sentences.without_number(errors.CARRIER), answer.raw)
    return Issued((IssuedNumber(number),), TEMPLATE, label, raw=answer.raw)


def _refused_order(said: str, number: str, answer: Answer) -> Rejected | Unknown | AlreadyThere:
    """A failed element; one that names a number, or says nothing at all, proves nothing."""
    if errors.ALREADY_CREATED in said:
        return AlreadyThere()
    if number or not said:
        return Unknown(T("Yunda refuses the order without a reason, or with a number."), answer.raw)
    if leaves_it_open(said):
        return Unknown(sentences.says(errors.CARRIER, said), answer.raw)
    return Rejected(errors.yunda_problem(errors.REFUSED_ORDER, said), answer.raw)


def _number(order: JsonObject) -> str:
    return as_text(order.get("mail_no")) or as_text(order.get("mailno"))


def read_label(answer: Answer, number: str) -> dict[str, Any] | Rejected | None:
    """Label data of bmGetPdfInfo, ``None`` when it holds none for ``number``."""
    if not answer.success:
        return Rejected(answer.problem, answer.raw)
    for order in as_objects(answer.data):
        label = label_data(order.get("pdfInfo") or order.get("pdf_info"))
        if has_position(label) and number in {_number(order), as_text(label.get("mailno"))}:
            return label
    return None


def is_ours(issued: Issued, booking: Booking) -> bool:
    """False when the label that came back names another receiver."""
    fields = issued.label
    shown = Shown(
        as_text(fields.get("receiver_name")),
        (as_text(fields.get("receiver_mobile")), as_text(fields.get("receiver_phone"))),
        as_text(fields.get("receiver_address")),
    )
    return is_same_receiver(booking.receiver, shown) is not False


def read_cancelled(answer: Answer, key: str) -> Voided:
    order = answer.order(key) if answer.success else {}
    if is_true(order.get("status")):
        return Voided(VoidResult.VOIDED)
    said = as_text(order.get("msg")) or as_text(order.get("remark")) or answer.said
    code = answer.code if not answer.success else errors.REFUSED_ORDER
    return voids.refused(errors.yunda_problem(code, said))


def read_balance(answer: Answer) -> Health:
    """A connection test by asking for the numbers left."""
    return health.of_count(errors.CARRIER, read_numbers_left(answer))


def read_numbers_left(answer: Answer) -> NumbersLeft:
    """Numbers left; the field that holds them is not documented, so several are tried.

    Of rows for several kinds of waybill the common one counts; it is the one that was asked for.
    """
    if not answer.success:
        return NumbersLeft(problem=answer.problem)
    whole = as_object(answer.data) or {}
    inner = next((whole[key] for key in _COUNTS_INSIDE if as_objects(whole.get(key))), answer.data)
    rows = as_objects(inner)
    common = [row for row in rows if as_text(row.get("type")) in {"common", ""}]
    found = [as_count(answer.data), *(as_count(r.get(n)) for r in common for n in _COUNTS)]
    return NumbersLeft(next((count for count in found if count is not None), None))
