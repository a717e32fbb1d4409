"""Reaching a database server for the first time: whether it can be used at all."""

from __future__ import annotations

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError

from app.domain.errors import UserError
from app.domain.text import T
from app.store.engine import Database
from app.store.troubles import explained

OLDEST = 13  # of PostgreSQL; the project's tests run on 15


def server_url(written: str) -> URL:
    """``written`` as the address of a PostgreSQL database.

    Raises ``UserError`` (``database_address``) for anything else.
    """
    try:
        url = make_url(written)
    except ArgumentError as error:
        raise _address() from error
    if url.get_backend_name() not in {"postgresql", "postgres"} or not (url.host and url.database):
        raise _address()
    return url.set(drivername="postgresql+psycopg")


def ensure_reachable(db: Database) -> None:
    """Connect once and look whether the server can be used.

    Raises like ``app.store.troubles.explained``, and ``UserError``: ``server_old``,
    ``server_encoding``.
    """
    with explained(), db.engine.connect() as connection:
        version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
        encoding = str(connection.execute(text("SHOW server_encoding")).scalar_one())
    if version < OLDEST * 10_000:
        raise UserError(
            "server_old",
            T("The database server is PostgreSQL {n}.", n=version // 10_000),
            T("Packbench needs PostgreSQL {n} or newer.", n=OLDEST),
        )
    if encoding != "UTF8":
        raise UserError(
            "server_encoding",
            T(
                "The database on the server cannot keep Chinese text ({encoding}).",
                encoding=encoding,
            ),
            T(
                "Make it anew: createdb --encoding=UTF8 --template=template0 {name}",
                name=db.url.database,
            ),
        )


def _address() -> UserError:
    example = "postgresql://packbench@192.168.1.10/packbench"
    return UserError(
        "database_address",
        T("This is not the address of a PostgreSQL database."),
        T("Write it like {example}.", example=example),
    )
