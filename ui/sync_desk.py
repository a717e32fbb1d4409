"""What the chip of a page's head opens, and the check that it can start."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.services.details import ShopState
from app.services.workplace import Workplace
from ui.job_runner import JobRunner
from ui.sync_panel import ShopLine, SyncPanel
from ui.sync_words import SyncedShop, sync_chip
from ui.theme import Theme


class SyncDesk(QObject):
    """One panel at a time. ``sync_wanted`` is its button; a check goes on when it is closed."""

    sync_wanted = Signal()

    def __init__(self, work: Workplace, jobs: JobRunner, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._jobs, self._theme = work, jobs, theme
        self.panel: SyncPanel | None = None
        self._shops: tuple[ShopState, ...] = ()
        self._lanes: tuple[SyncedShop, ...] = ()

    def open(self, window: QWidget, below: QWidget) -> None:
        """Show the panel under the chip."""
        panel = SyncPanel(self._theme, window)
        panel.sync_wanted.connect(self.sync_wanted)
        panel.closed.connect(self._closed)
        self.panel = panel
        self._tell()
        panel.open_below(below.mapToGlobal(QPoint(below.width(), below.height())))

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

    def _line(self, shop: ShopState) -> ShopLine:
        lane = [lane for lane in self._lanes if lane.shop_id == shop.shop]
        severity, status = sync_chip(lane, self._work.now())
        return ShopLine(shop.title, severity, status)
