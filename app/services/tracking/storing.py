"""Keeping what carriers tell of a parcel, each event once, and what follows from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.following import (
    Limits,
    Travel,
    after_failure,
    as_told,
    first_scan_at,
    goes_on_as,
    next_poll,
    next_warning_at,
    progress_of,
    spread_out,
    warning_of,
)
from app.domain.tracking import Track, TrackEvent, TrackStage, stage_of
from app.domain.waybills import Problem
from app.services.numbers import booking as bookings
from app.services.tracking import delivering
from app.services.workplace import Workplace
from app.store.tables import accounts, track_events, tracks, waybills

PUSHED = "push"  # the code of a step that the shop's platform told: a stage without words
_SAME_STEP = timedelta(minutes=30)
_PLACE_LENGTH = 128
_CODE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Stored:
    """What an answer changed: new events, and whether the parcel counts as delivered now."""

    new_events: int = 0
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored event with its id."""

    id: str
    event: TrackEvent


def answer(
    tx: Connection, work: Workplace, waybill_id: str, told: Sequence[Track], limits: Limits
) -> Stored:
    """Keep what was told of a followed parcel, under its number and the one it goes on as.

    An answer that did not come leaves everything as it was, to be asked again later.
    """
    row = tx.execute(
        select(tracks).where(tracks.c.waybill_id == waybill_id).with_for_update()
    ).one_or_none()
    events = [event for track in told for event in track.events]
    problem = next((t.problem for t in told if t.problem is not None), None)
    new = store_events(tx, work, waybill_id, told)
    if row is None:
        return Stored(new)
    if problem is not None and not events:
        _failed(tx, work, row, problem)
        return Stored(new)
    delivered = refresh(tx, work, row, limits)
    return Stored(new, delivered)


def _failed(tx: Connection, work: Workplace, row: Any, problem: Problem) -> None:
    now = work.now()
    tx.execute(
        update(tracks)
        .where(tracks.c.waybill_id == row.waybill_id)
        .values(
            polled_at=now,
            polls=tracks.c.polls + 1,
            failures=tracks.c.failures + 1,
            failure=problem.message.as_json(),
            next_at=after_failure(row.failures + 1, now, row.waybill_id),
            news_at=now if row.failure is None else tracks.c.news_at,
        )
    )


def store_events(tx: Connection, work: Workplace, waybill_id: str, told: Iterable[Track]) -> int:
    """Keep the events that are new; returns how many. Also of a number that is not followed.

    A carrier's own words replace the same step told by the shop's platform.
    """
    known = set(
        tx.execute(
            select(track_events.c.fingerprint).where(track_events.c.waybill_id == waybill_id)
        ).scalars()
    )
    new: dict[str, TrackEvent] = {}
    for track in told:
        for event in track.events:
            mark = _fingerprint(track.number, event)
            if mark not in known:
                new[mark] = as_told(event)
    if not new:
        return 0
    spoken = {e.stage for e in new.values() if e.code != PUSHED}
    if spoken:
        tx.execute(
            delete(track_events).where(
                track_events.c.waybill_id == waybill_id,
                track_events.c.code == PUSHED,
                track_events.c.stage.in_(spoken),
            )
        )
    tx.execute(
        insert(track_events),
        [
            {
                "id": work.key(),
                "waybill_id": waybill_id,
                "at": event.at,
                "stage": event.stage,
                "code": event.code[:_CODE_LENGTH],
                "place": event.place[:_PLACE_LENGTH],
                "text_sealed": work.sealer.seal(event.text),
                "fingerprint": mark,
                "stored_at": work.now(),
            }
            for mark, event in sorted(new.items(), key=lambda item: item[1].at)
        ],
    )
    scanned = first_scan_at(new.values())
    if scanned is not None:
        tx.execute(
            update(waybills)
            .where(
                waybills.c.id == waybill_id,
                waybills.c.first_scan_at.is_(None) | (waybills.c.first_scan_at > scanned),
            )
            .values(first_scan_at=scanned)
        )
    return len(new)


