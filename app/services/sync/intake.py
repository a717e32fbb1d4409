"""Storing an order as the shop tells it, and making or changing its parcels to match."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.orders import LineSnapshot, OrderSnapshot
from app.domain.states import Flow, OrderStatus, ParcelState
from app.services import records
from app.services.orders import holding, order_cases, order_holds, sealed
from app.services.parcels import checking, gift_lines, parcel_making
from app.services.stock import mapping
from app.services.telling import outbox_rows, sent_elsewhere
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders


class Stored(StrEnum):
    """What storing did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


def store(tx: Connection, work: Workplace, shop_id: str, order: OrderSnapshot) -> Stored:
    """Write the order and everything that follows from it, in the caller's transaction.

    Telling the same state twice changes nothing. An answer older than what is stored is ignored,
    except that equal times are always read again (two updates within one second happen).
    """
    row = tx.execute(
        select(orders).where(orders.c.shop_id == shop_id, orders.c.order_id == order.order_id)
    ).one_or_none()
    if row is not None and order.updated_at < row.updated_at:
        return Stored.SAME
    same_words = row is not None and row.raw == order.raw and not order.after_sales
    if same_words and not order_cases.has_any(tx, shop_id, order.order_id):
        return Stored.SAME
    if row is None:
        our_id = work.key()
        tx.execute(
            insert(orders).values(
                id=our_id,
                shop_id=shop_id,
                order_id=order.order_id,
                stage=ParcelState.TO_CHECK,
                urged=False,
                **order_columns(work, order),
            )
        )
        records.note(tx, work, "order_new", order_id=our_id)
    else:
        our_id = row.id
        columns = order_columns(work, order)
        if outbox_rows.unsettled_note(tx, our_id) is not None:
            del columns["merchant_note"]
        tx.execute(update(orders).where(orders.c.id == our_id).values(**columns))
        if row.status != order.status:
            records.note(
                tx, work, "order_status", order_id=our_id, detail={"status": order.status.value}
            )
    _store_lines(tx, work, our_id, shop_id, order)
    order, exchanges = order_cases.store(tx, work, our_id, shop_id, order)
    moved = row is not None and row.address_hash != order.address_hash
    _follow(tx, work, our_id, shop_id, order, exchanges, moved=moved)
    return Stored.NEW if row is None else Stored.CHANGED


def _follow(
    tx: Connection,
    work: Workplace,
    our_id: str,
    shop_id: str,
    order: OrderSnapshot,
    exchanges: tuple[str, ...],
    *,
    moved: bool,
) -> None:
    """Parcels, holds and stage as they follow from the stored order; ``moved`` to another place."""
    lines = {
        r.line_key: r
        for r in tx.execute(select(order_lines).where(order_lines.c.order_id == our_id))
    }
    touched: list[str] = []
    if order.flow is Flow.PARCEL:
        foreign = sent_elsewhere.notice(tx, work, our_id, order)
        touched = parcel_making.match(tx, work, our_id, shop_id, order, lines, foreign=foreign)
    if moved:
        for parcel_id in touched:
            checking.choose_again(tx, work, parcel_id)
    if order.status is OrderStatus.CANCELLED:
        parcel_making.cancel_all(tx, work, our_id, "order_cancelled")
    gift_lines.follow(tx, work, our_id)
    sealed.guard(tx, work, our_id)
    wanted = order_holds.wanted(order, lines, work.now())
    holding.settle(tx, work, our_id, [r.id for r in lines.values()], wanted)
    order_cases.hold_for_exchanges(tx, work, our_id, exchanges)
    for parcel_id in touched:
        checking.advance(tx, work, parcel_id)
    records.refresh_orders(tx, [our_id])


def order_columns(work: Workplace, order: OrderSnapshot) -> dict[str, Any]:
    """The columns of an order's row that the shop tells."""
    pending = order.pending_address
    return {
        "status": order.status,
        "shop_status": order.shop_status,
        "flow": order.flow,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "paid_at": order.paid_at,
        "deadline_at": order.deadline_at,
        "buyer_id": order.buyer_id,
        "receiver": order.receiver.as_dict(),
        "address_hash": order.address_hash,
        "pending_address": pending.as_dict() if pending else None,
        "pending_address_hash": order.pending_address_hash,
        "address_asked_at": order.pending_address_at,
        "virtual_number": order.uses_virtual_number,
        "virtual_until_at": order.virtual_until_at,
        "buyer_note": order.buyer_note,
        "merchant_note": order.merchant_note,
        "is_gift": order.is_gift,
        "greeting": order.greeting,
        "custom_work": order.custom_work,
        "quality_inspection": order.quality_inspection,
        "inspection": order.inspection.as_json() if order.inspection else "",
        "serials_wanted": order.serials_wanted,
        "paid_fen": order.paid_fen,
        "freight_fen": order.freight_fen,
        "label_code": order.label_code,
        "raw": order.raw,
        "stored_at": work.now(),
    }


def _store_lines(
    tx: Connection, work: Workplace, our_id: str, shop_id: str, order: OrderSnapshot
) -> None:
    known = {
        r.line_key: r
        for r in tx.execute(select(order_lines).where(order_lines.c.order_id == our_id))
    }
    for position, line in enumerate(order.lines):
        columns = line_columns(line, position)
        row = known.get(line.line_key)
        same_goods = row is not None and (row.product_id, row.sku_id) == (
            line.product_id,
            line.sku_id,
        )
        if row is None or not same_goods or row.mapped_sku_id is None:
            mapped = mapping.resolve(tx, work, shop_id, line)
            columns["mapped_sku_id"] = mapped.sku_id if mapped else None
            columns["factor"] = mapped.factor if mapped else 1
        if row is None:
            tx.execute(
                insert(order_lines).values(
                    id=work.key(), order_id=our_id, line_key=line.line_key, **columns
                )
            )
        else:
            tx.execute(update(order_lines).where(order_lines.c.id == row.id).values(**columns))
    gone = set(known) - {line.line_key for line in order.lines}
    for line_key in gone:  # a line that the shop no longer lists ships nothing
        tx.execute(
            update(order_lines)
            .where(order_lines.c.id == known[line_key].id)
            .values(refunded_quantity=known[line_key].quantity)
        )


def line_columns(line: LineSnapshot, position: int) -> dict[str, Any]:
    """The columns of an order line that the shop tells."""
    return {
        "position": position,
        "product_id": line.product_id,
        "sku_id": line.sku_id,
        "title": line.title,
        "spec": line.spec,
        "sku_code": line.sku_code,
        "barcode": line.barcode,
        "image_url": line.image_url,
        "quantity": line.quantity,
        "refunded_quantity": line.refunded_quantity,
        "refunding_quantity": line.refunding_quantity,
        "shipped_quantity": line.shipped_quantity,
        "paid_fen": line.paid_fen,
        "unit_price_fen": line.unit_price_fen,
        "deadline_at": line.deadline_at,
        "presale": line.presale,
        "predicted_at": line.predicted_at,
        "is_free_gift": line.is_free_gift,
        "sku_change_pending": line.sku_change_pending,
        "new_sku_id": line.new_sku_id,
        "sku_change_until_at": line.sku_change_until_at,
        "dropship": line.dropship,
    }
