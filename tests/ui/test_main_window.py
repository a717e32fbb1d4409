"""The window with its lanes: orders come in by themselves, trouble is told, closing asks."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.i18n import ENGLISH, install_language
from app.services.orders import queries
from app.services.orders.queries import OrderFilter
from app.settings import secret_name
from tests.support.warehouse import Bench, open_bench
from tests.ui.orders_window import WAIT_MS, orders_page, settle, shown_product
from ui.application import make_application
from ui.change_feed import ChangeFeed, ChangeRelay
from ui.frame import MainWindow
from ui.main_window import Product, open_window
from ui.paint_status import Severity
from ui.shots import SIZE, save_screens
from ui.widgets.dialog import Dialog
from ui.widgets.popover import PopoverMenu


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, orders=12) as made:
        yield made


@pytest.fixture
def product(qtbot: QtBot, bench: Bench) -> Iterator[Product]:
    with shown_product(qtbot, bench) as made:
        yield made
        made.background.stop()


def start_and_sync(qtbot: QtBot, product: Product) -> None:
    """Begin the lanes and wait until every shop was read once."""
    product.start()
    lanes = product.background.lanes
    qtbot.waitUntil(
        lambda: len(lanes) == 2 and all(lane.synced_at for lane in lanes.values()),
        timeout=WAIT_MS,
    )


def test_orders_come_in_by_themselves_and_are_counted(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    page = orders_page(product)
    assert page.stack.currentWidget() is page.empty
    start_and_sync(qtbot, product)
    qtbot.waitUntil(lambda: page.total == len(bench.scenario.orders), timeout=WAIT_MS * 4)
    counts = queries.order_counts(bench.work, OrderFilter())
    badge = f" {counts['to_label']}"
    item = product.window.sidebar.items["waves"]
    qtbot.waitUntil(lambda: item.accessibleName().endswith(badge), timeout=WAIT_MS)
    assert page.head.chip.isVisible()
    assert product.window.sheet.offline.shown() is None


def test_synced_is_said_once_every_order_is_stored(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    chip = orders_page(product).head.chip
    said: list[str] = []

    def synced() -> bool:
        if chip.text():
            said.append(chip.text())
        return chip.text().startswith("Synced")

    product.start()
    qtbot.waitUntil(synced, timeout=WAIT_MS * 4)
    assert len(queries.order_ids(bench.work, OrderFilter())) == len(bench.scenario.orders)
    assert said[0].startswith("Syncing")


def test_shop_out_of_reach_is_amber_and_ends_by_itself(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    start_and_sync(qtbot, product)
    bench.world.wechat.stop()
    QTest.keyClick(product.window, Qt.Key.Key_F5)
    place = product.window.sheet.offline
    qtbot.waitUntil(lambda: place.shown() is not None, timeout=WAIT_MS)
    notice = place.shown()
    assert notice is not None
    assert notice.severity is Severity.PROBLEM
    assert str(notice.consequence)


def test_wrong_key_is_red_and_says_what_to_do(qtbot: QtBot, product: Product, bench: Bench) -> None:
    name = secret_name("shop", "shanye", "app_secret")
    right = bench.services.secrets.get(name)
    assert right is not None
    bench.services.secrets.set(name, "0" * 32)
    product.start()
    place = product.window.sheet.offline
    qtbot.waitUntil(lambda: place.shown() is not None, timeout=WAIT_MS)
    notice = place.shown()
    assert notice is not None
    assert notice.severity is Severity.STOP
    assert str(notice.consequence)
    bench.services.secrets.set(name, right)
    place.acted.emit("sync")
    qtbot.waitUntil(lambda: place.shown() is None, timeout=WAIT_MS)


def test_printers_are_shown_with_their_state(qtbot: QtBot, product: Product) -> None:
    product.background.ask_printers()
    card = product.window.sidebar.devices
    qtbot.waitUntil(card.isVisible, timeout=WAIT_MS)
    assert "Devices fine" in card.accessibleName()


def test_shop_switcher_shows_one_shops_orders(qtbot: QtBot, product: Product, bench: Bench) -> None:
    bench.sync()
    product.background.read_facts()
    settle(qtbot, product)
    QTest.mouseClick(product.window.sidebar.shop, Qt.MouseButton.LeftButton)
    menu = product.window.findChild(PopoverMenu)
    assert menu is not None
    menu.leave()
    menu.chosen.emit("shop:qinghe")
    settle(qtbot, product)
    wanted = OrderFilter(shops=("qinghe",))
    assert list(orders_page(product).table.rows.ids) == queries.order_ids(bench.work, wanted)


def test_closing_asks_while_labels_are_printed(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    bench.sync()
    window = product.window
    window.set_close_question(product.may_close)
    assert product.makings.wave_job.start(bench.wave())
    assert window.sidebar.work.isVisible()
    assert not window.close()
    dialog = window.findChild(Dialog)
    assert dialog is not None
    dialog.dismiss()
    assert window.isVisible()
    qtbot.waitUntil(lambda: not product.makings.wave_job.running(), timeout=60_000)
    assert not window.sidebar.work.isVisible()
    assert window.close()


def test_relay_tells_the_feed_until_it_is_disconnected(qtbot: QtBot) -> None:
    relay, feed = ChangeRelay(), ChangeFeed()
    relay(frozenset({"orders"}))  # nobody listens yet
    relay.connect(feed.announce)
    with qtbot.waitSignal(feed.changed, timeout=WAIT_MS) as told:
        relay(frozenset({"stock"}))
    assert told.args == [frozenset({"stock"})]
    relay.disconnect(feed.announce)
    with qtbot.assertNotEmitted(feed.changed, wait=100):
        relay(frozenset({"orders"}))


def test_window_opens_runs_and_ends(bench: Bench) -> None:
    app = make_application()
    seen: list[str] = []

    def close_it() -> None:
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
        shown = next(w for w in windows if w.isVisible())
        seen.append(shown.current_key)
        shown.close()

    status = open_window(
        bench.services, language=ENGLISH, on_started=lambda: QTimer.singleShot(0, app, close_it)
    )
    gc.unfreeze()
    install_language(ENGLISH)
    assert (status, seen) == (0, ["orders"])


def test_screens_are_drawn_without_a_display(bench: Bench, tmp_path: Path) -> None:
    bench.labelled_wave()
    files = save_screens(bench.services, tmp_path / "screens", "dark")
    pages = ["orders", "waves", "bench", "stock", "tracking", "settings"]
    assert [file.name for file in files] == [f"{page}.png" for page in pages]
    pictures = [QImage(str(file)) for file in files]
    assert [(p.width(), p.height()) for p in pictures] == [SIZE] * len(pages)
    assert all(_colours(picture) > 20 for picture in pictures)


def _colours(picture: QImage) -> int:
    points = ((x, y) for x in range(0, SIZE[0], 6) for y in range(0, SIZE[1], 6))
    return len({picture.pixel(x, y) for x, y in points})
