"""Kuaidi100's answers: of the label service, of the track query, of the recognition."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.carriers import health, sentences, voids
from app.carriers.calling import read_answer
from app.carriers.kuaidi100 import errors
from app.carriers.kuaidi100.label import label_data
from app.carriers.kuaidi100.names import KD100_NAMES, our_code
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.plain_label import TEMPLATE
from app.carriers.wire_json import (
    JsonObject,
    as_objects,
    as_text,
    decode,
    first_object,
    is_true,
    readable,
)
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


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, whichever service gave it; ``data`` is the whole body of the track query."""

    success: bool
    code: str
    said: str
    data: Any = field(repr=False)
    raw: str = field(repr=False)


def read_label(response: Response) -> Answer | Rejected | Unknown:
    """An answer of label/order; older accounts are answered with ``result`` and ``returnCode``."""
    body = read_answer(errors.CARRIER, response, _is_label_envelope)
    if not isinstance(body, dict):
        return body
    code = as_text(body.get("code")) or as_text(body.get("returnCode"))
    said_well = is_true(body.get("success", body.get("result", code == errors.SUCCESS)))
    success = said_well and code in {errors.SUCCESS, ""}
    return Answer(
        success,
        code or "refused",
        as_text(body.get("message")),
        body.get("data"),
        readable(response.body),
    )


def read_query(response: Response) -> Answer | Rejected | Unknown:
    """An answer of poll/query.do: a refusal has ``result`` false and a ``returnCode``."""
    body = read_answer(errors.CARRIER, response, _is_query_envelope, "query_url")
    if not isinstance(body, dict):
        return body
    code = as_text(body.get("returnCode")) or as_text(body.get("status"))
    return Answer(
        code == errors.SUCCESS,
        code or "refused",
        as_text(body.get("message")),
        body,
        readable(response.body),
    )


def read_detection(response: Response) -> Answer | Rejected | Unknown:
    """An answer of the recognition: a bare list, best first, or a refusal."""
    listed = decode(response.body)
    if isinstance(listed, list):
        return Answer(True, errors.SUCCESS, "", listed, "")
    body = read_answer(errors.CARRIER, response, _is_query_envelope, "detect_url")
    if not isinstance(body, dict):
        return body
    code = as_text(body.get("returnCode")) or "refused"
    return Answer(False, code, as_text(body.get("message")), None, "")


def _is_label_envelope(body: JsonObject) -> bool:
    return "code" in body or "returnCode" in body


def _is_query_envelope(body: JsonObject) -> bool:
    return "returnCode" in body or "status" in body


class LabelReader:
    """What answers of the label service mean for one account."""

    def __init__(self, settings: Kuaidi100Settings) -> None:
        self._settings = settings
        self._who = errors.behind(settings, settings.company)

    def problem(self, answer: Answer) -> Problem:
        return errors.kd100_problem(
            self._settings, self._settings.company, answer.code, answer.said
        )

    def created(self, answer: Answer, booking: Booking) -> Issued | Rejected | Unknown:
        """What the answer to an order, or to its repeat, means for ``booking``."""
        if not answer.success:
            repeated = self.problem(answer).kind is ProblemClass.DUPLICATE
            if repeated or errors.is_unclear(answer.code, answer.said):
                return Unknown(sentences.may_be_booked(self._who, answer.code), answer.raw)
            return Rejected(self.problem(answer), answer.raw)
        order = first_object(answer.data)
        number = as_text(order.get("kuaidinum"))
        named = as_text(order.get("kuaidicom"))
        if not number or named not in {KD100_NAMES[self._settings.company], ""}:
            return Unknown(sentences.without_number(self._who), answer.raw)
        label = label_data(order, self._settings.company, number)
        warning = None
        if "mark" not in label:
            warning = T("No sorting code came with the number: the label shows city and district.")
        return Issued(
            (IssuedNumber(number),),
            TEMPLATE,
            label,
            carrier_order=as_text(order.get("kdComOrderNum")),
            warning=warning,
            raw=answer.raw,
        )

    def cancelled(self, answer: Answer) -> Voided:
        if answer.success:
            return Voided(VoidResult.VOIDED)
        return voids.refused(self.problem(answer))

    def probed(self, answer: Answer) -> Health:
        """Cancelling nothing: refused for its keys or its payment, or all is well."""
        found = self.problem(answer)
        if not answer.success and not errors.is_about_the_order(found):
            return health.refused(found)
        return accepted(self._settings)


def read_probe(answer: Answer, settings: Kuaidi100Settings) -> Health:
    """Any answer about nobody's number proves customer and key."""
    if answer.success or answer.code == errors.NO_RESULT:
        return accepted(settings)
    found = errors.kd100_problem(settings, "", answer.code, answer.said)
    if found.kind in {ProblemClass.AUTH, ProblemClass.BALANCE, ProblemClass.RATE}:
        return health.refused(found)
    return accepted(settings)


def accepted(settings: Kuaidi100Settings) -> Health:
    return Health(True, T("Kuaidi100 accepts the account “{account}”.", account=settings.name))


def read_companies(answer: Answer, settings: Kuaidi100Settings) -> list[str] | Problem:
    """Our company codes, the likeliest first; companies we have no code for are left out."""
    if not answer.success:
        return errors.kd100_problem(settings, "", answer.code, answer.said)
    names = [
        as_text(row.get("comCode")) or as_text(row.get("com")) for row in as_objects(answer.data)
    ]
    return list(dict.fromkeys(code for name in names if (code := our_code(name))))
