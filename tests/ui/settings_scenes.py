"""Scenes of the settings for ``desk_pictures`` and for tests."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication

from app.domain.label_designs import Place
from app.services.printing import designs, printers, rolls
from app.simulators.printers import PrinterFaults
from tests.support.warehouse import Bench
from tests.ui.stage import Stage
from ui.pages.settings.page import SettingsPage

_LONGEST_MS, _GATHER_MS = 15_000, 150
OUT_OF_PAPER = PrinterFaults(labels_left=0, paper_end_seen_at_once=True)


def furnish(bench: Bench) -> None:
    """Two rolls that are counted, a fall-back, a place that was set, and an office printer."""
    work = bench.work
    rolls.new_roll(work, "bench-1", 500)
    with work.db.write() as tx:
        rolls.used(tx, "bench-1", 77)
    printers.change_printer(
        work, "bench-1", fallback="bench-2", offset_x_mm=0.5, offset_y_mm=-1.0, density=10
    )


def settings_page(stage: Stage) -> SettingsPage:
    """The page, loaded, with every printer asked."""
    stage.product.window.go("settings")
    page = stage.product.window.page("settings")
    assert isinstance(page, SettingsPage)
    stage.settle()
    rest(stage, page)
    return page


def rest(stage: Stage, page: SettingsPage) -> None:
    """Let the label be drawn and looked over, and what was done to it be stored."""
    limit = QDeadlineTimer(_LONGEST_MS)
    quiet = QDeadlineTimer(_GATHER_MS)
    while not (limit.hasExpired() or quiet.hasExpired()):
        QApplication.processEvents()
        if page.desk.loader.busy or stage.product.parts.jobs.active:
            quiet.setRemainingTime(_GATHER_MS)


def settings_printers(stage: Stage) -> None:
    """Three printers for labels: one ready, one without paper."""
    furnish(stage.bench)
    stage.bench.world.printers["bench-2"].set_faults(OUT_OF_PAPER)
    settings_page(stage)


def settings_printers_test(stage: Stage) -> None:
    """A test page that could not begin, and why."""
    furnish(stage.bench)
    stage.bench.world.printers["bench-1"].set_faults(OUT_OF_PAPER)
    page = settings_page(stage)
    page.printers.form.test.click()
    stage.settle()


def settings_printers_refused(stage: Stage) -> None:
    """A value that cannot be, under its field."""
    page = settings_page(stage)
    page.printers.form.address.setText("tcp:/here")
    page.printers.form.address.edit.editingFinished.emit()
    stage.settle()
    bar = page.printers.column.verticalScrollBar()
    bar.setValue(bar.maximum())
    stage.settle()


def settings_none(stage: Stage) -> None:
    """No printer yet."""
    for name in (*stage.bench.world.printers, "platform"):
        printers.remove_printer(stage.bench.work, name)
    settings_page(stage)


def settings_find(stage: Stage) -> None:
    """Looking for printers, an address typed."""
    page = settings_page(stage)
    page.printers.find_button.click()
    stage.settle()
    panel = page.finder.panel
    assert panel is not None
    panel.asked.emit(stage.bench.world.printers["bench-1"].address.removeprefix("tcp://"))
    stage.settle()


def settings_add(stage: Stage) -> None:
    """The form of a new printer."""
    page = settings_page(stage)
    page.printers.add_button.click()
    stage.settle()


def settings_edit(stage: Stage) -> None:
    """The own area is selected, with the hardest order: what does not fit is marked."""
    furnish(stage.bench)
    stage.bench.world.printers["bench-2"].set_faults(OUT_OF_PAPER)
    page = settings_page(stage)
    desk = page.desk
    desk.choose("zto-76x130")
    desk.mode.set_current(1)
    desk.mode.chosen.emit(1)
    rest(stage, page)


def settings_findings(stage: Stage) -> None:
    """A copy whose own area is too small for the hardest order."""
    page = settings_page(stage)
    desk = page.desk
    desk.choose("zto-76x130")
    rest(stage, page)
    desk.mode.set_current(1)
    desk.mode.chosen.emit(1)
    desk.samples.setCurrentIndex(1)
    desk.samples.activated.emit(1)
    own = desk.canvas.own
    assert own is not None
    desk.canvas.own_moved.emit(Place(own.x, own.y, 30, 5))
    rest(stage, page)


def settings_designs(stage: Stage) -> None:
    """The list of designs with a copy that is in use."""
    work = stage.bench.work
    code = designs.copy_design(work, "zto-76x130", "中通 一联单（店铺自己的）")
    designs.choose_design(work, code)
    page = settings_page(stage)
    page.show_section("designs")
    page.desk.choose(code)
    rest(stage, page)


SCENES: tuple[Callable[[Stage], None], ...] = (
    settings_printers,
    settings_printers_test,
    settings_printers_refused,
    settings_none,
    settings_find,
    settings_add,
    settings_edit,
    settings_findings,
    settings_designs,
)
