"""The stock page, as scenes for ``desk_pictures`` and for tests."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from app.domain.days import china_day
from app.services.stock import defects, sales, transferring
from app.services.stock.stock import list_stock
from app.store.tables import sku_barcodes, sku_days, skus
from tests.support.warehouse import Bench
from tests.ui.stage import Stage
from ui.pages.stock.moves_pane import MovesPane
from ui.pages.stock.on_hand import OnHandPane
from ui.pages.stock.page import StockPage


def sold(bench: Bench) -> None:
    """A month of sales behind every item, more of some than of others; safety marks."""
    work, today = bench.work, china_day(bench.work.now())
    with work.db.write() as tx:
        ids = [r.id for r in tx.execute(skus.select().order_by(skus.c.code))]
        rows = [
            {
                "day": (today - timedelta(days=back)).isoformat(),
                "sku_id": sku_id,
                "shipped": max(0, (n * 7 + back * 5) % 9 + (n % 5) * 2 - 2),
            }
            for n, sku_id in enumerate(ids)
            for back in range(1, 29)
        ]
        tx.execute(sku_days.insert(), rows)
        past = work.now() - timedelta(days=60)
        for n, sku_id in enumerate(ids):
            mark = (20, 0, 45, 10)[n % 4]
            wanted = update(skus).where(skus.c.id == sku_id)
            tx.execute(wanted.values(created_at=past, safety_quantity=mark))
    sales.roll_up(work)


def page_of(stage: Stage) -> StockPage:
    page = stage.product.window.page("stock")
    assert isinstance(page, StockPage)
    return page


def shown(stage: Stage, tab: str = "on_hand") -> StockPage:
    """The page on one of its tabs."""
    stage.product.window.go("stock")
    stage.settle()
    page = page_of(stage)
    page.tabs.choose(tab)
    for _ in range(2):
        stage.settle()
        stage.product.window.grab()
    stage.settle()
    return page


def on_hand(stage: Stage) -> OnHandPane:
    pane = shown(stage).pane
    assert isinstance(pane, OnHandPane)
    return pane


def stock_list(stage: Stage) -> None:
    sold(stage.bench)
    on_hand(stage)


def stock_item(stage: Stage) -> None:
    """An item that runs low is open."""
    sold(stage.bench)
    pane = on_hand(stage)
    pane.table.opened.emit(pane.table.rows.ids[1])
    stage.settle()


def stock_short(stage: Stage) -> None:
    """Orders wait for an item; others hold it."""
    pane = on_hand(stage)
    pane.table.opened.emit(pane.table.rows.ids[0])
    stage.settle()


def stock_many_places(stage: Stage) -> None:
    """In several bins, some defective."""
    work = stage.bench.work
    row = max(list_stock(work), key=lambda r: r.available)
    transferring.transfer(work, row.sku, 3, from_bin=row.bin, to_bin="B-09-2")
    defects.found(work, row.sku, 2)
    pane = on_hand(stage)
    pane.open_item(row.sku)
    stage.settle()


def stock_moves(stage: Stage) -> None:
    pane = shown(stage, "moves").pane
    assert isinstance(pane, MovesPane)


def stock_move_question(stage: Stage) -> None:
    pane = on_hand(stage)
    pane.open_item(list_stock(stage.bench.work)[0].sku)
    stage.settle()
    pane.drawer.acted.emit("move")
    stage.settle()


def shared_code(bench: Bench) -> tuple[str, list[str]]:
    """A bar code on two items; the code and both item codes."""
    rows = list_stock(bench.work)[:2]
    with bench.work.db.write() as tx:
        for row in rows:
            sku_id = tx.execute(skus.select().where(skus.c.code == row.sku)).one().id
            tx.execute(sku_barcodes.insert().values(sku_id=sku_id, barcode="6973000000017"))
    return "6973000000017", [r.sku for r in rows]


def stock_receive(stage: Stage) -> None:
    page = shown(stage)
    rows = list_stock(stage.bench.work)
    page.receive()
    for code in ("BIN-A-01-3", rows[2].sku, "12", rows[4].sku, rows[4].sku, "6900000000000"):
        page.scanned(code)
    stage.settle()


def stock_receive_asked(stage: Stage) -> None:
    code, _ = shared_code(stage.bench)
    page = shown(stage)
    page.receive()
    page.scanned(code)
    stage.settle()


SCENES = (
    stock_list,
    stock_item,
    stock_short,
    stock_many_places,
    stock_moves,
    stock_move_question,
    stock_receive,
    stock_receive_asked,
)
