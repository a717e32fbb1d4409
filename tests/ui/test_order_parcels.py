"""The parcels of the order drawer on a real shop: split, merged, taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.states import ParcelState
from app.services.numbers import labelling
from app.services.orders import queries
from app.services.orders.queries import OrderFilter
from app.services.parcels import shipping
from app.services.telling import outbox
from app.simulators.seed_orders import OrderKind
from tests.support.warehouse import Bench
from tests.ui.order_desk import (
    boxes,
    dialog_of,
    opened,
    press,
    shop_of,
    tea_order,
)
from tests.ui.orders_window import (
    WAIT_MS,
    orders_page,
    settle,
)
from ui.main_window import Product
from ui.pages.orders.page import OrdersPage
from ui.pages.orders.split_board import SplitBoard
from ui.pages.orders.split_question import SplitForm
from ui.widgets.fields import TextField


@pytest.fixture
def page(product: Product) -> OrdersPage:
    return orders_page(product)


def split_form(product: Product) -> SplitForm:
    found = dialog_of(product).findChild(SplitForm)
    assert found is not None
    return found


def test_parcel_is_split_by_keys_and_put_together_again(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    rows = queries.order_rows(
        bench.work, queries.order_ids(bench.work, OrderFilter(tab="to_label"))
    )
    row = next(r for r in rows if len(r.lines) > 1 and len(r.parcels) == 1 and not r.holds)
    opened(qtbot, product, row.id)
    page.key_pressed("s")
    dialog = dialog_of(product)
    assert not dialog.buttons["split"].isEnabled()
    board = dialog.findChild(SplitBoard)
    assert board is not None
    assert board.hasFocus()
    QTest.keyClick(board, Qt.Key.Key_Space)
    assert dialog.buttons["split"].isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, product)
    assert len(queries.order_rows(bench.work, [row.id])[0].parcels) == 2
    page.undo()
    settle(qtbot, product)
    assert len(queries.order_rows(bench.work, [row.id])[0].parcels) == 1


def test_shops_rule_is_explained_before_a_kind_is_torn(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    rows = queries.order_rows(
        bench.work, queries.order_ids(bench.work, OrderFilter(tab="to_label"))
    )
    row = next(r for r in rows if any(x.quantity > 1 for x in r.lines) and not r.holds)
    opened(qtbot, product, row.id)
    page.key_pressed("s")
    form, button = split_form(product), dialog_of(product).buttons["split"]
    line = next(x for x in form.board.lines if x.quantity > 1)
    form.board.set_pieces(line, 1, 1)
    assert form.rule.isVisible()
    assert not button.isEnabled()
    press(form.together)
    assert not form.rule.isVisible()
    form.board.set_pieces(line, 1, 1)
    press(form.more)
    assert button.isEnabled()
    press(button)
    settle(qtbot, product)
    assert len(queries.order_rows(bench.work, [row.id])[0].parcels) == len(row.parcels) + 1


def test_orders_of_one_buyer_are_merged_from_the_bulk_bar_and_parted_again(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    same = [o for o in bench.scenario.orders if o.kind == OrderKind.SAME_BUYER]
    ids = [queries.find_order(bench.work, o.order_id) for o in same]
    page.tabs.choose("to_label")
    settle(qtbot, product)
    page.table.selection.select_only([i for i in ids if i in page.table.rows.ids])
    settle(qtbot, product)
    qtbot.waitUntil(lambda: bool(page._merges), timeout=WAIT_MS)
    count = sum(len(group.parcels) for group in page._merges)
    assert count > 1
    page.key_pressed("m")
    settle(qtbot, product)
    merged = {p for i in ids if i for p in queries.order_rows(bench.work, [i])[0].parcels}
    assert len(merged) < len(ids)
    page.undo()
    settle(qtbot, product)
    parted = {p for i in ids if i for p in queries.order_rows(bench.work, [i])[0].parcels}
    assert len(parted) == len(ids)


def test_sealed_parcel_is_taken_back_with_a_reason(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    row = tea_order(bench)
    (box,) = boxes(bench, row)
    labelling.label_parcels(bench.work, [box.id])
    shipping.ship(bench.work, parcel_ids=[box.id], unpacked=True)
    assert boxes(bench, row)[0].state == ParcelState.TO_REPORT
    opened(qtbot, product, row.id)
    press(page.order_drawer.buttons.unship)
    dialog = dialog_of(product)
    assert not dialog.buttons["back"].isEnabled()
    field = dialog.findChild(TextField)
    assert field is not None
    field.setText("wrong goods")
    press(dialog.buttons["back"])
    settle(qtbot, product)
    assert boxes(bench, row)[0].state == ParcelState.TO_PACK
    outbox.drain(bench.work)
    assert shop_of(bench, row).shipments(row.order_id) == []
