"""What bundles (组合装) are made of now, and what they weigh; open parcels: ``line_parts``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Connection, func, select

from app.store.tables import bundle_parts, skus

_MOST_AT_ONCE = 500


def parts_of(tx: Connection, sku_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """By bundle: pieces of each part in one whole. What is no bundle is left out."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    wanted = sorted(set(sku_ids))
    for start in range(0, len(wanted), _MOST_AT_ONCE):
        for row in tx.execute(
            select(bundle_parts)
            .where(bundle_parts.c.bundle_id.in_(wanted[start : start + _MOST_AT_ONCE]))
            .order_by(bundle_parts.c.bundle_id, bundle_parts.c.sku_id)
        ):
            found[row.bundle_id][row.sku_id] = row.quantity
    return dict(found)


def made_with(tx: Connection, sku_ids: Collection[str]) -> set[str]:
    """The bundles that any of the SKUs is a part of."""
    found: set[str] = set()
    wanted = sorted(set(sku_ids))
    for start in range(0, len(wanted), _MOST_AT_ONCE):
        found |= set(
            tx.execute(
                select(bundle_parts.c.bundle_id)
                .where(bundle_parts.c.sku_id.in_(wanted[start : start + _MOST_AT_ONCE]))
                .distinct()
            ).scalars()
        )
    return found


def whole_from(parts: Mapping[str, int], pieces: Mapping[str, int]) -> int:
    """How many wholes ``pieces`` of the parts make; never less than none."""
    return max(0, min(pieces.get(sku, 0) // each for sku, each in parts.items()))


def weight_g() -> ColumnElement[int]:
    """What a row of ``skus`` weighs, for a query: its own weight, else that of its parts."""
    part = skus.alias()
    of_parts = (
        select(func.sum(bundle_parts.c.quantity * part.c.weight_g))
        .join(part, part.c.id == bundle_parts.c.sku_id)
        .where(bundle_parts.c.bundle_id == skus.c.id)
        .correlate(skus)
        .scalar_subquery()
    )
    return func.coalesce(func.nullif(skus.c.weight_g, 0), of_parts, 0)
