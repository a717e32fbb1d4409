"""How often an account may still be asked for tracks today: counted before the call."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import quotas

KIND = "track"
_CHINA = timedelta(hours=8)
_AT_ONCE = 0.1  # of the day's calls may be used ahead of the clock


def allowed_now(per_day: int, now: datetime) -> int:
    """How many of the day's calls may have been made by now: they last until midnight (UTC+8)."""
    local = now + _CHINA
    passed = (local.hour * 3600 + local.minute * 60 + local.second) / 86400
    return min(per_day, math.ceil(per_day * (_AT_ONCE + passed)))


def take(tx: Connection, work: Workplace, account: str, calls: int, most: int | None) -> bool:
    """Count ``calls`` of the account, unless more than ``most`` would have been made today.

    In a transaction of its own before the calls: what a crash leaves is counted, never forgotten.
    ``None``: counted in any case, somebody asked for it.
    """
    place = _place(work, account)
    if tx.execute(select(quotas.c.used).where(*place)).first() is None:
        first = {"shop_id": account, "kind": KIND, "day": _day(work), "used": 0}
        insert_if_new(tx, insert(quotas).values(**first))
    counted = update(quotas).where(*place).values(used=quotas.c.used + calls)
    if most is not None:
        counted = counted.where(quotas.c.used + calls <= most)
    return tx.execute(counted).rowcount == 1


def used(tx: Connection, work: Workplace, account: str) -> int:
    """Calls for tracks that the account has made today."""
    found = tx.execute(select(quotas.c.used).where(*_place(work, account))).scalar()
    return int(found or 0)


def _place(work: Workplace, account: str) -> tuple[ColumnElement[bool], ...]:
    # The table counts whatever a day has a quota of; an account stands where a shop would.
    return (quotas.c.shop_id == account, quotas.c.kind == KIND, quotas.c.day == _day(work))


def _day(work: Workplace) -> Any:
    return (work.now() + _CHINA).date().isoformat()
