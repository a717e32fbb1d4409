"""SF's codes (丰桥, 公共响应码 and each service's 错误码) and what they mean here."""

from __future__ import annotations

import re

from app.carriers.problems import kind_of_phrase, problem
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass

K = ProblemClass
CARRIER = "sf"

DELIVERED_TO_BUSINESS = "A1000"
SUCCESS = "S0000"
REPEATED_ORDER = "8016"
ALREADY_CANCELLED = "8037"
PICKED_UP = "8168"
TOKEN_REFUSED = frozenset({"A1002", "A1011"})
ORDER_NOT_FOUND = frozenset({"6150", "8018"})

# After one of these a create may or may not have taken effect: the gateway lost the business
# system, or the business system failed in the middle. A1007 means that this very request was seen
# before, which only happens when something between us and SF has repeated it.
UNCLEAR = frozenset({"A1007", "A1009", "A1099", "S0003"})

_GATEWAY: dict[str, ProblemClass] = {
    "A1001": K.OTHER,
    "A1002": K.AUTH,
    "A1003": K.AUTH,
    "A1004": K.AUTH,
    "A1005": K.RATE,
    "A1006": K.AUTH,
    "A1007": K.DUPLICATE,
    "A1008": K.AUTH,
    "A1009": K.OTHER,
    "A1010": K.AUTH,
    "A1011": K.AUTH,
    "A1099": K.OTHER,
}

_BUSINESS: dict[ProblemClass, tuple[str, ...]] = {
    K.FIX_ADDRESS: ("1010", "1011", "1014", "1015", "1020"),
    K.PHONE: ("1012", "1016", "8196"),
    K.OUT_OF_RANGE: ("8052", "8053"),
    K.CLOSED_TEMPORARILY: ("8096", "8177"),
    K.PRODUCT_OR_VAS: (
        *("6127", "6128", "6133", "6138", "6139", "8051", "8057", "8067", "8117", "8194"),
        *("8256", "20011", "20012", "20036"),
    ),
    K.ACCOUNT: ("6126", "8114", "8119", "8152", "8179"),
    K.PROHIBITED: ("20035",),
    K.DUPLICATE: (REPEATED_ORDER,),
    K.ALREADY_MOVING: (PICKED_UP,),
}
_KINDS = {code: kind for kind, codes in _BUSINESS.items() for code in codes} | _GATEWAY

_BETTER: dict[str, tuple[Text, Text]] = {
    "A1002": (
        T("SF says that the call has expired."),
        T("Set this computer's clock, then try again."),
    ),
    "A1003": (
        T("SF does not allow calls from this network address."),
        T("Add the address of this network in SF's console."),
    ),
    "A1004": (
        T("The SF account may not use this service."),
        T("Bind the service to the app in SF's console and check base_url; it takes two minutes."),
    ),
    "A1006": (
        T("SF does not accept the signature."),
        T("Check checkword and signature of the carrier account."),
    ),
    "1010": (
        T("SF cannot use the sender's address."),
        T("Complete the sender in the settings."),
    ),
    "1011": (
        T("SF cannot use the sender's name."),
        T("Complete the sender in the settings."),
    ),
    "1012": (
        T("SF cannot use the sender's phone number."),
        T("Complete the sender in the settings."),
    ),
    "1015": (
        T("SF cannot use the receiver's name."),
        T("Correct the receiver, then get the number again."),
    ),
    "8057": (
        T("The SF contract does not include this product."),
        T("Choose another product in the carrier account."),
    ),
    "20036": (
        T("This SF product cannot be used for this parcel."),
        T("Choose another product in the carrier account."),
    ),
    "8067": (
        T("SF gives at most {n} numbers for one order.", n=307),
        T("Send the other boxes as a parcel of their own."),
    ),
    "8117": (
        T("SF gives at most {n} numbers for one order.", n=307),
        T("Send the other boxes as a parcel of their own."),
    ),
    "8148": (
        T("SF has no bill for this number yet."),
        T("Ask again a day after the pickup."),
    ),
    "8152": (
        T("The monthly account is not set up for this app at SF."),
        T("Bind the monthly account to the app in SF's console."),
    ),
    "8247": (
        T("Test and real numbers of SF are mixed."),
        T("Check base_url of the carrier account."),
    ),
}


def is_known_gateway_code(code: str) -> bool:
    return code in _GATEWAY


def sf_problem(code: str, said: str, reference: str = "") -> Problem:
    """The refusal ``code``; codes never met are judged by their words."""
    kind = _KINDS.get(code) or kind_of_phrase(said)
    message, remedy = _BETTER.get(code, (None, None))
    return problem(CARRIER, kind, code, said, message=message, remedy=remedy, reference=reference)


def out_of_range(remark: str, reference: str = "") -> Problem:
    """``filterResult`` 3; ``remark`` holds whose address lies outside: 1 receiver, 2 sender."""
    message = T("SF does not deliver to this address.")
    if re.match(r"2\s*([:：]|$)", remark):
        message = T("SF does not pick up at the sender's address.")
    return problem(
        CARRIER, K.OUT_OF_RANGE, "filterResult 3", remark, message=message, reference=reference
    )


def cloud_problem(code: str, said: str, reference: str = "") -> Problem:
    """A refusal of cloud printing, which has words instead of codes for the usual mistake."""
    if "templatecode" not in said.lower() and code != "8027":
        return sf_problem(code, said, reference)
    return problem(
        CARRIER,
        K.PRODUCT_OR_VAS,
        code,
        said,
        message=T("SF does not let this account use the label template."),
        remedy=T(
            "Tie the template to the app in SF's console, or name another with cloud_template."
        ),
        reference=reference,
    )


def no_product(code: str) -> Problem:
    """A product that is none of SF's numbers."""
    return problem(
        CARRIER,
        K.PRODUCT_OR_VAS,
        "product",
        message=T("“{product}” is no product of SF: its products are numbers.", product=code),
        remedy=T("Choose another product."),
    )


def picked_up() -> Problem:
    """No more boxes for an order that is on its way."""
    return problem(
        CARRIER,
        K.ALREADY_MOVING,
        PICKED_UP,
        remedy=T("Send the other boxes as a parcel of their own."),
    )


def other_bill() -> Problem:
    """The bill that came is another number's."""
    return problem(
        CARRIER,
        K.OTHER,
        "bill",
        message=T("SF answered with another number's bill."),
        remedy=T("Check bill_tracking_type of the carrier account."),
    )


def no_order() -> Problem:
    """The order that is to grow is not there."""
    return problem(
        CARRIER,
        K.OTHER,
        "6150",
        message=T("SF does not find the order of this number."),
        remedy=T("A new order may show late: try again in some minutes."),
    )
