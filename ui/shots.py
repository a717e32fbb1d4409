"""The screens of a live warehouse as pictures, drawn without a screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ui.main_window import Product, WindowServices, build_product
from ui.page import FullScreenPage
from ui.pages.orders.page import OrdersPage
from ui.theme_tokens import Scheme

SIZE = (1440, 900)
_LONGEST_MS = 10_000
_LOOK_EVERY_MS = 20


def save_screens(services: WindowServices, folder: Path, theme: str = "light") -> list[Path]:
    """Draw every page of ``services`` at 1440 x 900 into ``folder``; the files.

    Works without a display. ``theme`` is ``light`` or ``dark``. The services keep running.
    """
    _without_display()
    folder.mkdir(parents=True, exist_ok=True)
    product = build_product(services)
    product.parts.theme.reduce_motion = True
    product.parts.theme.set_scheme(Scheme(theme))
    window = product.window
    window.resize(*SIZE)
    window.show()
    product.background.read_facts()
    product.background.ask_printers()
    try:
        return [_shoot(product, key, folder / f"{key}.png") for key in window.page_keys]
    finally:
        window.hide()
        product.close()
        product.parts.close()
        window.deleteLater()


def _shoot(product: Product, key: str, file: Path) -> Path:
    """One page, when nothing is being read for it any more."""
    window, jobs = product.window, product.parts.jobs
    page = window.page(key)
    if isinstance(page, FullScreenPage):
        page.resize(*SIZE)
        page.show()
        page.activated(None)
    else:
        window.go(key)
    _wait_until(lambda: not jobs.active)
    if isinstance(page, OrdersPage) and page.table.rows.ids:
        page.open_order(page.table.rows.ids[0])
        _wait_until(lambda: not jobs.active and page.order_drawer.isVisible())
    shown: QWidget = page if isinstance(page, FullScreenPage) else window
    shown.grab()  # the first painting asks for the rows that it needs
    _wait_until(lambda: not jobs.active)
    if not shown.grab().save(str(file)):
        raise OSError(file)
    if isinstance(page, FullScreenPage):
        page.hide()
    return file


def _wait_until(done: Callable[[], bool]) -> None:
    """Let events run until ``done``, at most some seconds: a slow page is drawn as it is."""
    limit = QDeadlineTimer(_LONGEST_MS)
    loop = QEventLoop()
    look = QTimer()
    look.setInterval(_LOOK_EVERY_MS)
    quiet = 0

    def check() -> None:
        nonlocal quiet
        # Twice in a row: the end of one job may begin the next.
        quiet = quiet + 1 if done() else 0
        if quiet > 1 or limit.hasExpired():
            loop.quit()

    look.timeout.connect(check)
    look.start()
    loop.exec()
    look.stop()


def _without_display() -> None:
    """Draw in memory where there is no screen; too late once a QApplication exists."""
    has_screen = sys.platform in ("win32", "darwin") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if QApplication.instance() is None and not has_screen:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
