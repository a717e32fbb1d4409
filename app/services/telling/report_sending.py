"""Telling the shop that goods were sent (delivery/send, and extra parcels of goods already sent).

A lost answer is looked up first; "already done" is never guessed.
"""

from __future__ import annotations

from typing import Any

from app.domain.orders import pieces_of
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass
from app.ports import (
    ExtraReason,
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
    Serials,
    ShipmentReport,
    Shop,
)
from app.services.sync import shop_companies
from app.services.workplace import Workplace


def report_of(row: Any) -> ShipmentReport:
    serials = row.payload.get("serials")
    return ShipmentReport(
        order_id=row.payload["order_id"],
        company=row.payload["company"],
        number=row.payload["number"],
        lines=tuple((p, s, int(n)) for p, s, n in row.payload["lines"]),
        serials=Serials(**serials) if serials else None,
    )


def send(work: Workplace, row: Any, *, again: bool) -> ReportOutcome:
    """Send one SHIP row; ``again``: an earlier try may have arrived, the shop's record decides."""
    shop = work.outside.shop(row.shop_id)
    report = report_of(row)
    if again:
        seen = _read_back(shop, report)
        if seen is not None:
            return seen
    refusal = shop_companies.refusal(work, row.shop_id, report.company, report.order_id)
    if refusal is not None:
        return refusal
    outcome = shop.report_shipped(report)
    if isinstance(outcome, ReportUnclear):
        seen = _read_back(shop, report)
        return seen if seen is not None else ReportLater(outcome.reason)
    return outcome


def send_extra(work: Workplace, row: Any, *, again: bool) -> ReportOutcome:
    """Send one EXTRA row: one more parcel of goods that count as sent.

    The shop would take it twice, so it is looked up whether or not this is sent ``again``: somebody
    may have entered the number at the shop.
    """
    shop = work.outside.shop(row.shop_id)
    report = report_of(row)
    if _on_file(shop, report):
        return Reported()
    refusal = shop_companies.refusal(work, row.shop_id, report.company, report.order_id)
    if refusal is not None:
        return refusal
    outcome = shop.add_parcel(report, ExtraReason(int(row.payload["reason"])))
    if isinstance(outcome, ReportUnclear):
        return Reported() if _on_file(shop, report) else ReportLater(outcome.reason)
    return outcome


def arrived(work: Workplace, row: Any) -> bool:
    """Whether an earlier try of a SHIP or EXTRA row has taken effect, by the shop's own record."""
    return _on_file(work.outside.shop(row.shop_id), report_of(row))


def _on_file(shop: Shop, report: ShipmentReport) -> bool:
    mine = pieces_of(report.lines)
    return any(
        parcel.holds(report.number, mine) for parcel in shop.reported_parcels(report.order_id)
    )


def _read_back(shop: Shop, report: ShipmentReport) -> ReportOutcome | None:
    """What the shop has on file: ours = reported, another number = conflict, nothing = ``None``."""
    on_file = shop.reported_parcels(report.order_id)
    mine = pieces_of(report.lines)
    if any(parcel.holds(report.number, mine) for parcel in on_file):
        return Reported()
    for parcel in on_file:
        overlap = {(p, s) for p, s, _ in parcel.lines} & set(mine)
        if overlap and parcel.number != report.number:
            return ReportRefused(_sent_by_another(report), reread=True)
    return None


def _sent_by_another(report: ShipmentReport) -> Problem:
    return Problem(
        ProblemClass.DUPLICATE,
        "sent_by_another",
        "",
        T("The shop already has another waybill number for these goods."),
        T("Compare both parcels before this one leaves; correct the number in the shop."),
        report.order_id,
    )
