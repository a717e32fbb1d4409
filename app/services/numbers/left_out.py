"""Parcels that a carrier is not asked about: its own limits refuse them already."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.checks import Finding, FoundBy, Weight
from app.domain.waybills import Problem, ProblemClass
from app.services.numbers import outcomes
from app.services.numbers.outcomes import LabelRow
from app.services.reach import checks
from app.services.workplace import Workplace
from app.store.tables import waybill_requests

LEFT_OUT = "left_out"


def left_out(work: Workplace, parcel_id: str) -> LabelRow | None:
    """The failure of a parcel that no number can come of, written down; else ``None``.

    Asks nobody. A parcel whose number may exist already is never left out: it is looked up.
    What places and accounts say is judged when the number is asked for.
    """
    if _asked(work, parcel_id):
        return None
    findings = checks.check_one(work, parcel_id, online=False).findings
    refused = next((f for f in findings if _certain(f)), None)
    return _keep(work, parcel_id, refused) if refused is not None else None


def _asked(work: Workplace, parcel_id: str) -> bool:
    with work.db.read() as tx:
        found = tx.execute(
            select(waybill_requests.c.id).where(
                waybill_requests.c.parcel_id == parcel_id,
                waybill_requests.c.state.in_(outcomes.OPEN),
            )
        )
        return found.first() is not None


def _certain(finding: Finding) -> bool:
    return finding.weight is Weight.REFUSED and finding.by is FoundBy.FIELDS


def _keep(work: Workplace, parcel_id: str, refused: Finding) -> LabelRow:
    problem = Problem(
        ProblemClass(refused.code),
        refused.their_code,
        refused.said,
        refused.message,
        refused.remedy,
        fix=refused.fix,
    )
    outcomes.remember_refusal(work, parcel_id, problem)
    words = (problem.message, problem.remedy)
    return LabelRow(parcel_id, "", LEFT_OUT, problem.kind, *words, problem.fix)
