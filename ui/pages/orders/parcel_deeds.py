"""Splitting, merging and taking back parcels: plain functions for a lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.states import OPEN_STATES, ParcelState
from app.domain.text import tr
from app.services.orders.details import OrderDetail
from app.services.parcels import merging, parcel_moves, splitting, unshipping
from app.services.parcels.merging import Candidate
from app.services.parcels.parcel_queries import ParcelRow
from app.services.telling import report_rows
from app.services.waves import wave_views
from app.services.workplace import Workplace
from ui.pages.orders import deeds
from ui.pages.orders.desk_view import SplitChance, SplitLine, SplitWish, UnshipChance


@dataclass(frozen=True, slots=True)
class Merged:
    """Parcels that became one, and what to part again to undo it: pieces by line of each other."""

    parcel: str
    count: int
    parts: tuple[Mapping[str, int], ...]


def split_chances(work: Workplace, order: OrderDetail) -> tuple[SplitChance, ...]:
    """The order's parcels that may be split."""
    found = []
    for parcel in order.parcels:
        if parcel.state not in OPEN_STATES:
            continue
        chance = _chance(work, parcel)
        if sum(line.quantity for line in chance.lines) > 1:
            found.append(chance)
    return tuple(found)


def _chance(work: Workplace, parcel: ParcelRow) -> SplitChance:
    with work.db.read() as tx:
        rows = parcel_moves.lines_of(tx, parcel.id)
        shop_rule = report_rows.has_shop(tx, parcel.shop)
    pictures = wave_views.sku_pictures(work, [r.code for r in rows if r.code])
    lines = tuple(
        SplitLine(
            key=r.id,
            kind=f"{r.order_id}/{r.product_id}/{r.listing_sku_id}",
            title=r.title,
            spec=r.spec,
            picture=pictures.get(r.code or "", "") or "-",
            quantity=r.listing_quantity,
            factor=r.factor,
        )
        for r in rows
    )
    warning = ""
    if parcel.waybill:
        warning = tr("Number {number} is given back first.", number=parcel.waybill)
    return SplitChance(parcel.id, lines, shop_rule, warning)


def split(work: Workplace, chance: SplitChance, wish: SplitWish) -> list[str]:
    """Do it; the parcel's id and the new ones'."""
    factors = {line.key: line.factor for line in chance.lines}
    parts = [{key: n * factors[key] for key, n in part.items()} for part in wish.parts]
    return splitting.split(work, chance.parcel, parts, extra=wish.extra, void=bool(chance.warning))


def unsplit(work: Workplace, parcel_ids: Sequence[str]) -> None:
    """Undo a split while no part has a number."""
    merging.merge(work, parcel_ids)


def merge_chances_of(work: Workplace, order_ids: Sequence[str]) -> list[Candidate]:
    """Which parcels of these orders could be one; groups of at least two."""
    chosen = {row.id for row in deeds.parcels_of(work, order_ids)}
    found = []
    for group in merging.candidates(work):
        here = tuple(p for p in group.parcels if p in chosen)
        if len(here) > 1:
            found.append(Candidate(group.shop, here, group.orders))
    return found


def merge(work: Workplace, groups: Sequence[Candidate]) -> list[Merged]:
    """Merge each group into its first parcel."""
    done = []
    for group in groups:
        parcel = merging.merge(work, group.parcels)
        with work.db.read() as tx:
            rows = parcel_moves.lines_of(tx, parcel)
        orders: dict[str, dict[str, int]] = {}
        for row in rows:
            part = orders.setdefault(row.order_id, {})
            part[row.id] = row.listing_quantity * row.factor
        done.append(Merged(parcel, len(group.parcels), tuple(orders.values())))
    return done


def unmerge(work: Workplace, merged: Sequence[Merged]) -> None:
    """Each order has a parcel of its own again."""
    for one in merged:
        if len(one.parts) > 1:
            splitting.split(work, one.parcel, one.parts)


def unship_chances(order: OrderDetail) -> tuple[UnshipChance, ...]:
    """Sealed parcels that the shop may not have taken yet."""
    off = order.row.status == "cancelled"
    return tuple(
        UnshipChance(p.id, p.waybill, off)
        for p in order.parcels
        if p.state == ParcelState.TO_REPORT
    )


def unship(work: Workplace, parcel_id: str, reason: str, *, void: bool) -> str:
    """Take it back; the state it has now."""
    return unshipping.unship(work, parcel_id, reason, void=void)
