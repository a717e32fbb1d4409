"""What the page of waves shows: a wave's parcels, what is in no wave, and where labels go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from app.domain.address import Address
from app.domain.privacy import for_screen
from app.domain.states import Document, ParcelState, PrintState, Route, ShipOn
from app.services.orders import corrected
from app.services.parcels.carrier_choice import companies_by_way
from app.services.printing.printers import all_printers, printer_for
from app.services.waves import troubles
from app.services.waves.picking import LIST_PRINTED
from app.services.waves.troubles import Trouble
from app.services.waves.waves import unheld
from app.services.workplace import Workplace
from app.store.tables import (
    holds,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    print_jobs,
    shops,
    skus,
    waves,
    waybills,
)

_SHOP_DAY = timedelta(hours=8)  # the shop's clock is UTC+8
_BEFORE_SHIPPING = (ParcelState.TO_LABEL, ParcelState.TO_PICK, ParcelState.TO_PACK)


@dataclass(frozen=True, slots=True)
class WaveParcel:
    """One parcel of a wave (or of none). The receiver is masked for the screen.

    ``in_doubt``: nobody knows whether its label came out. ``other_carriers`` are the companies it
    could be given to instead.
    """

    id: str
    position: int
    order_id: str
    order_count: int
    receiver: str
    province: str
    city: str
    district: str
    carrier: str
    account: str
    route: str
    waybill: str
    state: str
    printed: bool
    confirmed: bool
    in_doubt: bool
    printer: str
    printed_at: datetime | None
    packed: bool
    pieces: int
    goods: str
    picture: str
    shop: str
    deadline_at: datetime | None
    trouble: Trouble | None
    other_carriers: tuple[str, ...] = ()
    revision: int = 0
    found: Trouble | None = None  # by a check before the number
    corrected: bool = False  # its label has another receiver than the order says; shown here


@dataclass(frozen=True, slots=True)
class LabelTarget:
    """A printer that gets ``labels`` of the wave; ``others`` could stand in for it."""

    printer: str
    media: str
    language: str
    labels: int
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaveSheet:
    """One wave in full. ``to_ship`` are printed parcels of shops that ship without a bench."""

    id: str
    name: str
    created_at: datetime
    parcels: tuple[WaveParcel, ...]
    kinds: int
    picked: bool
    list_printed: bool
    targets: tuple[LabelTarget, ...]
    to_ship: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LooseParcels:
    """What waits for a label, in no wave, unheld; ``earliest_at``: first deadline of today."""

    by_carrier: tuple[tuple[str, int], ...]
    due_today: int
    earliest_at: datetime | None

    @property
    def count(self) -> int:
        return sum(n for _, n in self.by_carrier)


def wave_sheet(work: Workplace, wave_id: str) -> WaveSheet:
    """Everything about one wave, its live parcels in printing order."""
    with work.db.read() as tx:
        wave = tx.execute(select(waves).where(waves.c.id == wave_id)).one()
        mine = and_(parcels.c.wave_id == wave_id, parcels.c.state != ParcelState.CANCELLED)
        rows = _parcels(tx, work, mine, (parcels.c.wave_position, parcels.c.id))
        kinds = tx.execute(
            select(func.count(func.distinct(parcel_lines.c.sku_id))).where(
                parcel_lines.c.parcel_id.in_(_ids(mine))
            )
        ).scalar_one()
        without_bench = _ships_without_bench(tx)
        return WaveSheet(
            id=wave.id,
            name=wave.name,
            created_at=wave.created_at,
            parcels=rows,
            kinds=kinds,
            picked=wave.picked_at is not None,
            list_printed=LIST_PRINTED in (wave.options or {}),
            targets=_targets(tx, work.bench, rows),
            to_ship=tuple(
                r.id
                for r in rows
                if r.shop in without_bench
                and r.printed
                and r.state in _BEFORE_SHIPPING
                and not (r.trouble and r.trouble.held)
            ),
        )


def loose_parcels(work: Workplace) -> LooseParcels:
    """Counts of what a new wave could take."""
    now = work.now()
    evening = (now + _SHOP_DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    evening += timedelta(days=1) - _SHOP_DAY
    with work.db.read() as tx:
        counts = tx.execute(
            select(parcels.c.carrier, func.count())
            .where(_loose())
            .group_by(parcels.c.carrier)
            .order_by(func.count().desc())
        ).all()
        due = tx.execute(
            select(func.count(), func.min(parcels.c.deadline_at))
            .select_from(parcels)
            .where(_loose(), parcels.c.deadline_at < evening)
        ).one()
    return LooseParcels(tuple((c or "", n) for c, n in counts), due[0], due[1])


def loose_rows(work: Workplace, limit: int = 2000) -> tuple[WaveParcel, ...]:
    """The parcels a new wave could take, the most urgent first."""
    with work.db.read() as tx:
        order = (parcels.c.deadline_at, parcels.c.id)
        # Which ones first: what they hold is read of these alone, however many wait.
        ids = tx.execute(_ids(_loose()).order_by(*order).limit(limit)).scalars().all()
        return _parcels(tx, work, parcels.c.id.in_(ids), order)


def sku_pictures(work: Workplace, codes: Sequence[str]) -> Mapping[str, str]:
    """Picture keys by SKU code."""
    with work.db.read() as tx:
        rows = tx.execute(select(skus.c.code, skus.c.picture).where(skus.c.code.in_(list(codes))))
        return {r.code: r.picture or "" for r in rows}


def _loose() -> ColumnElement[bool]:
    return and_(parcels.c.state == ParcelState.TO_LABEL, parcels.c.wave_id.is_(None), unheld())


def _ids(condition: ColumnElement[bool]) -> Select[Any]:
    return select(parcels.c.id).where(condition)


def _ships_without_bench(tx: Connection) -> set[str]:
    ways = {ShipOn.COMMAND, ShipOn.PRINT}
    rows = tx.execute(select(shops.c.id, shops.c.settings))
    return {r.id for r in rows if (r.settings or {}).get("ship_on") in ways}


def _targets(tx: Connection, bench: str, rows: Sequence[WaveParcel]) -> tuple[LabelTarget, ...]:
    labels: dict[str, int] = defaultdict(int)
    routes: dict[str, Route] = {}
    for row in rows:
        if not row.route:
            continue
        name = printer_for(tx, bench, Route(row.route), Document.LABEL, None)
        if isinstance(name, str):
            labels[name] += 1
            routes[name] = Route(row.route)
    known = {p.name: p for p in all_printers(tx)}
    return tuple(
        LabelTarget(
            name,
            known[name].media,
            known[name].language,
            count,
            tuple(
                other.name
                for other in known.values()
                if other.name != name
                and Document.LABEL in other.documents
                and (other.language == "component") == (routes[name] is Route.PLATFORM)
            ),
        )
        for name, count in sorted(labels.items(), key=lambda kv: -kv[1])
    )


def _parcels(
    tx: Connection,
    work: Workplace,
    condition: ColumnElement[bool],
    order: tuple[Any, ...],
) -> tuple[WaveParcel, ...]:
    ids = _ids(condition)
    people = _first_orders(tx, ids)
    written = corrected.shown(tx, work, {p: found[0].address_hash for p, found in people.items()})
    held = _held(tx, ids)
    jobs = _last_jobs(tx, ids)
    goods = _goods(tx, ids)
    others = companies_by_way(tx)
    query = (
        select(parcels, waybills.c.number)
        .outerjoin(waybills, waybills.c.id == parcels.c.waybill_id)
        .where(condition)
        .order_by(*order)
    )
    rows = (
        _row(r, people.get(r.id, ()), held.get(r.id), jobs.get(r.id), goods.get(r.id, ()), others)
        for r in tx.execute(query)
    )
    return tuple(_as_corrected(row, written.get(row.id)) for row in rows)


def _as_corrected(row: WaveParcel, receiver: Address | None) -> WaveParcel:
    """The row with the receiver that a person wrote for its label."""
    if receiver is None or row.route == Route.PLATFORM:
        return row
    return replace(
        row,
        receiver=receiver.name,
        province=receiver.province,
        city=receiver.city,
        district=receiver.district,
        corrected=True,
    )


def _row(
    row: Any,
    people: Sequence[Any],
    held: Trouble | None,
    job: Any,
    goods: Sequence[Any],
    companies: Mapping[tuple[str, str], tuple[str, ...]],
) -> WaveParcel:
    receiver = for_screen(Address.from_dict(people[0].receiver)) if people else Address()
    place = row.shop_id if row.route == Route.PLATFORM else ""
    open_job = job is not None and job.state in {PrintState.CLAIMED, PrintState.UNKNOWN}
    return WaveParcel(
        id=row.id,
        position=row.wave_position,
        order_id=people[0].order_id if people else "",
        order_count=len(people),
        receiver=receiver.name,
        province=receiver.province,
        city=receiver.city,
        district=receiver.district,
        carrier=row.carrier or "",
        account=row.account or "",
        route=row.route or "",
        waybill=row.number or "",
        state=row.state,
        printed=row.printed,
        confirmed=row.print_confirmed,
        in_doubt=open_job and not row.printed,
        printer=job.printer if job is not None else "",
        printed_at=row.printed_at,
        packed=row.packed_at is not None,
        pieces=sum(g.quantity for g in goods),
        goods=" · ".join(f"{g.name} ×{g.quantity}" for g in goods),
        picture=next((g.picture for g in goods if g.picture), ""),
        shop=row.shop_id,
        deadline_at=row.deadline_at,
        revision=row.revision,
        trouble=held or troubles.of_failure(row.failure),
        other_carriers=tuple(
            c for c in companies.get((row.route or "", place), ()) if c != row.carrier
        ),
    )


def _first_orders(tx: Connection, ids: Select[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for row in tx.execute(
        select(
            parcel_lines.c.parcel_id,
            orders.c.id,
            orders.c.order_id,
            orders.c.receiver,
            orders.c.address_hash,
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(ids))
        # An order whose goods were taken out of the box comes last.
        .order_by((parcel_lines.c.quantity > 0).desc(), orders.c.paid_at, orders.c.id)
    ):
        if (row.parcel_id, row.id) not in seen:
            seen.add((row.parcel_id, row.id))
            found[row.parcel_id].append(row)
    return found


def _held(tx: Connection, ids: Select[Any]) -> dict[str, Trouble]:
    rows = tx.execute(
        select(parcel_lines.c.parcel_id, holds.c.code, holds.c.reason, holds.c.set_at)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(
            holds,
            or_(
                holds.c.order_id == order_lines.c.order_id,
                holds.c.order_line_id == order_lines.c.id,
                holds.c.parcel_id == parcel_lines.c.parcel_id,
            ),
        )
        .where(parcel_lines.c.parcel_id.in_(ids), holds.c.cleared_at.is_(None))
        .order_by(holds.c.set_at.desc())
    )
    return {r.parcel_id: troubles.of_hold(r.code, r.reason) for r in rows}


def _last_jobs(tx: Connection, ids: Select[Any]) -> dict[str, Any]:
    rows = tx.execute(
        select(print_jobs.c.parcel_id, print_jobs.c.state, print_jobs.c.printer)
        .where(
            print_jobs.c.parcel_id.in_(ids),
            print_jobs.c.document == Document.LABEL,
            print_jobs.c.state.not_in([PrintState.CANCELLED, PrintState.RENDERED]),
        )
        .order_by(print_jobs.c.created_at, print_jobs.c.id)
    )
    return {r.parcel_id: r for r in rows}


def _goods(tx: Connection, ids: Select[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in tx.execute(
        select(
            parcel_lines.c.parcel_id,
            parcel_lines.c.quantity,
            func.coalesce(
                func.nullif(skus.c.short_name, ""), skus.c.name, order_lines.c.title
            ).label("name"),
            skus.c.picture,
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
        .where(parcel_lines.c.parcel_id.in_(ids), parcel_lines.c.quantity > 0)
        .order_by(parcel_lines.c.id)
    ):
        found[row.parcel_id].append(row)
    return found
