"""A number for each program at a shared database, so that no two make the same key.

A key is drawn in its millisecond. Programs that do not know each other meet once in four million
pairs of the same millisecond; a program with a number of its own never meets another one. A file
has few programs, and they draw all of the bits.
"""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from app.domain.keys import SLOTS
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import leases

_PREFIX = "keys/"
# Longer than a PC sleeps over night; what a killed program kept is free a day later.
_LENGTH = timedelta(hours=24)


def take(work: Workplace) -> int | None:
    """Give this program a number of its own until ``release``; ``None``: all are taken."""
    with work.db.write() as tx:
        now = work.db.now(tx, work.now())
        tx.execute(delete(leases).where(_kept(), leases.c.until_at < now))
        used = set(tx.execute(select(leases.c.name).where(_kept())).scalars())
        free = [n for n in range(SLOTS) if f"{_PREFIX}{n}" not in used]
        random.shuffle(free)
        for slot in free:
            row = {"name": f"{_PREFIX}{slot}", "holder": work.holder, "until_at": now + _LENGTH}
            if insert_if_new(tx, insert(leases).values(**row)):
                work.keys.use_slot(slot)
                return slot
    return None


def renew(tx: Connection, work: Workplace) -> None:
    """Keep the number for another day."""
    until = work.db.now(tx, work.now()) + _LENGTH
    mine = update(leases).where(_kept(), leases.c.holder == work.holder)
    tx.execute(mine.values(until_at=until))


def release(work: Workplace, slot: int) -> None:
    """Another program may have the number."""
    name = f"{_PREFIX}{slot}"
    with work.db.write() as tx:
        tx.execute(delete(leases).where(leases.c.name == name, leases.c.holder == work.holder))


def _kept() -> ColumnElement[bool]:
    return leases.c.name.like(f"{_PREFIX}%")
