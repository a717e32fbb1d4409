"""One item as its card shows it: codes, places, figures, forecast, who holds it, latest moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.domain.states import MoveKind
from app.services.stock import shortages
from app.services.stock.bins import SpotRow
from app.services.stock.moves import MoveRow, moves
from app.services.stock.shortages import Shortage
from app.services.stock.stock_detail import stock_detail
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, parcel_lines

_LOOK_AT = 60  # moves; those from bin to bin change no figure and are left out
_SHOWN = 10
_QUIET = {MoveKind.TRANSFER, MoveKind.PICK, MoveKind.PUT_BACK}


@dataclass(frozen=True, slots=True)
class ItemCard:
    """In pieces. ``orders``: the shop's order id by parcel, of the moves that are shown.

    ``sells_out_at`` at the pace of the last weeks; ``to_order``: so many should be ordered now;
    ``shortage`` only where orders wait.
    """

    sku_id: str
    sku: str
    name: str
    spec: str
    picture: str
    barcodes: tuple[str, ...]
    home: str
    spots: tuple[SpotRow, ...]
    on_hand: int
    allocated: int
    available: int
    defective: int
    in_transit: int
    presale: int
    safety: int
    lead_days: int
    day_rate: int
    sells_out_at: datetime | None
    to_order: int
    shortage: Shortage | None
    moves: tuple[MoveRow, ...]
    orders: Mapping[str, str]


def item_card(work: Workplace, sku: str) -> ItemCard:
    """Everything about the item. Raises ``UserError``: ``no_such_sku``, ``several_items``."""
    found = stock_detail(work, sku)
    item = found.goods
    told = [m for m in found.moves if m.kind not in _QUIET]
    if len(told) < _SHOWN <= len(found.moves):
        told = [m for m in moves(work, item.sku, _LOOK_AT) if m.kind not in _QUIET]
    told = told[:_SHOWN]
    short = shortages.shortages(work, [item.sku])[0]
    with work.db.read() as tx:
        numbers = order_ids(tx, [m.parcel for m in told if m.parcel])
    return ItemCard(
        sku_id=item.sku_id,
        sku=item.sku,
        name=item.name,
        spec=item.spec,
        picture=item.picture,
        barcodes=tuple(item.barcodes),
        home=item.bin,
        spots=tuple(s for s in found.spots if s.quantity),
        on_hand=found.on_hand,
        allocated=found.allocated,
        available=found.available,
        defective=found.defective,
        in_transit=found.in_transit,
        presale=found.presale,
        safety=item.safety,
        lead_days=item.lead_days,
        day_rate=item.day_rate,
        sells_out_at=found.forecast.sells_out_at,
        to_order=found.order.quantity if found.order is not None else 0,
        shortage=short if short.missing else None,
        moves=tuple(told),
        orders=numbers,
    )


def order_ids(tx: Connection, parcel_ids: Sequence[str]) -> dict[str, str]:
    """The shop's order id by parcel; of a merged parcel one of them."""
    if not parcel_ids:
        return {}
    rows = tx.execute(
        select(parcel_lines.c.parcel_id, orders.c.order_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(set(parcel_ids)))
        .distinct()
        .order_by(orders.c.order_id)
    )
    return {row.parcel_id: row.order_id for row in rows}
