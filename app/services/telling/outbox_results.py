"""What came of a message, written down: done, refused, later, or kept back by a hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.domain.states import HoldCode, HoldScope, OutboxKind, OutboxState, ParcelState
from app.domain.text import T, Text
from app.domain.waybills import Problem
from app.ports import Reach
from app.services import records
from app.services.orders import holding
from app.services.telling import corrections, report_rows
from app.services.telling.outbox_rows import OPEN
from app.services.telling.report_rows import LEAVING, Obstacle
from app.services.tracking import delivering
from app.services.workplace import Workplace
from app.store.tables import outbox, parcels

_LONGEST_PAUSE_S = 900.0
_HELD_PAUSE = timedelta(minutes=1)  # the end of a hold wakes it; this is for what ends silently


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What came of one message: ``done``, ``refused``, ``held`` or ``later``.

    ``reach`` says what else would have failed; ``behind`` is how many messages were therefore not
    tried in this round.
    """

    id: str
    kind: str
    order_id: str
    parcel: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None
    shop: str = ""
    reach: Reach = Reach.MESSAGE
    behind: int = 0

    @property
    def ok(self) -> bool:
        return self.result == "done"


def done(work: Workplace, row: Any) -> OutboxRow:
    """The other side has it."""
    with work.db.write() as tx:
        # Whatever was done to the row meanwhile: what the shop has is true.
        tx.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(**_closed(work, OutboxState.DONE, None))
        )
        if row.kind in LEAVING and row.parcel_id is not None:
            parcel_reported(tx, work, row.parcel_id)
        if row.kind == OutboxKind.CORRECT:
            corrections.take_over(tx, work, row)
    return _row(row, "done")


def refused(work: Workplace, row: Any, problem: Problem) -> OutboxRow:
    """Final: a person decides. The parcel of a report is held."""
    with work.db.write() as tx:
        if not _change(tx, row, **_closed(work, OutboxState.REFUSED, problem)):
            return _withdrawn(row)
        if row.kind in LEAVING and row.parcel_id is not None:
            _hold_refused(tx, work, row, problem)
    return _row(row, "refused", problem.code, problem.message, problem.remedy)


def later(
    work: Workplace,
    row: Any,
    reason: Text,
    pause_s: float | None,
    code: str = "later",
    remedy: Text | None = None,
    reach: Reach = Reach.MESSAGE,
) -> OutboxRow:
    """Nothing was decided; the same message is sent again after a pause that grows."""
    pause = pause_s or _pause_s(work, row)
    remedy = remedy or T("It is tried again by itself.")
    behind = 0
    with work.db.write() as tx:
        next_at = work.now() + timedelta(seconds=pause)
        still_open = _change(
            tx,
            row,
            state=OutboxState.PENDING,
            next_at=next_at,
            waits_for="",
            reason={"code": code, "message": reason.as_json(), "remedy": remedy.as_json()},
        )
        if reach is not Reach.MESSAGE and row.shop_id:
            others = [
                outbox.c.shop_id == row.shop_id,
                outbox.c.state == OutboxState.PENDING,
                outbox.c.id != row.id,
            ]
            if reach is Reach.CALL:
                others.append(outbox.c.kind == row.kind)
            behind = tx.execute(
                select(func.count()).select_from(outbox).where(*others)
            ).scalar_one()
            # They would fail for the same reason: one try is enough until the pause is over.
            tx.execute(
                update(outbox).where(*others, outbox.c.next_at < next_at).values(next_at=next_at)
            )
    if not still_open:
        return _withdrawn(row)
    return _row(row, "later", code, reason, remedy, reach, behind)


def replaced(row: Any, reason: Text) -> OutboxRow:
    """The row is closed and another one has taken its place; nothing is written here."""
    remedy = T("Nothing to do: the shop is asked again, then told what is missing.")
    return _row(row, "later", "later", reason, remedy)


