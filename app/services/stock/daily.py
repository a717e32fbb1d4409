"""Figures that are worked out in the background: sales by day, and weights that parcels teach."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

from app.domain.days import china_day
from app.domain.errors import PackbenchError
from app.jobs import Cancelled, CancelToken
from app.services.stock import sales, weights
from app.services.workplace import Workplace

FIRST_LOOK_S = 90.0  # whoever opens the program wants orders first
LOOK_EVERY_S = 600.0
_LOOK_BACK = timedelta(days=3)  # at the start; what a weekend left
_OVERLAP = timedelta(hours=1)  # a parcel may be weighed some time after it was shipped


def keep_figures(work: Workplace, cancel: CancelToken) -> None:
    """Keep them up to date until cancelled. Several programs may do so: each fact counts once."""
    rolled: date | None = None
    since = work.now() - _LOOK_BACK
    with suppress(Cancelled):
        cancel.wait(FIRST_LOOK_S)
        while True:
            rolled, since = look(work, rolled, since)
            cancel.wait(LOOK_EVERY_S)


def look(work: Workplace, rolled: date | None, since: datetime) -> tuple[date | None, datetime]:
    """Do what is due: ``rolled`` is the day of the last roll-up, ``since`` where parcels begin.

    Returns both for the next look.
    """
    now = work.now()
    try:
        if china_day(now) != rolled:
            sales.roll_up(work)
            rolled = china_day(now)
        weights.learn_from_parcels(work, since)
        return rolled, now - _OVERLAP
    except PackbenchError as error:
        work.log.info("figures of the stock wait: %s", error.code)
        return rolled, since
