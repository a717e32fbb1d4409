"""Telling the platform that labels are on paper (ewaybill order/print, order/batchprint).

The first due notice of a shop takes the others along in one call, up to 50; what the platform took
is noted in their rows, which then need no call of their own. A batch never says why it did not take
one, so that one is told again alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists, select, update

from app.domain.states import OutboxKind, OutboxState, WaybillState
from app.ports import PrintedNotice, Reported, ReportLater, ReportOutcome, ReportRefused
from app.services.telling.outbox_rows import OPEN
from app.services.workplace import Workplace
from app.store.tables import outbox, waybills

AT_ONCE = 50
_TRIES = 5  # a notice is worth no more: the label is on paper, and nothing waits for it
_GONE = frozenset({WaybillState.VOID, WaybillState.VOID_REQUESTED, WaybillState.RECYCLED})


def send_printed(work: Workplace, row: Any, *, again: bool) -> ReportOutcome:
    """Send one PRINTED row, and with it those of the same shop that are due as well.

    Telling it twice does no harm: a crash after the call only repeats it.
    """
    if row.payload.get("told"):
        return Reported()
    notice = _notice(work, row)
    if notice is None:  # cancelled since: the platform has no use for the notice
        return Reported()
    # A row that failed before goes alone: only then the platform says what is wrong with it.
    others = _due(work, row) if row.attempts == 0 else {}
    notices = [notice, *others.values()]
    outcomes = work.outside.shop(row.shop_id).tell_printed(notices)
    taken = [
        row_id
        for row_id, outcome in zip(others, outcomes[1:], strict=True)
        if isinstance(outcome, Reported)
    ]
    _note_told(work, taken)
    outcome = outcomes[0]
    if isinstance(outcome, ReportRefused) and row.attempts + 1 < _TRIES:
        return ReportLater(outcome.problem.message)
    return outcome


def _notice(work: Workplace, row: Any) -> PrintedNotice | None:
    with work.db.read() as tx:
        waybill = tx.execute(select(waybills).where(waybills.c.id == row.payload["waybill"])).one()
    return _notice_of(waybill, row.payload)


def _notice_of(waybill: Any, payload: Any) -> PrintedNotice | None:
    if waybill.state in _GONE or waybill.request_id is None:
        return None
    return PrintedNotice(
        waybill.request_id, waybill.carrier, waybill.number, bool(payload.get("again"))
    )


def _due(work: Workplace, row: Any) -> dict[int, PrintedNotice]:
    """Further notices of the shop, by the ids of their rows: the first of each label's lane."""
    earlier = outbox.alias("earlier")
    query = (
        select(outbox.c.id, outbox.c.payload)
        .where(
            outbox.c.kind == OutboxKind.PRINTED,
            outbox.c.shop_id == row.shop_id,
            outbox.c.state == OutboxState.PENDING,
            outbox.c.attempts == 0,
            outbox.c.next_at <= work.now(),
            outbox.c.id != row.id,
            outbox.c.lane != row.lane,
            ~exists().where(
                and_(
                    earlier.c.lane == outbox.c.lane,
                    earlier.c.id < outbox.c.id,
                    earlier.c.state.in_(OPEN),
                )
            ),
        )
        .order_by(outbox.c.id)
        .limit(AT_ONCE - 1)
    )
    found: dict[int, PrintedNotice] = {}
    with work.db.read() as tx:
        rows = tx.execute(query).all()
        ids = [r.payload["waybill"] for r in rows if not r.payload.get("told")]
        known = {w.id: w for w in tx.execute(select(waybills).where(waybills.c.id.in_(ids)))}
    for r in rows:
        waybill = known.get(r.payload["waybill"])
        notice = _notice_of(waybill, r.payload) if waybill is not None else None
        if notice is not None:
            found[r.id] = notice
    return found


def _note_told(work: Workplace, row_ids: list[int]) -> None:
    if not row_ids:
        return
    with work.db.write() as tx:
        for row in tx.execute(
            select(outbox.c.id, outbox.c.payload).where(
                outbox.c.id.in_(row_ids), outbox.c.state == OutboxState.PENDING
            )
        ).all():
            tx.execute(
                update(outbox)
                .where(outbox.c.id == row.id)
                .values(payload={**row.payload, "told": True})
            )
