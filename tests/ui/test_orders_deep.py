"""A list longer than what is read at once: from the top first, read on while it is scrolled."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.services.orders import order_lists, queries
from app.services.orders.queries import OrderFilter
from tests.support.warehouse import Bench
from tests.ui.orders_window import orders_page, settle
from ui.main_window import Product
from ui.pages.orders import list_page, loader, words
from ui.pages.orders.page import OrdersPage
from ui.widgets.tabs import Tab

AT_ONCE = 12


@pytest.fixture
def page(qtbot: QtBot, product: Product, monkeypatch: pytest.MonkeyPatch) -> OrdersPage:
    monkeypatch.setattr(loader, "_AT_ONCE", AT_ONCE)
    monkeypatch.setattr(list_page, "_READ_ON", 1)
    page = orders_page(product)
    page.tabs.choose("to_label")
    settle(qtbot, product)
    page.tabs.choose("all")
    settle(qtbot, product)
    return page


def test_a_long_list_is_read_on_as_it_is_walked_down(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    whole = queries.order_ids(bench.work, OrderFilter())
    first = len(page.table.rows.ids)
    assert first < len(whole)
    assert page.total == len(whole)  # the counts know how many there are
    for _ in range(len(whole) // AT_ONCE + 1):
        QTest.keyClick(page.table, Qt.Key.Key_End)
        settle(qtbot, product)
    assert list(page.table.rows.ids) == whole


def test_the_list_stays_as_deep_as_it_was_read(
    qtbot: QtBot, product: Product, page: OrdersPage
) -> None:
    QTest.keyClick(page.table, Qt.Key.Key_End)
    settle(qtbot, product)
    deep = list(page.table.rows.ids)
    page.reload()
    settle(qtbot, product)
    assert list(page.table.rows.ids) == deep


def test_all_that_match_are_more_than_those_read(bench: Bench, page: OrdersPage) -> None:
    QTest.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    whole = queries.order_ids(bench.work, OrderFilter())
    assert page.table.selection.count(page.total) == len(whole) > len(page.table.rows.ids)
    chosen = page.deeds.chosen(page.table.selection.spec(), page.views.wanted())
    assert list(chosen()) == whole


def test_what_is_counted_no_further_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Tab("all", "All", 10_001, 10_000).figure == "10,000+"
    assert Tab("all", "All", 10_000, 10_000).figure == "10,000"
    assert Tab("shipped", "Shipped", None, 10_000).figure == ""
    assert "10,000+" in words.selected(order_lists.COUNT_CAP + 1)
    assert "10,000+" in words.all_selected(order_lists.COUNT_CAP + 1)
