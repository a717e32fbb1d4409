"""The print journal as people read it: every sheet of a label, when, where, by whom, proved how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from app.domain import recognition
from app.domain.states import Document, PrintState
from app.domain.text import Text
from app.services.printing import label_content
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, parcel_lines, print_jobs, waybills

_NO_PAPER = (PrintState.RENDERED, PrintState.FAILED, PrintState.CANCELLED)
_LONGEST = 64  # of what is searched for


@dataclass(frozen=True, slots=True)
class JobRow:
    """One print job of a label. ``confirmed_by``: ``printer``, ``scan``, a name, or what ended it.

    ``copy_no`` 0 is the first print; ``reason`` says why it failed or is unknown.
    """

    id: str
    number: str
    printer: str
    state: str
    copy_no: int
    reprint_reason: str
    user: str
    confirmed_by: str
    reason: Text | None
    created_at: datetime
    done_at: datetime | None
    unknown_at: datetime | None

    @property
    def paper(self) -> bool:
        """Whether a sheet came out, or may have."""
        return self.state not in _NO_PAPER


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label with its sheets, the newest job first. ``orders`` as the shop numbers them."""

    number: str
    parcel: str
    carrier: str
    orders: tuple[str, ...]
    jobs: tuple[JobRow, ...]

    @property
    def sheets(self) -> int:
        """How many sheets came out, or may have."""
        return sum(job.paper for job in self.jobs)


def next_copy(jobs: Sequence[JobRow]) -> int:
    """Which mark the next label bears: 0, none, when nothing of ``jobs`` can be on paper."""
    out = [job.copy_no for job in jobs if job.paper]
    return max(len(out), max(out) + 1) if out else 0


def jobs_of(work: Workplace, number: str) -> list[JobRow]:
    """Every print job of the label ``number``, newest first. Raises ``UserError`` (unknown)."""
    with work.db.read() as tx:
        waybill = label_content.find_waybill(tx, number)
        return list(_jobs(tx, [waybill.id])[waybill.id])


def reprinted(work: Workplace, limit: int = 200) -> list[LabelRow]:
    """Labels that were printed again on purpose, the latest first."""
    latest = func.max(print_jobs.c.created_at)
    with work.db.read() as tx:
        ids = tx.execute(
            select(print_jobs.c.waybill_id)
            .where(
                print_jobs.c.copy_no > 0,
                print_jobs.c.waybill_id.is_not(None),
                print_jobs.c.document == Document.LABEL,
            )
            .group_by(print_jobs.c.waybill_id)
            .order_by(latest.desc())
            .limit(limit)
        ).scalars()
        return _labels(tx, list(ids))


def find(work: Workplace, text: str, limit: int = 50) -> list[LabelRow]:
    """Labels whose number or order number holds ``text``, as typed or scanned; newest first."""
    wanted = text.strip()[:_LONGEST]
    if not wanted:
        return []
    forms = recognition.forms(wanted)
    with work.db.read() as tx:
        numbers = or_(
            waybills.c.number.in_(forms),
            waybills.c.number.contains(wanted.upper(), autoescape=True),
        )
        ids = tx.execute(
            select(waybills.c.id)
            .where(or_(numbers, waybills.c.parcel_id.in_(_parcels_of_orders(wanted))))
            .order_by(waybills.c.issued_at.desc(), waybills.c.id)
            .limit(limit)
        ).scalars()
        return _labels(tx, list(ids))


def _parcels_of_orders(text: str) -> Any:
    plain = "".join(text.split())  # an order's number is shown in groups
    found: ColumnElement[bool] = orders.c.order_id.contains(plain, autoescape=True)
    return (
        select(parcel_lines.c.parcel_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(found)
    )


def _labels(tx: Connection, ids: Sequence[str]) -> list[LabelRow]:
    """These waybills, in this order."""
    known = {r.id: r for r in tx.execute(select(waybills).where(waybills.c.id.in_(ids)))}
    jobs = _jobs(tx, ids)
    bought = _orders(tx, [r.parcel_id for r in known.values()])
    return [
        LabelRow(
            known[i].number,
            known[i].parcel_id,
            known[i].carrier,
            tuple(bought.get(known[i].parcel_id, ())),
            tuple(jobs.get(i, ())),
        )
        for i in ids
    ]


def _orders(tx: Connection, parcel_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = tx.execute(
        select(parcel_lines.c.parcel_id, orders.c.order_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(list(parcel_ids)))
        .order_by(orders.c.paid_at, orders.c.id)
    )
    for row in rows:
        if row.order_id not in found[row.parcel_id]:
            found[row.parcel_id].append(row.order_id)
    return found


def _jobs(tx: Connection, waybill_ids: Sequence[str]) -> dict[str, list[JobRow]]:
    rows = tx.execute(
        select(print_jobs, waybills.c.number)
        .join(waybills, waybills.c.id == print_jobs.c.waybill_id)
        .where(
            print_jobs.c.waybill_id.in_(list(waybill_ids)),
            print_jobs.c.document == Document.LABEL,
        )
        .order_by(print_jobs.c.created_at.desc(), print_jobs.c.id.desc())
    )
    found: dict[str, list[JobRow]] = defaultdict(list)
    for row in rows:
        found[row.waybill_id].append(
            JobRow(
                id=row.id,
                number=row.number,
                printer=row.printer,
                state=row.state,
                copy_no=row.copy_no,
                reprint_reason=row.reprint_reason,
                user=row.user,
                confirmed_by=row.confirmed_by,
                reason=Text.from_json(row.reason) if row.reason else None,
                created_at=row.created_at,
                done_at=row.done_at,
                unknown_at=row.unknown_at,
            )
        )
    return found
