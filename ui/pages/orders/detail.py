"""What the drawer says of one order, as plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from app.domain.companies import company
from app.domain.fixes import Fix
from app.domain.routing import Fell
from app.domain.states import HoldCode, ParcelState
from app.domain.text import Text, ntr, tr
from app.services.money.fees import ParcelFee
from app.services.orders.details import OrderDetail
from app.services.orders.holding import REMEDIES
from app.services.orders.queries import HoldRow, LineRow
from app.services.parcels.parcel_queries import ParcelRow
from app.services.waves import troubles
from ui.pages.orders import words
from ui.pages.orders.desk import DeskFacts, desk_view
from ui.pages.orders.desk_view import DeskView
from ui.pages.orders.story import StoryLine, story_lines
from ui.pages.orders.words import TimeLeft, Urgency
from ui.paint_status import Severity, Stage


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One line; a gift has no price."""

    picture: str
    title: str
    note: str
    bin: str
    quantity: str
    price: str
    gift: bool


@dataclass(frozen=True, slots=True)
class ParcelCard:
    """One parcel: its carrier, why that one, and how far its label is."""

    id: str
    company: str
    title: str
    note: str
    waybill: str
    facts: tuple[str, ...]
    can_change: bool
    fee: str = ""  # estimated, or billed when the bill is here
    why: tuple[str, ...] = ()  # rules that fell out before this carrier was chosen


@dataclass(frozen=True, slots=True)
class Trouble:
    """A hold or a failure: what, why, what proves it, and what to do."""

    severity: Severity
    what: str
    why: str
    evidence: str
    remedy: str
    releasable: bool
    parcel: str = ""  # whose address may be put right
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class DetailView:
    """The whole drawer."""

    id: str
    number: str
    title: str
    caption: str
    stage: Stage
    left: TimeLeft | None
    left_note: str
    troubles: tuple[Trouble, ...]
    goods_title: str
    total: str
    lines: tuple[GoodsLine, ...]
    buyer_note: str
    greeting: str
    custom_work: str
    parcels: tuple[ParcelCard, ...]
    parcel_ids: tuple[str, ...]
    story: tuple[StoryLine, ...]
    can_print: bool
    can_hold: bool
    can_release: bool
    desk: DeskView = field(default_factory=DeskView)

    @property
    def waybills(self) -> tuple[str, ...]:
        return tuple(card.waybill for card in self.parcels if card.waybill)


_HOLD_OF = {"address": HoldCode.ADDRESS_CHANGE, "variant": HoldCode.SKU_CHANGE}
_BEFORE_LEAVING = (
    ParcelState.TO_CHECK,
    ParcelState.TO_LABEL,
    ParcelState.TO_PICK,
    ParcelState.TO_PACK,
)


def detail_view(
    order: OrderDetail, desk: DeskFacts, shops: Mapping[str, str], now: datetime
) -> DetailView:
    """The drawer's words for ``order``; ``shops`` gives their names by id."""
    shown = desk_view(order, desk, now)
    carded = {_HOLD_OF[request.kind] for request in shown.requests}
    if any(case.open for case in shown.cases):
        carded.add(HoldCode.REFUND)
    row = order.row
    live = [p for p in order.parcels if p.state != ParcelState.CANCELLED]
    left = words.time_left(row.deadline_at, now) if words.wants_time(row) else None
    paid = tr("{time} paid", time=words.day_and_time(row.paid_at)) if row.paid_at else ""
    shop = shops.get(row.shop, row.shop)
    return DetailView(
        id=row.id,
        number=row.order_id,
        title=tr("Order {number}", number=words.grouped_number(row.order_id)),
        caption=" · ".join(part for part in (paid, shop) if part),
        stage=words.shown_stage(row),
        left=left if left is not None and left.text else None,
        left_note=_left_note(row.deadline_at, left),
        troubles=(
            *_failures(live),
            *(_hold(h, order) for h in order.holds if HoldCode(h.code) not in carded),
        ),
        goods_title=tr(
            "{kinds} · {pieces}",
            kinds=ntr("{n} kind", "{n} kinds", len(row.lines)),
            pieces=words.pieces(row.pieces),
        ),
        total="" if row.is_gift else tr("Total {money}", money=words.money(order.paid_fen)),
        lines=tuple(_goods(line, with_price=not row.is_gift) for line in row.lines),
        buyer_note=order.buyer_note,
        greeting=order.greeting,
        custom_work=order.custom_work,
        parcels=tuple(
            _parcel(p, order.fees.get(p.id, ParcelFee()), several=len(live) > 1, at=n)
            for n, p in enumerate(live, 1)
        ),
        parcel_ids=tuple(p.id for p in live),
        story=tuple(story_lines(order.story, row.paid_at, now, order.way)),
        can_print=any(p.state == ParcelState.TO_LABEL and not p.holds and not p.wave for p in live),
        can_hold=any(p.state in _BEFORE_LEAVING for p in live),
        can_release=any(h.releasable for h in order.holds),
        desk=shown,
    )


