"""Writing a case down as the shop tells it, with what follows from it at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.after_sales import AfterSaleCase, AfterSaleKind, AfterSaleStage
from app.domain.states import OPEN_STATES, HoldCode, HoldScope
from app.services import records
from app.services.orders import order_cases
from app.services.parcels import parcel_making
from app.services.workplace import Workplace
from app.store.tables import after_sales, holds, orders, parcels

_IDS_AT_ONCE = 400


def row_of(tx: Connection, shop_id: str, after_sale_id: str) -> Any:
    """The stored row, or ``None``."""
    return tx.execute(
        select(after_sales).where(
            after_sales.c.shop_id == shop_id, after_sales.c.after_sale_id == after_sale_id
        )
    ).one_or_none()


def order_key(tx: Connection, shop_id: str, shop_order_id: str) -> str | None:
    """Our key of the case's order, ``None`` while the order is not known here."""
    found: str | None = tx.execute(
        select(orders.c.id).where(orders.c.shop_id == shop_id, orders.c.order_id == shop_order_id)
    ).scalar()
    return found


def moved(row: Any, case: AfterSaleCase) -> bool:
    """Whether ``case`` tells something new about goods or status."""
    if row is None or row.raw is None:
        return True
    if row.updated_at is not None and case.updated_at < row.updated_at:
        return False
    return bool(row.status != case.status or row.affects_goods != case.affects_goods)


def store(tx: Connection, work: Workplace, shop_id: str, case: AfterSaleCase) -> bool:
    """Keep the case; returns whether it moved. An older answer than the stored one changes nothing.

    What was written here (when the goods were looked at, the note) stays.
    """
    row = row_of(tx, shop_id, case.after_sale_id)
    our_id = order_key(tx, shop_id, case.order_id)
    changed = moved(row, case)
    values: dict[str, Any] = {"unread": False, "seen_at": work.now(), "order_id": our_id}
    if row is None or row.updated_at is None or case.updated_at >= row.updated_at:
        values |= _columns(case, received_at=row.received_at if row is not None else None)
    order_cases.upsert(tx, shop_id, case.after_sale_id, values)
    if changed:
        records.note(
            tx,
            work,
            "after_sale",
            order_id=our_id,
            detail={
                "after_sale": case.after_sale_id,
                "status": case.status,
                "stage": case.stage.value,
            },
        )
        if case.stage.ended and case.stage is not AfterSaleStage.EXCHANGED:
            _drop_exchange_parcel(tx, work, shop_id, case.after_sale_id)
    return changed


def _columns(case: AfterSaleCase, *, received_at: datetime | None) -> dict[str, Any]:
    stage = case.stage
    looked_at = received_at is not None and stage is AfterSaleStage.RETURNED
    if looked_at and case.kind is AfterSaleKind.EXCHANGE:
        stage = AfterSaleStage.SHIP_EXCHANGE  # the goods are here: now the others must go
    return {
        "shop_order_id": case.order_id,
        "status": case.status[:64],
        "open": case.open,
        "affects_goods": case.affects_goods,
        "kind": case.kind,
        "stage": stage,
        "price_difference": case.price_difference,
        "reason": case.reason[:64],
        "reason_text": case.reason_text[:256],
        "buyer_words": case.words,
        "amount_fen": case.amount_fen,
        "refund_reason": case.refund_reason,
        "goods": [
            {
                "product_id": g.product_id,
                "sku_id": g.sku_id,
                "sku_code": g.sku_code,
                "quantity": g.quantity,
                "gift": g.gift,
            }
            for g in case.goods
        ],
        "new_sku_id": case.new_sku_id,
        "new_sku_code": case.new_sku_code[:128],
        "return_company": case.return_company[:32],
        "return_number": case.return_number[:64],
        "exchange_company": case.exchange_company[:32],
        "exchange_number": case.exchange_number[:64],
        "media": list(case.media),
        "deadline_at": case.deadline_at if case.open else None,
        "created_at": case.created_at,
        "updated_at": case.updated_at,
        "raw": case.raw,
    }


def mark_unread(tx: Connection, shop_id: str, ids: Sequence[str], listed_at: datetime) -> None:
    """Write down that these are to be read; ``listed_at`` decides their turn, the newest first."""
    for start in range(0, len(ids), _IDS_AT_ONCE):
        chunk = list(dict.fromkeys(ids[start : start + _IDS_AT_ONCE]))
        place = (after_sales.c.shop_id == shop_id, after_sales.c.after_sale_id.in_(chunk))
        known = set(tx.execute(select(after_sales.c.after_sale_id).where(*place)).scalars())
        tx.execute(update(after_sales).where(*place).values(unread=True))
        new = {"status": "", "seen_at": listed_at, "unread": True}
        for after_sale_id in (i for i in chunk if i not in known):
            order_cases.upsert(tx, shop_id, after_sale_id, {"unread": True}, new)


def still_holds(tx: Connection, our_id: str, after_sale_id: str) -> bool:
    """Whether the order is held because of this case."""
    rows = tx.execute(
        select(holds.c.evidence).where(
            holds.c.scope == HoldScope.ORDER,
            holds.c.order_id == our_id,
            holds.c.code == HoldCode.REFUND,
            holds.c.cleared_at.is_(None),
        )
    ).scalars()
    return any(after_sale_id in (evidence or {}).get("after_sales", ()) for evidence in rows)


def _drop_exchange_parcel(
    tx: Connection, work: Workplace, shop_id: str, after_sale_id: str
) -> None:
    """The exchange came to nothing: its parcel must not go."""
    rows = tx.execute(
        select(parcels.c.id).where(
            parcels.c.shop_id == shop_id,
            parcels.c.after_sale_id == after_sale_id,
            parcels.c.state.in_(OPEN_STATES),
        )
    ).scalars()
    for parcel_id in list(rows):
        parcel_making.cancel(tx, work, parcel_id, "after_sale_ended")
        records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
