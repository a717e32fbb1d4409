"""Rows of parcels on their way, for tables and drawers: ids first, rows by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, update

from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.following import TrackWarning
from app.domain.privacy import for_screen
from app.domain.recognition import forms
from app.domain.regions import short_name
from app.domain.text import T, Text
from app.domain.tracking import TrackEvent, TrackStage
from app.services import records
from app.services.orders.order_lists import COUNT_CAP
from app.services.orders.order_query import OrderFilter, prepare
from app.services.tracking import storing
from app.services.tracking.answering import answering
from app.services.tracking.wording import Pill, WarningRow, pill, warning_row
from app.services.workplace import Workplace
from app.store.tables import (
    order_lines,
    orders,
    parcel_lines,
    track_events,
    tracks,
    waybills,
)

TABS = ("all", "trouble", "on_the_way", "delivered")
_IDS_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class TrackFilter:
    """What the list shows. ``tab`` is one of ``TABS``; ``days``: shipped within so many days.

    ``trouble``: warnings that nobody has acknowledged. ``search``: waybill, order, receiver.
    """

    tab: str = "all"
    carriers: tuple[str, ...] = ()
    days: int | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One parcel on its way. The receiver is masked: ``孔* · 贵州 遵义``.

    ``progress``: dots reached of five. ``last_text`` is the carrier's own words, ``""`` before it
    told anything. ``failure``: why the last question brought nothing.
    """

    id: str  # the waybill's
    number: str
    carrier: str
    parcel: str
    orders: tuple[str, ...]  # the shop's order ids
    order_keys: tuple[str, ...]  # ours, in the same order
    receiver: str
    province: str
    shipped_at: datetime
    stage: str | None
    progress: int
    last_at: datetime | None
    last_text: str = field(repr=False)
    last_place: str
    pill: Pill
    warning: WarningRow | None
    account: str  # who is asked; "" = nobody can be
    polled_at: datetime | None
    next_at: datetime | None
    promised_at: datetime | None
    goes_on_as: str
    failure: Text | None


@dataclass(frozen=True, slots=True)
class TrackDetail:
    """One parcel with everything that was told, the oldest first."""

    row: TrackRow
    events: tuple[TrackEvent, ...]


def track_counts(work: Workplace, wanted: TrackFilter) -> dict[str, int]:
    """How many parcels each tab would show, with the other filters applied.

    A figure above ``COUNT_CAP`` means "more than that".
    """
    base = TrackFilter("all", wanted.carriers, wanted.days, wanted.search)
    with work.db.read() as tx:
        conditions = _conditions(tx, work, base)
        counts = {}
        for tab in TABS:
            rows = select(tracks.c.waybill_id).where(
                *conditions, *_of_tab(tab, by_index=not conditions)
            )
            found = rows.limit(COUNT_CAP + 1).subquery()
            counts[tab] = tx.execute(select(func.count()).select_from(found)).scalar_one()
    return counts


def track_ids(work: Workplace, wanted: TrackFilter, limit: int | None = None) -> list[str]:
    """The waybill ids of matching parcels: trouble by its harm, then the latest shipped.

    At most ``limit``. Ids of all there are cost what they are: for work in a lane.
    """
    with work.db.read() as tx:
        conditions = _conditions(tx, work, wanted)
        few = _conditions(tx, work, wanted, by_carrier=False)
        troubled = (
            select(tracks.c.waybill_id)
            .where(*few, *_of_tab(wanted.tab, by_index=False), *_of_tab("trouble"))
            .order_by(_HARM, tracks.c.handed_at.desc(), tracks.c.waybill_id.desc())
            .limit(limit)
        )
        found = list(tx.execute(troubled).scalars())
        if wanted.tab == "trouble" or (limit is not None and len(found) >= limit):
            return found
        others = (
            select(tracks.c.waybill_id)
            .where(*conditions, *_of_tab(wanted.tab, by_index=not conditions), *_NO_TROUBLE)
            .order_by(tracks.c.handed_at.desc(), tracks.c.waybill_id.desc())
            .limit(None if limit is None else limit - len(found))
        )
        return found + list(tx.execute(others).scalars())


def open_ids(work: Workplace, wanted: TrackFilter, unasked_for: timedelta) -> list[str]:
    """Matching parcels that are still on their way and were not asked about for so long."""
    before = work.now() - unasked_for
    unasked = or_(tracks.c.polled_at.is_(None), tracks.c.polled_at < before)
    with work.db.read() as tx:
        query = (
            select(tracks.c.waybill_id)
            .where(
                *_conditions(tx, work, wanted),
                *_of_tab(wanted.tab),
                *_of_tab("on_the_way"),
                unasked,
            )
            .order_by(_HARM, tracks.c.handed_at.desc(), tracks.c.waybill_id.desc())
        )
        return list(tx.execute(query).scalars())


