"""Asking the platform what it would refuse in a booking, before any number is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.domain.errors import PackbenchError, RetryableError
from app.domain.states import Route
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.numbers import booking, labelling
from app.services.parcels import checking
from app.services.workplace import Workplace
from app.store.tables import parcels, waybills

_NO_KEY = "1"  # the check takes no key; a booking has one


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One parcel: ``good``, ``refused``, ``unasked`` (a direct label) or ``later`` (no answer)."""

    parcel: str
    result: str
    waybill: str = ""
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None
    said: str = ""  # the platform's own words

    @property
    def ok(self) -> bool:
        return self.result in {"good", "unasked"}


def check(
    work: Workplace,
    parcel_ids: Sequence[str],
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[CheckRow]:
    """What the platform would refuse in each parcel. Books nothing; waits on the network.

    The carrier is not asked by this: what only it refuses (its area, its balance) shows with the
    number. Raises ``UserError`` for an unknown parcel.
    """
    token = cancel or CancelToken()
    rows: list[CheckRow] = []
    for parcel_id in parcel_ids:
        if token.cancelled:
            break
        row = _check(work, parcel_id)
        rows.append(row)
        failed = sum(not r.ok for r in rows)
        progress(Step(len(rows), len(parcel_ids), failed, row.message, row.parcel, row.result))
    return rows


def _check(work: Workplace, parcel_id: str) -> CheckRow:
    with work.db.read() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
        if parcel is None:
            raise checking.no_such_parcel(parcel_id)
        number = tx.execute(
            select(waybills.c.number).where(waybills.c.id == parcel.waybill_id)
        ).scalar()
    if parcel.route != Route.PLATFORM or not parcel.account:
        return CheckRow(parcel_id, "unasked", number or "")
    if number is not None:
        return CheckRow(parcel_id, "good", number)
    try:
        source = labelling.platform_labels_for(work, parcel)
        wanted, _ = booking.build(work, parcel_id, _NO_KEY)
        problem = source.precheck(wanted)
    except RetryableError as error:
        return CheckRow(parcel_id, "later", "", "later", error.message, error.remedy)
    except PackbenchError as error:
        return CheckRow(parcel_id, "refused", "", error.code, error.message, error.remedy)
    if problem is None:
        return CheckRow(parcel_id, "good")
    message = problem.message
    if problem.reference:
        message = T("{message} (rid {rid})", message=message, rid=problem.reference)
    return CheckRow(parcel_id, "refused", "", problem.kind, message, problem.remedy, problem.said)
