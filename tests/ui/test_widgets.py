"""The controls work by keyboard, name themselves, and follow theme, size and language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.i18n import CHINESE, install_language
from ui.paint import wrap_text
from ui.paint_status import STAGE_WORDS, Severity, Stage
from ui.theme import Theme
from ui.theme_tokens import Scheme, TextSize, Type
from ui.widgets.banner import BannerPlace, Notice
from ui.widgets.bulk_bar import BulkAction, BulkBar
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.choices import CheckBox, FilterChip, Segmented, Toggle
from ui.widgets.control import Control
from ui.widgets.drawer import Drawer
from ui.widgets.fields import ComboField, SearchField, TextField
from ui.widgets.label import TextLabel
from ui.widgets.pills import StatusPill
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.progress import JobStep, ProgressBar, Stepper, StepState
from ui.widgets.states import EmptyAction, EmptyState, SkeletonRows
from ui.widgets.tabs import Tab, Tabs

Place = Callable[[QWidget], QWidget]
ALL_KINDS = pytest.mark.parametrize("kind", list(Kind))


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_button_is_pressed_by_enter_and_space(
    qtbot: QtBot, theme: Theme, place: Place, key: Qt.Key
) -> None:
    button = Button(theme, "Print")
    place(button)
    button.setFocus()
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, key)


@pytest.mark.parametrize("size", list(Size))
def test_button_has_the_height_of_its_size(theme: Theme, size: Size) -> None:
    button = Button(theme, "Print", size=size)
    assert button.sizeHint().height() == size
    theme.set_text_size(TextSize.LARGE)
    assert button.sizeHint().height() == round(size * 1.15)


@ALL_KINDS
def test_every_kind_of_button_looks_different_disabled(
    theme: Theme, place: Place, kind: Kind
) -> None:
    button = Button(theme, "Print", kind=kind, icon="printer", key="P")
    place(button)
    usable = button.grab().toImage()
    button.set_disabled_reason("No printer")
    assert button.grab().toImage() != usable
    assert button.toolTip() == "No printer"
    assert button.accessibleDescription() == "No printer"
    button.set_disabled_reason(None)
    assert button.isEnabled()
    assert button.toolTip() == ""


def test_focus_ring_comes_with_tab_and_not_with_the_mouse(
    theme: Theme, place: Place, host: QWidget
) -> None:
    first, second = Button(theme, "One"), Button(theme, "Two")
    place(first)
    place(second)
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    shown = [first.ring_shown]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    shown.append(first.ring_shown)
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert [*shown, first.ring_shown] == [False, True, False]
    assert second.hasFocus()
    assert second.ring_shown


def test_every_icon_button_has_a_name(theme: Theme) -> None:
    button = IconButton(theme, "arrows-clockwise", "Sync orders")
    assert (button.accessibleName(), button.toolTip()) == ("Sync orders", "Sync orders")


@pytest.mark.parametrize("make", [
    lambda t: Button(t, "取号并打印", kind=Kind.PRIMARY, icon="printer", key="P"),
    lambda t: CheckBox(t, "勾选"),
    lambda t: Segmented(t, ["看效果", "改模板"]),
    lambda t: FilterChip(t, "店铺", "山野集"),
    lambda t: Tabs(t, [Tab("a", "全部", 463), Tab("b", "待打单", 64)]),
])  # fmt: skip
def test_control_repaints_in_dark_and_grows_with_the_text(
    theme: Theme, place: Place, make: Callable[[Theme], Control]
) -> None:
    control = make(theme)
    place(control)
    light, height = control.grab().toImage(), control.sizeHint().height()
    theme.set_scheme(Scheme.DARK)
    assert control.grab().toImage() != light
    theme.set_text_size(TextSize.EXTRA_LARGE)
    assert control.sizeHint().height() > height


def test_segmented_moves_with_arrows_and_tells_once(theme: Theme, place: Place) -> None:
    control = Segmented(theme, ["A", "B", "C"])
    place(control)
    told: list[int] = []
    control.chosen.connect(told.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(control, key)
    assert told == [1, 2, 1]
    assert control.accessibleName() == "B"


def test_check_box_and_toggle_change_with_space(theme: Theme, place: Place) -> None:
    box, toggle = CheckBox(theme, "Fragile"), Toggle(theme, "Cut paper")
    box.set_partial(True)
    for control in (box, toggle):
        place(control)
        QTest.keyClick(control, Qt.Key.Key_Space)
        assert control.isChecked()


def test_filter_chip_is_cleared_by_cross_and_delete(theme: Theme, place: Place) -> None:
    chip = FilterChip(theme, "Shop", "Shanye")
    place(chip)
    opened: list[bool] = []
    cleared: list[bool] = []
    chip.clicked.connect(lambda: opened.append(True))
    chip.cleared.connect(lambda: cleared.append(True))
    QTest.keyClick(chip, Qt.Key.Key_Delete)
    middle = chip.height() // 2
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 10, middle))
    assert (len(cleared), len(opened)) == (2, 0)
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(10, middle))
    assert (len(cleared), len(opened)) == (2, 1)
    chip.set_value("")
    QTest.keyClick(chip, Qt.Key.Key_Delete)
    assert len(cleared) == 2


def test_tabs_move_by_keys_and_keep_the_choice_over_new_counts(theme: Theme, place: Place) -> None:
    tabs = Tabs(theme, [Tab("all", "All", 463), Tab("label", "To label", 64), Tab("x", "X")])
    place(tabs)
    told: list[str] = []
    tabs.chosen.connect(told.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End):
        QTest.keyClick(tabs, key)
    assert told == ["label", "x", "label", "x"]
    tabs.set_tabs([Tab("all", "All", 464), Tab("x", "X", 1)])
    assert tabs.current == "x"
    tabs.set_tabs([Tab("all", "All", 464)])
    assert tabs.current == "all"


def test_tabs_that_do_not_fit_are_named(theme: Theme, place: Place) -> None:
    tabs = Tabs(theme, [Tab(str(n), f"A long saved view {n}", 10_000) for n in range(12)])
    place(tabs)
    hidden = tabs.hidden_tabs()
    assert 0 < len(hidden) < 12
    assert hidden[-1].key == "11"


def test_search_field_is_cleared_by_escape_then_left(
    qtbot: QtBot, theme: Theme, place: Place
) -> None:
    field = SearchField(theme, "Search orders")
    place(field)
    field.focus_all()
    QTest.keyClicks(field.edit, "lin")
    assert field.text() == "lin"
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert field.text() == ""
    with qtbot.waitSignal(field.left):
        QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert not field.edit.hasFocus()


def test_text_field_shows_its_error_below(theme: Theme, place: Place) -> None:
    field = TextField(theme, "Phone", unit="kg")
    place(field)
    plain = field.sizeHint().height()
    field.set_error("One digit short")
    assert field.sizeHint().height() > plain
    assert field.edit.accessibleDescription() == "One digit short"
    field.set_error("")
    assert field.sizeHint().height() == plain


def test_wheel_over_a_closed_list_changes_nothing(theme: Theme, place: Place) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    combo = ComboField(theme, "Paper")
    combo.addItems(["76 x 130", "100 x 150"])
    place(combo)
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(combo, wheel)
    assert combo.currentIndex() == 0


def test_stages_differ_in_shape_in_one_colour(theme: Theme, qapp: object) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QColor, QImage, QPainter

    from ui.paint_status import draw_stage

    pictures: list[bytes] = []
    for stage in Stage:
        image = QImage(20, 20, QImage.Format.Format_Grayscale8)
        image.fill(255)
        p = QPainter(image)
        draw_stage(p, stage, QPointF(10, 10), theme, radius=7, color=QColor("black"))
        p.end()
        pictures.append(bytes(image.constBits()))
    assert len(set(pictures)) == len(Stage)
    assert all(picture != pictures[0] or i == 0 for i, picture in enumerate(pictures))


def test_pills_speak_chinese(theme: Theme, place: Place) -> None:
    install_language(CHINESE)
    names = [str(STAGE_WORDS[stage]) for stage in Stage]
    assert names == ["待审核", "待打单", "待拣货", "待打包", "待发货", "已发货", "已签收",
                     "已取消", "异常", "已挂起", "退款中", "将超时"]  # fmt: skip
    pill = StatusPill(theme, Stage.TO_LABEL)
    assert pill.accessibleName() == "待打单"
    assert pill.sizeHint().height() == 22


def test_banner_place_shows_the_worst_and_counts_the_rest(theme: Theme, place: Place) -> None:
    notices = BannerPlace(theme)
    place(notices)
    assert notices.shown() is None
    notices.put(Notice("low", Severity.PROBLEM, "86 labels left", dismissible=True))
    notices.put(Notice("down", Severity.STOP, "The shop cannot be reached", button="Try again"))
    shown = notices.shown()
    assert shown is not None
    assert shown.key == "down"
    notices.take("down")
    shown = notices.shown()
    assert shown is not None
    assert shown.key == "low"
    notices.take("low")
    assert notices.isHidden()


def test_dismissed_banner_stays_away_until_it_is_solved(theme: Theme, place: Place) -> None:
    notices = BannerPlace(theme)
    place(notices)
    low = Notice("low", Severity.PROBLEM, "86 labels left", dismissible=True)
    notices.put(low)
    cross = next(b for b in notices.findChildren(IconButton))
    QTest.mouseClick(cross, Qt.MouseButton.LeftButton)
    notices.put(low)
    assert notices.shown() is None
    notices.take("low")
    notices.put(low)
    assert notices.shown() is not None


def test_bulk_bar_puts_what_does_not_fit_behind_more(theme: Theme, host: QWidget) -> None:
    bar = BulkBar(theme, host)
    acted: list[str] = []
    bar.acted.connect(acted.append)
    bar.set_actions(
        [BulkAction(str(n), f"A long action {n}", "tag", "L") for n in range(7)]
        + [BulkAction("print", "Get numbers & print", "printer", "P", primary=True)]
    )
    bar.set_count("7 orders selected", "20 pieces")
    bar.set_shown(True)
    buttons = {b.objectName(): b for b in bar.findChildren(Button)}
    assert not buttons["0"].isVisible()
    assert buttons["print"].isVisible()
    QTest.mouseClick(buttons["print"], Qt.MouseButton.LeftButton)
    more = next(b for b in bar.findChildren(IconButton) if b.accessibleName() == "More")
    assert more.isVisible()
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    menu = host.findChild(PopoverMenu)
    assert menu is not None
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert acted == ["print", "0"]
    host.resize(760, 500)
    assert bar.card_rect().width() == host.width() - 48


def test_menu_is_walked_by_keys_and_closed_by_escape(
    theme: Theme, host: QWidget, place: Place
) -> None:
    button = Button(theme, "Before")
    place(button)
    button.setFocus()
    items = [
        MenuItem(text="Carrier"),
        MenuItem("sf", "SF", shortcut="S"),
        MenuItem(),
        MenuItem("zto", "ZTO", disabled_reason="No account"),
    ]
    menu = PopoverMenu(theme, host, items)
    chosen: list[str] = []
    menu.chosen.connect(chosen.append)
    menu.open_at(host.mapToGlobal(QPoint(20, 20)))
    assert menu.hasFocus()
    QTest.keyClick(menu, Qt.Key.Key_Up)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert chosen == [], "a disabled line does nothing"
    QTest.keyClick(menu, Qt.Key.Key_S)
    assert chosen == ["sf"]
    assert button.hasFocus()


def test_click_beside_a_menu_closes_it(theme: Theme, host: QWidget) -> None:
    menu = PopoverMenu(theme, host, [MenuItem("a", "A")])
    closed: list[bool] = []
    menu.closed.connect(lambda: closed.append(True))
    menu.open_at(host.mapToGlobal(QPoint(20, 20)))
    QTest.mouseClick(host, Qt.MouseButton.LeftButton, pos=QPoint(800, 500))
    assert closed == [True]


def test_progress_bar_tells_the_end_at_once(qtbot: QtBot, theme: Theme, place: Place) -> None:
    bar = ProgressBar(theme)
    place(bar)
    for done in range(1, 41):
        bar.set_progress(done, 2, 64)
    assert bar.done == 1, "steps at most ten times a second"
    bar.set_progress(62, 2, 64)
    assert (bar.done, bar.failed) == (62, 2)
    assert bar.accessibleName() == "62 of 64 done, 2 failed"
    bar.set_progress(10, 0, 20)
    qtbot.waitUntil(lambda: bar.done == 10)


def test_stepper_reads_all_its_steps(theme: Theme, place: Place) -> None:
    steps = Stepper(theme)
    place(steps)
    steps.set_steps([JobStep("Check", "64", StepState.DONE),
                     JobStep("Numbers", "2 failed", StepState.FAILED)])  # fmt: skip
    assert steps.accessibleName() == "Check 64; Numbers 2 failed"


def test_empty_state_hands_back_its_action(qtbot: QtBot, theme: Theme, place: Place) -> None:
    state = EmptyState(theme, "tray", "No orders fit", actions=[EmptyAction("clear", "Clear")])
    place(state)
    with qtbot.waitSignal(state.acted) as told:
        QTest.mouseClick(state.findChildren(Button)[0], Qt.MouseButton.LeftButton)
    assert told.args == ["clear"]


def test_skeleton_is_invisible_at_first(theme: Theme, place: Place) -> None:
    rows = SkeletonRows(theme)
    place(rows)
    blank = rows.grab().toImage()
    rows.reveal()
    assert rows.grab().toImage() != blank


def test_drawer_closes_by_escape_and_steps_by_buttons(
    qtbot: QtBot, theme: Theme, place: Place
) -> None:
    drawer = Drawer(theme)
    place(drawer)
    drawer.set_head("Order 2764 8256", "paid 13:58")
    steps: list[int] = []
    drawer.stepped.connect(steps.append)
    QTest.mouseClick(drawer.next, Qt.MouseButton.LeftButton)
    QTest.mouseClick(drawer.previous, Qt.MouseButton.LeftButton)
    assert steps == [1, -1]
    with qtbot.waitSignal(drawer.closed):
        QTest.keyClick(drawer, Qt.Key.Key_Escape)
    drawer.body.addWidget(TextLabel(theme, "x"))
    drawer.clear_body()
    assert drawer.body.count() == 0


def test_long_text_is_elided_with_the_whole_as_tooltip(theme: Theme, place: Place) -> None:
    label = TextLabel(theme, "明前龙井 " * 60)
    place(label)
    label.grab()
    assert label.toolTip() == label.text()
    label.setText("短")
    label.grab()
    assert label.toolTip() == ""


def test_chinese_breaks_anywhere_but_before_a_comma(theme: Theme) -> None:
    face = theme.face(Type.BODY)
    lines = wrap_text(
        "已打的四十二张不受影响，二十个运单号会退回，下次打单再取", face, 13 * 11.2, 9
    )
    assert len(lines) > 2
    assert "".join(lines) == "已打的四十二张不受影响，二十个运单号会退回，下次打单再取"
    assert not any(line.startswith("，") for line in lines)
    latin = wrap_text("Cancel the remaining 20 labels", face, 90, 9)
    assert " ".join(latin) == "Cancel the remaining 20 labels"
