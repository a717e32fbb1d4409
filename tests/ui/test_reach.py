"""A wave is checked when it is opened; addresses are put right where they are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.domain.address import Address
from app.domain.states import Route
from app.domain.text import tr
from app.services.numbers.labelling import label_parcels
from app.services.orders import queries, receiver_correction
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.reach import own, views
from app.simulators.zto import ForbiddenRegion
from tests.services import truth
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, orders_page, settle, shown_product
from tests.ui.test_waves_page import opened, press, question
from ui.pages.orders.drawer_parts import TroubleBox
from ui.pages.waves.page import WavesPage
from ui.pages.waves.parcel_table import row_of
from ui.widgets.tone_card import Lines

RECEIVER = Address(
    name="周小满",
    phone="13900000009",
    province="广东省",
    city="深圳市",
    district="南山区",
    street="粤海街道",
    address="科兴路 8 号 2 栋 501",
)


@pytest.fixture
def rows(bench: Bench) -> list[ParcelRow]:
    """SF parcels whose receivers are known in clear."""
    found = truth.ready(bench, Route.DIRECT, "sf")[:3]
    for row in found:
        receiver_correction.correct(bench.work, row.id, RECEIVER)
    return found


def _found(page: WavesPage) -> dict[str, str]:
    """What the table says of each parcel."""
    table = page.sheet.table
    shown = {}
    for key in table.rows.ids:
        parcel = table.parcel(key)
        assert parcel is not None
        if parcel.found is not None:
            shown[parcel.id] = parcel.found.code
    return shown


def test_a_wave_is_checked_when_it_is_opened_and_says_who_would_fail(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    far = replace(RECEIVER, address="超区村 1 号")
    receiver_correction.correct(bench.work, rows[1].id, far)
    bench.wave(only=[r.id for r in rows])
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        qtbot.waitUntil(lambda: _found(page) == {rows[1].id: "out_of_range"}, timeout=WAIT_MS)
        assert page.sheet.failures.isVisible()
        assert page.sheet.stepper.isVisible()
        assert truth.requests_of(bench, rows[1].id) == []


def test_a_doubtful_address_is_marked_and_stops_nothing(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    receiver_correction.correct(bench.work, rows[0].id, replace(RECEIVER, address="科兴路"))
    bench.wave(only=[r.id for r in rows])
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        qtbot.waitUntil(lambda: set(_found(page)) == {rows[0].id}, timeout=WAIT_MS)
        assert not page.sheet.failures.isVisible()
        parcel = page.sheet.table.parcel(rows[0].id)
        assert parcel is not None
        assert parcel.found is not None
        assert str(parcel.found.message) in row_of(parcel, None).tip


def test_a_refused_address_is_corrected_from_the_wave_and_can_be_undone(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    wrong = replace(RECEIVER, phone="1390000000")
    receiver_correction.correct(bench.work, rows[0].id, wrong)
    bench.wave(only=[r.id for r in rows])
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        qtbot.waitUntil(page.sheet.failures.isVisible, timeout=WAIT_MS)
        press(qtbot, page, tr("Fix phone"))
        qtbot.waitUntil(lambda: page.acts.address.form is not None, timeout=WAIT_MS)
        settle(qtbot, product)
        form = page.acts.address.form
        assert form is not None
        button = question(product).buttons["save"]
        assert not button.isEnabled()
        form.fields["phone"].setText("")
        assert not button.isEnabled()
        form.fields["phone"].setText(RECEIVER.phone)
        button.click()
        qtbot.waitUntil(lambda: not page.sheet.failures.isVisible(), timeout=WAIT_MS)
        settle(qtbot, product)
        said = receiver_correction.open_editor(bench.work, rows[0].id)
        assert said.receiver == RECEIVER
        (labelled,) = label_parcels(bench.work, [rows[0].id])
        assert labelled.result == "issued"


def test_the_drawer_opens_the_editor_for_a_refused_phone(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    row = rows[0]
    receiver_correction.correct(bench.work, row.id, replace(RECEIVER, phone="1390000000"))
    label_parcels(bench.work, [row.id])
    order = queries.find_order(bench.work, row.orders[0])
    assert order is not None
    with shown_product(qtbot, bench) as product:
        page = orders_page(product)
        page.open_order(order)
        settle(qtbot, product)
        boxes = [b for b in page.order_drawer.findChildren(TroubleBox) if b.button is not None]
        button = next(b.button for b in boxes if b.button is not None)
        button.click()
        qtbot.waitUntil(lambda: page.deeds.address.form is not None, timeout=WAIT_MS)
        settle(qtbot, product)
        form = page.deeds.address.form
        assert form is not None
        assert form.fields["phone"].text() == "1390000000"
        question(product).buttons["undo"].click()
        settle(qtbot, product)
        (after,) = parcel_rows(bench.work, [row.id])
        assert not after.corrected


def test_an_own_line_shows_at_once_without_asking_anybody(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    own.add(bench.work, own.own_region("sf", "doubtful", province="广东"))
    bench.wave(only=[r.id for r in rows])
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        qtbot.waitUntil(lambda: len(_found(page)) == len(rows), timeout=WAIT_MS)


def test_any_open_parcel_is_corrected_from_the_drawer_and_shows_it(
    qtbot: QtBot, bench: Bench
) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    order = queries.find_order(bench.work, row.orders[0])
    with shown_product(qtbot, bench) as product:
        page = orders_page(product)
        page.open_order(order)
        settle(qtbot, product)
        panel = page.order_drawer.receiver
        panel.edit.click()
        qtbot.waitUntil(lambda: page.deeds.address.form is not None, timeout=WAIT_MS)
        settle(qtbot, product)
        form = page.deeds.address.form
        assert form is not None
        for part, field in form.fields.items():
            field.setText(getattr(RECEIVER, part))
        question(product).buttons["save"].click()
        settle(qtbot, product)
        page.kept_open()
        settle(qtbot, product)
        shown = [line.accessibleName() for line in panel.findChildren(Lines)]
        assert any("深圳市" in words and RECEIVER.phone not in words for words in shown)
        label_parcels(bench.work, [row.id])
        page.kept_open()
        settle(qtbot, product)
        assert not panel.edit.isVisible()


def test_the_window_fetches_the_lists_of_stopped_regions(qtbot: QtBot, bench: Bench) -> None:
    bench.world.zto.forbid([ForbiddenRegion("西藏自治区", reason="塌方")])
    with shown_product(qtbot, bench) as product:
        product.background.fetch_regions()
        settle(qtbot, product)
        assert views.regions(bench.work, origin="list")[1] == 1
