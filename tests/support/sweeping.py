"""The work beside the polls, driven by a test instead of the program's own thread."""

from __future__ import annotations

from app.jobs import CancelToken
from app.services.leases import try_lease
from app.services.sync.sweeping import Sweeper
from app.services.sync.sync_memory import RecentReadings
from app.services.workplace import Workplace


def sweeper(
    work: Workplace,
    shop: str,
    recent: RecentReadings | None = None,
    token: CancelToken | None = None,
) -> Sweeper:
    """A sweeper whose thread holds the lease that it renews.

    It renews after a second of work: without a lease a test would fail on a slow machine only. The
    lease is not the polls', who give theirs back each time.
    """
    name = f"beside:{shop}"
    with work.db.write() as tx:
        assert try_lease(tx, work, name)
    return Sweeper(
        work, work.outside.shop(shop), recent or RecentReadings(), token or CancelToken(), name
    )
