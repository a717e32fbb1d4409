"""What platforms push: written down before it is answered, worked off by reading the object itself.

An event says only that something happened, so double, late and swapped events are harmless: each
ends with the object as it is now. Polling stays the base, a lost event costs minutes at most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import PackbenchError
from app.domain.text import Text
from app.jobs import CancelToken
from app.ports import PushedEvent, PushSubject
from app.services.leases import lease, renew
from app.services.sync.push_handling import HANDLERS, PushRow
from app.services.workplace import Workplace
from app.store.tables import push_events

LEASE = "push"
_AT_ONCE = 50
_GIVE_UP_AFTER = 20  # some three hours, about as long as the platform itself tries
_LONGEST_PAUSE_S = 900.0
_KEPT = timedelta(days=14)  # the platform repeats for four hours; the rest is for questions
_PRUNED_AT_ONCE = 500


class PushState(StrEnum):
    """The life of one event."""

    PENDING = "pending"
    DONE = "done"
    IGNORED = "ignored"  # nothing here depends on it
    FAILED = "failed"  # tried for hours; polling brings what it was about


@dataclass(slots=True)
class WorkedOff:
    """Counts of one run."""

    done: int = 0
    later: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """What still waits, and since when. ``newest_at``: when the last event of all came."""

    waiting: int
    oldest_at: datetime | None
    newest_at: datetime | None


def take(work: Workplace, shop_id: str, event: PushedEvent) -> bool:
    """Write the event down, durably; whether it is new.

    One short transaction and no network: the platform waits for it. Raises ``UserError`` or
    ``RetryableError`` when the database is not there; the platform must then be told to repeat.
    """
    once = f"{shop_id}:{event.once}"
    now = work.now()
    ignored = event.subject not in HANDLERS
    with work.db.write() as tx:
        known = tx.execute(select(push_events.c.id).where(push_events.c.once == once)).scalar()
        if known is not None:
            return False
        try:
            with tx.begin_nested():
                tx.execute(
                    insert(push_events).values(
                        once=once,
                        shop_id=shop_id,
                        event=event.event,
                        payload={"subject": event.subject.value, "facts": dict(event.facts)},
                        state=PushState.IGNORED if ignored else PushState.PENDING,
                        happened_at=event.happened_at,
                        received_at=now,
                        next_at=now,
                        done_at=now if ignored else None,
                    )
                )
        except IntegrityError:  # another process took the same delivery at the same moment
            return False
    return True


def work_off(work: Workplace, *, cancel: CancelToken | None = None) -> WorkedOff:
    """Handle every event that is due; what fails is tried again later, with growing pauses.

    Raises ``RetryableError`` (``busy_elsewhere``) when another program does it.
    """
    token = cancel or CancelToken()
    result = WorkedOff()
    if not due(work, 1):
        return result
    with lease(work, LEASE):
        while rows := due(work, _AT_ONCE):
            for (shop_id, subject), group in _groups(rows):
                if token.cancelled:
                    return result
                _handle(work, shop_id, subject, group, result)
                renew(work, LEASE)
    return result


def due(work: Workplace, limit: int) -> list[PushRow]:
    """The events that are to be handled now, the oldest first."""
    query = (
        select(push_events)
        .where(push_events.c.state == PushState.PENDING, push_events.c.next_at <= work.now())
        .order_by(push_events.c.next_at, push_events.c.id)
        .limit(limit)
    )
    with work.db.read() as tx:
        return [_row(r) for r in tx.execute(query)]


def backlog(work: Workplace) -> Backlog:
    """How much waits, also for a later try."""
    query = select(func.count(), func.min(push_events.c.received_at)).where(
        push_events.c.state == PushState.PENDING
    )
    newest = select(push_events.c.received_at).order_by(push_events.c.id.desc()).limit(1)
    with work.db.read() as tx:
        count, oldest_at = tx.execute(query).one()
        return Backlog(count, oldest_at, tx.execute(newest).scalar())


def finish(work: Workplace, rows: Sequence[PushRow]) -> None:
    """These are done."""
    with work.db.write() as tx:
        tx.execute(
            update(push_events)
            .where(push_events.c.id.in_([r.id for r in rows]))
            .values(state=PushState.DONE, done_at=work.now(), reason=None)
        )


def postpone(
    work: Workplace,
    row: PushRow,
    reason: Text,
    pause_s: float | None = None,
    *,
    give_up: bool = True,
) -> bool:
    """Try the event again later; ``False`` when it has been tried often enough."""
    over = give_up and row.attempts + 1 >= _GIVE_UP_AFTER
    pause_s = pause_s or min(_LONGEST_PAUSE_S, 2.0 ** min(row.attempts, 10))
    with work.db.write() as tx:
        tx.execute(
            update(push_events)
            .where(push_events.c.id == row.id)
            .values(
                state=PushState.FAILED if over else PushState.PENDING,
                attempts=row.attempts + 1,
                reason=reason.as_json(),
                next_at=work.now() + timedelta(seconds=pause_s),
                done_at=work.now() if over else None,
            )
        )
    return not over


def prune(work: Workplace) -> int:
    """Delete some of the events that ended two weeks ago; how many. Call now and then."""
    old = (
        select(push_events.c.id)
        .where(
            push_events.c.state.in_([PushState.DONE, PushState.IGNORED, PushState.FAILED]),
            push_events.c.next_at < work.now() - _KEPT,
        )
        .limit(_PRUNED_AT_ONCE)
    )
    with work.db.write() as tx:
        gone = tx.execute(delete(push_events).where(push_events.c.id.in_(old.scalar_subquery())))
    return gone.rowcount


def _handle(
    work: Workplace, shop_id: str, subject: PushSubject, rows: list[PushRow], result: WorkedOff
) -> None:
    pause_s: float | None = None
    failed: Mapping[int, Text]
    try:
        failed = HANDLERS[subject](work, shop_id, rows)
    except PackbenchError as error:
        work.log.info("%s pushes of %s wait: %s", len(rows), shop_id, error.code)
        failed = dict.fromkeys((r.id for r in rows), error.message)
        pause_s = getattr(error, "retry_after_s", None)
    good = [r for r in rows if r.id not in failed]
    if good:
        finish(work, good)
        result.done += len(good)
    for row in rows:
        if row.id not in failed:
            continue
        if postpone(work, row, failed[row.id], pause_s):
            result.later += 1
        else:
            result.failed += 1


def _groups(
    rows: Sequence[PushRow],
) -> list[tuple[tuple[str, PushSubject], list[PushRow]]]:
    """The rows by shop and subject: several events of one order cost one call."""
    found: dict[tuple[str, PushSubject], list[PushRow]] = defaultdict(list)
    for row in rows:
        found[row.shop_id, row.subject].append(row)
    return list(found.items())


def _row(r: Any) -> PushRow:
    return PushRow(
        r.id,
        r.shop_id,
        r.event,
        PushSubject(r.payload["subject"]),
        r.payload["facts"],
        r.attempts,
        r.happened_at,
        r.once,
    )
