"""Papers besides labels, printed from the menus of a wave and of a printer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.numbers import labelling
from app.services.parcels import shipping
from app.services.printing import printers, printing
from app.services.waves import wave_views
from app.simulators.printers.mechanism import PrinterFaults
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, Hands, settle, shown_product, synced_bench
from tests.ui.test_waves_page import direct_wave, opened
from ui.main_window import Product
from ui.pages.settings.page import SettingsPage
from ui.pages.waves.page import WavesPage
from ui.widgets.popover import PopoverMenu

_PRINTER = "bench-2"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with synced_bench(tmp_path, orders=24) as made:
        printers.change_printer(
            made.work, _PRINTER, documents=["manifest", "cards", "goods", "bins"]
        )
        yield made


def papers(bench: Bench, printer: str = _PRINTER) -> int:
    return len(bench.world.printers[printer].papers)


def packed_wave(bench: Bench) -> str:
    """Numbered, printed, and sent off without the bench."""
    wave = direct_wave(bench)
    labelling.label_wave(bench.work, wave)
    printing.print_wave(bench.work, wave)
    found = wave_views.wave_sheet(bench.work, wave)
    shipping.ship(bench.work, parcel_ids=[p.id for p in found.parcels if p.printed], unpacked=True)
    return wave


def menu(product: Product) -> PopoverMenu:
    return next(m for m in product.window.findChildren(PopoverMenu) if m.isVisible())


def choose(qtbot: QtBot, product: Product, page: WavesPage, down: int) -> None:
    """Open the menu of the wave's head and take a line with the keys alone."""
    page.sheet.more.click()
    hands = Hands(product)
    assert menu(product).isVisible()
    for _ in range(down):
        hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Return)
    settle(qtbot, product)


def prints(qtbot: QtBot, product: Product, bench: Bench, page: WavesPage, line: int) -> None:
    """A line of the menu brings paper and no complaint."""
    before = papers(bench)
    choose(qtbot, product, page, line)
    qtbot.waitUntil(lambda: papers(bench) > before, timeout=WAIT_MS)
    assert page.banners.shown() is None


def test_the_menu_of_a_wave_prints_its_papers(qtbot: QtBot, bench: Bench) -> None:
    wave = packed_wave(bench)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.open_wave(wave)
        settle(qtbot, product)
        for line in (1, 2, 4):  # two manifests, the cards
            prints(qtbot, product, bench, page, line)


def test_a_wave_that_is_to_be_picked_prints_labels_for_its_goods(
    qtbot: QtBot, bench: Bench
) -> None:
    labelling.label_wave(bench.work, direct_wave(bench))
    with shown_product(qtbot, bench) as product:
        prints(qtbot, product, bench, opened(qtbot, product), 3)


def test_nothing_to_hand_over_says_so(qtbot: QtBot, bench: Bench) -> None:
    direct_wave(bench)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        choose(qtbot, product, page, 1)
        qtbot.waitUntil(lambda: page.banners.shown() is not None, timeout=WAIT_MS)
        assert papers(bench) == 0


def test_the_menu_of_a_printer_prints_on_this_printer(qtbot: QtBot, bench: Bench) -> None:
    with shown_product(qtbot, bench) as product:
        product.window.go("settings")
        page = product.window.page("settings")
        assert isinstance(page, SettingsPage)
        settle(qtbot, product)
        page.printers.choose("bench-1")
        page.printers.form.more.click()
        menu(product).chosen.emit("CARDS")
        qtbot.waitUntil(lambda: papers(bench, "bench-1") > 0, timeout=WAIT_MS)
        settle(qtbot, product)
        assert papers(bench) == 0

        bench.world.printers["bench-1"].set_faults(PrinterFaults(cover_open=True))
        page.printers.form.more.click()
        menu(product).chosen.emit("BINS")
        qtbot.waitUntil(page.printers.form.result.isVisible, timeout=WAIT_MS)
