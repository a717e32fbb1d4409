"""What is known about a place without asking anybody: own table, stopped regions, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from app.domain.address import Address
from app.domain.reach import ReachAnswer, ReachOrigin, ReachVerdict
from app.domain.regions import Place, covers, place_of
from app.domain.text import T, Text, verbatim
from app.services.reach.places import place_in
from app.store.tables import reach_regions

FRESH = timedelta(hours=26)
"""A list of stopped regions is of today: carriers renew theirs once a day, and a fetch may wait."""

_FORGOTTEN_AFTER = timedelta(days=90)  # a refusal that old says little about the place today
_ORDER = tuple(ReachOrigin)


def reach_of(
    tx: Connection, carrier: str, account: str, address: Address, now: datetime
) -> ReachAnswer | None:
    """What the tables say of ``address`` for company ``carrier``; ``None`` when they say nothing.

    Asks nobody and writes nothing. ``REFUSED`` comes from the merchant's own table or a list of
    today only; an old list and refusals of other parcels make a place ``DOUBTFUL`` at most. The
    own table wins, and in it the most exact region; ``account`` narrows it further.
    """
    there = place_of(address)
    if not there.province:
        return None
    rows = tx.execute(
        select(reach_regions).where(
            reach_regions.c.carrier == carrier,
            reach_regions.c.account.in_(["", account]),
            reach_regions.c.province.in_(["", there.province]),
        )
    )
    text = f"{address.street}{address.address}"
    found = [
        _Known(r, where)
        for r in rows
        if covers(where := place_in(r), there, text) and not _over(r, now)
    ]
    best = min(found, key=_Known.rank, default=None)
    return None if best is None else _answer(best, now)


def refused(tx: Connection, carrier: str, account: str, address: Address, now: datetime) -> bool:
    """Whether the carrier certainly does not go to ``address``."""
    answer = reach_of(tx, carrier, account, address, now)
    return answer is not None and answer.verdict is ReachVerdict.REFUSED


def anything(tx: Connection, carrier: str = "") -> bool:
    """Whether the tables hold anything at all, of this company."""
    query = select(reach_regions.c.id).limit(1)
    if carrier:
        query = query.where(reach_regions.c.carrier == carrier)
    return tx.execute(query).first() is not None


@dataclass(frozen=True, slots=True)
class _Known:
    row: Any
    where: Place

    def rank(self) -> tuple[int, int, int]:
        """The smallest decides: origin first, then the more exact region, then the account."""
        return (
            _ORDER.index(ReachOrigin(self.row.origin)),
            -self.where.depth,
            0 if self.row.account else 1,
        )


def _over(row: Any, now: datetime) -> bool:
    if row.until_at is not None and row.until_at <= now:
        return True
    return bool(row.origin == ReachOrigin.LEARNED and now - row.last_at > _FORGOTTEN_AFTER)


def _answer(found: _Known, now: datetime) -> ReachAnswer:
    row, region = found.row, found.where.words
    origin = ReachOrigin(row.origin)
    verdict = ReachVerdict(row.verdict)
    reason: Text
    if origin is ReachOrigin.OWN:
        reason = T("Your own table: {region}", region=region)
        if row.reason:
            reason = T("Your own table: {region}, {why}", region=region, why=row.reason)
        return ReachAnswer(verdict, origin, reason, "own_table")
    if origin is ReachOrigin.LEARNED:
        reason = T(
            "Refused before, {n} times, last on {day}: {said}",
            n=row.times,
            day=_day(row.last_at),
            said=row.reason,
        )
        return ReachAnswer(ReachVerdict.DOUBTFUL, origin, reason, row.code, row.reason)
    if now - row.last_at > FRESH:
        reason = T(
            "On the list of stopped regions of {day}: {region}",
            day=_day(row.last_at),
            region=region,
        )
        return ReachAnswer(ReachVerdict.DOUBTFUL, origin, reason, row.code, row.reason)
    reason = T("On today's list of stopped regions: {region}", region=region)
    if row.reason:
        reason = T(
            "On today's list of stopped regions: {region}, {why}",
            region=region,
            why=verbatim(row.reason),
        )
    return ReachAnswer(verdict, origin, reason, row.code or "stopped_region", row.reason)


def _day(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d")
