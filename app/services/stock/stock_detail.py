"""One item beside the stock list: the equation, how long it lasts, where it lies, what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.domain.days import china_day
from app.domain.replenishment import (
    MONTH,
    Figures,
    Order,
    days_left,
    sells_out_at,
    to_order,
)
from app.services.stock import bins, goods, look_alikes, owed, sales
from app.services.stock.bins import SpotRow
from app.services.stock.finding import find_sku
from app.services.stock.goods import Goods
from app.services.stock.look_alikes import Hint
from app.services.stock.moves import MoveRow, moves
from app.services.workplace import Workplace
from app.store.tables import stock_balances

MOVES = 20


@dataclass(frozen=True, slots=True)
class Forecast:
    """By what was sold. ``per_day`` in pieces; ``None`` and 0: nothing sells. ``few_data``: it has
    been here too short a time, or sold too little, to go by."""

    per_day: float
    days_left: float | None
    sells_out_at: datetime | None
    sold_week: int
    sold_month: int
    few_data: bool


@dataclass(frozen=True, slots=True)
class StockDetail:
    """on hand − allocated = available, in pieces. ``missing``: wanted beyond that. ``days``: day
    and pieces sold, a month of closed days, and ``today``."""

    goods: Goods
    on_hand: int
    allocated: int
    available: int
    defective: int
    in_transit: int
    presale: int
    missing: int
    forecast: Forecast
    order: Order | None
    days: tuple[tuple[str, int], ...]
    today: int
    moves: tuple[MoveRow, ...]
    spots: tuple[SpotRow, ...]
    look_alikes: tuple[Hint, ...]


def stock_detail(work: Workplace, sku: str) -> StockDetail:
    """Everything about one item. Raises ``UserError``: ``no_such_sku``, ``several_items``."""
    now, today = work.now(), china_day(work.now())
    with work.db.read() as tx:
        sku_id = find_sku(tx, sku)
        item = goods.read(tx, sku_id)
        row = tx.execute(
            select(stock_balances).where(stock_balances.c.sku_id == sku_id)
        ).one_or_none()
        wanted = owed.short_of(tx).get(sku_id, 0)
        waits = wanted + owed.in_advance(tx).get(sku_id, 0)
        days = sales.by_day(tx, sku_id, today)
        until_now = sales.history(tx, [sku_id], today)[sku_id][-1]
        alike = look_alikes.hints_of(tx, [sku_id]).get(sku_id, ())
    available = row.available if row else 0
    month = sum(n for day, n in days if day >= (today - timedelta(days=MONTH)).isoformat())
    figures = Figures(
        available,
        row.in_transit if row else 0,
        waits,
        item.safety,
        item.lead_days,
        item.pack_quantity,
        item.day_rate,
        month,
        sales.days_known(item.created_at, today),
    )
    missing = max(0, wanted - max(0, available))
    return StockDetail(
        goods=item,
        on_hand=row.on_hand if row else 0,
        allocated=row.allocated if row else 0,
        available=available,
        defective=row.defective if row else 0,
        in_transit=figures.in_transit,
        presale=row.presale if row else 0,
        missing=missing,
        forecast=Forecast(
            item.day_rate / 1000,
            0.0 if missing else days_left(available, item.day_rate),
            now if missing else sells_out_at(now, available, item.day_rate),
            item.sold_week,
            month,
            figures.few_data,
        ),
        order=to_order(figures) if item.active and item.kind != "bundle" else None,
        days=tuple(days),
        today=until_now,
        moves=tuple(moves(work, item.sku, MOVES)),
        spots=tuple(bins.of_sku(work, item.sku)),
        look_alikes=tuple(alike),
    )
