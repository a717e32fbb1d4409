"""ZTO's codes (中通开放平台, 公共错误码) and texts, and what they mean here."""

from __future__ import annotations

from app.carriers.problems import kind_of_phrase, problem
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass

K = ProblemClass
CARRIER = "zto"

# The gateway gave up waiting for the business system, or it failed in the middle.
UNCLEAR = frozenset({"S200", "S202"})
_GATEWAY_PREFIX = "S2"

_KINDS: dict[str, ProblemClass] = {
    "S203": K.CLOSED_TEMPORARILY,
    "S206": K.RATE,
    "S207": K.OTHER,
    "S208": K.OTHER,
    "S210": K.AUTH,
    "S211": K.AUTH,
    "S212": K.AUTH,
    "S214": K.AUTH,
    "S221": K.RATE,
    "E404": K.ACCOUNT,
    "E409": K.PHONE,
    "E413": K.PHONE,
    "E416": K.OTHER,
    "E418": K.ACCOUNT,
}

_BETTER: dict[str, tuple[Text, Text]] = {
    "S203": (
        T("ZTO's service is not available at the moment."),
        T("Try ZTO again in a few minutes."),
    ),
    "S207": (
        T("ZTO does not know this service."),
        T("Check base_url of the carrier account."),
    ),
    "S210": (
        T("The ZTO app may not use this service."),
        T("Bind the service to the app in ZTO's console."),
    ),
    "S211": (
        T("ZTO does not accept the signature."),
        T("Check app_secret and signature of the carrier account."),
    ),
    "S212": (
        T("ZTO does not allow calls from this network address."),
        T("Add the address of this network in ZTO's console."),
    ),
    "S214": (
        T("ZTO does not accept the time of the call."),
        T("Set this computer's clock, and check sign_timestamp of the carrier account."),
    ),
    "E404": (
        T("No e-waybill account is bound to the ZTO app."),
        T("Bind it with: carriers bind, or ask ZTO's site to do it."),
    ),
    "E418": (
        T("The ZTO site has not authorised the account."),
        T("Ask ZTO's site to authorise the account."),
    ),
}


def is_unclear(code: str) -> bool:
    """Whether a refused create may have taken effect; gateway codes never met count as such."""
    return code in UNCLEAR or (code.startswith(_GATEWAY_PREFIX) and code not in _KINDS)


def zto_problem(code: str, said: str) -> Problem:
    """The refusal; ZTO publishes no codes for business refusals, so their words decide."""
    kind = _KINDS.get(code) or kind_of_phrase(said)
    message, remedy = _BETTER.get(code, (None, None))
    return problem(CARRIER, kind, code, said, message=message, remedy=remedy)


def unreadable_regions() -> Problem:
    return problem(
        CARRIER,
        K.OTHER,
        "regions",
        message=T("ZTO's list of stopped regions could not be read."),
        remedy=T("Enter stopped regions by hand until it can be read again."),
    )


def no_quote() -> Problem:
    return problem(
        CARRIER,
        K.OTHER,
        "quote",
        message=T("ZTO named neither a price nor a time."),
        remedy=T("Use your own price table for ZTO."),
    )


def no_cod_account() -> Problem:
    return problem(
        CARRIER,
        K.PRODUCT_OR_VAS,
        "check_cod",
        message=T("The ZTO account has no account for cash on delivery."),
        remedy=T("Enter cod_account of the carrier account."),
    )
