"""Gifts go where the goods of their order go."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from app.services.stock import line_parts
from app.store.tables import order_lines, parcel_lines


def lines_of(tx: Connection, parcel_id: str, order_ids: Collection[str]) -> list[str]:
    """Ids of the lines that we put into the parcel as gifts for these orders."""
    return list(
        tx.execute(
            select(parcel_lines.c.id)
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .where(
                parcel_lines.c.parcel_id == parcel_id,
                parcel_lines.c.gift_rule_id != "",
                order_lines.c.order_id.in_(list(order_ids)),
            )
            .order_by(parcel_lines.c.id)
        ).scalars()
    )


def follow(tx: Connection, order_id: str, source: str, target: str) -> None:
    """A gift goes along with the last goods of its order, reserved as it is."""
    stays = tx.execute(
        select(parcel_lines.c.id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .where(
            parcel_lines.c.parcel_id == source,
            parcel_lines.c.listing_quantity > 0,
            order_lines.c.order_id == order_id,
        )
        .limit(1)
    ).first()
    if stays is not None:
        return
    for line_id in lines_of(tx, source, [order_id]):
        line_parts.forget_scans_of(tx, line_id)
        tx.execute(
            update(parcel_lines).where(parcel_lines.c.id == line_id).values(parcel_id=target)
        )
