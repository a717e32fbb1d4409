"""Keeping shops in step: a poll every two seconds each, and the sweeps beside it.

Every shop has its own threads: an outage of one delays no other.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.jobs import Cancelled, CancelToken, Progress, Step, ignore_progress
from app.services import after_sales
from app.services.leases import lease
from app.services.listings import daily
from app.services.numbers import settling
from app.services.parcels import checking
from app.services.stock.daily import keep_figures
from app.services.sync import syncing
from app.services.sync.sweeping import Sweeper
from app.services.sync.sync_memory import RecentReadings
from app.services.sync.sync_windows import LARGE_OVERLAP_EVERY
from app.services.workplace import Workplace
from app.store.tables import shops

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0  # after an outage orders are back within half a minute
NEEDS_A_PERSON_S = 60.0
RECHECK_EVERY_S = 30.0
_IDLE_S = 2.0
_MOST_SHOPS = 64


def watch(
    work: Workplace,
    only: str | None,
    cancel: CancelToken,
    report: Progress = ignore_progress,
) -> None:
    """Keep syncing until cancelled; a failure is reported and tried again with growing pauses.

    ``report`` is called after every poll, from the shop's thread. Of a shop named by ``only`` an
    error that needs a person is raised; among several shops it is reported, and tried again.
    """
    if only is not None:
        syncing.shop_ids(work, only)
        Watch(work, only, cancel, report).run()
        return
    inner = CancelToken()
    with ThreadPoolExecutor(_MOST_SHOPS, thread_name_prefix="packbench-watch") as pool:
        watched: dict[str, Future[None]] = {}
        try:
            while not cancel.cancelled:
                for shop_id in syncing.shop_ids(work):
                    if shop_id not in watched or watched[shop_id].done():
                        _raise_of(watched.get(shop_id))
                        watched[shop_id] = pool.submit(
                            _patiently, Watch(work, shop_id, inner, report)
                        )
                cancel.wait(_IDLE_S)
        finally:
            inner.cancel()


def _raise_of(ended: Future[None] | None) -> None:
    """A mistake of ours ends the whole watch; a shop that is gone does not."""
    if ended is not None:
        ended.result()


def _patiently(shop_watch: Watch) -> None:
    """One shop among several: what needs a person is reported and tried again."""
    with suppress(Cancelled):
        while True:
            try:
                shop_watch.run()
            except UserError as error:
                if error.code == "no_such_shop":
                    return
                shop_watch.tell(error)
                shop_watch.cancel.wait(NEEDS_A_PERSON_S)


@dataclass(slots=True)
class Watch:
    """One shop, kept in step until ``cancel``."""

    work: Workplace
    shop_id: str
    cancel: CancelToken
    report: Progress = ignore_progress
    recent: RecentReadings = field(default_factory=RecentReadings)
    _pause_s: float = 0.0
    _large_at_s: float | None = None
    _rechecked_at_s: float | None = None

    def run(self) -> None:
        """Raises ``UserError`` when the connection needs a person, ``Cancelled`` at the end."""
        inner = CancelToken()
        with ThreadPoolExecutor(5, thread_name_prefix="packbench-sweep") as pool:
            beside: Future[None] | None = None
            goods: Future[None] | None = None
            cases: Future[None] | None = None
            doubts: Future[None] | None = None
            figures: Future[None] | None = None
            try:
                while not self.cancel.cancelled:
                    began_s = time.monotonic()
                    syncing.shop_ids(self.work, self.shop_id)
                    worked = self._poll()
                    if worked and (beside is None or beside.done()):
                        _raise_of(beside)
                        beside = pool.submit(self._sweep, inner)
                    if worked and (goods is None or goods.done()):
                        _raise_of(goods)
                        goods = pool.submit(daily.keep_fresh, self.work, self.shop_id, inner)
                    if worked and (cases is None or cases.done()):
                        _raise_of(cases)
                        cases = pool.submit(self._after_sales, inner)
                    if doubts is None or doubts.done():  # carriers answer while a shop does not
                        _raise_of(doubts)
                        doubts = pool.submit(self._numbers, inner)
                    if figures is None or figures.done():
                        _raise_of(figures)
                        figures = pool.submit(keep_figures, self.work, inner)
                    self._recheck()
                    took_s = time.monotonic() - began_s
                    self.cancel.wait(self._pause_s or max(0.0, self._poll_seconds() - took_s))
            finally:
                inner.cancel()

    def tell(self, error: PackbenchError) -> None:
        """Report a failure."""
        self.report(Step(0, 0, 1, error.message, self.shop_id, error.code))

    def _poll(self) -> bool:
        now_s = time.monotonic()
        every_s = LARGE_OVERLAP_EVERY.total_seconds()
        large = self._large_at_s is None or now_s - self._large_at_s >= every_s
        try:
            result = syncing.poll(
                self.work, self.shop_id, self.recent, large=large, cancel=self.cancel
            )
        except RetryableError as error:
            self.tell(error)
            pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, self._pause_s * 2))
            self._pause_s = max(error.retry_after_s or 0.0, pause_s)
            return False
        self._pause_s = 0.0
        if large:
            self._large_at_s = now_s
        self.report(Step(result.fetched, result.fetched, 0, None, self.shop_id, "synced"))
        return True

    def _recheck(self) -> None:
        now_s = time.monotonic()
        if self._rechecked_at_s is None or now_s - self._rechecked_at_s >= RECHECK_EVERY_S:
            self._rechecked_at_s = now_s
            checking.recheck(self.work)

    def _sweep(self, token: CancelToken) -> None:
        """The work beside the polls, a step at a time; what fails is tried again later."""
        name = f"sweep:{self.shop_id}"
        shop = self.work.outside.shop(self.shop_id)
        sweeper = Sweeper(self.work, shop, self.recent, token, name)
        with suppress(Cancelled):
            while True:
                token.wait(_waited(sweeper, name))

    def _after_sales(self, token: CancelToken) -> None:
        """After-sales beside the polls: orders never wait for them."""
        with suppress(Cancelled):
            while True:
                pause_s = _IDLE_S
                try:
                    shop = self.work.outside.shop(self.shop_id)
                    with lease(self.work, f"after-sales:{self.shop_id}"):
                        done = after_sales.sync(self.work, shop, token)
                    if done.error is not None:
                        pause_s = LONGEST_PAUSE_S
                    elif done.left > len(done.failed) and done.read:
                        pause_s = 0.0
                except PackbenchError as error:
                    self.work.log.info("after-sales of %s wait: %s", self.shop_id, error.code)
                token.wait(pause_s)

    def _numbers(self, token: CancelToken) -> None:
        """Numbers in doubt and numbers that have ended, beside the polls."""
        with suppress(Cancelled):
            while True:
                try:
                    settling.settle_open(self.work, self.shop_id, token)
                    settling.recycle_expired(self.work)
                except PackbenchError as error:
                    self.work.log.info("numbers of %s wait: %s", self.shop_id, error.code)
                token.wait(settling.EVERY_S)

    def _poll_seconds(self) -> float:
        with self.work.db.read() as tx:
            chosen = tx.execute(
                select(shops.c.settings).where(shops.c.id == self.shop_id)
            ).scalar_one()
        return float(chosen.get("poll_seconds", 2))


def _waited(sweeper: Sweeper, name: str) -> float:
    """Do a step; how long to wait before the next, in s."""
    try:
        # Made anew when the shop's settings have changed.
        sweeper.shop = sweeper.work.outside.shop(sweeper.shop.shop_id)
        with lease(sweeper.work, name):
            return 0.0 if sweeper.step() else _IDLE_S
    except PackbenchError as error:
        sweeper.work.log.info("sweep of %s waits: %s", sweeper.shop.shop_id, error.code)
        return LONGEST_PAUSE_S if isinstance(error, RetryableError) else NEEDS_A_PERSON_S
