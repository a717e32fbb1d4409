"""Yunda's codes (韵达开放平台, 公共错误码) and texts, and what they mean here."""

from __future__ import annotations

from app.carriers.problems import kind_of_phrase, problem
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass

K = ProblemClass
CARRIER = "yunda"

REFUSED_ORDER = "refused"  # one order of an answered call; Yunda sends no code for it
# The refusal of a repeated serial number; it proves that the first create went through.
ALREADY_CREATED = "更新订单请使用更新接口"
_GATEWAY_PREFIX = "7"

_KINDS: dict[str, ProblemClass] = {
    "7100": K.ACCOUNT,
    "7200": K.AUTH,
    "7300": K.AUTH,
    "7400": K.AUTH,
    "7500": K.DAY_LIMIT,
    "7501": K.DAY_LIMIT,
    "7502": K.RATE,
    "7503": K.RATE,
    "7600": K.AUTH,
    "7601": K.AUTH,
    "7602": K.AUTH,
    "7603": K.AUTH,
    "7604": K.AUTH,
    "7605": K.AUTH,
}

_BETTER: dict[str, tuple[Text, Text]] = {
    "7200": (
        T("The Yunda app may not use this service."),
        T("Ask Yunda to open the service for the app."),
    ),
    "7300": (
        T("Yunda does not allow calls from this network address."),
        T("Ask Yunda to allow the address of this network."),
    ),
    "7400": (
        T("Yunda does not accept the signature."),
        T("Check app_key and app_secret of the carrier account."),
    ),
}


def is_unclear(code: str) -> bool:
    """Whether a refused create may have taken effect: 7777, and gateway codes never met."""
    return code.startswith(_GATEWAY_PREFIX) and code not in _KINDS


def yunda_problem(code: str, said: str) -> Problem:
    """The refusal; refusals of one order come with words only."""
    kind = _KINDS.get(code) or kind_of_phrase(said)
    message, remedy = _BETTER.get(code, (None, None))
    return problem(CARRIER, kind, code, said, message=message, remedy=remedy)
