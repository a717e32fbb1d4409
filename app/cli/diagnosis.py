"""``doctor``."""

from __future__ import annotations

import argparse

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow
from app.domain.text import tr


def add(commands: Commands) -> None:
    commands.add("doctor", tr("check database, accounts, printers and fonts"), _doctor)


def _doctor(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services import diagnosis

    with context.services() as services, context.show_progress(tr("Checking")):
        found = list(diagnosis.examine(services.work, services.secrets, context.doors.fonts_health))
    rows = [
        {
            "what": str(f.what),
            "state": f.state,
            "message": str(f.message),
            "remedy": str(f.remedy or ""),
        }
        for f in found
    ]
    errors = [
        ErrorRow("doctor", str(f.message), str(f.remedy or ""), str(f.what))
        for f in found
        if f.state == "problem"
    ]
    columns = (
        Column("what", tr("What")),
        Column("state", tr("State"), show=words.health),
        Column("message", tr("Finding")),
        Column("remedy", tr("Remedy")),
    )
    return CommandResult(
        rows,
        errors,
        columns,
        summary=tr("All is well.") if all(f.state == "ok" for f in found) else "",
    )
