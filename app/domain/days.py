"""Business days: carriers, shops and their statements count them in China's time."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from app.domain.errors import UserError
from app.domain.text import T

CHINA = timezone(timedelta(hours=8))


def china_day(at: datetime) -> date:
    """The day in China at an aware moment."""
    return at.astimezone(CHINA).date()


def read_day(text: str) -> str:
    """A day as 2026-11-28, however it was typed (20261128, 2026/11/28); "" stays "".

    Raises ``UserError`` (``bad_day``).
    """
    plain = text.strip().replace("/", "-")
    if not plain:
        return ""
    try:
        return date.fromisoformat(plain).isoformat()
    except ValueError as error:
        raise UserError(
            "bad_day",
            T("“{text}” is no day.", text=text),
            T("Write it like 2026-11-28."),
            ref=text,
        ) from error
