"""More boxes for a shipment that has its number.

Source: WeChat Store, electronic waybill, ``order/addsuborder``.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import RetryableError, UserError
from app.domain.text import T, Text
from app.domain.waybills import (
    PRINT_INFO_BY_NUMBER,
    Booking,
    Issued,
    IssuedNumber,
    NotSent,
    Outcome,
    Rejected,
    Unknown,
)
from app.net.limiter import Priority
from app.shops.wechat import errors, wire, wire_labels
from app.shops.wechat.booking import record_of, template_of
from app.shops.wechat.client import NothingSent, Unclear
from app.shops.wechat.codes import Reaction, meaning
from app.shops.wechat.errors import Answer
from app.shops.wechat.label_calls import BOXES_PATH, CARRIER_REFUSED, NO_SUCH_LABEL, LabelCalls
from app.shops.wechat.label_words import joined, problem_of, sentence


class MoreBoxes(LabelCalls):
    """Boxes that are added to a shipment, and those the platform knows of."""

    def add_boxes(self, booking: Booking, number: str, count: int) -> Outcome:
        """See ``PlatformLabels``. Here, and only here, the key is a JSON number."""
        record = record_of(booking, self._account)
        body = {
            "ewaybill_order_id": int(booking.key),
            "waybill_id": number,
            "delivery_id": str(record["delivery_id"]),
            "add_package_quantity": count,
            "shop_id": str(record["shop_id"]),
            "ewaybill_acct_id": str(record["ewaybill_acct_id"]),
            "template_id": template_of(booking, self._account),
        }
        got = self._client.write(BOXES_PATH, body, ref=booking.key, priority=Priority.LABEL)
        match got:
            case NothingSent(UserError() as error):
                return Rejected(problem_of(error))
            case NothingSent(error):
                return NotSent(error.message)
            case Unclear(reason):
                return Unknown(reason)
            case Answer(code=0):
                return self._boxes_of(booking, got)
            case Answer(code=code) if code == CARRIER_REFUSED:
                return Rejected(errors.carrier_problem(got), got.text)
            case Answer(code=code):
                known = meaning(code)
                if known.reaction is Reaction.LATER:
                    return NotSent(known.message)
                if known.reaction is Reaction.UNSURE:
                    return Unknown(known.message, got.text)
                return Rejected(errors.problem(got), got.text)

    def _boxes_of(self, booking: Booking, answer: Answer) -> Issued | Unknown:
        try:
            given = wire.read(wire_labels.CreateAnswer, answer.data, booking.key)
        except RetryableError as error:
            return Unknown(error.message, answer.text)
        return self._children(booking, [e.waybill_id for e in given.boxes()], answer)

    def children(self, booking: Booking, known: Sequence[str]) -> Outcome:
        """See ``PlatformLabels``: asked with order/get, which may be silent about them."""
        try:
            answer = self.look_up(booking.key)
            if answer.code == NO_SUCH_LABEL:
                return Rejected(errors.problem(answer), answer.text)
            order = wire.read(wire_labels.LabelOrderAnswer, answer.data, booking.key).order_info
        except (UserError, RetryableError) as error:
            return Unknown(sentence(error))
        if not order.waybill_id_list:
            return Unknown(T("WeChat Store does not tell which boxes the shipment has."))
        listed = [e.waybill_id for e in order.boxes() if e.waybill_id not in known]
        return self._children(booking, listed, answer)

    def _children(
        self, booking: Booking, numbers: Sequence[str], answer: Answer
    ) -> Issued | Unknown:
        warnings: list[Text] = []
        try:
            pictures = {n: self.print_info(booking, n, warnings) for n in numbers}
        except RetryableError as error:
            return Unknown(error.message, answer.text)
        return Issued(
            numbers=tuple(IssuedNumber(number, "child") for number in numbers),
            template="platform",
            label={PRINT_INFO_BY_NUMBER: pictures},
            warning=joined(warnings),
            raw=answer.text,
        )
