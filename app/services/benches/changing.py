"""Which database a data folder uses: joining a shared one, and leaving it again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import URL

from app.domain.errors import PackbenchError, UserError
from app.domain.text import T
from app.services.benches import joining, registry
from app.services.benches.folder import Folder
from app.services.workplace import Workplace
from app.settings import DATABASE_PASSWORD, SHARED_KEY, split_password, write_local
from app.store.reaching import ensure_reachable, server_url
from app.store.schema import ensure_usable, schema_state

KEPT = "packbench-before-server-*.sqlite3"


@dataclass(frozen=True, slots=True)
class Joined:
    """``bench``: what this computer is called there; ``others``: benches at work now."""

    bench: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """``file``: the database in use from now on; ``kept``: a copy of before the move, if any."""

    file: Path
    kept: Path | None


def join(
    folder: Folder,
    url: str,
    password: str,
    passphrase: Callable[[], str],
    *,
    bench: str = "",
) -> Joined:
    """Use the shared database at ``url`` from now on. When anything fails, nothing has changed.

    ``passphrase`` is asked for when everything else is right. The data folder must be held alone
    (``app.in_use``). Raises ``UserError`` and ``RetryableError`` with what is in the way.
    """
    with opened(folder, url, password) as (work, _):
        if schema_state(work.db).revision is None:
            raise UserError(
                "database_empty",
                T("There is nothing of Packbench on the server yet."),
                T("On the computer that has the orders run: db move URL"),
            )
        ensure_usable(work.db)
        named = replace(work, bench=bench) if bench else work
        registry.ensure_own_name(named)
        key = joining.unwrapped(work.db, passphrase(), work.now())
        joining.ensure_fits(work.db, key)
        others = tuple(b.name for b in registry.listed(named) if b.alive)
    folder.secrets.set(SHARED_KEY, key)
    use(folder, url, password, bench=bench)
    return Joined(named.bench, others)


def leave(folder: Folder, *, old_file: bool = False) -> Left:
    """Go back to the file of this computer's own; what is on the server stays there.

    The server need not answer. ``old_file``: the copy that was kept when the orders moved to the
    server becomes the database again; it knows nothing of what happened since.
    Raises ``UserError``: ``not_on_server``, ``no_old_file``.
    """
    if not folder.local.database_url:
        raise UserError(
            "not_on_server",
            T("This computer uses a database file of its own."),
            T("There is nothing to leave."),
        )
    file = folder.paths.database
    kept = max(folder.paths.root.glob(KEPT), default=None)
    if old_file and (kept is None or file.exists()):
        raise UserError(
            "no_old_file",
            T("There is no copy from before the move that could be used again."),
            T("Leave without it; this computer then begins with an empty database."),
        )
    password = folder.secrets.get(DATABASE_PASSWORD) or ""
    with (
        suppress(PackbenchError),  # the server may be gone for good
        opened(folder, folder.local.database_url, password) as (work, _),
    ):
        registry.forget(work)
    if old_file and kept is not None:
        kept.chmod(0o600)
        kept.rename(file)
        kept.with_suffix(".txt").unlink(missing_ok=True)
    write_local(folder.paths.settings, replace(folder.local, database_url=""))
    folder.secrets.delete(SHARED_KEY)
    folder.secrets.delete(DATABASE_PASSWORD)
    return Left(file, None if old_file else kept)


@contextmanager
def opened(folder: Folder, url: str, password: str) -> Iterator[tuple[Workplace, URL]]:
    """The database at ``url``, reached and of a usable kind. Raises like ``ensure_reachable``."""
    address = server_url(url)
    if password:
        address = address.set(password=password)
    services = folder.open_at(address.render_as_string(hide_password=False))
    try:
        ensure_reachable(services.work.db)
        yield services.work, address
    finally:
        services.close()


def use(folder: Folder, url: str, password: str, *, bench: str = "") -> None:
    """Write down that this data folder's database is at ``url``: the last step, at one stroke."""
    plain, _ = split_password(url)
    if password:
        folder.secrets.set(DATABASE_PASSWORD, password)
    else:
        folder.secrets.delete(DATABASE_PASSWORD)
    scheme, separator, place = plain.partition("://")
    written = f"postgresql+psycopg{separator}{place}" if scheme.startswith("postgres") else plain
    local = replace(folder.local, database_url=written)
    write_local(folder.paths.settings, replace(local, bench=bench) if bench else local)
    _settle(folder.paths.root)


def _settle(folder: Path) -> None:
    """A renamed file survives a power cut only when its folder is written, too."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
