"""Which holds an order calls for, from what the shop says of it and the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.domain.orders import LineSnapshot, OrderSnapshot
from app.domain.states import Flow, HoldCode, HoldScope, OrderStatus
from app.domain.text import T
from app.services.orders.holding import Wanted

PRESALE_LEAD = timedelta(days=2)


def wanted(order: OrderSnapshot, rows: Mapping[str, Any], now: datetime) -> list[Wanted]:
    """The holds of the order and its lines; ``rows`` are the stored lines by line key."""
    if order.flow is not Flow.PARCEL or order.status in {
        OrderStatus.UNPAID,
        OrderStatus.GROUPING,
        OrderStatus.CANCELLED,
        OrderStatus.DONE,
    }:
        return []
    return [*_of_order(order), *_of_lines(order, rows, now)]


def _of_order(order: OrderSnapshot) -> Iterator[Wanted]:
    open_cases = [a for a in order.after_sales if a.open and a.affects_goods]
    if open_cases:
        yield Wanted(
            HoldScope.ORDER,
            HoldCode.REFUND,
            T("The buyer has asked for an after-sale that is still open."),
            evidence={"after_sales": sorted(a.after_sale_id for a in open_cases)},
        )
    if order.pending_address is not None:
        yield Wanted(
            HoldScope.ORDER,
            HoldCode.ADDRESS_CHANGE,
            T("The buyer wants another address; the request is not answered yet."),
            evidence={"from": order.address_hash, "to": order.pending_address_hash},
        )
    if order.status is OrderStatus.GIFT_PENDING:
        yield Wanted(
            HoldScope.ORDER,
            HoldCode.GIFT_PENDING,
            T("The gift has not been accepted yet; there is no address."),
            evidence={},
        )
    special = list(_special(order))
    if special:
        yield Wanted(
            HoldScope.ORDER,
            HoldCode.SPECIAL,
            T("Something special: {what}", what=" · ".join(str(s) for s in special)),
            evidence=_special_evidence(order, special),
        )


def _special_evidence(order: OrderSnapshot, special: list[Any]) -> dict[str, Any]:
    """What a person must have seen; when it changes, the hold comes back."""
    evidence: dict[str, Any] = {"special": [s.msgid for s in special], "card": order.greeting}
    if order.custom_work:
        evidence["custom"] = order.custom_work
    if order.inspection is not None:
        evidence["inspection"] = order.inspection.as_json()
    return evidence


def _special(order: OrderSnapshot) -> Iterator[Any]:
    if order.greeting:
        yield T("greeting card")
    if order.custom_work:
        yield T("made to order")
    if order.quality_inspection:
        yield T("quality inspection first")
    if order.serials_wanted:
        yield T("serial numbers wanted")
    if any(line.dropship for line in order.lines):
        yield T("a part is sent by a supplier")


def _of_lines(order: OrderSnapshot, rows: Mapping[str, Any], now: datetime) -> Iterator[Wanted]:
    for line in order.lines:
        row = rows.get(line.line_key)
        if row is None or line.to_ship == 0 or line.dropship:
            continue
        if line.sku_change_pending:
            yield Wanted(
                HoldScope.LINE,
                HoldCode.SKU_CHANGE,
                T("The buyer wants another variant; the request is not answered yet."),
                order_line_id=row.id,
                evidence={"from": line.sku_id, "to": line.new_sku_id},
            )
        if row.mapped_sku_id is None:
            yield Wanted(
                HoldScope.LINE,
                HoldCode.UNMAPPED,
                T("Nobody has said yet which item on the shelf “{title}” is.", title=line.title),
                order_line_id=row.id,
                evidence={"product_id": line.product_id, "sku_id": line.sku_id},
            )
        due_at = presale_due_at(line)
        if line.presale and (due_at is None or due_at > now):
            yield Wanted(
                HoldScope.LINE,
                HoldCode.PRESALE,
                T("Presale: due {day}.", day=_day(due_at)),
                order_line_id=row.id,
                evidence={"due_at": due_at.isoformat() if due_at else ""},
            )


def presale_due_at(line: LineSnapshot) -> datetime | None:
    """When a presale line may go: the predicted time, else two days before its deadline."""
    if line.predicted_at is not None:
        return line.predicted_at
    return line.deadline_at - PRESALE_LEAD if line.deadline_at is not None else None


def _day(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d") if at else "?"
