"""Telling the shop that the other goods of an exchange are on their way.

Source: WeChat Store, acceptexchangereship: never delivery/send; one a minute of an order.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.domain.after_sales import AfterSaleCase, AfterSaleStage
from app.domain.errors import PackbenchError
from app.domain.states import OutboxKind, OutboxState
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass
from app.ports import Reported, ReportLater, ReportOutcome, ReportRefused, ReportUnclear
from app.services.after_sales.fetching import refresh
from app.services.workplace import Workplace
from app.store.tables import outbox

GAP = timedelta(seconds=60)


def send_exchange(work: Workplace, row: Any, *, again: bool) -> ReportOutcome:
    """Send one EXCHANGE row; ``again``: an earlier try may have arrived, the case shows it."""
    after_sale_id, number = row.payload["after_sale"], row.payload["number"]
    desk = work.outside.shop(row.shop_id).after_sales
    if again:
        seen = _seen(desk.case(after_sale_id), number)
        if seen is not None:
            return _told(work, row, seen)
    wait_s = _wait_s(work, row)
    if wait_s > 0:
        return ReportLater(T("WeChat Store takes one exchange of an order a minute."), wait_s)
    outcome = desk.ship_exchange(after_sale_id, row.payload["company"], number)
    if isinstance(outcome, ReportUnclear):
        seen = _seen(desk.case(after_sale_id), number)
        return _told(work, row, seen) if seen is not None else ReportLater(outcome.reason)
    return _told(work, row, outcome)


def arrived(work: Workplace, row: Any) -> bool:
    """Whether the shop has this message on file. Raises what the shop raises."""
    case = work.outside.shop(row.shop_id).after_sales.case(row.payload["after_sale"])
    return bool(case.exchange_number == row.payload["number"])


def _seen(case: AfterSaleCase, number: str) -> ReportOutcome | None:
    """What the shop has on file: ours, another number, nothing any more, or nothing yet."""
    if case.exchange_number == number:
        return Reported()
    if case.exchange_number:
        return ReportRefused(
            Problem(
                ProblemClass.DUPLICATE,
                "sent_by_another",
                "",
                T("The shop already has another number for this exchange."),
                T("Compare both parcels before this one leaves."),
                case.after_sale_id,
            )
        )
    if case.stage in {AfterSaleStage.NOTHING, AfterSaleStage.REFUNDED}:
        return ReportRefused(
            Problem(
                ProblemClass.OTHER,
                "after_sale_step",
                "",
                T("The exchange has ended; nothing is to be sent."),
                T("Take the parcel back."),
                case.after_sale_id,
            )
        )
    return None


def _told(work: Workplace, row: Any, outcome: ReportOutcome) -> ReportOutcome:
    """Show at once what the case is now; syncing brings it when the shop cannot be asked."""
    if isinstance(outcome, Reported | ReportRefused):
        try:
            refresh(work, row.shop_id, [row.payload["after_sale"]])
        except PackbenchError as error:
            work.log.info("exchange not read back: %s", error.code)
    return outcome


def _wait_s(work: Workplace, row: Any) -> float:
    """Seconds until the next exchange of the same order may be told."""
    with work.db.read() as tx:
        last_at = tx.execute(
            select(outbox.c.done_at)
            .where(
                outbox.c.kind == OutboxKind.EXCHANGE,
                outbox.c.lane == row.lane,
                outbox.c.state == OutboxState.DONE,
            )
            .order_by(outbox.c.done_at.desc())
            .limit(1)
        ).scalar()
    return (last_at + GAP - work.now()).total_seconds() if last_at is not None else 0.0
