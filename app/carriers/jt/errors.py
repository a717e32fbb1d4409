"""J&T's codes (极兔开放平台, 返回码) and what they mean here.

J&T's list is not public as a whole: codes that integrators met stand here, the words decide about
all others.
"""

from __future__ import annotations

from app.carriers.problems import kind_of_phrase, leaves_it_open, problem
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass

K = ProblemClass
CARRIER = "jt"

SUCCESS = "1"
NOT_FOUND = frozenset({"999001030", "999002000"})
REPEATED = frozenset({"145003101"})
UNCLEAR = frozenset({"0", "145003040", "145005000"})  # nothing but "failed", or an inner fault
_REPEATED_WORDS = ("订单号已存在", "订单号重复", "重复下单", "订单号已被使用", "already exist")
_NOT_FOUND_WORDS = ("订单不存在", "未查询到", "查询不到")

_KINDS: dict[str, ProblemClass] = {
    "145003010": K.AUTH,
    "145003012": K.AUTH,
    "145003030": K.AUTH,
    "145003031": K.AUTH,
    "145003051": K.AUTH,
    "145003052": K.AUTH,
    "145003053": K.AUTH,
    "145003060": K.FIX_ADDRESS,
    "145003061": K.FIX_ADDRESS,
    "145003062": K.FIX_ADDRESS,
    "145003065": K.FIX_ADDRESS,
    "145003080": K.ACCOUNT,
    "145003083": K.FIX_ADDRESS,
    "145003084": K.FIX_ADDRESS,
    "145003101": K.DUPLICATE,
    "999002010": K.ALREADY_MOVING,
}

_BETTER: dict[str, tuple[Text, Text]] = {
    "145003010": (
        T("J&T does not know this API account."),
        T("Check api_account and base_url of the carrier account."),
    ),
    "145003012": (
        T("The J&T account may not use this service."),
        T("Open the service in J&T's console."),
    ),
    "145003030": (
        T("J&T does not accept the signature."),
        T("Check private_key of the carrier account."),
    ),
    "145003031": (
        T("J&T does not accept the customer's proof."),
        T("Check customer_code and password of the carrier account."),
    ),
    "145003080": (
        T("J&T does not know this customer number."),
        T("Check customer_code of the carrier account, or ask J&T's site."),
    ),
    "145003083": (
        T("J&T finds the sender incomplete."),
        T("Complete the sender in the settings."),
    ),
}


def is_unclear(code: str, said: str) -> bool:
    """Whether a refused addOrder may have taken effect."""
    return leaves_it_open(said) or (code in UNCLEAR and kind_of_phrase(said) is K.OTHER)


def is_repeated(code: str, said: str) -> bool:
    """J&T has an order under this id already."""
    return code in REPEATED or any(words in said for words in _REPEATED_WORDS)


def is_not_found(code: str, said: str) -> bool:
    return code in NOT_FOUND or any(words in said for words in _NOT_FOUND_WORDS)


def jt_problem(code: str, said: str) -> Problem:
    kind = _KINDS.get(code) or kind_of_phrase(said)
    message, remedy = _BETTER.get(code, (None, None))
    return problem(CARRIER, kind, code, said, message=message, remedy=remedy)


def cancelled_there() -> Problem:
    return problem(
        CARRIER,
        K.DUPLICATE,
        "cancelled",
        message=T("J&T has cancelled the order under this order number."),
        remedy=T("Get a number again: the next attempt has a new order number."),
    )
