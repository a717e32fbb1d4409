"""What is found wrong with a parcel before a number is taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.fixes import Fix
from app.domain.text import Text
from app.domain.waybills import Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a carrier's rules say of a booking; without ``blocks`` it only warns."""

    problem: Problem
    blocks: bool = True


class Weight(StrEnum):
    """How heavily a finding weighs; the first that is there is the parcel's verdict."""

    REFUSED = "refused"  # no number can come of it
    DOUBTFUL = "doubtful"  # may go wrong; a person should look
    LATER = "later"  # somebody could not be asked now


class FoundBy(StrEnum):
    """Who found it."""

    FIELDS = "fields"
    OWN = "own"
    ONLINE = "online"
    LIST = "list"
    LEARNED = "learned"
    PLATFORM = "platform"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``said`` are the other side's own words, ``their_code`` its code."""

    weight: Weight
    by: FoundBy
    code: str
    message: Text
    remedy: Text
    fix: Fix | None = None
    their_code: str = ""
    said: str = ""


def finding(
    weight: Weight, by: FoundBy, problem: Problem, *, message: Text | None = None
) -> Finding:
    """A refusal in a carrier's words as a finding."""
    return Finding(
        weight,
        by,
        problem.kind,
        message or problem.message,
        problem.remedy,
        problem.helps,
        problem.code,
        problem.said,
    )
