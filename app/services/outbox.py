"""Sending what others must hear: once, in order per lane, looked up again when the answer was lost.

``sending`` is written before the call; a row found so after a crash is read back first. "Already
done" is never guessed: the shop's own record is compared with ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, and_, exists, func, or_, select, update

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.states import (
    HoldCode,
    HoldScope,
    OutboxKind,
    OutboxState,
    ParcelState,
)
from app.domain.text import T, Text
from app.domain.waybills import Problem
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import (
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
)
from app.services import holding, print_notices, records, report_sending, syncing, voiding
from app.services.leases import lease, renew
from app.services.workplace import Workplace
from app.store.tables import orders, outbox, parcels


class Sender(Protocol):
    """Sends one row. ``again``: an earlier try may have taken effect.

    May raise ``UserError`` (a connection that needs a person) or ``RetryableError``: nothing was
    decided then, and the row waits.
    """

    def __call__(self, work: Workplace, row: Any, /, *, again: bool) -> ReportOutcome: ...


SENDERS: Mapping[OutboxKind, Sender] = {
    OutboxKind.SHIP: report_sending.send,
    OutboxKind.PRINTED: print_notices.send_printed,
    OutboxKind.VOID: voiding.send_void,
}
"""Who sends each kind of message. A new kind is a module with a sender, and a line here."""

_OPEN = (OutboxState.PENDING, OutboxState.SENDING)
_LONGEST_PAUSE_S = 900.0


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What came of one message: ``done``, ``refused`` or ``later``."""

    id: str
    kind: str
    order_id: str
    parcel: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return self.result == "done"


def drain(
    work: Workplace,
    *,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    everything: bool = False,
) -> list[OutboxRow]:
    """Send every message that is due (``everything``: also those that wait for their next try).

    Raises ``RetryableError`` (``busy_elsewhere``) when another program is sending.
    """
    token = cancel or CancelToken()
    rows: list[OutboxRow] = []
    with lease(work, "outbox"):
        blocked: set[str] = set()
        while not token.cancelled:
            row = _next(work, blocked, everything=everything)
            if row is None:
                break
            done = _send(work, row)
            rows.append(done)
            # The rows behind a failed one of the same lane must wait, and each row is tried once.
            if not done.ok:
                blocked.add(row.lane)
            failed = sum(not r.ok for r in rows)
            progress(Step(len(rows), len(rows), failed, done.message, done.parcel, done.result))
            renew(work, "outbox")
    if rows:
        work.changed("orders", "parcels", "outbox")
    return rows


def waiting(work: Workplace) -> int:
    """How many messages are still to be sent."""
    with work.db.read() as tx:
        return tx.execute(
            select(func.count()).select_from(outbox).where(outbox.c.state.in_(_OPEN))
        ).scalar_one()


def _next(work: Workplace, blocked: set[str], *, everything: bool) -> Any:
    earlier = outbox.alias("earlier")
    with work.db.read() as tx:
        conditions = [
            outbox.c.state.in_(_OPEN),
            ~exists().where(
                and_(
                    earlier.c.lane == outbox.c.lane,
                    earlier.c.id < outbox.c.id,
                    earlier.c.state.in_(_OPEN),
                )
            ),
        ]
        if blocked:
            conditions.append(outbox.c.lane.not_in(blocked))
        if not everything:
            conditions.append(
                or_(outbox.c.next_at <= work.now(), outbox.c.state == OutboxState.SENDING)
            )
        return tx.execute(
            select(outbox).where(*conditions).order_by(outbox.c.id).limit(1)
        ).one_or_none()


def _send(work: Workplace, row: Any) -> OutboxRow:
    interrupted = row.state == OutboxState.SENDING
    with work.db.write() as tx:
        claimed = tx.execute(
            update(outbox)
            .where(
                outbox.c.id == row.id,
                outbox.c.state == row.state,
                outbox.c.attempts == row.attempts,
            )
            .values(state=OutboxState.SENDING, attempts=outbox.c.attempts + 1)
        )
    if claimed.rowcount != 1:
        return _row(row, "later", "busy_elsewhere", T("Another program is sending this message."))
    try:
        send = SENDERS[OutboxKind(row.kind)]
        outcome = send(work, row, again=interrupted or row.attempts > 0)
    except RetryableError as error:
        outcome = ReportLater(error.message, error.retry_after_s)
    except UserError as error:
        # A connection that needs a person (wrong secret, whitelist): nothing was decided.
        return _later(work, row, error.message, None, error.code, error.remedy)
    return _store(work, row, outcome)


