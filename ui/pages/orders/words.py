"""What the order list and its drawer say: numbers, places, times and flags in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from app.domain.companies import company
from app.domain.states import Flow, HoldCode, ParcelState
from app.domain.text import T, ntr, tr
from app.domain.words import FLOW_WORDS, HOLD_WORDS
from app.services.orders.order_lists import COUNT_CAP
from app.services.orders.queries import LineRow, OrderRow
from ui.paint_status import Stage
from ui.theme_tokens import Tone

HURRY = timedelta(hours=2)
SOON = timedelta(hours=5)
_DAYS_FROM = timedelta(hours=48)
_GROUP = 4

_FLAG_TONES = {
    "退": Tone.VIO,
    "赠": Tone.VIO,
    "改": Tone.WARN,
    "换": Tone.WARN,
    "催": Tone.WARN,
    "对": Tone.WARN,
    "特": Tone.WARN,
    "他": Tone.WARN,
    "缺": Tone.ERR,
}
_FLAG_WORDS = {
    "退": T("refund asked"),
    "赠": T("with a gift"),
    "改": T("address change"),
    "换": T("variant change"),
    "催": T("the buyer urges"),
    "对": T("not matched"),
    "特": T("special wishes"),
    "缺": T("out of stock"),
    "预": T("presale"),
    "拆": T("several parcels"),
    "合": T("merged"),
    "备": T("with a note"),
    "他": T("shipped by another program or in the back office"),
}
_MUNICIPALITIES = ("北京", "上海", "天津", "重庆")
_PLACE_ENDS = (
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "特别行政区",
    "自治区",
    "新区",
    "省",
    "市",
    "区",
    "县",
)
_PEOPLES = (
    "柯尔克孜",
    "傈僳族",
    "土家族",
    "布依族",
    "景颇族",
    "哈尼族",
    "朝鲜族",
    "蒙古族",
    "哈萨克",
    "蒙古",
    "苗族",
    "侗族",
    "彝族",
    "藏族",
    "羌族",
    "傣族",
    "白族",
    "壮族",
    "回族",
)
_GONE = {
    ParcelState.TO_REPORT.value,
    ParcelState.SHIPPED.value,
    ParcelState.DELIVERED.value,
    ParcelState.CANCELLED.value,
}


class Urgency(Enum):
    """How near a deadline is."""

    NONE = 0
    CALM = 1
    SOON = 2
    HURRY = 3
    LATE = 4


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """The time to a deadline in words."""

    text: str
    urgency: Urgency


def short_number(order_id: str) -> str:
    """The last eight characters in two groups of four, as people call an order out."""
    tail = order_id[-2 * _GROUP :]
    return f"{tail[:-_GROUP]} {tail[-_GROUP:]}".strip()


def grouped_number(order_id: str) -> str:
    """The whole number in groups of four from the right: ``371 9284 6501``."""
    groups: list[str] = []
    rest = order_id
    while rest:
        groups.insert(0, rest[-_GROUP:])
        rest = rest[:-_GROUP]
    return " ".join(groups)


def short_place(place: str) -> str:
    """A place without its kind: 浙江省 -> 浙江, 徐汇区 -> 徐汇, 红河哈尼族彝族自治州 -> 红河."""
    for end in ("自治州", "自治县"):
        if place.endswith(end):
            return _without_peoples(place.removesuffix(end))
    for end in _PLACE_ENDS:
        if place.endswith(end) and len(place) - len(end) >= 2:
            return place[: -len(end)]
    return place


def _without_peoples(place: str) -> str:
    people = next((p for p in _PEOPLES if place.endswith(p) and len(place) > len(p) + 1), "")
    return _without_peoples(place.removesuffix(people)) if people else place


def short_region(province: str, city: str, district: str) -> str:
    """Province and city; for a municipality the city and its district."""
    first = short_place(province)
    second = short_place(district if first in _MUNICIPALITIES else city)
    return f"{first} {second}".strip() if second != first else first


def time_left(deadline_at: datetime | None, now: datetime) -> TimeLeft:
    """How long there is: hours and minutes below five hours, then hours, then days."""
    if deadline_at is None:
        return TimeLeft("", Urgency.NONE)
    left = deadline_at - now
    if left < timedelta(0):
        return TimeLeft(tr("{time} late", time=_span(-left)), Urgency.LATE)
    if left < HURRY:
        return TimeLeft(_span(left), Urgency.HURRY)
    return TimeLeft(_span(left), Urgency.SOON if left < SOON else Urgency.CALM)


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    if length >= _DAYS_FROM:
        return ntr("{n} day", "{n} days", minutes // 1440)
    if length >= SOON:
        return ntr("{n} hour", "{n} hours", minutes // 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return tr("{m} min", m=rest)
    return tr("{h} h {m} min", h=hours, m=f"{rest:02d}")


def clock_time(at: datetime | None, now: datetime) -> str:
    """Today the time, this year the day, else the whole date; in this computer's time zone."""
    if at is None:
        return ""
    local, today = at.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if local.date() == (today - timedelta(days=1)).date():
        return tr("Yest. {time}", time=f"{local:%H:%M}")
    if local.year == today.year:
        return tr("{month}/{day}", month=local.month, day=local.day)
    return f"{local:%Y-%m-%d}"


