"""An order's story in words, from its audit entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.companies import company, company_of_wechat
from app.domain.states import HoldCode, OrderStatus
from app.domain.text import T, Text, tr
from app.domain.tracking import TrackStage
from app.domain.words import ORDER_WORDS
from app.services.orders.queries import StoryRow
from app.services.tracking.views import WayRow
from ui.pages.orders.words import clock_time, hold_word, money

_SIMPLE: Mapping[str, Text] = {
    "order_new": T("Order came in"),
    "parcel_new": T("Parcel made"),
    "checked": T("Passed the check by itself"),
    "request_dead": T("Earlier number request is surely void"),
    "number_lost": T("The carrier no longer knows the number"),
    "wave_left": T("Taken out of its wave"),
    "ship_unpacked": T("Shipped without packing"),
    "reported": T("The shop knows it is shipped"),
    "decoded": T("Address read in clear"),
    "picked": T("Picked"),
    "line_reduced": T("Fewer pieces, after a refund"),
    "parcel_cancelled": T("Parcel cancelled"),
    "unshipped": T("Shipping taken back"),
    "archived": T("Put into the archive"),
    "restored": T("Brought back from the archive"),
    "note": T("wrote the note"),
    "urged": T("The buyer urges"),
    "address_proposed": T("proposed another address to the buyer"),
    "address_corrected": T("corrected the address of the label"),
    "address_correction_undone": T("took the address of the label back"),
    "serials": T("noted the serial number"),
    "serials_without": T("lets it go without a serial number"),
    "note_given_up": T("the shop's note taken over"),
    "virtual_extended": T("virtual number kept longer"),
    "virtual_new": T("new virtual number"),
    "merged": T("merged with other orders"),
    "unmerged": T("Parted again, another address"),
    "taken_out": T("Taken out of a box that the shop has for other orders"),
    "extra_parcel": T("one parcel more sent"),
    "correction": T("number corrected"),
    "corrected": T("The shop has the right number"),
    "return_seen": T("number given up"),
    "after_sale_accept_return": T("return agreed"),
    "after_sale_reject": T("after-sale refused"),
    "track_seen": T("saw the warning"),
}
_STEPS: Mapping[str, Text] = {
    TrackStage.ANNOUNCED: T("Carrier waits for the parcel"),
    TrackStage.PICKED_UP: T("Carrier has picked it up"),
    TrackStage.IN_TRANSIT: T("On its way"),
    TrackStage.OUT_FOR_DELIVERY: T("Courier is bringing it"),
    TrackStage.AT_PICKUP_POINT: T("At the pickup point"),
    TrackStage.DELIVERED: T("Signed for"),
    TrackStage.EXCEPTION: T("Carrier reports trouble"),
    TrackStage.RETURNING: T("On its way back"),
    TrackStage.RETURNED: T("Came back"),
}


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A moment: the time, what happened, and by whom (empty: by itself)."""

    at: datetime
    time: str
    text: str


def story_lines(
    story: Sequence[StoryRow],
    paid_at: datetime | None,
    now: datetime,
    way: Sequence[WayRow] = (),
) -> list[StoryLine]:
    """The story, the oldest first, with the payment at its beginning and the way at its end.

    ``way``: what the carriers told. A line names its parcel only where there are several.
    """
    lines = [StoryLine(r.at, clock_time(r.at, now), _sentence(r)) for r in story if _known(r)]
    several = len({w.parcel for w in way}) > 1
    lines += [StoryLine(w.event.at, clock_time(w.event.at, now), _way(w, several)) for w in way]
    lines.sort(key=lambda line: line.at)
    if paid_at is not None:
        lines.insert(0, StoryLine(paid_at, clock_time(paid_at, now), tr("Buyer paid")))
    return lines


def step_words(stage: TrackStage) -> str:
    """A step of a parcel's way in our words."""
    return str(_STEPS[stage])


def _way(row: WayRow, several: bool) -> str:
    """The carrier's own words with their place; a step that came without words in ours."""
    said = row.event.text or step_words(row.event.stage)
    place = row.event.place
    if place and place not in said:
        said = tr("{place}: {what}", place=place, what=said)
    return tr("{step}, {number}", step=said, number=row.number) if several else said


def _known(row: StoryRow) -> bool:
    return row.action in _SIMPLE or row.action in _DETAILED


def _sentence(row: StoryRow) -> str:
    simple = _SIMPLE.get(row.action)
    said = str(simple) if simple is not None else _DETAILED[row.action](row.detail)
    by_person = row.action in _BY_PEOPLE and row.user
    return tr("{user}: {what}", user=row.user, what=said) if by_person else said


