"""What a database makes from its own rows, in its own dialect: made again after a copy.

Tables outside ``metadata`` are never copied. Whoever has one adds what rebuilds it here; it is
called inside a transaction on the copy, when every row is there.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from app.store import word_index

REBUILDERS: tuple[Callable[[Connection], object], ...] = (word_index.rebuild,)


def rebuild(tx: Connection) -> None:
    """Make everything derived anew."""
    for build in REBUILDERS:
        build(tx)
