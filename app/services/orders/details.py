"""Everything a drawer shows of one order: money, address, notes, parcels, holds and its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from app.domain.address import Address
from app.domain.privacy import for_screen
from app.domain.states import HoldCode, OutboxState, ParcelState
from app.domain.text import Text
from app.services import records
from app.services.archive import looking, moving
from app.services.money import fees
from app.services.money.fees import FeeSum, ParcelFee
from app.services.orders import corrected, order_notes, order_requests, queries
from app.services.orders.holding import RELEASABLE
from app.services.orders.order_notes import Note
from app.services.orders.order_requests import AddressRequest, VariantRequest
from app.services.orders.queries import HoldRow, OrderRow, StoryRow
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.sync import sync_state
from app.services.sync.sync_state import OFFLINE
from app.services.tracking.views import WayRow, events_by_parcel
from app.services.workplace import Workplace
from app.store.tables import (
    audit,
    order_lines,
    orders,
    outbox,
    parcel_lines,
    parcels,
    print_jobs,
    settings,
    shop_accounts,
    shops,
    sync_cursors,
    waves,
    waybills,
)


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """The order of a drawer. Receivers and pending address are masked for the screen."""

    row: OrderRow
    paid_fen: int
    freight_fen: int
    receiver: Address
    pending_address: Address | None
    buyer_note: str
    merchant_note: str
    greeting: str
    custom_work: str
    inspection: Text | None  # how far the platform's quality inspection is
    serials_wanted: bool
    dropship: bool  # a supplier sends a part of it
    virtual_until_at: datetime | None
    note: Note
    address_request: AddressRequest | None
    variant_requests: tuple[VariantRequest, ...]
    parcels: tuple[ParcelRow, ...]
    holds: tuple[HoldRow, ...]
    story: tuple[StoryRow, ...]
    way: tuple[WayRow, ...] = ()
    fees: Mapping[str, ParcelFee] = field(default_factory=dict)  # by parcel
    written: Mapping[str, Address] = field(default_factory=dict)  # corrected for a parcel's label


@dataclass(frozen=True, slots=True)
class WaveRow:
    """One wave of the list with its counts."""

    id: str
    name: str
    created_at: datetime
    parcels: int
    pieces: int
    carriers: tuple[tuple[str, int], ...]
    numbered: int
    printed: int
    unconfirmed: int
    unknown: int
    failed: int
    packed: int
    shipped: int
    picked: bool
    deadline_at: datetime | None
    fees: FeeSum = field(default_factory=FeeSum)


@dataclass(frozen=True, slots=True)
class ShopState:
    """How a shop's sync stands."""

    shop: str
    title: str
    synced_at: datetime | None
    error: str  # a stored sentence, "" when fine
    balances: tuple[tuple[str, int | None], ...]  # company, numbers left (None: not counted)
    backlog: int = 0  # orders known to have changed and not fetched yet
    eta_s: float | None = None  # until they are, at the pace of the last seconds
    read_only: bool = False  # nothing may be changed in it from here
    catching_up: bool = False  # what is older than the last poll is not all stored yet


def order_detail(work: Workplace, order: str) -> OrderDetail:
    """One order by our id or the shop's. Raises ``UserError`` (``no_such_order``).

    One that was put away comes back first: whoever opens it may want to do something with it.
    """
    our_id = queries.known_order(work, order)
    with work.db.read() as tx:
        put_away = looking.find(tx, our_id) is not None
    if put_away:
        moving.restore(work, our_id)
    row = queries.order_rows(work, [our_id])[0]
    with work.db.read() as tx:
        stored = tx.execute(select(orders).where(orders.c.id == our_id)).one()
        ids = records.parcels_of(tx, our_id)
        held: dict[str, Any] = {}
        for parcel_id in ids:
            held.update({h.id: h for h in records.active_holds(tx, parcel_id)})
        story = _story(tx, our_id, ids)
        way = events_by_parcel(tx, work, ids)
        written = corrected.shown(tx, work, dict.fromkeys(ids, stored.address_hash))
        dropship = bool(
            tx.execute(
                select(func.count())
                .select_from(order_lines)
                .where(order_lines.c.order_id == our_id, order_lines.c.dropship)
            ).scalar_one()
        )
    pending = stored.pending_address
    return OrderDetail(
        row=row,
        paid_fen=stored.paid_fen,
        freight_fen=stored.freight_fen,
        receiver=for_screen(Address.from_dict(stored.receiver)),
        pending_address=for_screen(Address.from_dict(pending)) if pending else None,
        buyer_note=stored.buyer_note,
        merchant_note=stored.merchant_note,
        greeting=stored.greeting,
        custom_work=stored.custom_work,
        inspection=Text.from_json(stored.inspection) if stored.inspection else None,
        serials_wanted=stored.serials_wanted,
        dropship=dropship,
        virtual_until_at=stored.virtual_until_at,
        note=order_notes.note(work, our_id),
        address_request=order_requests.pending_address(work, our_id),
        variant_requests=order_requests.pending_variants(work, our_id),
        parcels=tuple(parcel_rows(work, ids)),
        holds=tuple(
            HoldRow(
                h.code,
                h.reason,
                h.set_at,
                h.set_by,
                HoldCode(h.code) in RELEASABLE,
                h.evidence or {},
            )
            for h in held.values()
        ),
        story=story,
        way=way,
        fees=fees.of_parcels(work, ids),
        written=written,
    )


def waves_list(work: Workplace, days: int = 1) -> list[WaveRow]:
    """The waves of the last ``days`` days, the newest first."""
    since = work.now() - timedelta(days=days)
    with work.db.read() as tx:
        rows = tx.execute(
            select(waves).where(waves.c.created_at >= since).order_by(waves.c.created_at.desc())
        ).all()
        return [_wave_row(tx, r) for r in rows]


