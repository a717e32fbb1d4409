"""``orders list`` and ``orders show``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import boxes, order_requests, words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.cli.tracking import event_line, event_row
from app.domain.states import Flow, HoldCode, ParcelState
from app.domain.text import Text, tr

if TYPE_CHECKING:
    from app.services.orders.details import OrderDetail
    from app.services.orders.queries import LineRow, OrderRow

STATES = [s.value for s in ParcelState]
OUT_OF_FLOW = "other"  # same city, virtual, picked up: not packed here
HOLDS = [h.value for h in HoldCode]
DEFAULT_LIMIT = 100


def add(commands: Commands) -> None:
    group = commands.group("orders", tr("orders of the shops"))
    listing = group.add("list", tr("orders, the newest first"), _list)
    tabs = [*STATES, OUT_OF_FLOW]
    listing.add_argument("--state", choices=tabs, metavar=tr("STATE"), help=", ".join(tabs))
    listing.add_argument("--hold", choices=HOLDS, metavar=tr("HOLD"), help=", ".join(HOLDS))
    listing.add_argument("--shop", metavar=tr("NAME"), help=tr("this shop only"))
    listing.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))
    listing.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N", help=tr("at most so many")
    )
    show = group.add("show", tr("one order with its parcels and its story"), _show)
    show.add_argument("order", metavar="ID", help=tr("our id or the shop's"))
    boxes.add_to_orders(group)
    order_requests.add(group)


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import queries

    chosen = queries.OrderFilter(
        tab=wanted.state or "all",
        holds=(wanted.hold,) if wanted.hold else (),
        shops=(wanted.shop,) if wanted.shop else (),
        search=wanted.search,
    )
    with context.services() as services:
        page = queries.order_page(services.work, chosen, limit=wanted.limit)
        rows = queries.order_rows(services.work, page.ids)
        found = len(rows)
        if page.after is not None:  # as far as it is counted
            counted = queries.order_counts(services.work, chosen).get(chosen.tab, 0)
            found = max(counted, found + 1)
    columns = (
        Column("order_id", tr("Order")),
        Column("shop", tr("Shop")),
        Column("stage", tr("Stage"), show=words.state),
        Column("flow", tr("Delivery"), show=words.flow),
        Column("holds", tr("Holds"), show=words.holds),
        Column("paid_at", tr("Paid")),
        Column("deadline_at", tr("Ship by")),
        Column("lines", tr("Goods")),
    )
    return CommandResult(
        [order_row(row) for row in rows], columns=columns, summary=count_line(len(rows), found)
    )


def order_row(row: OrderRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "shop": row.shop,
        "order_id": row.order_id,
        "status": row.status,
        "stage": row.stage,
        "flow": row.flow,
        "flags": list(row.flags),
        "holds": list(row.holds),
        "paid_at": row.paid_at,
        "deadline_at": row.deadline_at,
        "lines": [{"sku": x.sku, "title": x.title, "quantity": x.quantity} for x in row.lines],
        "parcels": list(row.parcels),
    }


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import details

    with context.services() as services:
        detail = details.order_detail(services.work, wanted.order)
    row = _detail_row(detail)
    return CommandResult([row], summary=_detail_text(detail))


def _detail_row(detail: OrderDetail) -> dict[str, Any]:
    """The list's keys and more; the receiver is masked."""
    from app.cli.parcels import parcel_row

    return {
        **order_row(detail.row),
        "paid_fen": detail.paid_fen,
        "freight_fen": detail.freight_fen,
        "receiver": {
            "name": detail.receiver.name,
            "phone": detail.receiver.phone,
            "address": detail.receiver.full,
        },
        "buyer_note": detail.buyer_note,
        "merchant_note": detail.merchant_note,
        "note_state": detail.note.state,
        "greeting": detail.greeting,
        "custom_work": detail.custom_work,
        "inspection": str(detail.inspection or ""),
        "serials_wanted": detail.serials_wanted,
        "parcel_rows": [parcel_row(p) for p in detail.parcels],
        "hold_rows": [
            {
                "code": h.code,
                "reason": str(Text.from_json(h.reason)),
                "set_at": h.set_at,
                "releasable": h.releasable,
            }
            for h in detail.holds
        ],
        "story": [
            {"at": s.at, "action": s.action, "user": s.user, "detail": dict(s.detail)}
            for s in detail.story
        ],
        "track": [{"waybill": w.number, **event_row(w.event)} for w in detail.way],
    }


def _back(line: LineRow) -> str:
    return " " + tr("({n} refunded)", n=line.refunded) if line.refunded else ""


def _detail_text(detail: OrderDetail) -> str:
    row = detail.row
    stage = words.state(row.stage if row.flow == Flow.PARCEL else row.flow)
    receiver = f"{detail.receiver.name} {detail.receiver.phone} {detail.receiver.full}".strip()
    lines = [
        tr("Order {order} of {shop}", order=row.order_id, shop=row.shop),
        f"{stage}  {words.holds(row.holds)}".strip(),
        *([receiver] if receiver else []),
    ]
    if row.deadline_at:
        lines.append(tr("Ship by {time}", time=f"{row.deadline_at.astimezone():%m-%d %H:%M}"))
    lines += [f"  {x.sku or '?'} {x.title} {x.spec} ×{x.quantity}{_back(x)}" for x in row.lines]
    if detail.buyer_note:
        lines.append(tr("The buyer says: {words}", words=detail.buyer_note))
    if detail.merchant_note:
        lines.append(tr("Our note: {words}", words=detail.merchant_note))
    lines += [w for w in (detail.greeting, detail.custom_work, str(detail.inspection or "")) if w]
    for parcel in detail.parcels:
        lines.append(
            tr(
                "Parcel {parcel}: {state} {carrier} {waybill}",
                parcel=parcel.id,
                state=words.state(parcel.state),
                carrier=words.carrier(parcel.carrier),
                waybill=parcel.waybill,
            ).strip()
        )
    lines += [
        tr(
            "Extra parcel: {carrier} {waybill}",
            carrier=words.carrier(s.detail.get("carrier")),
            waybill=s.detail.get("number", ""),
        )
        for s in detail.story
        if s.action == "extra_parcel"
    ]
    lines += [f"  {w.number}  {event_line(w.event)}" for w in detail.way]
    said = [f"! {words.holds(h.code)}: {Text.from_json(h.reason)}" for h in detail.holds]
    lines += dict.fromkeys(said)  # two variants of one listing say the same
    return "\n".join(lines)
