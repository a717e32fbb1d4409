"""Parcels that a carrier is not asked about: its own limits refuse them already."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.domain.checks import Finding, FoundBy, Weight
from app.domain.waybills import Problem, ProblemClass
from app.jobs import CancelToken
from app.services.numbers import outcomes, prechecks
from app.services.numbers.outcomes import LabelRow
from app.services.workplace import Workplace
from app.store.tables import waybill_requests

LEFT_OUT = "left_out"


def left_out(
    work: Workplace, parcel_ids: Sequence[str], cancel: CancelToken | None = None
) -> list[LabelRow]:
    """Those of the parcels that no number can come of, each with its failure written down.

    Asks nobody. A parcel whose number may exist already is never left out: it is looked up.
    What places and accounts say is judged when the number is asked for.
    """
    asked = set(_asked(work, parcel_ids))
    free = [p for p in parcel_ids if p not in asked]
    rows: list[LabelRow] = []
    for checked in prechecks.check(work, free, cancel=cancel, online=False):
        refused = next((f for f in checked.findings if _certain(f)), None)
        if refused is not None:
            rows.append(_keep(work, checked.parcel, refused))
    return rows


def _asked(work: Workplace, parcel_ids: Sequence[str]) -> Sequence[str]:
    with work.db.read() as tx:
        return (
            tx.execute(
                select(waybill_requests.c.parcel_id).where(
                    waybill_requests.c.parcel_id.in_(list(parcel_ids)),
                    waybill_requests.c.state.in_(outcomes.OPEN),
                )
            )
            .scalars()
            .all()
        )


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
