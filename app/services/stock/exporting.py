"""Goods and stock as rows that ``importing`` reads back, and finds all the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.domain.bins import walking_key
from app.services.stock import spots
from app.services.workplace import Workplace
from app.store.tables import products, sku_barcodes, skus, stock_batches, stock_spots

_CHUNK = 500
Cells = dict[str, str | int]


def stock_rows(work: Workplace, search: str = "") -> Iterator[Cells]:
    """The columns of ``app.spreadsheets.STOCK_COLUMNS``: a row for each place of each SKU.

    A SKU with nothing on the shelf has one row. Read in pieces, by code: what changes meanwhile
    may be in or not.
    """
    after = ""
    while True:
        with work.db.read() as tx:
            query = (
                select(skus, products.c.name.label("product"))
                .join(products, products.c.id == skus.c.product_id)
                .where(skus.c.code > after)
                .order_by(skus.c.code)
                .limit(_CHUNK)
            )
            if search:
                query = query.where(
                    skus.c.code.contains(search, autoescape=True)
                    | skus.c.name.contains(search, autoescape=True)
                )
            rows = tx.execute(query).all()
            if not rows:
                return
            ids = [row.id for row in rows]
            barcodes, places = _barcodes(tx, ids), _places(tx, ids)
        after = rows[-1].code
        for row in rows:
            details = _details(row, barcodes[row.id])
            for bin_name, batch, expires, quantity in _in_order(row.bin, places[row.id]):
                yield {
                    **details,
                    "bin": bin_name,
                    "batch": batch,
                    "expires": expires,
                    "quantity": quantity if quantity >= 0 else "",  # import counts up only
                }


Place = tuple[str, str, str, int]  # bin, batch, its last day, pieces


def _in_order(home: str, held: Sequence[Place]) -> list[Place]:
    """The home bin first, even when nothing is there: import takes it from the first row."""
    places = sorted(held, key=lambda p: (p[0] != home, walking_key(p[0]), p[2], p[1]))
    if not places or places[0][0] != home:
        places.insert(0, (home, "", "", 0))
    return places


def _details(row: Any, barcodes: Sequence[str]) -> Cells:
    return {
        "sku": row.code,
        "barcode": barcodes[0] if barcodes else "",
        "barcodes": "|".join(barcodes[1:]),
        "product": row.product,
        "name": row.name,
        "spec": row.spec,
        "short_name": row.short_name,
        "kind": row.kind,
        "weight_g": row.weight_g or "",
        "length_mm": row.length_mm or "",
        "width_mm": row.width_mm or "",
        "height_mm": row.height_mm or "",
        "safety": row.safety_quantity,
        "lead_days": row.lead_days,
        "pack_quantity": row.pack_quantity,
        "keep_days": row.keep_days,
        "batch_tracked": int(row.batch_tracked),
        "serial_tracked": int(row.serial_tracked),
        "picture": row.picture,
        "note": row.note,
        "active": int(row.active),
    }


def _barcodes(tx: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in tx.execute(
        select(sku_barcodes)
        .where(sku_barcodes.c.sku_id.in_(ids))
        .order_by(sku_barcodes.c.sku_id, sku_barcodes.c.barcode)
    ):
        found[row.sku_id].append(row.barcode)
    return found


def _places(tx: Connection, ids: Sequence[str]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for row in tx.execute(
        select(stock_spots, stock_batches.c.code, stock_batches.c.expires_on)
        .outerjoin(stock_batches, stock_batches.c.id == stock_spots.c.batch_id)
        .where(
            stock_spots.c.sku_id.in_(ids),
            stock_spots.c.quantity != 0,
            stock_spots.c.bin != spots.PICKED,
        )
    ):
        found[row.sku_id].append((row.bin, row.code or "", row.expires_on or "", row.quantity))
    return found
