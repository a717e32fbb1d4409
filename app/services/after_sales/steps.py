"""One answer of the shop to one case, the same way for all of them.

Read the case (it may have moved, or an earlier try may have arrived), check, write the intent down,
call, read back. An answer that was lost is therefore never given twice, and never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.after_sales import AfterSaleCase, AfterSaleStage
from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T, Text
from app.ports import (
    AfterSaleDesk,
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
)
from app.services import read_only, records
from app.services.after_sales import storing
from app.services.after_sales.fetching import refresh
from app.services.leases import lease
from app.services.workplace import Workplace

STAGE_WORDS: Mapping[AfterSaleStage, Text] = {
    AfterSaleStage.ASKED: T("waits for your answer"),
    AfterSaleStage.WAIT_BUYER: T("waits for the buyer"),
    AfterSaleStage.RETURNED: T("goods are coming back"),
    AfterSaleStage.PLATFORM: T("with the platform"),
    AfterSaleStage.SHIP_EXCHANGE: T("send the other goods"),
    AfterSaleStage.PAY_OUTSIDE: T("pay outside and prove it"),
    AfterSaleStage.REFUNDED: T("refunded"),
    AfterSaleStage.EXCHANGED: T("exchanged"),
    AfterSaleStage.NOTHING: T("came to nothing"),
    AfterSaleStage.UNKNOWN: T("in a state this program does not know"),
}


def stage_words(stage: str) -> Text:
    """What a stored stage means for a person."""
    known = stage in set(AfterSaleStage)
    return STAGE_WORDS[AfterSaleStage(stage) if known else AfterSaleStage.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an answer: ``done`` now, or ``kept`` (it was so already)."""

    shop: str
    after_sale_id: str
    result: str
    stage: str
    status: str


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of answer. ``ready``: it may be given; ``over``: the case shows that it was.

    ``landed``, where it differs: what a case may look like right after the answer arrived.
    """

    action: str
    ready: Callable[[AfterSaleCase], bool]
    over: Callable[[AfterSaleCase], bool]
    landed: Callable[[AfterSaleCase], bool] | None = None

    def arrived(self, case: AfterSaleCase) -> bool:
        return self.over(case) or (self.landed is not None and self.landed(case))


def take(
    work: Workplace,
    shop_id: str,
    after_sale_id: str,
    step: Step,
    call: Callable[[AfterSaleDesk, AfterSaleCase], ReportOutcome],
    *,
    check: Callable[[AfterSaleCase, str | None], Mapping[str, Any]] = lambda case, our_id: {},
) -> Answered:
    """Give one answer.

    ``check`` sees the case as it is now and our key of its order; it raises what forbids the
    answer and returns what the audit trail keeps of it.

    Raises:
        UserError: the case is at another step (``after_sale_step``), the shop refused, or may only
            be read (``shop_read_only``).
        RetryableError: nothing happened (``after_sale_later``, with the time to wait), or nobody
            knows yet (``after_sale_unclear``): asked again it looks first.
    """
    read_only.refuse(work, shop_id)
    name = f"after-sale:{shop_id}:{after_sale_id}"
    with lease(work, name) as kept_alive:
        case = refresh(work, shop_id, [after_sale_id])[0]
        if step.over(case):
            return _answered(shop_id, case, "kept")
        if not step.ready(case):
            raise _not_now(case)
        with work.db.read() as tx:
            our_id = storing.order_key(tx, shop_id, case.order_id)
        kept = {"after_sale": after_sale_id, **check(case, our_id)}
        _note(work, step.action, our_id, kept)
        kept_alive.check(name)
        outcome = call(work.outside.shop(shop_id).after_sales, case)
        return _settle(work, shop_id, case, step, outcome, our_id)


def _settle(
    work: Workplace,
    shop_id: str,
    case: AfterSaleCase,
    step: Step,
    outcome: ReportOutcome,
    our_id: str | None,
) -> Answered:
    after_sale_id = case.after_sale_id
    ended = {"after_sale": after_sale_id, "answer": step.action}
    match outcome:
        case Reported():
            _note(work, "after_sale_answered", our_id, ended)
            return _answered(shop_id, _as_it_is(work, shop_id, case), "done")
        case ReportLater(reason=reason, retry_after_s=wait_s):
            _note(work, "after_sale_not_sent", our_id, ended)
            raise RetryableError(
                "after_sale_later",
                reason,
                T("Nothing was done; do it again in a moment."),
                ref=after_sale_id,
                retry_after_s=wait_s,
            )
        case ReportRefused(problem=problem):
            _note(work, "after_sale_refused", our_id, {**ended, "code": problem.code})
            now = _as_it_is(work, shop_id, case)
            if step.arrived(now):
                return _answered(shop_id, now, "done")
            raise UserError(
                problem.code,
                T(
                    "{message} It is now: {stage}",
                    message=problem.message,
                    stage=STAGE_WORDS[now.stage],
                ),
                problem.remedy,
                ref=after_sale_id,
            )
        case ReportUnclear(reason=reason):
            now = _as_it_is(work, shop_id, case)
            if step.arrived(now):
                _note(work, "after_sale_answered", our_id, ended)
                return _answered(shop_id, now, "done")
            raise RetryableError(
                "after_sale_unclear",
                reason,
                T("Nobody knows yet whether it arrived. Do it again: it looks first."),
                ref=after_sale_id,
            )


def _as_it_is(work: Workplace, shop_id: str, case: AfterSaleCase) -> AfterSaleCase:
    """The case read again; as it was when the shop cannot be asked now (syncing brings it)."""
    try:
        return refresh(work, shop_id, [case.after_sale_id])[0]
    except PackbenchError as error:
        work.log.info("after-sale %s not read back: %s", case.after_sale_id, error.code)
        return case


def _note(work: Workplace, action: str, our_id: str | None, detail: Mapping[str, Any]) -> None:
    with work.db.write() as tx:
        records.note(tx, work, action, order_id=our_id, detail=detail)


def _answered(shop_id: str, case: AfterSaleCase, result: str) -> Answered:
    return Answered(shop_id, case.after_sale_id, result, case.stage, case.status)


def _not_now(case: AfterSaleCase) -> UserError:
    return UserError(
        "after_sale_step",
        T("This after-sale cannot be answered so: {stage}", stage=STAGE_WORDS[case.stage]),
        T("Look at it with: aftersales show {id}", id=case.after_sale_id),
        ref=case.after_sale_id,
    )
