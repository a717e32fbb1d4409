"""How many pieces of an order are still to leave, by our books and by the shop's."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from app.domain.orders import LineSnapshot, OrderSnapshot
from app.domain.states import ParcelState
from app.services.telling import report_rows
from app.services.telling import sent_elsewhere as by_others
from app.store.tables import parcel_lines, parcels

if TYPE_CHECKING:
    from app.services.telling.report_rows import Goods

LEFT_STATES = frozenset({ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED})


def sent_elsewhere(tx: Connection, our_id: str, order: OrderSnapshot) -> Counter[Goods]:
    """Pieces that the shop counts as sent and that none of our messages reported.

    Counted by listing: where one listing lies in several parcels, the first reports all of it, and
    the shop then counts pieces as sent that are still on the shelf. Pieces that somebody entered at
    the shop under the number of a box that waits here are that box's own.
    """
    sent: Counter[Goods] = Counter()
    for line in order.lines:
        sent[line.product_id, line.sku_id] += line.shipped_quantity
    for report in report_rows.told(tx, our_id):
        sent.subtract({(p, s): int(n) for p, s, n in report["lines"]})
    sent.subtract(by_others.under_waiting_numbers(tx, our_id, order))
    return +sent


def gone(tx: Connection, order_line_id: str) -> int:
    """Pieces of the line that have left the bench; an exchange is no part of what was bought."""
    pieces: int | None = tx.execute(
        select(func.sum(parcel_lines.c.listing_quantity))
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(
            parcel_lines.c.order_line_id == order_line_id,
            parcels.c.state.in_(LEFT_STATES),
            parcels.c.after_sale_id.is_(None),
        )
    ).scalar()
    return int(pieces or 0)


def still_to_leave(
    tx: Connection, order_line_id: str, line: LineSnapshot, elsewhere: Counter[Goods]
) -> int:
    """Pieces of the line for parcels that are still here. Takes its part of ``elsewhere``."""
    if line.dropship:
        return 0
    left = max(0, line.quantity - line.refunded_quantity - gone(tx, order_line_id))
    taken = min(left, elsewhere[line.product_id, line.sku_id])
    elsewhere[line.product_id, line.sku_id] -= taken
    return left - taken
