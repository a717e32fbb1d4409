"""Hands and eyes for the order drawer: opening orders, pressing, reading what is said."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.domain.states import Flow
from app.services.orders import queries
from app.services.orders.queries import OrderFilter, OrderRow
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.simulators.wechat.addresses import Receiver
from app.simulators.wechat.shop import WechatShop
from tests.support.warehouse import Bench
from tests.ui.orders_window import (
    orders_page,
    settle,
)
from ui.main_window import Product
from ui.pages.orders.drawer import OrderDrawer
from ui.widgets.dialog import Dialog

ELSEWHERE = Receiver("周新", "13911112222", "浙江省", "杭州市", "西湖区", "文三路 20 号")


def shop_of(bench: Bench, row: OrderRow) -> WechatShop:
    return bench.world.shops[row.shop]


def boxes(bench: Bench, row: OrderRow) -> list[ParcelRow]:
    return parcel_rows(bench.work, queries.order_rows(bench.work, [row.id])[0].parcels)


def tea_order(bench: Bench, *, pieces: int = 1) -> OrderRow:
    """An order that waits for a platform label, with at least so many pieces."""
    rows = queries.order_rows(
        bench.work, queries.order_ids(bench.work, OrderFilter(tab="to_label"))
    )
    return next(
        row
        for row in rows
        if row.flow == Flow.PARCEL
        and row.pieces >= pieces
        and boxes(bench, row)[0].route == "platform"
    )


def alive(shop: WechatShop) -> set[str]:
    """The numbers that the platform counts as taken."""
    return {label.waybill_id for label in shop.waybills(alive=True).values()}


def opened(qtbot: QtBot, product: Product, order: str) -> OrderDrawer:
    page = orders_page(product)
    page.open_order(order)
    settle(qtbot, product)
    drawer = page.order_drawer
    assert drawer.view is not None
    assert drawer.view.id == order
    return drawer


def opened_kind(qtbot: QtBot, product: Product, bench: Bench, kind: str) -> OrderDrawer:
    order = queries.find_order(bench.work, bench.seed(kind).order_id)
    assert order is not None
    return opened(qtbot, product, order)


def press(button: object) -> None:
    assert hasattr(button, "click")
    button.click()


def dialog_of(product: Product) -> Dialog:
    found = [d for d in product.window.findChildren(Dialog) if d.isVisible()]
    assert len(found) == 1
    return found[0]


def toasts(product: Product) -> list[str]:
    return [toast.text for toast in product.window.toasts.toasts]
