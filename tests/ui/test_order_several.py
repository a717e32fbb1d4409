"""Several wishes at once: variants of one order in one card, rows of a shop that is only read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.orders import details, order_requests, queries
from app.services.orders.queries import OrderFilter, OrderRow
from app.simulators.wechat.shop import WechatShop
from app.store.tables import shops
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, Hands, orders_page, settle, shown_product
from ui.pages.orders.request_cards import RequestCard
from ui.widgets.buttons import Button


def other_variant(shop: WechatShop, product: str, variant: str) -> str:
    known = [str(sku["sku_id"]) for sku in shop.products.get(product, {}).get("skus", ())]
    return next((sku for sku in known if sku != variant), "")


def order_with_two_choices(bench: Bench) -> tuple[OrderRow, list[tuple[str, str, str]]]:
    """An order of two lines at least that have another variant: product, variant, other."""
    ids = queries.order_ids(bench.work, OrderFilter(tab="to_label"))
    for row in queries.order_rows(bench.work, ids):
        shop = bench.world.shops[row.shop]
        lines = shop.order_data(row.order_id)["order_detail"]["product_infos"]
        found: list[tuple[str, str, str]] = []
        for line in lines:
            product, variant = str(line["product_id"]), str(line["sku_id"])
            other = other_variant(shop, product, variant)
            if other and all(product != known for known, _, _ in found):
                found.append((product, variant, other))
        if len(found) > 1:
            return row, found[:2]
    raise AssertionError("no order has two lines with another variant")


def test_all_variants_of_an_order_are_shown_and_answered_together(
    qtbot: QtBot, bench: Bench
) -> None:
    row, wanted = order_with_two_choices(bench)
    for product_id, variant, other in wanted:
        bench.world.shops[row.shop].request_sku_change(row.order_id, product_id, variant, other)
    bench.sync()
    with shown_product(qtbot, bench) as product:
        page = orders_page(product)
        page.open_order(row.id)
        settle(qtbot, product)
        (card,) = page.order_drawer.findChildren(RequestCard)
        assert len(card.view.changes) == 2
        assert "2" in card.accept_button.text()
        card.accept_button.click()
        settle(qtbot, product)
        settle(qtbot, product)
        assert order_requests.pending_variants(bench.work, row.id) == ()
        lines = bench.world.shops[row.shop].order_data(row.order_id)["order_detail"]
        now = {str(line["sku_id"]) for line in lines["product_infos"]}
        assert {other for _, _, other in wanted} <= now


def only_read(bench: Bench, shop: str) -> None:
    with bench.work.db.write() as tx:
        tx.execute(shops.update().where(shops.c.id == shop).values(settings={"read_only": True}))


def test_labels_of_a_shop_that_is_only_read_are_off_with_the_reason(
    qtbot: QtBot, bench: Bench
) -> None:
    ids = queries.order_ids(bench.work, OrderFilter(tab="to_label"))
    rows = queries.order_rows(bench.work, ids)
    read, free = rows[0], next(row for row in rows if row.shop != rows[0].shop)
    only_read(bench, read.shop)
    with shown_product(qtbot, bench) as product:
        page = orders_page(product)
        page.tabs.choose("to_label")
        settle(qtbot, product)
        qtbot.waitUntil(lambda: read.id in page.shops_of, timeout=WAIT_MS)

        def button() -> Button:
            found = page.bulk.findChild(Button, "print")
            assert found is not None
            return found

        page.table.selection.select_only([read.id])
        settle(qtbot, product)
        assert not button().isEnabled()
        assert "only" in button().toolTip()
        Hands(product).press(Qt.Key.Key_P)
        qtbot.waitUntil(lambda: bool(product.window.toasts.toasts), timeout=WAIT_MS)
        assert details.waves_list(bench.work) == []
        page.table.selection.select_only([read.id, free.id])
        settle(qtbot, product)
        assert button().isEnabled()
