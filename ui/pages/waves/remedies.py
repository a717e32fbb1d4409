"""What failed in a wave, in a sentence, with the buttons that put it right. Knows no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.fixes import Fix as Remedy
from app.domain.states import HoldCode
from app.domain.text import T, Text, ntr, tr
from app.domain.waybills import ProblemClass
from app.services.numbers.left_out import LEFT_OUT
from app.services.waves.troubles import Trouble
from app.services.waves.wave_views import WaveParcel, WaveSheet
from ui.pages.orders.words import short_number, short_region
from ui.pages.waves.words import carrier_name, in_the_way, will_fail
from ui.wave_run import RunView

_A_SENTENCE = 4  # shorter words of a carrier are codes


class FixKind(StrEnum):
    """What a button of a failed row does."""

    CARRIER = "carrier"  # value: the company
    ADDRESS = "address"  # value: the field that is wrong
    TYPE_NUMBER = "type_number"
    LOST = "lost"
    RETRY = "retry"
    ORDER = "order"
    STOCK = "stock"
    PRODUCTS = "products"
    AFTER_SALES = "aftersales"
    BALANCE = "balance"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Fix:
    """A button: its words, and what it acts with."""

    kind: FixKind
    text: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One row of the red card; the first fix is the one that helps."""

    parcel: str
    order_id: str
    title: str
    detail: str
    fixes: tuple[Fix, ...]
    doubtful: bool = False


_HOLD_TITLES = {
    HoldCode.REFUND: T("The buyer wants a refund"),
    HoldCode.ADDRESS_CHANGE: T("The buyer wants another address"),
    HoldCode.SKU_CHANGE: T("The buyer wants another variant"),
    HoldCode.SHORT: T("Not enough stock"),
    HoldCode.UNMAPPED: T("Goods not matched"),
    HoldCode.NO_ACCOUNT: T("No account for this carrier"),
}
_PLACES = {
    HoldCode.REFUND: (FixKind.AFTER_SALES, T("Open after-sales")),
    HoldCode.SHORT: (FixKind.STOCK, T("Receive stock")),
    HoldCode.UNMAPPED: (FixKind.PRODUCTS, T("Match goods")),
}
_OTHER_CARRIER = {
    ProblemClass.OUT_OF_RANGE,
    ProblemClass.CLOSED_TEMPORARILY,
    ProblemClass.PROHIBITED,
    ProblemClass.PRODUCT_OR_VAS,
    HoldCode.NO_ACCOUNT,
}
_ACCOUNT_WORDS = {
    Remedy.RECHARGE: T("Recharge"),
    Remedy.CHECK_ACCOUNT: T("Look at the accounts"),
    Remedy.CHANGE_SERVICE: T("Look at the accounts"),
}
_ADDRESS_WORDS = {
    Remedy.EDIT_ADDRESS: (T("Fix address"), "address"),
    Remedy.EDIT_PHONE: (T("Fix phone"), "phone"),
}
_OWN_REMEDIES = {
    "ask_person": T("look in the carrier's own program"),
    "unknown": T("try again: it is looked up first"),
}


def failures_of(sheet: WaveSheet) -> tuple[Failure, ...]:
    """What needs somebody, in printing order. A label in doubt is asked about in its own card."""
    return tuple(_failure(p) for p in _stuck(sheet))


def _stuck(sheet: WaveSheet) -> list[WaveParcel]:
    return [p for p in sheet.parcels if (in_the_way(p) and not p.in_doubt) or will_fail(p)]


def to_look_at(parcels: Sequence[WaveParcel]) -> tuple[Failure, ...]:
    """What was found in parcels of no wave, the refused ones first."""
    rows = [_found(p, p.found) for p in parcels if p.found is not None]
    return tuple(sorted(rows, key=lambda row: row.doubtful))


def look_headline(rows: Sequence[Failure]) -> tuple[str, str]:
    """ "3 单先看看" and how many of them would get no number."""
    title = ntr("Look at {n} order first", "Look at {n} orders first", len(rows))
    refused = sum(not row.doubtful for row in rows)
    return title, ntr("{n} would get no number", "{n} would get no number", refused) * bool(refused)


