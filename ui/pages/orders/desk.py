"""What the desk cards of the drawer say, from what the services know of one order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.states import OPEN_STATES, OrderStatus, ParcelState
from app.domain.text import sentences, tr
from app.services import read_only
from app.services.after_sales.queries import CaseFilter, CaseRow, case_rows
from app.services.orders import serials
from app.services.orders.details import OrderDetail
from app.services.orders.order_notes import Note
from app.services.orders.order_requests import AddressRequest, Variant, VariantRequest
from app.services.orders.request_effects import Effect, ParcelEffect
from app.services.orders.serials import SerialsRow
from app.services.parcels.parcel_queries import ParcelRow
from app.services.waves import wave_views
from app.services.workplace import Workplace
from ui.pages.orders import parcel_deeds, words
from ui.pages.orders.cases import case_view
from ui.pages.orders.desk_view import (
    DeskView,
    FactLine,
    LabelView,
    NoteState,
    NoteView,
    Pair,
    Person,
    ReceiverView,
    RequestView,
    SerialView,
    SplitChance,
    VariantChange,
    VariantSide,
)
from ui.paint_status import Severity

_MOST_CASES = 10
_CAN_CHANGE = frozenset({OrderStatus.PAID.value, OrderStatus.PARTLY_SHIPPED.value})
_BEFORE_NUMBER = frozenset({ParcelState.TO_CHECK.value, ParcelState.TO_LABEL.value})
_HANDS_NEEDED = {Effect.LABEL_OFF, Effect.REPRINT, Effect.UNPACK, Effect.UNSEAL}


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What is read beside the order itself. ``refusal``: why its shop may not be changed."""

    pictures: Mapping[str, str] = field(default_factory=dict)
    refusal: UserError | None = None
    splits: tuple[SplitChance, ...] = ()
    serials: Mapping[str, SerialsRow] = field(default_factory=dict)
    cases: tuple[CaseRow, ...] = ()

    @property
    def why_not(self) -> str:
        return sentences(self.refusal.message, self.refusal.remedy) if self.refusal else ""


def read_desk(work: Workplace, order: OrderDetail) -> DeskFacts:
    """Read it, off the main thread."""
    sides = [side.sku for v in order.variant_requests for side in (v.old, v.new) if side.sku]
    noted = {}
    if order.serials_wanted:
        found = {p.id: serials.of_parcel(work, p.id) for p in _open_boxes(order)}
        noted = {parcel: row for parcel, row in found.items() if row is not None}
    return DeskFacts(
        pictures=wave_views.sku_pictures(work, sides) if sides else {},
        refusal=read_only.refusal(work, order.row.shop),
        splits=parcel_deeds.split_chances(work, order),
        serials=noted,
        cases=tuple(case_rows(work, CaseFilter(order=order.row.id), limit=_MOST_CASES)),
    )


def _open_boxes(order: OrderDetail) -> list[ParcelRow]:
    return [p for p in order.parcels if p.state in OPEN_STATES]


def desk_view(order: OrderDetail, facts: DeskFacts, now: datetime) -> DeskView:
    """The cards of this order."""
    asked, variants = order.address_request, order.variant_requests
    if order.row.status not in _CAN_CHANGE:
        asked, variants = None, ()
    requests = [_address_view(asked, facts, now)] if asked is not None else []
    return DeskView(
        note=_note_view(order.note),
        receiver=_receiver_view(order, facts),
        facts=_fact_lines(order),
        serials=_serial_views(order, facts),
        cases=tuple(case_view(row, now, facts.why_not) for row in facts.cases),
        splits=facts.splits,
        read_only=facts.why_not,
        unships=parcel_deeds.unship_chances(order),
        requests=(*requests, *_variant_views(variants, facts)),
    )


# -- the note and the receiver ---------------------------------------------------------------


def _note_view(note: Note) -> NoteView:
    match note.state:
        case "waiting":
            return NoteView(note.text, NoteState.WAITING)
        case "refused":
            return NoteView(
                note.text, NoteState.REFUSED, str(note.message or ""), str(note.remedy or "")
            )
        case _:
            return NoteView(note.text, NoteState.SAVED if note.text else NoteState.NONE)


def person_of(receiver: Address) -> Person:
    """A receiver as the drawer writes it."""
    phone = receiver.phone
    if receiver.extension:
        phone = tr("{phone} ext. {extension}", phone=phone, extension=receiver.extension)
    return (
        receiver.name,
        phone,
        receiver.region.replace(" ", ""),
        f"{receiver.street}{receiver.address}",
    )


def _receiver_view(order: OrderDetail, facts: DeskFacts) -> ReceiverView:
    until = order.virtual_until_at
    return ReceiverView(
        person_of(order.receiver),
        can_reveal=order.receiver.masked and bool(order.receiver.name),
        why_not=facts.why_not,
        virtual=until is not None,
        virtual_until=tr("until {time}", time=words.day_and_time(until)) if until else "",
        labels=_labels(order),
    )


