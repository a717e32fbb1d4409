"""Orders are read side by side and stored as they come, while more of them are being read.

Bounded: ids of a few pages ahead, two dozen answers, a write of at most 10 orders or 20 ms.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.domain.errors import PackbenchError, UserError
from app.domain.orders import OrderSnapshot
from app.domain.text import Text
from app.jobs import CancelToken
from app.ports import Shop
from app.services.archive import moving
from app.services.sync import intake, intake_new
from app.services.sync.sync_memory import Reading, RecentReadings
from app.services.workplace import Workplace
from app.store.tables import orders

UNREADABLE = frozenset({"order_missing", "order_unreadable"})
READERS = 6
_IN_FLIGHT = 24
_IDS_AHEAD = 1000
_CHUNK = 10
_LONGEST_WRITE_S = 0.02
_STORE_AFTER_S = 0.2
_SILENCE = "shop_no_answer"
_ASKED_AGAIN = 2  # an order whose answer was lost, within one run, while others are answered
_SILENT_IN_A_ROW = READERS  # so many lost answers and no other: the shop is not there


@dataclass(slots=True)
class SyncResult:
    """Counts of one run. ``failed`` holds order ids that could not be read, with the reason."""

    shop: str
    new: int = 0
    changed: int = 0
    same: int = 0
    upto_at: datetime | None = None
    failed: dict[str, Text] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)  # of those that could not be read before

    @property
    def fetched(self) -> int:
        return self.new + self.changed + self.same

    def count(self, stored: intake.Stored) -> None:
        match stored:
            case intake.Stored.NEW:
                self.new += 1
            case intake.Stored.CHANGED:
                self.changed += 1
            case intake.Stored.SAME:
                self.same += 1


def shop_time(work: Workplace, shop: Shop) -> datetime:
    """Now, by the shop's clock."""
    return work.now() - shop.clock_ahead()


