"""``reach list | add | remove | refresh | check``: where carriers go, known before the number."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.orders import DEFAULT_LIMIT
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, ErrorRow, count_line, of_batch
from app.cli.waves import batch_ref, batch_row
from app.domain.errors import UserError
from app.domain.reach import ReachOrigin, ReachVerdict
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.services.numbers.prechecks import CheckRow
    from app.services.reach.lists import ListState
    from app.services.reach.views import RegionRow
    from app.services.workplace import Workplace

_ORIGINS = (ReachOrigin.OWN.value, ReachOrigin.LIST.value, ReachOrigin.LEARNED.value)
_VERDICTS = (
    ReachVerdict.REFUSED.value,
    ReachVerdict.DOUBTFUL.value,
    ReachVerdict.REACHED.value,
)
_LEVELS = ("province", "city", "district", "street")


def add(commands: Commands) -> None:
    group = commands.group("reach", tr("where carriers go, known before a number is taken"))
    listing = group.add("list", tr("own table, stopped regions and refusals by place"), _list)
    listing.add_argument("--carrier", metavar=tr("CARRIER"), help=tr("of this carrier only"))
    listing.add_argument("--origin", choices=_ORIGINS, help=tr("who says so"))
    listing.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N", help=tr("at most so many")
    )
    new = group.add("add", tr("a line in your own table"), _add)
    new.add_argument("carrier", metavar=tr("CARRIER"), help=tr("the carrier: sf, zto, yunda …"))
    new.add_argument(
        "region",
        nargs="+",
        metavar=tr("REGION"),
        help=tr("from the province down: 西藏自治区 那曲市 安多县"),
    )
    new.add_argument("--verdict", choices=_VERDICTS, default="refused", help=tr("what is so there"))
    new.add_argument("--reason", default="", metavar=tr("TEXT"), help=tr("why"))
    new.add_argument("--account", default="", metavar=tr("NAME"), help=tr("for this account only"))
    gone = group.add("remove", tr("take a line out, or forget a refusal"), _remove)
    gone.add_argument("line", nargs="+", metavar="ID", help=tr("see reach list"))
    fresh = group.add("refresh", tr("fetch the carriers' lists of stopped regions"), _refresh)
    fresh.add_argument(
        "carriers", nargs="*", metavar=tr("CARRIER"), help=tr("of these carriers only")
    )
    add_check(group.add("check", tr("what would be refused; books nothing"), run_check))


def add_check(command: argparse.ArgumentParser) -> None:
    """The arguments of a check; ``waybill check`` has the same."""
    command.add_argument("parcels", nargs="*", metavar="ID")
    command.add_argument("--wave", metavar=tr("WAVE"), help=tr("every parcel of this wave"))
    command.add_argument(
        "--offline", action="store_true", help=tr("ask nobody: only what is known here")
    )


def run_check(wanted: argparse.Namespace, context: Context) -> CommandResult:
    """Check parcels or a wave."""
    from app.services.numbers import prechecks

    if bool(wanted.parcels) == bool(wanted.wave):
        raise UserError(
            "usage",
            T("Name parcels, or a wave with --wave."),
            T("For example: waybill check --wave W1"),
        )
    with context.services() as services, context.show_progress(tr("Checking")) as progress:
        work = services.work
        ids = _parcels(work, wanted)
        found = prechecks.check(work, ids, progress, context.cancel, online=not wanted.offline)
    stopped = context.cancel.cancelled
    return of_batch(found, _check_row, batch_ref, _check_columns(), stopped=stopped)


def _parcels(work: Workplace, wanted: argparse.Namespace) -> Sequence[str]:
    from app.services.parcels import parcel_queries
    from app.services.waves import waves

    if not wanted.wave:
        named: Sequence[str] = wanted.parcels
        return named
    with work.db.read() as tx:
        wave_id = waves.find_wave(tx, wanted.wave).id
    return parcel_queries.parcel_ids(work, wave=wave_id)


def _check_columns() -> tuple[Column, ...]:
    return (
        Column("parcel", tr("Parcel")),
        Column("waybill", tr("Waybill")),
        Column("result", tr("Result"), show=words.result),
        Column("findings", tr("What is against it"), show=_sentences),
    )


def _sentences(findings: object) -> str:
    rows = findings if isinstance(findings, list) else []
    return " ".join(str(row["message"]) for row in rows)


def _check_row(row: CheckRow) -> dict[str, Any]:
    return {
        **batch_row(row),
        "findings": [
            {
                "weight": f.weight.value,
                "by": f.by.value,
                "code": f.code,
                "message": str(f.message),
                "remedy": str(f.remedy),
                "fix": str(f.fix or ""),
                "their_code": f.their_code,
                "said": f.said,
            }
            for f in row.findings
        ],
    }


def _columns() -> tuple[Column, ...]:
    return (
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("region", tr("Region")),
        Column("verdict", tr("Verdict"), show=words.reach),
        Column("origin", tr("Says who"), show=words.reach_origin),
        Column("reason", tr("Reason")),
        Column("times", tr("Times"), right=True),
        Column("last_at", tr("Last")),
        Column("id", "ID"),
    )


def _region_row(row: RegionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "origin": row.origin,
        "carrier": row.carrier,
        "account": row.account,
        "region": row.where.words,
        **{level: getattr(row.where, level) for level in _LEVELS},
        "verdict": row.verdict,
        "reason": row.reason,
        "code": row.code,
        "times": row.times,
        "last_at": row.last_at,
        "until_at": row.until_at,
    }


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.reach import own, views

    carrier = own.company_code(wanted.carrier) if wanted.carrier else ""
    with context.services() as services:
        rows, total = views.regions(
            services.work,
            carrier=carrier,
            origin=wanted.origin or "",
            limit=wanted.limit,
        )
    return CommandResult(
        [_region_row(r) for r in rows], columns=_columns(), summary=count_line(len(rows), total)
    )


def _add(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.reach import own

    if len(wanted.region) > len(_LEVELS):
        raise UserError(
            "usage",
            T("A region has four parts at most: province, city, district, street."),
            T("For example: reach add zto 西藏自治区 那曲市"),
        )
    where = dict(zip(_LEVELS, wanted.region, strict=False))
    line = own.own_region(
        wanted.carrier, wanted.verdict, reason=wanted.reason, account=wanted.account, **where
    )
    with context.services() as services:
        own.must_be_theirs(services.work, line)
        line_id = own.add(services.work, line)
    row = {"id": line_id, "origin": "own", **own.shown(line), "region": line.where.words}
    columns = [c for c in _columns() if c.key not in {"times", "last_at"}]
    return CommandResult([row], columns=columns)


def _remove(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.reach import own

    with context.services() as services:
        for line in wanted.line:
            own.remove(services.work, line)
    rows = [{"id": line, "result": "done"} for line in wanted.line]
    columns = (Column("id", "ID"), Column("result", tr("Result"), show=words.result))
    return CommandResult(rows, columns=columns)


def _refresh(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.reach import lists, own

    named = [own.company_code(code) for code in wanted.carriers]
    with context.services() as services:
        states = lists.refresh(services.work, named or None)
    rows = [
        {
            "account": s.account,
            "carrier": s.carrier,
            "regions": s.regions,
            "fetched_at": s.fetched_at,
            "result": "later" if s.message else "done",
        }
        for s in states
    ]
    columns = (
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("account", tr("Account")),
        Column("regions", tr("Regions"), right=True),
        Column("fetched_at", tr("Read at")),
        Column("result", tr("Result"), show=words.result),
    )
    errors = [_not_fetched(s) for s in states if s.message]
    nobody = (
        tr("None of these carriers publishes such a list.")
        if named
        else tr("None of your carriers publishes such a list.")
    )
    summary = "" if states else nobody
    return CommandResult(rows, errors, columns, summary, done=len(rows) - len(errors))


def _not_fetched(state: ListState) -> ErrorRow:
    return ErrorRow(
        "list_not_fetched",
        str(state.message or ""),
        str(state.remedy or ""),
        state.account,
        later=True,
    )
