"""``freight``: carriers' bills beside what parcels should have cost."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, ErrorRow, count_line
from app.domain.errors import UserError
from app.domain.text import T, ntr, tr

if TYPE_CHECKING:
    from app.services.money.views import FreightRow, FreightSummary, Period
    from app.services.workplace import Workplace


def add(commands: Commands) -> None:
    group = commands.group("freight", tr("carriers' bills beside what was expected"))
    load = group.add("import", tr("a statement of a carrier, CSV or Excel"), _import)
    load.add_argument("file", type=Path, metavar=tr("FILE"))
    load.add_argument("--carrier", default="", metavar=tr("CARRIER"), help=tr("whose it is"))
    load.add_argument(
        "--column",
        action="append",
        default=[],
        metavar=tr("COLUMN=HEADING"),
        help=tr("number, fee, weight, day or kind stands under this heading; kept for the carrier"),
    )
    bills = group.add("bills", tr("ask carriers what they charged"), _bills)
    bills.add_argument("--account", default="", metavar=tr("NAME"), help=tr("this account only"))
    report = group.add("report", tr("sums by carrier, and the lines that differ"), _report)
    _period(report)
    report.add_argument(
        "--limit", type=positive, default=200, metavar="N", help=tr("at most so many lines")
    )
    report.add_argument("--all", action="store_true", help=tr("accepted lines too"))
    report.add_argument(
        "--judge-again", action="store_true", help=tr("first compare with today's price tables")
    )
    export = group.add("export", tr("the lines that differ, as a file for the claim"), _export)
    export.add_argument("file", type=Path, metavar=tr("FILE"), help=tr(".xlsx or .csv"))
    _period(export)
    accept = group.add("accept", tr("accept lines: they are claimed no more"), _accept)
    accept.add_argument("lines", nargs="*", metavar="ID")
    accept.add_argument("--everything", action="store_true", help=tr("every line of the period"))
    accept.add_argument("--why", default="", metavar=tr("TEXT"), help=tr("why"))
    accept.add_argument("--undo", action="store_true", help=tr("claim these lines after all"))
    _period(accept)
    group.add("statements", tr("what was taken in"), _statements)


def _period(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="first", type=_day, metavar=tr("DAY"), help="2026-03-01")
    command.add_argument("--to", dest="last", type=_day, metavar=tr("DAY"), help="2026-03-31")
    command.add_argument(
        "--carrier", default="", metavar=tr("CARRIER"), help=tr("of this carrier only")
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UserError(
            "usage",
            T("“{text}” is no day.", text=text),
            T("Write it like {example}.", example="2026-03-01"),
        ) from error


def _of(wanted: argparse.Namespace, work: Workplace) -> Period:
    from app.services.money import statements, views

    statements.named_company(wanted.carrier)  # a wrong one must not look like "nothing differs"
    usual = views.recent(work)
    return views.Period(wanted.first or usual.first, wanted.last or usual.last)


def _import(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import statements

    columns = dict(_column(text) for text in wanted.column)
    with context.services() as services, context.show_progress(tr("Importing")) as progress:
        found = statements.import_file(
            services.work, wanted.file, wanted.carrier, columns, progress, context.cancel
        )
    row = {
        "statement": found.statement,
        "carrier": found.carrier,
        "name": found.name,
        "lines": found.lines,
        "new": found.new,
        "known": found.known,
        "again": found.again,
    }
    summary = tr(
        "{name}: {new} new lines, {known} known from another statement",
        name=found.name,
        new=found.new,
        known=found.known,
    )
    if found.again:
        summary = tr("{name} was taken in before; nothing is counted twice.", name=found.name)
    return CommandResult([row], summary=summary)


def _column(text: str) -> tuple[str, str]:
    name, equals, heading = text.partition("=")
    if not equals or not heading.strip() or name not in {"number", "fee", "weight", "day", "kind"}:
        raise UserError(
            "usage",
            T("“{text}” names no column.", text=text),
            T("Write it like {example}.", example="--column fee=应收运费"),
        )
    return name, heading.strip()


def _bills(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import asking

    with context.services() as services, context.show_progress(tr("Asking")) as progress:
        found = asking.fetch_bills(services.work, wanted.account, progress, context.cancel)
    rows = [
        {"account": r.account, "carrier": r.carrier, "asked": r.asked, "billed": r.billed}
        for r in found
    ]
    errors = [
        ErrorRow(r.code, str(r.message or ""), str(r.remedy or ""), r.account, True)
        for r in found
        if not r.ok
    ]
    columns = (
        Column("account", tr("Account")),
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("asked", tr("Asked for"), right=True),
        Column("billed", tr("Bills"), right=True),
    )
    summary = "" if found else tr("No account can tell what was charged: import a statement.")
    return CommandResult(rows, errors, columns, summary, done=sum(r.billed for r in found))


def _report(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import judging, views

    with context.services() as services:
        work = services.work
        if wanted.judge_again:
            judging.anew(work)
        period = _of(wanted, work)
        summed = views.summary(work, period, wanted.carrier)
        found = views.differing(
            work, period, wanted.carrier, accepted=wanted.all, limit=wanted.limit
        )
    rows = [_sum_row(summed, n) for n in range(len(summed.carriers))]
    rows += [_line_row(row) for row in found]
    columns = (
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("waybill", tr("Waybill")),
        Column("day", tr("Day")),
        Column("reason", tr("Why")),
        Column("expected_fen", tr("Expected (yuan)"), right=True, show=words.yuan),
        Column("billed_fen", tr("Billed (yuan)"), right=True, show=words.yuan),
        Column("over_fen", tr("Too much (yuan)"), right=True, show=words.yuan),
        Column("id", "ID"),
    )
    return CommandResult(rows, columns=columns, summary="\n".join(_said(summed, len(found))))


def _sum_row(summed: FreightSummary, n: int) -> dict[str, Any]:
    side = summed.carriers[n]
    return {
        "row": "carrier",
        "carrier": side.carrier,
        "parcels": side.parcels,
        "billed_fen": side.billed_fen,
        "expected_fen": side.expected_fen,
        "over_fen": side.over_fen,
        "differing": side.differing,
        "unpriced": side.unpriced,
        "reason": ntr("{n} parcel", "{n} parcels", side.parcels),
    }


def _line_row(row: FreightRow) -> dict[str, Any]:
    return {
        "row": "line",
        "id": row.id,
        "carrier": row.carrier,
        "waybill": row.number,
        "day": row.day,
        "verdict": row.verdict.value,
        "reason": str(row.reason),
        "billed_fen": row.billed_fen,
        "expected_fen": row.expected_fen,
        "over_fen": row.over_fen,
        "weight_g": row.weight_g,
        "billed_weight_g": row.billed_weight_g,
        "parcel": row.parcel,
        "orders": list(row.orders),
        "statement": row.statement,
        "line": row.line,
        "accepted": row.accepted_at is not None,
    }


def _said(summed: FreightSummary, shown: int) -> list[str]:
    lines = [
        tr(
            "{over} yuan too much on {n} of {all} parcels",
            over=words.yuan(summed.over_fen),
            n=summed.differing,
            all=summed.parcels,
        ),
        count_line(shown, max(shown, summed.differing)),
    ]
    if any(side.unpriced for side in summed.carriers):
        lines.append(tr("Some lines have no price to compare with: see prices list"))
    return lines


def _export(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import claims

    with context.services() as services:
        work = services.work
        lines = claims.export(work, wanted.file, _of(wanted, work), wanted.carrier)
    row = {"file": str(wanted.file), "lines": lines}
    return CommandResult([row], summary=ntr("{n} line written", "{n} lines written", lines))


def _accept(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import claims

    if bool(wanted.lines) == wanted.everything:
        raise UserError(
            "usage",
            T("Name lines, or take all with --everything."),
            T("List them with: freight report"),
        )
    with context.services() as services:
        work = services.work
        if wanted.everything:
            done = claims.accept_all(work, _of(wanted, work), wanted.carrier, wanted.why)
        elif wanted.undo:
            done = claims.take_back(work, wanted.lines)
        else:
            done = claims.accept(work, wanted.lines, wanted.why)
    return CommandResult([{"lines": done}], summary=ntr("{n} line", "{n} lines", done))


def _statements(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import views

    with context.services() as services:
        found = views.statements(services.work)
    rows = [
        {
            "id": r.id,
            "carrier": r.carrier,
            "name": r.name,
            "asked": r.asked,
            "lines": r.lines,
            "complete": r.complete,
            "imported_at": r.imported_at,
            "user": r.imported_by,
        }
        for r in found
    ]
    columns = (
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("name", tr("Statement")),
        Column("lines", tr("Lines"), right=True),
        Column("imported_at", tr("Taken in")),
        Column("user", tr("Who")),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))
