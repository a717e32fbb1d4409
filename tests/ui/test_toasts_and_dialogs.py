"""Toasts come and go by themselves; questions hold the focus and give it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ui.theme import Theme
from ui.widgets.buttons import Button, Kind
from ui.widgets.dialog import Dialog, Verb
from ui.widgets.fields import TextField
from ui.widgets.toast import SHOWN_MS, ToastStack

VERBS = (
    Verb("keep", "Keep them", safe=True),
    Verb("cancel", "Cancel 20", kind=Kind.DANGER_SOLID),
)


@pytest.fixture
def before(theme: Theme, place: Callable[[QWidget], QWidget]) -> Button:
    """What had the focus before."""
    button = Button(theme, "Before")
    place(button)
    button.setFocus()
    return button


@pytest.fixture
def dialog(theme: Theme, host: QWidget, before: Button) -> Dialog:
    made = Dialog(theme, host, "Cancel 20 labels?", "42 stay. " * 30, VERBS)
    made.ask()
    QApplication.processEvents()
    return made


def test_at_most_three_toasts_newest_lowest(theme: Theme, host: QWidget) -> None:
    stack = ToastStack(theme, host)
    for number in range(4):
        stack.say(f"order {number}")
    assert [toast.text for toast in stack.toasts] == ["order 1", "order 2", "order 3"]
    tops = [toast.y() for toast in stack.toasts]
    assert tops == sorted(tops)


def test_undo_acts_once_and_takes_the_toast_away(theme: Theme, host: QWidget) -> None:
    undone: list[bool] = []
    stack = ToastStack(theme, host)
    toast = stack.say("7 orders on hold", action="Undo", act=lambda: undone.append(True))
    QTest.mouseClick(toast.findChildren(Button)[0], Qt.MouseButton.LeftButton)
    assert undone == [True]
    assert stack.toasts == ()


def test_toast_waits_while_the_mouse_is_on_it(theme: Theme, host: QWidget) -> None:
    toast = ToastStack(theme, host).say("Printing 42 / 64", icon="printer")
    assert SHOWN_MS == 5000
    seen = [toast.waiting]
    here = QPointF(5, 5)
    QApplication.sendEvent(toast, QEnterEvent(here, here, here))
    seen.append(toast.waiting)
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    seen.append(toast.waiting)
    assert seen == [True, False, True]


def test_toasts_rise_above_the_bulk_bar(theme: Theme, host: QWidget) -> None:
    stack = ToastStack(theme, host)
    toast = stack.say("x")
    low = toast.y()
    stack.set_lift(68)
    assert toast.y() == low - 68


def test_safe_verb_has_the_focus(dialog: Dialog) -> None:
    assert dialog.buttons["keep"].hasFocus()
    assert dialog.buttons["keep"].ring_shown


def test_tab_stays_inside_the_question(dialog: Dialog) -> None:
    for expected in ("cancel", "keep", "cancel"):
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        assert dialog.buttons[expected].hasFocus()
    QTest.keyClick(dialog.buttons["cancel"], Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.buttons["keep"].hasFocus()


@pytest.mark.parametrize("how", ["escape", "scrim", "enter"])
def test_leaving_chooses_the_safe_verb_and_returns_the_focus(
    dialog: Dialog, before: Button, how: str
) -> None:
    chosen: list[str] = []
    dialog.chosen.connect(chosen.append)
    if how == "escape":
        QTest.keyClick(dialog.buttons["keep"], Qt.Key.Key_Escape)
    elif how == "enter":
        QTest.keyClick(dialog.buttons["keep"], Qt.Key.Key_Return)
    else:
        QTest.mouseClick(dialog, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert chosen == ["keep"]
    assert before.hasFocus()


def test_ctrl_enter_takes_the_step(dialog: Dialog) -> None:
    chosen: list[str] = []
    dialog.chosen.connect(chosen.append)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert chosen == ["cancel"]


def test_long_question_fits_and_follows_the_window(dialog: Dialog, host: QWidget) -> None:
    host.resize(700, 520)
    QApplication.processEvents()
    assert dialog.size() == host.size()
    card = dialog.card.card_rect().translated(dialog.card.pos())
    assert host.rect().contains(card)
    for button in dialog.buttons.values():
        assert card.contains(button.geometry().translated(dialog.card.pos()))


def test_field_in_a_question_can_have_the_focus(theme: Theme, host: QWidget) -> None:
    field = TextField(theme, "Reason")
    dialog = Dialog(theme, host, "Why?", "", VERBS, content=field)
    dialog.open(field.edit)
    assert field.edit.hasFocus()
    QTest.keyClick(field.edit, Qt.Key.Key_Tab)
    assert dialog.buttons["keep"].hasFocus()
    dialog.leave()
