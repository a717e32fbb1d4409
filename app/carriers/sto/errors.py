"""STO's refusals (申通开放平台). No list of codes is published: the words decide."""

from __future__ import annotations

import re

from app.carriers.problems import Phrases, kind_of_phrase, problem
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass

K = ProblemClass
CARRIER = "sto"

REFUSED = "refused"  # a refusal that came without a code
_GATEWAY_CODE = re.compile(r"S\d+")

# Beside the phrases of all carriers; the first match wins.
_PHRASES: Phrases = (
    (K.DUPLICATE, ("已存在", "重复")),
    (K.AUTH, ("验签", "签名", "digest", "appkey", "from_code", "无权限", "未订阅", "白名单")),
    (K.ACCOUNT, ("客户密码", "网点编码", "客户编码", "客户不存在", "电子面单密码")),
)
_BETTER: dict[ProblemClass, tuple[Text, Text]] = {
    K.AUTH: (
        T("STO does not accept the signature, or the app has not subscribed to the interface."),
        T("Check app_key and secret_key of the carrier account, and the app's interfaces."),
    ),
    K.ACCOUNT: (
        T("STO does not accept the customer or the password of the site."),
        T("Check site_code, customer_name and site_password of the carrier account."),
    ),
}


def is_unclear(code: str, said: str) -> bool:
    """Whether a refused create may have taken effect: gateway codes with words never met."""
    return _GATEWAY_CODE.fullmatch(code) is not None and kind_of_phrase(said, _PHRASES) is K.OTHER


def sto_problem(code: str, said: str) -> Problem:
    """The refusal that says ``said``."""
    kind = kind_of_phrase(said, _PHRASES)
    message, remedy = _BETTER.get(kind, (None, None))
    return problem(CARRIER, kind, code, said, message=message, remedy=remedy)
