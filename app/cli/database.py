"""``db upgrade`` and ``db check``, and the group they are in."""

from __future__ import annotations

import argparse

from app.cli import sharing, words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow
from app.domain.text import T, ntr, tr


def add(commands: Commands) -> None:
    group = commands.group("db", tr("the database"))
    group.add("upgrade", tr("bring the database to this version; a copy is made first"), _upgrade)
    group.add("check", tr("prove that the books are right"), _check)
    sharing.add(group)


def _upgrade(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    copy = context.doors.upgrade_database(context.data)
    row = {"result": "upgraded", "copy": str(copy) if copy else ""}
    summary = (
        tr("The database is up to date; the old one was kept as {copy}", copy=copy)
        if copy
        else tr("The database is up to date.")
    )
    return CommandResult([row], summary=summary)


def _check(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services import integrity

    with context.services() as services, context.show_progress(tr("Checking")):
        checked = integrity.check(services.work)
    broken: dict[str, int] = {}
    for finding in checked.broken:
        broken[finding.rule] = broken.get(finding.rule, 0) + 1
    rules = [*checked.rules, *(r for r in broken if r not in checked.rules)]
    rows = [
        {"rule": rule, "ok": rule not in broken, "broken": broken.get(rule, 0)} for rule in rules
    ]
    remedy = str(T("Restore the last backup, or ask for help with the output of: db check"))
    errors = [ErrorRow(b.rule, str(b.message), remedy, b.ref) for b in checked.broken]
    columns = (
        Column("rule", tr("Rule"), show=words.rule),
        Column("ok", tr("Holds true")),
        Column("broken", tr("Broken"), right=True),
    )
    summary = ntr("{n} rule holds.", "{n} rules hold.", len(rules) - len(broken))
    if checked.below_zero:
        summary += "\n" + ntr(
            "{n} item is below zero, as a shop allows.",
            "{n} items are below zero, as a shop allows.",
            checked.below_zero,
        )
    return CommandResult(rows, errors, columns, summary)
