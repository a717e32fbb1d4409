"""The calls of one account for many parcels: several under way at once, results in order.

The account's own limiter keeps the pace; here is only how many callers wait for it. One at first,
twice as many with every number that came: a wrong secret or an empty balance meets one call.
"""

from __future__ import annotations

import random
import threading
from collections import Counter as Tally
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from app.domain.errors import PackbenchError
from app.domain.waybills import ProblemClass
from app.jobs import CancelToken, Progress, Step
from app.services.leases import lease, renew
from app.services.numbers.outcomes import LabelRow
from app.services.workplace import Workplace

STOPS_ACCOUNT = frozenset(
    {ProblemClass.AUTH, ProblemClass.ACCOUNT, ProblemClass.BALANCE, ProblemClass.DAY_LIMIT}
)
_RENEW_S = 15.0  # a lease lives longer; one call may take its whole time-out
_MOST_TRIES = 3  # of a parcel whose call came too fast: such a refusal books nothing
_LOOKS_S = 0.25  # how often a rest looks whether it was cancelled


class Counter:
    """Counts over all lanes; tells one row at a time."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.total = total
        self._progress = progress
        self._done = self._failed = 0
        self._guard = threading.Lock()

    def add(self, row: LabelRow) -> None:
        with self._guard:
            self._done += 1
            self._failed += not row.ok
            self._progress(
                Step(self._done, self.total, self._failed, row.message, row.parcel, row.result)
            )


@dataclass(slots=True)
class Lane:
    """``label`` asks for one parcel's number, ``stopped`` answers for it once the account is out.

    One lane of a name at a time, whatever program it runs in; every parcel has one worker.
    """

    work: Workplace
    name: str
    at_once: int
    label: Callable[[str], LabelRow]
    stopped: Callable[[str, LabelRow], LabelRow]
    counter: Counter
    token: CancelToken

    def run(self, ids: Sequence[str]) -> dict[str, LabelRow]:
        """A row for every parcel, fewer when it was cancelled meanwhile."""
        rows: dict[str, LabelRow] = {}
        try:
            with (
                lease(self.work, self.name),
                ThreadPoolExecutor(self.at_once, thread_name_prefix="packbench-label") as pool,
            ):
                self._work_off(pool, deque(dict.fromkeys(ids)), rows)
        except PackbenchError as error:  # another bench has this account: the others go on
            for parcel_id in ids:
                if parcel_id not in rows:
                    self._keep(
                        rows,
                        LabelRow(parcel_id, "", "failed", error.code, error.message, error.remedy),
                    )
        return rows

    def _work_off(
        self, pool: ThreadPoolExecutor, waiting: deque[str], rows: dict[str, LabelRow]
    ) -> None:
        under_way: set[Future[LabelRow]] = set()
        allowed = 1
        tries: Tally[str] = Tally()
        blocked: LabelRow | None = None
        renewed_s = self.work.clock.monotonic()
        try:
            while waiting or under_way:
                if waiting and not under_way and blocked is None:
                    self._rest(tries[waiting[0]])
                if self.token.cancelled:
                    waiting.clear()
                while waiting and blocked is not None:
                    self._keep(rows, self.stopped(waiting.popleft(), blocked))
                while (
                    waiting and len(under_way) < allowed and not (under_way and tries[waiting[0]])
                ):
                    under_way.add(pool.submit(self.label, waiting.popleft()))
                if not under_way:
                    return
                done, under_way = wait(under_way, timeout=_RENEW_S, return_when=FIRST_COMPLETED)
                for row in (future.result() for future in done):
                    if row.code in STOPS_ACCOUNT:
                        blocked = blocked or row
                    if row.code == ProblemClass.RATE:
                        allowed = 1
                        tries[row.parcel] += 1
                        if tries[row.parcel] < _MOST_TRIES:
                            waiting.appendleft(row.parcel)
                            continue
                    elif row.result == "issued":
                        allowed = min(self.at_once, allowed * 2)
                    self._keep(rows, row)
                now_s = self.work.clock.monotonic()
                if (waiting or under_way) and (not done or now_s - renewed_s >= _RENEW_S):
                    renew(self.work, self.name)
                    renewed_s = now_s
        except PackbenchError:  # the lease is lost: what is under way still has its answer
            for future in under_way:
                self._keep(rows, future.result())
            raise

    def _rest(self, tries: int) -> None:
        """Wait before a parcel goes out again that was too fast: 1 to 2 s, then 2 to 4 s."""
        if not tries:
            return
        until_s = self.work.clock.monotonic() + 2 ** (tries - 1) * random.uniform(1.0, 2.0)
        while not self.token.cancelled and self.work.clock.monotonic() < until_s:
            self.work.clock.sleep(_LOOKS_S)

    def _keep(self, rows: dict[str, LabelRow], row: LabelRow) -> None:
        rows[row.parcel] = row
        self.counter.add(row)
