"""Following a parcel after it left: when to ask again, how far it is, and what is wrong with it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.recognition import read_waybill
from app.domain.regions import same_region
from app.domain.tracking import TrackEvent, TrackStage

FIRST_POLL = timedelta(hours=1)
_INTERVALS = {
    None: FIRST_POLL,
    TrackStage.ANNOUNCED: FIRST_POLL,
    TrackStage.OUT_FOR_DELIVERY: timedelta(hours=2),
}
_ON_THE_WAY = timedelta(hours=4)
_AFTER_DELIVERY = timedelta(hours=12)
_LONGEST_BACK_OFF = timedelta(hours=4)
_FIRST_BACK_OFF = timedelta(minutes=5)
FOLLOWED_FOR = timedelta(days=60)

REMOTE_PROVINCES = (
    "西藏",
    "新疆",
    "青海",
    "内蒙古",
    "甘肃",
    "宁夏",
    "海南",
    "香港",
    "澳门",
    "台湾",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """``[tracking]``: when a parcel counts as in trouble, and how often carriers are asked.

    Hours and days count from the last thing the carrier told; 0 turns a warning off.
    """

    not_picked_up_h: int = 24
    no_movement_h: int = 48
    no_movement_remote_h: int = 72
    pickup_point_h: int = 48
    slow_days: int = 6
    slow_remote_days: int = 10
    track_calls_per_day: int = 2000  # an account's, the poller's alone
    remote_provinces: tuple[str, ...] = REMOTE_PROVINCES
    faster: int = 1  # carriers are asked so many times as often: for trying things out

    def is_remote(self, province: str) -> bool:
        return any(same_region(province, remote) for remote in self.remote_provinces)


class TrackWarning(StrEnum):
    """What is wrong with a parcel on its way, the worst first."""

    LOST = "lost"
    DAMAGED = "damaged"
    RETURNED = "returned"
    RETURNING = "returning"
    DELIVERY_FAILED = "delivery_failed"
    TROUBLE = "trouble"  # the carrier reports something it has no better word for
    PICKUP_POINT = "pickup_point"  # lies at a station too long
    NO_MOVEMENT = "no_movement"
    NOT_PICKED_UP = "not_picked_up"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Found:
    """A warning and what it rests on: the same ``since_at`` is the same trouble."""

    kind: TrackWarning
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Travel:
    """What is known of one parcel's way: handed over, promised and told."""

    handed_at: datetime
    events: Sequence[TrackEvent]  # by time
    stage: TrackStage | None
    province: str = ""
    promised_at: datetime | None = None
    sure: bool = True  # whoever was asked would know of a first scan


_LOST = ("丢失", "遗失", "快件丢", "找不到件")
_DAMAGED = ("破损", "损坏", "污损", "变形")
_DENIED = ("未丢失", "无破损", "未破损", "没有破损", "无损坏")
_AT_THE_DOOR = ("派送", "派件", "投递", "拒收", "拒签", "无人", "联系不上", "电话无法")
_OVER = frozenset({TrackStage.DELIVERED, TrackStage.RETURNED})
_NOT_MOVING = frozenset({TrackStage.ANNOUNCED})
_NO_SCAN = _NOT_MOVING | {TrackStage.EXCEPTION}  # "nobody there when we came to fetch it"


def warning_of(travel: Travel, limits: Limits, now: datetime) -> Found | None:
    """The worst thing wrong with the parcel at ``now``; ``None``: all is well.

    ``travel.events`` must be what the carrier told when it was asked last: nothing is concluded
    from a carrier that does not answer.
    """
    found = [*_told(travel), *_waited(travel, limits, now)]
    order = list(TrackWarning)
    return min(found, key=lambda f: order.index(f.kind), default=None)


def next_warning_at(travel: Travel, limits: Limits, now: datetime) -> datetime | None:
    """When time alone will make a warning: it is worth asking just then."""
    return min((at for at, _ in _waits(travel, limits) if at > now), default=None)


def _told(travel: Travel) -> Iterable[Found]:
    """What the carrier's own words say."""
    if travel.stage is TrackStage.DELIVERED:
        return
    for event in reversed(travel.events):
        if _says(event, _LOST):
            yield Found(TrackWarning.LOST, event.at)
            break
    for event in reversed(travel.events):
        if _says(event, _DAMAGED):
            yield Found(TrackWarning.DAMAGED, event.at)
            break
    if not travel.events:
        return
    last = travel.events[-1]
    match travel.stage:
        case TrackStage.RETURNED:
            yield Found(TrackWarning.RETURNED, last.at)
        case TrackStage.RETURNING:
            first = next(e for e in travel.events if e.stage is TrackStage.RETURNING)
            yield Found(TrackWarning.RETURNING, first.at)
        case TrackStage.EXCEPTION:
            brought = any(e.stage is TrackStage.OUT_FOR_DELIVERY for e in travel.events)
            at_the_door = brought or any(word in last.text for word in _AT_THE_DOOR)
            kind = TrackWarning.DELIVERY_FAILED if at_the_door else TrackWarning.TROUBLE
            yield Found(kind, last.at)


