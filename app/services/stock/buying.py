"""What to order: by the safety mark, what sells, how long it takes to come, and who waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.domain.days import china_day
from app.domain.replenishment import MONTH, Figures, days_left, sells_out_at, to_order
from app.domain.states import SkuKind
from app.domain.text import Text
from app.services.stock import owed, sales
from app.services.workplace import Workplace
from app.store.tables import products, skus, stock_balances


@dataclass(frozen=True, slots=True)
class BuyRow:
    """An item to be ordered, in pieces. ``owed``: wanted by orders that could not reserve it."""

    sku: str
    name: str
    spec: str
    product: str
    quantity: int
    packs: int
    pack_quantity: int
    available: int
    in_transit: int
    owed: int
    safety: int
    lead_days: int
    sold_week: int
    days_left: float | None
    sells_out_at: datetime | None
    few_data: bool
    reason: Text


def to_buy(work: Workplace) -> list[BuyRow]:
    """Every item in use that should be ordered now, what runs out first in front.

    Bundles are ordered as their parts. Sales are those of closed days; ``sales.roll_up`` first.
    """
    today = china_day(work.now())
    with work.db.read() as tx:
        short, advance = owed.short_of(tx), owed.in_advance(tx)
        month = sales.sold_since(tx, today - timedelta(days=MONTH), today)
        rows = tx.execute(
            select(
                skus,
                stock_balances.c.available,
                stock_balances.c.in_transit,
                products.c.name.label("product"),
            )
            .join(products, products.c.id == skus.c.product_id)
            .outerjoin(stock_balances, stock_balances.c.sku_id == skus.c.id)
            .where(skus.c.active, skus.c.kind != SkuKind.BUNDLE)
            .order_by(skus.c.code)
        ).all()
    found = []
    for row in rows:
        waits = short.get(row.id, 0) + advance.get(row.id, 0)
        figures = Figures(
            row.available or 0,
            row.in_transit or 0,
            waits,
            row.safety_quantity,
            row.lead_days,
            row.pack_quantity,
            row.day_rate,
            month.get(row.id, 0),
            sales.days_known(row.created_at, today),
        )
        line = _row(row, figures, work.now())
        if line is not None:
            found.append(line)
    return sorted(found, key=lambda r: (r.days_left is None, r.days_left or 0.0, r.sku))


def _row(row: Any, f: Figures, now: datetime) -> BuyRow | None:
    order = to_order(f)
    if order is None:
        return None
    return BuyRow(
        sku=row.code,
        name=row.name,
        spec=row.spec,
        product=row.product,
        quantity=order.quantity,
        packs=order.quantity // max(1, f.pack_quantity),
        pack_quantity=f.pack_quantity,
        available=f.available,
        in_transit=f.in_transit,
        owed=f.owed,
        safety=f.safety,
        lead_days=f.lead_days,
        sold_week=row.sold_week,
        days_left=days_left(f.available, f.rate),
        sells_out_at=sells_out_at(now, f.available, f.rate),
        few_data=f.few_data,
        reason=order.reason,
    )