def _pause_s(work: Workplace, row: Any) -> float:
    """Longer with every try; what has not even been tried (no network) by how long it waits."""
    tried: float = 2.0 ** min(row.attempts + 1, 10)
    waited: float = 0.0 if row.attempts else (work.now() - row.created_at).total_seconds() / 4
    return min(_LONGEST_PAUSE_S, max(tried, waited))


def wait(tx: Connection, work: Workplace, row: Any, found: Obstacle) -> OutboxRow:
    """A held parcel is not reported: the message waits and goes on when the hold has ended."""
    still_open = _change(
        tx,
        row,
        state=OutboxState.PENDING,
        next_at=work.now() + _HELD_PAUSE,
        waits_for=found.code,
        reason={
            "code": found.code,
            "message": found.reason.as_json(),
            "remedy": found.remedy.as_json(),
        },
    )
    if not still_open:
        return _withdrawn(row)
    return _row(row, "held", found.code, found.reason, found.remedy)


def rewrite(tx: Connection, row: Any, work: Workplace) -> bool:
    """Make the message say what the order says now, once, when only the shop's ids changed."""
    lines = None if row.payload.get("mended") else report_rows.mended(tx, row)
    if lines is None:
        return False
    payload = {**row.payload, "lines": [list(line) for line in lines], "mended": True}
    if not _change(tx, row, state=OutboxState.PENDING, payload=payload, next_at=work.now()):
        return False
    records.note(tx, work, "report_mended", order_id=row.order_id, parcel_id=row.parcel_id)
    return True


def busy(row: Any) -> OutboxRow:
    """Another program took it first."""
    return _row(row, "later", "busy_elsewhere", T("Another program is sending this message."))


def _change(tx: Connection, row: Any, **values: Any) -> bool:
    """Change the row if it still waits. False: it was taken back while the shop was asked."""
    done = tx.execute(
        update(outbox).where(outbox.c.id == row.id, outbox.c.state.in_(OPEN)).values(**values)
    )
    return done.rowcount == 1


def _withdrawn(row: Any) -> OutboxRow:
    return _row(
        row,
        "later",
        "withdrawn",
        T("The message was taken back meanwhile; it is not sent."),
        T("Nothing has to be done."),
    )


def _closed(work: Workplace, state: OutboxState, problem: Problem | None) -> dict[str, Any]:
    reason = None
    if problem is not None:
        reason = {
            "code": problem.code,
            "message": problem.message.as_json(),
            "remedy": problem.remedy.as_json(),
            "said": problem.said,
            "reference": problem.reference,
        }
    return {"state": state, "done_at": work.now(), "reason": reason, "waits_for": ""}


def parcel_reported(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The parcel is shipped when the last of its orders' messages is confirmed."""
    left = tx.execute(
        select(func.count())
        .select_from(outbox)
        .where(
            outbox.c.parcel_id == parcel_id,
            outbox.c.kind.in_(LEAVING),
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
    # Set while an earlier try had arrived already: there is nothing left to keep back.
    holding.end_all(tx, work, parcel_id=parcel_id, why="reported")
    records.note(tx, work, "reported", parcel_id=parcel_id)
    delivering.settle(tx, work, parcel_id)
    records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))


def _hold_refused(tx: Connection, work: Workplace, row: Any, problem: Problem) -> None:
    holding.put(
        tx,
        work,
        holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.REPORT_REFUSED,
            problem.message,
            # Of this try: released and refused again for the same reason, it must come back.
            evidence={
                "code": problem.code,
                "reference": problem.reference,
                "row": row.id,
                "try": row.attempts,
            },
        ),
        parcel_id=row.parcel_id,
    )
    records.refresh_orders(tx, records.orders_of(tx, [row.parcel_id]))


def _row(
    row: Any,
    result: str,
    code: str = "",
    message: Text | None = None,
    remedy: Text | None = None,
    reach: Reach = Reach.MESSAGE,
    behind: int = 0,
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
        row.shop_id,
        reach,
        behind,
    )
