"""``prices``: the price tables that fees are estimated by."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult
from app.domain.text import tr

if TYPE_CHECKING:
    from app.domain.prices import PriceTable


def add(commands: Commands) -> None:
    group = commands.group("prices", tr("what carriers charge, for the estimate of a fee"))
    group.add("list", tr("every zone of every table"), _list)
    load = group.add("import", tr("a price table from a CSV or Excel file"), _import)
    load.add_argument("file", type=Path, metavar=tr("FILE"))
    load.add_argument(
        "--account",
        required=True,
        metavar=tr("NAME"),
        help=tr("an account's name, or a company code for all of its accounts"),
    )
    load.add_argument("--name", metavar=tr("NAME"), help=tr("what the table is called"))
    load.add_argument(
        "--packaging-g", type=positive, default=0, metavar="G", help=tr("weight of box and filling")
    )
    load.add_argument(
        "--volume-divisor", type=positive, default=0, metavar="N", help=tr("cm³ that count as a kg")
    )
    load.add_argument("--dry-run", action="store_true", help=tr("check the file, change nothing"))


def _list(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import prices

    with context.services() as services:
        found = prices.listed(services.work)
    return CommandResult([r for t in found for r in _rows(t)], columns=_columns())


def _import(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import prices
    from app.services.money.price_files import read_price_file

    table = read_price_file(
        wanted.file,
        wanted.name or wanted.file.stem,
        wanted.account,
        packaging_g=wanted.packaging_g,
        volume_divisor=wanted.volume_divisor,
    )
    with context.services() as services:
        prices.must_be_an_account(services.work, table.account)
        result = "would" if wanted.dry_run else prices.keep(services.work, table)
    summary = (
        tr("Table “{table}” is in order; nothing was changed.", table=table.name)
        if wanted.dry_run
        else tr("Table “{table}”: {result}", table=table.name, result=words.result(result))
    )
    rows = [{**row, "result": result} for row in _rows(table)]
    return CommandResult(rows, columns=_columns(), summary=summary)


def _rows(table: PriceTable) -> list[dict[str, Any]]:
    return [
        {
            "table": table.name,
            "account": table.account,
            "zone": zone.name,
            "places": [*zone.provinces, *zone.cities],
            "first_g": zone.first_g,
            "first_fen": zone.first_fen,
            "further_g": zone.further_g,
            "further_fen": zone.further_fen,
            "per_parcel_fen": zone.per_parcel_fen,
            "min_weight_g": zone.min_weight_g,
            "max_weight_g": zone.max_weight_g,
            "valid_from": table.valid_from.isoformat() if table.valid_from else None,
        }
        for zone in table.zones
    ]


def _columns() -> tuple[Column, ...]:
    return (
        Column("table", tr("Table")),
        Column("account", tr("Account")),
        Column("zone", tr("Zone")),
        Column("places", tr("Places")),
        Column("first_g", tr("First (g)"), right=True),
        Column("first_fen", tr("yuan"), right=True, show=words.yuan),
        Column("further_g", tr("Further (g)"), right=True),
        Column("further_fen", tr("yuan"), right=True, show=words.yuan),
    )
