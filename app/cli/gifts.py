"""``gifts``: what is put into parcels on top, by rule."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, moment, positive
from app.cli.result import Column, CommandResult, count_line
from app.domain.text import ntr, tr

if TYPE_CHECKING:
    from app.services.stock.gifts import GiftRow


def add(commands: Commands) -> None:
    group = commands.group("gifts", tr("what is put into parcels on top, by rule"))
    listing = group.add("list", tr("the rules in their order"), _list)
    listing.add_argument("--all", action="store_true", help=tr("also those that are off"))
    made = group.add("set", tr("make a rule, or change it"), _set)
    made.add_argument("name", metavar=tr("NAME"))
    made.add_argument("--gift", required=True, metavar="SKU", help=tr("what is given"))
    made.add_argument("--quantity", type=positive, default=1, metavar="N", help=tr("pieces of it"))
    made.add_argument("--each", action="store_true", help=tr("for every piece that counts"))
    made.add_argument(
        "--sku", action="append", default=[], metavar="SKU", help=tr("only these items count")
    )
    made.add_argument(
        "--shop", action="append", default=[], metavar=tr("SHOP"), help=tr("only these shops")
    )
    made.add_argument(
        "--least-fen", type=positive, default=0, metavar=tr("FEN"), help=tr("paid at least")
    )
    made.add_argument(
        "--least-pieces", type=positive, default=0, metavar="N", help=tr("at least so many pieces")
    )
    made.add_argument(
        "--most", type=positive, default=0, metavar="N", help=tr("so many are given in all")
    )
    made.add_argument(
        "--from", dest="begin", type=moment, metavar=tr("TIME"), help=tr("paid from then on")
    )
    made.add_argument("--to", dest="end", type=moment, metavar=tr("TIME"), help=tr("paid before"))
    made.add_argument(
        "--wait", action="store_true", help=tr("parcels wait for it; else they go without")
    )
    removed = group.add("remove", tr("turn a rule off; gifts in parcels stay"), _remove)
    removed.add_argument("name", metavar=tr("NAME"))
    trial = group.add("trial", tr("what the last orders would get; changes nothing"), _trial)
    trial.add_argument("name", metavar=tr("NAME"), nargs="?", default="")
    trial.add_argument("--last", type=positive, default=50, metavar="N", help=tr("so many orders"))


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import gifts

    with context.services() as services:
        found = gifts.listed(services.work, everything=wanted.all)
    return _shown(found)


def _set(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.domain.gifts import GiftRule
    from app.services.stock import gifts

    rule = GiftRule(
        "",
        wanted.name,
        "",
        wanted.quantity,
        wanted.each,
        frozenset(wanted.shop),
        frozenset(wanted.sku),
        wanted.least_fen,
        wanted.least_pieces,
        wanted.begin,
        wanted.end,
        wanted.most,
        wanted.wait,
    )
    with context.services() as services:
        found = gifts.store(services.work, rule, wanted.gift)
    return _shown([found])


def _remove(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import gifts

    with context.services() as services:
        gifts.remove(services.work, wanted.name)
    return CommandResult([{"name": wanted.name, "result": "off"}], summary=tr("Turned off."))


def _trial(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import gifts

    with context.services() as services:
        found = gifts.trial(services.work, wanted.last, wanted.name)
    rows = [
        {
            "order_id": r.order_id,
            "shop": r.shop,
            "paid_at": r.paid_at,
            "rule": r.rule,
            "sku": r.sku,
            "pieces": r.pieces,
        }
        for r in found
    ]
    columns = (
        Column("order_id", tr("Order")),
        Column("paid_at", tr("Paid")),
        Column("rule", tr("Rule")),
        Column("sku", tr("Gift")),
        Column("pieces", tr("Pieces"), right=True),
    )
    orders = len({r.order_id for r in found})
    summary = ntr("{n} order would get something.", "{n} orders would get something.", orders)
    return CommandResult(rows, columns=columns, summary=summary)


def _shown(found: list[GiftRow]) -> CommandResult:
    rows = [_row(r) for r in found]
    columns = (
        Column("name", tr("Rule")),
        Column("sku", tr("Gift")),
        Column("quantity", tr("Pieces"), right=True),
        Column("skus", tr("Items"), show=_many),
        Column("least_fen", tr("Paid at least"), right=True, show=words.yuan),
        Column("ends_at", tr("Until")),
        Column("given", tr("Given"), right=True),
        Column("most", tr("At most"), right=True),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _many(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ""


def _row(row: GiftRow) -> dict[str, Any]:
    rule = row.rule
    return {
        "position": row.position,
        "name": rule.name,
        "active": row.active,
        "sku": row.sku,
        "quantity": rule.quantity,
        "each": rule.each,
        "shops": sorted(rule.shops),
        "skus": sorted(rule.skus),
        "least_fen": rule.least_fen,
        "least_pieces": rule.least_pieces,
        "starts_at": rule.starts_at,
        "ends_at": rule.ends_at,
        "most": rule.most,
        "given": row.given,
        "wait": rule.wait,
    }
