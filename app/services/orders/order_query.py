"""The one place that says which orders a list shows and on which way the database reaches them.

Every way starts at an index that is narrow or already in the list's order, so that a page costs the
same with a thousand orders and with a million:

* a search starts from the index of words, holds and refunds from the few active holds;
* an open stage, failed, held: few orders; the rest of the filter looks at each of them;
* else by carrier or by shop in the list's order, one branch for each, merged.

Columns that another way shall not start from are wrapped (``_not_by``): SQLite keeps no figures
about values and would guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.sql.visitors import replacement_traverse

from app.domain import recognition, search_tokens
from app.domain.states import Flow, HoldCode, ParcelState
from app.services.orders import secret_words
from app.services.records import SEVERAL
from app.services.workplace import Workplace
from app.store import word_index
from app.store.tables import archived_orders, holds, order_lines, orders, parcel_lines, parcels

OTHER = "other"  # the tab and the count of what is not packed here
OPEN_STAGES = (
    ParcelState.TO_CHECK,
    ParcelState.TO_LABEL,
    ParcelState.TO_PICK,
    ParcelState.TO_PACK,
    ParcelState.TO_REPORT,
)
FEW = frozenset({*OPEN_STAGES, "failed", "held", "refund"})  # tabs that stay small for years
_BY_TAB = FEW | {"other"}  # lists that start from their tab, whatever else they are filtered by
_OF_FEW = frozenset({"failed", "held"})  # tabs whose rows have an index of one time alone
SEARCH_MOST = 500  # of a search that finds more, the newest are looked at


Shape = Callable[[Select[Any]], Select[Any]]


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list shows. ``tab``: a stage, ``failed``, ``held``, ``refund``, ``other``, ``all``.

    ``other`` are the orders that are not packed here (same city, virtual, picked up); no stage
    counts them as work to do.
    """

    tab: str = "all"
    shops: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    search: str = ""
    sort: str = "paid"  # paid, deadline
    descending: bool = True


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """A filter made ready for one transaction: what is searched for has been looked up.

    ``most`` bounds how many hits of the index of words are looked at; ``None``: all of them.
    """

    wanted: OrderFilter
    dialect: str
    words: tuple[str, ...]
    sealed: dict[str, list[str]]  # orders whose sealed receiver has the word
    most: int | None = SEARCH_MOST
    archive: bool = False  # whether anything was put away

    @property
    def searches(self) -> bool:
        return bool(self.words)

    @property
    def sort_column(self) -> ColumnElement[Any]:
        """The time that the list is sorted by."""
        if self.wanted.sort == "paid":
            return orders.c.paid_at
        if self.wanted.tab in _OF_FEW:  # by no index: they are few, and theirs is of another time
            return func.coalesce(orders.c.deadline_at, orders.c.deadline_at)
        return orders.c.deadline_at

    @property
    def key_column(self) -> ColumnElement[Any]:
        """What orders of the same time are sorted by, and those without a time."""
        by_index = self.wanted.tab not in _OF_FEW and not self.searches
        return orders.c.id if by_index else _not_by(orders.c.id)

    def hits(self, tx: Connection) -> int:
        """How many orders the search starts from; ``most`` when there are more."""
        return int(tx.execute(select(func.count()).select_from(self._hits())).scalar_one())

    def select(self, columns: Sequence[ColumnElement[Any]], shape: Shape) -> Select[Any]:
        """Matching orders. ``shape`` adds order, bounds and limit; it is laid on every branch.

        Of several branches each gets them, and the caller sorts and cuts what comes.
        """
        branches = [shape(query) for query in self._branches(columns)]
        if self.archive and not (self.wanted.tab in _BY_TAB or self.wanted.holds):
            branches += [_in_archive(branch) for branch in branches]
        if len(branches) == 1:
            return branches[0]
        parts = [select(branch.subquery()) for branch in branches]
        return select(union_all(*parts).subquery())

    def _branches(self, columns: Sequence[ColumnElement[Any]]) -> list[Select[Any]]:
        wanted, base = self.wanted, select(*columns).select_from(orders)
        if self.searches and not (wanted.tab in FEW or wanted.holds):
            hits = self._hits()
            fitting = [*self._tab(by_index=False), *self._shops(), *self._carriers(), *self._says()]
            return [base.join(hits, hits.c.id == orders.c.id).where(*fitting)]
        says = self._says() if self.searches else []
        codes = [HoldCode.REFUND.value] if wanted.tab == "refund" else []
        if wanted.holds or codes:
            few = _held_by(wanted.holds or codes)
            also = [orders.c.id.in_(select(_held_by(codes).c.id))] if wanted.holds and codes else []
            tab = [] if codes else self._tab(by_index=False)
            fitting = [*tab, *also, *self._shops(), *self._carriers(), *says]
            return [base.join(few, few.c.id == orders.c.id).where(*fitting)]
        if wanted.carriers and wanted.tab in (ParcelState.CANCELLED, OTHER):
            return [base.where(orders.c.id == "")]  # nothing of them goes with anybody
        if wanted.tab in _BY_TAB:
            fitting = [*self._tab(by_index=True), *self._shops(), *self._carriers(), *says]
            return [base.where(*fitting)]
        if wanted.carriers:
            tab = [*self._tab(by_index=False), *self._shops()]
            ways = [orders.c.carrier == code for code in wanted.carriers]
            split = and_(orders.c.carrier == SEVERAL, _goes_with(wanted.carriers))
            return [base.where(way, *tab) for way in (*ways, split)]
        if wanted.shops:
            tab = self._tab(by_index=False)
            return [base.where(orders.c.shop_id == shop, *tab) for shop in wanted.shops]
        return [base.where(*self._tab(by_index=True))]

    def _tab(self, *, by_index: bool) -> list[ColumnElement[bool]]:
        def col(of: ColumnElement[Any]) -> ColumnElement[Any]:
            return of if by_index else _not_by(of)

        match self.wanted.tab:
            case "all":
                return []
            case "failed":
                return [_IS_FAILED]
            case "held":
                return [_IS_HELD]
            case "refund":
                return [orders.c.id.in_(select(_held_by([HoldCode.REFUND.value]).c.id))]
            case "other":
                return [_IS_OTHER]
            case stage:
                return [col(orders.c.stage) == stage, col(orders.c.flow) == Flow.PARCEL]

    def _shops(self) -> list[ColumnElement[bool]]:
        shops = self.wanted.shops
        return [_not_by(orders.c.shop_id).in_(shops)] if shops else []

    def _carriers(self) -> list[ColumnElement[bool]]:
        wanted = self.wanted.carriers
        if not wanted:
            return []
        carrier = _not_by(orders.c.carrier)
        return [or_(carrier.in_(wanted), and_(carrier == SEVERAL, _goes_with(wanted)))]

    def _says(self) -> list[ColumnElement[bool]]:
        """Every word stands in the order's text, or in what is sealed of it."""
        found: list[ColumnElement[bool]] = []
        for word in self.words:
            said = orders.c.search.like(f"%{_escape(word)}%", escape="\\")
            sealed = self.sealed[word]
            found.append(or_(said, _not_by(orders.c.id).in_(sealed)) if sealed else said)
        return found

    def _hits(self) -> Any:
        groups = [g for word in self.words for g in search_tokens.asked(word)]
        sealed = sorted({i for ids in self.sealed.values() for i in ids})
        parts: list[Select[Any]] = []
        if groups:
            shops = self.wanted.shops
            asked = list(dict.fromkeys(groups))
            found = word_index.matching(self.dialect, asked, shops, self.most)
            parts.append(select(found.subquery("found")))
        if sealed or not parts:
            parts.append(select(orders.c.id).where(orders.c.id.in_(sealed)))
        return (parts[0] if len(parts) == 1 else union(*parts)).subquery("hits")


