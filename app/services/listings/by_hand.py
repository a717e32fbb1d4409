"""A person says what a listing is."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.text import T
from app.services import records
from app.services.stock import remapping
from app.services.workplace import Workplace
from app.store.tables import listings


def shop_of(work: Workplace, product_id: str, sku_id: str = "", shop: str = "") -> str:
    """The one shop that sells this product (or variant of it).

    Raises ``UserError``: ``no_such_listing``, or ``which_shop`` when several shops do.
    """
    query = select(listings.c.shop_id).where(listings.c.product_id == product_id).distinct()
    if sku_id:
        query = query.where(listings.c.sku_id == sku_id)
    if shop:
        query = query.where(listings.c.shop_id == shop)
    with work.db.read() as tx:
        found = tx.execute(query.order_by(listings.c.shop_id).limit(2)).scalars().all()
    ref = f"{product_id}/{sku_id}" if sku_id else product_id
    if not found:
        raise UserError(
            "no_such_listing",
            T("No shop is known to sell {listing}.", listing=ref),
            T("Fetch the shop's products again: listings pull"),
            ref=ref,
        )
    if len(found) > 1:
        raise UserError(
            "which_shop",
            T("Several shops sell {listing}.", listing=ref),
            T("Say which one with --shop."),
            ref=ref,
        )
    return str(found[0])


def map_listing(
    work: Workplace, product_id: str, sku_id: str, sku: str, *, times: int = 1, shop: str = ""
) -> int:
    """Say that one piece of the listing is ``times`` pieces of ``sku`` (its code or bar code).

    Returns how many waiting order lines follow. Raises ``UserError``: unknown listing or SKU.
    """
    shop_id = shop_of(work, product_id, sku_id, shop)
    done = remapping.map_listing(work, shop_id, product_id, sku_id, sku, times)
    with work.db.write() as tx:
        detail = {"shop": shop_id, "product": product_id, "variant": sku_id}
        records.note(tx, work, "listing_mapped", detail={**detail, "sku": sku, "times": times})
    work.changed("listings")
    return done
