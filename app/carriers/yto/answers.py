"""YTO's answers and what they prove about a booking.

YTO publishes no envelope: orders come back flat (``mailNo``, ``shortAddress``), tracks as a bare
list, refusals with ``reason`` or with ``code`` and ``message``, some wrapped in ``data``.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from app.carriers import health, sentences, voids
from app.carriers.amounts import fen_of_yuan
from app.carriers.calling import read_answer
from app.carriers.plain_label import TEMPLATE, has_mark
from app.carriers.problems import leaves_it_open, somebody_elses
from app.carriers.receivers import Shown, is_same_receiver
from app.carriers.repeats import AlreadyThere
from app.carriers.wire_json import (
    JsonObject,
    as_object,
    as_objects,
    as_text,
    decode,
    first_text,
    is_true,
    readable,
)
from app.carriers.yto import errors
from app.carriers.yto.label import LABEL
from app.domain.fees import Quote, Quotes
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
from app.ports.carriers import LabelFile

_WRAPPERS = ("data", "result", "response", "body")
_NUMBERS = ("mailNo", "waybillNo", "mail_no")
_CODES = ("code", "resultCode", "statusCode", "apiErrorCode")
_WORDS = ("reason", "message", "msg", "apiErrorMsg", "errorMsg")
_FEES = ("price", "amount", "fee", "money", "totalFee", "totalPrice")
_ENVELOPE = frozenset(
    {"success", "logisticsNo", "map", "reason", "apiErrorMsg"}.union(
        _WRAPPERS, _NUMBERS, _CODES, _FEES
    )
)
_GOOD_CODES = frozenset({"0", "00", "0000", "200"})
_GOOD_WORDS = frozenset({"成功", "success", "ok"})
_PDF = b"%PDF"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of YTO. ``success`` is ``None`` where it does not say; ``body`` is all of it."""

    success: bool | None
    code: str
    said: str
    body: Any = field(repr=False)
    raw: str = field(repr=False)

    @property
    def problem(self) -> Problem:
        return errors.yto_problem(self.code, self.said)

    @property
    def objects(self) -> list[JsonObject]:
        """The objects in which the matter may stand: the answer itself and what it wraps."""
        outer = as_objects(self.body)
        return outer + [
            item for o in outer for name in _WRAPPERS for item in as_objects(o.get(name))
        ]


def is_envelope(body: JsonObject) -> bool:
    return not _ENVELOPE.isdisjoint(body)


def read(response: Response) -> Answer | Rejected | Unknown:
    listed = decode(response.body)
    if isinstance(listed, list) and response.status == 200:
        return Answer(None, "", "", listed, readable(response.body))
    body = read_answer(errors.CARRIER, response, is_envelope)
    if not isinstance(body, dict):
        return body
    code, said = first_text(body, _CODES), first_text(body, _WORDS)
    return Answer(
        _success(body, code, said), code or errors.REFUSED, said, body, readable(response.body)
    )


def _success(body: JsonObject, code: str, said: str) -> bool | None:
    """What the envelope says of itself; ``None`` leaves it to what stands inside."""
    if body.get("success") is not None:
        return is_true(body["success"])
    return True if code in _GOOD_CODES or said.lower() in _GOOD_WORDS else None


def read_created(answer: Answer, booking: Booking) -> Issued | Rejected | Unknown | AlreadyThere:
    """What the answer to privacy_create_adapter means for ``booking``."""
    numbered = [o for o in answer.objects if first_text(o, _NUMBERS)]
    ours = [o for o in numbered if as_text(o.get("logisticsNo")) in {booking.key, ""}]
    if numbered and not ours:
        return Unknown(sentences.of_another_order(errors.CARRIER), answer.raw)
    issued = _issued(ours[0], answer.raw) if ours else None
    if answer.success is not False and issued:
        if is_same_receiver(booking.receiver, _shown(ours[0])) is False:
            return Rejected(somebody_elses(errors.CARRIER), answer.raw)
        return issued
    if not answer.said:
        unclear = (
            sentences.without_number(errors.CARRIER)
            if answer.success
            else sentences.may_be_booked(errors.CARRIER, answer.code)
        )
        return Unknown(unclear, answer.raw)
    if answer.problem.kind is ProblemClass.DUPLICATE:
        return AlreadyThere(issued, answer.raw)
    if issued or answer.success or leaves_it_open(answer.said):
        return Unknown(sentences.says(errors.CARRIER, answer.said), answer.raw)
    return Rejected(answer.problem, answer.raw)


def _issued(order: JsonObject, raw: str) -> Issued:
    label = LABEL.of(order)
    warning = None if has_mark(label) else sentences.no_route_yet(errors.CARRIER)
    return Issued(
        (IssuedNumber(first_text(order, _NUMBERS)),), TEMPLATE, label, warning=warning, raw=raw
    )


def _shown(order: JsonObject) -> Shown:
    phones = (as_text(order.get("recipientMobile")), as_text(order.get("recipientPhone")))
    return Shown(as_text(order.get("recipientName")), phones)


def read_cancelled(answer: Answer, key: str) -> Voided:
    """The answer to korder_cancel_adapter: our id comes back, or success is said."""
    if voids.is_void_already(answer.said):
        return Voided(VoidResult.ALREADY_VOID)
    named = {as_text(o.get("logisticsNo")) for o in answer.objects} - {""}
    is_ours = not named or key in named
    if answer.success and is_ours:
        return Voided(VoidResult.VOIDED)
    if answer.success is None and key in named and not as_text(_reason(answer)):
        return Voided(VoidResult.VOIDED)
    return voids.refused(answer.problem)


def _reason(answer: Answer) -> Any:
    return next((o["reason"] for o in answer.objects if o.get("reason")), "")


def read_probe(answer: Answer) -> Health:
    """Any answer but a refusal of the account itself."""
    refused = answer.problem if answer.said and not answer.success else None
    return health.of_probe(errors.CARRIER, refused, unclear=leaves_it_open(answer.said))


def read_quotes(answer: Answer) -> Quotes:
    """Prices of charge_adapter in yuan, under whatever name they come."""
    found = []
    for item in answer.objects:
        fee_fen = next((fen for n in _FEES if (fen := fen_of_yuan(item.get(n))) is not None), None)
        if fee_fen is not None:
            product = as_text(item.get("productCode"))
            found.append(Quote(product, as_text(item.get("productName")), fee_fen))
    if found:
        return Quotes(tuple(found))
    return Quotes(problem=answer.problem)


def read_label_file(answer: Answer, number: str) -> LabelFile | Problem:
    """The finished PDF of waybill_print_adapter."""
    for item in answer.objects:
        content = _decoded(item.get("pdfBase64"))
        if content.startswith(_PDF):
            return LabelFile(number, content)
    if answer.said and not answer.success:
        return answer.problem
    return errors.no_label_file(answer.code, answer.said)


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode("".join(as_text(value).split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def traces(answer: Answer, number: str) -> list[JsonObject]:
    """The events of ``number`` in an answer of track_query_adapter, however they are wrapped."""
    if isinstance(answer.body, list):
        return as_objects(answer.body)
    found: list[JsonObject] = []
    for holder in answer.objects:
        by_number = as_object(holder.get("map")) or {}
        found += as_objects(by_number.get(number)) + as_objects(holder.get("traces"))
    return found or [o for o in answer.objects if o.get("upload_Time")]
