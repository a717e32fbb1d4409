"""From what the shop sells to what the shelf holds: by mapping, else code, else bar code."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, insert, select, update

from app.domain.orders import LineSnapshot
from app.domain.states import SkuKind
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import listings, sku_barcodes, skus

_SOLD = skus.c.kind != SkuKind.PACKING


@dataclass(frozen=True, slots=True)
class Mapped:
    """``factor`` pieces of the SKU are one piece of the listing."""

    sku_id: str
    factor: int


def resolve(tx: Connection, work: Workplace, shop_id: str, line: LineSnapshot) -> Mapped | None:
    """The SKU of an order line; remembers the listing so that it can be mapped by hand."""
    row = tx.execute(
        select(listings).where(
            listings.c.shop_id == shop_id,
            listings.c.product_id == line.product_id,
            listings.c.sku_id == line.sku_id,
        )
    ).one_or_none()
    if row is None:
        insert_if_new(
            tx,
            insert(listings).values(
                id=work.key(),
                shop_id=shop_id,
                product_id=line.product_id,
                sku_id=line.sku_id,
                title=line.title,
                spec=line.spec,
                presale=line.presale,
            ),
        )
    elif row.presale != line.presale:
        tx.execute(update(listings).where(listings.c.id == row.id).values(presale=line.presale))
    return lookup(tx, shop_id, line.product_id, line.sku_id, line.sku_code, line.barcode)


def lookup(
    tx: Connection, shop_id: str, product_id: str, sku_id: str, sku_code: str, barcode: str
) -> Mapped | None:
    """What a listing is: said by hand, else found by exact code, else by bar code."""
    row = tx.execute(
        select(
            listings.c.mapped_sku_id,
            listings.c.factor,
            listings.c.sku_code,
            listings.c.barcode,
        ).where(
            listings.c.shop_id == shop_id,
            listings.c.product_id == product_id,
            listings.c.sku_id == sku_id,
        )
    ).one_or_none()
    if row is not None and row.mapped_sku_id is not None:
        return Mapped(row.mapped_sku_id, row.factor)
    # What the order says first; what the shop's goods said when they were pulled after it.
    codes = [sku_code] if row is None else [sku_code, row.sku_code]
    barcodes = [barcode, sku_code] if row is None else [barcode, row.barcode, sku_code]
    found = next((f for f in (sku_by_code(tx, c) for c in codes) if f), None)
    found = found or next((f for f in (sku_by_barcode(tx, b) for b in barcodes) if f), None)
    return Mapped(found, 1) if found else None


def resolved_sku() -> ColumnElement[str | None]:
    """What each row of ``listings`` is, for a query: the same order of proof as ``lookup``."""
    return func.coalesce(listings.c.mapped_sku_id, sku_of_code(), sku_of_barcode())


def sku_of_code() -> ScalarSelect[str]:
    """The SKU that has the code of a row of ``listings``, for a query."""
    return (
        select(skus.c.id)
        .where(skus.c.code == listings.c.sku_code, listings.c.sku_code != "", _SOLD)
        .correlate(listings)
        .scalar_subquery()
    )


def sku_of_barcode() -> ColumnElement[str | None]:
    """The one SKU that has the bar code of a row of ``listings``, for a query."""

    def by(code: ColumnElement[str]) -> ScalarSelect[str]:
        return (
            select(func.min(sku_barcodes.c.sku_id))
            .join(skus, skus.c.id == sku_barcodes.c.sku_id)
            .where(sku_barcodes.c.barcode == code, code != "", _SOLD)
            .correlate(listings)
            .having(func.count() == 1)
            .scalar_subquery()
        )

    return func.coalesce(by(listings.c.barcode), by(listings.c.sku_code))


def sku_by_code(tx: Connection, code: str) -> str | None:
    """The SKU with exactly this code, unless it is packing material: that is never sold."""
    if not code:
        return None
    return tx.execute(select(skus.c.id).where(skus.c.code == code, _SOLD)).scalar()


def sku_by_barcode(tx: Connection, barcode: str) -> str | None:
    """The one SKU with this bar code; a code shared by several SKUs decides nothing."""
    if not barcode:
        return None
    found = (
        tx.execute(
            select(sku_barcodes.c.sku_id)
            .join(skus, skus.c.id == sku_barcodes.c.sku_id)
            .where(sku_barcodes.c.barcode == barcode, _SOLD)
            .limit(2)
        )
        .scalars()
        .all()
    )
    return found[0] if len(found) == 1 else None


def map_listing(
    tx: Connection,
    work: Workplace,
    shop_id: str,
    product_id: str,
    sku_id: str,
    mapped_sku_id: str,
    factor: int,
) -> None:
    """Say what a listing is; a listing not seen yet is remembered."""
    said = {"mapped_sku_id": mapped_sku_id, "factor": factor}
    key = {"shop_id": shop_id, "product_id": product_id, "sku_id": sku_id}
    mine = update(listings).where(*(listings.c[name] == value for name, value in key.items()))
    if tx.execute(mine.values(**said)).rowcount == 0 and not insert_if_new(
        tx, insert(listings).values(id=work.key(), **key, **said)
    ):
        tx.execute(mine.values(**said))
