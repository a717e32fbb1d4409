"""Asking carriers what they charged for numbers that have travelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.domain.days import china_day
from app.domain.errors import PackbenchError
from app.domain.freight import BillLine
from app.domain.text import Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports.carriers import Billing, has
from app.ports.waybills import Capability, WaybillSource
from app.services.money import statements
from app.services.workplace import Workplace
from app.store.tables import accounts, parcels, waybill_fees, waybills

LOOK_BACK = timedelta(days=60)
_AT_ONCE = 20
_MOST = 2000


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One account: how many numbers were asked for, and how many bills came."""

    account: str
    carrier: str
    asked: int
    billed: int
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return not self.code


def fetch_bills(
    work: Workplace,
    account: str = "",
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[AskedRow]:
    """Bills of shipped numbers that have none yet, from every account that can tell.

    What came stays when a later call fails; numbers not billed yet are asked for the next time.
    Raises ``UserError``: ``no_account``, or a missing secret of the named ``account``.
    """
    token = cancel or CancelToken()
    if account:
        work.outside.carrier(account)  # refuses a name that nobody has
    with work.db.read() as tx:
        query = select(accounts.c.name, accounts.c.company).where(
            accounts.c.active, accounts.c.company != ""
        )
        if account:
            query = query.where(accounts.c.name == account)
        found = tx.execute(query.order_by(accounts.c.position)).all()
    rows = []
    for row in found:
        if token.cancelled:
            break
        asked = _of_account(work, row.name, row.company, progress, token)
        if asked is not None:
            rows.append(asked)
    return rows


def _of_account(
    work: Workplace, account: str, carrier: str, progress: Progress, cancel: CancelToken
) -> AskedRow | None:
    """``None``: this account cannot tell."""
    try:
        source: WaybillSource = work.outside.carrier(account)
    except PackbenchError as error:
        return AskedRow(account, carrier, 0, 0, error.code, error.message, error.remedy)
    if not isinstance(source, Billing) or not has(source, Capability.BILL):
        return None
    wanted = _unbilled(work, account, carrier)
    asked = billed = 0
    trouble = None
    for start in range(0, len(wanted), _AT_ONCE):
        if cancel.cancelled or trouble is not None:
            break
        chunk = wanted[start : start + _AT_ONCE]
        answers = source.billed([number for number, _ in chunk])
        days = dict(chunk)
        lines = [
            BillLine(0, a.number, a.fee_fen, a.weight_g, days.get(a.number, ""))
            for a in answers
            if a.fee_fen is not None
        ]
        if lines:
            statements.take_answers(work, account, carrier, lines)
        asked += len(chunk)
        billed += len(lines)
        # One number may be unknown yet; when all fail alike, the account has a problem.
        problems = [a.problem for a in answers if a.problem is not None]
        if problems and len(problems) == len(answers):
            trouble = problems[0]
        progress(Step(asked, len(wanted), 0, None, account, "billed"))
    if trouble is not None:
        code = trouble.kind.value
        return AskedRow(account, carrier, asked, billed, code, trouble.message, trouble.remedy)
    return AskedRow(account, carrier, asked, billed)


def _unbilled(work: Workplace, account: str, carrier: str) -> Sequence[tuple[str, str]]:
    """Numbers that left and have no bill yet, the oldest first, with the day they left."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(waybills.c.number, parcels.c.shipped_at)
            .join(parcels, parcels.c.waybill_id == waybills.c.id)
            .outerjoin(waybill_fees, waybill_fees.c.waybill_id == waybills.c.id)
            .where(
                waybills.c.account == account,
                waybills.c.carrier == carrier,
                parcels.c.shipped_at >= work.now() - LOOK_BACK,
                waybill_fees.c.billed_fen.is_(None),
            )
            .order_by(parcels.c.shipped_at, waybills.c.id)
            .limit(_MOST)
        ).all()
    return [(r.number, china_day(r.shipped_at).isoformat()) for r in rows]
