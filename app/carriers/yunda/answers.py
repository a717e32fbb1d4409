"""Yunda's answers and what they prove about a booking.

The envelope's success says nothing about the order inside: each element has its own ``status``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.carriers.calling import read_answer
from app.carriers.problems import leaves_it_open
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
from app.carriers.yunda import errors
from app.carriers.yunda.label import TEMPLATE, has_position, label_data
from app.domain.fees import NumbersLeft
from app.domain.text import T
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

_CANCELLED = ("已取消", "重复取消", "订单不存在", "已作废")
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


@dataclass(frozen=True, slots=True)
class AlreadyCreated:
    """Yunda refuses the repeated serial number: the order exists and has a number."""

    code: str = "repeated"


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


def read_created(answer: Answer, booking: Booking) -> Issued | Rejected | Unknown | AlreadyCreated:
    """What the answer to createBmOrder or updateBmOrder means for ``booking``."""
    unclear = T("Yunda answered {code}: the booking may have been made.", code=answer.code)
    if not answer.success:
        if errors.is_unclear(answer.code) or leaves_it_open(answer.said):
            return Unknown(unclear, answer.raw)
        if errors.ALREADY_CREATED in answer.said:
            return AlreadyCreated()
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
        return Unknown(T("Yunda accepted the booking but gave no number."), answer.raw)
    return Issued((IssuedNumber(number),), TEMPLATE, label, raw=answer.raw)


def _refused_order(said: str, number: str, answer: Answer) -> Rejected | Unknown | AlreadyCreated:
    """A failed element; one that names a number, or says nothing at all, proves nothing."""
    if errors.ALREADY_CREATED in said:
        return AlreadyCreated()
    if number or not said:
        return Unknown(T("Yunda refuses the order without a reason, or with a number."), answer.raw)
    if leaves_it_open(said):
        return Unknown(T("Yunda says: {said}", said=said), answer.raw)
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
    if any(words in said for words in _CANCELLED):
        return Voided(VoidResult.ALREADY_VOID)
    code = answer.code if not answer.success else "refused"
    found = errors.yunda_problem(code, said)
    late = found.kind is ProblemClass.ALREADY_MOVING
    return Voided(VoidResult.TOO_LATE if late else VoidResult.UNKNOWN, found)


def read_balance(answer: Answer) -> Health:
    """Numbers left; an account without any is not healthy."""
    counted = read_numbers_left(answer)
    if counted.problem is not None:
        return Health(False, counted.problem.message, counted.problem.remedy)
    left = counted.left
    if left == 0:
        return Health(
            False,
            T("No waybill numbers are left at Yunda."),
            T("Recharge at the carrier's site, then get the numbers again."),
            balance=0,
        )
    if left is None:
        return Health(True, T("Yunda accepts the account."))
    return Health(True, T("Yunda accepts the account: {n} numbers left.", n=left), balance=left)


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
