"""What runs beside the polls and after everything else: late lists, pauses, the daily sweeps.

Each step is short and leaves its place in the database, so a sweep may be broken off anywhere and
goes on there. Nothing here moves the cursor of the polls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.orders import OrderPage
from app.domain.states import OrderStatus
from app.jobs import CancelToken, Progress, ignore_progress
from app.ports import Shop
from app.services.sync import sync_state
from app.services.sync.sync_memory import Need, RecentReadings, whole_second
from app.services.sync.sync_reading import Intake, SyncResult, shop_time
from app.services.sync.sync_state import GAP, UNSHIPPED, WEEK
from app.services.sync.sync_telling import Teller
from app.services.sync.sync_windows import (
    LARGE_OVERLAP,
    LARGE_OVERLAP_EVERY,
    LONGEST_WINDOW,
    SMALL_OVERLAP,
    Listing,
    listed_ids,
    slices,
)
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders

SWEEP_EVERY = timedelta(hours=24)
UNSHIPPED_BACK = timedelta(days=90)
GAP_STEP = timedelta(hours=1)
WEEK_STEP = timedelta(hours=1)
WEEK_WINDOW = timedelta(minutes=5)
THREE_SECONDS = timedelta(seconds=2)  # from the first to the last of three whole seconds
OVERDUE_EVERY = timedelta(minutes=1)
CLOSES_WITHIN = timedelta(seconds=2)
_CHEAP = 200  # calls: about as many as there are three-second windows in ten minutes
_FINAL = frozenset({OrderStatus.SHIPPED, OrderStatus.DONE, OrderStatus.CANCELLED})
_UNSHIPPED = (OrderStatus.PAID, OrderStatus.PARTLY_SHIPPED)


@dataclass(slots=True)
class Sweeper:
    """The work beside the polls of one shop. ``lease`` is the one its thread holds."""

    work: Workplace
    shop: Shop
    recent: RecentReadings
    token: CancelToken
    lease: str
    progress: Progress = ignore_progress
    result: SyncResult = field(init=False)
    large_at: datetime | None = None
    overdue_at: datetime | None = None

    def __post_init__(self) -> None:
        self.result = SyncResult(self.shop.shop_id)

    def step(self) -> bool:
        """Do a piece of what is due, the most urgent first. Returns whether there was any."""
        return self.large() or self.overdue() or self.gap() or self.unshipped() or self.week()

    def large(self) -> bool:
        """Ten minutes back, every five minutes: for lists that lag behind."""
        now = shop_time(self.work, self.shop)
        known = sync_state.position(self.work, self.shop.shop_id)
        if known is None or (self.large_at and now - self.large_at < LARGE_OVERLAP_EVERY):
            return False
        stop = whole_second(min(known.upto_at, now) - SMALL_OVERLAP)
        start = stop - LARGE_OVERLAP
        needed, doubtful = self._sorted_out(start, stop)
        if len(doubtful) <= _CHEAP:
            self._read(iter([[*needed, *doubtful]]))
        else:
            self._read(self._by_three_seconds(start, stop, needed))
        self.large_at = now
        return True

    def _sorted_out(self, start: datetime, stop: datetime) -> tuple[list[str], list[str]]:
        """The ids listed in a window that must be read, and those of which one cannot be sure."""
        needs: dict[Need, list[str]] = {need: [] for need in Need}
        for page in listed_ids(self._changed, start, stop, self.token):
            for order_id in page:
                needs[self.recent.need(order_id, start, stop)].append(order_id)
        return needs[Need.READ], needs[Need.MAYBE]

    def _by_three_seconds(
        self, start: datetime, stop: datetime, needed: list[str]
    ) -> Iterator[Sequence[str]]:
        """Within three seconds no later change can hide behind one that has settled."""
        yield needed
        seen = set(needed)
        at = start
        while at <= stop:
            end = at + THREE_SECONDS
            for page in listed_ids(self._changed, at, end, self.token):
                found = self.recent.must_read(page, at, end)
                yield [i for i in found if i not in seen]
                seen.update(found)
            at = end + timedelta(seconds=1)

    def overdue(self) -> bool:
        """Orders in which the shop has refused something by itself: no list tells of that."""
        now = shop_time(self.work, self.shop)
        if self.overdue_at and now - self.overdue_at < OVERDUE_EVERY:
            return False
        self.overdue_at = now
        with self.work.db.read() as tx:
            found = list(
                tx.execute(
                    select(orders.c.order_id)
                    .join(order_lines, order_lines.c.order_id == orders.c.id)
                    .where(
                        orders.c.shop_id == self.shop.shop_id,
                        order_lines.c.sku_change_pending,
                        order_lines.c.sku_change_until_at < now - CLOSES_WITHIN,
                    )
                    .distinct()
                    .limit(_CHEAP)
                ).scalars()
            )
        if found:
            self._read(iter([found]))
        return bool(found)

    def gap(self) -> bool:
        """An hour of what a pause left behind."""
        found = sync_state.gap(self.work, self.shop.shop_id)
        if found is None:
            return False
        start, stop = found[0], min(found[0] + GAP_STEP, found[1])
        told = Teller(self.work, self.shop.shop_id, GAP, self.lease, self.result, self.progress)
        told.upto_at = start
        self._read(listed_ids(self._changed, start, stop, self.token), told)
        sync_state.shrink_gap(self.work, self.shop.shop_id, stop)
        return True

    def unshipped(self) -> bool:
        """A week of the orders that wait to be shipped, of the last ninety days, once a day."""

        def ids(start: datetime, stop: datetime) -> Iterator[Sequence[str]]:
            seen: set[str] = set()
            for status in _UNSHIPPED:
                for page in listed_ids(self._with(status), start, stop, self.token, seen):
                    yield self._not_stored_today(page)

        return self._daily(UNSHIPPED, UNSHIPPED_BACK, LONGEST_WINDOW, ids)

    def week(self) -> bool:
        """An hour of the last seven days, once a day."""

        def ids(start: datetime, stop: datetime) -> Iterator[Sequence[str]]:
            seen: set[str] = set()
            explained = False
            for page in listed_ids(self._changed, start, stop, self.token):
                found = self._not_explained(page, start, stop)
                explained = explained or len(found) < len(page)
                seen.update(found)
                yield found
            if not explained:
                return  # a quiet hour, or one of which all is read
            for begin, end in slices(start, stop, WEEK_WINDOW):
                for page in listed_ids(self._changed, begin, end, self.token, seen):
                    yield self._not_explained(page, begin, end)

        return self._daily(WEEK, LONGEST_WINDOW, WEEK_STEP, ids)

    def _daily(
        self,
        stream: str,
        back: timedelta,
        longest: timedelta,
        ids: Callable[[datetime, datetime], Iterator[Sequence[str]]],
    ) -> bool:
        shop_id = self.shop.shop_id
        if not is_due(self.work, shop_id, stream):
            return False
        known = sync_state.position(self.work, shop_id, stream)
        begun_at = known.begun_at if known else None
        if known is None or begun_at is None:
            begun_at = shop_time(self.work, self.shop)
            start = begun_at - back
        else:
            start = known.upto_at
        stop = min(start + longest, begun_at)
        self._read(ids(start, stop))
        over = stop >= begun_at
        sync_state.move_sweep(self.work, shop_id, stream, stop, None if over else begun_at)
        return True

    def _not_stored_today(self, ids: Sequence[str]) -> list[str]:
        """Those that are unknown, not waiting to be shipped here, or not heard of for a day."""
        since = self.work.now() - SWEEP_EVERY
        fine = {
            order_id
            for order_id, row in self._stored(ids).items()
            if row.status in _UNSHIPPED and row.stored_at >= since
        }
        return [i for i in ids if i not in fine]

    def _not_explained(self, ids: Sequence[str], start: datetime, stop: datetime) -> list[str]:
        """Those that are unknown, still open, or whose last change we know lies elsewhere."""
        fine = {
            order_id
            for order_id, row in self._stored(ids).items()
            if row.status in _FINAL and start <= row.updated_at <= stop
        }
        return [i for i in ids if i not in fine]

    def _stored(self, ids: Sequence[str]) -> dict[str, _Stored]:
        if not ids:
            return {}
        with self.work.db.read() as tx:
            rows = tx.execute(
                select(
                    orders.c.order_id, orders.c.status, orders.c.updated_at, orders.c.stored_at
                ).where(orders.c.shop_id == self.shop.shop_id, orders.c.order_id.in_(ids))
            )
            return {
                r.order_id: _Stored(OrderStatus(r.status), r.updated_at, r.stored_at) for r in rows
            }

    def _read(self, pages: Iterator[Sequence[str]], told: Teller | None = None) -> None:
        before = self.result.new + self.result.changed
        # What failed in an earlier step may have been read since: only this step's is written down.
        known, self.result.failed = self.result.failed, {}
        intake = Intake(self.work, self.shop, self.result, self.token, self.recent, sweep=True)
        if told is not None:
            intake.heard = told.heard
        try:
            intake.run(pages)
        finally:
            failed = set(self.result.failed)
            self.result.failed = {**known, **self.result.failed}
        if told is not None:
            told.finished()
        sync_state.change_unread(self.work, self.shop.shop_id, failed=failed, read=set())
        if self.result.new + self.result.changed > before:
            self.work.changed("orders", "parcels", "stock")

    def _changed(self, start: datetime, stop: datetime, key: str) -> OrderPage:
        return self.shop.changed_orders(start, stop, key, sweep=True)

    def _with(self, status: OrderStatus) -> Listing:
        def listing(start: datetime, stop: datetime, key: str) -> OrderPage:
            return self.shop.changed_orders(start, stop, key, status, sweep=True)

        return listing


@dataclass(frozen=True, slots=True)
class _Stored:
    status: OrderStatus
    updated_at: datetime
    stored_at: datetime


def is_due(work: Workplace, shop_id: str, stream: str) -> bool:
    """Whether a daily sweep has to begin or to go on."""
    known = sync_state.position(work, shop_id, stream)
    if known is None or known.finished_at is None or known.begun_at is not None:
        return True
    return work.now() - known.finished_at >= SWEEP_EVERY


def catch_up(
    work: Workplace, shop: Shop, result: SyncResult, token: CancelToken, progress: Progress
) -> None:
    """Within one run: what a pause left behind, and the first time all that is not shipped yet."""
    sweeper = Sweeper(work, shop, RecentReadings(), token, f"sync:{shop.shop_id}", progress)
    sweeper.result = result
    sweeper.overdue()
    while sweeper.gap():
        token.check()
    known = sync_state.position(work, shop.shop_id, UNSHIPPED)
    while known is None or known.finished_at is None:
        sweeper.unshipped()
        known = sync_state.position(work, shop.shop_id, UNSHIPPED)