def pushed(tx: Connection, work: Workplace, waybill: Any, event: TrackEvent) -> Stored:
    """Keep a step that the platform told; whoever can be asked is asked for the words soon."""
    same = tx.execute(
        select(track_events.c.id).where(
            track_events.c.waybill_id == waybill.id,
            track_events.c.stage == event.stage,
            track_events.c.at.between(event.at - _SAME_STEP, event.at + _SAME_STEP),
        )
    ).first()
    if same is not None:
        return Stored()
    new = store_events(tx, work, waybill.id, [Track(waybill.number, (event,))])
    row = tx.execute(
        select(tracks).where(tracks.c.waybill_id == waybill.id).with_for_update()
    ).one_or_none()
    if row is None or not new:
        return Stored(new)
    return Stored(new, refresh(tx, work, row, None))


def refresh(tx: Connection, work: Workplace, row: Any, limits: Limits | None) -> bool:
    """Stage, dots, warning and next question of a followed parcel, from all that is stored.

    ``limits`` when the carrier has just told everything it knows: only then can its silence mean
    something. Returns whether the parcel became delivered now.
    """
    now = work.now()
    kept = events_of(tx, work, row.waybill_id)
    events = [k.event for k in kept]
    stage = stage_of(events)
    last_at = events[-1].at if events else None
    values: dict[str, Any] = {
        "stage": stage,
        "last_at": last_at,
        "last_event_id": kept[-1].id if kept else None,
        "progress": max(row.progress, progress_of(events)),
        "goes_on_as": goes_on_as(row.number, events)[:64] or row.goes_on_as,
        "news_at": now,
    }
    if limits is not None:
        travel = Travel(
            row.handed_at,
            events,
            stage,
            bookings.receiver_of(tx, work, row.parcel_id).province,
            row.promised_at,
            sure=_would_know(tx, row),
        )
        values |= _warned(row, travel, limits, now)
        next_at = next_poll(stage, last_at, row.handed_at, now)
        if next_at is not None:
            warns_at = next_warning_at(travel, limits, now)
            soon = min(next_at, warns_at) if warns_at else next_at
            next_at = spread_out(now + (soon - now) / limits.faster, now, row.waybill_id)
        values |= {
            "polled_at": now,
            "polls": row.polls + 1,
            "failures": 0,
            "failure": None,
            "next_at": next_at,
            "ended_at": now if next_at is None else None,
        }
    elif row.ended_at is None:
        values["next_at"] = now
        if stage is TrackStage.DELIVERED:
            values |= {"warning": None, "warning_since_at": None, "warning_seen_by": ""}
    tx.execute(update(tracks).where(tracks.c.waybill_id == row.waybill_id).values(**values))
    return stage is TrackStage.DELIVERED and delivering.settle(tx, work, row.parcel_id)


def _warned(row: Any, travel: Travel, limits: Limits, now: Any) -> dict[str, Any]:
    """The warning as it is now; one that a person has seen stays seen while nothing is new."""
    found = warning_of(travel, limits, now)
    if found is None:
        return {"warning": None, "warning_since_at": None, "warning_seen_by": ""}
    same = (row.warning, row.warning_since_at) == (found.kind, found.since_at)
    return {
        "warning": found.kind,
        "warning_since_at": found.since_at,
        "warning_seen_by": row.warning_seen_by if same else "",
    }


def events_of(tx: Connection, work: Workplace, waybill_id: str) -> list[Kept]:
    """Every stored event of the waybill in clear, by the carrier's time."""
    rows = tx.execute(
        select(track_events)
        .where(track_events.c.waybill_id == waybill_id)
        .order_by(track_events.c.at, track_events.c.id)
    )
    return [Kept(r.id, event_in_clear(work, r)) for r in rows]


def event_in_clear(work: Workplace, row: Any) -> TrackEvent:
    """A stored event as the carrier told it."""
    text = work.sealer.unseal(row.text_sealed)
    return TrackEvent(row.at, TrackStage(row.stage), row.code, text, row.place)


def _fingerprint(number: str, event: TrackEvent) -> str:
    told = f"{number}\n{event.at.isoformat()}\n{event.code}\n{event.text}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def _would_know(tx: Connection, row: Any) -> bool:
    """Whether silence of the account means that there is nothing: it gave the number itself, or
    it knows every company. SF tells nothing at all of numbers that another customer had.
    """
    gave, request, asked_of = tx.execute(
        select(waybills.c.account, waybills.c.request_id, accounts.c.carrier)
        .select_from(waybills)
        .outerjoin(accounts, accounts.c.name == row.account)
        .where(waybills.c.id == row.waybill_id)
    ).one()
    given = gave == row.account and request is not None  # a number typed in is anybody's
    return bool(given or asked_of != row.carrier)