_BY_PEOPLE = frozenset(
    {
        "release",
        "carrier",
        "packed",
        "reprint",
        "ship_unpacked",
        "wave_left",
        "note",
        "revealed",
        "address_answer",
        "variant_answer",
        "address_proposed",
        "address_corrected",
        "address_correction_undone",
        "serials",
        "serials_without",
        "note_given_up",
        "virtual_extended",
        "virtual_new",
        "split",
        "merged",
        "extra_parcel",
        "correction",
        "return_seen",
        "after_sale_accept_return",
        "after_sale_refund",
        "after_sale_reject",
        "track_seen",
    }
)


def _revealed(detail: Mapping[str, Any]) -> str:
    return tr("looked at the receiver in clear: {why}", why=detail.get("why", ""))


def _address_answer(detail: Mapping[str, Any]) -> str:
    return tr("accepted the other address") if detail.get("accept") else tr("kept the old address")


def _variant_answer(detail: Mapping[str, Any]) -> str:
    return tr("accepted the other variant") if detail.get("accept") else tr("kept the old variant")


def _sent_elsewhere(detail: Mapping[str, Any]) -> str:
    carrier = company_of_wechat(str(detail.get("carrier", ""))).name
    return tr(
        "Shipped by somebody else: {carrier} {number}",
        carrier=carrier,
        number=detail.get("number", ""),
    )


def _hold(detail: Mapping[str, Any]) -> str:
    return tr("On hold: {why}", why=_hold_name(detail.get("code")))


def _hold_name(code: object) -> str:
    known = {c.value for c in HoldCode}
    return hold_word(code) if isinstance(code, str) and code in known else tr("Held by hand")


def _release(detail: Mapping[str, Any]) -> str:
    codes = detail.get("codes") or []
    return tr("released: {what}", what=tr(", ").join(_hold_name(code) for code in codes))


def _number(detail: Mapping[str, Any]) -> str:
    return tr("Waybill number {number}", number=detail.get("waybill", ""))


def _number_cancelled(detail: Mapping[str, Any]) -> str:
    return tr("Waybill number {number} cancelled", number=detail.get("waybill", ""))


def _printed(detail: Mapping[str, Any]) -> str:
    if detail.get("confirmed"):
        return tr("Label printed")
    return tr("Label sent to the printer, not confirmed")


def _reprint(detail: Mapping[str, Any]) -> str:
    return tr("label printed again, copy {n}", n=detail.get("copy", ""))


def _packed(detail: Mapping[str, Any]) -> str:
    weight = detail.get("weight_g")
    if isinstance(weight, int) and weight:
        return tr("packed, {kg} kg", kg=f"{weight / 1000:.2f}")
    return tr("packed")


def _shipped(detail: Mapping[str, Any]) -> str:
    return tr("Out of the door with {number}", number=detail.get("waybill", ""))


def _carrier(detail: Mapping[str, Any]) -> str:
    return tr("carrier changed to {carrier}", carrier=company(str(detail.get("carrier"))).name)


def _status(detail: Mapping[str, Any]) -> str:
    try:
        return str(ORDER_WORDS[OrderStatus(str(detail.get("status")))])
    except ValueError:
        return str(ORDER_WORDS[OrderStatus.UNKNOWN])


def _step(detail: Mapping[str, Any]) -> str:
    said = str(_STEPS.get(str(detail.get("stage")), _STEPS[TrackStage.IN_TRANSIT]))
    return tr("{step}, {number}", step=said, number=detail.get("number", ""))


def _split(detail: Mapping[str, Any]) -> str:
    return tr("split into {n} parcels", n=len(detail.get("into") or ()))


def _refunded(detail: Mapping[str, Any]) -> str:
    fen = detail.get("amount_fen")
    return tr("pays back {money}", money=money(fen if isinstance(fen, int) else 0))


_DETAILED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "hold": _hold,
    "release": _release,
    "number": _number,
    "number_cancelled": _number_cancelled,
    "printed": _printed,
    "reprint": _reprint,
    "packed": _packed,
    "shipped": _shipped,
    "carrier": _carrier,
    "order_status": _status,
    "track": _step,
    "split": _split,
    "after_sale_refund": _refunded,
    "revealed": _revealed,
    "address_answer": _address_answer,
    "variant_answer": _variant_answer,
    "sent_elsewhere": _sent_elsewhere,
}
