"""Refusals of WeChat Store made into problems and errors that a person understands.

Nothing is decided by ``errmsg``: its wording changes, and it may quote values of the request. Only
two things are read out of texts: the address a refusal by the whitelist has seen, and the class of
a carrier's refusal of a label (10025005), which comes as words and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import RetryableError, UserError
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass
from app.shops.wechat.codes import BUSY_CODES, MEANINGS, RETRY_AFTER_S, Reaction, meaning

_RID = re.compile(r"\s*rid:\s*([0-9A-Za-z-]+)\s*$")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the platform: ``code`` is 0 when the call succeeded.

    ``said`` is the message without its rid, ``text`` the body as it came. Both may hold personal
    data and stay out of logs and exceptions.
    """

    code: int
    rid: str = ""
    said: str = field(default="", repr=False)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    text: str = field(default="", repr=False)


# A carrier's refusal has no code of its own. The first word found decides.
_CARRIER_WORDS: tuple[tuple[ProblemClass, tuple[str, ...]], ...] = (
    (ProblemClass.MASKED, ("脱敏",)),
    (ProblemClass.OUT_OF_RANGE, ("超区", "不可达", "不派送", "无法送达", "超出服务", "超出派送")),
    (ProblemClass.CLOSED_TEMPORARILY, ("停发", "停收", "暂停收寄", "暂停揽收")),
    (ProblemClass.BALANCE, ("余额", "单号不足", "面单不足")),
    (ProblemClass.PROHIBITED, ("禁寄", "违禁")),
)
_CARRIER_REMEDIES: Mapping[ProblemClass, Text] = {
    ProblemClass.MASKED: T("Choose another carrier, or a direct label with the address in clear."),
    ProblemClass.OUT_OF_RANGE: T("Choose another carrier for this region."),
    ProblemClass.CLOSED_TEMPORARILY: T("Wait, or choose another carrier for this region."),
    ProblemClass.BALANCE: T("Top up the account at the carrier's branch, then ask again."),
    ProblemClass.PROHIBITED: T("Check what is in the parcel; some goods may not be sent."),
}


def split_rid(message: str) -> tuple[str, str]:
    """``errmsg`` as (text, rid); the rid is what WeChat's support asks for."""
    found = _RID.search(message)
    if found is None:
        return message.strip(), ""
    return message[: found.start()].strip(" ,"), found.group(1)


def problem(answer: Answer) -> Problem:
    """The refusal in ``answer`` for a person; ``said`` keeps the platform's own words.

    Not those of a malformed request: they quote its values, and tell a packer nothing.
    """
    known = meaning(answer.code)
    message, remedy = known.message, known.remedy
    said = "" if known.reaction is Reaction.OURS else answer.said
    if answer.code == 40164:
        message, remedy = whitelist_texts(answer.said)
    return Problem(known.kind, str(answer.code), said, message, remedy, answer.rid)


def carrier_problem(answer: Answer) -> Problem:
    """A carrier's refusal of a label (10025005): its words, sorted by what can be done."""
    known = meaning(answer.code)
    words = str(answer.data.get("delivery_error_msg") or "").strip()
    rid = answer.rid
    if not words:
        message = T("The carrier gave no number and no reason (rid {rid}).", rid=rid or "-")
        return Problem(known.kind, str(answer.code), "", message, known.remedy, rid)
    kind = next(
        (kind for kind, marks in _CARRIER_WORDS if any(mark in words for mark in marks)),
        known.kind,
    )
    remedy = _CARRIER_REMEDIES.get(kind, known.remedy)
    message = T("The carrier gave no number: {said}", said=words)
    return Problem(kind, str(answer.code), words, message, remedy, rid)


def error(answer: Answer, ref: str = "") -> UserError | RetryableError:
    """The exception for a refused call. Holds code and rid, never the platform's own words."""
    known = meaning(answer.code)
    found = problem(answer)
    message = T(
        "{message} (code {code}, rid {rid})",
        message=found.message,
        code=answer.code,
        rid=answer.rid or "-",
    )
    if known.reaction is Reaction.LATER or answer.code in BUSY_CODES:
        return RetryableError(
            known.name,
            message,
            found.remedy,
            ref=ref,
            retry_after_s=RETRY_AFTER_S.get(answer.code),
        )
    return UserError(known.name, message, found.remedy, ref=ref)


def whitelist_texts(said: str) -> tuple[Text, Text]:
    """Message and remedy of a refusal by the whitelist, with the address ``said`` names."""
    address = seen_address(said)
    if not address:
        known = MEANINGS[40164]
        return known.message, known.remedy
    return (
        T("WeChat Store does not let this network in: {ip} is not on the whitelist.", ip=address),
        T("Add {ip} to the IP whitelist of the app in the WeChat Store console.", ip=address),
    )


def seen_address(said: str) -> str:
    """The network address in a refusal by the whitelist, "" when it names none."""
    found = _IPV4.search(said) or _IPV6.search(said)
    return found.group(0) if found else ""


def http_403(said: str, ref: str = "") -> UserError:
    """A bare HTTP 403: the gateway of shops refuses like this instead of with 40164."""
    message, remedy = whitelist_texts(said)
    return UserError("shop_ip", T("{message} (HTTP 403)", message=message), remedy, ref=ref)
