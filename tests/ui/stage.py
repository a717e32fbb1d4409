"""What a scene of the pictures plays on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication

from app.services.orders import queries
from tests.support.warehouse import Bench
from ui.main_window import Product
from ui.pages.orders.page import OrdersPage
from ui.widgets.drawer import Drawer

_WAIT_MS = 8_000


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scene plays on."""

    product: Product
    bench: Bench

    def settle(self) -> None:
        """Let everything that was begun come to its end."""
        limit = QDeadlineTimer(_WAIT_MS)
        quiet = 0
        while quiet < 4 and not limit.hasExpired():
            QApplication.processEvents()
            quiet = 0 if self.product.parts.jobs.active else quiet + 1

    @property
    def orders(self) -> OrdersPage:
        page = self.product.window.page("orders")
        assert isinstance(page, OrdersPage)
        return page

    def open_kind(self, kind: str) -> str:
        """Open the first order of this kind in the drawer; its id."""
        order = queries.find_order(self.bench.work, self.bench.seed(kind).order_id)
        assert order is not None
        self.product.window.go("orders")
        self.orders.open_order(order)
        self.settle()
        return order

    def scroll(self, share: float) -> None:
        """The drawer's body, from 0 (top) to 1."""
        drawer: Drawer = self.orders.order_drawer
        bar = drawer.column.verticalScrollBar()
        bar.setValue(round(bar.maximum() * share))
        self.settle()
