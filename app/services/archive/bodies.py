"""Every row of some orders: read, put into words, and written again as it was.

What belongs to the shelf and to the accounts stays where it is: the ledger, serial numbers,
weights and freight bills. A bill's line remembers its waybill here, because its own link goes.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, or_, select, update

from app.store import tables
from app.store.tables import metadata
from app.store.types import UtcTime

Body = dict[str, list[dict[str, Any]]]

_STAY = frozenset(
    {"freight_lines", "serial_events", "stock_moves", "stock_serials", "weight_samples"}
)
_IDS_AT_ONCE = 400
_BILLS = "freight_lines"


class Group:
    """Orders that share parcels, with the keys of what belongs to them."""

    def __init__(self, tx: Connection, our_id: str) -> None:
        """All of them, found from one."""
        self.orders = {our_id}
        self.parcels: set[str] = set()
        size = (0, 0)
        while size != (len(self.orders), len(self.parcels)):
            size = (len(self.orders), len(self.parcels))
            self.parcels |= _parcels_of(tx, self.orders)
            self.orders |= _orders_of(tx, self.parcels)
        self._tx = tx

    @property
    def id(self) -> str:
        return min(self.orders, key=int)

    def keys(self) -> dict[str, set[str]]:
        """Keys by the name of the columns that point to them."""
        tx = self._tx
        lines = _keys(tx, tables.order_lines, tables.order_lines.c.order_id, self.orders)
        waybills = _keys(tx, tables.waybills, tables.waybills.c.parcel_id, self.parcels)
        in_boxes = _keys(tx, tables.parcel_lines, tables.parcel_lines.c.parcel_id, self.parcels)
        return {
            "order_id": self.orders,
            "order_line_id": lines,
            "parcel_id": self.parcels,
            "parcel_line_id": in_boxes,
            "waybill_id": waybills,
        }


def read(tx: Connection, group: Group) -> Body:
    """Every row of the group, by table, in the order in which they can be written again."""
    keys = group.keys()
    body: Body = {}
    for table in metadata.sorted_tables:
        where = _belongs(tx, table, group, keys)
        if where is not None:
            rows = tx.execute(select(table).where(where)).mappings().all()
            if rows:
                body[table.name] = [_told(table, row) for row in rows]
    bills = tx.execute(
        select(tables.freight_lines.c.id, tables.freight_lines.c.waybill_id).where(
            tables.freight_lines.c.waybill_id.in_(keys["waybill_id"])
        )
    ).all()
    if bills:
        body[_BILLS] = [{"id": r.id, "waybill_id": r.waybill_id} for r in bills]
    return body


def remove(tx: Connection, group: Group) -> None:
    """Delete every row that ``read`` has read."""
    keys = group.keys()
    found = [(t, _belongs(tx, t, group, keys)) for t in reversed(metadata.sorted_tables)]
    for table, where in found:  # all asked before the first is gone
        if where is not None:
            tx.execute(delete(table).where(where))


def write(tx: Connection, body: Body) -> None:
    """Write every row again."""
    for table in metadata.sorted_tables:
        if table.name == _BILLS:
            continue
        for row in body.get(table.name, ()):
            # What is empty is left out: a JSON column would keep the word "null".
            told = {k: v for k, v in _kept(table, row).items() if v is not None}
            tx.execute(insert(table).values(**told))
    for bill in body.get(_BILLS, ()):
        tx.execute(
            update(tables.freight_lines)
            .where(tables.freight_lines.c.id == bill["id"])
            .values(waybill_id=bill["waybill_id"])
        )


def packed(body: Body) -> str:
    """The body as text, about a quarter of its size."""
    plain = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b85encode(zlib.compress(plain, 6)).decode()


def unpacked(text: str) -> Body:
    """What was ``packed``."""
    body: Body = json.loads(zlib.decompress(base64.b85decode(text)))
    return body


def row_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a body with times as times, for whoever reads it."""
    return _kept(table, row)


def _belongs(
    tx: Connection, table: Table, group: Group, keys: Mapping[str, set[str]]
) -> ColumnElement[bool] | None:
    """Which rows of the table are the group's; ``None``: it has none."""
    if table.name in _STAY or table.name.startswith("archived_"):
        return None
    if table.name == "orders":
        return table.c.id.in_(group.orders)
    if table.name == "parcels":
        return table.c.id.in_(group.parcels)
    if table.name == "shipments":
        shipments = select(tables.parcels.c.shipment_id).where(
            tables.parcels.c.id.in_(group.parcels)
        )
        return table.c.id.in_(list(tx.execute(shipments).scalars()))
    found = [table.c[name].in_(ids) for name, ids in keys.items() if name in table.c]
    return or_(*found) if found else None


def _told(table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    told = {}
    for column in table.columns:
        if column.computed is None:
            value = row[column]
            told[column.name] = value.isoformat() if isinstance(value, datetime) else value
    return told


def _kept(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of later versions take their defaults, those of earlier ones are left out."""
    return {
        name: datetime.fromisoformat(value)
        if value is not None and isinstance(table.c[name].type, UtcTime)
        else value
        for name, value in row.items()
        if name in table.c
    }


def _parcels_of(tx: Connection, order_ids: Iterable[str]) -> set[str]:
    p, pl, ol = tables.parcels, tables.parcel_lines, tables.order_lines
    direct = set(
        tx.execute(
            select(pl.c.parcel_id)
            .join(ol, ol.c.id == pl.c.order_line_id)
            .where(ol.c.order_id.in_(list(order_ids)))
        ).scalars()
    )
    boxes = select(p.c.shipment_id).where(p.c.id.in_(direct))
    return direct | set(tx.execute(select(p.c.id).where(p.c.shipment_id.in_(boxes))).scalars())


def _orders_of(tx: Connection, parcel_ids: Iterable[str]) -> set[str]:
    pl, ol = tables.parcel_lines, tables.order_lines
    return set(
        tx.execute(
            select(ol.c.order_id)
            .join(pl, pl.c.order_line_id == ol.c.id)
            .where(pl.c.parcel_id.in_(list(parcel_ids)))
        ).scalars()
    )


def _keys(tx: Connection, table: Table, column: Any, of: Iterable[str]) -> set[str]:
    ids: Sequence[str] = list(of)
    found: set[str] = set()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        chunk = ids[start : start + _IDS_AT_ONCE]
        found |= set(tx.execute(select(table.c.id).where(column.in_(chunk))).scalars())
    return found
