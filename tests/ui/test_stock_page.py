"""The stock page on a synced bench: the list, its filters and its card, by keys and by scanner."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.stock import bins, item_card, stock_page
from app.services.stock.stock import list_stock
from app.services.stock.stock_page import StockFilter, StockState, StockTab
from tests.support.warehouse import Bench
from tests.ui import stock_scenes
from tests.ui.orders_window import Hands, settle, shown_product
from ui.main_window import Product
from ui.pages.stock.growing import PAGE
from ui.pages.stock.moves_pane import MovesPane
from ui.pages.stock.on_hand import OnHandPane
from ui.pages.stock.page import StockPage
from ui.pages.stock.questions import ItemForm
from ui.pages.stock.rows import ItemRow
from ui.table import DataTable
from ui.widgets.dialog import Dialog
from ui.widgets.states import EmptyState


def opened(qtbot: QtBot, product: Product, argument: object = None) -> tuple[StockPage, OnHandPane]:
    product.window.go("stock", argument)
    page = product.window.page("stock")
    assert isinstance(page, StockPage)
    looked(qtbot, product)
    pane = page.pane
    assert isinstance(pane, OnHandPane)
    return page, pane


def looked(qtbot: QtBot, product: Product) -> None:
    """Rows come when they are painted."""
    for _ in range(2):
        settle(qtbot, product)
        product.window.grab()
    settle(qtbot, product)


def rows(table: DataTable) -> list[ItemRow]:
    found = [table.rows.row_at(n) for n in range(len(table.rows.ids))]
    return [row for row in found if isinstance(row, ItemRow)]


def test_what_is_short_stands_on_top_and_every_row_says_what_it_is(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    stock_scenes.sold(bench)
    page, pane = opened(qtbot, product)
    stored = {row.sku: row for row in list_stock(bench.work)}
    shown = rows(pane.table)
    assert {row.code for row in shown} == set(stored)
    assert shown[0].state is StockState.SHORT
    for row in shown:
        figures = stored[row.code]
        texts = [cell.text for cell in row.cells]
        assert texts[3:5] == [f"{figures.on_hand:,}", f"{figures.allocated:,}"]
        assert texts[6].replace("−", "-") == f"{figures.available:,}"
        assert row.name in row.spoken
        assert texts[-1] in row.spoken
        assert row.marked == (figures.safety > 0)
        if row.marked:
            third = figures.available / (3 * figures.safety)
            assert row.fill == pytest.approx(max(0, min(1, third)))
    counts = stock_page.stock_counts(bench.work, StockFilter())
    assert page.tabs.tabs[0].count == counts.all == len(stored)
    assert f"{counts.available:,}" in pane.bar.totals.accessibleName()


def test_a_chip_narrows_the_list_and_lets_go_again(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    _, pane = opened(qtbot, product)
    everything = len(pane.table.rows.ids)
    pane.bar.short.click()
    looked(qtbot, product)
    assert {row.state for row in rows(pane.table)} == {StockState.SHORT}
    pane.bar.short.click()
    looked(qtbot, product)
    assert len(pane.table.rows.ids) == everything


def test_search_and_sort_are_asked_of_the_database(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    _, pane = opened(qtbot, product)
    hands = Hands(product)
    hands.press(Qt.Key.Key_Slash)
    qtbot.waitUntil(pane.bar.search.edit.hasFocus)
    wanted = list_stock(bench.work)[3]
    hands.type(wanted.sku)
    qtbot.waitUntil(lambda: pane.wanted.search == wanted.sku)
    looked(qtbot, product)
    assert wanted.sku in {row.code for row in rows(pane.table)}
    assert len(pane.table.rows.ids) < 10
    hands.press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not pane.wanted.search)
    pane.table.sort_wanted.emit("on_hand", True)
    looked(qtbot, product)
    figures = [int(row.cells[3].text.replace(",", "")) for row in rows(pane.table)]
    assert figures == sorted(figures, reverse=True)


def test_the_list_reads_a_page_at_a_time(
    qtbot: QtBot, bench: Bench, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.pages.stock.growing.PAGE", 25)
    monkeypatch.setattr("ui.pages.stock.growing._AHEAD", 0)
    _, pane = opened(qtbot, product)
    everything = len(list_stock(bench.work))
    assert PAGE > 25
    assert len(pane.table.rows.ids) == 25 < everything
    assert not pane.list.complete
    pane.take_focus()
    Hands(product).press(Qt.Key.Key_End)
    looked(qtbot, product)
    assert len(set(pane.table.rows.ids)) == everything
    assert pane.list.complete


def test_an_item_is_opened_walked_and_closed_by_keys(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    _, pane = opened(qtbot, product)
    pane.take_focus()
    hands = Hands(product)
    hands.press(Qt.Key.Key_Down, Qt.Key.Key_Return)
    settle(qtbot, product)
    first, second = rows(pane.table)[:2]
    assert pane.drawer.isVisible()
    assert pane.drawer.card == item_card.item_card(bench.work, first.code)
    hands.press(Qt.Key.Key_Down)
    settle(qtbot, product)
    assert pane.drawer.card is not None
    assert pane.drawer.card.sku == second.code
    hands.press(Qt.Key.Key_Escape)
    assert not pane.drawer.isVisible()
    assert pane.table.hasFocus()


def test_a_scanned_bar_code_opens_its_item(qtbot: QtBot, bench: Bench, product: Product) -> None:
    page, pane = opened(qtbot, product)
    row = list_stock(bench.work)[5]
    code = item_card.item_card(bench.work, row.sku).barcodes[0]
    assert page.scanned(code)
    settle(qtbot, product)
    assert pane.drawer.card is not None
    assert pane.drawer.card.sku == row.sku


def test_pieces_move_to_another_bin_and_back(qtbot: QtBot, bench: Bench, product: Product) -> None:
    page, pane = opened(qtbot, product)
    row = max(list_stock(bench.work), key=lambda r: r.available)
    pane.open_item(row.sku)
    settle(qtbot, product)
    pane.drawer.move_bin.click()
    form = product.window.findChild(ItemForm)
    assert form is not None
    dialog = product.window.findChild(Dialog)
    assert dialog is not None
    assert not dialog.buttons["do"].isEnabled()
    hands = Hands(product)
    hands.type("B-77")
    form.quantity.setText("4")
    assert dialog.buttons["do"].isEnabled()
    hands.press(Qt.Key.Key_Return)
    settle(qtbot, product)
    assert {s.bin: s.quantity for s in bins.of_sku(bench.work, row.sku)}["B-77"] == 4
    page.undo()
    settle(qtbot, product)
    left = {s.bin: s.quantity for s in bins.of_sku(bench.work, row.sku) if s.quantity}
    assert left == {row.bin: row.on_hand}


def test_a_refusal_is_a_banner_with_what_helps(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    page, pane = opened(qtbot, product)
    row = list_stock(bench.work)[0]
    pane.open_item(row.sku)
    settle(qtbot, product)
    pane.drawer.acted.emit("defect")
    form = product.window.findChild(ItemForm)
    dialog = product.window.findChild(Dialog)
    assert form is not None
    assert dialog is not None
    form.quantity.setText("999999")
    dialog.buttons["do"].click()
    settle(qtbot, product)
    notice = page.banners.shown()
    assert notice is not None
    assert str(notice.what)
    assert item_card.item_card(bench.work, row.sku).defective == 0


def test_all_movements_of_one_item_and_of_one_kind(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    page, pane = opened(qtbot, product)
    row = max(list_stock(bench.work), key=lambda r: r.allocated)
    pane.open_item(row.sku)
    settle(qtbot, product)
    pane.drawer.acted.emit("ledger")
    looked(qtbot, product)
    moves = page.pane
    assert isinstance(moves, MovesPane)
    assert not pane.drawer.isVisible()
    table = moves.table
    shown = [table.rows.row_at(n) for n in range(len(table.rows.ids))]
    assert len(shown) > 1
    assert all(r is not None and row.sku in r.cells[2].second for r in shown)
    moves._kind_chosen("count")
    looked(qtbot, product)
    assert 0 < len(table.rows.ids) < len(shown)


def test_another_place_asks_for_what_is_short(qtbot: QtBot, bench: Bench, product: Product) -> None:
    _, pane = opened(qtbot, product, StockTab.SHORT)
    assert pane.bar.short.isChecked()
    assert {row.state for row in rows(pane.table)} == {StockState.SHORT}


def test_nothing_is_cut_at_the_smallest_window(qtbot: QtBot, bench: Bench) -> None:
    with shown_product(qtbot, bench, (1280, 720)) as product:
        page, pane = opened(qtbot, product)
        pane.open_item(list_stock(bench.work)[0].sku)
        looked(qtbot, product)
        right = pane.drawer.mapTo(page, pane.drawer.rect().topRight()).x()
        assert right < page.width()
        bar = pane.bar
        for part in (bar.search, bar.short, bar.more):
            assert part.geometry().right() <= bar.width()
        header = pane.table.horizontalHeader()
        assert header.length() <= pane.table.viewport().width()


def test_words_that_nothing_has_offer_to_clear_them(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    _, pane = opened(qtbot, product)
    pane.bar.search.setText("no such thing")
    qtbot.waitUntil(lambda: bool(pane.wanted.search))
    looked(qtbot, product)
    state = pane.empty.findChild(EmptyState)
    assert state is not None
    assert state.isVisible()
    state.acted.emit("clear")
    looked(qtbot, product)
    assert len(pane.table.rows.ids) == len(list_stock(bench.work))


def test_the_sidebar_counts_what_is_short_or_runs_low(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    counts = stock_page.stock_counts(bench.work, StockFilter())
    with qtbot.waitSignal(product.background.facts_changed) as told:
        product.background.read_facts()
    assert told.args is not None
    assert told.args[0].stock_low == counts.short + counts.low > 0
