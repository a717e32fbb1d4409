"""How long goods last by what was sold, and how many to order. Pure; rates in pieces per 1000 days.

The mean leans on the last 7 closed business days, held against the last 28: a week that is unlike
the month before counts for more than half, and not for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.text import T, Text

WEEK, MONTH = 7, 28
SLOW_DAYS = 90  # what lasts longer sells slowly
_WEEK_PERCENT = 60
_ORDER_EVERY_DAYS = 7  # an order is made to last until the next one has come
_FEW_DAYS, _FEW_PIECES = 7, 5


def day_rate(sold_week: int, sold_month: int, days_known: int) -> int:
    """Thousandths of a piece sold a day; 0 when nothing was. Of newer goods: since they are here.

    ``days_known``: closed business days that the item has been in the books.
    """
    if sold_month <= 0 or days_known <= 0:
        return 0
    week = max(0, sold_week) * 1000 / min(WEEK, days_known)
    month = sold_month * 1000 / min(MONTH, days_known)
    return max(1, round((week * _WEEK_PERCENT + month * (100 - _WEEK_PERCENT)) / 100))


def days_left(available: int, rate: int) -> float | None:
    """How many days ``available`` pieces last; ``None`` when nothing sells."""
    if available <= 0:
        return 0.0 if rate or available < 0 else None
    return available * 1000 / rate if rate else None


def sells_out_at(now: datetime, available: int, rate: int) -> datetime | None:
    """When the last piece is sold, at the pace of the last weeks; ``None``: nobody can say."""
    left = days_left(available, rate)
    return None if not rate or left is None or left > 3650 else now + timedelta(days=left)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one item, in pieces. ``owed``: wanted by orders and not reserved yet."""

    available: int
    in_transit: int
    owed: int
    safety: int
    lead_days: int
    pack_quantity: int
    rate: int
    sold_month: int
    days_known: int

    @property
    def few_data(self) -> bool:
        """Too little was sold, or for too short a time, to say much."""
        return self.days_known < _FEW_DAYS or self.sold_month < _FEW_PIECES


@dataclass(frozen=True, slots=True)
class Order:
    """How many to order, and why."""

    quantity: int
    reason: Text


def to_order(f: Figures) -> Order | None:
    """What to order now; ``None`` when there is enough until an order placed later would come."""
    there = f.available + f.in_transit - f.owed
    while_it_comes = _pieces(f.rate, f.lead_days)
    if there >= f.safety + while_it_comes and there >= 0:
        return None
    target = f.safety + _pieces(f.rate, f.lead_days + _ORDER_EVERY_DAYS)
    missing = target - there
    if missing <= 0:
        return None
    pack = max(1, f.pack_quantity)
    return Order(-(-missing // pack) * pack, _why(f, there))


def _pieces(rate: int, days: int) -> int:
    return -(-rate * days // 1000)


def _why(f: Figures, there: int) -> Text:
    on_the_way = T(", {n} on the way", n=f.in_transit) if f.in_transit else Text("")
    if there < 0:
        return T(
            "Orders want {owed} pieces, {available} are free{coming}.",
            owed=f.owed,
            available=f.available,
            coming=on_the_way,
        )
    if not f.rate:
        return T(
            "{available} are free{coming}: below the mark of {safety}.",
            available=f.available,
            coming=on_the_way,
            safety=f.safety,
        )
    said = T(
        "{available} are free{coming}; {rate} sell a day, new ones take {days} days, the mark is "
        "{safety}.",
        available=f.available,
        coming=on_the_way,
        rate=f"{f.rate / 1000:.1f}",
        days=f.lead_days,
        safety=f.safety,
    )
    return T("{said} Few sales to go by.", said=said) if f.few_data else said
