"""Pages, ids and counts of the order list: what a page costs does not depend on its depth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
)

from app.domain.states import Flow, ParcelState
from app.services.orders.order_query import (
    FEW,
    OPEN_STAGES,
    OTHER,
    SEARCH_MOST,
    OrderFilter,
    OrderQuery,
    Shape,
    prepare,
)
from app.services.workplace import Workplace
from app.store.tables import orders

COUNT_CAP = 10_000  # a count above it is ``COUNT_CAP + 1`` and means "more than that"
_LOOKED_AT = 20_000  # of a huge list that is filtered, so many are looked at for its counts
_IDS_AT_ONCE = 400
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: the order that was read last. ``at`` is ``None`` where it has no time."""

    at: datetime | None
    id: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Ids in list order. ``after`` and ``before`` lead on from its ends; ``None``: nothing there.

    ``newest_only``: the search finds more than ``SEARCH_MOST``, of which the newest are listed.
    """

    ids: tuple[str, ...]
    after: Cursor | None = None
    before: Cursor | None = None
    newest_only: bool = False


def order_page(
    work: Workplace,
    wanted: OrderFilter,
    after: Cursor | None = None,
    limit: int = 100,
    *,
    before: Cursor | None = None,
) -> OrderPage:
    """At most ``limit`` matching orders: the first ones, those after, or those before a place.

    Orders without the time that is sorted by come last, in both directions.
    """
    with work.db.read() as tx:
        query = prepare(tx, work, wanted)
        backwards = before is not None
        rows = _rows(tx, query, before or after, limit + 1, backwards=backwards)
        more, rows = len(rows) > limit, rows[:limit]
        newest_only = (
            more
            and query.searches
            and wanted.tab not in FEW
            and not wanted.holds
            and query.hits(tx) >= SEARCH_MOST
        )
    if backwards:
        rows.reverse()
    if not rows:
        return OrderPage((), newest_only=newest_only)
    first, last = Cursor(rows[0].at, rows[0].id), Cursor(rows[-1].at, rows[-1].id)
    return OrderPage(
        tuple(r.id for r in rows),
        after=last if more or backwards else None,
        before=first if (more if backwards else after is not None) else None,
        newest_only=newest_only,
    )


def order_ids(work: Workplace, wanted: OrderFilter) -> list[str]:
    """The ids of all matching orders in list order, read in pieces: for work in a lane.

    The same as the pages together, also of a search: nothing is acted on that no page shows.
    """
    with work.db.read() as tx:
        query = prepare(tx, work, wanted)
        return [row.id for row in _all(tx, query)]


def in_list_order(work: Workplace, wanted: OrderFilter, ids: Sequence[str]) -> list[str]:
    """Those of ``ids`` that match, in list order."""
    found: list[Any] = []
    with work.db.read() as tx:
        query = prepare(tx, work, wanted, most=None)
        for start in range(0, len(ids), _IDS_AT_ONCE):
            chunk = list(ids[start : start + _IDS_AT_ONCE])
            found += tx.execute(
                query.select((orders.c.id, query.sort_column.label("at")), _only(chunk))
            ).all()
    return [row.id for row in _in_order(wanted, found)]


def order_counts(work: Workplace, wanted: OrderFilter) -> dict[str, int]:
    """How many orders each tab would show, with the other filters applied.

    What is still to be done is counted to the last; a figure above ``COUNT_CAP`` means "more".
    A tab of what is over has no figure where counting it would mean reading the whole filter.
    """
    base = replace(wanted, tab="all")
    filtered = bool(base.shops or base.carriers)
    counts: dict[str, int] = defaultdict(int)
    with work.db.read() as tx:
        query = prepare(tx, work, base)
        if query.searches or base.holds:
            _count_hits(tx, query, counts)
        else:
            over = [s.value for s in ParcelState if s not in OPEN_STAGES]
            tabs = [*(s.value for s in OPEN_STAGES), "failed", "held", "refund"]
            tabs += [] if filtered else [*over, OTHER, "all"]
            for tab in tabs:
                counts[tab] = _counted(tx, replace(query, wanted=replace(base, tab=tab)))
            if filtered:
                _count_over(tx, query, over, counts)
    return {tab: n for tab, n in counts.items() if n or tab in ("all", *ParcelState, OTHER)}


def _only(ids: Sequence[str]) -> Shape:
    return lambda query: query.where(orders.c.id.in_(ids))


def _rows(
    tx: Connection, query: OrderQuery, place: Cursor | None, limit: int, *, backwards: bool = False
) -> list[Any]:
    """Rows of ``id`` and ``at`` beyond a place; of two parts: with the time, then without."""
    column = query.sort_column
    falling = query.wanted.descending != backwards
    rows: list[Any] = []
    for timed in (False, True) if backwards else (True, False):
        if len(rows) >= limit:
            break
        beyond = _beyond(column, place, timed=timed, falling=falling, backwards=backwards)
        if beyond is None:
            continue
        by_id = query.key_column.asc() if backwards else query.key_column.desc()
        by_time = (column.desc() if falling else column.asc(),) if timed else ()
        shape = _shaped(beyond, (*by_time, by_id), limit - len(rows))
        part = tx.execute(query.select((orders.c.id, column.label("at")), shape)).all()
        rows += _in_order(query.wanted, part, backwards=backwards)[: limit - len(rows)]
    return rows


def _shaped(where: Sequence[Any], by: Sequence[Any], limit: int) -> Shape:
    return lambda query: query.where(*where).order_by(*by).limit(limit)


def _beyond(
    column: Any, place: Cursor | None, *, timed: bool, falling: bool, backwards: bool
) -> list[Any] | None:
    """Conditions for the rows of one part that lie beyond a place; ``None``: none do."""
    part = [column.is_not(None) if timed else column.is_(None)]
    if place is None:
        return part
    by_id = orders.c.id > place.id if backwards else orders.c.id < place.id
    if place.at is None:
        if timed:
            return part if backwards else None
        return [*part, by_id]
    if not timed:
        return None if backwards else part
    up_to = column <= place.at if falling else column >= place.at
    past = column < place.at if falling else column > place.at
    return [up_to, or_(past, and_(column == place.at, by_id))]


def _in_order(wanted: OrderFilter, rows: Sequence[Any], *, backwards: bool = False) -> list[Any]:
    """Rows of several branches as one list."""
    ordered = sorted(rows, key=lambda r: r.id, reverse=not backwards)
    timed = [r for r in ordered if r.at is not None]
    timed.sort(key=lambda r: r.at, reverse=wanted.descending != backwards)
    untimed = [r for r in ordered if r.at is None]
    return [*untimed, *timed] if backwards else [*timed, *untimed]


def _all(tx: Connection, query: OrderQuery) -> Iterator[Any]:
    place: Cursor | None = None
    while True:
        rows = _rows(tx, query, place, _CHUNK)
        yield from rows
        if len(rows) < _CHUNK:
            return
        place = Cursor(rows[-1].at, rows[-1].id)


def _counted(tx: Connection, query: OrderQuery) -> int:
    """How many match, as far as ``COUNT_CAP`` and one more."""
    # A number, no column, so that an index alone can be counted.
    one: ColumnElement[int] = literal_column("1").label("one")
    found = query.select((one,), lambda q: q.limit(COUNT_CAP + 1))
    n = int(tx.execute(select(func.count()).select_from(found.subquery())).scalar_one())
    return min(n, COUNT_CAP + 1)  # of several branches, each went as far


def _count_hits(tx: Connection, query: OrderQuery, counts: dict[str, int]) -> None:
    """Of a search or of holds: what is found is looked at, and each small list for itself."""
    found = query.select((orders.c.stage, orders.c.flow), lambda q: q).subquery()
    rows = tx.execute(
        select(found.c.stage, found.c.flow, func.count().label("n")).group_by(
            found.c.stage, found.c.flow
        )
    )
    for row in rows:
        counts[row.stage if row.flow == Flow.PARCEL else OTHER] += row.n
        counts["all"] += row.n
    for tab in (*(s.value for s in OPEN_STAGES), "failed", "held", "refund"):
        counts[tab] = _counted(tx, replace(query, wanted=replace(query.wanted, tab=tab)))


def _count_over(
    tx: Connection, query: OrderQuery, stages: Sequence[str], counts: dict[str, int]
) -> None:
    """What is over, of a filter by shop or carrier: exact, "more", or no figure."""
    shops, carriers = query.wanted.shops, query.wanted.carriers
    walked = replace(query, wanted=replace(query.wanted, shops=())) if carriers else query
    columns = (orders.c.stage, orders.c.flow, orders.c.shop_id)
    looked = walked.select(columns, lambda q: q.limit(_LOOKED_AT)).subquery()
    found = select(looked).limit(_LOOKED_AT).subquery()
    fits = found.c.shop_id.in_(shops) if shops and carriers else true()
    rows = tx.execute(
        select(
            found.c.stage,
            found.c.flow,
            func.count().label("looked"),
            func.sum(case((fits, 1), else_=0)).label("n"),
        ).group_by(found.c.stage, found.c.flow)
    ).all()
    whole = sum(r.looked for r in rows) < _LOOKED_AT
    seen: dict[str, int] = defaultdict(int)
    for row in rows:
        seen[row.stage if row.flow == Flow.PARCEL else OTHER] += row.n
        seen["all"] += row.n
    for tab in (*stages, OTHER, "all"):
        if whole or seen[tab] > COUNT_CAP:
            counts[tab] = min(seen[tab], COUNT_CAP + 1)
