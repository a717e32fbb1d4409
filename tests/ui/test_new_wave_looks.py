"""Before a wave is made its question says what stands against the orders it would take."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.domain.states import Route
from app.domain.text import tr
from app.services.numbers.left_out import LEFT_OUT
from app.services.orders import details, receiver_correction
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.waves import looking, wave_views, waves
from tests.services import truth
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, settle, shown_product
from tests.ui.test_reach import RECEIVER
from tests.ui.test_waves_page import finish, opened, question
from ui.main_window import Product
from ui.pages.waves.new_wave import NewWaveForm
from ui.pages.waves.remedies import headline
from ui.widgets.buttons import Button
from ui.widgets.toast import Toast

SHORT_PHONE = replace(RECEIVER, phone="1390000000")
NO_HOUSE = replace(RECEIVER, address="科兴路")


@pytest.fixture
def rows(bench: Bench) -> list[ParcelRow]:
    """SF parcels: one would be refused, one is doubtful, the third is fine."""
    found = truth.ready(bench, Route.DIRECT, "sf")[:3]
    for row, receiver in zip(found, (SHORT_PHONE, NO_HOUSE, RECEIVER), strict=True):
        receiver_correction.correct(bench.work, row.id, receiver)
    return found


def _asked(qtbot: QtBot, product: Product) -> NewWaveForm:
    page = opened(qtbot, product)
    page.new_wave()
    settle(qtbot, product)
    form = product.window.findChild(NewWaveForm)
    assert form is not None
    return form


def _wave_of(bench: Bench) -> set[str]:
    (wave,) = details.waves_list(bench.work)
    return {p.id for p in wave_views.wave_sheet(bench.work, wave.id).parcels}


def test_refused_parcels_stay_out_and_doubtful_ones_go_along(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    count = wave_views.loose_parcels(bench.work).count
    with shown_product(qtbot, bench) as product:
        form = _asked(qtbot, product)
        assert set(form.look.switches) == {"refused", "doubtful"}
        button = question(product).buttons["create"]
        assert f"{count - 1}" in button.text()
        button.click()
        qtbot.waitUntil(lambda: bool(details.waves_list(bench.work)), timeout=WAIT_MS)
        finish(qtbot, product)
        inside = _wave_of(bench)
        assert rows[0].id not in inside
        assert {rows[1].id, rows[2].id} <= inside
        assert truth.requests_of(bench, rows[0].id) == []


def test_switches_take_refused_ones_along_and_leave_doubtful_ones_out(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    count = wave_views.loose_parcels(bench.work).count
    with shown_product(qtbot, bench) as product:
        form = _asked(qtbot, product)
        form.look.switches["refused"].click()
        settle(qtbot, product)
        button = question(product).buttons["create"]
        assert f"{count}" in button.text()
        form.look.switches["doubtful"].click()
        settle(qtbot, product)
        assert f"{count - 1}" in button.text()
        button.click()
        qtbot.waitUntil(lambda: bool(details.waves_list(bench.work)), timeout=WAIT_MS)
        finish(qtbot, product)
        assert rows[1].id not in _wave_of(bench)
        # Taken along against advice: the carrier is not asked all the same, and it is said.
        assert truth.requests_of(bench, rows[0].id) == []
        (wave,) = details.waves_list(bench.work)
        run = product.makings.wave_job.view(wave.id)
        assert run is not None
        assert run.numbers[rows[0].id] == LEFT_OUT
        sheet = wave_views.wave_sheet(bench.work, wave.id)
        alone = replace(sheet, parcels=tuple(p for p in sheet.parcels if p.id == rows[0].id))
        assert headline(alone, run)[0] == tr("{n} order was left out", n=1)
        (refused,) = parcel_rows(bench.work, [rows[0].id])
        assert refused.failure is not None
        assert refused.failure["fix"] == "edit_phone"


def test_a_limit_is_filled_with_others(bench: Bench, rows: list[ParcelRow]) -> None:
    line = waves.would_take(bench.work, carrier="sf")
    at = line.index(rows[0].id)
    wish = looking.Wish(carrier="sf", limit=at + 1)
    looked = looking.look(bench.work, wish, {})
    assert rows[0].id in looked.left_out
    assert len(looked.taken) == min(at + 1, len(line) - 1)
    assert rows[0].id not in looked.taken


def test_check_them_shows_each_with_the_button_that_helps(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    with shown_product(qtbot, bench) as product:
        form = _asked(qtbot, product)
        page = opened(qtbot, product)
        review = form.look.findChild(QWidget, "review")
        assert isinstance(review, Button)
        review.click()
        settle(qtbot, product)
        assert page.tabs.current == "loose"
        card = page.loose_tab.found
        assert card.isVisible()
        fixes = [b for b in card.findChildren(Button) if b.text() == tr("Fix phone")]
        fixes[0].click()
        qtbot.waitUntil(lambda: page.acts.address.form is not None, timeout=WAIT_MS)
        settle(qtbot, product)
        edited = page.acts.address.form
        assert edited is not None
        edited.fields["phone"].setText(RECEIVER.phone)
        question(product).buttons["save"].click()
        settle(qtbot, product)
        page.refresh(page.topics)
        settle(qtbot, product)
        assert not [b for b in card.findChildren(Button) if b.isVisible() and b in fixes]
        assert card.isVisible()  # the doubtful one is still there


def test_leaving_the_question_stops_the_look(
    qtbot: QtBot, bench: Bench, rows: list[ParcelRow]
) -> None:
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.new_wave()
        question(product).buttons["leave"].click()
        settle(qtbot, product)
        assert details.waves_list(bench.work) == []
        assert product.window.findChildren(Toast) == []
