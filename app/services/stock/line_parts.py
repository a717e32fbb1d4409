"""What the bundle of one parcel line is made of, kept from its reservation on.

A bundle that is put together otherwise later changes nothing for a parcel that has its goods. A row
for each part: pieces in one whole, and how many lie loose on the table towards the next one.
A line without rows is no bundle's, or had nothing reserved yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select, update

from app.store.tables import parcel_line_parts, parcel_lines, reservations


def keep(tx: Connection, made_of: Mapping[str, Mapping[str, int]]) -> None:
    """Write down by line what its bundle is made of; nothing for a line of no bundle.

    A line that is made of the same as before keeps what was scanned of it.
    """
    before = kept(tx, made_of)
    changed = [line for line, parts in made_of.items() if before.get(line, {}) != parts]
    gone = [line for line in changed if line in before]
    if gone:
        tx.execute(delete(parcel_line_parts).where(parcel_line_parts.c.parcel_line_id.in_(gone)))
    rows = [
        {"parcel_line_id": line, "sku_id": sku_id, "each": each}
        for line in changed
        for sku_id, each in sorted(made_of[line].items())
    ]
    if rows:
        tx.execute(insert(parcel_line_parts), rows)


def kept(tx: Connection, line_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """By line: pieces of each part in one whole. Lines of no bundle are left out."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in tx.execute(
        select(parcel_line_parts)
        .where(parcel_line_parts.c.parcel_line_id.in_(list(line_ids)))
        .order_by(parcel_line_parts.c.parcel_line_id, parcel_line_parts.c.sku_id)
    ):
        found[row.parcel_line_id][row.sku_id] = row.each
    return dict(found)


def copy(tx: Connection, from_line: str, to_line: str) -> None:
    """The goods of one line go on in another one: made of the same parts."""
    keep(tx, {to_line: kept(tx, [from_line]).get(from_line, {})})


def is_covered(
    line_sku: str, quantity: int, parts: Mapping[str, int], reserved: Mapping[str, int]
) -> bool:
    """Whether ``reserved`` (pieces by SKU) is just what the line needs: wholes, or all parts."""
    if reserved == {line_sku: quantity}:
        return True
    return bool(parts) and reserved == {sku: each * quantity for sku, each in parts.items()}


def forget_scans(tx: Connection, parcel_id: str) -> None:
    """Every piece of the parcel is scanned anew."""
    tx.execute(update(parcel_lines).where(parcel_lines.c.parcel_id == parcel_id).values(scanned=0))
    mine = select(parcel_lines.c.id).where(parcel_lines.c.parcel_id == parcel_id)
    tx.execute(
        update(parcel_line_parts)
        .where(parcel_line_parts.c.parcel_line_id.in_(mine))
        .values(scanned=0)
    )


def forget_scans_of(tx: Connection, line_id: str) -> None:
    """Every piece of the line is scanned anew."""
    tx.execute(update(parcel_lines).where(parcel_lines.c.id == line_id).values(scanned=0))
    tx.execute(
        update(parcel_line_parts)
        .where(parcel_line_parts.c.parcel_line_id == line_id)
        .values(scanned=0)
    )


def are_too_many(tx: Connection, line_id: str, wholes: int) -> bool:
    """Whether more parts lie loose than go into ``wholes``."""
    too_many = select(parcel_line_parts.c.sku_id).where(
        parcel_line_parts.c.parcel_line_id == line_id,
        parcel_line_parts.c.scanned > parcel_line_parts.c.each * wholes,
    )
    return tx.execute(too_many.limit(1)).first() is not None


def reserved(tx: Connection, line_ids: Collection[str], state: str) -> dict[str, dict[str, int]]:
    """By line: reserved pieces of each SKU, in reservations of this state."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in tx.execute(
        select(reservations).where(
            reservations.c.parcel_line_id.in_(list(line_ids)), reservations.c.state == state
        )
    ):
        mine = found[row.parcel_line_id]
        mine[row.sku_id] = mine.get(row.sku_id, 0) + row.quantity
    return dict(found)