def wave_row(work: Workplace, wave_id: str) -> WaveRow:
    """One wave with its counts now."""
    with work.db.read() as tx:
        row = tx.execute(select(waves).where(waves.c.id == wave_id)).one()
        return _wave_row(tx, row)


def shop_states(work: Workplace) -> list[ShopState]:
    """How every shop stands: last sync, last error, label balances, what is still to be read."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(
                shops.c.id,
                shops.c.title,
                shops.c.platform,
                shops.c.settings,
                sync_cursors.c.finished_at,
                sync_cursors.c.last_error,
            )
            .outerjoin(
                sync_cursors,
                and_(sync_cursors.c.shop_id == shops.c.id, sync_cursors.c.stream == "orders"),
            )
            .where(shops.c.active)
            .order_by(shops.c.position)
        ).all()
        balances = tx.execute(
            select(shop_accounts.c.shop_id, shop_accounts.c.carrier, shop_accounts.c.balance)
            .where(shop_accounts.c.bound)
            .order_by(shop_accounts.c.position)
        ).all()
        left = {
            r.shop_id: int(r.left)
            for r in tx.execute(
                select(sync_cursors.c.shop_id, func.sum(sync_cursors.c.backlog).label("left"))
                .where(sync_cursors.c.backlog > 0)
                .group_by(sync_cursors.c.shop_id)
            )
        }
        paces = tx.execute(
            select(settings.c.key, settings.c.value).where(
                settings.c.key.in_([f"pace:{shop_id}" for shop_id in left])
            )
        )
        pace = {r.key.partition(":")[2]: float(r.value) for r in paces}
        behind = sync_state.catching_up(tx, [r.id for r in rows if r.platform not in OFFLINE])
    return [
        ShopState(
            r.id,
            r.title or r.id,
            r.finished_at,
            r.last_error or "",
            tuple((b.carrier, b.balance) for b in balances if b.shop_id == r.id),
            left.get(r.id, 0),
            left[r.id] / pace[r.id] if left.get(r.id) and pace.get(r.id) else None,
            bool((r.settings or {}).get("read_only")),
            r.id in behind,
        )
        for r in rows
    ]


def outbox_rows(work: Workplace, *, open_only: bool = True, limit: int = 500) -> list[Any]:
    """Outbox messages, the oldest first: id, once, kind, order and parcel, state, attempts …"""
    query = select(outbox).order_by(outbox.c.id).limit(limit)
    if open_only:
        query = query.where(
            outbox.c.state.in_([OutboxState.PENDING, OutboxState.SENDING, OutboxState.REFUSED])
        )
    with work.db.read() as tx:
        return list(tx.execute(query))


def reprints(work: Workplace, limit: int = 200) -> list[Any]:
    """Deliberate reprints: at, number, copy, reason, who."""
    with work.db.read() as tx:
        return list(
            tx.execute(
                select(
                    print_jobs.c.created_at,
                    waybills.c.number,
                    print_jobs.c.copy_no,
                    print_jobs.c.reprint_reason,
                    print_jobs.c.user,
                    print_jobs.c.state,
                )
                .join(waybills, waybills.c.id == print_jobs.c.waybill_id)
                .where(print_jobs.c.copy_no > 0)
                .order_by(print_jobs.c.created_at.desc())
                .limit(limit)
            )
        )


def _story(tx: Any, our_id: str, parcel_ids: Sequence[str]) -> tuple[StoryRow, ...]:
    rows = tx.execute(
        select(audit)
        .where(or_(audit.c.order_id == our_id, audit.c.parcel_id.in_(list(parcel_ids))))
        .order_by(audit.c.id)
    )
    return tuple(StoryRow(r.at, r.action, r.user, r.detail or {}) for r in rows)


def _wave_row(tx: Any, wave: Any) -> WaveRow:

    rows = tx.execute(
        select(parcels).where(
            parcels.c.wave_id == wave.id, parcels.c.state != ParcelState.CANCELLED
        )
    ).all()
    ids = [r.id for r in rows]
    pieces = tx.execute(
        select(func.sum(parcel_lines.c.quantity)).where(parcel_lines.c.parcel_id.in_(ids))
    ).scalar()
    unknown = tx.execute(
        select(func.count(func.distinct(print_jobs.c.parcel_id))).where(
            print_jobs.c.parcel_id.in_(ids), print_jobs.c.state.in_(["claimed", "unknown"])
        )
    ).scalar_one()
    counts: dict[str, int] = {}
    for r in rows:
        counts[r.carrier or ""] = counts.get(r.carrier or "", 0) + 1
    gone = {ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED}
    deadlines = [r.deadline_at for r in rows if r.deadline_at]
    return WaveRow(
        id=wave.id,
        name=wave.name,
        created_at=wave.created_at,
        parcels=len(rows),
        pieces=int(pieces or 0),
        carriers=tuple(sorted(counts.items(), key=lambda kv: -kv[1])),
        numbered=sum(r.waybill_id is not None for r in rows),
        printed=sum(r.printed for r in rows),
        unconfirmed=sum(r.printed and not r.print_confirmed for r in rows),
        unknown=unknown,
        failed=sum(r.failure is not None for r in rows),
        packed=sum(r.packed_at is not None for r in rows),
        shipped=sum(r.state in gone for r in rows),
        picked=wave.picked_at is not None,
        deadline_at=min(deadlines) if deadlines else None,
        fees=fees.of_wave(tx, wave.id),
    )