def track_rows(work: Workplace, ids: Sequence[str]) -> list[TrackRow]:
    """Rows for these waybills, in the order given; what is not followed is left out."""
    who = answering(work)
    found: dict[str, TrackRow] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        chunk = list(ids[start : start + _IDS_AT_ONCE])
        with work.db.read() as tx:
            rows = tx.execute(_with_news().where(tracks.c.waybill_id.in_(chunk))).all()
            about = _orders_of(tx, [r.parcel_id for r in rows])
        for row in rows:
            account = row.account or who.account(row.carrier)
            found[row.waybill_id] = _row(work, row, about.get(row.parcel_id, ()), account)
    return [found[i] for i in ids if i in found]


def track_detail(work: Workplace, waybill: str) -> TrackDetail:
    """One parcel by the waybill's id or number. Raises ``UserError`` (``not_followed``)."""
    waybill_id = followed(work, waybill)
    if waybill_id is None:
        raise UserError(
            "not_followed",
            T("No parcel that has left has the number {number}.", number=waybill),
            T("Ask for any number with: track {number}", number=waybill),
            ref=waybill,
        )
    (row,) = track_rows(work, [waybill_id])
    with work.db.read() as tx:
        kept = storing.events_of(tx, work, waybill_id)
    return TrackDetail(row, tuple(k.event for k in kept))


def followed(work: Workplace, waybill: str) -> str | None:
    """The followed waybill with this id or number; a box's number finds its shipment's mother."""
    with work.db.read() as tx:
        found: str | None = tx.execute(
            select(tracks.c.waybill_id)
            .join(waybills, waybills.c.parcel_id == tracks.c.parcel_id)
            .where(or_(waybills.c.number.in_(forms(waybill)), waybills.c.id == waybill))
            .order_by(tracks.c.handed_at.desc())
        ).scalar()
    return found


def updated_at(work: Workplace) -> datetime | None:
    """When a carrier last answered; ``None``: none did the last time it was asked."""
    answered = select(func.max(tracks.c.polled_at)).where(tracks.c.failure.is_(None))
    with work.db.read() as tx:
        found: datetime | None = tx.execute(answered).scalar()
    return found


def carriers_followed(work: Workplace) -> list[str]:
    """The companies that parcels are on their way with, for a filter."""
    with work.db.read() as tx:
        return list(
            tx.execute(
                select(tracks.c.carrier)
                .where(tracks.c.handed_at >= work.now() - timedelta(days=60))
                .distinct()
                .order_by(tracks.c.carrier)
            ).scalars()
        )


def acknowledge(work: Workplace, waybill_ids: Sequence[str]) -> int:
    """A person has seen these warnings; returns how many. They come back when something is new."""
    done = 0
    for start in range(0, len(waybill_ids), _IDS_AT_ONCE):
        chunk = list(waybill_ids[start : start + _IDS_AT_ONCE])
        with work.db.write() as tx:
            rows = tx.execute(
                select(tracks).where(tracks.c.waybill_id.in_(chunk), *_of_tab("trouble"))
            ).all()
            for row in rows:
                detail = {"waybill": row.number, "warning": row.warning}
                records.note(tx, work, "track_seen", parcel_id=row.parcel_id, detail=detail)
            tx.execute(
                update(tracks)
                .where(tracks.c.waybill_id.in_([r.waybill_id for r in rows]))
                .values(warning_seen_by=work.user or "-", news_at=work.now())
            )
            done += len(rows)
    if done:
        work.changed("tracks")
    return done


def remind_again(work: Workplace, waybill_ids: Sequence[str]) -> None:
    """These warnings were not seen after all."""
    for start in range(0, len(waybill_ids), _IDS_AT_ONCE):
        chunk = list(waybill_ids[start : start + _IDS_AT_ONCE])
        with work.db.write() as tx:
            tx.execute(
                update(tracks)
                .where(tracks.c.waybill_id.in_(chunk), tracks.c.warning.is_not(None))
                .values(warning_seen_by="", news_at=work.now())
            )
    work.changed("tracks")


@dataclass(frozen=True, slots=True)
class WayRow:
    """One event of a parcel's way, under the number it was told for."""

    parcel: str
    number: str
    event: TrackEvent


def events_by_parcel(
    tx: Connection, work: Workplace, parcel_ids: Sequence[str]
) -> tuple[WayRow, ...]:
    """Everything told about these parcels, by time."""
    rows = tx.execute(
        select(track_events, waybills.c.number, waybills.c.parcel_id)
        .join(waybills, waybills.c.id == track_events.c.waybill_id)
        .where(waybills.c.parcel_id.in_(list(parcel_ids)))
        .order_by(track_events.c.at, track_events.c.id)
    )
    return tuple(WayRow(r.parcel_id, r.number, storing.event_in_clear(work, r)) for r in rows)


