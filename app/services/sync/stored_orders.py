"""Orders as they are stored, where the shop is not asked again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from app.domain.address import Address
from app.domain.orders import LineSnapshot, OrderSnapshot
from app.domain.states import Flow, OrderStatus
from app.services import records
from app.services.orders import sealed
from app.services.parcels import checking, gift_lines, parcel_making
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders


def follow(tx: Connection, work: Workplace, our_id: str) -> None:
    """Make the order's parcels fit what is stored of it: after a parcel was opened again."""
    order, rows = _snapshot(tx, our_id)
    touched: list[str] = []
    if order.flow is Flow.PARCEL:
        shop_id = tx.execute(select(orders.c.shop_id).where(orders.c.id == our_id)).scalar_one()
        touched = parcel_making.match(tx, work, our_id, shop_id, order, rows)
    if order.status is OrderStatus.CANCELLED:
        parcel_making.cancel_all(tx, work, our_id, "order_cancelled")
    gift_lines.follow(tx, work, our_id)
    sealed.guard(tx, work, our_id)
    for parcel_id in touched:
        checking.advance(tx, work, parcel_id)
    records.refresh_orders(tx, [our_id])


def _snapshot(tx: Connection, our_id: str) -> tuple[OrderSnapshot, dict[str, Any]]:
    row = tx.execute(select(orders).where(orders.c.id == our_id)).one()
    lines = tx.execute(
        select(order_lines)
        .where(order_lines.c.order_id == our_id)
        .order_by(order_lines.c.position, order_lines.c.id)
    ).all()
    pending = row.pending_address
    order = OrderSnapshot(
        order_id=row.order_id,
        status=OrderStatus(row.status),
        shop_status=row.shop_status,
        flow=Flow(row.flow),
        created_at=row.created_at,
        updated_at=row.updated_at,
        paid_at=row.paid_at,
        deadline_at=row.deadline_at,
        buyer_id=row.buyer_id,
        receiver=Address.from_dict(row.receiver),
        address_hash=row.address_hash,
        pending_address=Address.from_dict(pending) if pending else None,
        pending_address_hash=row.pending_address_hash,
        uses_virtual_number=row.virtual_number,
        buyer_note=row.buyer_note,
        merchant_note=row.merchant_note,
        is_gift=row.is_gift,
        greeting=row.greeting,
        custom_work=row.custom_work,
        quality_inspection=row.quality_inspection,
        serials_wanted=row.serials_wanted,
        paid_fen=row.paid_fen,
        freight_fen=row.freight_fen,
        label_code=row.label_code,
        lines=tuple(_line(line) for line in lines),
    )
    return order, {line.line_key: line for line in lines}


def _line(row: Any) -> LineSnapshot:
    return LineSnapshot(
        line_key=row.line_key,
        product_id=row.product_id,
        sku_id=row.sku_id,
        title=row.title,
        spec=row.spec,
        sku_code=row.sku_code,
        barcode=row.barcode,
        image_url=row.image_url,
        quantity=row.quantity,
        refunded_quantity=row.refunded_quantity,
        refunding_quantity=row.refunding_quantity,
        shipped_quantity=row.shipped_quantity,
        paid_fen=row.paid_fen,
        unit_price_fen=row.unit_price_fen,
        deadline_at=row.deadline_at,
        presale=row.presale,
        predicted_at=row.predicted_at,
        is_free_gift=row.is_free_gift,
        sku_change_pending=row.sku_change_pending,
        new_sku_id=row.new_sku_id,
        dropship=row.dropship,
    )
