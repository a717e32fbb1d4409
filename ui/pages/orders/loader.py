"""Reads orders off the main thread; answers that nobody waits for any more are dropped."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from app.domain.errors import PackbenchError
from app.domain.text import sentences
from app.services import read_only
from app.services.orders import details, queries
from app.services.orders.details import OrderDetail
from app.services.orders.order_lists import COUNT_CAP, Cursor, order_page
from app.services.orders.queries import OrderFilter, OrderRow
from app.services.parcels.carrier_choice import usable_carriers
from app.services.parcels.parcel_queries import parcel_of_waybill, parcel_rows
from app.services.workplace import Workplace
from ui.job_runner import JobRunner
from ui.pages.orders.desk import DeskFacts, read_desk

_AT_ONCE = 1_000  # ids; rows are read by the screen
_MOST = 50_000  # nobody looks further down: who wants more narrows the list
LIST_LANE = "orders"
ROWS_LANE = "orders.rows"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A snapshot of the list: the first matching ids in order, and what every tab would show.

    ``after`` leads on to more of them; ``None``: these are all.
    """

    wanted: OrderFilter
    ids: list[str]
    counts: Mapping[str, int]
    after: Cursor | None = None

    @property
    def total(self) -> int:
        """How many match, as far as they are counted (``COUNT_CAP``)."""
        if self.after is None:
            return len(self.ids)
        return max(self.counts.get(self.wanted.tab, COUNT_CAP + 1), len(self.ids) + 1)


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be filtered by and changed to. Shops by id and title."""

    shops: tuple[tuple[str, str], ...]
    carriers: tuple[str, ...]
    refusals: Mapping[str, str]  # shops that may not be changed, and why


@dataclass(frozen=True, slots=True)
class Opened:
    """One order with everything its drawer shows."""

    order: OrderDetail
    desk: DeskFacts


def read_order(work: Workplace, order_id: str) -> Opened:
    """Read it, off the main thread."""
    order = details.order_detail(work, order_id)
    return Opened(order, read_desk(work, order))


class OrderLoader(QObject):
    """Signals come on the main thread. ``load`` while a load runs waits for its turn, and only
    the latest wish is answered."""

    loaded = Signal(object)
    rows_ready = Signal(object)
    detail_ready = Signal(object)
    choices_ready = Signal(object)
    found = Signal(str)
    failed = Signal(object)

    def __init__(self, work: Workplace, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._jobs = jobs
        self._wanted = OrderFilter()
        self._shown: Loaded | None = None
        self._busy = False
        self._again = False
        self._detail_of = ""

    def load(self, wanted: OrderFilter) -> None:
        """Read the first ids and the counts; ``loaded`` comes for the latest wish only.

        The same list again is read as far down as it was shown.
        """
        self._wanted = wanted
        if self._busy:
            self._again = True
            return
        self._busy, self._again = True, False
        work = self._work
        shown = self._shown
        deep = len(shown.ids) if shown is not None and shown.wanted == wanted else 0

        def read(*_: object) -> Loaded:
            page = order_page(work, wanted, limit=max(deep, _AT_ONCE))
            return Loaded(wanted, list(page.ids), queries.order_counts(work, wanted), page.after)

        self._jobs.run(
            LIST_LANE, read, name="orders", done=self._listed, failed=self._broke, owner=self
        )

    def load_more(self) -> None:
        """The list is shown almost to its end: read on, and tell ``loaded``."""
        shown = self._shown
        if self._busy or shown is None or shown.after is None or len(shown.ids) >= _MOST:
            return
        if shown.wanted != self._wanted:
            return
        self._busy = True
        work = self._work

        def read(*_: object) -> Loaded:
            page = order_page(work, shown.wanted, shown.after, _AT_ONCE)
            return replace(shown, ids=[*shown.ids, *page.ids], after=page.after)

        self._jobs.run(
            LIST_LANE, read, name="more orders", done=self._listed, failed=self._broke, owner=self
        )

    def _listed(self, result: object) -> None:
        self._busy = False
        if isinstance(result, Loaded) and result.wanted == self._wanted:
            self._shown = result
            self.loaded.emit(result)
        if self._again:
            self.load(self._wanted)

    def _broke(self, error: PackbenchError) -> None:
        self._busy = False
        self.failed.emit(error)

    def fetch(self, ids: Sequence[Hashable]) -> None:
        """Read these rows; ``rows_ready`` brings them."""
        work, wanted = self._work, [str(i) for i in ids]
        self._jobs.run(
            ROWS_LANE,
            lambda *_: queries.order_rows(work, wanted),
            name="order rows",
            done=self._fetched,
            failed=self.failed.emit,
            owner=self,
        )

    def _fetched(self, result: object) -> None:
        if isinstance(result, list):
            self.rows_ready.emit(result)

    def open(self, order_id: str) -> None:
        """Read one order for the drawer; ``detail_ready`` comes for the latest only."""
        self._detail_of = order_id
        work = self._work
        self._jobs.run(
            ROWS_LANE,
            lambda *_: read_order(work, order_id),
            name="order",
            done=self._opened,
            failed=self.failed.emit,
            owner=self,
        )

    def _opened(self, result: object) -> None:
        if isinstance(result, Opened) and result.order.row.id == self._detail_of:
            self.detail_ready.emit(result)

    def read_choices(self) -> None:
        """Read the shops and the carriers; ``choices_ready`` brings them."""
        work = self._work

        def read(*_: object) -> Choices:
            states = details.shop_states(work)
            refused = {s.shop: read_only.refusal(work, s.shop) for s in states if s.read_only}
            return Choices(
                tuple((s.shop, s.title) for s in states),
                tuple(usable_carriers(work)),
                {
                    shop: sentences(e.message, e.remedy)
                    for shop, e in refused.items()
                    if e is not None
                },
            )

        self._jobs.run(LIST_LANE, read, name="choices", done=self.choices_ready.emit, owner=self)

    def find(self, code: str) -> None:
        """Look for the order behind a scanned code: a waybill number or an order number."""
        work = self._work

        def read(*_: object) -> str:
            parcel = parcel_of_waybill(work, code)
            rows = parcel_rows(work, [parcel]) if parcel else []
            if rows and rows[0].order_ids:
                return rows[0].order_ids[0]
            return queries.find_order(work, code) or ""

        self._jobs.run(ROWS_LANE, read, name="find", done=self._was_found, owner=self)

    def _was_found(self, result: object) -> None:
        self.found.emit(str(result))


def why_not_printed(
    chosen: Sequence[str | None], filtered: Sequence[str], known: Choices | None
) -> str:
    """Why no label can be had for a selection whose shops are ``chosen`` (``None``: not loaded).

    Of "all that match" only the filter's shops are known: give none as ``chosen``. Empty as soon
    as one shop may be changed.
    """
    if known is None:
        return ""
    shops = list(chosen) or list(filtered) or [shop for shop, _ in known.shops]
    reasons = [known.refusals.get(shop, "") if shop else "" for shop in shops]
    return reasons[0] if reasons and all(reasons) else ""


def pieces_by_id(rows: Sequence[OrderRow]) -> dict[Hashable, int]:
    """How many pieces each order has."""
    return {row.id: row.pieces for row in rows}
