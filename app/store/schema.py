"""Bringing a database to this program's version, and telling when it is not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from app.domain.errors import UserError
from app.domain.text import T
from app.store.engine import Database
from app.store.troubles import explained

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0005"  # kept equal to the newest revision by a test: asking Alembic costs 0.3 s at start


@dataclass(frozen=True, slots=True)
class SchemaState:
    """``revision`` is ``None`` for an empty database."""

    revision: str | None
    head: str = HEAD

    @property
    def is_current(self) -> bool:
        return self.revision == self.head


def schema_state(db: Database) -> SchemaState:
    """Which version the database has. Cheap: does not load Alembic."""
    with db.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return SchemaState(None)
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return SchemaState(revision)


def ensure_usable(db: Database) -> None:
    """Upgrade an empty database silently; refuse an old or a newer one with a sentence."""
    state = schema_state(db)
    if state.is_current:
        return
    if state.revision is None:
        upgrade(db)
        return
    if state.revision > state.head:
        raise UserError(
            "database_newer",
            T("The database was made by a newer version of Packbench."),
            T("Install the newer version, or restore a backup made by this one."),
        )
    raise UserError(
        "database_old", T("The database is older than this program."), T("Run: db upgrade")
    )


def upgrade(db: Database, *, now: datetime | None = None) -> Path | None:
    """Upgrade to this program's version; the SQLite file is copied first. Returns the copy."""
    from alembic import command

    state = schema_state(db)
    if state.revision is not None and state.revision > state.head:
        ensure_usable(db)
    copy = None
    if db.is_sqlite and state.revision is not None and not state.is_current:
        copy = _copy_before_upgrade(db, now or datetime.now().astimezone())
    # Two programs that open a new database at once take turns; the second one finds it made.
    # One transaction for all steps: nobody ever sees a version between the old and the new one.
    with (
        explained(),
        db.engine.connect().execution_options(packbench_write=True) as connection,
        connection.begin(),
    ):
        if not db.is_sqlite:
            # The other program's upgrade may take longer than a bench ever waits for a row.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(20200101)"))
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return copy


def alembic_config() -> Config:
    """The configuration that every Alembic command here uses."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _copy_before_upgrade(db: Database, now: datetime) -> Path:
    source = Path(str(db.url.database))
    copy = source.with_name(f"{source.stem}-before-{HEAD}-{now:%Y%m%d-%H%M%S}{source.suffix}")
    # SQLite's own copying: what another program has just written is in it, or not, as a whole.
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return copy
