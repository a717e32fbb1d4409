"""What came of a call that changes something, in the words of ``app.ports.telling``."""

from __future__ import annotations

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T, Text
from app.ports import (
    REACHES,
    Reach,
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
)
from app.shops.wechat import errors
from app.shops.wechat.client import Exchange, NothingSent, Unclear
from app.shops.wechat.codes import MEANINGS, RETRY_AFTER_S, Reaction
from app.shops.wechat.errors import Answer

_APP_WIDE = frozenset({"shop_auth", "shop_ip", "shop_permission"})
_APP_WIDE_PAUSE_S = 120.0
# Without these nothing of the kind gets through, whatever the parcel; no parcel is to blame.
_SETTINGS = frozenset({"shop_return_address"})


def outcome_of(got: Exchange, ref: str) -> ReportOutcome:
    """The outcome of ``WechatClient.write``."""
    match got:
        case NothingSent(error):
            return later(error)
        case Unclear(reason):
            return ReportUnclear(reason)
        case Answer():
            return outcome_of_answer(got, ref)


def outcome_of_answer(answer: Answer, ref: str) -> ReportOutcome:
    """What a whole answer to a changing call means."""
    if answer.code == 0:
        return Reported()
    known = MEANINGS.get(answer.code)
    problem = errors.problem(answer)
    if known is None:  # undocumented: most likely a refusal, and the order shows whether it was one
        return ReportRefused(problem, reread=True)
    if known.name in _APP_WIDE:
        return later(errors.error(answer, ref))
    match known.reaction:
        case Reaction.LATER:
            pause_s = RETRY_AFTER_S.get(answer.code)
            return ReportLater(
                known.message, pause_s, known.name, REACHES.get(known.name, Reach.MESSAGE)
            )
        case Reaction.UNSURE:
            return ReportUnclear(known.message)
        case reaction:
            return ReportRefused(
                problem,
                reread=reaction is Reaction.REREAD,
                shop_setting=known.name in _SETTINGS,
            )


def later(error: UserError | RetryableError) -> ReportLater:
    """Nothing was sent. What is wrong with the whole app is no refusal of this parcel."""
    reach = REACHES.get(error.code, Reach.MESSAGE)
    if isinstance(error, RetryableError):
        return ReportLater(error.message, error.retry_after_s, error.code, reach)
    return ReportLater(_both(error), _APP_WIDE_PAUSE_S, error.code, reach)


def _both(error: PackbenchError) -> Text:
    return T("{message} {remedy}", message=error.message, remedy=error.remedy)
