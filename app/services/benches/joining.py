"""How a computer comes to share a database: the key that opens it travels under a passphrase.

The first computer wraps its data key and stores it in the database (``share``). Another one unwraps
it with the passphrase and keeps it in its own secret store (``join``). A sealed word in the
database tells at every start whether this computer's key is the right one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.errors import RetryableError, UserError
from app.domain.text import T
from app.ports import Sealer, SecretStore
from app.services import records
from app.services.benches import sealing, shared_secrets
from app.services.benches.shared_secrets import SecretKeys
from app.services.printing import owners
from app.services.workplace import Workplace
from app.settings import DATA_KEY, SHARED_KEY
from app.store.engine import Database
from app.store.inserting import insert_if_new
from app.store.tables import metadata, settings
from app.store.tables import shared_secrets as secret_rows

CHECK = "data_key.check"
WRAPPED = "data_key.wrapped"
TRIES = "data_key.tries"
_WORD = "packbench"
MOST_TRIES = 5
_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Shared:
    """What ``share`` did: ``changed`` is false for the first time; ``secrets`` were brought."""

    changed: bool
    secrets: int


def ensure_joined(db: Database, sealer: Sealer) -> None:
    """Refuse a shared database that this computer has no key for.

    The first computer on a new database leaves its mark there. Raises ``UserError``
    (``not_joined``).
    """
    with db.read() as tx:
        mark = _setting(tx, CHECK)
    if mark is None:
        with db.write() as tx:
            sample = _something_sealed(tx)
            if sample is not None and not _opens(sealer, sample):
                raise _not_joined()
            value = {"sealed": sealer.seal(_WORD)}
            insert_if_new(tx, insert(settings).values(key=CHECK, value=value))
            mark = _setting(tx, CHECK)
    if mark is None or not _opens(sealer, str(mark.get("sealed", "")), _WORD):
        raise _not_joined()


def ensure_fits(db: Database, data_key: str) -> None:
    """Raises ``UserError`` (``key_other``): ``data_key`` does not open what is in the database."""
    with db.read() as tx:
        mark = _setting(tx, CHECK)
        sample = _something_sealed(tx) if mark is None else str(mark.get("sealed", ""))
    if sample is not None and not sealing.opens(data_key, sample):
        raise UserError(
            "key_other",
            T("The key that was shared does not open what is in the database."),
            T("On the first computer run: db share --change"),
        )


def share(
    work: Workplace,
    secrets: SecretStore,
    secret_keys: SecretKeys,
    passphrase: str,
    *,
    change: bool = False,
) -> Shared:
    """Let other computers join with ``passphrase``; bring this computer's secrets along.

    ``change``: the passphrase replaces an earlier one; computers that have joined stay joined, the
    key is the same. Raises ``UserError``: ``not_shared_database``, ``shared_already``,
    ``passphrase_short``.
    """
    if work.db.is_sqlite:
        raise UserError(
            "not_shared_database",
            T("This database is a file of this computer: nobody else can use it."),
            T("Move it to a database server first: db move URL"),
        )
    sealing.check_strength(passphrase)
    key = secrets.get(SHARED_KEY) or secrets.get(DATA_KEY)
    if key is None:
        raise _not_joined()
    record = {
        **sealing.wrap(key, passphrase),
        "at": work.now().isoformat(),
        "by": work.user,
        "bench": work.bench,
    }
    with work.db.write() as tx:
        known = _setting(tx, WRAPPED)
        if known is not None and not change:
            raise _shared_already(known)
        if known is None:
            if not insert_if_new(tx, insert(settings).values(key=WRAPPED, value=record)):
                raise _shared_already({})
        else:
            tx.execute(update(settings).where(settings.c.key == WRAPPED).values(value=record))
        _forget_tries(tx)
        if known is None:
            owners.claim(tx, work.bench)
        brought = shared_secrets.bring(tx, work.clock, work.sealer, secrets, secret_keys)
        records.note(tx, work, "database_shared", detail={"changed": known is not None})
    return Shared(known is not None, brought)


def is_shared(tx: Connection) -> bool:
    """Whether other computers can join."""
    return _setting(tx, WRAPPED) is not None


def unwrapped(db: Database, passphrase: str, now: datetime) -> str:
    """The database's data key, with the passphrase of ``share``.

    Raises ``UserError``: ``not_shared_yet``, ``passphrase_wrong``; ``RetryableError``
    (``passphrase_tries``) after too many wrong ones.
    """
    with db.write() as tx:
        # Counted before it is tried: whoever ends the program meanwhile has had a try.
        record = tx.execute(
            select(settings.c.value).where(settings.c.key == WRAPPED).with_for_update()
        ).scalar()
        if record is None:
            raise UserError(
                "not_shared_yet",
                T("Nobody has allowed other computers on this database yet."),
                T("On the first computer run: db share"),
            )
        left = _count_try(tx, now)
    try:
        key = sealing.unwrap(record, passphrase)
    except sealing.WrongPassphraseError:
        raise UserError(
            "passphrase_wrong",
            T("The passphrase is not the right one. Tries left: {n}.", n=left),
            T("Ask on the first computer; a new one is set there with: db share --change"),
        ) from None
    with db.write() as tx:
        _forget_tries(tx)
    return key


def _count_try(tx: Connection, now: datetime) -> int:
    """One more try; how many are left after it. Raises ``RetryableError``."""
    known = _setting(tx, TRIES) or {}
    began = datetime.fromisoformat(known["since"]) if known else now
    wrong = int(known.get("wrong", 0)) if now - began < _PAUSE else 0
    if wrong >= MOST_TRIES:
        wait_s = (began + _PAUSE - now).total_seconds()
        raise RetryableError(
            "passphrase_tries",
            T("The passphrase was wrong {n} times.", n=wrong),
            T("Try again in {n} minutes.", n=max(1, round(wait_s / 60))),
            retry_after_s=wait_s,
        )
    value = {"since": (began if wrong else now).isoformat(), "wrong": wrong + 1}
    if not insert_if_new(tx, insert(settings).values(key=TRIES, value=value)):
        tx.execute(update(settings).where(settings.c.key == TRIES).values(value=value))
    return MOST_TRIES - wrong - 1


def _forget_tries(tx: Connection) -> None:
    tx.execute(settings.delete().where(settings.c.key == TRIES))


def _setting(tx: Connection, key: str) -> Mapping[str, Any] | None:
    return tx.execute(select(settings.c.value).where(settings.c.key == key)).scalar()


def _opens(sealer: Sealer, sealed: str, word: str | None = None) -> bool:
    try:
        opened = sealer.unseal(sealed)
    except UserError:
        return False
    return word is None or opened == word


def _something_sealed(tx: Connection) -> str | None:
    """Any sealed value of a database that has no mark: it is older than the marks."""
    columns = [
        column
        for table in metadata.sorted_tables
        for column in table.c
        if column.name.endswith("_sealed")
    ]
    for column in (*columns, secret_rows.c.sealed):
        found = tx.execute(select(column).where(column.is_not(None)).limit(1)).scalar()
        if found:
            return str(found)
    return None


def _not_joined() -> UserError:
    return UserError(
        "not_joined",
        T("This computer has not joined the database: it lacks the key to what is sealed there."),
        T("On the first computer run: db share, then here: db join URL"),
    )


def _shared_already(known: Mapping[str, Any]) -> UserError:
    return UserError(
        "shared_already",
        T("Other computers can join already; {bench} allowed it.", bench=known.get("bench", "")),
        T("To set another passphrase run: db share --change"),
    )
