"""YTO's refusals (圆通开放平台). No list of codes is published: the words decide."""

from __future__ import annotations

from app.carriers.problems import Phrases, kind_of_phrase, problem
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass, Rejected

K = ProblemClass
CARRIER = "yto"

REFUSED = "refused"  # a refusal that came without a code
NOTHING_FOUND = "1001"  # of the track query: 查询结果为空, which is an answer

# Beside the phrases of all carriers; the first match wins.
_PHRASES: Phrases = (
    (K.DUPLICATE, ("已存在", "重复")),
    (K.AUTH, ("验签", "签名", "sign", "密钥", "秘钥", "token", "无权限", "白名单")),
    (K.ACCOUNT, ("客户编码", "客户不存在", "客户编号")),
)
_BETTER: dict[ProblemClass, tuple[Text, Text]] = {
    K.AUTH: (
        T("YTO does not accept the signature or the address of the interface."),
        T("Check token, customer_code and secret of the carrier account."),
    ),
    K.ACCOUNT: (
        T("YTO does not accept the customer code."),
        T("Check customer_code, then ask YTO's site whether the account is open."),
    ),
}


def yto_problem(code: str, said: str) -> Problem:
    """The refusal that says ``said``."""
    kind = kind_of_phrase(said, _PHRASES)
    message, remedy = _BETTER.get(kind, (None, None))
    return problem(CARRIER, kind, code, said, message=message, remedy=remedy)


def both_paid_by_receiver() -> Rejected:
    return Rejected(
        problem(
            CARRIER,
            K.PRODUCT_OR_VAS,
            "check_cod",
            message=T("YTO takes either cash on delivery or freight paid by the receiver."),
            remedy=T("Use an account without freight_collect_fen for this parcel."),
        )
    )


def no_label_file(code: str, said: str) -> Problem:
    """Why waybill_print_adapter brought no label."""
    return problem(
        CARRIER,
        K.OTHER,
        code,
        said,
        message=T("YTO sent no label that can be printed."),
        remedy=T("Print our own label, or try again in a few minutes."),
    )
