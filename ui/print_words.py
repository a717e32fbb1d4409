"""What is said of a printed sheet: how it stands, who proved it, why it was printed again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.domain.states import PrintState
from app.domain.text import ntr, tr
from app.services.printing.journal_views import JobRow
from ui.pages.orders.words import clock_time
from ui.paint_status import Severity

_LOOKS = {
    PrintState.CONFIRMED: Severity.FINE,
    PrintState.SENT: Severity.INFO,
    PrintState.CLAIMED: Severity.PROBLEM,
    PrintState.UNKNOWN: Severity.PROBLEM,
    PrintState.FAILED: Severity.FAILED,
}


def state_look(job: JobRow) -> Severity:
    """Its shape."""
    return _LOOKS.get(PrintState(job.state), Severity.INFO)


def state_words(job: JobRow) -> str:
    """How a sheet stands."""
    match job.state:
        case PrintState.CONFIRMED:
            return tr("Printed")
        case PrintState.SENT:
            return tr("Sent, not confirmed")
        case PrintState.CLAIMED | PrintState.UNKNOWN:
            return tr("In doubt")
        case PrintState.FAILED:
            return tr("Not printed")
        case PrintState.CANCELLED:
            return tr("Did not count")
        case _:
            return tr("In line")


def proof_words(job: JobRow) -> str:
    """Whose word it is; empty while nobody has said anything."""
    match job.confirmed_by:
        case "":
            return ""
        case "printer":
            return tr("the printer says so")
        case "scan":
            return tr("scanned")
        case "resume" | "reprint":
            return tr("said to be not good")
        case name if job.state == PrintState.CANCELLED:
            return tr("{name}: it did not come out", name=name)
        case name:
            return tr("{name} looked at the paper", name=name)


def job_line(job: JobRow, now: datetime) -> str:
    """11:20 · bench-1 · 陈晓雯."""
    parts = (clock_time(job.created_at, now), job.printer, job.user)
    return " · ".join(part for part in parts if part)


def job_detail(job: JobRow) -> str:
    """Reprint 1 · torn · the printer says so."""
    again = tr("Reprint {n}", n=job.copy_no) if job.copy_no else ""
    why = str(job.reason).rstrip(".。") if job.reason is not None and not job.confirmed_by else ""
    parts = (again, job.reprint_reason, proof_words(job), why)
    return " · ".join(part for part in parts if part)


def times_words(jobs: Sequence[JobRow]) -> str:
    """How often it was printed."""
    n = sum(job.paper for job in jobs)
    return ntr("printed once", "printed {n} times", n) if n else tr("not printed yet")
