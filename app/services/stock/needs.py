"""What a parcel's lines reserve: a bundle as built wholes where they suffice, else its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from app.services.stock import composition, line_parts
from app.store.tables import stock_balances


@dataclass(frozen=True, slots=True)
class Need:
    """What one parcel line still has to reserve of one SKU.

    ``each``: pieces in one whole, where the SKU is a part of the line's bundle; 0 for the line's
    own SKU. ``presale``: sold in advance, it takes what is set aside first; ``waits``: it is not
    due yet, and takes nothing else. ``gift_rule_id``: put in by this rule.
    """

    parcel_line_id: str
    sku_id: str
    quantity: int
    each: int = 0
    presale: bool = False
    waits: bool = False
    gift_rule_id: str = ""


def spelled_out(tx: Connection, needs: Sequence[Need]) -> list[Need]:
    """``needs`` with each bundle as what is taken for it."""
    bundles = composition.parts_of(tx, {need.sku_id for need in needs})
    if not bundles:
        return list(needs)
    wanted: dict[str, int] = defaultdict(int)
    for need in needs:
        wanted[need.sku_id] += need.quantity
    whole = {
        row.sku_id
        for row in tx.execute(
            select(stock_balances.c.sku_id, stock_balances.c.available).where(
                stock_balances.c.sku_id.in_(sorted(bundles))
            )
        )
        if row.available >= wanted[row.sku_id]
    }
    out: list[Need] = []
    for need in needs:
        parts = bundles.get(need.sku_id)
        if parts is None or need.sku_id in whole:
            out.append(need)
        else:
            out += [
                replace(need, sku_id=sku_id, quantity=need.quantity * each, each=each)
                for sku_id, each in parts.items()
            ]
    return out


def keep_parts(tx: Connection, taken: Sequence[Need]) -> None:
    """Write down what the bundles among the reserved lines are made of."""
    whole = {need.parcel_line_id: need.sku_id for need in taken if not need.each}
    bundles = composition.parts_of(tx, set(whole.values()))
    made_of = {line: bundles.get(sku_id, {}) for line, sku_id in whole.items()}
    for need in taken:
        if need.each:
            made_of.setdefault(need.parcel_line_id, {})[need.sku_id] = need.each
    line_parts.keep(tx, made_of)


def taken_for(tx: Connection, sku_id: str, quantity: int) -> list[tuple[str, int]]:
    """SKU and pieces that leave the shelf for ``quantity`` of a SKU that nobody reserved.

    In the order of their ids.
    """
    needs = spelled_out(tx, [Need("", sku_id, quantity)])
    return sorted((need.sku_id, need.quantity) for need in needs)
