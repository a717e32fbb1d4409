"""What a database says when it refuses, as a sentence; a PostgreSQL server by its SQLSTATE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T

NOTHING_WRITTEN = frozenset(
    {
        "database_deadlock",
        "database_lost",
        "database_overtaken",
        "database_restarting",
        "database_unreachable",
    }
)
"""Codes of a ``RetryableError`` after which a transaction has surely changed nothing, and may be
tried again at once. (``database_busy`` has waited long enough.)"""

AWAY = frozenset(
    {
        "database_busy",
        "database_full_up",
        "database_lost",
        "database_restarting",
        "database_standby",
        "database_unclear",
        "database_unreachable",
    }
)
"""Codes that mean: the database is not there just now, whatever was asked of it."""


@dataclass(slots=True)
class Commit:
    """``sent``: the word to commit has left; from then on a lost answer says nothing."""

    sent: bool = False


@contextmanager
def explained(commit: Commit | None = None) -> Iterator[None]:
    """Turn database failures into sentences; programming errors pass as they are.

    A connection that ends while it commits is ``database_unclear``: who wrote looks for its own
    row's key. Raises ``UserError`` or ``RetryableError``.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise _full_up() from error
    except DBAPIError as error:
        found = _explain(error, committing=commit is not None and commit.sent)
        if found is None:
            raise
        raise found from error


def _explain(error: DBAPIError, *, committing: bool) -> PackbenchError | None:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    words = str(error.orig).lower()
    damaged = "malformed" in words or "not a database" in words
    if committing and _is_lost(error, state):
        return _unclear()
    if state:
        return _of_server(state)
    if isinstance(error, OperationalError) or error.connection_invalidated or damaged:
        return _of_words(words, broken=error.connection_invalidated)
    return None


def _is_lost(error: DBAPIError, state: str) -> bool:
    return error.connection_invalidated or state[:2] in {"08", "57"} or state == "25P03"


def _of_server(state: str) -> PackbenchError | None:
    """PostgreSQL, appendix A (error codes); ``None`` for what only a mistake of ours can cause."""
    if state in {"57P01", "57P02", "57P03"}:
        return RetryableError(
            "database_restarting",
            T("The database server is being restarted."),
            T("Wait a moment and try again."),
        )
    if state.startswith("08") or state in {"25P03", "57P05"}:
        return lost()
    match state:
        case "40P01":
            return RetryableError(
                "database_deadlock",
                T("Two benches were in each other's way in the database."),
                T("Nothing was changed; try again."),
            )
        case "40001" | "40003":
            return RetryableError(
                "database_overtaken",
                T("Another bench changed the same thing at the same moment."),
                T("Nothing was changed; try again."),
            )
        case "55P03":
            return RetryableError(
                "database_busy",
                T("Another bench keeps what is needed here for too long."),
                T("Wait a moment and try again."),
            )
        case "57014":
            return RetryableError(
                "database_slow",
                T("The database server took too long over one answer."),
                T("Try again; if it stays slow, look how busy the server is."),
            )
        case "25006":
            return RetryableError(
                "database_standby",
                T("The database server can only be read just now."),
                T("It is a copy, or being switched over; try again when the main server is back."),
            )
        case "53300":
            return _full_up()
        case "53100":
            return UserError(
                "disk_full",
                T("The disk of the database server is full."),
                T("Free some space there, then try again."),
            )
        case "28000" | "28P01":
            return _not_let_in()
        case "3D000":
            return _no_such_database()
        case "42P01" | "42703":
            return _old()
        case "42501":
            return UserError(
                "database_refused",
                T("The database server does not allow this program to do that."),
                T("Give its user all rights to the database."),
            )
    return None


def _of_words(words: str, *, broken: bool) -> PackbenchError:
    """SQLite has only words, and so has a server that did not let us in."""
    if "locked" in words or "busy" in words:
        return RetryableError(
            "database_busy",
            T("Another program is using the database."),
            T("Wait a moment and try again."),
        )
    if "too many clients" in words or "remaining connection slots" in words:
        return _full_up()
    kept_out = ("password authentication failed", "no password supplied", "no pg_hba.conf entry")
    if any(reason in words for reason in kept_out):
        return _not_let_in()
    if "starting up" in words or "shutting down" in words or "recovery mode" in words:
        return RetryableError(
            "database_restarting",
            T("The database server is being restarted."),
            T("Wait a moment and try again."),
        )
    if "database" in words and "does not exist" in words and "connection" in words:
        return _no_such_database()
    if "full" in words:
        return UserError("disk_full", T("The disk is full."), T("Free some space, then try again."))
    if "malformed" in words or "not a database" in words:
        return UserError(
            "database_damaged",
            T("The database file is damaged."),
            T("Restore the last backup; the damaged file is kept beside it."),
        )
    if "readonly" in words or "read-only" in words or "unable to open" in words:
        return UserError(
            "database_unreachable",
            T("The database file cannot be opened for writing."),
            T("Check that the data folder exists and belongs to you."),
        )
    if "disk i/o error" in words:
        return RetryableError(
            "database_unreachable",
            T("The disk with the database does not answer."),
            T("Check that the drive is connected, then try again."),
        )
    if "no such table" in words or "no such column" in words:
        return _old()
    if broken:
        return lost()
    return RetryableError(
        "database_unreachable",
        T("The database cannot be reached."),
        T("Check that the database server runs and try again."),
    )


def lost() -> RetryableError:
    """The connection is gone, and with it the transaction."""
    return RetryableError(
        "database_lost",
        T("The connection to the database has broken off."),
        T("Nothing was changed; try again."),
    )


def _unclear() -> RetryableError:
    return RetryableError(
        "database_unclear",
        T("The database went away at the moment of writing; perhaps it is written."),
        T("Look whether it is there before you do it again."),
    )


def _full_up() -> RetryableError:
    return RetryableError(
        "database_full_up",
        T("Too many programs are connected to the database."),
        T("Close a window that nobody needs, or raise max_connections on the server."),
    )


def _not_let_in() -> UserError:
    return UserError(
        "database_refused",
        T("The database server does not let this program in."),
        T("Check user and password of the database."),
    )


def _no_such_database() -> UserError:
    return UserError(
        "no_such_database",
        T("The server has no database of that name."),
        T("Make it on the server (createdb), or correct the URL."),
    )


def _old() -> UserError:
    return UserError(
        "database_old", T("The database is older than this program."), T("Run: db upgrade")
    )
