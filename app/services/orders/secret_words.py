"""Finding an order by a name or a phone that is sealed, without either in the database.

Kept are keyed hashes (``Sealer.token``) of every two neighbouring characters of the name, of the
phone and of its last four digits. Who has the database alone cannot make them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise

from sqlalchemy import Connection, delete, func, insert, select

from app.domain.address import Address
from app.domain.errors import UserError
from app.services.workplace import Workplace
from app.store.tables import order_secrets, orders, secret_words

_TAIL = 4
_MOST = 1_000  # orders that one word finds: nobody reads further


def put(tx: Connection, work: Workplace, our_id: str, receiver: Address) -> None:
    """Remember by what the decoded ``receiver`` of an order is found."""
    tx.execute(delete(secret_words).where(secret_words.c.order_id == our_id))
    found = {work.sealer.token(word) for word in _words_of(receiver)}
    if found:
        tx.execute(insert(secret_words), [{"token": t, "order_id": our_id} for t in sorted(found)])


def find(tx: Connection, work: Workplace, word: str) -> list[str]:
    """The orders whose sealed receiver has ``word`` (lower case) in the name or as its phone.

    An order that goes to another place since it was decoded is not found by the old one.
    """
    wanted = [work.sealer.token(w) for w in _asked(word)]
    if not wanted:
        return []
    query = (
        select(secret_words.c.order_id)
        .join(order_secrets, order_secrets.c.order_id == secret_words.c.order_id)
        .join(orders, orders.c.id == secret_words.c.order_id)
        .where(
            secret_words.c.token.in_(wanted),
            order_secrets.c.address_hash == orders.c.address_hash,
        )
        .group_by(secret_words.c.order_id)
        .having(func.count() == len(wanted))
        .limit(_MOST)
    )
    return list(tx.execute(query).scalars())


def fill(work: Workplace) -> None:
    """Make the hashes of a database that was upgraded and has none. Without its key it stays so."""
    with work.db.read() as tx:
        if tx.execute(select(secret_words.c.token).limit(1)).first() is not None:
            return
    try:
        with work.db.write() as tx:
            rebuild(tx, work)
    except UserError as error:
        work.log.warning("sealed receivers cannot be searched: %s", error.code)


def rebuild(tx: Connection, work: Workplace) -> int:
    """Make the hashes anew from what is sealed; returns of how many orders.

    For a database of an older version, and after it got another key.
    """
    tx.execute(delete(secret_words))
    done = 0
    for row in tx.execute(select(order_secrets).order_by(order_secrets.c.order_id)).all():
        if row.receiver_sealed:
            clear = Address.from_dict(json.loads(work.sealer.unseal(row.receiver_sealed)))
            put(tx, work, row.order_id, clear)
            done += 1
    return done


def _words_of(receiver: Address) -> set[str]:
    name = "".join(receiver.name.lower().split())
    phone = "".join(c for c in receiver.phone if c.isdigit())
    found = {f"n:{pair}" for pair in _pairs(name)}
    if len(phone) >= _TAIL:
        found |= {f"p:{phone}", f"p:{phone[-_TAIL:]}"}
    return found


def _asked(word: str) -> list[str]:
    if word.isascii() and word.isdigit():
        return [f"p:{word}"] if len(word) >= _TAIL else []
    return sorted({f"n:{pair}" for pair in _pairs(word)}) if "*" not in word else []


def _pairs(name: str) -> Iterable[str]:
    return (a + b for a, b in pairwise(name))
