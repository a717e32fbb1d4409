"""``stock short``, ``give`` and ``presale``: who has what is scarce, and who gets it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, count_line
from app.domain.text import tr

if TYPE_CHECKING:
    from app.services.stock.claims import Claim
    from app.services.stock.presale import PresaleRow


def add(group: Commands) -> None:
    short = group.add("short", tr("items that parcels lack: who has them, who waits"), _short)
    short.add_argument("sku", metavar="SKU", nargs="*", help=tr("only these items"))
    give = group.add("give", tr("take the stock of one parcel for another that lacks it"), _give)
    give.add_argument(
        "--from",
        dest="giver",
        required=True,
        metavar=tr("PARCEL"),
        help=tr("it has no waybill number yet; from now on it waits"),
    )
    give.add_argument(
        "--to", required=True, metavar=tr("PARCEL"), help=tr("the parcel that lacks stock")
    )
    presale = group.add("presale", tr("stock set aside for goods sold in advance"), _presale)
    presale.add_argument("sku", metavar="SKU", nargs="?", default="")
    presale.add_argument(
        "quantity", type=int, metavar=tr("±QTY"), nargs="?", help=tr("so many more, or fewer")
    )
    presale.add_argument("--reason", default="", metavar=tr("TEXT"), help=tr("why"))


def _short(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import shortages

    with context.services() as services:
        found = shortages.shortages(services.work, wanted.sku)
    rows = [
        {
            "sku": s.sku,
            "name": s.name,
            "on_hand": s.on_hand,
            "allocated": s.allocated,
            "available": s.available,
            "presale": s.set_aside,
            "wanted": s.wanted,
            "missing": s.missing,
            "held_by": [_claim(c) for c in s.holders],
            "waiting": [_claim(c) for c in s.waiting],
        }
        for s in found
    ]
    columns = (
        Column("sku", tr("Item")),
        Column("on_hand", tr("On hand"), right=True),
        Column("allocated", tr("Allocated"), right=True),
        Column("missing", tr("Missing"), right=True),
        Column("held_by", tr("Reserved by"), show=_said),
        Column("waiting", tr("Waiting"), show=_said),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "parcel": claim.parcel,
        "orders": list(claim.orders),
        "shop": claim.shop,
        "deadline_at": claim.deadline_at,
        "state": claim.state,
        "holds": list(claim.holds),
        "quantity": claim.quantity,
        "can_give": claim.can_give,
    }


def _said(value: object) -> str:
    """A parcel a line: how many pieces, which orders, held or not."""
    if not isinstance(value, list):
        return ""
    return "; ".join(
        f"{c['parcel']} ×{c['quantity']}" + (f" ({words.holds(c['holds'])})" if c["holds"] else "")
        for c in value
    )


def _give(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.parcels import find_parcel
    from app.services.stock import shortages

    with context.services() as services:
        work = services.work
        ids = [find_parcel(work, name).id for name in (wanted.giver, wanted.to)]
        shortages.give(work, *ids)
        found = [find_parcel(work, parcel_id) for parcel_id in ids]
    rows = [
        {
            "id": p.id,
            "orders": list(p.orders),
            "state": p.state,
            "holds": list(p.holds),
        }
        for p in found
    ]
    columns = (
        Column("id", "ID"),
        Column("orders", tr("Orders")),
        Column("state", tr("State"), show=words.state),
        Column("holds", tr("Holds"), show=words.holds),
    )
    return CommandResult(rows, columns=columns)


def _presale(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import presale

    with context.services() as services:
        if wanted.quantity is None:
            found = presale.listed(services.work)
        else:
            found = [presale.set_aside(services.work, wanted.sku, wanted.quantity, wanted.reason)]
    rows = [_presale_row(r) for r in found if not wanted.sku or r.sku == wanted.sku]
    columns = (
        Column("sku", tr("Item")),
        Column("available", tr("Available"), right=True),
        Column("presale", tr("Set aside"), right=True),
        Column("served", tr("Reserved from it"), right=True),
        Column("waiting", tr("Sold in advance, waiting"), right=True),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _presale_row(row: PresaleRow) -> dict[str, Any]:
    return {
        "sku": row.sku,
        "available": row.available,
        "presale": row.set_aside,
        "served": row.served,
        "waiting": row.waiting,
    }
