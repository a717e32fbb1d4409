"""The stock page's tab about the shops' figures, as scenes for ``desk_pictures`` and for tests."""

from __future__ import annotations

from app.services.listings import pulling
from app.services.stock import stock_push
from tests.services.goods import SHANYE, TEA, TEA_SKU, platform
from tests.services.truth import change_shop
from tests.support.warehouse import Bench
from tests.ui.stage import Stage
from ui.pages.stock.page import StockPage
from ui.pages.stock.reconcile_pane import ReconcilePane

HONEY, HONEY_SKU, HONEY_CODE = "10000154820411", "3616331044", "FM-500"
STOCK_OF = "/channels/ec/product/stock/batchget"


def told(bench: Bench) -> None:
    """The shop shows what it should."""
    pulling.pull(bench.work, SHANYE)
    change_shop(bench, SHANYE, stock_push="on")
    stock_push.push_and_send(bench.work, SHANYE)


def apart(bench: Bench) -> None:
    """It has five tins of the tea more and two jars of honey fewer."""
    told(bench)
    with platform(bench).lock:
        platform(bench).take_stock(TEA, TEA_SKU, -5)
        platform(bench).take_stock(HONEY, HONEY_SKU, 2)


def pane_of(stage: Stage) -> ReconcilePane:
    """The tab, with what was found."""
    stage.product.window.go("stock")
    stage.settle()
    page = stage.product.window.page("stock")
    assert isinstance(page, StockPage)
    page.tabs.choose("reconcile")
    for _ in range(2):
        stage.settle()
        stage.product.window.grab()
    pane = page.pane
    assert isinstance(pane, ReconcilePane)
    return pane


def reconcile_list(stage: Stage) -> None:
    pulling.pull(stage.bench.work, SHANYE)
    pane = pane_of(stage)
    pane.table.step(1)


def reconcile_question(stage: Stage) -> None:
    pulling.pull(stage.bench.work, SHANYE)
    pane = pane_of(stage)
    pane.table.selection.select_only(pane.table.rows.ids[:6])
    pane.key_pressed("L")
    stage.settle()


def reconcile_chosen(stage: Stage) -> None:
    apart(stage.bench)
    pane = pane_of(stage)
    pane.table.selection.select_only(pane.table.rows.ids)
    stage.settle()


def reconcile_same(stage: Stage) -> None:
    told(stage.bench)
    pane_of(stage)


def reconcile_offline(stage: Stage) -> None:
    pulling.pull(stage.bench.work, SHANYE)
    stage.bench.world.wechat.faults.bad_gateway(STOCK_OF, times=40)
    pane_of(stage)


def reconcile_read_only(stage: Stage) -> None:
    apart(stage.bench)
    change_shop(stage.bench, SHANYE, read_only=True)
    pane = pane_of(stage)
    pane.table.selection.select_only(pane.table.rows.ids)
    stage.settle()


SCENES = (
    reconcile_list,
    reconcile_question,
    reconcile_chosen,
    reconcile_same,
    reconcile_offline,
    reconcile_read_only,
)
