"""对账 in the window: a simulated shop beside our figures, and both ways to make them agree."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.store.tables import audit
from tests.services.goods import SHANYE, TEA, TEA_CODE, TEA_SKU, available, platform
from tests.services.truth import change_shop
from tests.support.warehouse import Bench
from tests.ui import reconcile_scenes as scenes
from tests.ui.orders_window import Hands, settle
from tests.ui.stage import Stage
from ui.main_window import Product
from ui.pages.stock.page import StockPage
from ui.pages.stock.reconcile_pane import ReconcilePane
from ui.widgets.dialog import Dialog

UPDATE = "/channels/ec/product/stock/update"


def opened(bench: Bench, product: Product) -> ReconcilePane:
    return scenes.pane_of(Stage(product, bench))


def question(product: Product) -> Dialog:
    found = [d for d in product.window.findChildren(Dialog) if d.isVisible()]
    assert len(found) == 1
    return found[0]


def shown(pane: ReconcilePane) -> dict[str, list[str]]:
    """The texts of each row by its item."""
    rows = [pane.table.rows.row_at(n) for n in range(len(pane.table.rows.ids))]
    return {
        row.cells[1].second.rpartition(" · ")[2]: [cell.text for cell in row.cells]
        for row in rows
        if row is not None
    }


def answer(qtbot: QtBot, product: Product, key: str) -> None:
    question(product).buttons[key].click()
    settle(qtbot, product)


def audited(bench: Bench, action: str) -> int:
    with bench.work.db.read() as tx:
        return len(tx.execute(select(audit.c.id).where(audit.c.action == action)).all())


def test_each_difference_is_a_row_and_comparing_changes_nothing(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    scenes.apart(bench)
    calls = bench.world.wechat.journal.count(UPDATE)
    pane = opened(bench, product)
    rows = shown(pane)
    assert set(rows) == {TEA_CODE, scenes.HONEY_CODE}
    has = platform(bench).stock_of(TEA, TEA_SKU)
    assert rows[TEA_CODE][2:6] == [f"{has:,}", f"{has - 5:,}", f"{has - 5:,}", "+5"]
    assert rows[scenes.HONEY_CODE][5] == "\N{MINUS SIGN}2"
    assert bench.world.wechat.journal.count(UPDATE) == calls
    first = pane.table.rows.row_at(0)
    assert first is not None
    assert first.cells[1].text in first.spoken


def test_by_our_figures_the_selected_listing_alone_is_changed_at_the_shop(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    scenes.apart(bench)
    pane = opened(bench, product)
    assert pane.found is not None
    tea = next(r for r in pane.found.rows if r.sku == TEA_CODE)
    honey = platform(bench).stock_of(scenes.HONEY, scenes.HONEY_SKU)
    pane.take_focus()
    pane.table.selection.select_only([tea.listing])
    Hands(product).press(Qt.Key.Key_L)
    qtbot.waitUntil(lambda: any(d.isVisible() for d in product.window.findChildren(Dialog)))
    asked = question(product)
    assert f"{tea.shop_stock} → {tea.wanted}" in asked.accessibleDescription()
    answer(qtbot, product, "tell")
    assert platform(bench).stock_of(TEA, TEA_SKU) == available(bench, TEA_CODE)
    assert platform(bench).stock_of(scenes.HONEY, scenes.HONEY_SKU) == honey
    assert set(shown(pane)) == {scenes.HONEY_CODE}
    assert audited(bench, "stock_set") == 1


def test_leaving_the_question_changes_nothing(qtbot: QtBot, bench: Bench, product: Product) -> None:
    scenes.apart(bench)
    pane = opened(bench, product)
    has = platform(bench).stock_of(TEA, TEA_SKU)
    pane.table.selection.select_only(pane.table.rows.ids)
    pane.bulk.acted.emit("tell")
    answer(qtbot, product, "leave")
    assert platform(bench).stock_of(TEA, TEA_SKU) == has
    assert len(shown(pane)) == 2


def test_by_the_shop_the_shelf_is_corrected_and_what_cannot_be_is_said(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    scenes.apart(bench)
    pane = opened(bench, product)
    honey, tea = available(bench, scenes.HONEY_CODE), available(bench, TEA_CODE)
    calls = bench.world.wechat.journal.count(UPDATE)
    pane.table.selection.select_only(pane.table.rows.ids)
    pane.bulk.acted.emit("take")
    answer(qtbot, product, "take")
    assert available(bench, scenes.HONEY_CODE) == honey - 2
    assert available(bench, TEA_CODE) == tea  # another listing sells it in pairs
    assert bench.world.wechat.journal.count(UPDATE) == calls
    assert set(shown(pane)) == {TEA_CODE}
    assert TEA_CODE in shown(pane)[TEA_CODE][-1]


def test_what_agrees_and_what_cannot_be_asked_are_told_apart(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    scenes.told(bench)
    bench.world.wechat.faults.bad_gateway(scenes.STOCK_OF, times=40)
    pane = opened(bench, product)
    page = product.window.page("stock")
    assert isinstance(page, StockPage)
    assert pane.stack.currentWidget() is pane.stack.offline
    assert page.banners.shown() is not None
    bench.world.wechat.faults.clear()
    pane.stack.offline.acted.emit("again")
    settle(qtbot, product)
    assert pane.stack.currentWidget() is pane.stack.same
    assert page.banners.shown() is None


def test_a_shop_that_may_only_be_read_is_compared_but_not_told(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    scenes.apart(bench)
    change_shop(bench, SHANYE, read_only=True)
    pane = opened(bench, product)
    has = platform(bench).stock_of(TEA, TEA_SKU)
    pane.table.selection.select_only(pane.table.rows.ids)
    pane.key_pressed("L")
    assert not [d for d in product.window.findChildren(Dialog) if d.isVisible()]
    assert platform(bench).stock_of(TEA, TEA_SKU) == has
    assert len(shown(pane)) == 2


def test_stopping_between_two_listings_keeps_what_was_done(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    scenes.apart(bench)
    pane = opened(bench, product)
    pane.table.selection.select_only(pane.table.rows.ids)
    hang = bench.world.wechat.faults.hang(UPDATE, takes_effect=True)
    pane.key_pressed("L")
    question(product).buttons["tell"].click()
    hang.wait_until_met()
    assert pane.bar.stop.isVisible()
    assert pane.escaped()
    hang.release()
    settle(qtbot, product)
    assert not pane.bar.stop.isVisible()
    assert audited(bench, "stock_set") == 1
    pane.key_pressed("R")
    settle(qtbot, product)
    assert len(shown(pane)) == 1
