"""The panel under the sync chip: shops, quotas, and the check that nothing is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import delete, select

from app.services.orders import queries, receivers
from app.services.orders.queries import OrderFilter
from app.services.sync import self_check
from app.store.tables import order_lines, orders, parcel_lines, reservations, shops
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, orders_page, settle, shown_product
from ui.main_window import Product
from ui.paint_status import Severity
from ui.sync_panel import SyncPanel


@pytest.fixture
def product(qtbot: QtBot, bench: Bench) -> Iterator[Product]:
    with shown_product(qtbot, bench) as made:
        made.background.read_facts()
        settle(qtbot, made)
        yield made


def opened(qtbot: QtBot, product: Product) -> SyncPanel:
    chip = orders_page(product).head.chip
    qtbot.waitUntil(chip.isVisible, timeout=WAIT_MS)
    chip.click()
    settle(qtbot, product)
    panel = product.sync_desk.panel
    assert panel is not None
    return panel


def severity(panel: SyncPanel) -> str:
    assert panel._result is not None
    return panel._result.severity


def busy(product: Product) -> bool:
    return product.sync_desk.running


def lose_one(bench: Bench) -> str:
    """An order vanishes from our database; its number."""
    row = queries.order_rows(bench.work, queries.order_ids(bench.work, OrderFilter(tab="to_label")))
    lost = row[0]
    with bench.work.db.write() as tx:
        lines = select(order_lines.c.id).where(order_lines.c.order_id == lost.id)
        boxed = select(parcel_lines.c.id).where(parcel_lines.c.order_line_id.in_(lines))
        tx.execute(delete(reservations).where(reservations.c.parcel_line_id.in_(boxed)))
        tx.execute(delete(parcel_lines).where(parcel_lines.c.order_line_id.in_(lines)))
        tx.execute(delete(order_lines).where(order_lines.c.order_id == lost.id))
        tx.execute(delete(orders).where(orders.c.id == lost.id))
    return lost.order_id


def test_panel_names_every_shop_and_what_is_left_today(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    panel = opened(qtbot, product)
    lines = {line.title: line for line in panel._shown}
    assert len(lines) == 2
    assert all(line.severity is Severity.FINE for line in lines.values())
    for shop in bench.scenario.shops:
        used, limit = receivers.quota(bench.work, shop.name)
        title = product._titles()[shop.name]
        assert f"{limit - used:,} " in lines[title].notes[-1]
    panel.leave()
    assert product.sync_desk.panel is None


def test_check_finds_what_is_missing_and_fetches_it(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    bench.clock.advance(minutes=5)
    panel = opened(qtbot, product)
    panel.check.click()
    settle(qtbot, product)
    settle(qtbot, product)
    assert severity(panel) == Severity.FINE
    assert not panel.fix.isVisible()
    lost = lose_one(bench)
    panel.check.click()
    settle(qtbot, product)
    settle(qtbot, product)
    assert severity(panel) == Severity.PROBLEM
    assert sum(day.missing for day in panel._days) == 1
    assert panel.fix.isVisible()
    panel.fix.click()
    settle(qtbot, product)
    settle(qtbot, product)
    assert queries.find_order(bench.work, lost) is not None
    assert severity(panel) == Severity.FINE
    assert panel._days == ()
    for shop in bench.world.shops:
        last = self_check.last(bench.work, shop)
        assert last is not None
        assert last.equal
    panel.leave()


def test_check_goes_on_when_the_panel_is_closed_and_can_be_stopped(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    panel = opened(qtbot, product)
    panel.check.click()
    assert panel.stop.isVisible()
    panel.leave()
    assert busy(product)
    again = opened_while_running(product)
    again.stop.click()
    settle(qtbot, product)
    assert not busy(product)
    again.leave()


def opened_while_running(product: Product) -> SyncPanel:
    orders_page(product).head.chip.click()
    panel = product.sync_desk.panel
    assert panel is not None
    assert panel.stop.isVisible()
    return panel


def test_shop_that_is_only_read_says_so(qtbot: QtBot, bench: Bench) -> None:
    with bench.work.db.write() as tx:
        rows = tx.execute(select(shops.c.id, shops.c.settings)).all()
        for row in rows:
            tx.execute(
                shops.update()
                .where(shops.c.id == row.id)
                .values(settings={**(row.settings or {}), "read_only": True})
            )
    with shown_product(qtbot, bench) as product:
        product.background.read_facts()
        settle(qtbot, product)
        assert "Read only" in product.window.sidebar.shop.accessibleName()
        panel = opened(qtbot, product)
        assert all(line.tag == "Read only" for line in panel._shown)
        panel.leave()
