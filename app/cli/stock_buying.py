"""``stock lasts`` and ``stock buy``: how long goods last, and what to order."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.domain.text import tr

_TABS = ("all", "short", "low", "slow", "defective")


def add(group: Commands) -> None:
    lasts = group.add("lasts", tr("how long every item lasts, what runs out first"), _lasts)
    lasts.add_argument("--tab", choices=_TABS, default="all", help=tr("only these"))
    lasts.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))
    lasts.add_argument(
        "--limit", type=positive, default=50, metavar="N", help=tr("at most so many")
    )
    buy = group.add("buy", tr("what to order now, and why"), _buy)
    buy.add_argument(
        "--csv", type=Path, metavar=tr("FILE"), help=tr("write it to a file, .csv or .xlsx")
    )


def _lasts(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import sales
    from app.services.stock.stock_page import StockFilter, StockTab, stock_counts, stock_page

    chosen = StockFilter(wanted.search, StockTab(wanted.tab))
    with context.services() as services:
        sales.roll_up(services.work)
        page = stock_page(services.work, chosen, limit=wanted.limit)
        counts = stock_counts(services.work, chosen)
    rows = [
        {
            "sku": r.sku,
            "name": f"{r.name} {r.spec}".strip(),
            "bins": list(r.bins),
            "on_hand": r.on_hand,
            "allocated": r.allocated,
            "available": r.available,
            "missing": r.missing,
            "safety": r.safety,
            "week": list(r.week),
            "days_left": r.days_left,
            "state": r.state,
            "count_it": r.count_it,
        }
        for r in page.rows
    ]
    columns = (
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("bins", tr("Bin"), show=words.listed),
        Column("on_hand", tr("On hand"), right=True),
        Column("available", tr("Available"), right=True),
        Column("days_left", tr("Days left"), right=True, show=words.days),
        Column("state", tr("State"), show=words.stock_state),
    )
    found: int = getattr(counts, wanted.tab)
    return CommandResult(rows, columns=columns, summary=count_line(len(rows), found))


def _buy(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import buying, sales

    with context.services() as services:
        sales.roll_up(services.work)
        found = buying.to_buy(services.work)
    rows: list[dict[str, Any]] = [
        {
            "sku": r.sku,
            "name": r.name,
            "spec": r.spec,
            "quantity": r.quantity,
            "packs": r.packs,
            "pack_quantity": r.pack_quantity,
            "available": r.available,
            "in_transit": r.in_transit,
            "owed": r.owed,
            "safety": r.safety,
            "lead_days": r.lead_days,
            "sold_week": r.sold_week,
            "days_left": r.days_left,
            "sells_out_at": r.sells_out_at,
            "few_data": r.few_data,
            "reason": str(r.reason),
        }
        for r in found
    ]
    if wanted.csv is not None:
        from app.spreadsheets import BUY_COLUMNS, write_rows

        cells = [{name: row[name] for name in BUY_COLUMNS} for row in rows]
        write_rows(
            wanted.csv,
            BUY_COLUMNS,
            [{k: v if isinstance(v, int) else str(v) for k, v in row.items()} for row in cells],
            chinese=tr("Item") != "Item",
        )
    columns = (
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("quantity", tr("Order"), right=True),
        Column("available", tr("Available"), right=True),
        Column("days_left", tr("Days left"), right=True, show=words.days),
        Column("reason", tr("Why")),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))
