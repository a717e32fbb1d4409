"""Making the shelf out of the shop: a SKU for each listing that has a code, and its bar code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select, update

from app.domain.listings import ListingStatus
from app.services import records
from app.services.listings.suggestions import ambiguous_codes
from app.services.stock import ledger, making, mapping, remapping
from app.services.workplace import Workplace
from app.store.tables import listings, sku_barcodes, skus

LONGEST_CODE = 64
LONGEST_NAME = 256
_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Created:
    """What came of one listing: ``new``, ``no_code``, ``code_too_long`` or ``ambiguous``."""

    shop: str
    product_id: str
    sku_id: str
    title: str
    spec: str
    sku: str
    result: str


@dataclass(frozen=True, slots=True)
class Copied:
    """A bar code that our SKU now has too."""

    sku: str
    barcode: str


def create_skus(work: Workplace, *, shop: str = "", dry_run: bool = False) -> list[Created]:
    """A SKU for every listing that nothing maps yet and that has a code; nothing is counted in.

    Listings with the same code and title share one SKU. The same code under different titles is
    reported and left for a person.
    """
    found: list[Created] = []
    after = ""
    while True:
        with work.db.write() as tx:
            rows = tx.execute(
                select(listings)
                .where(listings.c.id > after, listings.c.status != ListingStatus.GONE)
                .where(mapping.resolved_sku().is_(None))
                .where(listings.c.shop_id == shop if shop else listings.c.shop_id != "")
                .order_by(listings.c.id)
                .limit(_CHUNK)
            ).all()
            if not rows:
                break
            after = rows[-1].id
            doubtful = ambiguous_codes(tx, {r.sku_code for r in rows if r.sku_code})
            for row in rows:
                result = _result(row.sku_code, doubtful)
                if result == "new" and not dry_run:
                    _create(tx, work, row)
                found.append(
                    Created(
                        row.shop_id,
                        row.product_id,
                        row.sku_id,
                        row.title,
                        row.spec,
                        row.sku_code if result == "new" else "",
                        result,
                    )
                )
            made = sum(c.result == "new" for c in found[-len(rows) :])
            if made and not dry_run:
                records.note(tx, work, "skus_created", detail={"listings": made})
    if not dry_run and any(c.result == "new" for c in found):
        remapping.remap_open_orders(work)
        work.changed("listings", "stock")
    return found


def copy_barcodes(work: Workplace, *, shop: str = "", dry_run: bool = False) -> list[Copied]:
    """Give SKUs without any bar code the one that the shop has on file for their listing.

    Only where one piece of the listing is one piece of the SKU, and the bar code is nobody else's.
    """
    found: list[Copied] = []
    after = ""
    while True:
        with work.db.write() as tx:
            sku = mapping.resolved_sku()
            rows = tx.execute(
                select(listings.c.id, listings.c.barcode, skus.c.id.label("sku"), skus.c.code)
                .select_from(listings)
                .join(skus, skus.c.id == sku)
                .where(listings.c.id > after, listings.c.barcode != "", listings.c.factor == 1)
                .where(listings.c.status != ListingStatus.GONE)
                .where(listings.c.shop_id == shop if shop else listings.c.shop_id != "")
                .where(~exists().where(sku_barcodes.c.sku_id == skus.c.id))
                .order_by(listings.c.id)
                .limit(_CHUNK)
            ).all()
            if not rows:
                break
            after = rows[-1].id
            taken: set[str] = set()
            for row in rows:
                if row.sku in taken or not _is_its_own(tx, row.barcode, row.sku):
                    continue
                taken.add(row.sku)
                found.append(Copied(row.code, row.barcode))
                if not dry_run:
                    making.add_barcode(tx, row.sku, row.barcode)
    if found and not dry_run:
        remapping.remap_open_orders(work)
        work.changed("stock")
    return found


def _is_its_own(tx: Connection, barcode: str, sku_id: str) -> bool:
    """Whether neither another SKU has this bar code, nor a listing of another SKU."""
    owner = tx.execute(
        select(sku_barcodes.c.sku_id).where(sku_barcodes.c.barcode == barcode).limit(1)
    ).scalar()
    if owner is not None:
        return False
    named = tx.execute(
        select(func.count(mapping.resolved_sku().distinct())).where(
            listings.c.barcode == barcode,
            listings.c.status != ListingStatus.GONE,
            mapping.resolved_sku() != sku_id,
        )
    ).scalar_one()
    return named == 0


def _result(code: str, doubtful: set[str]) -> str:
    if not code:
        return "no_code"
    if len(code) > LONGEST_CODE:
        return "code_too_long"
    return "ambiguous" if code in doubtful else "new"


def _create(tx: Connection, work: Workplace, row: Any) -> None:
    sku_id = mapping.sku_by_code(tx, row.sku_code)  # another listing of the same goods made it
    if sku_id is None:
        name = row.title[:LONGEST_NAME] or row.sku_code
        sku_id = making.new_sku(
            tx, work, row.sku_code, name, {"name": name, "spec": row.spec[:LONGEST_NAME]}
        )
        ledger.ensure_balance(tx, sku_id)
        if row.barcode and mapping.sku_by_barcode(tx, row.barcode) is None:
            making.add_barcode(tx, sku_id, row.barcode)
    tx.execute(
        update(listings)
        .where(listings.c.id == row.id, listings.c.mapped_sku_id.is_(None))
        .values(mapped_sku_id=sku_id, factor=1)
    )
