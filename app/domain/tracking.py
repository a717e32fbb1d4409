"""Where a parcel is after pickup: the carriers' events in one language, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.waybills import Problem


class TrackStage(StrEnum):
    """What one event says; an event never met counts as ``IN_TRANSIT`` and keeps its text."""

    ANNOUNCED = "announced"  # the carrier has the order, not the parcel
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AT_PICKUP_POINT = "at_pickup_point"  # at a station; nobody has signed
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class TrackQuery:
    """One number to ask about. Some carriers want the last four digits of a party's phone."""

    number: str
    phone_end: str = field(default="", repr=False)
    company: str = ""  # our company code; an aggregator has to know it


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """One event as the carrier tells it; ``code`` and ``text`` are the carrier's own."""

    at: datetime  # aware UTC
    stage: TrackStage
    code: str
    text: str = field(repr=False)  # may name a courier
    place: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """What is known of one number; ``problem`` says why nothing could be learned."""

    number: str
    events: tuple[TrackEvent, ...] = ()
    problem: Problem | None = None

    @property
    def stage(self) -> TrackStage | None:
        return stage_of(self.events)


_AFTER_DELIVERY = frozenset({TrackStage.RETURNING, TrackStage.RETURNED})


def merged(*several: Iterable[TrackEvent]) -> tuple[TrackEvent, ...]:
    """All events once, by the carrier's time: answers and pushes arrive in any order."""
    unique = {(e.at, e.code, e.text): e for events in several for e in events}
    return tuple(sorted(unique.values(), key=lambda e: e.at))


def stage_of(events: Iterable[TrackEvent]) -> TrackStage | None:
    """Where the parcel stands after ``events``, in whatever order they come.

    Delivered is final unless the parcel comes back; on its way back it is never delivered to the
    receiver, so a signature then means that it is back.
    """
    stage: TrackStage | None = None
    for event in sorted(events, key=lambda e: e.at):
        if stage is TrackStage.RETURNED:
            continue
        if stage is TrackStage.RETURNING:
            arrived = event.stage in {TrackStage.DELIVERED, TrackStage.RETURNED}
            stage = TrackStage.RETURNED if arrived else stage
        elif stage is not TrackStage.DELIVERED or event.stage in _AFTER_DELIVERY:
            stage = event.stage
    return stage
