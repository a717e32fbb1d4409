"""The self-check's results in words and lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.domain.text import ntr, tr
from app.services.sync.self_check import LastCheck
from ui.pages.orders.words import ago
from ui.paint_status import Severity
from ui.sync_panel import CheckView, DayLine


def check_view(last: Mapping[str, LastCheck], now: datetime) -> CheckView:
    """What is known of the last check of all shops: the oldest of them counts."""
    if not last:
        return CheckView(Severity.INFO, tr("Not compared yet"))
    when = ago(min(check.at for check in last.values()), now)
    days = min(check.days for check in last.values())
    open_ones = sum(row[4] + row[5] for check in last.values() for row in check.rows)
    if not open_ones:
        words = tr("{when}: the last {n} days agree, order by order", when=when, n=days)
        return CheckView(Severity.FINE, words)
    words = ntr(
        "{when}: {n} order is missing or different",
        "{when}: {n} orders are missing or different",
        open_ones,
        when=when,
    )
    return CheckView(Severity.PROBLEM, words, missing=open_ones)


def day_lines(found: Mapping[str, LastCheck], titles: Mapping[str, str]) -> tuple[DayLine, ...]:
    """A line for each day and shop, the newest first; states are added up."""
    lines = []
    for shop, check in found.items():
        sums: dict[str, list[int]] = {}
        for day, _state, *counts in check.rows:
            known = sums.setdefault(day, [0, 0, 0, 0])
            for at, count in enumerate(counts):
                known[at] += count
        title = titles.get(shop, "")
        for day, (theirs, ours, missing, different) in sums.items():
            _, month, date = day.split("-")
            words = tr("{month}/{day}", month=int(month), day=int(date))
            lines.append((day, DayLine(words, title, theirs, ours, missing, different)))
    lines.sort(key=lambda line: line[0], reverse=True)
    return tuple(line for _, line in lines)