def _labels(order: OrderDetail) -> tuple[LabelView, ...]:
    """Every live parcel with what its label says otherwise."""
    live = [p for p in order.parcels if p.state != ParcelState.CANCELLED]
    return tuple(
        LabelView(
            box.id,
            tr("Parcel {n}", n=at) if len(live) > 1 else "",
            _on_label(order.written.get(box.id)),
            can_edit=bool(order.receiver.province)
            and not box.waybill
            and box.state in _BEFORE_NUMBER,
        )
        for at, box in enumerate(live, 1)
    )


def _on_label(written: Address | None) -> str:
    if written is None:
        return ""
    name, phone, region, _ = person_of(written)
    return " · ".join(part for part in (name, phone, region) if part)


def _fact_lines(order: OrderDetail) -> tuple[FactLine, ...]:
    found = []
    if "催" in order.row.flags:
        found.append(FactLine(Severity.PROBLEM, tr("The buyer urges: send this one first")))
    if "他" in order.row.flags:
        why = tr("The shop has a number on file that is not ours. Do not send these goods again.")
        found.append(FactLine(Severity.PROBLEM, tr("Sent by another program"), why))
    if order.row.is_gift:
        why = tr("No price is printed on anything that goes into the box.")
        found.append(FactLine(Severity.INFO, tr("A gift"), why))
    if order.inspection is not None:
        found.append(FactLine(Severity.INFO, tr("Quality inspection"), str(order.inspection)))
    if order.dropship:
        found.append(FactLine(Severity.INFO, tr("A supplier sends a part of it")))
    return tuple(found)


def _serial_views(order: OrderDetail, facts: DeskFacts) -> tuple[SerialView, ...]:
    if not order.serials_wanted:
        return ()
    boxes = _open_boxes(order)
    views = []
    for at, box in enumerate(boxes, 1):
        noted = facts.serials.get(box.id, SerialsRow(box.id, ""))
        title = tr("Parcel {n}", n=at) if len(boxes) > 1 else ""
        views.append(SerialView(box.id, title, noted.serial, noted.imei1, noted.imei2))
    return tuple(views)


# -- requests --------------------------------------------------------------------------------


def _address_view(asked: AddressRequest, facts: DeskFacts, now: datetime) -> RequestView:
    pairs = (
        Pair(tr("Name"), asked.old.name, asked.new.name),
        Pair(tr("Phone"), asked.old.phone, asked.new.phone),
        Pair(tr("Region"), asked.old.region, asked.new.region),
        Pair(tr("Address"), _rest(asked.old), _rest(asked.new)),
    )
    effect = _effect_words(asked.parcels)
    if asked.hidden:
        effect = f"{effect}\n{tr('A part that the shop hides may have changed as well.')}"
    since = asked.asked_at
    return RequestView(
        kind="address",
        title=tr("The buyer wants another address"),
        since=tr("asked {time}", time=words.clock_time(since, now)) if since else "",
        effect=effect,
        pairs=pairs,
        asks_again=_hands_needed(asked.parcels),
        question=tr("Use the new address?"),
        why_not=facts.why_not,
    )


def _rest(address: Address) -> str:
    return f"{address.street}{address.address}"


def _variant_views(asked: tuple[VariantRequest, ...], facts: DeskFacts) -> tuple[RequestView, ...]:
    """One card for all lines of the order."""
    if not asked:
        return ()
    title, question = tr("The buyer wants another variant"), tr("Send the new variant?")
    if len(asked) > 1:
        title = tr("The buyer wants {n} other variants", n=len(asked))
        question = tr("Send the {n} new variants?", n=len(asked))
    one = RequestView(
        kind="variant",
        title=title,
        since="",
        effect=_effect_words(asked[0].parcels),  # of the whole order
        changes=tuple(_change(request, facts) for request in asked),
        asks_again=_hands_needed(asked[0].parcels),
        question=question,
        why_not=facts.why_not,
    )
    return (one,)


def _change(asked: VariantRequest, facts: DeskFacts) -> VariantChange:
    line = f"{asked.old.title} ×{asked.quantity}"
    if asked.until_at is not None:
        until = words.day_and_time(asked.until_at)
        line = tr("{goods}, answer by {time}, else it stays as it is", goods=line, time=until)
    return VariantChange(line, (_side(asked.old, facts), _side(asked.new, facts)))


def _side(variant: Variant, facts: DeskFacts) -> VariantSide:
    if variant.available is None:
        stock = tr("not matched yet")
    else:
        stock = tr("{sku} · {n} available", sku=variant.sku, n=f"{variant.available:,}")
    picture = facts.pictures.get(variant.sku, "") or "-"
    return VariantSide(picture, variant.title, variant.spec, stock)


def _effect_words(effects: tuple[ParcelEffect, ...]) -> str:
    """What happens to the label in one sentence; several parcels each with their number."""
    said = dict.fromkeys(str(effect.words) for effect in effects)
    return "\n".join(said)


def _hands_needed(effects: tuple[ParcelEffect, ...]) -> bool:
    return any(effect.effect in _HANDS_NEEDED for effect in effects)
