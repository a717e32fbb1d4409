"""Making SKUs, and giving them their bar codes: the rows, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import products, sku_barcodes, skus


def product_named(tx: Connection, work: Workplace, name: str) -> str:
    """The id of the product called ``name``; made when there is none."""
    known = tx.execute(select(products.c.id).where(products.c.name == name).limit(1)).scalar()
    if known is not None:
        return str(known)
    made = work.key()
    tx.execute(insert(products).values(id=made, name=name, created_at=work.now()))
    return made


def new_sku(
    tx: Connection, work: Workplace, code: str, product: str, values: Mapping[str, Any]
) -> str:
    """Make a SKU of the product called ``product``; ``values`` are its other columns.

    Another bench may have made it just now: then it is that one.
    """
    product_id = product_named(tx, work, product or code)
    sku_id = work.key()
    made = insert(skus).values(
        id=sku_id, product_id=product_id, code=code, created_at=work.now(), **values
    )
    if insert_if_new(tx, made):
        return sku_id
    return str(tx.execute(select(skus.c.id).where(skus.c.code == code)).scalar_one())


def add_barcode(tx: Connection, sku_id: str, barcode: str) -> bool:
    """Give the SKU a bar code, whoever else has it too; whether that is new."""
    if not barcode:
        return False
    known = tx.execute(
        select(sku_barcodes.c.barcode).where(
            sku_barcodes.c.barcode == barcode, sku_barcodes.c.sku_id == sku_id
        )
    ).scalar()
    return known is None and insert_if_new(
        tx, insert(sku_barcodes).values(barcode=barcode, sku_id=sku_id)
    )
