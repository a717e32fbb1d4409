"""Receiving by scan beside the stock list: what is scanned, asked, booked and taken back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.stock import bins
from app.services.stock.stock import list_stock
from app.store.tables import skus
from tests.support.warehouse import Bench
from tests.ui import stock_scenes
from tests.ui.orders_window import Hands, settle
from tests.ui.test_stock_page import opened
from ui.main_window import Product
from ui.pages.orders.drawer_parts import FactBox
from ui.pages.stock.page import StockPage
from ui.pages.stock.receive_lines import GoodsChoice


def on_hand(bench: Bench, sku: str) -> int:
    return next(row.on_hand for row in list_stock(bench.work) if row.sku == sku)


def scanned(qtbot: QtBot, product: Product, page: StockPage, codes: Sequence[str]) -> None:
    for code in codes:
        assert page.scanned(code)
    settle(qtbot, product)


def begun(qtbot: QtBot, product: Product) -> StockPage:
    page, pane = opened(qtbot, product)
    pane.take_focus()
    Hands(product).press(Qt.Key.Key_N)
    qtbot.waitUntil(page.panel.isVisible)  # a letter waits whether a scan follows
    return page


def test_goods_are_scanned_counted_booked_and_taken_back(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    page = begun(qtbot, product)
    first, second = (row.sku for row in list_stock(bench.work)[:2])
    before = on_hand(bench, first), on_hand(bench, second)
    scanned(qtbot, product, page, ["BIN-Z-01-1", first, second, second])
    hands = Hands(product)
    hands.type("12")
    hands.press(Qt.Key.Key_Return)
    settle(qtbot, product)
    assert [(x.bin, x.quantity) for x in page.panel.session.lines] == [
        ("Z-01-1", 1),
        ("Z-01-1", 12),
    ]
    assert on_hand(bench, first) == before[0]
    hands.press(Qt.Key.Key_Return, modifiers=Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, product)
    assert (on_hand(bench, first), on_hand(bench, second)) == (before[0] + 1, before[1] + 12)
    assert {s.bin: s.quantity for s in bins.of_sku(bench.work, second)}["Z-01-1"] == 12
    assert not page.panel.session.lines
    page.undo()
    settle(qtbot, product)
    assert page.banners.shown() is None
    assert (on_hand(bench, first), on_hand(bench, second)) == before


def test_a_code_on_several_items_is_asked_by_pictures(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    code, items = stock_scenes.shared_code(bench)
    page = begun(qtbot, product)
    scanned(qtbot, product, page, [code, code])
    choices = [c for c in page.panel.findChildren(GoodsChoice) if c.isVisible()]
    assert [c.accessibleName().split()[-1] for c in choices] == items
    assert not page.panel.book.isEnabled()
    choices[1].click()
    settle(qtbot, product)
    [line] = page.panel.session.lines
    assert (line.goods.item.code, line.quantity) == (items[1], 2)
    assert page.panel.book.isEnabled()


def test_an_unknown_code_counts_nothing_and_stays_in_sight(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    page = begun(qtbot, product)
    sku = list_stock(bench.work)[0].sku
    scanned(qtbot, product, page, [sku, "6900000000000"])
    said = [b for b in page.panel.findChildren(FactBox) if b.isVisible()]
    assert ["6900000000000" in b.accessibleName() for b in said] == [True]
    assert page.panel.session.pieces == 1
    scanned(qtbot, product, page, [sku])
    assert not [b for b in page.panel.findChildren(FactBox) if b.isVisible()]
    page.panel.back.click()
    settle(qtbot, product)
    assert page.panel.session.pieces == 1


def test_goods_by_batch_want_it_before_they_are_booked(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    sku = list_stock(bench.work)[0].sku
    with bench.work.db.write() as tx:
        tx.execute(skus.update().where(skus.c.code == sku).values(batch_tracked=True))
    page = begun(qtbot, product)
    scanned(qtbot, product, page, [sku])
    panel = page.panel
    assert not panel.book.isEnabled()
    code, _, until = panel.batch_fields
    code.setText("B2026-11")
    until.setText("2027-05-01")
    until.submitted.emit("")
    settle(qtbot, product)
    assert panel.book.isEnabled()
    panel.book.click()
    settle(qtbot, product)
    spots = bins.of_sku(bench.work, sku)
    assert [(s.batch, s.expires_on) for s in spots if s.batch] == [("B2026-11", "2027-05-01")]


def test_what_was_scanned_waits_while_the_panel_is_closed(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    page = begun(qtbot, product)
    scanned(qtbot, product, page, [list_stock(bench.work)[0].sku])
    page.panel.closed.emit()
    assert not page.panel.isVisible()
    page.receive()
    assert page.panel.session.pieces == 1
