"""Carriers' lists of stopped regions: fetched once a day, kept for when they cannot be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from app.domain.errors import PackbenchError
from app.domain.reach import ReachOrigin, ReachVerdict, StoppedRegion, StoppedRegions
from app.domain.regions import Place, place
from app.domain.text import Text
from app.ports import Capability, ListsStoppedRegions, has
from app.services.carriers import states
from app.services.reach.places import columns, fitting
from app.services.workplace import Workplace
from app.store.tables import account_states, accounts, reach_regions

DAILY = timedelta(hours=20)
"""A list this old is fetched again; carriers renew theirs in the night."""

_TRY_AGAIN = timedelta(minutes=30)  # after a fetch that failed


@dataclass(frozen=True, slots=True)
class ListState:
    """How the list of one account stands. ``regions`` count what it holds of the company."""

    account: str
    carrier: str
    regions: int
    fetched_at: datetime | None
    message: Text | None = None
    remedy: Text | None = None


def refresh(
    work: Workplace, carriers: Sequence[str] | None = None, *, older_than: timedelta = timedelta(0)
) -> list[ListState]:
    """Fetch the lists of these companies (all of them), one account a company; how each stands.

    Waits on the network. A fetch that fails keeps the list that is there and says why; it is not
    repeated within half an hour unless ``older_than`` is zero.
    """
    states: list[ListState] = []
    for account, source in _sources(work, carriers):
        with work.db.read() as tx:
            due = _due(tx, account.name, work.now(), older_than)
        if due:
            _keep(work, account.name, account.company, source.stopped_regions())
        with work.db.read() as tx:
            states.append(_state(tx, account.name, account.company))
    return states


def due(work: Workplace) -> list[str]:
    """The companies whose lists are to be fetched again today; asks nobody."""
    found = _sources(work, None)
    with work.db.read() as tx:
        return [a.company for a, _ in found if _due(tx, a.name, work.now(), DAILY)]


def _sources(
    work: Workplace, carriers: Sequence[str] | None
) -> list[tuple[Any, ListsStoppedRegions]]:
    """The first account of each company that can list its stopped regions."""
    found: dict[str, tuple[Any, ListsStoppedRegions]] = {}
    for account in _accounts(work, carriers):
        if account.company not in found:
            source = _source(work, account.name)
            if source is not None:
                found[account.company] = (account, source)
    return list(found.values())


def _accounts(work: Workplace, carriers: Sequence[str] | None) -> list[Any]:
    query = (
        select(accounts.c.name, accounts.c.company)
        .where(accounts.c.active, accounts.c.company != "")
        .order_by(accounts.c.position)
    )
    if carriers is not None:
        query = query.where(accounts.c.company.in_(list(carriers)))
    with work.db.read() as tx:
        return list(tx.execute(query))


def _source(work: Workplace, account: str) -> ListsStoppedRegions | None:
    try:
        source = work.outside.carrier(account)
    except PackbenchError:  # its secret is missing: said where accounts are shown
        return None
    if not has(source, Capability.STOPPED_REGIONS) or not isinstance(source, ListsStoppedRegions):
        return None
    return source


def _due(tx: Connection, account: str, now: datetime, older_than: timedelta) -> bool:
    row = tx.execute(
        select(account_states.c.regions_at, account_states.c.regions_problem).where(
            account_states.c.account == account
        )
    ).one_or_none()
    if row is None or not older_than:
        return True
    failed_at = (row.regions_problem or {}).get("at")
    if failed_at is not None and now - datetime.fromisoformat(failed_at) < _TRY_AGAIN:
        return False
    return row.regions_at is None or now - row.regions_at >= older_than


def _keep(work: Workplace, account: str, carrier: str, found: StoppedRegions) -> None:
    now = work.now()
    if found.problem is not None:
        problem = {
            "at": now.isoformat(),
            "code": found.problem.code,
            "message": found.problem.message.as_json(),
            "remedy": found.problem.remedy.as_json(),
        }
        with work.db.write() as tx:
            states.write(tx, account, {"regions_problem": problem})
        work.log.info("stopped regions of %s could not be fetched: %s", account, problem["code"])
        return
    regions = _by_place(found.regions)
    rows = [_row(work, carrier, where, region) for where, region in regions.items()]
    with work.db.write() as tx:
        tx.execute(
            delete(reach_regions).where(
                reach_regions.c.origin == ReachOrigin.LIST, reach_regions.c.carrier == carrier
            )
        )
        if rows:
            tx.execute(insert(reach_regions), rows)
        states.write(tx, account, {"regions_at": now, "regions_problem": None})
    work.changed("settings")


def _by_place(regions: Sequence[StoppedRegion]) -> dict[Place, StoppedRegion]:
    """One entry a place. A region without any part would stop everything: it says nothing."""
    found: dict[Place, StoppedRegion] = {}
    for region in regions:
        where = fitting(place(region.province, region.city, region.district, region.street))
        if where.depth:
            found[where] = region
    return found


def _row(work: Workplace, carrier: str, where: Place, region: StoppedRegion) -> dict[str, Any]:
    now = work.now()
    return {
        "id": work.key(),
        "origin": ReachOrigin.LIST,
        "carrier": carrier,
        "account": "",
        **columns(where),
        "verdict": ReachVerdict.REFUSED,
        "reason": region.reason[:256],
        "code": "stopped_region",
        "times": 1,
        "first_at": now,
        "last_at": now,
        "until_at": region.until,
    }


def _state(tx: Connection, account: str, carrier: str) -> ListState:
    count = tx.execute(
        select(func.count()).where(
            reach_regions.c.origin == ReachOrigin.LIST, reach_regions.c.carrier == carrier
        )
    ).scalar_one()
    row = tx.execute(
        select(account_states.c.regions_at, account_states.c.regions_problem).where(
            account_states.c.account == account
        )
    ).one_or_none()
    problem = (row.regions_problem if row is not None else None) or {}
    return ListState(
        account,
        carrier,
        count,
        row.regions_at if row is not None else None,
        Text.from_json(problem["message"]) if problem else None,
        Text.from_json(problem["remedy"]) if problem else None,
    )