def day_and_time(at: datetime | None) -> str:
    """3月18日 13:58."""
    if at is None:
        return ""
    local = at.astimezone()
    day = tr("{month}/{day}", month=local.month, day=local.day)
    return f"{day} {local:%H:%M}"


def ago(at: datetime | None, now: datetime) -> str:
    """12 seconds ago, 3 minutes ago, then the clock."""
    if at is None:
        return ""
    seconds = max(0, int((now - at.astimezone(UTC)).total_seconds()))
    if seconds < 60:
        return ntr("{n} second ago", "{n} seconds ago", seconds)
    if seconds < 3600:
        return ntr("{n} minute ago", "{n} minutes ago", seconds // 60)
    return clock_time(at, now)


def money(fen: int) -> str:
    """¥486.00."""
    sign = "−" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{rest:02d}"


def title_of(lines: Sequence[LineRow]) -> str:
    """The first product, and how many kinds there are."""
    if not lines:
        return tr("No goods")
    kinds = len(lines)
    first = lines[0].title
    return first if kinds == 1 else tr("{title} and others, {n} kinds", title=first, n=kinds)


def pieces(count: int) -> str:
    """5 件."""
    return ntr("{n} piece", "{n} pieces", count)


def shown_stage(row: OrderRow) -> Stage:
    """The stage, or what overrides it: a refund, a failure, a hold."""
    stage = Stage(row.stage)
    if row.stage in _GONE and not row.failed:
        return stage if HoldCode.REPORT_REFUSED.value not in row.holds else Stage.HELD
    if HoldCode.REFUND.value in row.holds:
        return Stage.REFUNDING
    if row.failed:
        return Stage.PROBLEM
    return Stage.HELD if row.holds else stage


def wants_time(row: OrderRow) -> bool:
    """Whether the deadline still means something."""
    return row.stage not in _GONE and row.flow == Flow.PARCEL.value


def flow_word(row: OrderRow) -> str:
    """What keeps the order out of the flow, or an empty text."""
    if row.flow == Flow.PARCEL.value:
        return ""
    return str(FLOW_WORDS.get(Flow(row.flow), T("Not to be sent")))


def flag_tone(flag: str) -> Tone:
    """The colour of a one-character flag."""
    return _FLAG_TONES.get(flag, Tone.GRAY)


def flag_words(flags: Sequence[str]) -> str:
    """The flags written out, for the tooltip and the screen reader."""
    return " · ".join(str(_FLAG_WORDS[flag]) for flag in flags if flag in _FLAG_WORDS)


def short_company(code: str) -> str:
    """A carrier as the list calls it: 中通, ZTO."""
    name = str(company(code).name)
    first, _, rest = name.partition(" ")
    return first if rest == "Express" else name


def hold_word(code: str) -> str:
    """The name of a hold."""
    return str(HOLD_WORDS[HoldCode(code)])


def selected(orders: int) -> str:
    """How many orders are selected, as far as lists are counted."""
    return ntr("{n} order selected", "{n} orders selected", orders, n=_counted(orders))


def all_selected(orders: int) -> str:
    """That all of the list are selected, and how many that is."""
    return ntr(
        "The {n} order is selected", "All {n} orders are selected", orders, n=_counted(orders)
    )


def _counted(orders: int) -> str:
    return f"{COUNT_CAP:,}+" if orders > COUNT_CAP else str(orders)
