"""Whose turn it is when stock is short: the most urgent parcel that can be completed.

Parcels that nothing but the shortage keeps back come first, the earliest deadline in front; then
those that somebody else holds anyway (``GIVE_WAY``). A parcel that cannot be completed takes
nothing, and lets later ones pass that can: goods that leave today are worth more than goods that
lie reserved for a parcel that goes on waiting. A person may decide otherwise: ``shortages.give``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from app.domain.states import HoldCode, ParcelState
from app.store.tables import holds, order_lines, parcel_lines, parcels, skus, stock_balances

NEEDS = "needs"
"""In the evidence of the hold ``short``: pieces of all that the parcel wants, by SKU code."""

GIVE_WAY = frozenset(
    {
        HoldCode.REFUND,
        HoldCode.GIFT_PENDING,
        HoldCode.PRESALE,
        HoldCode.BLACKLIST,
        HoldCode.MANUAL,
    }
)
"""Holds of unknown length. What a person here settles in minutes keeps its place and its stock."""


_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A parcel that is short, and what it wanted when it was tried last, by SKU code."""

    parcel_id: str
    deadline_at: datetime | None
    needs: Mapping[str, int]
    held: bool = False


def waiting(tx: Connection, codes: Collection[str] | None = None) -> list[Waiting]:
    """The parcels that lack stock, of these SKUs if given, the first in turn in front."""
    rows = _short(tx)
    found = {r.id: (r.deadline_at, (r.evidence or {}).get(NEEDS, {})) for r in rows}
    if codes is not None:
        wanted = set(codes)
        found = {i: one for i, one in found.items() if wanted & set(one[1])}
    held = held_back(tx, found)
    return sorted(
        (Waiting(i, at, needs, i in held) for i, (at, needs) in found.items()), key=_urgency
    )


def _short(tx: Connection) -> Sequence[Any]:
    return tx.execute(
        select(parcels.c.id, parcels.c.deadline_at, holds.c.evidence)
        .join(holds, holds.c.parcel_id == parcels.c.id)
        .where(
            holds.c.code == HoldCode.SHORT,
            holds.c.cleared_at.is_(None),
            parcels.c.state == ParcelState.TO_CHECK,
        )
    ).all()


def able(tx: Connection, codes: Collection[str] | None = None) -> list[Waiting]:
    """Those of ``waiting`` for which there seems to be enough now."""
    found = waiting(tx, codes)
    free = _free(tx, {code for one in found for code in one.needs})
    return [one for one in found if all(free.get(code, 0) >= n for code, n in one.needs.items())]


def ahead(tx: Connection, parcel_id: str, sku_ids: Collection[str]) -> list[str]:
    """Parcels that come before this one, want one of the SKUs and could be completed now."""
    found = able(tx, set(codes_of(tx, sku_ids).values()))
    if not found:
        return []
    at = tx.execute(select(parcels.c.deadline_at).where(parcels.c.id == parcel_id)).scalar()
    mine = _urgency(Waiting(parcel_id, at, {}, bool(held_back(tx, [parcel_id]))))
    return nobody_has(tx, [one.parcel_id for one in found if _urgency(one) < mine])


def nobody_has(tx: Connection, parcel_ids: Sequence[str]) -> list[str]:
    """Those of the parcels that no other bench is working on, in their order; locked for us.

    Parcels are locked one by one by whoever moves them: waiting for a second one could be for ever.
    """
    rows = tx.execute(
        select(parcels.c.id)
        .where(parcels.c.id.in_(parcel_ids))
        .order_by(parcels.c.id)
        .with_for_update(skip_locked=True)
    ).scalars()
    free = set(rows)
    return [parcel_id for parcel_id in parcel_ids if parcel_id in free]


def wanted_by_others(tx: Connection) -> set[str]:
    """The code of every SKU that a parcel waits for."""
    return {code for row in _short(tx) for code in (row.evidence or {}).get(NEEDS, {})}


def codes_of(tx: Connection, sku_ids: Iterable[str]) -> dict[str, str]:
    """SKU codes by id."""
    rows = tx.execute(select(skus.c.id, skus.c.code).where(skus.c.id.in_(list(sku_ids))))
    return {r.id: r.code for r in rows}


def held_back(
    tx: Connection, parcel_ids: Iterable[str], before: datetime | None = None
) -> set[str]:
    """Those of the parcels that a hold of ``GIVE_WAY`` keeps back, set by ``before`` if given."""
    ids = list(parcel_ids)
    found: set[str] = set()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        found |= _held_back(tx, ids[start : start + _IDS_AT_ONCE], before)
    return found


def _held_back(tx: Connection, ids: Sequence[str], before: datetime | None) -> set[str]:
    rows = tx.execute(
        select(parcel_lines.c.parcel_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(
            holds,
            or_(
                holds.c.parcel_id == parcel_lines.c.parcel_id,
                (holds.c.order_line_id == order_lines.c.id) & (parcel_lines.c.listing_quantity > 0),
                holds.c.order_id == order_lines.c.order_id,
            ),
        )
        .where(
            parcel_lines.c.parcel_id.in_(ids),
            holds.c.cleared_at.is_(None),
            holds.c.code.in_(GIVE_WAY),
            *([holds.c.set_at <= before] if before is not None else []),
        )
        .distinct()
    ).scalars()
    return set(rows)


def gives_way() -> ColumnElement[bool]:
    """SQL: a hold of ``GIVE_WAY`` keeps the parcel (of the enclosing query) back."""
    goods, lines = parcel_lines.alias(), order_lines.alias()
    active = and_(holds.c.cleared_at.is_(None), holds.c.code.in_(GIVE_WAY))
    through_goods = (
        select(holds.c.id)
        .select_from(goods)
        .join(lines, lines.c.id == goods.c.order_line_id)
        .join(
            holds,
            or_(holds.c.order_id == lines.c.order_id, holds.c.order_line_id == lines.c.id),
        )
        .where(goods.c.parcel_id == parcels.c.id, active)
        .correlate(parcels)
        .exists()
    )
    return or_(exists().where(holds.c.parcel_id == parcels.c.id, active), through_goods)


def _urgency(one: Waiting) -> tuple[bool, bool, float, str]:
    at_s = one.deadline_at.timestamp() if one.deadline_at is not None else 0.0
    return one.held, one.deadline_at is None, at_s, one.parcel_id


def _free(tx: Connection, codes: Collection[str]) -> dict[str, int]:
    rows = tx.execute(
        select(skus.c.code, stock_balances.c.available)
        .join(stock_balances, stock_balances.c.sku_id == skus.c.id)
        .where(skus.c.code.in_(codes))
    )
    return {r.code: r.available for r in rows}
