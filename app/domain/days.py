"""Business days: carriers, shops and their statements count them in China's time."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def china_day(at: datetime) -> date:
    """The day in China at an aware moment."""
    return at.astimezone(CHINA).date()