def _left_note(deadline_at: datetime | None, left: TimeLeft | None) -> str:
    if deadline_at is None or left is None:
        return ""
    when = words.day_and_time(deadline_at)
    if left.urgency is Urgency.LATE:
        return tr("Should have left by {time}", time=when)
    return tr("Must leave by {time}", time=when)


def _goods(line: LineRow, *, with_price: bool) -> GoodsLine:
    note = [line.spec] if line.spec else []
    if not line.mapped:
        note.append(tr("not matched yet"))
    if line.refunded:
        note.append(tr("{n} refunded", n=line.refunded))
    gift = line.is_free_gift
    return GoodsLine(
        picture=line.picture or "-",
        title=line.title,
        note=" · ".join(note),
        bin=line.bin,
        quantity=f"×{line.quantity}",
        price=words.money(line.paid_fen) if with_price and not gift else "",
        gift=gift,
    )


def _parcel(parcel: ParcelRow, fee: ParcelFee, *, several: bool, at: int) -> ParcelCard:
    name = str(company(parcel.carrier).name) if parcel.carrier else tr("No carrier yet")
    note = [str(Text.from_json(parcel.choice_reason))] if parcel.choice_reason else []
    if parcel.expected_weight_g:
        note.append(tr("about {kg} kg", kg=f"{parcel.expected_weight_g / 1000:.2f}"))
    title = tr("Parcel {n} · {carrier}", n=at, carrier=name) if several else name
    return ParcelCard(
        id=parcel.id,
        company=parcel.carrier,
        title=title,
        note=" · ".join(note),
        waybill=parcel.waybill,
        facts=(*_decided(parcel), *_facts(parcel, fee)),
        can_change=not parcel.waybill
        and parcel.state in (ParcelState.TO_CHECK, ParcelState.TO_LABEL),
        fee=_fee(fee),
        why=tuple(str(step.sentence) for step in parcel.trail),
    )


def _decided(parcel: ParcelRow) -> tuple[str, ...]:
    """The first thing that took another carrier away: a note, a place, an account."""
    found = (s for s in parcel.trail if s.fell is not Fell.CONDITION)
    return tuple(str(step.sentence) for step in islice(found, 1))


def _fee(fee: ParcelFee) -> str:
    known = fee.billed_fen if fee.billed_fen is not None else fee.estimated_fen
    return "" if known is None else words.money(known)


def _bill(fee: ParcelFee) -> str:
    """What was billed beside what was expected."""
    if fee.billed_fen is None:
        return ""
    if fee.estimated_fen is None:
        return tr("billed {fee}", fee=words.money(fee.billed_fen))
    return tr(
        "billed {fee}, expected {expected}",
        fee=words.money(fee.billed_fen),
        expected=words.money(fee.estimated_fen),
    )


def _facts(parcel: ParcelRow, fee: ParcelFee) -> tuple[str, ...]:
    """The number with its label, then wave and weight, then the bill; a line each."""
    label, way = [parcel.waybill], []
    if parcel.printed:
        label.append(tr("label printed") if parcel.confirmed else tr("label not confirmed"))
    if parcel.wave:
        way.append(tr("wave {name}", name=parcel.wave))
    if parcel.weight_g:
        way.append(tr("weighed {kg} kg", kg=f"{parcel.weight_g / 1000:.2f}"))
    lines = (" · ".join(part for part in line if part) for line in (label, way, [_bill(fee)]))
    return tuple(line for line in lines if line)


def _failures(parcels: list[ParcelRow]) -> list[Trouble]:
    found = [(p, troubles.of_failure(p.failure)) for p in parcels]
    return [
        Trouble(
            Severity.FAILED,
            str(failed.message),
            "",
            failed.said if failed.said not in str(failed.message) else "",
            str(failed.remedy),
            releasable=False,
            parcel="" if p.waybill else p.id,
            fix=failed.fix,
        )
        for p, failed in found
        if failed is not None
    ]


def _hold(hold: HoldRow, order: OrderDetail) -> Trouble:
    code = HoldCode(hold.code)
    return Trouble(
        Severity.STOP if code is HoldCode.REFUND else Severity.PROBLEM,
        words.hold_word(hold.code),
        str(Text.from_json(hold.reason)),
        _evidence(code, hold, order),
        str(REMEDIES[code]),
        hold.releasable,
    )


def _evidence(code: HoldCode, hold: HoldRow, order: OrderDetail) -> str:
    match code:
        case HoldCode.REFUND:
            cases = hold.evidence.get("after_sales") or []
            return tr("After-sale {ids}", ids=tr(", ").join(map(str, cases))) if cases else ""
        case HoldCode.ADDRESS_CHANGE if order.pending_address is not None:
            return tr("New address: {address}", address=order.pending_address.full)
        case HoldCode.MANUAL:
            return tr("{user}, {time}", user=hold.set_by, time=words.day_and_time(hold.set_at))
        case _:
            return ""
