"""Sending what others must hear: once, in order per lane, looked up again when the answer was lost.

``sending`` is written before the call; a row found so after a crash is read back first. "Already
done" is never guessed: the shop's own record is compared with ours. A held parcel is never
reported: its message waits and goes on by itself. What a whole shop cannot take is tried once a
round, not once a message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.states import HoldCode, OutboxKind, OutboxState
from app.domain.text import T
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import (
    REACHES,
    Reach,
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
)
from app.services import read_only
from app.services.after_sales import exchange_sending
from app.services.leases import lease, must_hold, renew
from app.services.numbers import voiding
from app.services.orders import holding, order_notes
from app.services.printing import print_notices
from app.services.stock import stock_sending
from app.services.stock.stock_sending import Superseded
from app.services.sync import sync_state, syncing
from app.services.telling import corrections, outbox_results, report_rows, report_sending
from app.services.telling.outbox_results import OutboxRow
from app.services.telling.outbox_rows import OPEN
from app.services.telling.report_rows import REPORTS
from app.services.workplace import Workplace
from app.store.tables import orders, outbox, sync_cursors


class Sender(Protocol):
    """Sends one row. ``again``: an earlier try may have taken effect.

    May raise ``UserError`` (a connection that needs a person) or ``RetryableError``: nothing was
    decided then, and the row waits.
    """

    def __call__(
        self, work: Workplace, row: Any, /, *, again: bool
    ) -> ReportOutcome | Superseded: ...


SENDERS: Mapping[OutboxKind, Sender] = {
    OutboxKind.SHIP: report_sending.send,
    OutboxKind.EXTRA: report_sending.send_extra,
    OutboxKind.CORRECT: corrections.send,
    OutboxKind.PRINTED: print_notices.send_printed,
    OutboxKind.VOID: voiding.send_void,
    OutboxKind.NOTE: order_notes.send_note,
    OutboxKind.STOCK: stock_sending.send,
    OutboxKind.EXCHANGE: exchange_sending.send_exchange,
}
"""Who sends each kind of message. A new kind is a module with a sender, and a line here."""

_LEASE = "outbox"
_FRESH = timedelta(seconds=5)  # an order synced later than this is what the shop says now
_SILENT_TWICE = 2  # messages of one shop without any answer, one after the other
_SILENCE = frozenset({"shop_no_answer", "no_answer"})


def drain(
    work: Workplace,
    *,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    everything: bool = False,
    kind: OutboxKind | None = None,
) -> list[OutboxRow]:
    """Send every message that is due (``everything``: also those that wait for their next try).

    ``kind``: of this kind only.

    Raises ``RetryableError`` (``busy_elsewhere``) when another program is sending.
    """
    token = cancel or CancelToken()
    rows: list[OutboxRow] = []
    failed = 0
    with lease(work, _LEASE):
        round_ = _Round()
        while not token.cancelled:
            row = _next(work, round_, everything=everything, kind=kind)
            if row is None:
                break
            done = _send(work, row)
            if done.code in _SILENCE and round_.silent[row.shop_id] + 1 >= _SILENT_TWICE:
                done = _whole_shop(work, row, done)
            round_.note(row, done)
            rows.append(done)
            failed += not done.ok
            progress(Step(len(rows), len(rows), failed, done.message, done.parcel, done.result))
            renew(work, _LEASE)
    if rows:
        work.changed("orders", "parcels", "outbox")
    return rows


class _Round:
    """One pass over the outbox: each row is tried once, a shop that cannot be reached once."""

    def __init__(self) -> None:
        self.last_id = 0
        self.shops: set[str] = set()
        self.calls: set[tuple[str, str]] = set()
        self.silent: Counter[str] = Counter()

    def note(self, row: Any, done: OutboxRow) -> None:
        self.last_id = row.id
        if not row.shop_id:
            return
        self.silent[row.shop_id] = self.silent[row.shop_id] + 1 if done.code in _SILENCE else 0
        if done.reach is Reach.SHOP:
            self.shops.add(row.shop_id)
        elif done.reach is Reach.CALL:
            self.calls.add((row.shop_id, row.kind))

    def conditions(self) -> list[ColumnElement[bool]]:
        out: list[ColumnElement[bool]] = [outbox.c.id > self.last_id]
        if self.shops:
            out.append(outbox.c.shop_id.not_in(self.shops))
        for shop_id, kind in sorted(self.calls):
            out.append(or_(outbox.c.shop_id != shop_id, outbox.c.kind != kind))
        return out


def waiting(work: Workplace) -> int:
    """How many messages are still to be sent."""
    with work.db.read() as tx:
        return tx.execute(
            select(func.count()).select_from(outbox).where(outbox.c.state.in_(OPEN))
        ).scalar_one()


def _next(
    work: Workplace, round_: _Round, *, everything: bool, kind: OutboxKind | None = None
) -> Any:
    """The next row that may go: the first open one of its lane.

    A report that a hold keeps back does not keep back the order's other parcels, except an extra
    parcel, which the shop takes only after the report.
    """
    earlier = outbox.alias("earlier")
    passed = and_(earlier.c.waits_for != "", outbox.c.kind == OutboxKind.SHIP)
    conditions = [
        *round_.conditions(),
        outbox.c.state.in_(OPEN),
        ~exists().where(
            earlier.c.lane == outbox.c.lane,
            earlier.c.id < outbox.c.id,
            earlier.c.state.in_(OPEN),
            ~passed,
        ),
    ]
    if kind is not None:
        conditions.append(outbox.c.kind == kind)
    if not everything:
        conditions.append(
            or_(outbox.c.next_at <= work.now(), outbox.c.state == OutboxState.SENDING)
        )
    with work.db.read() as tx:
        return tx.execute(
            select(outbox).where(*conditions).order_by(outbox.c.id).limit(1)
        ).one_or_none()


def _send(work: Workplace, row: Any) -> OutboxRow:
    again = row.state == OutboxState.SENDING or row.attempts > 0
    refusal = read_only.refusal(work, row.shop_id)
    if refusal is not None:  # it waits, untouched, until the shop may be changed again
        return outbox_results.later(
            work, row, refusal.message, None, refusal.code, refusal.remedy, Reach.SHOP
        )
    try:
        _make_fresh(work, row)
        with work.db.read() as tx:
            held = report_rows.obstacle(tx, row)
        if held is not None and again and report_sending.arrived(work, row):
            return outbox_results.done(work, row)  # a question only: nothing is sent
        with work.db.write() as tx:
            must_hold(tx, work, _LEASE)
            # Read here once more: a hold set since must not be overtaken.
            held = report_rows.obstacle(tx, row)
            if held is not None:
                return outbox_results.wait(tx, work, row, held)
            claimed = tx.execute(
                update(outbox)
                .where(
                    outbox.c.id == row.id,
                    outbox.c.state == row.state,
                    outbox.c.attempts == row.attempts,
                )
                .values(state=OutboxState.SENDING, attempts=outbox.c.attempts + 1, waits_for="")
            )
        if claimed.rowcount != 1:
            return outbox_results.busy(row)
        outcome = SENDERS[OutboxKind(row.kind)](work, row, again=again)
    except (RetryableError, UserError) as error:
        if error.ref == _LEASE:  # another bench sends by now, and the row is its own
            raise
        # A connection that needs a person (wrong secret, whitelist): nothing was decided.
        pause_s = error.retry_after_s if isinstance(error, RetryableError) else None
        reach = REACHES.get(error.code, Reach.MESSAGE)
        remedy = error.remedy if isinstance(error, UserError) else None
        return outbox_results.later(work, row, error.message, pause_s, error.code, remedy, reach)
    return _store(work, row, outcome)


def _make_fresh(work: Workplace, row: Any) -> None:
    """Read the order again before it is reported when its shop was not synced a moment ago.

    An after-sale, another address or variant asked for since then keeps the parcel back. Beside a
    running watch the polls are fresh enough, and nothing is read twice.
    """
    if row.kind not in REPORTS or row.parcel_id is None:
        return
    with work.db.read() as tx:
        cursor = tx.execute(
            select(sync_cursors.c.finished_at, sync_cursors.c.backlog).where(
                sync_cursors.c.shop_id == row.shop_id, sync_cursors.c.stream == sync_state.ORDERS
            )
        ).one_or_none()
    synced_at = cursor.finished_at if cursor is not None and not cursor.backlog else None
    if synced_at is None or work.now() - synced_at > _FRESH:
        syncing.refetch(work, row.shop_id, [row.payload["order_id"]])


def _store(work: Workplace, row: Any, outcome: ReportOutcome | Superseded) -> OutboxRow:
    match outcome:
        case Superseded(reason=reason):
            return outbox_results.replaced(row, reason)
        case Reported():
            return outbox_results.done(work, row)
        case ReportRefused(problem=problem, shop_setting=True):
            return outbox_results.later(
                work, row, problem.message, None, problem.code, problem.remedy, Reach.CALL
            )
        case ReportRefused(reread=True) if row.kind in REPORTS and row.parcel_id is not None:
            return _refused_and_read(work, row, outcome)
        case ReportRefused(problem=problem):
            return outbox_results.refused(work, row, problem)
        case ReportLater(reason=reason, retry_after_s=pause_s, code=code, reach=reach):
            return outbox_results.later(work, row, reason, pause_s, code, None, reach)
        case ReportUnclear(reason=reason):
            return outbox_results.later(work, row, reason, None, "no_answer")


def _refused_and_read(work: Workplace, row: Any, outcome: ReportRefused) -> OutboxRow:
    """The order is not what we thought: read it, then wait, send it as it is now, or give up."""
    with work.db.read() as tx:
        number = tx.execute(
            select(orders.c.order_id).where(orders.c.id == row.order_id)
        ).scalar_one()
    try:
        syncing.refetch(work, row.shop_id, [number])
    except PackbenchError as error:
        # Refused for a reason that nobody can see yet: the row asks again when the shop answers.
        work.log.info("order %s could not be read again: %s", number, error.code)
        return outbox_results.later(work, row, outcome.problem.message, None, error.code)
    with work.db.write() as tx:
        held = report_rows.obstacle(tx, row)
        if held is not None:
            return outbox_results.wait(tx, work, row, held)
        changed = outbox_results.rewrite(tx, row, work)
    if not changed:
        return outbox_results.refused(work, row, outcome.problem)
    with work.db.read() as tx:
        renewed = tx.execute(select(outbox).where(outbox.c.id == row.id)).one()
    return _send(work, renewed)


def _whole_shop(work: Workplace, row: Any, done: OutboxRow) -> OutboxRow:
    """A shop that is silent twice is silent for all: the others of this round are not tried."""
    reason = done.message or T("No clear answer.")
    return outbox_results.later(work, row, reason, None, done.code, done.remedy, Reach.SHOP)


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
            select(func.min(outbox.c.created_at)).where(outbox.c.state.in_(OPEN))
        ).scalar()
    return at
