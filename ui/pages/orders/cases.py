"""After-sales of an order in words, and what can be answered from here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.after_sales import AfterSaleKind, AfterSaleStage
from app.domain.text import T, Text, ntr, tr
from app.services.after_sales.queries import CaseRow
from app.services.after_sales.steps import stage_words
from ui.pages.orders import words
from ui.pages.orders.desk_view import CaseView

_HURRY = timedelta(hours=24)
_KINDS: Mapping[str, Text] = {
    AfterSaleKind.REFUND: T("Refund only"),
    AfterSaleKind.RETURN: T("Return and refund"),
    AfterSaleKind.EXCHANGE: T("Exchange"),
    AfterSaleKind.RESEND: T("Send again"),
    AfterSaleKind.UNKNOWN: T("After-sale"),
}
_ASKED, _RETURNED = AfterSaleStage.ASKED.value, AfterSaleStage.RETURNED.value
_ANSWERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (AfterSaleKind.REFUND, _ASKED): ("refund", "reject"),
    (AfterSaleKind.RETURN, _ASKED): ("return", "reject"),
    (AfterSaleKind.EXCHANGE, _ASKED): ("return", "reject"),
    (AfterSaleKind.RETURN, _RETURNED): ("refund", "reject"),
    (AfterSaleKind.EXCHANGE, _RETURNED): ("reject",),
    (AfterSaleKind.EXCHANGE, AfterSaleStage.SHIP_EXCHANGE): ("exchange", "reject"),
    (AfterSaleKind.RESEND, AfterSaleStage.SHIP_EXCHANGE): ("exchange",),
}
_OURS = frozenset(
    {_ASKED, _RETURNED, AfterSaleStage.SHIP_EXCHANGE.value, AfterSaleStage.PAY_OUTSIDE.value}
)


def case_view(row: CaseRow, now: datetime, why_not: str = "") -> CaseView:
    """One case; ``why_not`` is why its shop may not be answered."""
    ours = row.open and row.stage in _OURS
    left = row.deadline_at - now if row.deadline_at is not None else None
    return CaseView(
        shop=row.shop,
        id=row.id,
        title=case_title(row),
        stage=str(stage_words(row.stage)),
        facts=_facts(row, ours=ours),
        amount_fen=row.amount_fen,
        can=_can(row),
        note=_note(row),
        urgent=ours and left is not None and left < _HURRY,
        open=row.open,
        why_not=why_not,
    )


def case_title(row: CaseRow) -> str:
    """退货退款 · ¥12.30."""
    kind = tr("Price difference") if row.price_difference else str(_kind(row.kind))
    return f"{kind} · {words.money(row.amount_fen)}" if row.amount_fen else kind


def _kind(kind: str) -> Text:
    return _KINDS.get(kind, _KINDS[AfterSaleKind.UNKNOWN])


def _can(row: CaseRow) -> tuple[str, ...]:
    found = _ANSWERS.get((row.kind, row.stage), ()) if row.open else ()
    if row.open and row.stage == AfterSaleStage.PAY_OUTSIDE:
        found = ("proof",)
    return tuple(a for a in found if a != "exchange" or not row.exchange_parcels)


def _facts(row: CaseRow, *, ours: bool) -> tuple[str, ...]:
    facts = []
    if row.deadline_at is not None and row.open:
        when = words.day_and_time(row.deadline_at)
        facts.append(tr("Answer by {time}", time=when) if ours else tr("Ends {time}", time=when))
    pieces = sum(goods.quantity for goods in row.goods)
    why = [row.reason, ntr("{n} piece", "{n} pieces", pieces) if pieces else ""]
    facts.append(" · ".join(x for x in why if x))
    if row.words:
        facts.append(tr("“{words}”", words=row.words))
    if row.return_number:
        facts.append(tr("Comes back with {number}", number=row.return_number))
    return tuple(fact for fact in facts if fact)


def _note(row: CaseRow) -> str:
    if not row.open or _can(row):
        return ""
    if row.exchange_parcels:
        return tr("The other goods wait in a parcel of their own.")
    match row.stage:
        case AfterSaleStage.WAIT_BUYER:
            return tr("Nothing to do until the buyer moves.")
        case AfterSaleStage.PLATFORM:
            return tr("The platform decides; nothing to do here.")
        case _:
            return tr("To be dealt with in the shop's back office.")
