"""Questions to the archive that lists and the bench ask; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from sqlalchemy import Connection, or_, select, tuple_

from app.services.archive import bodies
from app.store import tables
from app.store.tables import archived_groups, archived_numbers, archived_orders


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """An order as it was put away; rows with the columns of their tables."""

    order: SimpleNamespace
    lines: tuple[SimpleNamespace, ...]
    parcels: tuple[SimpleNamespace, ...]

    @property
    def sku_ids(self) -> set[str]:
        return {line.mapped_sku_id for line in self.lines if line.mapped_sku_id}


def find(tx: Connection, order: str) -> str | None:
    """Our id of the archived order with this id, ours or the shop's."""
    found: str | None = tx.execute(
        select(archived_orders.c.id)
        .where(or_(archived_orders.c.id == order, archived_orders.c.order_id == order))
        .order_by(archived_orders.c.paid_at.desc())
    ).scalar()
    return found


def company_of(tx: Connection, number: str) -> str | None:
    """Which company carried the archived parcel with this number; ``None``: there is none."""
    found: str | None = tx.execute(
        select(archived_numbers.c.carrier).where(archived_numbers.c.number == number)
    ).scalar()
    return found


def orders_of(tx: Connection, ids: Sequence[str]) -> Iterator[KeptOrder]:
    """The archived ones among these orders."""
    if not ids:
        return
    groups = tx.execute(
        select(archived_orders.c.month, archived_orders.c.group_id)
        .where(archived_orders.c.id.in_(ids))
        .distinct()
    ).all()
    texts = tx.execute(
        select(archived_groups.c.body).where(
            tuple_(archived_groups.c.month, archived_groups.c.id).in_([tuple(g) for g in groups])
        )
    ).scalars()
    for text in texts if groups else ():
        yield from _orders(bodies.unpacked(text), set(ids))


def _orders(body: bodies.Body, wanted: set[str]) -> Iterator[KeptOrder]:
    def rows(name: str) -> list[SimpleNamespace]:
        table = tables.metadata.tables[name]
        return [SimpleNamespace(**bodies.row_of(table, row)) for row in body.get(name, ())]

    lines, packed, boxes = rows("order_lines"), rows("parcel_lines"), rows("parcels")
    for order in rows("orders"):
        if order.id not in wanted:
            continue
        own = sorted((x for x in lines if x.order_id == order.id), key=lambda x: x.position)
        keys = {x.id for x in own}
        in_boxes = {x.parcel_id for x in packed if x.order_line_id in keys}
        kept = sorted((b for b in boxes if b.id in in_boxes), key=lambda b: b.id)
        yield KeptOrder(order, tuple(own), tuple(kept))
