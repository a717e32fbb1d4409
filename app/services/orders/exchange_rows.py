"""The messages that say that the other goods of an exchange are on their way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.companies import company as company_of
from app.domain.states import OutboxKind, OutboxState
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import after_sales, outbox


def queue(
    tx: Connection,
    work: Workplace,
    shop_id: str,
    after_sale_id: str,
    company: str,
    number: str,
    *,
    parcel_id: str | None = None,
) -> int:
    """Queue the message in the transaction that makes it true; returns how many messages.

    ``company`` is our code. Messages of one order go one by one.
    """
    row = tx.execute(
        select(after_sales.c.order_id, after_sales.c.shop_order_id).where(
            after_sales.c.shop_id == shop_id, after_sales.c.after_sale_id == after_sale_id
        )
    ).one_or_none()
    order = row.order_id if row is not None else None
    shown = row.shop_order_id if row is not None else ""
    outbox_rows.add(
        tx,
        work,
        OutboxKind.EXCHANGE,
        _once(tx, f"exchange:{shop_id}:{after_sale_id}:{number}"),
        lane=f"exchange:{shop_id}:{shown}"[:128],
        shop_id=shop_id,
        order_id=order,
        parcel_id=parcel_id,
        payload={
            "order_id": shown,
            "after_sale": after_sale_id,
            "company": company_of(company).wechat,
            "number": number,
        },
    )
    return 1


def _once(tx: Connection, key: str) -> str:
    """The message's natural key; one whose parcel was taken back does not stand in the way."""
    given_up = tx.execute(
        select(func.count())
        .select_from(outbox)
        .where(
            outbox.c.once.startswith(key, autoescape=True),
            outbox.c.state.in_([OutboxState.SUPERSEDED, OutboxState.REFUSED]),
        )
    ).scalar_one()
    return f"{key}:{given_up}" if given_up else key


def rows_of(tx: Connection, shop_id: str, after_sale_id: str) -> list[Any]:
    """Every message about this exchange, the oldest first."""
    prefix = f"exchange:{shop_id}:{after_sale_id}:"
    return list(
        tx.execute(
            select(outbox)
            .where(
                outbox.c.kind == OutboxKind.EXCHANGE,
                outbox.c.once.startswith(prefix, autoescape=True),
            )
            .order_by(outbox.c.id)
        )
    )
