"""Held parcels give their stock to one that could leave: the latest deadline first, audited.

A held parcel keeps what it has reserved until a paid parcel that nothing holds is short of it, and
only if everything that one lacks can be found. The held one takes its turn again: it reserves when
stock comes in or its hold ends. A parcel that has a number, or may have one, never gives way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.domain.states import ParcelState, ReleaseOnHold, ReservationState
from app.services import records
from app.services.stock import allocation, claims, ledger, turns
from app.services.workplace import Workplace
from app.store.tables import parcel_lines, parcels, reservations, shops

REASON = "gave_way"
_MOST_ASKED = 200  # held parcels looked at for one that is short


def make_room(
    tx: Connection, work: Workplace, parcel_id: str, short: allocation.Short
) -> list[str]:
    """Free what the parcel lacks from held ones; changes nothing when that is not enough.

    Returns those that gave way: the caller reserves for the parcel, then tries them again.
    """
    if short.later or not short.missing or turns.held_back(tx, [parcel_id]):
        return []
    chosen = _chosen(tx, work, parcel_id, short.missing)
    if not chosen or len(turns.nobody_has(tx, chosen)) != len(chosen):
        return []
    # All items of all of them at once, in the order of their ids: nobody waits crosswise.
    ledger.lock(tx, {*short.needs, *_skus_of(tx, chosen)})
    return [other for other in chosen if free(tx, work, other, parcel_id, REASON)]


def free(tx: Connection, work: Workplace, parcel_id: str, to: str, reason: str) -> bool:
    """Take the stock from a parcel that has no number; whether it could be done."""
    moved = tx.execute(
        update(parcels)
        .where(
            parcels.c.id == parcel_id,
            parcels.c.state.in_(claims.BEFORE_LABEL),
            parcels.c.waybill_id.is_(None),
        )
        .values(
            state=ParcelState.TO_CHECK,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    if moved.rowcount != 1 or claims.labelled(tx, [parcel_id]):
        return False
    allocation.release(tx, work, parcel_id, reason)
    records.note(tx, work, reason, parcel_id=parcel_id, detail={"to": to})
    return True


def _chosen(
    tx: Connection, work: Workplace, parcel_id: str, missing: Mapping[str, int]
) -> list[str]:
    """Held parcels that together have all that is missing, or none."""
    lacking = Counter(missing)
    chosen: list[str] = []
    rows = _candidates(tx, parcel_id, missing)
    waits = _patience(tx, {r.shop_id for r in rows})
    held = {
        shop_id: turns.held_back(
            tx, [r.id for r in rows if r.shop_id == shop_id], before=work.now() - since
        )
        for shop_id, since in waits.items()
    }
    bound = claims.labelled(tx, {r.id for r in rows})
    for row in rows:
        if row.id in bound or row.id not in held.get(row.shop_id, ()):
            continue
        mine = _pieces(tx, row.id)
        if not any(lacking[sku_id] > 0 for sku_id in mine):
            continue
        chosen.append(row.id)
        lacking.subtract(mine)
        if all(lacking[sku_id] <= 0 for sku_id in missing):
            return chosen
    return []


def _candidates(tx: Connection, parcel_id: str, missing: Mapping[str, int]) -> list[Any]:
    return list(
        tx.execute(
            select(parcels.c.id, parcels.c.shop_id, parcels.c.deadline_at)
            .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
            .join(reservations, reservations.c.parcel_line_id == parcel_lines.c.id)
            .where(
                reservations.c.sku_id.in_(missing),
                reservations.c.state == ReservationState.ACTIVE,
                reservations.c.quantity > reservations.c.set_aside,
                parcels.c.id != parcel_id,
                parcels.c.state.in_(claims.BEFORE_LABEL),
                parcels.c.waybill_id.is_(None),
                turns.gives_way(),
            )
            .distinct()
            .order_by(parcels.c.deadline_at.desc().nulls_first(), parcels.c.id.desc())
            .limit(_MOST_ASKED)
        )
    )


def _pieces(tx: Connection, parcel_id: str) -> dict[str, int]:
    """What the parcel would give back to everybody, by SKU id."""
    rows = tx.execute(
        select(
            reservations.c.sku_id,
            func.sum(reservations.c.quantity - reservations.c.set_aside).label("pieces"),
        )
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            reservations.c.state == ReservationState.ACTIVE,
        )
        .group_by(reservations.c.sku_id)
    )
    return {r.sku_id: int(r.pieces) for r in rows}


def _skus_of(tx: Connection, parcel_ids: list[str]) -> set[str]:
    return set(
        tx.execute(
            select(parcel_lines.c.sku_id).where(
                parcel_lines.c.parcel_id.in_(parcel_ids), parcel_lines.c.sku_id.is_not(None)
            )
        ).scalars()
    )


def _patience(tx: Connection, shop_ids: set[str]) -> dict[str, timedelta]:
    """By shop whose held parcels give way: how long a hold must have been there."""
    rows = tx.execute(select(shops.c.id, shops.c.settings).where(shops.c.id.in_(shop_ids)))
    return {
        r.id: timedelta(hours=float((r.settings or {}).get("release_after_hours", 0)))
        for r in rows
        if (r.settings or {}).get("release_on_hold", ReleaseOnHold.NEEDED) != ReleaseOnHold.NEVER
    }
