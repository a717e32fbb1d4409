"""The settings on a synced bench: printers that tell their state, and the label desk."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.label_designs import OwnField
from app.i18n import LANGUAGES as LANGUAGES_OF_THE_WINDOW
from app.i18n import install_language
from app.services.printing import designs, printers, rolls
from app.store.tables import users
from printing.languages.registry import LANGUAGES
from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, settle, shown_product
from tests.ui.settings_scenes import OUT_OF_PAPER, furnish
from ui.main_window import Product
from ui.pages.settings.page import SettingsPage
from ui.pages.settings.printer_words import DENSITY_STEPS
from ui.paint_status import Severity
from ui.theme_tokens import TextSize

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def opened(qtbot: QtBot, product: Product) -> SettingsPage:
    QTest.keyClick(product.window, Qt.Key.Key_Comma, CTRL)
    page = product.window.page("settings")
    assert isinstance(page, SettingsPage)
    rest(qtbot, product, page)
    return page


def rest(qtbot: QtBot, product: Product, page: SettingsPage) -> None:
    """Until the label is drawn and looked over, and everything is stored and shown."""
    product.parts.feed.announce({"designs", "printers"})

    def quiet() -> bool:
        return not page.desk.loader.busy and not product.parts.jobs.active

    with qtbot.waitSignal(product.parts.feed.changed, timeout=WAIT_MS):
        pass
    qtbot.waitUntil(quiet, timeout=WAIT_MS)
    settle(qtbot, product)
    qtbot.waitUntil(quiet, timeout=WAIT_MS)


def options(bench: Bench, name: str = "bench-1") -> dict[str, object]:
    view = next(v for v in printers.printer_views(bench.work) if v.config.name == name)
    return {"media": view.config.media, "fallback": view.fallback, **(view.config.options or {})}


def test_a_printer_without_paper_says_so_and_is_well_again(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    page = opened(qtbot, product)
    cards = page.printers.list.cards
    assert list(cards) == ["bench-1", "bench-2", "bench-3", "platform"]
    state = cards["bench-1"].state
    assert state is not None
    assert state.severity is Severity.FINE
    assert product.window.sidebar.settings.isChecked()
    bench.world.printers["bench-1"].set_faults(OUT_OF_PAPER)
    page.loader.ask()
    settle(qtbot, product)
    state = cards["bench-1"].state
    assert state is not None
    assert (state.severity, state.good) == (Severity.FAILED, False)
    assert page.printers.form.trouble.isVisible()
    page.printers.form.test.click()
    settle(qtbot, product)
    assert page.printers.form.result.text.startswith("Not printed.")
    assert not bench.world.printers["bench-1"].papers
    bench.world.printers["bench-1"].load_paper()
    page.loader.ask()
    settle(qtbot, product)
    assert not page.printers.form.trouble.isVisible()
    page.printers.form.test.click()
    settle(qtbot, product)
    assert page.printers.form.result.text == "The test page is out: the printer says so."
    assert len(bench.world.printers["bench-1"].papers) == 1


def test_arrow_keys_move_the_print_and_one_undo_takes_it_back(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    page = opened(qtbot, product)
    form = page.printers.form
    QTest.keyClick(form.right.edit, Qt.Key.Key_Up)
    QTest.keyClick(form.right.edit, Qt.Key.Key_Up, SHIFT)
    assert form.right.value == 0.6
    QTest.keyClick(page.desk.canvas, Qt.Key.Key_Up)
    assert (form.right.value, form.down.value) == (0.6, -0.5)
    with qtbot.waitSignal(page.acts.saved, timeout=WAIT_MS):
        pass
    assert options(bench)["offset_x_mm"] == 0.6
    assert options(bench)["offset_y_mm"] == -0.5
    rest(qtbot, product, page)
    page.undo()
    rest(qtbot, product, page)
    assert "offset_x_mm" not in options(bench)
    assert form.right.value == 0


def test_what_cannot_be_stands_under_its_field_and_is_not_stored(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    page = opened(qtbot, product)
    form = page.printers.form
    before = form.address.text()
    form.address.setText("tcp:/here")
    form.address.edit.editingFinished.emit()
    settle(qtbot, product)
    assert form.rows["address"].error
    assert form.address.text() == "tcp:/here"
    stored = next(v for v in printers.printer_views(bench.work) if v.config.name == "bench-1")
    assert stored.config.address == before


def test_a_new_roll_is_one_click_and_is_counted(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    page = opened(qtbot, product)
    page.printers.form.roll.button.click()
    rest(qtbot, product, page)
    assert rolls.left(bench.work)["bench-1"].left == 500
    assert "500" in page.printers.list.cards["bench-1"].accessibleName()
    page.printers.form.roll.size_field.setText("many")
    page.printers.form.roll.button.click()
    settle(qtbot, product)
    assert page.printers.form.rows["roll"].error


def test_removed_and_brought_back(qtbot: QtBot, product: Product, bench: Bench) -> None:
    furnish(bench)
    page = opened(qtbot, product)
    page.acts.remove("bench-1")
    rest(qtbot, product, page)
    assert "bench-1" not in page.printers.list.cards
    page.undo()
    rest(qtbot, product, page)
    assert "bench-1" in page.printers.list.cards


def test_without_a_printer_the_page_says_what_is_needed(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    for view in printers.printer_views(bench.work):
        printers.remove_printer(bench.work, view.config.name)
    page = opened(qtbot, product)
    assert page.printers.currentWidget() is page.printers.empty


def test_a_typed_address_is_asked_and_becomes_a_printer(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    printers.remove_printer(bench.work, "bench-3")
    page = opened(qtbot, product)
    page.printers.add_button.click()
    form = page.finder.form
    assert form is not None
    form.add_button.click()
    assert form.name.error
    form.name.setText("bench-1")
    form.address.setText(bench.world.printers["bench-3"].address)
    form.language.setCurrentIndex(form.language.findData("zpl"))
    form.add_button.click()
    settle(qtbot, product)
    assert form.problem.text  # the name is taken
    form.name.setText("new one")
    form.add_button.click()
    rest(qtbot, product, page)
    assert page.finder.form is None
    assert page.printers.list.current == "new one"
    state = page.printers.list.cards["new one"].state
    assert state is not None
    assert state.good


def test_the_first_change_of_a_standard_design_makes_a_copy(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    page = opened(qtbot, product)
    desk = page.desk
    desk.choose("zto-76x130")
    rest(qtbot, product, page)
    desk.mode.set_current(1)
    desk.mode.chosen.emit(1)
    before = desk.canvas.own
    assert before is not None
    bottom = desk.canvas.rect_of(before).center().toPoint()
    edge = QPoint(bottom.x(), round(desk.canvas.rect_of(before).top()))
    drag(desk.canvas, edge, QPoint(0, round(10 * desk.canvas.scale)))
    own = desk.canvas.own
    assert own is not None
    assert own.y == pytest.approx(before.y + 10, abs=0.5)
    assert own.bottom == pytest.approx(before.bottom)
    rest(qtbot, product, page)
    (copy,) = [row for row in designs.designs(bench.work) if row.is_own]
    assert copy.active
    assert designs.design(bench.work, copy.code).own.place == own
    QTest.keyClick(desk.canvas, Qt.Key.Key_Up)
    desk.foot.fields[OwnField.SKU_CODES].click()
    rest(qtbot, product, page)
    stored = designs.design(bench.work, copy.code).own
    assert stored.y == pytest.approx(own.y - 0.5)
    assert OwnField.SKU_CODES in stored.fields
    page.undo()
    rest(qtbot, product, page)
    page.undo()
    rest(qtbot, product, page)
    assert not [row for row in designs.designs(bench.work) if row.is_own]


def drag(target: object, start: QPoint, by: QPoint) -> None:
    from ui.pages.settings.label_canvas import LabelCanvas

    assert isinstance(target, LabelCanvas)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(target, left, pos=start)
    for step in (1, 2):
        QTest.mouseMove(target, start + by * step / 2)
    QApplication.processEvents()
    QTest.mouseRelease(target, left, pos=start + by)


def test_the_carriers_part_is_locked(qtbot: QtBot, product: Product) -> None:
    page = opened(qtbot, product)
    desk = page.desk
    desk.mode.set_current(1)
    desk.mode.chosen.emit(1)
    own = desk.canvas.own
    top = (desk.canvas.label_rect().topLeft() + QPointF(40, 40)).toPoint()
    drag(desk.canvas, top, QPoint(30, 30))
    assert desk.canvas.own == own
    assert desk.trouble.isVisible()


def test_a_packer_sees_and_cannot_change(qtbot: QtBot, product: Product, bench: Bench) -> None:
    with bench.work.db.write() as tx:
        tx.execute(
            users.insert(),
            [
                {"name": "test", "role": "packer", "display_name": ""},
                {"name": "chen", "role": "owner", "display_name": "陈晓雯"},
            ],
        )
    page = opened(qtbot, product)
    form = page.printers.form
    assert not form.rows["media"].isEnabled()
    assert not page.printers.add_button.isEnabled()
    assert "陈晓雯" in page.printers.add_button.toolTip()
    assert form.rows["roll"].isEnabled()
    assert form.test.isEnabled()
    page.desk.mode.set_current(1)
    page.desk.mode.chosen.emit(1)
    assert not page.desk.foot.fields[OwnField.BIN].isEnabled()


def test_every_language_has_its_darkest_step() -> None:
    assert {language.code: language.most_density for language in LANGUAGES} == DENSITY_STEPS


@pytest.mark.parametrize("language", LANGUAGES_OF_THE_WINDOW)
@pytest.mark.parametrize("size", list(TextSize))
def test_words_below_the_label_are_whole(
    qtbot: QtBot, bench: Bench, language: str, size: TextSize
) -> None:
    install_language(language)
    code = designs.copy_design(bench.work, "zto-76x130", "1")
    designs.choose_design(bench.work, code)
    with shown_product(qtbot, bench, (1280, 720)) as product:
        product.parts.theme.set_text_size(size)
        page = opened(qtbot, product)
        page.desk.choose(code)
        page.desk.mode.set_current(1)
        page.desk.mode.chosen.emit(1)
        rest(qtbot, product, page)
        foot = page.desk.foot
        parts = [*foot.fields.values(), foot.reset]
        assert all(part.isVisible() for part in parts)
        assert [p.width() for p in parts] == [p.sizeHint().width() for p in parts]
        ends = [p.mapTo(foot, p.rect().bottomRight()).x() for p in parts]
        assert max(ends) < foot.width()
        assert foot.mapTo(page, foot.rect().bottomRight()).y() <= page.height()
