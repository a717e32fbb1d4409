"""Refusals in one language: the class of a refusal, what it means and what can be done.

A carrier's own code decides where it has one. ZTO and Yunda refuse with free text only, so their
adapters fall back to the phrases collected here; the text itself always travels along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.carriers import sentences
from app.domain.text import T, Text
from app.domain.waybills import (
    NotSent,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
    Voided,
    VoidResult,
)
from app.ports import Health

K = ProblemClass

_SENTENCES: dict[ProblemClass, tuple[Text, Text]] = {
    K.FIX_ADDRESS: (
        T("{carrier} cannot use this address."),
        T("Correct the address, then get the number again."),
    ),
    K.PHONE: (
        T("{carrier} cannot use this phone number."),
        T("Correct the phone number, then get the number again."),
    ),
    K.OUT_OF_RANGE: (
        T("{carrier} does not deliver to this address."),
        T("Choose another carrier."),
    ),
    K.CLOSED_TEMPORARILY: (
        T("{carrier} is not taking parcels on this route at the moment."),
        T("Try again later or choose another carrier."),
    ),
    K.PRODUCT_OR_VAS: (
        T("The contract with {carrier} does not cover this product or extra service."),
        T("Check product and extra services of the carrier account."),
    ),
    K.ACCOUNT: (
        T("{carrier} does not accept the waybill account."),
        T("Ask the carrier's site whether the account is open, then try again."),
    ),
    K.BALANCE: (
        T("No waybill numbers are left at {carrier}."),
        T("Recharge at the carrier's site, then get the numbers again."),
    ),
    K.PROHIBITED: (
        T("{carrier} does not carry these goods."),
        T("Take the forbidden goods out or choose another carrier."),
    ),
    K.DUPLICATE: (
        T("{carrier} already knows this request."),
        T("Look the number up before asking again."),
    ),
    K.ALREADY_MOVING: (
        T("{carrier} has already picked this parcel up."),
        T("Ask the carrier to intercept the parcel."),
    ),
    K.AUTH: (
        T("{carrier} does not accept the keys of the account."),
        T("Check the keys and permissions of the carrier account."),
    ),
    K.RATE: (
        T("Too many calls to {carrier} at once."),
        T("Wait a minute, then get the numbers again."),
    ),
    K.DAY_LIMIT: (
        T("Today's number of calls to {carrier} is used up."),
        T("Go on tomorrow, or ask the carrier for a higher limit."),
    ),
    K.MASKED: (
        T("The receiver is masked by the platform."),
        T("Use the platform's label for this parcel."),
    ),
    K.OTHER: (
        T("{carrier} refused: {said}"),
        T("Correct what {carrier} names, then try again."),
    ),
}

# Phrases of refusals, first match wins. The carriers publish no list; these were collected from
# what integrators met. A phrase that fits several classes stands with the more careful one.
Phrases = tuple[tuple[ProblemClass, tuple[str, ...]], ...]
_PHRASES: Phrases = (
    (K.DUPLICATE, ("更新订单请使用更新接口", "重复下单", "订单号已被使用")),
    (K.BALANCE, ("余额不足", "余额为0", "库存余额")),
    (K.ALREADY_MOVING, ("揽收", "已签收", "被签收", "已回收", "已收取", "已发出", "已扫描")),
    (K.MASKED, ("虚拟手机号", "虚拟号")),
    (K.PHONE, ("固话和手机", "电话或手机", "手机号", "电话号码", "联系电话")),
    (K.PROHIBITED, ("违禁", "禁寄")),
    (K.CLOSED_TEMPORARILY, ("异常天气", "政府介入", "春运", "高峰", "疫情", "暂停收寄")),
    (
        K.OUT_OF_RANGE,
        (
            "服务范围",
            "超范围",
            "盲区",
            "停发",
            "服务不可达",
            "未匹配到网点",
            "无法提供此产品",
        ),
    ),
    (K.PRODUCT_OR_VAS, ("增值服务", "主产品", "产品不满足", "业务场景")),
    (
        K.ACCOUNT,
        ("月结", "面单账号", "账号状态", "商户不存在", "账户被冻结", "网点授权", "账号无权限"),
    ),
    (K.FIX_ADDRESS, ("地址", "三段码", "大头笔")),
    (K.AUTH, ("签名", "无权限", "白名单")),
    (K.RATE, ("flow limit", "qos limit", "访问量", "QPS", "频率", "频繁")),
)


def kind_of_phrase(said: str, own: Phrases = ()) -> ProblemClass:
    """The class of a refusal that says no more than ``said``; ``OTHER`` for words never met.

    ``own``: what one carrier says, in lower case; it goes before what all say.
    """
    lower = said.lower()
    for kind, phrases in own:
        if any(phrase in lower for phrase in phrases):
            return kind
    for kind, phrases in _PHRASES:
        if any(phrase in said for phrase in phrases):
            return kind
    return K.OTHER


_UNCLEAR_PHRASES = ("系统异常", "系统错误", "系统繁忙", "服务异常", "内部错误", "超时")


def leaves_it_open(said: str) -> bool:
    """True when the words of a refusal do not say that nothing has happened."""
    return any(phrase in said for phrase in _UNCLEAR_PHRASES)


def problem(
    carrier: str | Text,
    kind: ProblemClass,
    code: str,
    said: str = "",
    *,
    message: Text | None = None,
    remedy: Text | None = None,
    reference: str = "",
) -> Problem:
    """A refusal with the class's own sentences unless better ones exist.

    ``carrier`` is the company's code, or what to call it where that says too little.
    """
    usual_message, usual_remedy = _SENTENCES[kind]
    name = sentences.called(carrier)
    params = {"carrier": name, "said": said or code}
    return Problem(
        kind,
        code,
        said,
        _filled(message or usual_message, params),
        _filled(remedy or usual_remedy, params),
        reference,
    )


def _filled(sentence: Text, params: Mapping[str, Any]) -> Text:
    """``sentence`` with what it has places for and no more: sentences are kept, words are not."""
    named = {name: value for name, value in params.items() if f"{{{name}}}" in sentence.msgid}
    return Text(sentence.msgid, {**named, **sentence.params})


def local_refusal(
    carrier: str | Text, kind: ProblemClass, code: str, message: Text, remedy: Text | None = None
) -> Rejected:
    """A refusal of ours, before anything was sent."""
    return Rejected(problem(carrier, kind, code, message=message, remedy=remedy))


def somebody_elses(carrier: str | Text) -> Problem:
    """The order under our id goes to somebody else: an old one, and no booking of ours."""
    return problem(
        carrier,
        K.DUPLICATE,
        "receiver",
        message=T("{carrier} has another receiver under this order number."),
        remedy=T("Get a number again: the next attempt has a new order number."),
    )


def unreached(carrier: str, outcome: NotSent | Unknown) -> Problem:
    """A call without an answer, where a sentence for people is all that is wanted."""
    return problem(
        carrier,
        K.OTHER,
        "not_sent" if isinstance(outcome, NotSent) else "unknown",
        message=outcome.reason,
        remedy=T("Check this computer's network, then try again."),
    )


def refusal_of(carrier: str, outcome: Rejected | NotSent | Unknown) -> Problem:
    """Why a call brought nothing, whoever is to blame."""
    return outcome.problem if isinstance(outcome, Rejected) else unreached(carrier, outcome)


def unhealthy(carrier: str, outcome: Rejected | NotSent | Unknown) -> Health:
    """A connection test that did not succeed."""
    found = refusal_of(carrier, outcome)
    later = not isinstance(outcome, Rejected) or found.kind is K.RATE
    return Health(False, found.message, found.remedy, later=later)


def not_voided(carrier: str, outcome: Rejected | NotSent | Unknown) -> Voided:
    """A call to void a number that did not get as far as the number."""
    return Voided(VoidResult.UNKNOWN, refusal_of(carrier, outcome))


def no_route(carrier: str, outcome: object) -> Problem:
    """Why the label data of a number that exists could not be had."""
    if isinstance(outcome, Rejected | NotSent | Unknown):
        return refusal_of(carrier, outcome)
    return problem(
        carrier,
        K.FIX_ADDRESS,
        "no_route",
        message=T("{carrier} gives no route for this address yet."),
        remedy=T("Try again in a few minutes, or correct the address and take a new number."),
    )
