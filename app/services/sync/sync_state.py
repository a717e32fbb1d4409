"""How far each stream of a shop has come, what is left to do, and what went wrong.

Streams: ``orders`` (changes as they happen), ``gap`` (what a pause left behind), ``week`` and
``unshipped`` (the daily sweeps). A cursor is moved after its orders are stored, never before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.errors import PackbenchError
from app.services.workplace import Workplace
from app.store.tables import settings, sync_cursors

ORDERS, GAP, WEEK, UNSHIPPED = "orders", "gap", "week", "unshipped"
OFFLINE = ("manual", "file")  # platforms that nothing is read from


@dataclass(frozen=True, slots=True)
class Position:
    """Where a stream stands. A sweep is under way while ``begun_at`` is set."""

    upto_at: datetime
    finished_at: datetime | None
    begun_at: datetime | None


def position(work: Workplace, shop_id: str, stream: str = ORDERS) -> Position | None:
    """Where the stream stands; None before it ever began."""
    with work.db.read() as tx:
        row = tx.execute(select(sync_cursors).where(*_place(shop_id, stream))).one_or_none()
    return Position(row.upto_at, row.finished_at, row.backlog_since_at) if row else None


def move_cursor(work: Workplace, shop_id: str, upto_at: datetime) -> None:
    """Everything up to this time of the shop is stored or remembered as unread."""
    with work.db.write() as tx:
        _write(tx, shop_id, ORDERS, upto_at=upto_at, finished_at=work.now(), last_error=None)


def move_sweep(
    work: Workplace, shop_id: str, stream: str, upto_at: datetime, begun_at: datetime | None
) -> None:
    """A sweep has come so far; without ``begun_at`` it is finished."""
    with work.db.write() as tx:
        values: dict[str, Any] = {"upto_at": upto_at, "backlog_since_at": begun_at}
        if begun_at is None:
            values["finished_at"] = work.now()
        _write(tx, shop_id, stream, **values)


def remember_backlog(
    work: Workplace, shop_id: str, stream: str, upto_at: datetime, left: int, pace: float | None
) -> None:
    """``left`` orders are known to have changed and are not fetched yet; ``pace`` orders a s."""
    with work.db.write() as tx:
        since = tx.execute(
            select(sync_cursors.c.backlog_since_at).where(*_place(shop_id, stream))
        ).scalar()
        values = {"backlog": left, "backlog_since_at": (since or work.now()) if left else None}
        done = tx.execute(update(sync_cursors).where(*_place(shop_id, stream)).values(**values))
        if done.rowcount == 0:
            tx.execute(
                insert(sync_cursors).values(
                    shop_id=shop_id, stream=stream, upto_at=upto_at, **values
                )
            )
        if pace is not None:
            _put(tx, f"pace:{shop_id}", round(pace, 3))


def remember_error(work: Workplace, shop_id: str, error: PackbenchError) -> None:
    """Show this at the shop until a run succeeds."""
    with work.db.write() as tx:
        tx.execute(
            update(sync_cursors)
            .where(*_place(shop_id, ORDERS))
            .values(last_error=error.message.as_json())
        )
    work.changed("shops")


def unread(work: Workplace, shop_id: str) -> list[str]:
    """Orders that could not be read: they are tried again now and then."""
    with work.db.read() as tx:
        return list(_get(tx, f"unread:{shop_id}") or ())


def change_unread(work: Workplace, shop_id: str, *, failed: set[str], read: set[str]) -> None:
    """Add what could not be read, take out what now could."""
    if not failed and not read:
        return
    with work.db.write() as tx:
        known = list(_get(tx, f"unread:{shop_id}", lock=True) or ())
        kept = [i for i in known if i not in read]
        kept += [i for i in sorted(failed) if i not in kept]
        if kept != known:
            _put(tx, f"unread:{shop_id}", kept)


def gap(work: Workplace, shop_id: str) -> tuple[datetime, datetime] | None:
    """The stretch of time that a pause left behind and that is still to be read."""
    with work.db.read() as tx:
        return _times(_get(tx, f"gap:{shop_id}"))


def catching_up(tx: Connection, shop_ids: Sequence[str]) -> set[str]:
    """Of these shops those whose older orders are not all stored: a first time, or a pause."""
    read_once = set(
        tx.execute(
            select(sync_cursors.c.shop_id).where(
                sync_cursors.c.stream == UNSHIPPED, sync_cursors.c.finished_at.is_not(None)
            )
        ).scalars()
    )
    keys = [f"{GAP}:{shop_id}" for shop_id in shop_ids]
    gaps = set(tx.execute(select(settings.c.key).where(settings.c.key.in_(keys))).scalars())
    return {i for i in shop_ids if i not in read_once or f"{GAP}:{i}" in gaps}


def leave_gap(work: Workplace, shop_id: str, start: datetime, stop: datetime) -> None:
    """Remember ``[start, stop]`` as still to be read, and go on from ``stop``."""
    with work.db.write() as tx:
        known = _times(_get(tx, f"gap:{shop_id}", lock=True))
        if known is not None:
            start, stop = min(start, known[0]), max(stop, known[1])
        _put(tx, f"gap:{shop_id}", [start.isoformat(), stop.isoformat()])
        _write(tx, shop_id, ORDERS, upto_at=stop, finished_at=work.now(), last_error=None)


def shrink_gap(work: Workplace, shop_id: str, upto_at: datetime) -> None:
    """The gap is read up to this time."""
    with work.db.write() as tx:
        known = _times(_get(tx, f"gap:{shop_id}", lock=True))
        if known is None:
            return
        if known[1] <= upto_at:
            tx.execute(delete(settings).where(settings.c.key == f"gap:{shop_id}"))
        else:
            _put(tx, f"gap:{shop_id}", [upto_at.isoformat(), known[1].isoformat()])


def _place(shop_id: str, stream: str) -> tuple[Any, Any]:
    return sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == stream


def _write(tx: Connection, shop_id: str, stream: str, **values: Any) -> None:
    done = tx.execute(update(sync_cursors).where(*_place(shop_id, stream)).values(**values))
    if done.rowcount == 0:
        tx.execute(insert(sync_cursors).values(shop_id=shop_id, stream=stream, **values))


def _get(tx: Connection, key: str, *, lock: bool = False) -> Any:
    query = select(settings.c.value).where(settings.c.key == key)
    return tx.execute(query.with_for_update() if lock else query).scalar()


def _put(tx: Connection, key: str, value: Any) -> None:
    tx.execute(delete(settings).where(settings.c.key == key))
    if value != []:
        tx.execute(insert(settings).values(key=key, value=value))


def _times(value: Any) -> tuple[datetime, datetime] | None:
    if not value:
        return None
    return datetime.fromisoformat(value[0]), datetime.fromisoformat(value[1])
