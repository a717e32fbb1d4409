"""Secrets of shops and carriers on a shared database: sealed rows that every joined bench reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.errors import UserError
from app.domain.text import T, Text
from app.ports import Clock, Sealer, SecretStore
from app.settings import DATA_KEY, DATABASE_PASSWORD, RELAY_SECRET, SHARED_KEY, secret_name
from app.store.engine import Database
from app.store.inserting import insert_if_new
from app.store.tables import accounts, shared_secrets, shops

# What belongs to one computer: how it reaches the database, and what opens what is in there.
OF_THIS_COMPUTER = frozenset({DATA_KEY, SHARED_KEY, DATABASE_PASSWORD, RELAY_SECRET})
SecretKeys = Callable[[str, str], frozenset[str]]


class SharedSecrets:
    """``SecretStore`` on a shared database. What only this computer needs stays in ``here``.

    A secret that is in ``here`` from the time before the database was shared still counts while
    the database has none. Safe to use from any thread; ``set`` and ``delete`` must not be called
    inside a transaction.
    """

    def __init__(self, db: Database, sealer: Sealer, clock: Clock, here: SecretStore) -> None:
        self._db = db
        self._sealer = sealer
        self._clock = clock
        self._here = here

    @property
    def place(self) -> Text:
        return T(
            "Secrets are in the shared database, sealed. The key to them: {place}",
            place=self._here.place,
        )

    def get(self, name: str) -> str | None:
        if name in OF_THIS_COMPUTER:
            return self._here.get(name)
        with self._db.read() as tx:
            sealed = tx.execute(
                select(shared_secrets.c.sealed).where(shared_secrets.c.name == name)
            ).scalar()
        return self._here.get(name) if sealed is None else _opened(self._sealer, name, sealed)

    def set(self, name: str, value: str) -> None:
        if name in OF_THIS_COMPUTER:
            self._here.set(name, value)
            return
        with self._db.write() as tx:
            _store(tx, self._clock, name, _closed(self._sealer, name, value))

    def delete(self, name: str) -> None:
        self._here.delete(name)
        if name not in OF_THIS_COMPUTER:
            with self._db.write() as tx:
                tx.execute(delete(shared_secrets).where(shared_secrets.c.name == name))


def bring(
    tx: Connection, clock: Clock, sealer: Sealer, here: SecretStore, secret_keys: SecretKeys
) -> int:
    """Put what this computer keeps for shops and carriers into the database; how many were new.

    ``secret_keys`` tells which secrets a shop's platform and a carrier's account have.
    """
    known = set(tx.execute(select(shared_secrets.c.name)).scalars())
    brought = 0
    for name in _names(tx, secret_keys):
        value = None if name in known else here.get(name)
        if value:
            _store(tx, clock, name, _closed(sealer, name, value))
            brought += 1
    return brought


def _names(tx: Connection, secret_keys: SecretKeys) -> Iterator[str]:
    found = [("shop", r.id, r.platform) for r in tx.execute(select(shops.c.id, shops.c.platform))]
    found += [
        ("carrier", r.name, r.carrier)
        for r in tx.execute(select(accounts.c.name, accounts.c.carrier))
    ]
    for section, name, kind in found:
        for key in sorted(secret_keys(section, kind)):
            yield secret_name(section, name, key)


def _closed(sealer: Sealer, name: str, value: str) -> str:
    return sealer.seal(json.dumps({"name": name, "value": value}))


def _opened(sealer: Sealer, name: str, sealed: str) -> str:
    kept = json.loads(sealer.unseal(sealed))
    if kept["name"] != name:  # somebody exchanged the rows
        raise UserError(
            "secrets_damaged",
            T("The secret {name} in the database belongs to another account.", name=name),
            T("Enter it again with: config apply"),
            ref=name,
        )
    return str(kept["value"])


def _store(tx: Connection, clock: Clock, name: str, sealed: str) -> None:
    values = {"sealed": sealed, "changed_at": clock.now()}
    changed = update(shared_secrets).where(shared_secrets.c.name == name).values(**values)
    if tx.execute(changed).rowcount:
        return
    if not insert_if_new(tx, insert(shared_secrets).values(name=name, **values)):
        tx.execute(changed)  # another bench was quicker
