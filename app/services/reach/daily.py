"""Keeps the carriers' lists of stopped regions of today, beside everything else."""

from __future__ import annotations

from contextlib import suppress

from app.domain.errors import PackbenchError, RetryableError
from app.jobs import Cancelled, CancelToken
from app.services.leases import lease
from app.services.reach import lists
from app.services.workplace import Workplace

FIRST_LOOK_S = 90.0  # whoever opens the program wants orders first
LOOK_EVERY_S = 900.0
_LEASE = "stopped-regions"


def look(work: Workplace, cancel: CancelToken) -> int:
    """Fetch the lists that are older than a day; how many accounts were looked at.

    Waits on the network when one is due, and asks nobody else. One bench does it at a time. An
    account that did not answer says so itself and rests for half an hour.
    """
    companies = lists.due(work)
    if not companies:
        return 0
    try:
        with lease(work, _LEASE) as kept:
            for company in companies:
                cancel.check()
                kept.check(_LEASE)
                lists.refresh(work, [company], older_than=lists.DAILY)
    except RetryableError:  # another bench fetches them
        return 0
    return len(companies)


def keep_fresh(work: Workplace, cancel: CancelToken, first_s: float = FIRST_LOOK_S) -> None:
    """Look again and again until cancelled; a failure waits for the next turn."""
    with suppress(Cancelled):
        cancel.wait(first_s)
        while True:
            try:
                look(work, cancel)
            except PackbenchError as error:
                work.log.info("lists of stopped regions wait: %s", error.code)
            cancel.wait(LOOK_EVERY_S)
