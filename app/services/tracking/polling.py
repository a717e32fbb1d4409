"""The poller: asks the carriers about parcels on their way, the longest due first.

One bench asks for an account at a time (a lease), whatever is asked for is put off before the call
(a crash repeats nothing at once), and a day's calls last the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.domain.errors import PackbenchError, RetryableError
from app.domain.waybills import Problem
from app.jobs import Cancelled, CancelToken
from app.services.leases import lease, renew
from app.services.tracking import asking, budget, following
from app.services.tracking.answering import Answering, answering
from app.services.tracking.asking import Asked, Heard
from app.services.tracking.limits import limits
from app.services.workplace import Workplace
from app.store.tables import tracks

FIRST_LOOK_S = 20.0  # whoever opens the program wants orders first
LOOK_EVERY_S = 30.0
NEEDS_A_PERSON_S = 300.0
_ADOPT_EVERY = timedelta(hours=6)
_UNTIL_ANSWERED = timedelta(minutes=15)
_FIRST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: numbers asked for, news, and the accounts that did not answer."""

    asked: int = 0
    failed: int = 0
    new_events: int = 0
    delivered: int = 0
    problems: tuple[tuple[str, Problem], ...] = ()


@dataclass(slots=True)
class Poller:
    """Asks what is due. One thread at a time; remembers which accounts need a pause."""

    work: Workplace
    _who: Answering | None = None
    _adopted_at: datetime | None = None
    _pauses: dict[str, tuple[datetime, timedelta]] = field(default_factory=dict)

    def round(self, cancel: CancelToken) -> Round:
        """Ask every account about everything that is due, in turns; an account in trouble rests.

        Raises ``Cancelled`` between two calls.
        """
        who = self._prepare()
        asked = failed = new = delivered = 0
        problems: list[tuple[str, Problem]] = []
        with ExitStack() as held:
            open_accounts = [a for a in who.accounts if self._rested(a) and self._mine(held, a)]
            while open_accounts:
                for account in tuple(open_accounts):
                    cancel.check()
                    ids = self._claim(account)
                    if not ids:
                        open_accounts.remove(account)
                        continue
                    wanted = asking.wanted(self.work, ids)
                    heard = asking.ask(self.work, account, wanted, limits(self.work))
                    self._hand_on(who, account, wanted, heard)
                    asked += len(ids)
                    failed += heard.failed
                    new += heard.new_events
                    delivered += heard.delivered
                    if heard.stop is not None:
                        problems.append((account, heard.stop))
                        open_accounts.remove(account)
                    self._remember(account, heard.stop)
                    if not self._still_mine(account) and account in open_accounts:
                        open_accounts.remove(account)
        return Round(asked, failed, new, delivered, tuple(problems))

    def _prepare(self) -> Answering:
        """Who can be asked now, with every followed parcel given to one of them."""
        now = self.work.now()
        if self._adopted_at is None or now - self._adopted_at >= _ADOPT_EVERY:
            following.adopt(self.work)
            self._adopted_at = now
        who = answering(self.work)
        if who != self._who:
            following.assign(self.work, who)
            self._who = who
        else:
            following.assign_new(self.work, who)
        return who

    def _hand_on(self, who: Answering, account: str, wanted: Sequence[Asked], heard: Heard) -> None:
        """What the company's account does not know, one that knows every company is asked next."""
        other = who.after(account)
        if not other:
            return
        unknown = asking.strange(account, wanted, heard)
        if heard.stop is None:
            unknown += asking.silent(self.work, account, wanted)
        if unknown:
            following.hand_on(self.work, [a.waybill_id for a in unknown], other)

    def _rested(self, account: str) -> bool:
        until, _ = self._pauses.get(account, (self.work.now(), _FIRST_PAUSE))
        return until <= self.work.now()

    def _remember(self, account: str, stop: Problem | None) -> None:
        if stop is None:
            self._pauses.pop(account, None)
            return
        _, pause = self._pauses.get(account, (self.work.now(), _FIRST_PAUSE / 2))
        pause = min(_LONGEST_PAUSE, pause * 2)
        self._pauses[account] = (self.work.now() + pause, pause)
        self.work.log.info("tracks of account=%s wait: %s", account, stop.code)

    def _mine(self, held: ExitStack, account: str) -> bool:
        try:
            held.enter_context(lease(self.work, _lease_name(account)))
        except RetryableError:  # another bench asks for this account
            return False
        return True

    def _still_mine(self, account: str) -> bool:
        try:
            renew(self.work, _lease_name(account))
        except RetryableError:
            return False
        return True

    def _claim(self, account: str) -> Sequence[str]:
        """What is due, as many as one call takes, put off and counted before anything is asked."""
        work = self.work
        try:
            source = asking.tracker(work, account)
        except PackbenchError as error:
            work.log.info("tracks of account=%s wait: %s", account, error.code)
            return ()
        if source is None:
            return ()
        now = work.now()
        allowed = budget.allowed_now(limits(work).track_calls_per_day, now)
        with work.db.write() as tx:
            ids = list(
                tx.execute(
                    select(tracks.c.waybill_id)
                    .where(tracks.c.account == account, tracks.c.next_at <= now)
                    .order_by(tracks.c.next_at, tracks.c.waybill_id)
                    .limit(asking.numbers_a_call(source))
                ).scalars()
            )
            if not ids or not budget.take(tx, work, account, 1, allowed):
                return ()
            tx.execute(
                update(tracks)
                .where(tracks.c.waybill_id.in_(ids))
                .values(next_at=now + _UNTIL_ANSWERED)
            )
        return ids


def _lease_name(account: str) -> str:
    return f"tracks:{account}"


def keep_asking(work: Workplace, cancel: CancelToken, first_s: float = FIRST_LOOK_S) -> None:
    """Ask what is due, again and again, until cancelled; a failure waits."""
    poller = Poller(work)
    with suppress(Cancelled):
        cancel.wait(first_s)
        while True:
            pause_s = LOOK_EVERY_S
            try:
                poller.round(cancel)
            except PackbenchError as error:
                work.log.info("tracks wait: %s", error.code)
                pause_s = NEEDS_A_PERSON_S
            cancel.wait(pause_s)