def _says(event: TrackEvent, words: Iterable[str]) -> bool:
    text = event.text
    for denied in _DENIED:
        text = text.replace(denied, "")
    return any(word in text for word in words)


def _waited(travel: Travel, limits: Limits, now: datetime) -> Iterable[Found]:
    return (found for at, found in _waits(travel, limits) if at <= now)


def _waits(travel: Travel, limits: Limits) -> Iterable[tuple[datetime, Found]]:
    """What only time tells: each warning with the moment it begins."""
    if travel.stage in _OVER:
        return
    remote = limits.is_remote(travel.province)
    moving = [e for e in travel.events if e.stage not in _NOT_MOVING]
    if not moving:
        if limits.not_picked_up_h and travel.sure:
            wait = timedelta(hours=limits.not_picked_up_h)
            yield travel.handed_at + wait, Found(TrackWarning.NOT_PICKED_UP, travel.handed_at)
    elif travel.stage is TrackStage.AT_PICKUP_POINT:
        if limits.pickup_point_h:
            since = _began(travel.events, TrackStage.AT_PICKUP_POINT)
            wait = timedelta(hours=limits.pickup_point_h)
            yield since + wait, Found(TrackWarning.PICKUP_POINT, since)
    else:
        hours = limits.no_movement_remote_h if remote else limits.no_movement_h
        if hours:
            last = moving[-1].at
            yield last + timedelta(hours=hours), Found(TrackWarning.NO_MOVEMENT, last)
    if travel.promised_at is not None:
        yield travel.promised_at, Found(TrackWarning.SLOW, travel.promised_at)
        return
    days = limits.slow_remote_days if remote else limits.slow_days
    if days and moving:
        first = moving[0].at
        yield first + timedelta(days=days), Found(TrackWarning.SLOW, first)


def _began(events: Sequence[TrackEvent], stage: TrackStage) -> datetime:
    """When the last unbroken run of ``stage`` began."""
    began = events[-1].at
    for event in reversed(events):
        if event.stage is not stage:
            break
        began = event.at
    return began


def next_poll(
    stage: TrackStage | None, last_at: datetime | None, handed_at: datetime, now: datetime
) -> datetime | None:
    """When to ask again after an answer; ``None``: not any more."""
    if stage is TrackStage.RETURNED or now - handed_at >= FOLLOWED_FOR:
        return None
    if stage is TrackStage.DELIVERED:
        once_more = (last_at or now) + _AFTER_DELIVERY
        return once_more if once_more > now else None
    return now + _INTERVALS.get(stage, _ON_THE_WAY)


def after_failure(failures: int, now: datetime, key: str) -> datetime:
    """When to ask again after ``failures`` in a row, each parcel at a moment of its own."""
    doubled: int = 2 ** min(max(failures - 1, 0), 10)
    wait = min(_LONGEST_BACK_OFF, _FIRST_BACK_OFF * doubled)
    return now + wait * (1 + _spread(f"{key}{failures}") / 2)


def spread_out(at: datetime, now: datetime, key: str) -> datetime:
    """``at``, a little later for each parcel, so that they do not all come at once."""
    return at + (at - now) * _spread(key) / 10


def _spread(key: str) -> float:
    """0 to 1, the same for the same key."""
    return zlib.crc32(key.encode()) / 2**32


def progress_of(events: Iterable[TrackEvent]) -> int:
    """Dots that a parcel has reached, of five: picked up, left, arrived, brought, delivered.

    Only forwards: trouble and a way back leave the parcel where it had got to.
    """
    reached = transits = 0
    for event in events:
        match event.stage:
            case TrackStage.PICKED_UP:
                reached = max(reached, 1)
            case TrackStage.IN_TRANSIT:
                transits += 1
                reached = max(reached, 2 if transits == 1 else 3)
            case TrackStage.OUT_FOR_DELIVERY | TrackStage.AT_PICKUP_POINT:
                reached = max(reached, 4)
            case TrackStage.DELIVERED:
                reached = 5
    return reached


def first_scan_at(events: Iterable[TrackEvent]) -> datetime | None:
    """When the carrier first had the parcel in its hands."""
    return min((e.at for e in events if e.stage not in _NO_SCAN), default=None)


_GOES_ON = re.compile(r"(?<![A-Z0-9])([A-Z]{2,3}\d{11,16}|\d{12,15})(?![A-Z0-9])")
_FORWARDED = ("转寄", "转发", "改寄", "改派")


def goes_on_as(number: str, events: Iterable[TrackEvent]) -> str:
    """The number under which the parcel is forwarded or sent back; ``""``: its own.

    Carriers write it into the text of the event.
    """
    found = ""
    for event in events:
        if event.stage is TrackStage.RETURNING or any(w in event.text for w in _FORWARDED):
            for other in _GOES_ON.findall(event.text.upper()):
                if other != number.upper() and read_waybill(other).candidates:
                    found = other
    return found


def as_told(event: TrackEvent) -> TrackEvent:
    """``event`` with its stage mended by its words: SF has one code for back and onwards."""
    onwards = any(w in event.text for w in _FORWARDED) and "退" not in event.text
    if event.stage is TrackStage.RETURNING and onwards:
        return replace(event, stage=TrackStage.IN_TRANSIT)
    return event
