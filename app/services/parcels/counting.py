"""What was counted of a parcel's lines, as the bench's rows: wholes, and loose parts of bundles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.packing import Item, Line, Part
from app.services.stock import composition
from app.store.tables import order_lines, parcel_line_parts, parcel_lines, skus


def item(row: Any) -> Item:
    """A row of ``skus`` as the bench knows it."""
    return Item(
        sku_id=row.id,
        code=row.code,
        name=row.name,
        spec=row.spec,
        product_id=row.product_id,
        bin=row.bin,
        picture=row.picture,
        weight_g=row.weight_g,
    )


def lines(tx: Connection, parcel_id: str) -> tuple[Line, ...]:
    """What the parcel holds, in the order of its bins, and what of it was scanned."""
    rows = tx.execute(
        select(
            parcel_lines.c.id.label("line_id"),
            parcel_lines.c.quantity,
            parcel_lines.c.scanned,
            (order_lines.c.is_free_gift | (parcel_lines.c.gift_rule_id != "")).label("gift"),
            composition.weight_g().label("goods_weight_g"),
            skus,
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(skus, skus.c.id == parcel_lines.c.sku_id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.quantity > 0)
        .order_by(skus.c.bin, parcel_lines.c.id)
    ).all()
    parts = _parts(tx, [row.line_id for row in rows])
    return tuple(
        Line(
            row.line_id,
            replace(item(row), weight_g=row.goods_weight_g),
            row.quantity,
            row.scanned,
            gift=bool(row.gift),
            parts=parts.get(row.line_id, ()),
        )
        for row in rows
    )


def _parts(tx: Connection, line_ids: Sequence[str]) -> dict[str, tuple[Part, ...]]:
    """By line: the parts of its bundle, and how many lie loose. Lines of no bundle are left out."""
    found: dict[str, list[Part]] = defaultdict(list)
    for row in tx.execute(
        select(
            parcel_line_parts.c.parcel_line_id,
            parcel_line_parts.c.each,
            parcel_line_parts.c.scanned,
            skus,
        )
        .join(skus, skus.c.id == parcel_line_parts.c.sku_id)
        .where(parcel_line_parts.c.parcel_line_id.in_(line_ids))
        .order_by(skus.c.bin, skus.c.code)
    ):
        found[row.parcel_line_id].append(Part(item(row), row.each, row.scanned))
    return {line: tuple(mine) for line, mine in found.items()}


def write(tx: Connection, line: Line) -> None:
    """Write down what is counted of the line; the caller holds the parcel's lock."""
    tx.execute(
        update(parcel_lines).where(parcel_lines.c.id == line.line_id).values(scanned=line.have)
    )
    for part in line.parts:
        tx.execute(
            update(parcel_line_parts)
            .where(
                parcel_line_parts.c.parcel_line_id == line.line_id,
                parcel_line_parts.c.sku_id == part.item.sku_id,
            )
            .values(scanned=part.have)
        )
