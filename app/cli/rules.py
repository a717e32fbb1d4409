"""``rules``: which carrier takes a parcel; list them, and try others on the last parcels."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.domain.text import ntr, tr

if TYPE_CHECKING:
    from app.services.money.trial import Trial, TrialRow


def add(commands: Commands) -> None:
    group = commands.group("rules", tr("which carrier takes a parcel"))
    group.add("list", tr("the rules in their order"), _list)
    trial = group.add("try", tr("what rules would do with the last parcels; changes nothing"), _try)
    trial.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar=tr("FILE"),
        help=tr("rules and prices of this file instead of those in use"),
    )
    trial.add_argument("--last", type=positive, default=50, metavar="N", help=tr("so many parcels"))
    trial.add_argument("--changed", action="store_true", help=tr("only parcels that go otherwise"))


def _list(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.parcels.placing import read_rules, then_of

    with context.services() as services, services.work.db.read() as tx:
        found = read_rules(tx)
    rows: list[dict[str, Any]] = [
        {"position": n, "name": r.name, "when": dict(r.when), "then": then_of(r)}
        for n, r in enumerate(found, 1)
    ]
    columns = (
        Column("position", tr("No."), right=True),
        Column("name", tr("Rule")),
        Column("when", tr("Conditions"), show=_said),
        Column("then", tr("Goes by"), show=_said),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _said(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    parts = (
        f"{key} = {'|'.join(map(str, v)) if isinstance(v, list) else v}" for key, v in value.items()
    )
    return ", ".join(parts)


def _try(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.money import trial

    with context.services() as services:
        rules = prices = None
        if wanted.file is not None:
            from app.settings import read_config

            config = read_config(
                wanted.file, context.doors.adapters(), context.environ, services.secrets.get
            )
            # As in config apply: a section that the file does not have stays as it is.
            rules, prices = config.rules, config.prices
        found = trial.try_rules(services.work, rules, wanted.last, prices)
    rows = [_row(r) for r in found.rows if r.changes or not wanted.changed]
    columns = (
        Column("order", tr("Orders")),
        Column("now", tr("Now"), show=words.carrier),
        Column("then", tr("Then"), show=words.carrier),
        Column("reason", tr("Reason")),
        Column("fee_fen_now", tr("Fee now"), right=True, show=words.yuan),
        Column("fee_fen_then", tr("Fee then"), right=True, show=words.yuan),
    )
    return CommandResult(rows, columns=columns, summary="\n".join(_summary(found)))


def _row(row: TrialRow) -> dict[str, Any]:
    reason = str(row.reason) if row.reason is not None else "; ".join(map(str, row.steps))
    return {
        "parcel": row.parcel,
        "order": list(row.orders),
        "now": row.now,
        "then": row.then,
        "account_now": row.account_now,
        "account_then": row.account_then,
        "reason": reason,
        "by_hand": row.by_hand,
        "fee_fen_now": row.fee_fen_now,
        "fee_fen_then": row.fee_fen_then,
    }


def _summary(found: Trial) -> list[str]:
    changed = sum(r.changes for r in found.rows)
    lines = [
        tr(
            "{changed} of {all} would go otherwise.",
            changed=ntr("{n} parcel", "{n} parcels", changed),
            all=len(found.rows),
        )
    ]
    for side in found.by_carrier:
        name = words.carrier(side.carrier) or tr("No carrier")
        lines.append(
            tr("{carrier}: {now} now, {then} then", carrier=name, now=side.now, then=side.then)
        )
    if found.priced:
        lines.append(
            tr(
                "Fees of {n} parcels with a price: {now} yuan now, {then} yuan then",
                n=found.priced,
                now=words.yuan(found.fee_fen_now),
                then=words.yuan(found.fee_fen_then),
            )
        )
    return lines