def headline(sheet: WaveSheet, run: RunView | None = None) -> tuple[str, str]:
    """ "2 单没取到运单号" and "其余 62 单照常打印"."""
    stuck = _stuck(sheet)
    if stuck and all(will_fail(p) for p in stuck):
        n = len(stuck)
        title = ntr("{n} order would get no number", "{n} orders would get no number", n)
        rest = len(sheet.parcels) - n
        return title, ntr("nothing against the other", "nothing against the other {n}", rest)
    rest = len(sheet.parcels) - len(stuck)
    if run is not None and all(run.numbers.get(p.id) == LEFT_OUT for p in stuck):
        n = len(stuck)
        title = ntr("{n} order was left out", "{n} orders were left out", n)
    elif any(p.waybill for p in stuck):
        title = ntr("{n} order needs you", "{n} orders need you", len(stuck))
    else:
        title = ntr("{n} order got no number", "{n} orders got no number", len(stuck))
    return title, ntr("the other order is printed", "the other {n} are printed", rest)


def _failure(parcel: WaveParcel) -> Failure:
    trouble = parcel.trouble or parcel.found
    if trouble is None:
        raise ValueError(parcel.id)
    row = _found(parcel, trouble)
    return replace(row, fixes=(*row.fixes, Fix(FixKind.REMOVE, tr("Take out"))))


def _found(parcel: WaveParcel, trouble: Trouble) -> Failure:
    return Failure(
        parcel.id,
        parcel.order_id,
        _title(trouble, parcel),
        _detail(parcel, _remedy(trouble)),
        _fixes(trouble, parcel),
        trouble.doubtful,
    )


def _title(trouble: Trouble, parcel: WaveParcel) -> str:
    name = carrier_name(parcel.carrier)
    match trouble.code:
        case ProblemClass.OUT_OF_RANGE:
            return tr("{carrier} does not go to this address", carrier=name)
        case "ask_person":
            return tr("{carrier} cannot say whether there is a number", carrier=name)
        case code if trouble.held and HoldCode(code) in _HOLD_TITLES:
            return str(_HOLD_TITLES[HoldCode(code)])
    return str(trouble.message).rstrip(".。")


def _remedy(trouble: Trouble) -> str:
    if trouble.code == ProblemClass.OUT_OF_RANGE and "said" in trouble.message.params:
        said = str(trouble.message.params["said"])
        if len(said) >= _A_SENTENCE:
            return said.rstrip(".。")
    own: Text = _OWN_REMEDIES.get(trouble.code, trouble.remedy)
    return str(own).rstrip(".。")


def _detail(parcel: WaveParcel, remedy: str) -> str:
    region = short_region(parcel.province, parcel.city, parcel.district)
    if parcel.corrected:
        region = tr("{region} (fixed)", region=region)
    who = " · ".join(x for x in (short_number(parcel.order_id), parcel.receiver, region) if x)
    return f"{who} — {remedy}" if remedy else who


def _fixes(trouble: Trouble, parcel: WaveParcel) -> tuple[Fix, ...]:
    code = trouble.code
    if code in _OTHER_CARRIER and not parcel.waybill and parcel.other_carriers:
        return tuple(
            Fix(FixKind.CARRIER, tr("Use {carrier}", carrier=carrier_name(c)), c)
            for c in parcel.other_carriers
        )
    if trouble.held:
        place = _PLACES.get(HoldCode(code))
        if place is not None:
            return (Fix(place[0], str(place[1])),)
        return (Fix(FixKind.ORDER, tr("See the order"), parcel.order_id),)
    if code == "ask_person":
        return (
            Fix(FixKind.TYPE_NUMBER, tr("Enter the number")),
            Fix(FixKind.LOST, tr("Count it as lost")),
        )
    if trouble.fix in _ACCOUNT_WORDS:
        return (Fix(FixKind.BALANCE, str(_ACCOUNT_WORDS[trouble.fix])),)
    if trouble.fix in _ADDRESS_WORDS and not parcel.waybill:
        words, field = _ADDRESS_WORDS[trouble.fix]
        see = Fix(FixKind.ORDER, tr("See the order"), parcel.order_id)
        return (Fix(FixKind.ADDRESS, str(words), field), see)
    return (Fix(FixKind.RETRY, tr("Try again")),)
