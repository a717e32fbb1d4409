"""What the tables of places hold, for lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.domain.regions import Place
from app.services.reach.places import place_in
from app.services.workplace import Workplace
from app.store.tables import reach_regions


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One line: who says it (``own``, ``list``, ``learned``), of which carrier, of which place."""

    id: str
    origin: str
    carrier: str
    account: str
    where: Place
    verdict: str
    reason: str
    code: str
    times: int
    last_at: datetime
    until_at: datetime | None


def regions(
    work: Workplace, *, carrier: str = "", origin: str = "", limit: int = 200
) -> tuple[list[RegionRow], int]:
    """The first ``limit`` lines, by origin, carrier and place, and how many there are."""
    wanted = []
    if carrier:
        wanted.append(reach_regions.c.carrier == carrier)
    if origin:
        wanted.append(reach_regions.c.origin == origin)
    order = ("origin", "carrier", "province", "city", "district", "street", "account")
    query = (
        select(reach_regions)
        .where(*wanted)
        .order_by(*(reach_regions.c[name] for name in order))
        .limit(limit)
    )
    with work.db.read() as tx:
        total = tx.execute(select(func.count(reach_regions.c.id)).where(*wanted)).scalar_one()
        rows = [
            RegionRow(
                r.id,
                r.origin,
                r.carrier,
                r.account,
                place_in(r),
                r.verdict,
                r.reason,
                r.code,
                r.times,
                r.last_at,
                r.until_at,
            )
            for r in tx.execute(query)
        ]
    return rows, total
