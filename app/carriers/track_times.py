"""Times in tracks: China's clock as text, or milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from app.carriers.wire_json import as_count, as_text

_CHINA = timezone(timedelta(hours=8))


def china_time(value: Any) -> datetime | None:
    """``2026-01-01 08:00:00`` in China as aware UTC; ``None`` for anything else."""
    try:
        naive = datetime.strptime(as_text(value), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    return naive.replace(tzinfo=_CHINA).astimezone(UTC)


def millisecond_time(value: Any) -> datetime | None:
    """Milliseconds since 1970, or China's clock as text, as aware UTC."""
    milliseconds = as_count(value)
    if milliseconds is None:
        return china_time(value)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def china_text(at: datetime) -> str:
    """Aware time as ``2026-01-01 08:00:00`` on China's clock."""
    return at.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S")
