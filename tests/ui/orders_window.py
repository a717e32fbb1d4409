"""The product's window on a synced, simulated warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot

from tests.support.warehouse import Bench, open_bench
from ui.main_window import Product, build_product
from ui.pages.orders.page import OrdersPage
from ui.theme_tokens import Scheme

WAIT_MS = 30_000


@contextmanager
def shown_product(
    qtbot: QtBot, bench: Bench, size: tuple[int, int] = (1440, 900)
) -> Iterator[Product]:
    """The window on its first page, with its list loaded; nothing runs in the background."""
    product = build_product(bench.services)
    product.parts.theme.reduce_motion = True
    product.parts.theme.set_scheme(Scheme.LIGHT)
    window = product.window
    window.resize(*size)
    window.set_close_question(lambda: True)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    try:
        settle(qtbot, product)
        yield product
        settle(qtbot, product)
    finally:
        window.close()
        product.close()
        product.parts.close()
        window.deleteLater()


@contextmanager
def synced_bench(folder: Path, orders: int = 48) -> Iterator[Bench]:
    """A bench whose orders are in."""
    with open_bench(folder, orders=orders, then=Bench.sync) as bench:
        yield bench


def settle(qtbot: QtBot, product: Product) -> None:
    """Wait until nothing is read or written for the window, and what was read is shown."""

    def settled() -> bool:
        if product.parts.jobs.active:
            return False
        QCoreApplication.processEvents()  # widgets made of an answer appear with the next events
        return not product.parts.jobs.active

    qtbot.waitUntil(settled, timeout=WAIT_MS)


def tell(qtbot: QtBot, product: Product, *topics: str) -> None:
    """Say that something changed and wait until every page has read it.

    The feed gathers for a moment first: ``settle`` alone would look before anybody began to read.
    """
    with qtbot.waitSignal(product.parts.feed.changed, timeout=WAIT_MS):
        product.parts.feed.announce(topics)
    settle(qtbot, product)


def orders_page(product: Product) -> OrdersPage:
    page = product.window.page("orders")
    assert isinstance(page, OrdersPage)
    return page


class Hands:
    """Types into whatever has the focus, at a hand's pace by the keys' own time stamps."""

    def __init__(self, product: Product) -> None:
        self._window = product.window
        self._at_ms = 1000

    def press(
        self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Keys one after the other; what a scanner would need 50 ms for takes 300."""
        for key in keys:
            self._send(key, chr(key) if key < 0x80 else "", modifiers)

    def type(self, text: str) -> None:
        """A line of text without its end."""
        for char in text:
            key = ord(char.upper()) if char.isascii() else 0
            self._send(Qt.Key(key), char, Qt.KeyboardModifier.NoModifier)

    def _send(self, key: Qt.Key, text: str, modifiers: Qt.KeyboardModifier) -> None:
        self._at_ms += 300
        handle = self._window.windowHandle()
        assert handle is not None
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            event = QKeyEvent(kind, key, modifiers, text)
            event.setTimestamp(self._at_ms)
            QCoreApplication.sendEvent(handle, event)
