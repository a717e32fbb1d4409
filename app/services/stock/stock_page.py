"""The stock list page by page: figures, how long they last, and what is wrong, counted as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from app.domain.bins import walking_key
from app.domain.days import china_day
from app.domain.replenishment import MONTH, SLOW_DAYS, days_left
from app.services.stock import owed, sales, spots
from app.services.workplace import Workplace
from app.store.tables import sku_barcodes, skus, stock_balances, stock_spots

_NEVER = 2_000_000_000  # hours; sorts behind everything that sells
_B = stock_balances.c


class StockTab(StrEnum):
    ALL = "all"
    SHORT = "short"
    LOW = "low"
    SLOW = "slow"
    DEFECTIVE = "defective"


class StockState(StrEnum):
    """``short``: orders want more than there is. ``low``: below the mark, or gone before new goods
    could come. ``slow``: lasts for more than 90 days. ``none``: nothing there, nothing sold."""

    SHORT = "short"
    LOW = "low"
    ENOUGH = "enough"
    SLOW = "slow"
    NONE = "none"


class StockSort(StrEnum):
    DAYS = "days"
    CODE = "code"
    NAME = "name"
    BIN = "bin"
    ON_HAND = "on_hand"
    ALLOCATED = "allocated"
    AVAILABLE = "available"
    SOLD = "sold"


@dataclass(frozen=True, slots=True)
class StockFilter:
    """What is shown. ``search``: parts of code, name or spec, or bar codes. ``kind`` "": all."""

    search: str = ""
    tab: StockTab = StockTab.ALL
    sort: StockSort = StockSort.DAYS
    descending: bool = False
    kind: str = ""
    archived: bool = False


Mark = tuple[int | str, str]
"""Where a page ended: the value it is sorted by, and the code."""


@dataclass(frozen=True, slots=True)
class StockLine:
    """One row, in pieces. ``missing``: wanted beyond what is available. ``week``: sold a day, today
    last. ``count_it``: the books say less than nothing."""

    sku_id: str
    sku: str
    name: str
    spec: str
    picture: str
    kind: str
    bins: tuple[str, ...]
    on_hand: int
    allocated: int
    available: int
    defective: int
    in_transit: int
    missing: int
    safety: int
    week: tuple[int, ...]
    days_left: float | None
    state: StockState
    count_it: bool
    active: bool


@dataclass(frozen=True, slots=True)
class StockPage:
    """``after``: hand it in for the next page; ``None``: this was the last."""

    rows: tuple[StockLine, ...]
    after: Mark | None


@dataclass(frozen=True, slots=True)
class StockCounts:
    """Items on each tab, and the sums over all of them, in pieces."""

    all: int
    short: int
    low: int
    slow: int
    defective: int
    on_hand: int
    allocated: int
    available: int


def stock_page(
    work: Workplace, wanted: StockFilter, after: Mark | None = None, limit: int = 50
) -> StockPage:
    """The next ``limit`` rows behind ``after``, all figures of one moment."""
    now = work.now()
    with work.db.read() as tx:
        lacking = owed.missing(tx)
        terms = _Terms(lacking, now)
        key = _sort_key(wanted.sort, terms)
        # First which rows, out of narrow indexes; then all of them for these few.
        which = (
            select(skus.c.id, key.label("sort_key"))
            .outerjoin(stock_balances, _B.sku_id == skus.c.id)
            .where(_matches(wanted, sqlite=work.db.is_sqlite), terms.on_tab(wanted.tab))
            .limit(limit + 1)
        )
        if after is not None:
            which = which.where(_behind(key, after, descending=wanted.descending))
        few = which.order_by(*_order(key, descending=wanted.descending)).subquery()
        found = tx.execute(
            select(skus, few.c.sort_key, terms.state().label("state"))
            .add_columns(_B.on_hand, _B.allocated, _B.available, _B.defective, _B.in_transit)
            .join(few, few.c.id == skus.c.id)
            .outerjoin(stock_balances, _B.sku_id == skus.c.id)
            .order_by(*_order(few.c.sort_key, descending=wanted.descending))
        ).all()
        rows = found[:limit]
        ids = [row.id for row in rows]
        bins = _bins(tx, ids)
        week = sales.history(tx, ids, china_day(now))
    lines = tuple(_line(r, bins[r.id], week[r.id], lacking.get(r.id, 0)) for r in rows)
    more = len(found) > limit
    return StockPage(lines, (rows[-1].sort_key, rows[-1].code) if more else None)


def stock_counts(work: Workplace, wanted: StockFilter) -> StockCounts:
    """For the chips above the list; ``wanted.tab`` is left out of it."""
    with work.db.read() as tx:
        terms = _Terms(owed.missing(tx), work.now())
        tabs = [t for t in StockTab if t is not StockTab.ALL]
        row = tx.execute(
            select(
                func.count(),
                *(func.count(case((terms.on_tab(tab), 1))) for tab in tabs),
                *(func.coalesce(func.sum(c), 0) for c in (_B.on_hand, _B.allocated, _B.available)),
            )
            .select_from(skus)
            .outerjoin(stock_balances, _B.sku_id == skus.c.id)
            .where(_matches(wanted, sqlite=work.db.is_sqlite))
        ).one()
    return StockCounts(*(int(n) for n in row))


class _Terms:
    """Conditions on a row of ``skus`` with its balance. ``lacking``: SKUs that orders wait for."""

    def __init__(self, lacking: Collection[str], now: datetime) -> None:
        free = func.coalesce(_B.available, 0)
        rate = skus.c.day_rate
        self.available = free
        self.hours = case(
            (free <= 0, case((or_(rate > 0, free < 0), 0), else_=_NEVER)),
            (rate > 0, cast(free, BigInteger) * 24_000 // rate),
            else_=_NEVER,
        )
        # Behind the safety mark of a person, else gone before new goods could come.
        gone_soon = and_(rate > 0, free * 1000 < cast(rate, BigInteger) * skus.c.lead_days)
        below = and_(skus.c.safety_quantity > 0, free < skus.c.safety_quantity)
        waited_for = skus.c.id.in_(sorted(lacking)) if lacking else false()
        held = func.coalesce(_B.on_hand, 0)
        settled = skus.c.created_at < now - timedelta(days=MONTH)
        lasts = or_(rate == 0, free * 1000 > cast(rate, BigInteger) * SLOW_DAYS)
        self.short = or_(free < 0, waited_for)
        self._first_true = [
            (StockState.SHORT, self.short),
            (StockState.LOW, or_(below, gone_soon)),
            (StockState.NONE, held == 0),
            (StockState.SLOW, and_(lasts, settled)),
        ]

    def state(self) -> ColumnElement[str]:
        return case(
            *((term, literal(state.value)) for state, term in self._first_true),
            else_=literal(StockState.ENOUGH.value),
        )

    def on_tab(self, tab: StockTab) -> ColumnElement[bool]:
        if tab is StockTab.ALL:
            return true()
        if tab is StockTab.DEFECTIVE:
            return func.coalesce(_B.defective, 0) > 0
        before: list[ColumnElement[bool]] = []
        for state, term in self._first_true:
            if state.value == tab.value:
                return and_(term, *(~t for t in before))
            before.append(term)
        return false()


def _sort_key(sort: StockSort, terms: _Terms) -> ColumnElement[Any]:
    keys: Mapping[StockSort, ColumnElement[Any]] = {
        StockSort.DAYS: case((terms.short, -1), else_=terms.hours),
        StockSort.CODE: skus.c.code,
        StockSort.NAME: skus.c.name,
        StockSort.BIN: skus.c.bin,
        StockSort.ON_HAND: func.coalesce(_B.on_hand, 0),
        StockSort.ALLOCATED: func.coalesce(_B.allocated, 0),
        StockSort.AVAILABLE: terms.available,
        StockSort.SOLD: skus.c.sold_week,
    }
    return keys[sort]


def _order(key: ColumnElement[Any], *, descending: bool) -> tuple[ColumnElement[Any], ...]:
    return (key.desc(), skus.c.code.desc()) if descending else (key.asc(), skus.c.code.asc())


def _behind(key: ColumnElement[Any], after: Mark, *, descending: bool) -> ColumnElement[bool]:
    value, code = after
    if descending:
        return or_(key < value, and_(key == value, skus.c.code < code))
    return or_(key > value, and_(key == value, skus.c.code > code))


def _matches(wanted: StockFilter, *, sqlite: bool) -> ColumnElement[bool]:
    terms: list[ColumnElement[bool]] = [skus.c.active.is_(not wanted.archived)]
    if wanted.kind:
        terms.append(skus.c.kind == wanted.kind)
    for word in wanted.search.split():
        pattern = "%" + word.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
        texts = (skus.c.code, skus.c.name, skus.c.spec, skus.c.short_name)
        # SQLite's own LIKE takes capitals for small letters already, and is quicker so.
        like = [
            t.like(pattern, escape="/") if sqlite else t.ilike(pattern, escape="/") for t in texts
        ]
        has_barcode = exists().where(
            sku_barcodes.c.barcode == word, sku_barcodes.c.sku_id == skus.c.id
        )
        terms.append(or_(*like, has_barcode))
    return and_(*terms)


def _bins(tx: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in tx.execute(
        select(stock_spots.c.sku_id, stock_spots.c.bin).where(
            stock_spots.c.sku_id.in_(ids),
            stock_spots.c.quantity != 0,
            stock_spots.c.bin.not_in(["", spots.PICKED]),
        )
    ):
        found[row.sku_id].add(row.bin)
    return defaultdict(list, {k: sorted(v, key=walking_key) for k, v in found.items()})


def _line(row: Any, bins: Sequence[str], week: Sequence[int], missing: int) -> StockLine:
    available = row.available or 0
    return StockLine(
        sku_id=row.id,
        sku=row.code,
        name=row.name,
        spec=row.spec,
        picture=row.picture,
        kind=row.kind,
        bins=tuple(bins) or ((row.bin,) if row.bin else ()),
        on_hand=row.on_hand or 0,
        allocated=row.allocated or 0,
        available=available,
        defective=row.defective or 0,
        in_transit=row.in_transit or 0,
        missing=missing,
        safety=row.safety_quantity,
        week=tuple(week),
        days_left=0.0 if missing else days_left(available, row.day_rate),
        state=StockState(row.state),
        count_it=(row.on_hand or 0) < 0,
        active=row.active,
    )
