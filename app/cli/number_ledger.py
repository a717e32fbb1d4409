"""``waybill ledger | void-unused``: every number taken, and giving back what is not used."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, moment, positive
from app.cli.result import Column, CommandResult, count_line, of_batch
from app.cli.waves import batch_columns, batch_ref, batch_row
from app.domain.text import tr

if TYPE_CHECKING:
    from app.services.numbers.number_ledger import Entry

# As in app.services.numbers.number_ledger, which is too heavy for a help text.
DAYS = 3


def add(waybill: Commands) -> None:
    """More commands of the ``waybill`` group."""
    ledger = waybill.add("ledger", tr("every number taken, and what became of it"), _ledger)
    ledger.add_argument(
        "--unused", action="store_true", help=tr("only those taken and not used, or in doubt")
    )
    ledger.add_argument("--account", metavar=tr("NAME"), help=tr("of this account only"))
    ledger.add_argument(
        "--from", dest="since", type=moment, metavar=tr("TIME"), help=tr("taken since then")
    )
    ledger.add_argument(
        "--to", dest="until", type=moment, metavar=tr("TIME"), help=tr("taken before then")
    )
    ledger.add_argument("--limit", type=positive, metavar="N", help=tr("at most so many rows"))

    void = waybill.add("void-unused", tr("give back the numbers that are not used"), _void)
    void.add_argument("--account", metavar=tr("NAME"), help=tr("of this account only"))
    for command in (ledger, void):
        command.add_argument(
            "--days",
            type=positive,
            default=DAYS,
            metavar="N",
            help=tr("so old and never scanned counts as not used"),
        )


def _ledger(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.numbers import number_ledger

    asked = number_ledger.Asked(
        unused=wanted.unused,
        account=wanted.account or "",
        since=wanted.since,
        until=wanted.until,
        days=wanted.days,
        most=wanted.limit and wanted.limit + 1,  # one more, to know whether that was all
    )
    with context.services() as services:
        found = number_ledger.listed(services.work, asked)
    columns = (
        Column("waybill", tr("Waybill")),
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("account", tr("Account")),
        Column("state", tr("State"), show=words.number_state),
        Column("taken_at", tr("Taken")),
        Column("parcel", tr("Parcel")),
        Column("to_do", tr("Still possible"), show=words.number_to_do),
        Column("stake", tr("At stake")),
    )
    shown = found[: wanted.limit]
    summary = count_line(len(shown))
    if len(found) > len(shown):
        summary = tr("The first {shown}; see more with --limit", shown=len(shown))
    return CommandResult([_row(e) for e in shown], columns=columns, summary=summary)


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "waybill": entry.number,
        "parcel": entry.parcel,
        "carrier": entry.carrier,
        "route": entry.route,
        "account": entry.account,
        "shop": entry.shop,
        "kind": entry.kind,
        "state": entry.state,
        "taken_at": entry.taken_at,
        "first_scan_at": entry.first_scan_at,
        "expires_at": entry.expires_at,
        "typed": entry.typed,
        "unused": entry.unused,
        "to_do": entry.to_do.value,
        "stake": str(entry.cost) if entry.unused else "",
    }


def _void(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.numbers import unused_numbers

    with context.services() as services, context.show_progress(tr("Giving back")) as progress:
        found = unused_numbers.void_unused(
            services.work,
            account=wanted.account or "",
            days=wanted.days,
            progress=progress,
            cancel=context.cancel,
        )
    stopped = context.cancel.cancelled
    return of_batch(found, batch_row, batch_ref, batch_columns(), stopped=stopped)
