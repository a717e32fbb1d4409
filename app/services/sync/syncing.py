"""Bringing orders in: by update time, in frozen windows that overlap, the cursor moved last.

``sync_shop`` catches up and returns; ``watch`` (in ``watching``) keeps a shop in step. All times of
windows and cursors are the shop's: a PC whose clock is wrong loses and delays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.errors import PackbenchError, UserError
from app.domain.text import T
from app.jobs import CancelToken, Progress, ignore_progress
from app.ports import Shop
from app.services import after_sales
from app.services.leases import lease
from app.services.numbers.label_accounts import refresh_accounts, refresh_when_old
from app.services.sync import shop_companies, sweeping, sync_state
from app.services.sync.sync_memory import RecentReadings
from app.services.sync.sync_reading import Intake, SyncResult, shop_time
from app.services.sync.sync_state import ORDERS
from app.services.sync.sync_telling import Teller
from app.services.sync.sync_windows import (
    FRESH_OVERLAP,
    LARGE_OVERLAP,
    LARGE_OVERLAP_EVERY,
    LONGEST_WINDOW,
    RUN_WINDOW,
    SMALL_OVERLAP,
    listed_ids,
    slices,
)
from app.services.workplace import Workplace
from app.store.tables import shops

__all__ = [
    "LARGE_OVERLAP",
    "SMALL_OVERLAP",
    "SyncResult",
    "poll",
    "refetch",
    "refresh_accounts",
    "shop_ids",
    "sync_shop",
]

DEFAULT_LOOK_BACK_DAYS = 7
_UNREAD_AT_ONCE = 50
_FUTURE = timedelta(minutes=1)  # a cursor that far ahead was written by a wrong clock


def shop_ids(work: Workplace, only: str | None = None) -> Sequence[str]:
    """The active shops that can be synced. Raises ``UserError`` for an unknown name."""
    with work.db.read() as tx:
        found = list(
            tx.execute(
                select(shops.c.id)
                .where(shops.c.active, shops.c.platform.not_in(sync_state.OFFLINE))
                .order_by(shops.c.position)
            ).scalars()
        )
    if only is None:
        return found
    if only not in found:
        raise UserError(
            "no_such_shop",
            T("There is no shop called {shop}.", shop=only),
            T("See the names with: config show"),
            ref=only,
        )
    return [only]


def sync_shop(
    work: Workplace,
    shop_id: str,
    *,
    since: datetime | None = None,
    overlap: timedelta = LARGE_OVERLAP,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> SyncResult:
    """Fetch what changed in one shop since the last run and store it, all of it, now.

    The first time also every order that waits to be shipped, however old it is.

    Raises ``RetryableError`` when the shop cannot be reached or another process syncs it;
    ``UserError`` when the connection needs a person. The cursor stays where it was then.
    """
    token = cancel or CancelToken()
    result = SyncResult(shop_id)

    def run(shop: Shop) -> None:
        now = shop_time(work, shop)
        cursor = _cursor(work, shop_id, now)
        # A run that begins after the cursor leaves a gap: it must not move the cursor over it.
        follows_on = since is None or cursor is None or since <= cursor
        start = since or _start(work, shop_id, cursor, now, overlap)
        _retry_unread(work, shop, result, token)
        _run_to(work, shop, start, now, result, progress, token, follows_on)
        if since is None:
            sweeping.catch_up(work, shop, result, token, progress)

    _guarded(work, shop_id, run)
    _announce(work, result)
    after_sales.sync(work, work.outside.shop(shop_id), token, all_new=True)
    return result


def poll(
    work: Workplace,
    shop_id: str,
    recent: RecentReadings,
    *,
    large: bool,
    cancel: CancelToken,
    progress: Progress = ignore_progress,
) -> SyncResult:
    """Look once at what is new. What a pause left behind is remembered for ``sweeping``.

    Two windows: the fresh one is always read; of the twenty seconds before it only what was not
    read since. ``large`` also tries again what could not be read.

    Raises like ``sync_shop``.
    """
    result = SyncResult(shop_id)

    def run(shop: Shop) -> None:
        now = shop_time(work, shop)
        cursor = _cursor(work, shop_id, now)
        if cursor is None or now - cursor > LARGE_OVERLAP_EVERY:
            start = _start(work, shop_id, cursor, now, LARGE_OVERLAP)
            fresh = max(start, now - LARGE_OVERLAP)  # what is being paid now comes first
            if start < fresh:
                sync_state.leave_gap(work, shop_id, start, fresh)
            _run_to(work, shop, fresh, now, result, progress, cancel, recent=recent)
            return
        if large:
            _retry_unread(work, shop, result, cancel)
        _run_to(
            work,
            shop,
            cursor - FRESH_OVERLAP,
            now,
            result,
            progress,
            cancel,
            recent=recent,
            settled_from=cursor - SMALL_OVERLAP,
        )

    _guarded(work, shop_id, run)
    _announce(work, result)
    return result


def refetch(work: Workplace, shop_id: str, order_ids: Sequence[str]) -> SyncResult:
    """Read these orders again now (after a refusal, or before something that costs money)."""
    result = SyncResult(shop_id)
    shop = work.outside.shop(shop_id)
    Intake(work, shop, result, CancelToken()).run(iter([order_ids]))
    work.changed("orders", "parcels", "stock")
    return result


def _guarded(work: Workplace, shop_id: str, run: Callable[[Shop], None]) -> None:
    with lease(work, f"sync:{shop_id}"):
        shop = work.outside.shop(shop_id)
        try:
            refresh_when_old(work, shop)
            shop_companies.refresh_if_old(work, shop)
            run(shop)
        except PackbenchError as error:
            sync_state.remember_error(work, shop_id, error)
            raise


def _announce(work: Workplace, result: SyncResult) -> None:
    if result.new or result.changed:
        work.changed("orders", "parcels", "stock")
    work.changed("shops")


def _cursor(work: Workplace, shop_id: str, now: datetime) -> datetime | None:
    """How far this shop is read; a cursor in the future came from a wrong clock and says little."""
    known = sync_state.position(work, shop_id)
    if known is None:
        return None
    return known.upto_at if known.upto_at <= now + _FUTURE else now - LONGEST_WINDOW


def _start(
    work: Workplace, shop_id: str, cursor: datetime | None, now: datetime, overlap: timedelta
) -> datetime:
    if cursor is None:
        return now - timedelta(days=_look_back_days(work, shop_id))
    paused = now - cursor > LARGE_OVERLAP_EVERY
    return min(cursor, now) - (LARGE_OVERLAP if paused else overlap)


def _look_back_days(work: Workplace, shop_id: str) -> float:
    with work.db.read() as tx:
        chosen = tx.execute(select(shops.c.settings).where(shops.c.id == shop_id)).scalar_one()
    return float(chosen.get("look_back_days", DEFAULT_LOOK_BACK_DAYS))


def _run_to(
    work: Workplace,
    shop: Shop,
    start: datetime,
    now: datetime,
    result: SyncResult,
    progress: Progress,
    token: CancelToken,
    follows_on: bool = True,
    recent: RecentReadings | None = None,
    settled_from: datetime | None = None,
) -> None:
    """Read ``[start, now]``; the cursor follows slice by slice, behind what is stored."""
    shop_id = shop.shop_id
    told = Teller(work, shop_id, ORDERS, f"sync:{shop_id}", result, progress)
    recent = recent or RecentReadings()
    for begin, stop in slices(start, now, RUN_WINDOW):
        token.check()
        told.upto_at = begin
        intake = Intake(work, shop, result, token, recent, heard=told.heard)
        intake.run(_pages(shop, begin, stop, token, recent, settled_from))
        # The cursor passes an order that could not be read only after its id is written down.
        sync_state.change_unread(work, shop_id, failed=set(result.failed), read=set())
        told.finished()
        # An answer may have corrected our idea of the shop's time.
        upto_at = min(stop, shop_time(work, shop))
        if follows_on:
            sync_state.move_cursor(work, shop_id, upto_at)
        result.upto_at = upto_at


def _pages(
    shop: Shop,
    start: datetime,
    stop: datetime,
    token: CancelToken,
    recent: RecentReadings,
    settled_from: datetime | None,
) -> Iterator[Sequence[str]]:
    seen: set[str] = set()

    for page in listed_ids(shop.changed_orders, start, stop, token, seen):
        yield recent.unknown_first(page)
    if settled_from is not None:
        for page in listed_ids(shop.changed_orders, settled_from, start, token, seen):
            yield recent.must_read(page, settled_from, start)


def _retry_unread(work: Workplace, shop: Shop, result: SyncResult, token: CancelToken) -> None:
    """Try again what could not be read, some at a time: each costs a call."""
    wanted = sync_state.unread(work, shop.shop_id)[:_UNREAD_AT_ONCE]
    if not wanted:
        return
    again = SyncResult(shop.shop_id)
    Intake(work, shop, again, token).run(iter([wanted]))
    result.new += again.new
    result.changed += again.changed
    result.same += again.same
    result.failed.update(again.failed)
    # Those that failed once more go to the end of the row.
    sync_state.change_unread(work, shop.shop_id, failed=set(), read=set(wanted))
    sync_state.change_unread(work, shop.shop_id, failed=set(again.failed), read=set())