def prepare(
    tx: Connection, work: Workplace, wanted: OrderFilter, *, most: int | None = SEARCH_MOST
) -> OrderQuery:
    """Make a filter ready; looks up what is sealed."""
    words = tuple(dict.fromkeys(search_words(wanted.search)))
    sealed = {word: secret_words.find(tx, work, word) for word in words}
    put_away = tx.execute(select(archived_orders.c.id).limit(1)).first() is not None
    return OrderQuery(wanted, tx.dialect.name, words, sealed, most, put_away)


def search_words(search: str) -> list[str]:
    """What was typed, in words; a scanned label stands for the number in it."""
    number = recognition.normalise(search)
    typed = search.strip().upper()
    scanned = (number != typed and any(mark in typed for mark in "*=/")) or len(typed) == 18
    return [number.lower()] if scanned and number.isalnum() else search.lower().split()


# As the indexes of these rows say it: a parameter would not be seen to be the same.
_IS_OTHER: ColumnElement[bool] = literal_column("orders.flow <> 'parcel'")
_IS_FAILED: ColumnElement[bool] = literal_column("orders.failed")
_IS_HELD: ColumnElement[bool] = literal_column("orders.hold_count > 0")


def _in_archive(live: Select[Any]) -> Select[Any]:
    """The same question to the archive: its orders have the same columns."""

    def there(element: Any, **_options: Any) -> Any:
        if element is orders:
            return archived_orders
        if isinstance(element, Column) and element.table is orders:
            return archived_orders.c[element.name]
        return None

    return cast("Select[Any]", replacement_traverse(live, {}, there))


def _not_by(of: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same text, and no way to it by an index."""
    return of.concat("")


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _held_by(codes: Sequence[str]) -> Any:
    """The orders that an active hold with one of these codes concerns; starts from the holds."""
    active = (holds.c.cleared_at.is_(None), holds.c.code.in_(list(codes)))
    itself = select(holds.c.order_id.label("id")).where(*active, holds.c.order_id.is_not(None))
    by_line = (
        select(order_lines.c.order_id)
        .join(holds, holds.c.order_line_id == order_lines.c.id)
        .where(*active)
    )
    by_parcel = (
        select(order_lines.c.order_id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .join(holds, holds.c.parcel_id == parcel_lines.c.parcel_id)
        .where(*active)
    )
    return union(itself, by_line, by_parcel).subquery("held")


def _goes_with(carriers: Sequence[str]) -> ColumnElement[bool]:
    """One of the order's parcels goes with one of these companies."""
    return (
        exists()
        .where(
            order_lines.c.order_id == orders.c.id,
            parcel_lines.c.order_line_id == order_lines.c.id,
            parcels.c.id == parcel_lines.c.parcel_id,
            parcels.c.carrier.in_(carriers),
        )
        .correlate(orders)
    )
