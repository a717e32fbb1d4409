"""Which stretches of time are asked for, and the ids that the shop lists in them.

The list gives ids only, so what is listed twice costs a call twice. Every window overlaps what was
read before, because lists may lag behind: a little often, more now and then, all of it once a day.
docs/syncing.md has the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from app.domain.errors import RetryableError
from app.domain.orders import OrderPage
from app.jobs import CancelToken
from app.services.sync.sync_memory import whole_second

LONGEST_WINDOW = timedelta(days=7, minutes=-1)  # the shop counts whole seconds and allows 7 days
FIRST_WINDOW = timedelta(days=7)
RUN_WINDOW = timedelta(days=1)  # a long run remembers how far it is after each of these
FRESH_OVERLAP = timedelta(seconds=3)
SMALL_OVERLAP = timedelta(seconds=20)
LARGE_OVERLAP = timedelta(minutes=10)
LARGE_OVERLAP_EVERY = timedelta(minutes=5)
NARROWEST = timedelta(minutes=1)
_RESTARTS = 20

Listing = Callable[[datetime, datetime, str], OrderPage]


def slices(
    start: datetime, end: datetime, longest: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """``[start, end]`` in pieces of at most ``longest``, the oldest first."""
    while start < end:
        stop = min(end, start + longest)
        yield start, stop
        start = stop


def listed_ids(
    listing: Listing,
    start: datetime,
    stop: datetime,
    token: CancelToken,
    seen: set[str] | None = None,
) -> Iterator[Sequence[str]]:
    """The ids of a window page by page, each id once, with both times frozen.

    A run whose page key no longer fits begins again; a window with too many orders is halved.
    Raises ``RetryableError``.
    """
    seen = set() if seen is None else seen
    restarts, key = 0, ""
    while True:
        token.check()
        try:
            page = listing(start, stop, key)
        except RetryableError as error:
            if error.code == "sync_narrow" and stop - start > NARROWEST:
                middle = whole_second(start + (stop - start) / 2)
                yield from listed_ids(listing, start, middle, token, seen)
                yield from listed_ids(listing, middle, stop, token, seen)
                return
            if error.code != "sync_restart" or restarts == _RESTARTS:
                raise
            restarts, key = restarts + 1, ""
            continue
        fresh = [order_id for order_id in page.order_ids if order_id not in seen]
        seen.update(fresh)
        yield fresh
        if not page.next_key:
            return
        key = page.next_key