# The worst first: a parcel that somebody has looked at is no worse than one without trouble.
_HARM = case(
    *(
        (and_(tracks.c.warning == warning.value, tracks.c.warning_seen_by == ""), rank)
        for rank, warning in enumerate(TrackWarning)
    ),
    else_=len(TrackWarning),
)


def _of_tab(tab: str, *, by_index: bool = True) -> list[ColumnElement[bool]]:
    """Conditions of a tab. Without ``by_index`` something rarer than its stage is started from."""
    match tab:
        case "trouble":
            return [tracks.c.warning.is_not(None), tracks.c.warning_seen_by == ""]
        case "on_the_way":
            over = [TrackStage.DELIVERED, TrackStage.RETURNED]
            unended = or_(tracks.c.stage.is_(None), tracks.c.stage.not_in(over))
            return [tracks.c.ended_at.is_(None), unended]
        case "delivered":
            stage = tracks.c.stage if by_index else tracks.c.stage.concat("")
            return [stage == TrackStage.DELIVERED]
        case _:
            return [tracks.c.handed_at.is_not(None)]


# In the list's order the index of times shall be walked, not the one of warnings.
_NO_TROUBLE = [
    or_(tracks.c.warning.concat("").is_(None), tracks.c.warning_seen_by != ""),
]


def _conditions(
    tx: Connection, work: Workplace, wanted: TrackFilter, *, by_carrier: bool = True
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.carriers:
        # One carrier by its index, in the list's order; several are passed over on the way.
        if len(wanted.carriers) == 1 and by_carrier:
            conditions.append(tracks.c.carrier == wanted.carriers[0])
        else:
            conditions.append(tracks.c.carrier.concat("").in_(wanted.carriers))
    if wanted.days is not None:
        conditions.append(tracks.c.handed_at >= work.now() - timedelta(days=wanted.days))
    if wanted.search.strip():
        found = prepare(tx, work, OrderFilter(search=wanted.search))
        fitting = found.select((orders.c.id,), lambda q: q).subquery()
        conditions.append(
            tracks.c.parcel_id.in_(
                select(parcel_lines.c.parcel_id)
                .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
                .join(fitting, fitting.c.id == order_lines.c.order_id)
            )
        )
    return conditions


def _with_news() -> Select[Any]:
    return select(
        tracks,
        track_events.c.text_sealed,
        track_events.c.place,
    ).outerjoin(track_events, track_events.c.id == tracks.c.last_event_id)


def _orders_of(tx: Connection, parcel_ids: Sequence[str]) -> Mapping[str, tuple[Any, ...]]:
    """The orders of each parcel; the first is the one whose address it goes to."""
    found: dict[str, dict[str, Any]] = {}
    for row in tx.execute(
        select(parcel_lines.c.parcel_id, orders.c.id, orders.c.order_id, orders.c.receiver)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(list(parcel_ids)))
        .order_by((parcel_lines.c.quantity > 0).desc(), orders.c.paid_at, orders.c.id)
    ):
        found.setdefault(row.parcel_id, {}).setdefault(row.id, row)
    return {parcel: tuple(rows.values()) for parcel, rows in found.items()}


def _row(work: Workplace, row: Any, about: Sequence[Any], account: str) -> TrackRow:
    receiver = for_screen(Address.from_dict(about[0].receiver)) if about else Address()
    place = " ".join(dict.fromkeys(short_name(p) for p in (receiver.province, receiver.city) if p))
    warning = (
        warning_row(
            row.warning, row.warning_since_at, row.warning_seen_by, work.now(), row.promised_at
        )
        if row.warning
        else None
    )
    return TrackRow(
        id=row.waybill_id,
        number=row.number,
        carrier=row.carrier,
        parcel=row.parcel_id,
        orders=tuple(r.order_id for r in about),
        order_keys=tuple(r.id for r in about),
        receiver=" · ".join(part for part in (receiver.name, place) if part),
        province=receiver.province,
        shipped_at=row.handed_at,
        stage=row.stage,
        progress=row.progress,
        last_at=row.last_at,
        last_text=work.sealer.unseal(row.text_sealed) if row.text_sealed else "",
        last_place=row.place or "",
        pill=pill(row.stage, warning, asked=bool(account)),
        warning=warning,
        account=account,
        polled_at=row.polled_at,
        next_at=row.next_at,
        promised_at=row.promised_at,
        goes_on_as=row.goes_on_as,
        failure=Text.from_json(row.failure) if row.failure else None,
    )
