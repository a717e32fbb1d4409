"""Reads parcels on their way and bills off the main thread; late answers are dropped."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from app.domain.errors import PackbenchError
from app.domain.text import Text
from app.services.money import views as money
from app.services.money.views import FreightRow, FreightSummary, Period
from app.services.tracking import asking, views
from app.services.tracking.views import TrackDetail, TrackFilter
from app.services.workplace import Workplace
from ui.job_runner import JobRunner
from ui.pages.tracking.views import FREIGHT, TABS, TrackViews

LIST_LANE = "parcels on their way"
ROWS_LANE = "parcels on their way.rows"
_MOST = 20_000  # all trouble, and the latest of the rest: nobody scrolls further
_SHOWN_LINES = 40  # of a bill, in the panel


@dataclass(frozen=True, slots=True)
class Loaded:
    """A snapshot of the list: matching ids in order, what every tab would show, how fresh it is."""

    wanted: TrackFilter
    ids: list[str]
    counts: Mapping[str, int]
    updated_at: datetime | None
    carriers: tuple[str, ...]  # that can be filtered by


@dataclass(frozen=True, slots=True)
class Freight:
    """The bills of a month. ``ids``: the lines that differ; ``lines``: the dearest of them.

    ``months`` are those there are bills for; without any, nothing was taken in yet.
    """

    wanted: tuple[Period | None, str, bool]
    period: Period
    months: tuple[Period, ...]
    summary: FreightSummary
    ids: list[str]
    lines: tuple[FreightRow, ...]

    @property
    def carrier(self) -> str:
        """The one whose lines are listed, claimed and accepted; ``""``: all of them."""
        return self.wanted[1]

    @property
    def claimed(self) -> int:
        """How many lines that is."""
        sums = self.summary.carriers
        return sum(c.differing for c in sums if self.carrier in ("", c.carrier))


@dataclass(frozen=True, slots=True)
class Opened:
    """One parcel with its way; ``nobody``: why it cannot be asked about, and what helps."""

    detail: TrackDetail
    nobody: tuple[Text, Text] | None


def read_list(work: Workplace, shown: TrackViews) -> Loaded:
    """The ids of the current tab and the counts of all, each with its own filters."""
    counts: dict[str, int] = {}
    asked: dict[TrackFilter, Mapping[str, int]] = {}
    for tab, _ in TABS:
        if tab != FREIGHT:
            now = shown.wanted(tab)
            key = TrackFilter("all", now.carriers, now.days, now.search)
            if key not in asked:
                asked[key] = views.track_counts(work, key)
            counts[tab] = asked[key][tab]
    wanted = shown.wanted()
    ids = [] if wanted.tab == FREIGHT else views.track_ids(work, wanted, _MOST)
    carriers = tuple(views.carriers_followed(work))
    return Loaded(wanted, ids, counts, views.updated_at(work), carriers)


def read_freight(work: Workplace, period: Period | None, carrier: str, accepted: bool) -> Freight:
    """The bills of ``period``, else of the latest month that has any."""
    months = tuple(money.billed_months(work))
    chosen = period or next(iter(months), money.month_of(money.recent(work).last))
    summary = money.summary(work, chosen)
    ids = money.line_ids(work, chosen, carrier, accepted=accepted)
    lines = tuple(money.differing(work, chosen, carrier, limit=_SHOWN_LINES))
    return Freight((period, carrier, accepted), chosen, months, summary, ids, lines)


def read_parcel(work: Workplace, waybill: str) -> Opened:
    """One parcel by waybill id or number. Raises ``UserError`` (``not_followed``)."""
    detail = views.track_detail(work, waybill)
    if detail.row.account:
        return Opened(detail, None)
    problem = asking.nobody(detail.row.carrier)
    return Opened(detail, (problem.message, problem.remedy))


class TrackLoader(QObject):
    """Signals come on the main thread. A wish while another is read waits; the latest counts."""

    loaded = Signal(object)
    rows_ready = Signal(object)
    lines_ready = Signal(object)
    detail_ready = Signal(object)
    freight_ready = Signal(object)
    found = Signal(str)
    failed = Signal(object)

    def __init__(self, work: Workplace, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._jobs = jobs
        self._shown: TrackViews | None = None
        self._busy = False
        self._again = False
        self._detail_of = ""
        self._freight_wanted: tuple[Period | None, str, bool] | None = None

    def load(self, shown: TrackViews) -> None:
        """Read the ids and the counts; ``loaded`` comes for the latest wish only."""
        now = self._shown = TrackViews(shown.tab, shown.search, dict(shown.filters))
        if self._busy:
            self._again = True
            return
        self._busy, self._again = True, False
        self._run(LIST_LANE, lambda w: read_list(w, now), self._listed, self._broke)

    def _listed(self, result: object) -> None:
        self._busy = False
        shown = self._shown
        if shown is None:
            return
        if isinstance(result, Loaded) and result.wanted == shown.wanted():
            self.loaded.emit(result)
        if self._again:
            self.load(shown)

    def _broke(self, error: PackbenchError) -> None:
        self._busy = False
        self.failed.emit(error)

    def load_freight(self, period: Period | None, carrier: str, accepted: bool) -> None:
        """Read the bills of a month; ``freight_ready`` comes for the latest wish only."""
        self._freight_wanted = wanted = (period, carrier, accepted)
        self._run(LIST_LANE, lambda w: read_freight(w, *wanted), self._freight_read)

    def _freight_read(self, result: object) -> None:
        if isinstance(result, Freight) and result.wanted == self._freight_wanted:
            self.freight_ready.emit(result)

    def fetch(self, ids: Sequence[Hashable]) -> None:
        """Read these parcels; ``rows_ready`` brings them."""
        wanted = [str(i) for i in ids]
        self._run(ROWS_LANE, lambda w: views.track_rows(w, wanted), self.rows_ready.emit)

    def fetch_lines(self, ids: Sequence[Hashable]) -> None:
        """Read these lines of bills; ``lines_ready`` brings them."""
        wanted = [str(i) for i in ids]
        self._run(ROWS_LANE, lambda w: money.lines_of(w, wanted), self.lines_ready.emit)

    def open(self, waybill: str) -> None:
        """Read one parcel for the drawer; ``detail_ready`` comes for the latest only."""
        self._detail_of = waybill
        self._run(ROWS_LANE, lambda w: (waybill, read_parcel(w, waybill)), self._opened)

    def _opened(self, result: object) -> None:
        match result:
            case (str(name), Opened() as opened) if name == self._detail_of:
                self.detail_ready.emit(opened)

    def find(self, code: str) -> None:
        """Look for the followed parcel behind a scanned code; ``found`` gives its id or ""."""
        self._run(ROWS_LANE, lambda w: views.followed(w, code) or "", self._was_found)

    def _was_found(self, result: object) -> None:
        self.found.emit(str(result))

    def _run(
        self,
        lane: str,
        read: Callable[[Workplace], object],
        done: Callable[[object], None],
        failed: Callable[[PackbenchError], None] | None = None,
    ) -> None:
        work = self._work
        self._jobs.run(
            lane,
            lambda *_: read(work),
            done=done,
            failed=failed or self.failed.emit,
            owner=self,
        )
