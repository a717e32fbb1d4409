"""A run that stands still: what the card says, and every way in which it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.orders import details
from app.services.printing import journal_views, printing
from app.services.waves import wave_views
from app.simulators.printers.mechanism import PrinterFaults
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, Hands, settle, shown_product, synced_bench
from tests.ui.test_waves_page import direct_wave, finish, numbered, opened, question
from ui.main_window import Product
from ui.pages.waves.held_card import HeldCard
from ui.pages.waves.held_facts import MOVE, NOT_OUT, OUT, STOP
from ui.pages.waves.page import WavesPage
from ui.pages.waves.remedies import failures_of
from ui.wave_run import Phase


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with synced_bench(tmp_path, orders=24) as made:
        yield made


def begin(qtbot: QtBot, product: Product, wave: str, phase: Phase) -> HeldCard:
    """Start the wave and wait until its run stands still like this; the card."""
    page = opened(qtbot, product)
    job = product.makings.wave_job
    job.start(wave)
    wait_for(qtbot, product, wave, phase)
    card = page.sheet.held
    qtbot.waitUntil(card.isVisible, timeout=WAIT_MS)
    return card


def wait_for(qtbot: QtBot, product: Product, wave: str, phase: Phase) -> None:
    job = product.makings.wave_job

    def there() -> bool:
        run = job.view(wave)
        return run is not None and run.phase is phase

    qtbot.waitUntil(there, timeout=WAIT_MS)


def button(card: HeldCard, action: str) -> str:
    """The whole key of the button that does this."""
    return next(key for key in card.buttons if key.partition(":")[0] == action)


def press(qtbot: QtBot, card: HeldCard, action: str) -> None:
    card.buttons[button(card, action)].click()


def counts(bench: Bench) -> tuple[int, int]:
    """Labels printed, and in doubt, of the one wave."""
    (row,) = details.waves_list(bench.work)
    return row.printed, row.unknown


def page_of(product: Product) -> WavesPage:
    page = product.window.page("waves")
    assert isinstance(page, WavesPage)
    return page


def test_paper_out_holds_the_run_and_a_new_roll_lets_it_go_on(qtbot: QtBot, bench: Bench) -> None:
    printer = bench.world.printers["bench-1"]
    printer.set_faults(PrinterFaults(labels_left=0, paper_end_seen_at_once=True))
    wave = direct_wave(bench)
    wanted = numbered(bench, wave)
    with shown_product(qtbot, bench) as product:
        card = begin(qtbot, product, wave, Phase.HELD)
        facts, line = card.shown_facts, product.makings.wave_job.summary()
        assert facts is not None
        assert not facts.asked
        assert facts.title.startswith("bench-1")
        assert line is not None
        assert line.needs_person
        assert "bench-1" in line.text
        assert "bench-1" in product.window.sidebar.devices.accessibleDescription()
        assert product.makings.wave_job.running()
        printer.load_paper()
        finish(qtbot, product)
        assert counts(bench) == (wanted, 0)
        assert len(printer.papers) == wanted
        assert not card.isVisible()


def test_another_printer_takes_over_what_waits(qtbot: QtBot, bench: Bench) -> None:
    printer = bench.world.printers["bench-1"]
    printer.set_faults(PrinterFaults(cover_open=True))
    wave = direct_wave(bench)
    wanted = numbered(bench, wave)
    with shown_product(qtbot, bench) as product:
        card = begin(qtbot, product, wave, Phase.HELD)
        settle_states = button(card, MOVE)
        other = settle_states.partition(":")[2]
        assert other in bench.world.printers
        facts = card.shown_facts
        assert facts is not None
        qtbot.waitUntil(
            lambda: card.shown_facts is not None and other in card.shown_facts.note,
            timeout=WAIT_MS,
        )
        press(qtbot, card, MOVE)
        finish(qtbot, product)
        printed, unknown = counts(bench)
        assert (printed, unknown) == (wanted, 0)
        assert len(bench.world.printers[other].papers) == wanted
        assert not printer.papers


def test_stop_here_ends_the_waiting(qtbot: QtBot, bench: Bench) -> None:
    bench.world.printers["bench-1"].set_faults(PrinterFaults(cover_open=True))
    wave = direct_wave(bench)
    numbered(bench, wave)
    with shown_product(qtbot, bench) as product:
        card = begin(qtbot, product, wave, Phase.HELD)
        press(qtbot, card, STOP)
        wait_for(qtbot, product, wave, Phase.PAUSED)
        settle(qtbot, product)
        assert not card.isVisible()
        assert counts(bench) == (0, 0)


def doubtful_wave(bench: Bench, good: int = 2) -> tuple[str, int]:
    """A wave whose label behind the ``good`` first ones is in doubt; and how many it has."""
    printer = bench.world.printers["bench-1"]
    printer.set_faults(PrinterFaults(labels_left=good + 1, paper_end_seen_at_once=True))
    wave = direct_wave(bench)
    return wave, numbered(bench, wave)


def test_a_label_that_came_out_is_not_printed_again(qtbot: QtBot, bench: Bench) -> None:
    wave, wanted = doubtful_wave(bench)
    printer = bench.world.printers["bench-1"]
    with shown_product(qtbot, bench) as product:
        card = begin(qtbot, product, wave, Phase.ASKED)
        facts = card.shown_facts
        assert facts is not None
        assert facts.asked
        assert len(printer.papers) == 3
        printer.load_paper()
        assert product.makings.wave_job.running()  # it waits for an answer, not for the paper
        press(qtbot, card, OUT)
        finish(qtbot, product)
        assert counts(bench) == (wanted, 0)
        assert len(printer.papers) == wanted


def test_a_label_that_did_not_come_out_is_printed_once_more(qtbot: QtBot, bench: Bench) -> None:
    wave, wanted = doubtful_wave(bench)
    printer = bench.world.printers["bench-1"]
    with shown_product(qtbot, bench) as product:
        card = begin(qtbot, product, wave, Phase.ASKED)
        number = button(card, NOT_OUT).partition(":")[2]
        printer.load_paper()
        press(qtbot, card, NOT_OUT)
        finish(qtbot, product)
        assert counts(bench) == (wanted, 0)
        jobs = journal_views.jobs_of(bench.work, number)
        assert [job.state for job in jobs] == ["confirmed", "cancelled"]


def test_a_scan_of_the_last_good_label_answers_wherever_the_focus_is(
    qtbot: QtBot, bench: Bench
) -> None:
    wave, wanted = doubtful_wave(bench)
    printer = bench.world.printers["bench-1"]
    with shown_product(qtbot, bench) as product:
        card = begin(qtbot, product, wave, Phase.ASKED)
        sheet = wave_views.wave_sheet(bench.work, wave)
        page_of(product).list.setFocus()
        assert product.window.scanned("7712345678901")  # of no parcel here
        qtbot.waitUntil(lambda: bool(card.field.error), timeout=WAIT_MS)
        assert counts(bench)[1] == 1
        assert product.makings.wave_job.running()
        printer.load_paper()
        good = [p.waybill for p in sheet.parcels if p.printed][-1]
        assert product.window.scanned(good)
        finish(qtbot, product)
        assert counts(bench) == (wanted, 0)
        assert len(printer.papers) == wanted + 1  # the one in doubt came out, and once more
        assert not card.isVisible()


def test_the_number_of_the_last_good_label_may_be_typed(qtbot: QtBot, bench: Bench) -> None:
    wave, wanted = doubtful_wave(bench)
    printer = bench.world.printers["bench-1"]
    with shown_product(qtbot, bench) as product:
        card = begin(qtbot, product, wave, Phase.ASKED)
        number = button(card, OUT).partition(":")[2]
        printer.load_paper()
        card.field.edit.setFocus()
        hands = Hands(product)
        hands.type(number)
        hands.press(Qt.Key.Key_Return)
        finish(qtbot, product)
        assert counts(bench) == (wanted, 0)
        assert len(printer.papers) == wanted


def test_after_a_restart_the_label_in_doubt_is_asked_about_the_same_way(
    qtbot: QtBot, bench: Bench
) -> None:
    wave, wanted = doubtful_wave(bench)
    printing.print_wave(bench.work, wave)  # another program, which has ended
    assert counts(bench)[1] == 1
    printer = bench.world.printers["bench-1"]
    printer.load_paper()
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        card = page.sheet.held
        qtbot.waitUntil(card.isVisible, timeout=WAIT_MS)
        sheet = wave_views.wave_sheet(bench.work, wave)
        (doubt,) = [p.id for p in sheet.parcels if p.in_doubt]
        assert doubt not in {f.parcel for f in failures_of(sheet)}  # it is asked about once
        press(qtbot, card, OUT)
        qtbot.waitUntil(lambda: counts(bench) == (wanted, 0), timeout=WAIT_MS)
        finish(qtbot, product)
        assert len(printer.papers) == wanted


def test_closing_the_window_asks_while_a_question_is_open(qtbot: QtBot, bench: Bench) -> None:
    wave, _ = doubtful_wave(bench)
    with shown_product(qtbot, bench) as product:
        card = begin(qtbot, product, wave, Phase.ASKED)
        assert not product.may_close()
        dialog = question(product)
        assert dialog.safe_key == "stay"
        dialog.buttons["stay"].click()
        press(qtbot, card, STOP)
        finish(qtbot, product)


def test_a_mute_printer_s_labels_count_when_they_are_scanned(qtbot: QtBot, bench: Bench) -> None:
    bench.world.printers["bench-1"].set_faults(PrinterFaults(mute=True))
    wave = direct_wave(bench)
    wanted = numbered(bench, wave)
    with shown_product(qtbot, bench) as product:
        page = opened(qtbot, product)
        product.makings.wave_job.start(wave)
        finish(qtbot, product)
        facts = page.sheet.panel.shown_facts
        assert facts is not None
        assert "bench-1" in facts.unproved
        assert f"{wanted}" in facts.unproved
        assert not page.sheet.held.isVisible()
