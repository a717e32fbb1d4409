"""The whole stock list. What is done to the stock has modules of its own beside this."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.services.stock.adjusting import adjust
from app.services.stock.finding import find_sku
from app.services.stock.going_on import let_go_on
from app.services.stock.importing import ImportRow, import_rows
from app.services.stock.making import add_barcode, new_sku
from app.services.stock.moves import moves
from app.services.stock.receiving import receive
from app.services.workplace import Workplace
from app.store.tables import skus, stock_balances

__all__ = [
    "ImportRow",
    "StockRow",
    "add_barcode",
    "adjust",
    "find_sku",
    "import_rows",
    "let_go_on",
    "list_stock",
    "moves",
    "new_sku",
    "receive",
]


@dataclass(frozen=True, slots=True)
class StockRow:
    """A SKU with its figures, in pieces."""

    sku: str
    name: str
    spec: str
    bin: str
    on_hand: int
    allocated: int
    available: int
    safety: int = 0
    picture: str = ""
    presale: int = 0  # of the allocated ones: set aside for presale orders


def list_stock(work: Workplace, search: str = "") -> list[StockRow]:
    """Every SKU with its balance, by bin."""
    query = (
        select(
            skus,
            stock_balances.c.on_hand,
            stock_balances.c.allocated,
            stock_balances.c.presale,
        )
        .outerjoin(stock_balances, stock_balances.c.sku_id == skus.c.id)
        .order_by(skus.c.bin, skus.c.code)
    )
    if search:
        like = f"%{search}%"
        query = query.where(skus.c.code.like(like) | skus.c.name.like(like))
    with work.db.read() as tx:
        rows = tx.execute(query).all()
    return [
        StockRow(
            r.code,
            r.name,
            r.spec,
            r.bin,
            r.on_hand or 0,
            r.allocated or 0,
            (r.on_hand or 0) - (r.allocated or 0),
            r.safety_quantity,
            r.picture,
            r.presale or 0,
        )
        for r in rows
    ]
