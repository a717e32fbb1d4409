"""Moving the whole database from the file of one computer to a server.

Until the last step the file is the database and the server's copy belongs to nobody: a move that
is stopped, killed or refused leaves everything as it was, and what it had copied is taken away by
the next one. The last step is one write of ``settings.toml``.
"""

from __future__ import annotations

import hashlib
import socket
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, update

from app.domain.errors import UserError
from app.domain.text import T, tr
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services import integrity
from app.services.benches import changing, joining, shared_secrets
from app.services.benches.folder import Folder
from app.services.benches.shared_secrets import SecretKeys
from app.services.printing import owners
from app.services.workplace import Workplace
from app.settings import SHARED_KEY
from app.store import copying, derived
from app.store.copying import TableCopy
from app.store.engine import sqlite_url
from app.store.schema import schema_state, upgrade
from app.store.tables import settings

_MOVED = "moved_from"
# Left on a server by whoever opened the empty database once.
_NOTHING = frozenset({joining.CHECK, joining.TRIES})


@dataclass(frozen=True, slots=True)
class Moved:
    """``secrets`` of shops and carriers came along; ``kept`` is where the old file is now."""

    tables: tuple[TableCopy, ...]
    secrets: int = 0
    kept: Path | None = None


def move(
    folder: Folder,
    url: str,
    password: str,
    secret_keys: SecretKeys,
    *,
    dry_run: bool = False,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> Moved:
    """Copy everything to the empty database at ``url``, compare it, and use that one from now on.

    The folder must be held alone (``app.in_use``). ``dry_run`` looks whether it could be done.
    Raises ``UserError``, ``RetryableError`` with what is in the way, ``Cancelled``.
    """
    stop = cancel or CancelToken()
    _ensure_on_file(folder)
    source = folder.open_at(sqlite_url(folder.paths.database))
    try:
        _ensure_sound(source.work)
        folder.secrets.delete(SHARED_KEY)  # of a database this computer has left
        with changing.opened(folder, url, password) as (target, _):
            _make_room(target, _mark_of(folder), dry_run=dry_run)
            with source.work.db.read() as tx:
                counts = copying.count_rows(tx)
            if dry_run:
                return Moved(tuple(TableCopy(n, c, 0, False) for n, c in counts.items()))
            ticker = _Ticker(2 * sum(counts.values()), progress, stop)
            tables = _copy(source.work, target, folder, ticker)
            joining.ensure_joined(target.db, target.sealer)
            stop.check()
            _prove(target)
            with target.db.write() as tx:
                brought = shared_secrets.bring(
                    tx, target.clock, target.sealer, folder.secrets, secret_keys
                )
                owners.claim(tx, target.bench)
            stop.check()
            changing.use(folder, url, password)
            with target.db.write() as tx:
                done = {"id": _mark_of(folder), "done": True}
                tx.execute(update(settings).where(settings.c.key == _MOVED).values(value=done))
    finally:
        source.close()
    return Moved(tables, brought, _put_away(folder, f"{source.work.now():%Y%m%d-%H%M%S}"))


class _Ticker:
    """Counts rows, shows them, and stops when asked."""

    def __init__(self, total: int, progress: Progress, cancel: CancelToken) -> None:
        self._total = total
        self._progress = progress
        self._cancel = cancel
        self._done = 0

    def __call__(self, rows: int, table: str) -> None:
        self._cancel.check()
        self._done += rows
        self._progress(Step(self._done, self._total, ref=table))


def _ensure_on_file(folder: Folder) -> None:
    if folder.local.database_url:
        raise UserError(
            "on_server_already",
            T("This computer uses a database server already."),
            T("To bring another computer in: db share here, db join URL there."),
        )
    if not folder.paths.database.exists():
        raise UserError(
            "nothing_to_move",
            T("There is no database file here to move."),
            T("To use an empty database on a server: [database] in config apply."),
        )


def _ensure_sound(work: Workplace) -> None:
    if not schema_state(work.db).is_current:
        raise UserError(
            "database_old",
            T("The database file is not of this program's version."),
            T("Run: db upgrade"),
        )
    broken = integrity.check(work).broken
    if broken:
        raise UserError(
            "database_unsound",
            broken[0].message,
            T("Put that right first, see: db check. Nothing has been moved."),
            ref=broken[0].ref,
        )


def _make_room(target: Workplace, mark: str, *, dry_run: bool) -> None:
    """The tables, and nothing in them. Raises ``UserError`` (``database_not_empty``)."""
    state = schema_state(target.db)
    with target.db.read() as tx:
        there = inspect(tx).get_table_names()
    if state.revision is None:
        if there:
            raise _not_empty(there[0])
        if not dry_run:
            upgrade(target.db)
        return
    if not state.is_current:
        raise _not_empty("alembic_version")
    with target.db.read() as tx:
        full = _with_rows(tx)
        moved = tx.execute(select(settings.c.value).where(settings.c.key == _MOVED)).scalar()
    if not full:
        return
    if moved is None or moved.get("id") != mark or moved.get("done"):
        raise _not_empty(full[0])
    if not dry_run:  # a move of this very folder that did not come to its end
        with target.db.write() as tx:
            copying.empty(tx)


def _with_rows(tx: Connection) -> list[str]:
    """Names of tables that hold something."""
    found = []
    for table in copying.copied_tables():
        query = select(*table.primary_key)
        if table is settings:
            query = query.where(settings.c.key.not_in(_NOTHING))
        if tx.execute(query.limit(1)).first() is not None:
            found.append(table.name)
    return found


def _copy(
    source: Workplace, target: Workplace, folder: Folder, ticker: _Ticker
) -> tuple[TableCopy, ...]:
    """One transaction: another look at the server sees everything or nothing."""
    with source.db.read() as old, target.db.write() as new:
        copying.empty(new)
        tables = copying.copy_rows(old, new, ticker)
        wrong = [t for t in tables if not t.same]
        if wrong:
            raise UserError(
                "copy_differs",
                T(
                    "Table {table} differs on the server: {rows} rows here, {copied} there.",
                    table=wrong[0].name,
                    rows=wrong[0].rows,
                    copied=wrong[0].copied,
                ),
                T("Nothing has been moved. Ask for help with this message."),
                ref=wrong[0].name,
            )
        derived.rebuild(new)
        value = {"id": _mark_of(folder), "done": False}
        new.execute(insert(settings).values(key=_MOVED, value=value))
    return tuple(tables)


def _prove(target: Workplace) -> None:
    broken = integrity.check(target).broken
    if broken:
        raise UserError(
            "copy_unsound",
            broken[0].message,
            T("The file stays the database. Ask for help with this message."),
            ref=broken[0].ref,
        )


def _mark_of(folder: Folder) -> str:
    """Tells this data folder from others, and tells nobody else where it is."""
    told = f"{socket.gethostname()}:{folder.paths.root}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _put_away(folder: Folder, at: str) -> Path:
    """Keep the old file for reading only, with a note beside it that says what it is."""
    file = folder.paths.database
    kept = file.with_name(f"packbench-before-server-{at}.sqlite3")
    file.rename(kept)
    kept.chmod(0o444)
    note = "\n".join(
        (
            tr("This was the database until everything moved to a server."),
            tr("It knows nothing of what has happened since. To go back to it all the same:"),
            "python main.py db leave --old-file",
        )
    )
    kept.with_suffix(".txt").write_text(f"{note}\n", encoding="utf-8")
    return kept


def _not_empty(what: str) -> UserError:
    return UserError(
        "database_not_empty",
        T("The database on the server is not empty: there is {what}.", what=what),
        T("Make a new one for Packbench: createdb packbench"),
        ref=what,
    )
