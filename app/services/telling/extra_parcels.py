"""One more parcel for goods that count as sent (delivery/compensation): 漏发, 坏损, 赠品."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from app.domain.companies import company
from app.domain.errors import UserError
from app.domain.states import MoveKind, OrderStatus, OutboxKind
from app.domain.text import T
from app.ports import ExtraReason
from app.services import records
from app.services.numbers import numbers
from app.services.orders import queries
from app.services.stock import ledger, needs
from app.services.telling import outbox_rows, report_rows
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, skus

# Pieces that leave the shelf now. What was missed or split off has left the books already.
_FROM_SHELF = frozenset({ExtraReason.DAMAGED, ExtraReason.GIFT})

_SENT = frozenset({OrderStatus.PARTLY_SHIPPED, OrderStatus.SHIPPED, OrderStatus.DONE})


def add(
    work: Workplace,
    order_id: str,
    carrier: str,
    number: str,
    goods: Mapping[str, int],
    reason: ExtraReason,
) -> bool:
    """Queue telling the shop of a parcel sent afterwards; ``False``: it was queued before.

    ``order_id`` is ours or the shop's, ``goods`` pieces of the listing by SKU (our code, the
    shop's code or its SKU id). A replacement or a gift is taken from the shelf. Raises
    ``UserError``: ``no_such_order``, ``not_sent``, ``no_shop``, ``extra_goods``,
    ``stock_missing`` and those of ``numbers``.
    """
    our_id = queries.known_order(work, order_id)
    with work.db.write() as tx:
        order = tx.execute(select(orders).where(orders.c.id == our_id)).one()
        if not report_rows.has_shop(tx, order.shop_id):
            raise UserError(
                "no_shop",
                T("Nobody has to be told of parcels of this order."),
                T("Send it; there is no shop behind the order."),
                ref=order.order_id,
            )
        if order.status not in _SENT and not report_rows.is_told(tx, our_id):
            raise UserError(
                "not_sent",
                T("Nothing of this order has been sent yet."),
                T("Ship its parcel first."),
                ref=order.order_id,
            )
        typed = numbers.typed(number, order.order_id)
        code = numbers.carrier_code(tx, work, order.shop_id, carrier, order.order_id)
        lines = [(line, pieces) for line, pieces in _lines(tx, order, goods)]
        queued = outbox_rows.add(
            tx,
            work,
            OutboxKind.EXTRA,
            f"extra:{our_id}:{code}:{typed}",
            lane=outbox_rows.order_lane(our_id),
            shop_id=order.shop_id,
            order_id=our_id,
            payload={
                "order_id": order.order_id,
                "company": company(code).wechat,
                "number": typed,
                "reason": int(reason),
                "lines": [[line.product_id, line.sku_id, pieces] for line, pieces in lines],
            },
        )
        if not queued:
            return False
        numbers.must_be_free(tx, code, typed, order.order_id)
        if reason in _FROM_SHELF:
            for line, pieces in lines:
                _take(tx, work, order, line, pieces, typed)
        records.note(
            tx,
            work,
            "extra_parcel",
            order_id=our_id,
            detail={
                "number": typed,
                "carrier": code,
                "reason": reason.name.lower(),
                "goods": dict(goods),
            },
        )
    work.changed("orders", "stock", "outbox")
    return True


def _lines(tx: Connection, order: Any, goods: Mapping[str, int]) -> list[tuple[Any, int]]:
    rows = tx.execute(
        select(order_lines, skus.c.code)
        .outerjoin(skus, skus.c.id == order_lines.c.mapped_sku_id)
        .where(order_lines.c.order_id == order.id)
        .order_by(order_lines.c.position)
    ).all()
    out: list[tuple[Any, int]] = []
    for name, pieces in goods.items():
        line = next((r for r in rows if name in {r.code, r.sku_code, r.sku_id}), None)
        if line is None or pieces < 1:
            raise UserError(
                "extra_goods",
                T("The order has no {sku}.", sku=name),
                T("It holds: {skus}", skus=", ".join(str(r.code or r.sku_code) for r in rows)),
                ref=order.order_id,
            )
        out.append((line, pieces))
    if not out:
        raise UserError(
            "extra_goods",
            T("The extra parcel is empty."),
            T("Say what is in it: SKU=QTY"),
            ref=order.order_id,
        )
    return out


def _take(tx: Connection, work: Workplace, order: Any, line: Any, pieces: int, number: str) -> None:
    if line.mapped_sku_id is None:
        return
    once = f"extra:{line.id}:{number}"
    for sku_id, quantity in needs.taken_for(tx, line.mapped_sku_id, pieces * line.factor):
        move = ledger.Move(
            sku_id,
            MoveKind.ADJUST,
            on_hand=-quantity,
            reference=order.order_id,
            reason="extra parcel",
            once=once if sku_id == line.mapped_sku_id else f"{once}:{sku_id}",
        )
        ledger.ensure_balance(tx, sku_id)
        if not ledger.post(tx, work, move):
            raise UserError(
                "stock_missing",
                T("The shelf holds less than this parcel needs."),
                T("Count the item, then try again."),
                ref=order.order_id,
            )
