"""J&T's answers and what they prove about a booking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.carriers import health, sentences, voids
from app.carriers.amounts import fen_of_yuan
from app.carriers.calling import read_answer
from app.carriers.jt import errors
from app.carriers.jt.label import label_data
from app.carriers.plain_label import TEMPLATE
from app.carriers.problems import somebody_elses
from app.carriers.receivers import Shown, is_same_receiver
from app.carriers.wire_json import (
    JsonObject,
    as_count,
    as_object,
    as_objects,
    as_text,
    first_object,
    readable,
)
from app.domain.fees import NumbersLeft, Quote, Quotes
from app.domain.text import T
from app.domain.waybills import (
    Booking,
    Issued,
    IssuedNumber,
    NeverExisted,
    Problem,
    Rejected,
    Unknown,
    Voided,
    VoidResult,
)
from app.net.transport import Response
from app.ports import Health

_CANCELLED = "104"  # orderStatus
_COUNTS = ("balance", "surplus", "available", "remain", "num", "count")
_PRICES = ("totalPrice", "sumFreight", "price", "freight")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of J&T."""

    code: str
    said: str
    data: Any = field(repr=False)
    raw: str = field(repr=False)

    @property
    def success(self) -> bool:
        return self.code == errors.SUCCESS

    @property
    def problem(self) -> Problem:
        return errors.jt_problem(self.code, self.said)

    @property
    def orders(self) -> list[JsonObject]:
        """The orders of getOrders; some tenants put the list into ``records``."""
        paged = as_object(self.data)
        listed = paged.get("records") if paged and "records" in paged else self.data
        return as_objects(listed)

    @property
    def is_empty(self) -> bool:
        """J&T says in so many words that it has no such order; a strange answer says nothing."""
        records = self.data.get("records", self) if isinstance(self.data, dict) else self.data
        return records is None or records == []


def is_envelope(body: JsonObject) -> bool:
    return "code" in body and ("msg" in body or "data" in body)


def read(response: Response) -> Answer | Rejected | Unknown:
    body = read_answer(errors.CARRIER, response, is_envelope)
    if not isinstance(body, dict):
        return body
    code, said = as_text(body.get("code")), as_text(body.get("msg"))
    return Answer(code or "refused", said, body.get("data"), readable(response.body))


def read_created(answer: Answer, booking: Booking) -> Issued | Rejected | Unknown:
    """What the answer to addOrder means for ``booking``."""
    if not answer.success:
        if errors.is_repeated(answer.code, answer.said):
            return Unknown(sentences.known_already(errors.CARRIER), answer.raw)
        if errors.is_unclear(answer.code, answer.said):
            return Unknown(sentences.may_be_booked(errors.CARRIER, answer.code), answer.raw)
        return Rejected(answer.problem, answer.raw)
    order = as_object(answer.data) or {}
    if as_text(order.get("txlogisticId")) not in {booking.key, ""}:
        return Unknown(sentences.of_another_order(errors.CARRIER), answer.raw)
    return _issued(order, answer) or Unknown(sentences.without_number(errors.CARRIER), answer.raw)


def read_found(answer: Answer, booking: Booking) -> Issued | Rejected | Unknown | NeverExisted:
    """What getOrders proves about ``booking``, asked by our own id."""
    if not answer.success:
        if errors.is_not_found(answer.code, answer.said):
            return NeverExisted()
        return Unknown(answer.problem.message, answer.raw)
    if answer.is_empty:
        return NeverExisted()
    ours = [o for o in answer.orders if as_text(o.get("txlogisticId")) == booking.key]
    if not ours:
        return Unknown(sentences.of_another_order(errors.CARRIER), answer.raw)
    alive = [o for o in ours if as_text(o.get("orderStatus")) != _CANCELLED]
    if not alive:
        return Rejected(errors.cancelled_there(), answer.raw)
    if is_same_receiver(booking.receiver, _shown(alive[0])) is False:
        return Rejected(somebody_elses(errors.CARRIER), answer.raw)
    return _issued(alive[0], answer) or Unknown(
        T("J&T has the order but shows no number yet."), answer.raw
    )


def _issued(order: JsonObject, answer: Answer) -> Issued | None:
    number = as_text(order.get("billCode"))
    if not number:
        return None
    return Issued((IssuedNumber(number),), TEMPLATE, label_data(order, number), raw=answer.raw)


def _shown(order: JsonObject) -> Shown:
    person = as_object(order.get("receiver")) or {}
    phones = (as_text(person.get("mobile")), as_text(person.get("phone")))
    return Shown(as_text(person.get("name")), phones, as_text(person.get("address")))


def read_label(answer: Answer, number: str) -> dict[str, Any] | Rejected | None:
    """Label data of getOrders, ``None`` when it holds none for ``number``."""
    if not answer.success:
        return Rejected(answer.problem, answer.raw)
    for order in answer.orders:
        if as_text(order.get("billCode")) == number:
            return label_data(order, number)
    return None


def read_cancelled(answer: Answer) -> Voided:
    if answer.success:
        return Voided(VoidResult.VOIDED)
    if errors.is_not_found(answer.code, answer.said):
        return Voided(VoidResult.ALREADY_VOID)
    return voids.refused(answer.problem)


def read_probe(answer: Answer) -> Health:
    """Any answer about the order proves account, keys and customer."""
    if answer.success or errors.is_not_found(answer.code, answer.said):
        return health.accepted(errors.CARRIER)
    return health.refused(answer.problem)


def read_balance(answer: Answer) -> NumbersLeft:
    """Numbers left; the field that holds them is not documented, so several are tried."""
    if not answer.success:
        return NumbersLeft(problem=answer.problem)
    data = first_object(answer.data)
    candidates = [as_count(answer.data), *(as_count(data.get(name)) for name in _COUNTS)]
    return NumbersLeft(next((count for count in candidates if count is not None), None))


def read_quote(answer: Answer) -> Quotes:
    """The price that J&T expects; it names no time of arrival."""
    if not answer.success:
        return Quotes(problem=answer.problem)
    data = first_object(answer.data)
    prices = [fen_of_yuan(answer.data), *(fen_of_yuan(data.get(name)) for name in _PRICES)]
    fee_fen = next((price for price in prices if price is not None), None)
    return Quotes((Quote(fee_fen=fee_fen),) if fee_fen is not None else ())
