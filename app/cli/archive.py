"""``archive run | list | restore``: orders that are over, put away by month."""

from __future__ import annotations

import argparse

from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult
from app.domain.text import ntr, tr

# As in app.services.archive.moving, which is too heavy for a help text.
DAYS = 180


def add(commands: Commands) -> None:
    group = commands.group("archive", tr("orders that are over, put away by month"))
    run = group.add("run", tr("put away what has been over for long enough"), _run)
    run.add_argument(
        "--days", type=positive, default=DAYS, metavar="N", help=tr("over for so many days")
    )
    run.add_argument("--dry-run", action="store_true", help=tr("only say what would be done"))
    group.add("list", tr("the months of the archive"), _list)
    restore = group.add("restore", tr("bring an order back among the live ones"), _restore)
    restore.add_argument("order", metavar=tr("ORDER"))


def _run(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.archive import moving

    with (
        context.services() as services,
        context.show_progress(tr("Putting away")) as progress,
    ):
        done = moving.run(
            services.work,
            days=wanted.days,
            dry_run=wanted.dry_run,
            progress=progress,
            cancel=context.cancel,
        )
    row = {"orders": done.orders, "left": done.left, "dry_run": wanted.dry_run}
    summary = ntr("{n} order put away.", "{n} orders put away.", done.orders)
    if wanted.dry_run:
        summary = ntr("{n} order would be put away.", "{n} orders would be put away.", done.orders)
    columns = (
        Column("orders", tr("Put away"), right=True),
        Column("left", tr("Something still open"), right=True),
    )
    return CommandResult([row], columns=columns, summary=summary)


def _list(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.archive import moving

    with context.services() as services:
        found = moving.months(services.work)
    rows = [{"month": r.month, "orders": r.orders, "size": r.size} for r in found]
    columns = (
        Column("month", tr("Month")),
        Column("orders", tr("Orders"), right=True),
        Column("size", tr("Bytes"), right=True),
    )
    return CommandResult(rows, columns=columns)


def _restore(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.archive import moving

    with context.services() as services:
        count = moving.restore(services.work, wanted.order)
    row = {"order": wanted.order, "result": "restored", "orders": count}
    return CommandResult([row], summary=ntr("{n} order is back.", "{n} orders are back.", count))
