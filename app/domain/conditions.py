"""The conditions of a rule: what each one looks at, and which one a parcel does not meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Protocol

from app.domain.days import CHINA
from app.domain.regions import same_region
from app.domain.text import T, Text


class Parcel(Protocol):
    """What the conditions look at; ``app.domain.routing.Facts`` has it."""

    @property
    def shop(self) -> str: ...
    @property
    def province(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def district(self) -> str: ...
    @property
    def street(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def weight_g(self) -> int: ...
    @property
    def value_fen(self) -> int: ...
    @property
    def pieces(self) -> int: ...
    @property
    def skus(self) -> frozenset[str]: ...
    @property
    def words(self) -> str: ...
    @property
    def buyer_words(self) -> str: ...
    @property
    def seller_words(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...


# What is said of a condition that does not hold.
_MISSED: Mapping[str, Text] = {
    "shop": T("another shop"),
    "province": T("another province"),
    "city": T("another city"),
    "district": T("another district"),
    "street": T("another street"),
    "sku": T("none of its items"),
    "sku_all": T("other items too"),
    "words": T("no such words in the notes"),
    "not_words": T("a note has words it excludes"),
    "buyer_words": T("no such words of the buyer"),
    "seller_words": T("no such words in the shop's note"),
    "weight_g_min": T("too light"),
    "weight_g_max": T("too heavy"),
    "value_fen_min": T("worth too little"),
    "value_fen_max": T("worth too much"),
    "pieces_min": T("too few pieces"),
    "pieces_max": T("too many pieces"),
    "from_time": T("not at this time of the day"),
    "to_time": T("not at this time of the day"),
    "weekday": T("not on this day of the week"),
}
CONDITIONS = tuple(_MISSED)
NUMBERS = tuple(c for c in CONDITIONS if c.endswith(("_min", "_max")))
TIMES = ("from_time", "to_time")


def missed(when: Mapping[str, Any], parcel: Parcel) -> Text | None:
    """The first condition that does not hold, as people say it; ``None`` when all hold."""
    for key, wanted in when.items():
        if not _holds(key, wanted, when, parcel):
            # A condition of a newer version never matches by accident.
            return _MISSED.get(key) or T("the condition “{key}” is not known here", key=key)
    return None


def clock_time(text: str) -> time | None:
    """``"16:30"`` as a time of day; ``None`` for what is none."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(minutes) == 2 and len(hours) in {1, 2} and (hours + minutes).isdecimal()):
        return None
    if int(hours) > 23 or int(minutes) > 59:
        return None
    return time(int(hours), int(minutes))


def _holds(key: str, wanted: Any, when: Mapping[str, Any], parcel: Parcel) -> bool:
    match key:
        case "shop":
            return parcel.shop in _many(wanted)
        case "province" | "city" | "district":
            return any(same_region(getattr(parcel, key), w) for w in _many(wanted))
        case "street":
            return any(w in f"{parcel.street} {parcel.address}" for w in _many(wanted))
        case "sku":
            return any(w in parcel.skus for w in _many(wanted))
        case "sku_all":
            return bool(parcel.skus) and parcel.skus <= set(_many(wanted))
        case "words" | "buyer_words" | "seller_words":
            return any(w in getattr(parcel, key) for w in _many(wanted))
        case "not_words":
            return not any(w in parcel.words for w in _many(wanted))
        case "from_time" | "to_time":
            return parcel.at is not None and _in_hours(when, parcel.at)
        case "weekday":
            day = None if parcel.at is None else str(parcel.at.astimezone(CHINA).isoweekday())
            return day in _many(wanted)
        case _:
            return _in_bounds(key, wanted, parcel)


def _in_bounds(key: str, wanted: Any, parcel: Parcel) -> bool:
    match key:
        case "weight_g_min" | "value_fen_min" | "pieces_min":
            return bool(getattr(parcel, key.removesuffix("_min")) >= int(wanted))
        case "weight_g_max" | "value_fen_max" | "pieces_max":
            return bool(getattr(parcel, key.removesuffix("_max")) <= int(wanted))
        case _:
            return False


def _in_hours(when: Mapping[str, Any], at: datetime) -> bool:
    """From ``from_time`` until before ``to_time``, over midnight when that is the earlier one."""
    now = at.astimezone(CHINA).time()
    start = clock_time(str(when.get("from_time", "00:00"))) or time.min
    end = clock_time(str(when["to_time"])) if "to_time" in when else None
    if end is None:
        return now >= start
    if start <= end:
        return start <= now < end
    return now >= start or now < end


def _many(wanted: Any) -> list[str]:
    return [str(w) for w in wanted] if isinstance(wanted, list | tuple) else [str(wanted)]
