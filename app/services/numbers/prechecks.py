"""What would be refused in a parcel before any number is taken, one row a parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.checks import Finding
from app.domain.fixes import Fix
from app.domain.text import Text
from app.jobs import CancelToken, Progress, ignore_progress
from app.services.reach import checks
from app.services.reach.recent import RecentAnswers
from app.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One parcel: ``good``, ``refused``, ``doubtful``, ``later`` (no answer) or ``unasked``.

    ``unasked``: nothing is known against it, and nobody could be asked. Code, sentences and fix
    are those of the heaviest finding.
    """

    parcel: str
    result: str
    waybill: str = ""
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None
    said: str = ""  # the other side's own words
    fix: Fix | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return self.result in {"good", "unasked", "doubtful"}


def check(
    work: Workplace,
    parcel_ids: Sequence[str],
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    *,
    online: bool = True,
    recent: RecentAnswers | None = None,
) -> list[CheckRow]:
    """What carriers and platform would refuse in each parcel. Books nothing.

    Waits on the network unless ``online`` is off. Raises ``UserError`` for an unknown parcel.
    """
    found = checks.check(work, parcel_ids, progress, cancel, online=online, recent=recent)
    return [_row(checked) for checked in found]


def _row(checked: checks.Checked) -> CheckRow:
    worst = checked.worst
    if worst is None:
        return CheckRow(checked.parcel, checked.verdict, checked.waybill)
    return CheckRow(
        checked.parcel,
        checked.verdict,
        checked.waybill,
        worst.code,
        worst.message,
        worst.remedy,
        worst.said,
        worst.fix,
        checked.findings,
    )
