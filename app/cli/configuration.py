"""``config apply`` and ``config show``."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context, Opened
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult
from app.domain.text import tr

if TYPE_CHECKING:
    from app.settings import RelayConfig


def add(commands: Commands) -> None:
    group = commands.group("config", tr("accounts, sender, printers and rules"))
    apply = group.add("apply", tr("make the settings what a file says"), _apply)
    apply.add_argument("file", type=Path, metavar=tr("FILE"), help=tr("a TOML file"))
    group.add("show", tr("show the settings, never a secret"), _show)


def _apply(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services import configuring
    from app.settings import read_config

    with context.services() as services:
        config = read_config(
            wanted.file, context.doors.adapters(), context.environ, services.secrets.get
        )
        if config.database_url is None or not _moves(services, config.database_url):
            changes = configuring.apply(services.work, services.secrets, config)
            moved = []
        else:
            changes = []
            moved = [{"section": "database", "name": "", "result": "changed"}]
    if moved:
        _move(services, config.database_url or "", context)
        with context.services() as services:
            changes = configuring.apply(services.work, services.secrets, config)
    rows = moved + [{"section": c.section, "name": c.name, "result": c.result} for c in changes]
    if config.relay is not None:
        rows.append({"section": "relay", "name": "", "result": _keep_relay(services, config.relay)})
    columns = (
        Column("section", tr("Section"), show=words.section),
        Column("name", tr("Name")),
        Column("result", tr("Result"), show=words.result),
    )
    return CommandResult(rows, columns=columns, summary="" if rows else tr("Nothing changed."))


def _moves(services: Opened, url: str) -> bool:
    """Whether ``url`` is another database than the one in use."""
    from app.settings import DATABASE_PASSWORD, split_password

    plain, password = split_password(url)
    kept = services.secrets.get(DATABASE_PASSWORD) or ""
    return services.local.database_url != plain or (bool(password) and password != kept)


def _move(services: Opened, url: str, context: Context) -> None:
    """Use the database at ``url`` from now on; when it does not open, stay with the old one."""
    from app.settings import DATABASE_PASSWORD, split_password, write_local

    plain, password = split_password(url)
    password_before = services.secrets.get(DATABASE_PASSWORD)
    if password:
        services.secrets.set(DATABASE_PASSWORD, password)
    write_local(services.paths.settings, replace(services.local, database_url=plain))
    opened = False
    try:
        with context.services():
            opened = True
    finally:
        if not opened:
            write_local(services.paths.settings, services.local)
            if password_before is None:
                services.secrets.delete(DATABASE_PASSWORD)
            else:
                services.secrets.set(DATABASE_PASSWORD, password_before)


def _keep_relay(services: Opened, relay: RelayConfig) -> str:
    """Where this computer takes pushes is its own affair: beside the database, not in it."""
    from app.settings import RELAY_SECRET, read_local, write_local

    before = read_local(services.paths.settings)
    after = replace(before, relay_listen=relay.listen, relay_forward=relay.forward)
    known = services.secrets.get(RELAY_SECRET) or ""
    if relay.secret and relay.secret != known:
        services.secrets.set(RELAY_SECRET, relay.secret)
    elif after == before:
        return "same"
    write_local(services.paths.settings, after)
    return "changed" if before.relay_listen or known else "new"


def _relay_row(services: Opened) -> dict[str, Any]:
    from app.services.configuring import HIDDEN
    from app.settings import RELAY_SECRET

    secret = HIDDEN if services.secrets.get(RELAY_SECRET) else ""
    local = services.local
    return {"listen": local.relay_listen, "forward": local.relay_forward, "secret": secret}


def _show(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services import configuring

    with context.services() as services:
        rows = configuring.show(services.work, services.secrets, context.doors.secret_keys)
        database = services.local.database_url or f"sqlite:///{services.paths.database}"
        relay = _relay_row(services)
    rows = [{"section": "database", "url": database}, *rows]
    if any(relay.values()):
        rows.append({"section": "relay", **relay})
    return CommandResult(rows, summary="\n\n".join(_as_toml(row) for row in rows))


_SINGLE = frozenset({"database", "sender", "approval", "slip", "stock", "tracking", "relay"})


def _as_toml(row: dict[str, Any]) -> str:
    single = row["section"] in {
        "database",
        "sender",
        "approval",
        "slip",
        "stock",
        "tracking",
        "relay",
    }
    lines = [f"[{row['section']}]" if single else f"[[{row['section']}]]"]
    lines += [f"{k} = {_toml(v)}" for k, v in row.items() if k != "section" and v is not None]
    return "\n".join(lines)


def _toml(value: object) -> str:
    import json

    match value:
        case dict():
            return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_toml(v) for v in value) + "]"
        case bool() | int() | float() | str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(str(value), ensure_ascii=False)