@dataclass(slots=True)
class Intake:
    """Reads the orders that pages of ids name, and stores them.

    ``heard(known, done)`` is called now and then: how many are known to be read in this run, and
    how many of them are done.
    """

    work: Workplace
    shop: Shop
    result: SyncResult
    token: CancelToken
    recent: RecentReadings = field(default_factory=RecentReadings)
    sweep: bool = False
    heard: Callable[[int, int], None] = lambda _known, _done: None
    _known: int = 0
    _done: int = 0
    _silent: int = 0
    _lost: Counter[str] = field(default_factory=Counter)

    def run(self, pages: Iterator[Sequence[str]]) -> None:
        """Read and store everything; what was read is stored also when this raises."""
        first = next(pages, None)
        while first is not None and not first:
            first = next(pages, None)
        if first is None:
            return  # a quiet moment costs no threads
        with ThreadPoolExecutor(READERS + 1, thread_name_prefix="packbench-sync") as readers:
            try:
                self._flow(readers, first, pages)
            finally:
                readers.shutdown(wait=False, cancel_futures=True)

    def _flow(
        self, readers: ThreadPoolExecutor, first: Sequence[str], pages: Iterator[Sequence[str]]
    ) -> None:
        ids = deque(first)
        self._known = len(ids)
        page: Future[Sequence[str] | None] | None = readers.submit(next, pages, None)
        reading: dict[Future[OrderSnapshot | PackbenchError], str] = {}
        ready: list[OrderSnapshot] = []
        stored_s = time.monotonic()
        broken: BaseException | None = None
        while True:
            if broken is None and page is not None and page.done():
                page, broken = self._turn(readers, page, pages, ids)
            while broken is None and ids and len(reading) < _IN_FLIGHT:
                self.token.check()
                order_id = ids.popleft()
                reading[readers.submit(self._read, order_id)] = order_id
            more_to_come = page is not None and broken is None
            if not reading and not more_to_come:
                break
            awaited: list[Future[Any]] = [*reading]
            if page is not None and more_to_come and len(ids) <= _IDS_AHEAD:
                awaited.append(page)
            ended, _ = wait(awaited, timeout=_STORE_AFTER_S, return_when=FIRST_COMPLETED)
            for done in [f for f in ended if f in reading]:
                order_id, answer = reading.pop(done), done.result()
                if broken is None and self._ask_again(order_id, answer):
                    ids.append(order_id)
                    continue
                broken = self._take(order_id, answer, ready) or broken
            waited = time.monotonic() - stored_s >= _STORE_AFTER_S
            if len(ready) >= _CHUNK or (ready and (waited or not reading)):
                self._store(ready)
                ready.clear()
                stored_s = time.monotonic()
                self.heard(self._known, self._done)
        self._store(ready)
        self.heard(self._known, self._done)
        if broken is not None:
            raise broken

    def _turn(
        self,
        readers: ThreadPoolExecutor,
        page: Future[Sequence[str] | None],
        pages: Iterator[Sequence[str]],
        ids: deque[str],
    ) -> tuple[Future[Sequence[str] | None] | None, BaseException | None]:
        """Take the ids of a page that has come, and ask for the next while there is room."""
        if len(ids) > _IDS_AHEAD:
            return page, None
        try:
            found = page.result()
        except PackbenchError as error:
            return None, error
        if found is None:
            return None, None
        ids.extend(found)
        self._known += len(found)
        return readers.submit(next, pages, None), None

    def _read(self, order_id: str) -> OrderSnapshot | PackbenchError:
        began_at = shop_time(self.work, self.shop)
        try:
            order = self.shop.order(order_id, sweep=self.sweep)
        except PackbenchError as error:
            return error
        self.recent.note(order_id, Reading(began_at, order.updated_at))
        return order

    def _ask_again(self, order_id: str, answer: OrderSnapshot | PackbenchError) -> bool:
        """A few lost answers do not end a run: it would have more to read the next time."""
        if not isinstance(answer, PackbenchError) or answer.code != _SILENCE:
            self._silent = 0
            return False
        self._silent += 1
        self._lost[order_id] += 1
        alone = self._known < 2  # whoever wants one order wants to know now
        return (
            not alone and self._silent < _SILENT_IN_A_ROW and self._lost[order_id] <= _ASKED_AGAIN
        )

    def _take(
        self, order_id: str, answer: OrderSnapshot | PackbenchError, ready: list[OrderSnapshot]
    ) -> PackbenchError | None:
        """One order that cannot be read must not stop the others; a broken connection must."""
        if isinstance(answer, UserError) and answer.code in UNREADABLE:
            self.result.failed[order_id] = answer.message
            self._done += 1
        elif isinstance(answer, PackbenchError):
            return answer
        else:
            ready.append(answer)
        return None

    def _store(self, ready: Sequence[OrderSnapshot]) -> None:
        for order_id in store(self.work, self.shop.shop_id, ready, self.result.count):
            self.result.read.add(order_id)
            self._done += 1


def store(
    work: Workplace,
    shop_id: str,
    snapshots: Sequence[OrderSnapshot],
    count: Callable[[intake.Stored], None],
) -> list[str]:
    """Store them in short transactions; returns their ids."""
    left = list(snapshots)
    stored = []
    while left:
        with work.db.write() as tx:
            done = _store_some(tx, work, shop_id, left[:_CHUNK])
        for order_id, what in done.items():
            count(what)
            stored.append(order_id)
        left = [order for order in left if order.order_id not in done]
    return stored


def _store_some(
    tx: Connection, work: Workplace, shop_id: str, told: Sequence[OrderSnapshot]
) -> dict[str, intake.Stored]:
    """Store as many as fit into one short transaction, at least one."""
    ends_at = time.monotonic() + _LONGEST_WRITE_S
    moving.bring_back(tx, work, shop_id, [order.order_id for order in told])
    known = set(
        tx.execute(
            select(orders.c.order_id).where(
                orders.c.shop_id == shop_id, orders.c.order_id.in_({o.order_id for o in told})
            )
        ).scalars()
    )
    new = {order.order_id: order for order in told if order.order_id not in known}
    done = {
        order.order_id: intake.Stored.NEW
        for order in intake_new.store(tx, work, shop_id, list(new.values()))
    }
    for order in sorted(told, key=_urgency):
        if done and time.monotonic() >= ends_at:
            break
        if order.order_id not in done:
            done[order.order_id] = intake.store(tx, work, shop_id, order)
    return done


def _urgency(order: OrderSnapshot) -> tuple[bool, float]:
    """Orders told together reserve in the order of their deadlines; equal ones as they came."""
    found = (line.deadline_at for line in order.lines if line.deadline_at is not None)
    at = min(found, default=order.deadline_at)
    return at is None, at.timestamp() if at is not None else 0.0
