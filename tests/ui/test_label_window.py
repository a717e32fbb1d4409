"""A label enlarged from wherever its waybill shows, and printed again for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.numbers.labelling import label_wave
from app.services.printing import journal_views, previews, printing
from app.services.waves import wave_views
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, Hands, settle, shown_product, synced_bench
from tests.ui.test_waves_page import direct_wave, opened


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with synced_bench(tmp_path, orders=24) as made:
        yield made


def printed_number(bench: Bench) -> str:
    """The number of a label that was printed once."""
    wave = direct_wave(bench)
    label_wave(bench.work, wave)
    printing.print_wave(bench.work, wave)
    return next(p.waybill for p in wave_views.wave_sheet(bench.work, wave).parcels if p.printed)


def test_a_label_is_read_again_only_when_it_looks_otherwise(bench: Bench) -> None:
    number = printed_number(bench)
    first = previews.picture_of(bench.work, number)
    assert first.png is not None
    bench.clock.advance(minutes=5)
    assert previews.picture_of(bench.work, number, first) is first


def test_it_is_enlarged_with_its_story_and_printed_again_for_a_reason(
    qtbot: QtBot, bench: Bench
) -> None:
    number = printed_number(bench)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.labels.open(number)
        settle(qtbot, product)
        overlay = page.labels.overlay
        assert overlay is not None
        assert overlay.sheet.drawn
        page.labels.question.reprint(number, "torn")
        qtbot.waitUntil(
            lambda: len(journal_views.jobs_of(bench.work, number)) == 2, timeout=WAIT_MS
        )
        settle(qtbot, product)
        Hands(product).press(Qt.Key.Key_Escape)
        assert not page.labels.shown
        newest, first = journal_views.jobs_of(bench.work, number)
        assert (newest.copy_no, newest.reprint_reason, first.copy_no) == (1, "torn", 0)


def test_a_scan_in_the_tab_of_reprints_finds_the_label(qtbot: QtBot, bench: Bench) -> None:
    number = printed_number(bench)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        page.tabs.choose("reprints")
        settle(qtbot, product)
        assert page.reprint_tab.number == ""
        assert product.window.scanned(number)
        settle(qtbot, product)
        tab = page.reprint_tab
        assert tab.number == number
        assert not tab.again.isEnabled()
        next(iter(tab.form.chips.values())).click()
        assert tab.again.isEnabled()
        tab.again.click()
        settle(qtbot, product)
        (found,) = journal_views.find(bench.work, number)
        assert found.sheets == 2
        (order,) = found.orders[:1]
        assert number in [row.number for row in journal_views.find(bench.work, order[-8:])]
        assert [row.number for row in journal_views.reprinted(bench.work)] == [number]
