"""What the e-waybill platform says, as sentences for a person."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.companies import company_of_wechat
from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass
from app.shops.wechat import wire_labels


def warnings_of(given: wire_labels.CreateAnswer) -> list[Text]:
    """What the platform says beside a number: risks, a second leg, something it has changed."""
    warnings = [T("WeChat Store warns: {said}", said=r.risk_msg) for r in given.risks()]
    for leg in given.consolidation_waybill_info:
        if leg.b_segment_waybill_id:
            name = company_of_wechat(leg.b_segment_delivery_id).name
            number = leg.b_segment_waybill_id
            warnings.append(
                T("Remote area: {carrier} carries it on as {number}.", carrier=name, number=number)
            )
    if given.changed_info:
        warnings.append(T("WeChat Store has changed something of this booking; look there."))
    return warnings


def no_template() -> Text:
    return T("The label template of the account is gone; the standard one was taken.")


def joined(warnings: Iterable[Text | None]) -> Text | None:
    """All of them as one text for a place that holds only one."""
    whole: Text | None = None
    for warning in warnings:
        if warning is not None:
            whole = warning if whole is None else both(whole, warning)
    return whole


def both(first: Text, second: Text) -> Text:
    return T("{message} {remedy}", message=first, remedy=second)


def dead_key(message: Text) -> Problem:
    remedy = T("Ask for a number again; the program takes a new key.")
    return Problem(ProblemClass.DUPLICATE, "key_spent", "", message, remedy)


def no_answer(reason: Text) -> Problem:
    remedy = T("Nothing to do: the program tries again by itself.")
    return Problem(ProblemClass.OTHER, "no_answer", "", reason, remedy)


def problem_of(error: PackbenchError) -> Problem:
    kind = ProblemClass.AUTH if isinstance(error, UserError) else ProblemClass.OTHER
    return Problem(kind, error.code, "", error.message, error.remedy)


def sentence(error: PackbenchError) -> Text:
    """What happened and what to do, as one text for a place that holds only one."""
    if isinstance(error, RetryableError):
        return error.message
    return both(error.message, error.remedy)
