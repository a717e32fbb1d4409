"""``benches list`` and ``benches forget``."""

from __future__ import annotations

import argparse

from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, count_line
from app.domain.errors import UserError
from app.domain.text import T, tr


def add(commands: Commands) -> None:
    group = commands.group("benches", tr("the computers that share this database"))
    group.add("list", tr("who is there, and when it was seen last"), _list)
    forget = group.add("forget", tr("take a bench that is gone off the list"), _forget)
    forget.add_argument("name", metavar=tr("NAME"))


def _list(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.benches import registry

    with context.services() as services:
        rows = [
            {
                "name": b.name,
                "host": b.host,
                "version": b.version,
                "seen_at": b.seen_at,
                "user": b.user,
                "alive": b.alive,
            }
            for b in registry.listed(services.work)
        ]
    columns = (
        Column("name", tr("Bench")),
        Column("host", tr("Computer")),
        Column("version", tr("Version")),
        Column("user", tr("Who")),
        Column("seen_at", tr("Seen")),
        Column("alive", tr("At work")),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _forget(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.benches import registry

    with context.services() as services:
        if not registry.forget(services.work, wanted.name):
            raise UserError(
                "no_such_bench",
                T("There is no bench called {name}.", name=wanted.name),
                T("See them with: benches list"),
                ref=wanted.name,
            )
    return CommandResult([{"name": wanted.name, "result": "forgotten"}], summary=tr("Done."))
