"""The Orders page on real services: found, selected, held, handed over, by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.states import ParcelState
from app.i18n import CHINESE, ENGLISH, install_language
from app.services.numbers import labelling
from app.services.orders import details, queries
from app.services.orders.queries import OrderFilter
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, Hands, orders_page, settle, shown_product
from ui.main_window import Product
from ui.pages.orders.page import OrdersPage
from ui.pages.orders.views import Show
from ui.widgets.buttons import Button
from ui.widgets.dialog import Dialog
from ui.widgets.fields import TextField
from ui.widgets.label import TextLabel
from ui.widgets.popover import PopoverMenu

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(product: Product) -> OrdersPage:
    return orders_page(product)


def waiting(bench: Bench) -> list[str]:
    return queries.order_ids(bench.work, OrderFilter(tab="to_label"))


def boxes(bench: Bench, order_ids: list[str]) -> list[ParcelRow]:
    rows = queries.order_rows(bench.work, order_ids)
    return parcel_rows(bench.work, [box for row in rows for box in row.parcels])


def show_tab(qtbot: QtBot, product: Product, tab: str) -> OrdersPage:
    page = orders_page(product)
    page.tabs.choose(tab)
    settle(qtbot, product)
    QApplication.processEvents()
    settle(qtbot, product)
    return page


def press(page: OrdersPage, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(page.table, key, modifiers or Qt.KeyboardModifier.NoModifier)


def toasts(product: Product) -> list[str]:
    return [toast.text for toast in product.window.toasts.toasts]


def test_tabs_count_what_they_show(qtbot: QtBot, product: Product, bench: Bench) -> None:
    counts = queries.order_counts(bench.work, OrderFilter())
    shown = {tab.key: tab.count for tab in orders_page(product).tabs.tabs}
    assert shown["to_label"] == counts["to_label"] == len(waiting(bench))
    page = show_tab(qtbot, product, "to_label")
    assert list(page.table.rows.ids) == waiting(bench)


def test_two_rows_are_chosen_and_handed_over_by_keyboard(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    started: list[str] = []
    page.deeds._start_wave = started.append
    show_tab(qtbot, product, "to_label")
    chosen = waiting(bench)[:2]
    page.focus_table()
    hands = Hands(product)
    hands.press(Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.table.selection.count(page.total) == 2, timeout=WAIT_MS)
    assert page.bulk.isVisible()
    hands.press(Qt.Key.Key_P)
    qtbot.waitUntil(lambda: bool(started), timeout=WAIT_MS)
    settle(qtbot, product)
    taken = {order for box in boxes(bench, chosen) for order in box.order_ids if box.wave}
    assert taken == set(chosen)
    assert details.wave_row(bench.work, started[0]).parcels == len(boxes(bench, chosen))
    assert not page.table.selection
    assert not page.bulk.isVisible()


def test_hold_asks_why_and_undo_lets_go_again(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    show_tab(qtbot, product, "to_label")
    order = waiting(bench)[0]
    press(page, Qt.Key.Key_Down)
    page.key_pressed("h")
    dialog = product.window.findChild(Dialog)
    assert dialog is not None
    field = dialog.findChild(TextField)
    assert field is not None
    assert not dialog.buttons["hold"].isEnabled()
    hands = Hands(product)
    hands.type("buyer is asked")
    hands.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: boxes(bench, [order])[0].holds == ("manual",), timeout=WAIT_MS)
    settle(qtbot, product)
    page.undo()
    settle(qtbot, product)
    assert boxes(bench, [order])[0].holds == ()
    assert boxes(bench, [order])[0].state == ParcelState.TO_LABEL


def test_carrier_of_many_changes_and_undo_puts_it_back(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    show_tab(qtbot, product, "to_label")
    before = {box.id: box.carrier for box in boxes(bench, waiting(bench))}
    press(page, Qt.Key.Key_A, CTRL)
    page.key_pressed("c")
    menu = product.window.findChild(PopoverMenu)
    assert menu is not None
    menu.leave()
    page._carrier_chosen("yunda")
    settle(qtbot, product)
    rows = boxes(bench, waiting(bench))
    changed = [box for box in rows if box.carrier == "yunda" and before[box.id] != "yunda"]
    assert changed
    page.undo()
    settle(qtbot, product)
    assert {box.id: box.carrier for box in boxes(bench, waiting(bench))} == before


def test_refused_change_says_why_and_what_to_do(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    order = next(o for o in waiting(bench) if len(boxes(bench, [o])) == 1)
    box = boxes(bench, [order])[0]
    labelling.label_parcels(bench.work, [box.id])
    other = "zto" if box.carrier != "zto" else "sf"
    page.open_order(order)
    settle(qtbot, product)
    page.deeds.change_carrier(lambda: [order], other)
    settle(qtbot, product)
    notice = page.banners.shown()
    assert notice is not None
    assert "carrier" in str(notice.what)
    assert str(notice.consequence)
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.banners.shown() is None


def test_list_survives_a_sync(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    page.table.selection.select_only(list(page.table.rows.ids)[3:6])
    page.table.verticalScrollBar().setValue(200)
    chosen = page.table.selection.spec()
    with qtbot.waitSignal(page.loader.loaded, timeout=WAIT_MS):
        bench.sync()
        bench.work.changed("orders")
        product.parts.feed.announce(["orders"])
    settle(qtbot, product)
    assert page.table.selection.spec() == chosen
    assert page.table.verticalScrollBar().value() == 200


def test_all_that_match_are_selected_without_reading_them(
    product: Product, page: OrdersPage
) -> None:
    press(page, Qt.Key.Key_A, CTRL)
    notice = page.banners.shown()
    assert notice is not None
    assert page.table.selection.count(page.total) == page.total
    page.banners.acted.emit(notice.action)
    assert 0 < page.table.selection.count(page.total) < page.total
    assert page.banners.shown() is None


def test_search_finds_by_number_and_the_empty_list_says_how_to_go_on(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    page.focus_table()
    page.key_pressed("/")
    assert page.bar.search.edit.hasFocus()
    row = queries.order_rows(bench.work, waiting(bench)[:1])[0]
    hands = Hands(product)
    hands.type(row.order_id)
    hands.press(Qt.Key.Key_Return)
    settle(qtbot, product)
    assert list(page.table.rows.ids) == [row.id]
    page.bar.search.setText("no such thing")
    page.bar.search.submitted.emit("no such thing")
    settle(qtbot, product)
    assert page.stack.currentWidget() is page.empty
    page._empty_acted("clear")
    settle(qtbot, product)
    assert page.stack.currentWidget() is page.table


def test_filters_stay_per_tab_and_over_a_restart(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    page = show_tab(qtbot, product, "to_label")
    page.bar.toggled.emit("carriers", "sf")
    settle(qtbot, product)
    wanted = OrderFilter(tab="to_label", carriers=("sf",))
    assert list(page.table.rows.ids) == queries.order_ids(bench.work, wanted)
    page.tabs.choose("all")
    assert page.views.wanted().carriers == ()
    page.tabs.choose("to_label")
    settle(qtbot, product)
    product.window.tools.state.flush()
    with shown_product(qtbot, bench) as again:
        assert orders_page(again).views.wanted() == wanted
        assert orders_page(again).bar.chips["carriers"].isVisible()


def test_drawer_walks_with_the_list_and_closes(
    qtbot: QtBot, product: Product, page: OrdersPage
) -> None:
    ids = list(page.table.rows.ids)
    press(page, Qt.Key.Key_Down)
    press(page, Qt.Key.Key_Return)
    settle(qtbot, product)
    drawer = page.order_drawer
    assert drawer.isVisible()
    assert drawer.view is not None
    assert drawer.view.id == ids[0]
    QTest.mouseClick(drawer.next, Qt.MouseButton.LeftButton)
    settle(qtbot, product)
    assert drawer.view.id == ids[1]
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert not drawer.isVisible()


def test_held_order_says_why_with_its_remedy_and_goes_on_when_released(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    held = queries.order_ids(bench.work, OrderFilter(holds=("special",)))[0]
    page.open_order(held)
    settle(qtbot, product)
    view = page.order_drawer.view
    assert view is not None
    trouble = next(t for t in view.troubles if t.releasable)
    assert trouble.why
    assert trouble.remedy
    page.order_drawer.acted.emit("release")
    settle(qtbot, product)
    assert all("special" not in box.holds for box in boxes(bench, [held]))


def test_gift_has_no_price_and_the_receiver_is_masked(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    rows = queries.order_rows(bench.work, queries.order_ids(bench.work, OrderFilter()))
    gift = next(r for r in rows if any(x.is_free_gift for x in r.lines))
    page.open_order(gift.id)
    settle(qtbot, product)
    view = page.order_drawer.view
    assert view is not None
    assert all(not line.price for line in view.lines if line.gift)
    assert view.desk.receiver is not None
    name = view.desk.receiver.person[0]
    assert not name or "*" in name


def test_scanned_order_number_opens_its_order(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    row = queries.order_rows(bench.work, waiting(bench)[-1:])[0]
    product.window.scanned(row.order_id)
    settle(qtbot, product)
    settle(qtbot, product)
    assert page.order_drawer.view is not None
    assert page.order_drawer.view.number == row.order_id


def test_another_place_can_ask_for_one_shop(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    product.window.go("orders", Show(tab="to_label", shop="qinghe"))
    settle(qtbot, product)
    wanted = OrderFilter(tab="to_label", shops=("qinghe",))
    assert list(page.table.rows.ids) == queries.order_ids(bench.work, wanted)


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_nothing_is_clipped_in_the_smallest_window(
    qtbot: QtBot, bench: Bench, language: str
) -> None:
    install_language(language)
    try:
        with shown_product(qtbot, bench, (1280, 720)) as product:
            page = orders_page(product)
            page.open_order(page.table.rows.ids[0])
            settle(qtbot, product)
            page.table.selection.select_only(list(page.table.rows.ids)[:5])
            QApplication.processEvents()
            cut = [w.accessibleName() for w in _worded(product.window) if _is_cut(w)]
            assert cut == []
            columns = range(page.table.rows.columnCount())
            assert not any(page.table.isColumnHidden(column) for column in columns)
            whole = sum(page.table.columnWidth(column) for column in columns)
            assert whole <= page.table.viewport().width()
    finally:
        install_language(ENGLISH)


def _worded(window: QWidget) -> list[QWidget]:
    found: list[QWidget] = [*window.findChildren(TextLabel), *window.findChildren(Button)]
    return [widget for widget in found if widget.isVisible()]


def _is_cut(widget: QWidget) -> bool:
    return widget.sizeHint().width() > widget.width() + 1
