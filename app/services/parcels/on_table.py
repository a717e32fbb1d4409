"""Which bench has a parcel open: the others are told, unless nobody has touched it for a while.

A row among the leases, under the bench's name and by the clock that all benches share: opening
takes it, every scan renews it, the bench's next parcel gives it back.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import leases

IDLE = timedelta(seconds=90)
_PREFIX = "table:"


def take(tx: Connection, work: Workplace, parcel_id: str) -> str:
    """Have the parcel on this bench's table; "" when it is ours, else the bench that has it."""
    now = work.db.now(tx, work.now())
    name, ours = _PREFIX + parcel_id, _holder(work)
    kept = tx.execute(
        update(leases)
        .where(leases.c.name == name, or_(leases.c.holder == ours, leases.c.until_at < now))
        .values(holder=ours, until_at=now + IDLE)
    )
    if kept.rowcount:
        return ""
    row = insert(leases).values(name=name, holder=ours, until_at=now + IDLE)
    if insert_if_new(tx, row):
        return ""
    holder = tx.execute(select(leases.c.holder).where(leases.c.name == name)).scalar()
    return "" if holder in {None, ours} else str(holder).removeprefix(_PREFIX)


def leave_others(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """This bench has turned to ``parcel_id``; what nobody works on any more is tidied away too."""
    now = work.db.now(tx, work.now())
    tx.execute(
        delete(leases).where(
            leases.c.name.startswith(_PREFIX, autoescape=True),
            leases.c.name != _PREFIX + parcel_id,
            or_(leases.c.holder == _holder(work), leases.c.until_at < now - IDLE),
        )
    )


def _holder(work: Workplace) -> str:
    return _PREFIX + work.bench[:100]
