"""When a listing is mapped later: the waiting order lines follow."""

from __future__ import annotations

from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.states import HoldCode, SkuKind
from app.domain.text import T
from app.services import records
from app.services.orders import holding
from app.services.parcels import checking, gift_lines, weighing
from app.services.stock import mapping
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, parcel_lines, parcels, skus


def map_listing(
    work: Workplace, shop_id: str, product_id: str, sku_id: str, sku: str, factor: int = 1
) -> int:
    """Say that a listing is ``factor`` pieces of ``sku``; returns how many order lines follow."""
    from app.services.stock.finding import find_sku

    with work.db.write() as tx:
        mapped = find_sku(tx, sku)
        kind = tx.execute(select(skus.c.kind).where(skus.c.id == mapped)).scalar_one()
        if kind == SkuKind.PACKING:
            raise UserError(
                "packing_not_sold",
                T("{sku} is packing material: no shop sells it.", sku=sku),
                T("Choose an item, or make it one: goods set --kind good"),
                ref=sku,
            )
        mapping.map_listing(tx, work, shop_id, product_id, sku_id, mapped, factor)
    return remap_open_orders(work)


def remap_open_orders(work: Workplace) -> int:
    """Resolve the lines that have no SKU yet; returns how many now have one."""
    with work.db.read() as tx:
        waiting = tx.execute(
            select(
                order_lines.c.id,
                order_lines.c.product_id,
                order_lines.c.sku_id,
                order_lines.c.sku_code,
                order_lines.c.barcode,
                orders.c.shop_id,
                orders.c.id.label("our_id"),
            )
            .join(orders, orders.c.id == order_lines.c.order_id)
            .where(order_lines.c.mapped_sku_id.is_(None), orders.c.status != "cancelled")
        ).all()
    done = 0
    for row in waiting:
        with work.db.write() as tx:
            found = mapping.lookup(
                tx, row.shop_id, row.product_id, row.sku_id, row.sku_code, row.barcode
            )
            if found is None:
                continue
            done += 1
            tx.execute(
                update(order_lines)
                .where(order_lines.c.id == row.id)
                .values(mapped_sku_id=found.sku_id, factor=found.factor)
            )
            tx.execute(
                update(parcel_lines)
                .where(parcel_lines.c.order_line_id == row.id, parcel_lines.c.sku_id.is_(None))
                .values(
                    sku_id=found.sku_id,
                    quantity=parcel_lines.c.listing_quantity * found.factor,
                )
            )
            holding.end_on_line(tx, work, HoldCode.UNMAPPED, row.id, "mapped")
            gift_lines.follow(tx, work, row.our_id)
            for parcel_id in tx.execute(
                select(parcels.c.id)
                .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
                .where(parcel_lines.c.order_line_id == row.id)
            ).scalars():
                checking.advance(tx, work, parcel_id)
            records.refresh_orders(tx, [row.our_id])
    if done:
        weighing.expect_anew(work)
        work.changed("orders", "parcels", "stock")
    return done
