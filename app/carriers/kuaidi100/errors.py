"""Kuaidi100's codes, and who is meant by a refusal: Kuaidi100 itself or the company behind it.

A merchant may have several accounts, some for one company, so a sentence names the account too.
Kuaidi100's list is not public as a whole; the words decide about codes never met.
"""

from __future__ import annotations

from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.problems import kind_of_phrase, leaves_it_open, problem
from app.domain.companies import company
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass

K = ProblemClass
CARRIER = "kuaidi100"

SUCCESS = "200"
NO_RESULT = "500"  # of the track query: the number has no track, or none yet
UNCLEAR = frozenset({"500", "501", "502", "99999"})  # of the label service

_OF_KUAIDI100 = frozenset({"503", "601", "30001", "30002", "30003", "30004"})
_KINDS: dict[str, ProblemClass] = {
    "408": K.PHONE,
    "503": K.AUTH,
    "601": K.AUTH,
    "30001": K.AUTH,
    "30002": K.AUTH,
    "30003": K.AUTH,
    "30004": K.BALANCE,
}

_WRONG_SIGN = (
    T("{carrier}: the signature is not accepted."),
    T("Check key, customer and secret of the carrier account."),
)
_BETTER: dict[str, tuple[Text, Text]] = {
    "408": (
        T("{carrier} wants the last four digits of the receiver's or sender's phone."),
        T("Enter the phone number in the order, then ask again."),
    ),
    "503": _WRONG_SIGN,
    "601": (
        T("{carrier}: the key has expired."),
        T("Renew the contract with Kuaidi100."),
    ),
    "30002": _WRONG_SIGN,
    "30004": (
        T("{carrier}: the paid calls are used up."),
        T("Recharge at Kuaidi100, then try again."),
    ),
}


def account(settings: Kuaidi100Settings) -> Text:
    """What to call the account itself."""
    return T("Kuaidi100 account “{account}”", account=settings.name)


def behind(settings: Kuaidi100Settings, code: str) -> Text:
    """What to call the company ``code`` when it speaks through this account."""
    if not code:
        return account(settings)
    return T(
        "{company} (Kuaidi100 account “{account}”)",
        company=company(code).name,
        account=settings.name,
    )


def kd100_problem(settings: Kuaidi100Settings, company_code: str, code: str, said: str) -> Problem:
    """The refusal; about keys and payment Kuaidi100 speaks for itself, else for the company."""
    kind = _KINDS.get(code) or kind_of_phrase(said)
    own = code in _OF_KUAIDI100 or kind in {K.AUTH, K.RATE}
    message, remedy = _BETTER.get(code, (None, None))
    who = account(settings) if own else behind(settings, company_code)
    return problem(who, kind, code, said, message=message, remedy=remedy)


def is_unclear(code: str, said: str) -> bool:
    """Whether a refused order may have taken effect."""
    return code in UNCLEAR or leaves_it_open(said)


def is_about_the_order(found: Problem) -> bool:
    """Whether a refusal of the repeated order proves that the first one brought nothing.

    A repeat of an order that worked is answered with its number; a refusal of the account or of
    the call says nothing about the order.
    """
    return found.kind not in {K.AUTH, K.RATE, K.ACCOUNT, K.BALANCE, K.DUPLICATE}
