"""What the chip of a page's head opens, and the check that it can start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, sentences, tr
from app.jobs import CancelToken, Progress, Step
from app.services.orders import receivers
from app.services.orders.details import ShopState
from app.services.sync import self_check
from app.services.sync.self_check import DayRow, LastCheck
from app.services.workplace import Workplace
from ui.job_runner import JobHandle, JobRunner
from ui.paint_status import Severity
from ui.sync_check import check_view, day_lines
from ui.sync_panel import CheckView, ShopLine, SyncPanel
from ui.sync_words import Backlog, SyncedShop, sync_chip
from ui.theme import Theme

CHECK_LANE, READ_LANE = "self-check", "window sync panel"


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What is read when the panel opens: clear addresses of today, the last check."""

    shop: str
    decodes: tuple[int, int]
    last: LastCheck | None


class SyncDesk(QObject):
    """One panel at a time. ``sync_wanted`` is its button; a check goes on when it is closed."""

    sync_wanted = Signal()

    def __init__(self, work: Workplace, jobs: JobRunner, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._jobs, self._theme = work, jobs, theme
        self.panel: SyncPanel | None = None
        self._shops: tuple[ShopState, ...] = ()
        self._lanes: tuple[SyncedShop, ...] = ()
        self._facts: dict[str, ShopFacts] = {}
        self._handle: JobHandle | None = None
        self._step = Step(0, 0)
        self._trouble: PackbenchError | None = None
        self._found: dict[str, list[DayRow]] = {}

    # -- the panel ---------------------------------------------------------------------------

    def open(self, window: QWidget, below: QWidget) -> None:
        """Show the panel under the chip."""
        panel = SyncPanel(self._theme, window)
        panel.sync_wanted.connect(self.sync_wanted)
        panel.check_wanted.connect(self.check)
        panel.fix_wanted.connect(self.fix)
        panel.stop_wanted.connect(self.stop)
        panel.closed.connect(self._closed)
        self.panel = panel
        self._tell()
        panel.open_below(below.mapToGlobal(QPoint(below.width(), below.height())))
        self._read()

    @Slot()
    def _closed(self) -> None:
        self.panel = None

    def tell(self, shops: Sequence[ShopState], lanes: Sequence[SyncedShop]) -> None:
        """What is known of the shops now."""
        self._shops, self._lanes = tuple(shops), tuple(lanes)
        self._tell()

    def _tell(self) -> None:
        if self.panel is not None:
            self.panel.show_shops(tuple(self._line(shop) for shop in self._shops))
            self.panel.show_check(self._check_view())

    def _line(self, shop: ShopState) -> ShopLine:
        lane = [lane for lane in self._lanes if lane.shop_id == shop.shop]
        backlog = Backlog(shop.backlog, shop.eta_s, shop.catching_up)
        severity, status = sync_chip(lane, self._work.now(), backlog)
        trouble = lane[0].trouble if lane else None
        notes = []
        if trouble is not None:
            notes.append(sentences(trouble.message, trouble.remedy))
        facts = self._facts.get(shop.shop)
        if facts is not None:
            left = max(0, facts.decodes[1] - facts.decodes[0])
            notes.append(
                ntr(
                    "{n} whole address left today",
                    "{n} whole addresses left today",
                    left,
                    n=f"{left:,}",
                )
            )
        tag = tr("Read only") if shop.read_only else ""
        return ShopLine(shop.title, severity, status, tuple(notes), tag)

    def _read(self) -> None:
        """Read what belongs to the panel only; asked for when it opens, never by itself."""
        work, shops = self._work, [shop.shop for shop in self._shops]

        def read(_progress: Progress, _cancel: CancelToken) -> object:
            return {
                shop: ShopFacts(
                    shop,
                    receivers.quota(work, shop),
                    self_check.last(work, shop),
                )
                for shop in shops
            }

        self._jobs.run(READ_LANE, read, name="sync panel", done=self._known, owner=self)

    def _known(self, found: object) -> None:
        if isinstance(found, Mapping):
            self._facts = {k: v for k, v in found.items() if isinstance(v, ShopFacts)}
        self._tell()

    # -- the check ---------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self._handle is not None and self._handle.active

    def _check_view(self) -> CheckView:
        if self.running:
            what = str(self._step.what) if self._step.what else tr("Counting with the shop …")
            return CheckView(
                Severity.INFO, what, running=True, done=self._step.done, total=self._step.total
            )
        if self._trouble is not None:
            words = sentences(self._trouble.message, self._trouble.remedy)
            return CheckView(Severity.FAILED, words)
        last = {shop: f.last for shop, f in self._facts.items() if f.last is not None}
        view = check_view(last, self._work.now())
        if not view.missing:
            return view
        titles = {shop.shop: shop.title for shop in self._shops} if self._shops[1:] else {}
        return replace(view, days=day_lines(last, titles))

    @Slot()
    def check(self) -> None:
        """Compare the last seven days of every shop, id by id."""
        self._run(self._compare, self._compared)

    @Slot()
    def fix(self) -> None:
        """Fetch what is missing, then compare again."""

        def run(progress: Progress, cancel: CancelToken) -> object:
            found = self._found or self._compare(progress, cancel)
            for shop, rows in found.items():
                if any(not row.equal for row in rows):
                    self_check.fix(self._work, shop, rows, progress, cancel)
            return self._compare(progress, cancel)

        self._run(run, self._compared)

    @Slot()
    def stop(self) -> None:
        """Stop where it is; what was fetched stays."""
        if self._handle is not None:
            self._handle.cancel()

    def _compare(self, progress: Progress, cancel: CancelToken) -> dict[str, list[DayRow]]:
        """Runs on a worker."""
        found = {}
        days = self_check.DEFAULT_DAYS
        shops = self._shops
        for at, shop in enumerate(shops):

            def tell(step: Step, /, at: int = at, title: str = shop.title) -> None:
                what = T("Counting with {shop} …", shop=title)
                progress(Step(at * days + step.done, len(shops) * days, what=what))

            found[shop.shop] = self_check.compare(self._work, shop.shop, days, tell, cancel)
        return found

    def _run(
        self,
        job: Callable[[Progress, CancelToken], object],
        done: Callable[[object], None],
    ) -> None:
        if self.running:
            return
        self._trouble, self._step = None, Step(0, 0)
        self._handle = self._jobs.run(
            CHECK_LANE,
            job,
            name="self-check",
            done=done,
            failed=self._failed,
            progress=self._moved,
            cancelled=self._stopped,
            owner=self,
        )
        self._tell()

    def _moved(self, steps: tuple[Step, ...]) -> None:
        self._step = steps[-1]
        self._tell()

    def _compared(self, found: object) -> None:
        self._handle = None
        if isinstance(found, Mapping):
            self._found = {str(shop): list(rows) for shop, rows in found.items()}
        self._read()

    def _failed(self, error: PackbenchError) -> None:
        self._handle, self._trouble = None, error
        self._tell()

    def _stopped(self) -> None:
        self._handle = None
        self._tell()
