"""The index of words that orders are found by: FTS5 on SQLite, an array with GIN on PostgreSQL.

It holds the tokens of ``app.domain.search_tokens`` by the order's key and no text, and is no table
of the metadata: a copy of a database brings the texts, and ``rebuild`` makes the index from them.
A key is a number, so it is the row's number in the index and "the newest first" costs nothing.

On SQLite a token that no longer fits stays until the next ``rebuild``: FTS5 without a text of its
own (``content=''``) forgets a row only when it is told the row's old words, and believes whatever
it is told. Who asks compares each hit with the text anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Select,
    String,
    Text,
    cast,
    column,
    literal_column,
    select,
    table,
    text,
)

from app.domain.search_tokens import of_shop, tokens

TABLE = "order_words"
_CHUNK = 2_000


def create(tx: Connection) -> None:
    """Make the empty index."""
    for statement in _DDL[tx.dialect.name]:
        tx.exec_driver_sql(statement)


def put(tx: Connection, orders: Iterable[tuple[str, str, str]]) -> None:
    """Index new orders: key, shop and search text of each."""
    rows = [(key, {of_shop(shop), *tokens(words)}) for key, shop, words in orders]
    _write(tx, rows)


def change(tx: Connection, key: str, shop_id: str, before: str, after: str) -> None:
    """Bring one order up to date whose search text was ``before``."""
    if after == before:
        return
    new = {of_shop(shop_id), *tokens(after)}
    if tx.dialect.name == "sqlite" and before:
        new -= tokens(before)  # they are there
        new.discard(of_shop(shop_id))
    if new:
        _write(tx, [(key, new)])


def rebuild(tx: Connection) -> int:
    """Make the index anew from the orders' texts; returns how many there are.

    For a database of an older version, and after a move to another one.
    """
    tx.exec_driver_sql(_EMPTY[tx.dialect.name])
    done, last = 0, ""
    page = text(
        "SELECT id, shop_id, search FROM orders WHERE id > :last UNION ALL "
        "SELECT id, shop_id, search FROM archived_orders WHERE id > :last "
        "ORDER BY id LIMIT :most"
    )
    while rows := tx.execute(page, {"last": last, "most": _CHUNK}).all():
        put(tx, sorted(((r.id, r.shop_id, r.search) for r in rows), key=lambda r: int(r[0])))
        done, last = done + len(rows), rows[-1].id
    return done


def matching(
    dialect: str, asked: Sequence[tuple[str, ...]], shops: Sequence[str], most: int | None
) -> Select[Any]:
    """The keys (``id``) of the newest ``most`` orders that have a token of every group.

    ``most`` of ``None`` gives all of them, with ``shops`` those of these shops.
    """
    groups = [*asked, *([tuple(of_shop(s) for s in shops)] if shops else [])]
    if dialect == "sqlite":
        told = " AND ".join("(" + " OR ".join(f'"{t}"' for t in group) + ")" for group in groups)
        rows = (
            select(cast(_FTS.c.rowid, String).label("id"))
            .where(literal_column(TABLE).op("MATCH")(told))
            .order_by(_FTS.c.rowid.desc())
        )
    else:
        rows = (
            select(_ARRAYS.c.order_id.label("id"))
            .where(*(_ARRAYS.c.tokens.op("&&")(cast(list(group), ARRAY(Text))) for group in groups))
            .order_by(cast(_ARRAYS.c.order_id, BigInteger).desc())
        )
    return rows if most is None else rows.limit(most)


def _write(tx: Connection, rows: Sequence[tuple[str, set[str]]]) -> None:
    if not rows:
        return
    if tx.dialect.name == "sqlite":
        ordered = sorted((int(key), found) for key, found in rows)  # out of order it flushes often
        tx.exec_driver_sql(_INSERT, [(key, " ".join(found)) for key, found in ordered])
    else:
        tx.execute(_UPSERT, [{"id": key, "tokens": sorted(found)} for key, found in rows])


_DDL = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {TABLE} USING fts5("
        "words, content='', columnsize=0, detail=none, tokenize='ascii')",
    ),
    "postgresql": (
        # An archived order keeps its words, so they do not go with its row.
        f"CREATE TABLE {TABLE} (order_id varchar(24) PRIMARY KEY, tokens text[] NOT NULL)",
        f"CREATE INDEX ix_{TABLE}_tokens ON {TABLE} USING gin (tokens)",
    ),
}
_EMPTY = {
    "sqlite": "INSERT INTO order_words (order_words) VALUES ('delete-all')",
    "postgresql": "DELETE FROM order_words",
}
_INSERT = "INSERT INTO order_words (rowid, words) VALUES (?, ?)"
_UPSERT = text(
    "INSERT INTO order_words (order_id, tokens) VALUES (:id, :tokens) "
    "ON CONFLICT (order_id) DO UPDATE SET tokens = excluded.tokens"
)
_FTS = table(TABLE, column("rowid", BigInteger))
_ARRAYS = table(TABLE, column("order_id", String), column("tokens", ARRAY(Text)))
