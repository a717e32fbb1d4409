"""What was sold a day, rolled up from the ledger once the business day (UTC+8) is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from app.domain.days import CHINA, china_day
from app.domain.errors import RetryableError
from app.domain.replenishment import MONTH, WEEK, day_rate
from app.domain.states import MoveKind
from app.services.leases import lease
from app.services.workplace import Workplace
from app.store.tables import sku_days, skus, stock_moves

KEEP_DAYS = 400  # of the first roll-up; what was rolled up stays
_SOLD = (MoveKind.SHIP, MoveKind.UNSHIP)
_CHUNK = 500


def roll_up(work: Workplace) -> int:
    """Bring the closed days up to date; returns how many were written. May be run at any time.

    The last day that is there is always counted anew: what was booked in its last seconds may have
    come after it was read. Another program that is at it makes this one do nothing.
    """
    with suppress(RetryableError), lease(work, "sku-days"):
        days = _roll_days(work)
        if _write_rates(work):
            work.changed("stock")
        return days
    return 0


def history(tx: Connection, sku_ids: Collection[str], today: date) -> Mapping[str, Sequence[int]]:
    """Pieces sold a day by SKU id: six closed days and, last, today until now."""
    ids = list(sku_ids)
    first = today - timedelta(days=WEEK - 1)
    found: dict[str, list[int]] = {sku_id: [0] * WEEK for sku_id in ids}
    for row in tx.execute(
        select(sku_days).where(
            sku_days.c.sku_id.in_(ids),
            sku_days.c.day >= first.isoformat(),
            sku_days.c.day < today.isoformat(),
        )
    ):
        found[row.sku_id][(date.fromisoformat(row.day) - first).days] = max(0, row.shipped)
    for row in tx.execute(
        select(stock_moves.c.sku_id, _pieces())
        .where(
            stock_moves.c.sku_id.in_(ids),
            stock_moves.c.at >= _begin(today),
            stock_moves.c.kind.in_(_SOLD),
        )
        .group_by(stock_moves.c.sku_id)
    ):
        found[row.sku_id][-1] = max(0, row.pieces)
    return found


def sold_since(tx: Connection, first: date, today: date) -> Mapping[str, int]:
    """Pieces by SKU id, on the closed days from ``first`` on."""
    rows = tx.execute(
        select(sku_days.c.sku_id, func.sum(sku_days.c.shipped).label("pieces"))
        .where(sku_days.c.day >= first.isoformat(), sku_days.c.day < today.isoformat())
        .group_by(sku_days.c.sku_id)
    )
    return {r.sku_id: max(0, int(r.pieces)) for r in rows}


def days_known(created_at: datetime, today: date) -> int:
    """Closed business days that an item made then has been in the books, a month at most."""
    return min(MONTH, max(0, (today - china_day(created_at)).days))


def _roll_days(work: Workplace) -> int:
    today = china_day(work.now())
    with work.db.read() as tx:
        last = tx.execute(select(func.max(sku_days.c.day))).scalar()
    day = date.fromisoformat(last) if last else today - timedelta(days=KEEP_DAYS)
    written = 0
    while True:
        with work.db.read() as tx:
            at = tx.execute(
                select(func.min(stock_moves.c.at)).where(
                    stock_moves.c.at >= _begin(day),
                    stock_moves.c.at < _begin(today),
                    stock_moves.c.kind.in_(_SOLD),
                )
            ).scalar()
        if at is None:
            return written
        day = china_day(at)
        _write_day(work, day)
        written += 1
        day += timedelta(days=1)


def _write_day(work: Workplace, day: date) -> None:
    name = day.isoformat()
    with work.db.write() as tx:
        rows = tx.execute(
            select(stock_moves.c.sku_id, _pieces())
            .where(
                stock_moves.c.at >= _begin(day),
                stock_moves.c.at < _begin(day + timedelta(days=1)),
                stock_moves.c.kind.in_(_SOLD),
            )
            .group_by(stock_moves.c.sku_id)
        ).all()
        tx.execute(delete(sku_days).where(sku_days.c.day == name))
        if rows:
            tx.execute(
                insert(sku_days),
                [{"day": name, "sku_id": r.sku_id, "shipped": r.pieces} for r in rows],
            )


def _write_rates(work: Workplace) -> bool:
    """What lists are sorted by; whether any is another one now."""
    today = china_day(work.now())
    with work.db.read() as tx:
        week = sold_since(tx, today - timedelta(days=WEEK), today)
        month = sold_since(tx, today - timedelta(days=MONTH), today)
        rows = tx.execute(
            select(skus.c.id, skus.c.created_at, skus.c.sold_week, skus.c.day_rate).order_by(
                skus.c.id
            )
        ).all()
    changed = []
    for row in rows:
        sold = week.get(row.id, 0)
        rate = day_rate(sold, month.get(row.id, 0), days_known(row.created_at, today))
        if (sold, rate) != (row.sold_week, row.day_rate):
            changed.append({"of": row.id, "sold_week": sold, "day_rate": rate})
    for start in range(0, len(changed), _CHUNK):
        with work.db.write() as tx:
            tx.execute(
                update(skus)
                .where(skus.c.id == bindparam("of"))
                .values(sold_week=bindparam("sold_week"), day_rate=bindparam("day_rate")),
                changed[start : start + _CHUNK],
            )
    return bool(changed)


def _pieces() -> ColumnElement[int]:
    return func.sum(-stock_moves.c.on_hand_delta).label("pieces")


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


def by_day(tx: Connection, sku_id: str, today: date, days: int = MONTH) -> list[tuple[str, int]]:
    """Day and pieces of the last closed days of one SKU, the oldest first, none left out."""
    first = today - timedelta(days=days)
    sold: dict[str, int] = defaultdict(int)
    for row in tx.execute(
        select(sku_days).where(
            sku_days.c.sku_id == sku_id,
            sku_days.c.day >= first.isoformat(),
            sku_days.c.day < today.isoformat(),
        )
    ):
        sold[row.day] = max(0, row.shipped)
    names = [(first + timedelta(days=n)).isoformat() for n in range(days)]
    return [(name, sold[name]) for name in names]
