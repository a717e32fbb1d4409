"""``db share``, ``db join``, ``db leave`` and ``db move``: several computers on one database."""

from __future__ import annotations

import argparse

from app.cli import asking
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult
from app.domain.errors import UserError
from app.domain.text import T, ntr, tr

_URL = "postgresql://packbench@192.168.1.10/packbench"


def add(group: Commands) -> None:
    """Add the commands to the group ``db``."""
    share = group.add(
        "share",
        tr(
            "let other computers use this database: its key is stored there under a passphrase. "
            "The key itself stays the same; a computer that has joined keeps it"
        ),
        _share,
    )
    share.add_argument("--change", action="store_true", help=tr("set another passphrase"))
    asking.add_source(share, "passphrase", tr("the passphrase"))
    join = group.add("join", tr("use a database that another computer shares"), _join)
    _server(join)
    join.add_argument("--bench", metavar=tr("NAME"), help=tr("what this computer is called there"))
    asking.add_source(join, "passphrase", tr("the passphrase"))
    leave = group.add("leave", tr("go back to a database file of this computer"), _leave)
    leave.add_argument(
        "--old-file",
        action="store_true",
        help=tr("use the copy from before the move again; it knows nothing of what came after"),
    )
    move = group.add("move", tr("move everything from the file to a database server"), _move)
    _server(move)
    move.add_argument("--dry-run", action="store_true", help=tr("look, but change nothing"))


def _server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help=tr("like {example}", example=_URL))
    asking.add_source(parser, "password", tr("the password of the database"))


def _share(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.benches import joining

    with context.services() as services:
        passphrase = asking.given(wanted, "passphrase", context.environ)
        if passphrase is None:
            passphrase = asking.ask(tr("New passphrase"), twice=True)
        shared = joining.share(
            services.work,
            services.secrets,
            context.doors.secret_keys,
            passphrase,
            change=wanted.change,
        )
    row = {"result": "changed" if shared.changed else "shared", "secrets": shared.secrets}
    if shared.changed:
        summary = tr("The passphrase is changed. Computers that have joined stay joined.")
    else:
        summary = tr("Other computers can join now: db join URL")
    return CommandResult([row], summary=summary)


def _join(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.benches import changing

    _refuse_password(wanted.url)
    with context.folder_alone() as folder:
        joined = changing.join(
            folder,
            wanted.url,
            _password(wanted, context),
            lambda: (
                asking.given(wanted, "passphrase", context.environ)
                or asking.ask(tr("Passphrase of the shared database"))
            ),
            bench=wanted.bench or "",
        )
    row = {"result": "joined", "bench": joined.bench, "others": list(joined.others)}
    lines = [tr("This computer is bench “{name}” of the shared database now.", name=joined.bench)]
    if joined.others:
        lines.append(tr("At work there: {names}", names=", ".join(joined.others)))
    return CommandResult([row], summary="\n".join(lines))


def _leave(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.benches import changing

    with context.folder_alone() as folder:
        left = changing.leave(folder, old_file=wanted.old_file)
    row = {"result": "left", "file": str(left.file), "kept": str(left.kept or "")}
    lines = [tr("This computer uses its own file again: {file}", file=left.file)]
    if left.kept is not None:
        lines.append(
            tr("The copy from before the move is still there: {file}", file=left.kept.name)
        )
    return CommandResult([row], summary="\n".join(lines))


def _move(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.benches import moving

    _refuse_password(wanted.url)
    with context.folder_alone() as folder, context.show_progress(tr("Moving")) as progress:
        moved = moving.move(
            folder,
            wanted.url,
            _password(wanted, context),
            context.doors.secret_keys,
            dry_run=wanted.dry_run,
            progress=progress,
            cancel=context.cancel,
        )
    rows = [
        {"table": t.name, "rows": t.rows, "copied": t.copied, "same": t.same} for t in moved.tables
    ]
    columns = (
        Column("table", tr("Table")),
        Column("rows", tr("In the file"), right=True),
        Column("copied", tr("On the server"), right=True),
        Column("same", tr("Alike")),
    )
    total = sum(t.rows for t in moved.tables)
    if wanted.dry_run:
        summary = ntr("{n} row can be moved.", "{n} rows can be moved.", total)
        return CommandResult(rows, columns=columns, summary=summary)
    lines = [
        ntr("{n} row is on the server.", "{n} rows are on the server.", total),
        tr("The old file is kept, for reading only: {file}", file=moved.kept),
        tr("To go back to it: db leave --old-file"),
        tr("To let other computers in: db share"),
    ]
    return CommandResult(rows, columns=columns, summary="\n".join(lines))


def _password(wanted: argparse.Namespace, context: Context) -> str:
    """Left out: the server asks for none, or libpq finds one (PGPASSWORD, ~/.pgpass)."""
    return asking.given(wanted, "password", context.environ) or ""


def _refuse_password(url: str) -> None:
    _, _, rest = url.partition("://")
    userinfo, at, _ = rest.rpartition("@")
    if at and ":" in userinfo:
        raise UserError(
            "password_on_command_line",
            T("A password on the command line can be read by every program of this computer."),
            T("Leave it out of the address and use --password-env or --password-file."),
        )
