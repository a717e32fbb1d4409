"""The cards of the order drawer on a real shop: requests, notes, clear receivers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.i18n import CHINESE, ENGLISH, install_language
from app.services.numbers import labelling
from app.services.orders import details, queries
from app.services.printing import printing
from app.services.telling import outbox
from app.shops.wechat.order_desk import NOTE_PATH
from app.simulators.seed_orders import OrderKind
from app.store.tables import audit
from tests.support.warehouse import Bench
from tests.ui.order_desk import (
    ELSEWHERE,
    alive,
    boxes,
    dialog_of,
    opened,
    opened_kind,
    press,
    shop_of,
    tea_order,
    toasts,
)
from tests.ui.orders_window import (
    WAIT_MS,
    Hands,
    orders_page,
    settle,
    shown_product,
    tell,
)
from ui.main_window import Product
from ui.pages.orders.desk_view import NoteState
from ui.pages.orders.drawer import OrderDrawer
from ui.pages.orders.drawer_parts import FactBox
from ui.pages.orders.page import OrdersPage
from ui.pages.orders.receiver_panel import CLEAR_S
from ui.pages.orders.request_cards import RequestCard
from ui.widgets.buttons import Button
from ui.widgets.label import TextLabel


@pytest.fixture
def page(product: Product) -> OrdersPage:
    return orders_page(product)


def card(drawer: OrderDrawer) -> RequestCard:
    found = drawer.findChild(RequestCard)
    assert found is not None
    return found


def test_accepted_address_gives_the_old_number_back(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    row = tea_order(bench)
    (box,) = boxes(bench, row)
    labelling.label_parcels(bench.work, [box.id])
    number = boxes(bench, row)[0].waybill
    shop = shop_of(bench, row)
    assert number in alive(shop)
    shop.request_address_change(row.order_id, ELSEWHERE)
    bench.sync()
    drawer = opened(qtbot, product, row.id)
    request = card(drawer).view
    changed = {pair.name: pair.new for pair in request.pairs if pair.differs}
    assert "浙江省 杭州市 西湖区" in changed.values()
    assert request.effect
    press(card(drawer).accept_button)
    settle(qtbot, product)
    assert drawer.view is not None
    assert drawer.view.desk.requests == ()
    assert boxes(bench, row)[0].waybill == ""
    assert details.order_detail(bench.work, row.id).receiver.city == "杭州市"
    outbox.drain(bench.work)
    assert number not in alive(shop)
    assert any("1" in text for text in toasts(product))


def test_printed_label_is_asked_about_once_more(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    row = tea_order(bench)
    (box,) = boxes(bench, row)
    wave = bench.wave(only=[box.id])
    labelling.label_wave(bench.work, wave)
    printing.print_wave(bench.work, wave)
    assert boxes(bench, row)[0].printed
    shop_of(bench, row).request_address_change(row.order_id, ELSEWHERE)
    bench.sync()
    drawer = opened(qtbot, product, row.id)
    press(card(drawer).accept_button)
    question = dialog_of(product)
    QTest.keyClick(question, Qt.Key.Key_Escape)
    settle(qtbot, product)
    assert details.order_detail(bench.work, row.id).pending_address is not None
    press(card(drawer).accept_button)
    press(dialog_of(product).buttons["go"])
    settle(qtbot, product)
    assert details.order_detail(bench.work, row.id).pending_address is None


def test_refused_address_lets_the_order_go_on(qtbot: QtBot, product: Product, bench: Bench) -> None:
    drawer = opened_kind(qtbot, product, bench, OrderKind.ADDRESS_CHANGE)
    assert drawer.view is not None
    order = drawer.view.id
    press(card(drawer).refuse_button)
    settle(qtbot, product)
    assert queries.order_rows(bench.work, [order])[0].holds == ()


def test_answer_to_an_order_that_was_cancelled_says_so(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    row = tea_order(bench)
    shop = shop_of(bench, row)
    shop.request_address_change(row.order_id, ELSEWHERE)
    bench.sync()
    drawer = opened(qtbot, product, row.id)
    shop.cancel(row.order_id)
    press(card(drawer).accept_button)
    settle(qtbot, product)
    settle(qtbot, product)
    assert drawer.view is not None
    assert drawer.view.desk.requests == ()
    assert queries.order_rows(bench.work, [row.id])[0].status == "cancelled"

    def said() -> list[str]:
        return [box.accessibleName() for box in drawer.findChildren(FactBox) if box.isVisible()]

    qtbot.waitUntil(lambda: len(said()) == 1, timeout=WAIT_MS)
    settle(qtbot, product)
    assert len(said()) == 1  # and it stays


def test_accepted_variant_is_what_the_parcel_holds(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    drawer = opened_kind(qtbot, product, bench, OrderKind.SKU_CHANGE)
    assert drawer.view is not None
    order = drawer.view.id
    before = queries.order_rows(bench.work, [order])[0].lines[0]
    (change,) = card(drawer).view.changes
    old, new = change.sides
    assert old.spec == before.spec
    assert change.line
    assert (new.title, new.spec) != (old.title, old.spec)
    press(card(drawer).accept_button)
    settle(qtbot, product)
    after = queries.order_rows(bench.work, [order])[0]
    assert "sku_change" not in after.holds
    assert after.lines[0].spec != before.spec


def test_note_is_kept_on_enter_and_reaches_the_shop(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    row = tea_order(bench)
    drawer = opened(qtbot, product, row.id)
    drawer.note.field.edit.setFocus()
    Hands(product).type("fragile")

    def reads(state: NoteState) -> bool:
        note = drawer.view.desk.note if drawer.view is not None else None
        return note is not None and (note.text, note.state) == ("fragile", state)

    slow = bench.world.wechat.faults.hang(NOTE_PATH, takes_effect=False)
    QTest.keyClick(drawer.note.field.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reads(NoteState.WAITING), timeout=WAIT_MS)
    slow.release()
    settle(qtbot, product)
    outbox.drain(bench.work)
    tell(qtbot, product, "orders")
    qtbot.waitUntil(lambda: reads(NoteState.SAVED), timeout=WAIT_MS)
    told = shop_of(bench, row).order_data(row.order_id)["order_detail"]["ext_info"]
    assert told["merchant_notes"] == "fragile"


def test_note_can_be_undone(qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage) -> None:
    drawer = opened(qtbot, product, tea_order(bench).id)
    assert drawer.view is not None
    before = drawer.view.desk.note.text
    drawer.note.field.setText("quick")
    drawer.note.field.submitted.emit("quick")
    settle(qtbot, product)
    page.undo()
    settle(qtbot, product)
    settle(qtbot, product)
    assert drawer.view.desk.note.text == before
    assert drawer.note.field.text() == before


def test_words_that_are_typed_survive_a_sync(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    row = tea_order(bench)
    drawer = opened(qtbot, product, row.id)
    drawer.note.field.edit.setFocus()
    Hands(product).type("half a sen")
    shop_of(bench, row).urge(row.order_id)
    bench.sync()
    tell(qtbot, product, "orders")
    assert drawer.note.field.text() == "half a sen"
    assert drawer.note.field.edit.hasFocus()
    QTest.keyClick(drawer.note.field.edit, Qt.Key.Key_Escape)
    assert drawer.note.field.text() == ""


def test_refused_note_says_why_and_what_to_do(qtbot: QtBot, product: Product, bench: Bench) -> None:
    row = tea_order(bench)
    drawer = opened(qtbot, product, row.id)
    drawer.note.field.setText("长" * 120)
    drawer.note.field.submitted.emit("")
    settle(qtbot, product)
    outbox.drain(bench.work)
    opened(qtbot, product, row.id)
    assert drawer.view is not None
    note = drawer.view.desk.note
    assert note.state is NoteState.REFUSED
    assert note.reason
    assert note.remedy


def test_clear_receiver_needs_a_reason_and_is_gone_after_a_minute(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    row = tea_order(bench)
    drawer = opened(qtbot, product, row.id)
    panel = drawer.receiver
    masked = panel.shown
    press(panel.link)
    settle(qtbot, product)
    assert "30" in panel.quota.accessibleName()
    assert not panel.in_clear
    press(panel.reasons.buttons["call"])
    settle(qtbot, product)
    assert "*" not in "".join(panel.shown)
    for _ in range(CLEAR_S):
        panel._tick()
    assert panel.shown == masked
    with bench.work.db.read() as tx:
        noted = tx.execute(select(audit).where(audit.c.action == "revealed")).one()
    assert noted.user == "test"
    assert noted.detail["why"] == panel.reasons.buttons["call"].text()


def test_clear_receiver_is_covered_by_the_next_order(
    qtbot: QtBot, product: Product, bench: Bench, page: OrdersPage
) -> None:
    row = tea_order(bench)
    drawer = opened(qtbot, product, row.id)
    drawer.receiver.reveal_wanted.emit(row.id, "test")
    settle(qtbot, product)
    assert drawer.receiver.in_clear
    other = next(i for i in page.table.rows.ids if i != row.id)
    opened(qtbot, product, str(other))
    assert not drawer.receiver.in_clear


def test_virtual_number_is_shown_with_its_end(qtbot: QtBot, product: Product, bench: Bench) -> None:
    drawer = opened_kind(qtbot, product, bench, OrderKind.VIRTUAL_NUMBER)
    panel = drawer.receiver
    assert panel.number.isVisible()
    press(panel.number_button)
    settle(qtbot, product)
    assert any(char.isdigit() for char in panel.number_line.text())
    assert panel.until_line.text()


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
@pytest.mark.parametrize(
    "kind",
    [
        OrderKind.ADDRESS_CHANGE,
        OrderKind.SKU_CHANGE,
        OrderKind.SERIALS,
        OrderKind.VIRTUAL_NUMBER,
        OrderKind.REFUND_OPEN,
    ],
)
def test_no_card_is_clipped_in_the_smallest_window(
    qtbot: QtBot, bench: Bench, language: str, kind: str
) -> None:
    install_language(language)
    try:
        with shown_product(qtbot, bench, (1280, 720)) as product:
            drawer = opened_kind(qtbot, product, bench, kind)
            if drawer.receiver.link.isEnabled():
                press(drawer.receiver.link)
            settle(qtbot, product)
            worded: list[QWidget] = [*drawer.findChildren(TextLabel), *drawer.findChildren(Button)]
            cut = [
                widget.accessibleName()
                for widget in worded
                if widget.isVisible() and widget.sizeHint().width() > widget.width() + 1
            ]
            assert cut == []
    finally:
        install_language(ENGLISH)
