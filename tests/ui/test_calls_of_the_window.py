"""The window never waits for the network: every call of a working day is made off its thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.net.transport import HttpxTransport, Response
from app.services.orders import details, queries
from app.services.parcels import shipping
from app.simulators.seed_orders import OrderKind
from tests.support.warehouse import Bench, open_bench
from tests.ui.orders_window import WAIT_MS, orders_page, settle, shown_product
from ui.main_window import Product
from ui.pages.orders.request_cards import RequestCard
from ui.pages.tracking.page import TrackingPage
from ui.pages.waves.new_wave import NewWaveForm
from ui.pages.waves.page import WavesPage
from ui.widgets.dialog import Dialog

LIST_PATH = "/channels/ec/order/list/get"
REJECT_ADDRESS_PATH = "/channels/ec/order/addressmodify/reject"
DECODE_PATH = "/channels/ec/order/sensitiveinfo/decode"
VIRTUAL_PATH = "/channels/ec/order/virtualtelnumber/get"
NOTE_PATH = "/channels/ec/order/merchantnotes/update"
SEND_PATH = "/channels/ec/order/delivery/send"
LABELS = "/channels/ec/logistics/ewaybill/biz"
ACCOUNTS_PATH = f"{LABELS}/account/get"

Calls = list[tuple[str, str]]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, orders=48) as made:
        yield made


@pytest.fixture
def calls(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Path and thread of every call that goes over the wire from here on."""
    seen: Calls = []
    send = HttpxTransport.send

    def noted(
        self: HttpxTransport,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout_s: float,
    ) -> Response:
        on_main = threading.current_thread() is threading.main_thread()
        seen.append((urlsplit(url).path, "main" if on_main else "worker"))
        return send(self, method, url, headers, body, timeout_s=timeout_s)

    monkeypatch.setattr(HttpxTransport, "send", noted)
    return seen


def taken(calls: Calls) -> set[str]:
    """The paths called since the last time; none of them from the window's thread."""
    found = list(calls)
    calls.clear()
    assert [path for path, thread in found if thread == "main"] == []
    return {path for path, _ in found}


def opened_kind(qtbot: QtBot, product: Product, bench: Bench, kind: str) -> str:
    order = queries.find_order(bench.work, bench.seed(kind).order_id)
    assert order is not None
    orders_page(product).open_order(order)
    settle(qtbot, product)
    return order


def begun(qtbot: QtBot, product: Product, bench: Bench) -> None:
    """The lanes run, and every order of the warehouse has come in; F5 once more."""
    page = orders_page(product)
    product.start()
    qtbot.waitUntil(lambda: page.total == len(bench.scenario.orders), timeout=WAIT_MS * 4)
    QTest.keyClick(product.window, Qt.Key.Key_F5)
    lanes = product.background.lanes
    qtbot.waitUntil(lambda: all(lane.synced_at for lane in lanes.values()), timeout=WAIT_MS)
    product.background.stop()
    settle(qtbot, product)


def ask_for_the_receiver(qtbot: QtBot, product: Product) -> None:
    panel = orders_page(product).order_drawer.receiver
    panel.link.click()
    settle(qtbot, product)
    next(iter(panel.reasons.buttons.values())).click()
    settle(qtbot, product)
    panel.number_button.click()
    settle(qtbot, product)


def refuse_the_address(qtbot: QtBot, product: Product) -> None:
    card = orders_page(product).order_drawer.findChild(RequestCard)
    assert card is not None
    card.refuse_button.click()
    settle(qtbot, product)


def write_a_note(qtbot: QtBot, product: Product) -> None:
    note = orders_page(product).order_drawer.note
    note.field.setText("ribbon")
    note.field.submitted.emit("ribbon")
    settle(qtbot, product)
    product.background.drain()
    settle(qtbot, product)


def check_everything(qtbot: QtBot, product: Product, bench: Bench) -> None:
    bench.clock.advance(minutes=5)
    orders_page(product).head.chip.click()
    settle(qtbot, product)
    panel = product.sync_desk.panel
    assert panel is not None
    panel.check.click()
    settle(qtbot, product)
    panel.leave()


def print_a_wave(qtbot: QtBot, product: Product, bench: Bench) -> None:
    product.window.go("waves")
    page = product.window.page("waves")
    assert isinstance(page, WavesPage)
    settle(qtbot, product)
    page.new_wave()
    settle(qtbot, product)
    form = product.window.findChild(NewWaveForm)
    assert form is not None
    form.limit.setText("6")
    settle(qtbot, product)
    dialog = next(d for d in product.window.findChildren(Dialog) if d.isVisible())
    dialog.buttons["create"].click()
    settle(qtbot, product)
    qtbot.waitUntil(lambda: not product.makings.wave_job.running(), timeout=WAIT_MS * 3)
    settle(qtbot, product)
    (wave,) = details.waves_list(bench.work)
    assert wave.printed > 0
    page.acts.do(lambda work: shipping.ship(work, wave=wave.id, unpacked=True))
    settle(qtbot, product)
    product.background.drain()
    settle(qtbot, product)


def ask_where_parcels_are(qtbot: QtBot, product: Product) -> None:
    product.window.go("tracking")
    page = product.window.page("tracking")
    assert isinstance(page, TrackingPage)
    settle(qtbot, product)
    assert page.table.rows.ids
    page.refresh_now()
    settle(qtbot, product)
    product.window.go("orders")


def test_no_call_is_made_from_the_thread_of_the_window(
    qtbot: QtBot, bench: Bench, calls: Calls
) -> None:
    with shown_product(qtbot, bench) as product:
        begun(qtbot, product, bench)
        assert LIST_PATH in taken(calls)
        opened_kind(qtbot, product, bench, OrderKind.ADDRESS_CHANGE)
        refuse_the_address(qtbot, product)
        assert REJECT_ADDRESS_PATH in taken(calls)
        opened_kind(qtbot, product, bench, OrderKind.VIRTUAL_NUMBER)
        ask_for_the_receiver(qtbot, product)
        assert taken(calls) >= {DECODE_PATH, VIRTUAL_PATH}
        write_a_note(qtbot, product)
        assert NOTE_PATH in taken(calls)
        check_everything(qtbot, product, bench)
        assert LIST_PATH in taken(calls)
        print_a_wave(qtbot, product, bench)
        assert taken(calls) >= {ACCOUNTS_PATH, f"{LABELS}/order/create", SEND_PATH}
        ask_where_parcels_are(qtbot, product)
        assert taken(calls)
