"""Answers to the question whether a place is served, the same with every carrier."""

from __future__ import annotations

from app.domain.reach import ReachAnswer, ReachOrigin, ReachVerdict
from app.domain.waybills import Problem, ProblemClass


def answered(verdict: ReachVerdict, found: Problem) -> ReachAnswer:
    """The carrier's answer, in the words of a refusal."""
    return ReachAnswer(verdict, ReachOrigin.ONLINE, found.message, found.code, found.said)


def unasked(found: Problem) -> ReachAnswer:
    """It could not be asked, or refused the question. Only "not served" says something."""
    refused = found.kind is ProblemClass.OUT_OF_RANGE
    return answered(ReachVerdict.REFUSED if refused else ReachVerdict.UNKNOWN, found)
