"""What runs beside the pages while the window is open: sync, outbox, counts, printers, carriers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.errors import PackbenchError, RetryableError
from app.domain.text import Text
from app.jobs import CancelToken, Progress, Step
from app.ports import DeviceStatus
from app.relay.service import Relay
from app.services.benches.registry import Presence
from app.services.elsewhere import Watch
from app.services.orders import details, queries
from app.services.orders.details import ShopState
from app.services.orders.queries import OrderFilter
from app.services.printing import printers
from app.services.reach import daily
from app.services.stock import stock_page
from app.services.stock.stock_page import StockFilter
from app.services.sync import syncing, watching
from app.services.telling import outbox
from app.services.tracking.polling import LOOK_EVERY_S, Poller
from app.services.workplace import Workplace
from ui.job_runner import JobHandle, JobRunner

_OUTBOX_MS = 3_000
_FACTS_MS = 5_000
_PRINTERS_MS = 20_000
_TRACKS_MS = int(LOOK_EVERY_S * 1000)
_REGIONS_FIRST_MS = int(daily.FIRST_LOOK_S * 1000)
_REGIONS_MS = int(daily.LOOK_EVERY_S * 1000)
_BROKEN_MS = 60_000
_BUSY_ELSEWHERE = "busy_elsewhere"


@dataclass(frozen=True, slots=True)
class Facts:
    """What frame and sidebar show: shops, counts by tab, messages that wait, items that are short
    or run low."""

    shops: tuple[ShopState, ...]
    counts: dict[str, int]
    waiting: int
    stock_low: int


@dataclass(frozen=True, slots=True)
class SyncTrouble:
    """Why a shop is not in step. ``offline`` ends by itself, the other needs a person."""

    shop: str
    message: Text
    remedy: Text | None
    offline: bool


class SyncLane(QObject):
    """Keeps one shop in step in a lane of its own; ``now`` begins at once, whatever it waits for.

    ``changed`` comes after every round. A connection that needs a person is tried again once a
    minute.
    """

    changed = Signal()

    def __init__(self, work: Workplace, jobs: JobRunner, shop_id: str, parent: QObject) -> None:
        super().__init__(parent)
        self.shop_id = shop_id
        self.synced_at: datetime | None = None
        self.trouble: SyncTrouble | None = None
        self._work = work
        self._jobs = jobs
        self._handle: JobHandle | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_BROKEN_MS)
        self._later.timeout.connect(self.now)

    @Slot()
    def now(self) -> None:
        """Sync without waiting for the next turn."""
        self._later.stop()
        if self._handle is not None:
            self._handle.cancel()
        work, shop_id = self._work, self.shop_id

        def run(progress: Progress, cancel: CancelToken) -> None:
            watching.watch(work, shop_id, cancel, progress)

        self._handle = self._jobs.run(
            f"sync {shop_id}", run, progress=self._steps, failed=self._failed, owner=self
        )

    def stop(self) -> None:
        """The shop is no longer there."""
        self._later.stop()
        if self._handle is not None:
            self._handle.cancel()

    def _steps(self, steps: tuple[Step, ...]) -> None:
        last = steps[-1]
        if last.result == "synced" or last.result == _BUSY_ELSEWHERE:
            self.synced_at, self.trouble = self._work.now(), None
        elif last.what is not None:
            self.trouble = SyncTrouble(self.shop_id, last.what, None, offline=True)
        self.changed.emit()

    def _failed(self, error: PackbenchError) -> None:
        offline = isinstance(error, RetryableError)
        self.trouble = SyncTrouble(self.shop_id, error.message, error.remedy, offline=offline)
        self._later.start()
        self.changed.emit()


class Background(QObject):
    """All lanes of the window. Signals come on the main thread.

    ``sync_changed``: a shop's sync has news. ``facts_changed(Facts)``: counts and shops.
    ``printers_changed(list of (name, DeviceStatus or None))``. ``relay_failed(PackbenchError)``:
    the shops' pushes cannot be taken here. Give ``printing`` so that printers
    are not asked while they print.
    """

    sync_changed = Signal()
    facts_changed = Signal(object)
    printers_changed = Signal(object)
    relay_failed = Signal(object)

    def __init__(
        self,
        work: Workplace,
        jobs: JobRunner,
        parent: QObject,
        *,
        printing: Callable[[], bool] = lambda: False,
        relay: Relay | None = None,
    ) -> None:
        super().__init__(parent)
        self.lanes: dict[str, SyncLane] = {}
        self._work = work
        self._jobs = jobs
        self._printing = printing
        self._elsewhere = Watch(work)
        self._presence = Presence(work)
        self._relay = relay
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._running = False
        self._poller = Poller(work)
        self._over = CancelToken()
        self._clocks = [
            self._every(_OUTBOX_MS, self.drain),
            self._every(_FACTS_MS, self.read_facts),
            self._every(_PRINTERS_MS, self.ask_printers),
            self._every(_TRACKS_MS, self.follow_parcels),
            self._every(_REGIONS_MS, self.fetch_regions),
        ]
        first = self._every(_REGIONS_FIRST_MS, self.fetch_regions)
        first.setSingleShot(True)
        self._clocks.append(first)

    def _every(self, ms: int, run: Callable[[], None]) -> QTimer:
        clock = QTimer(self)
        clock.setInterval(ms)
        clock.timeout.connect(run)
        return clock

    def start(self) -> None:
        """Begin: the shops of the database, the outbox, the printers, the parcels on their way."""
        self._running = True
        self._over = CancelToken()
        for clock in self._clocks:
            clock.start()
        self.read_facts()
        self.drain()
        self.ask_printers()
        self._once("shops", lambda: list(syncing.shop_ids(self._work)), self._shops_known)
        self._elsewhere.start()
        self._presence.start()
        relay = self._relay
        if relay is not None:
            self._jobs.run(
                "relay", lambda *_: relay.start(), failed=self.relay_failed.emit, owner=self
            )

    def stop(self) -> None:
        """Begin nothing any more; what runs is cancelled."""
        self._running = False
        self._elsewhere.stop()
        self._presence.stop()
        if self._relay is not None:
            self._relay.stop()
        for clock in self._clocks:
            clock.stop()
        for lane in self.lanes.values():
            lane.stop()
        self._over.cancel()

    @Slot(object)
    def changed(self, topics: frozenset[str]) -> None:
        """Connect the change feed here."""
        if "outbox" in topics:
            self.drain()
        if topics & {"orders", "parcels", "shops", "outbox"}:
            self.read_facts()
        if self._running and topics & {"shops", "settings"}:
            self._once("shops", lambda: list(syncing.shop_ids(self._work)), self._shops_known)

    @Slot()
    def sync_now(self) -> None:
        """F5: every shop at once, and what waits for the shops."""
        for lane in self.lanes.values():
            lane.now()
        self.drain()

    @Slot()
    def drain(self) -> None:
        """Send what waits, unless that is being done."""
        self._once("outbox", self._send, lambda _: None)

    def _send(self) -> None:
        if outbox.waiting(self._work):
            outbox.drain(self._work)

    @Slot()
    def read_facts(self) -> None:
        """Counts and shops, off the main thread."""

        def read() -> Facts:
            stock = stock_page.stock_counts(self._work, StockFilter())
            return Facts(
                tuple(details.shop_states(self._work)),
                queries.order_counts(self._work, OrderFilter()),
                outbox.waiting(self._work),
                stock.short + stock.low,
            )

        self._once("facts", read, self.facts_changed.emit)

    @Slot()
    def ask_printers(self) -> None:
        """How the printers are; not while they print."""
        if not self._printing():
            self._once("printers", self._statuses, self.printers_changed.emit)

    @Slot()
    def follow_parcels(self) -> None:
        """Ask the carriers about parcels that are due; nothing is due most of the time."""
        over = self._over
        self._once("tracks", lambda: self._poller.round(over), lambda _: None)

    @Slot()
    def fetch_regions(self) -> None:
        """Fetch the carriers' lists of stopped regions, once a day; nothing is due otherwise."""
        over = self._over
        self._once("regions", lambda: daily.look(self._work, over), lambda _: None)

    def _statuses(self) -> list[tuple[str, DeviceStatus | None]]:
        work = self._work
        with work.db.read() as tx:
            names = [printer.name for printer in printers.own_printers(tx, work.bench)]
        return [(name, self._status(name)) for name in names]

    def _status(self, name: str) -> DeviceStatus | None:
        try:
            return printers.status_of(self._work, name)
        except PackbenchError:
            return None

    def _shops_known(self, result: object) -> None:
        wanted = [str(shop) for shop in result] if isinstance(result, list) else []
        for shop_id in set(self.lanes) - set(wanted):
            self.lanes.pop(shop_id).stop()
        for shop_id in wanted:
            if shop_id not in self.lanes:
                lane = self.lanes[shop_id] = SyncLane(self._work, self._jobs, shop_id, self)
                lane.changed.connect(self.sync_changed)
                lane.now()

    def _once(self, what: str, read: Callable[[], object], done: Callable[[object], None]) -> None:
        """Run ``read`` in a lane of its own; asked for again meanwhile, it runs once more."""
        if what in self._busy:
            self._again.add(what)
            return
        self._busy.add(what)

        def over() -> None:
            self._busy.discard(what)
            if what in self._again:
                self._again.discard(what)
                self._once(what, read, done)

        def ended(result: object) -> None:
            done(result)
            over()

        self._jobs.run(
            f"window {what}",
            lambda *_: read(),
            name=what,
            done=ended,
            failed=lambda _error: over(),
            cancelled=over,
            owner=self,
        )