def _store(work: Workplace, row: Any, outcome: ReportOutcome) -> OutboxRow:
    match outcome:
        case Reported():
            with work.db.write() as tx:
                _finish(tx, work, row, OutboxState.DONE, None)
                if row.kind == OutboxKind.SHIP:
                    _parcel_reported(tx, work, row.parcel_id)
            return _row(row, "done")
        case ReportRefused(problem=problem):
            with work.db.write() as tx:
                _finish(tx, work, row, OutboxState.REFUSED, problem)
                if row.kind == OutboxKind.SHIP:
                    _hold_refused(tx, work, row, problem)
            if outcome.reread and row.kind == OutboxKind.SHIP:
                _reread(work, row)
            return _row(row, "refused", problem.code, problem.message, problem.remedy)
        case ReportLater(reason=reason, retry_after_s=pause):
            return _later(work, row, reason, pause)
        case ReportUnclear(reason=reason):
            return _later(work, row, reason, None)


def _later(
    work: Workplace,
    row: Any,
    reason: Text,
    pause_s: float | None,
    code: str = "later",
    remedy: Text | None = None,
) -> OutboxRow:
    pause = pause_s or min(_LONGEST_PAUSE_S, 2.0 ** min(row.attempts + 1, 10))
    remedy = remedy or T("It is tried again by itself.")
    with work.db.write() as tx:
        tx.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(
                state=OutboxState.PENDING,
                next_at=work.now() + timedelta(seconds=pause),
                reason={"code": code, "message": reason.as_json(), "remedy": remedy.as_json()},
            )
        )
    return _row(row, "later", code, reason, remedy)


def _finish(
    tx: Connection, work: Workplace, row: Any, state: OutboxState, problem: Problem | None
) -> None:
    reason = None
    if problem is not None:
        reason = {
            "code": problem.code,
            "message": problem.message.as_json(),
            "remedy": problem.remedy.as_json(),
            "said": problem.said,
            "reference": problem.reference,
        }
    tx.execute(
        update(outbox)
        .where(outbox.c.id == row.id)
        .values(state=state, done_at=work.now(), reason=reason)
    )


def _parcel_reported(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The parcel is shipped when the last of its orders' messages is confirmed."""
    left = tx.execute(
        select(func.count())
        .select_from(outbox)
        .where(
            outbox.c.parcel_id == parcel_id,
            outbox.c.kind == OutboxKind.SHIP,
            outbox.c.state.not_in([OutboxState.DONE, OutboxState.SUPERSEDED]),
        )
    ).scalar_one()
    if left:
        return
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id, parcels.c.state == ParcelState.TO_REPORT)
        .values(
            state=ParcelState.SHIPPED,
            reported_at=work.now(),
            failure=None,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    records.note(tx, work, "reported", parcel_id=parcel_id)
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))


def _hold_refused(tx: Connection, work: Workplace, row: Any, problem: Problem) -> None:
    holding.put(
        tx,
        work,
        holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.REPORT_REFUSED,
            problem.message,
            evidence={"code": problem.code, "reference": problem.reference, "row": row.id},
        ),
        parcel_id=row.parcel_id,
    )
    records.refresh_orders(tx, records.orders_of(tx, [row.parcel_id]))


def _reread(work: Workplace, row: Any) -> None:
    with work.db.read() as tx:
        number = tx.execute(
            select(orders.c.order_id).where(orders.c.id == row.order_id)
        ).scalar_one()
    try:
        syncing.refetch(work, row.shop_id, [number])
    except PackbenchError as error:
        work.log.info("order %s could not be read again: %s", number, error.code)


def _row(
    row: Any,
    result: str,
    code: str = "",
    message: Text | None = None,
    remedy: Text | None = None,
) -> OutboxRow:
    return OutboxRow(
        str(row.id),
        row.kind,
        row.payload.get("order_id", ""),
        row.parcel_id or "",
        result,
        code,
        message,
        remedy,
    )


def retry_refused(work: Workplace, parcel_id: str) -> int:
    """Send again what the shop refused, after a person saw why; returns how many messages."""
    with work.db.write() as tx:
        done = tx.execute(
            update(outbox)
            .where(outbox.c.parcel_id == parcel_id, outbox.c.state == OutboxState.REFUSED)
            .values(state=OutboxState.PENDING, next_at=work.now(), done_at=None)
        )
        holding.clear(tx, work, HoldCode.REPORT_REFUSED, parcel_id=parcel_id, why="sent again")
    return done.rowcount


def oldest_waiting_at(work: Workplace) -> datetime | None:
    """Since when the oldest unsent message waits."""
    with work.db.read() as tx:
        at: datetime | None = tx.execute(
            select(func.min(outbox.c.created_at)).where(outbox.c.state.in_(_OPEN))
        ).scalar()
    return at
