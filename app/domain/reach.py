"""Whether a carrier delivers to a place: one answer, whoever gave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.text import Text
from app.domain.waybills import Problem


class ReachVerdict(StrEnum):
    """What is known of a place."""

    REACHED = "reached"
    DOUBTFUL = "doubtful"  # goes, perhaps: slow, checked by hand, refused before
    REFUSED = "refused"
    UNKNOWN = "unknown"  # nobody could be asked, or nobody knows


class ReachOrigin(StrEnum):
    """Who says so; the earlier member wins where two contradict each other."""

    OWN = "own"  # the merchant's own table
    ONLINE = "online"  # the carrier, asked just now
    LIST = "list"  # the carrier's list of stopped regions, of today
    LEARNED = "learned"  # refusals of real parcels


@dataclass(frozen=True, slots=True)
class ReachAnswer:
    """One answer. ``reason`` is ours, ``said`` the carrier's own words."""

    verdict: ReachVerdict
    origin: ReachOrigin
    reason: Text | None = None
    code: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class StoppedRegion:
    """A region that a carrier does not serve; empty parts mean "all of it"."""

    province: str
    city: str = ""
    district: str = ""
    street: str = ""
    reason: str = ""  # the carrier's own words
    until: datetime | None = None  # aware UTC; None: until further notice


@dataclass(frozen=True, slots=True)
class StoppedRegions:
    """A carrier's whole list at one moment, or why it could not be had."""

    regions: tuple[StoppedRegion, ...] = ()
    problem: Problem | None = None
