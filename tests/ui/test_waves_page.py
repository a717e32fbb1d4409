"""Waves in the real window, on simulated shops, carriers and printers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.i18n import CHINESE, ENGLISH, install_language
from app.services.numbers.labelling import label_wave
from app.services.orders import details
from app.services.waves import wave_views, waves
from app.simulators.printers.mechanism import PrinterFaults
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, Hands, settle, shown_product, synced_bench
from ui.main_window import Product
from ui.pages.waves.page import WavesPage
from ui.pages.waves.panel_facts import CANCEL
from ui.pages.waves.remedies import FixKind, failures_of
from ui.wave_run import Phase
from ui.widgets.buttons import Button
from ui.widgets.dialog import Dialog


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with synced_bench(tmp_path, orders=48) as made:
        yield made


def opened(qtbot: QtBot, product: Product) -> WavesPage:
    product.window.go("waves")
    page = product.window.page("waves")
    assert isinstance(page, WavesPage)
    settle(qtbot, product)
    return page


def question(product: Product) -> Dialog:
    return next(d for d in product.window.findChildren(Dialog) if d.isVisible())


def finish(qtbot: QtBot, product: Product) -> None:
    job = product.makings.wave_job
    qtbot.waitUntil(lambda: not job.running(), timeout=WAIT_MS * 3)
    settle(qtbot, product)


def press(qtbot: QtBot, page: WavesPage, words: str) -> None:
    """Click the first visible button of the red card with these words."""

    def found() -> list[Button]:
        card = page.sheet.failures
        return [b for b in card.findChildren(Button) if b.isVisible() and b.text() == words]

    qtbot.waitUntil(lambda: bool(found()), timeout=WAIT_MS)
    found()[0].click()


def direct_wave(bench: Bench) -> str:
    """A wave of labels that we draw, so that they all go to bench-1."""
    ids = [p.id for p in wave_views.loose_rows(bench.work) if p.route == "direct"]
    return waves.create(bench.work, only=ids).id


def numbered(bench: Bench, wave: str) -> int:
    """Get the wave's numbers; how many there are."""
    return sum(row.ok for row in label_wave(bench.work, wave))


def test_n_and_enter_make_a_wave_number_it_and_print_it(qtbot: QtBot, bench: Bench) -> None:
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        count = wave_views.loose_parcels(bench.work).count
        hands = Hands(product)
        hands.press(Qt.Key.Key_N)
        qtbot.waitUntil(lambda: bool(product.window.findChildren(Dialog)), timeout=WAIT_MS)
        assert f"{count}" in question(product).buttons["create"].text()
        hands.press(Qt.Key.Key_Return, modifiers=Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: bool(details.waves_list(bench.work)), timeout=WAIT_MS)
        finish(qtbot, product)
        (row,) = details.waves_list(bench.work)
        assert row.parcels == count
        assert row.printed + row.failed == count
        assert len(page.sheet.table.rows.ids) == count


def test_a_failed_parcel_gets_another_carrier_or_leaves_the_wave(
    qtbot: QtBot, bench: Bench
) -> None:
    wave = bench.wave()
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        product.makings.wave_job.start(wave)
        finish(qtbot, product)
        failures = failures_of(wave_views.wave_sheet(bench.work, wave))
        assert failures
        assert page.sheet.failures.isVisible()
        first = failures[0]
        assert first.fixes[0].kind is FixKind.CARRIER
        press(qtbot, page, first.fixes[0].text)
        settle(qtbot, product)
        after = {p.id: p for p in wave_views.wave_sheet(bench.work, wave).parcels}[first.parcel]
        assert after.carrier == first.fixes[0].value
        page.sheet.failures.retry_wanted.emit()
        finish(qtbot, product)
        for failure in failures_of(wave_views.wave_sheet(bench.work, wave)):
            page.sheet.failures.fixed.emit(failure, failure.fixes[-1])  # out of the wave
        settle(qtbot, product)
        (row,) = details.waves_list(bench.work)
        assert row.printed == row.parcels
        qtbot.waitUntil(lambda: not page.sheet.failures.isVisible(), timeout=WAIT_MS)


def test_cancelling_keeps_what_is_printed_and_every_number(qtbot: QtBot, bench: Bench) -> None:
    bench.world.printers["bench-1"].set_faults(PrinterFaults(cover_open=True))
    wave = direct_wave(bench)
    wanted = numbered(bench, wave)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        product.makings.wave_job.start(wave)
        qtbot.waitUntil(page.sheet.held.isVisible, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: CANCEL in page.sheet.panel.buttons, timeout=WAIT_MS)
        page.sheet.panel.buttons[CANCEL].click()
        dialog = question(product)
        assert dialog.safe_key == "keep"
        dialog.buttons["cancel"].click()
        finish(qtbot, product)
        sheet = wave_views.wave_sheet(bench.work, wave)
        assert all(p.trouble for p in sheet.parcels)
        freed = wave_views.loose_rows(bench.work)
        assert sum(bool(p.waybill) for p in freed) == wanted


def test_the_run_goes_on_while_another_page_is_shown(qtbot: QtBot, bench: Bench) -> None:
    wave = bench.wave()
    with shown_product(qtbot, bench) as product:
        opened(qtbot, product)
        job = product.makings.wave_job
        assert job.start(wave)
        assert not job.start(wave)  # one run for each wave
        assert job.running()
        product.window.go("orders")
        finish(qtbot, product)
        run = job.view(wave)
        assert run is not None
        assert run.phase is Phase.DONE
        assert run.printed + run.failed == run.total


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_no_button_is_cut_in_the_smallest_window(qtbot: QtBot, bench: Bench, language: str) -> None:
    install_language(language)
    try:
        wave = direct_wave(bench)
        with shown_product(qtbot, bench, (1280, 720)) as product:
            page = opened(qtbot, product)
            product.makings.wave_job.start(wave)
            finish(qtbot, product)
            for button in page.findChildren(Button):
                if button.isVisible():
                    assert button.width() >= button.sizeHint().width(), button.text()
                    assert right_of(button, page) <= page.width(), button.text()
    finally:
        install_language(CHINESE)


def right_of(widget: QWidget, page: QWidget) -> int:
    return widget.mapTo(page, widget.rect().bottomRight()).x()
