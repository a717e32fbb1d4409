"""What came of telling a shop something: taken, refused, unclear, or not now."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.text import Text
from app.domain.waybills import Problem


@dataclass(frozen=True, slots=True)
class Reported:
    """The shop took the report."""


@dataclass(frozen=True, slots=True)
class ReportRefused:
    """Final: the shop will not take it; ``problem`` says what a person must do."""

    problem: Problem
    reread: bool = False  # the order has changed at the shop: fetch it again


@dataclass(frozen=True, slots=True)
class ReportUnclear:
    """It may have taken effect (time-out, "already shipped"): read back before sending again."""

    reason: Text


@dataclass(frozen=True, slots=True)
class ReportLater:
    """Nothing happened; try again (no connection, rate limit, busy)."""

    reason: Text
    retry_after_s: float | None = None


ReportOutcome = Reported | ReportRefused | ReportUnclear | ReportLater
