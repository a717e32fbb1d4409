"""What is on the shelf now, for the programs of others: a row for each item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.services.workplace import Workplace
from app.store.tables import sku_barcodes, skus, stock_balances

NAMES = (
    "sku",
    "barcode",
    "name",
    "spec",
    "bin",
    "on_hand",
    "allocated",
    "available",
    "defective",
    "in_transit",
)
_AT_ONCE = 500


def levels(work: Workplace) -> Iterator[dict[str, Any]]:
    """Every item by its code, with the figures of that moment; the keys are ``NAMES``."""
    after = ""
    while True:
        query = (
            select(skus, stock_balances)
            .outerjoin(stock_balances, stock_balances.c.sku_id == skus.c.id)
            .where(skus.c.code > after)
            .order_by(skus.c.code)
            .limit(_AT_ONCE)
        )
        with work.db.read() as tx:
            found = tx.execute(query).all()
            codes: dict[str, list[str]] = defaultdict(list)
            for row in tx.execute(
                select(sku_barcodes)
                .where(sku_barcodes.c.sku_id.in_([r.id for r in found]))
                .order_by(sku_barcodes.c.barcode)
            ):
                codes[row.sku_id].append(row.barcode)
        for r in found:
            barcodes = codes[r.id]
            yield {
                "sku": r.code,
                "barcode": barcodes[0] if barcodes else "",
                "name": r.name,
                "spec": r.spec,
                "bin": r.bin,
                "on_hand": r.on_hand or 0,
                "allocated": r.allocated or 0,
                "available": r.available or 0,
                "defective": r.defective or 0,
                "in_transit": r.in_transit or 0,
            }
        if len(found) < _AT_ONCE:
            return
        after = found[-1].code
