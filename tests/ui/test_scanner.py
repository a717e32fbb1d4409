"""A scanner's burst is a scan wherever the focus is; a hand's typing is typing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ui.application import make_application
from ui.scanner import GAP_MS, Scanner, normalised
from ui.theme import Theme
from ui.widgets.buttons import Button

Keys = Callable[..., None]


class Listener:
    """What the scanner told."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.letters: list[str] = []
        self.uses = True

    def letter(self, text: str) -> bool:
        self.letters.append(text)
        return self.uses


@pytest.fixture
def heard() -> Listener:
    return Listener()


@pytest.fixture
def scanner(qapp: QApplication, heard: Listener) -> Iterator[Scanner]:
    made = Scanner(make_application(), heard.letter)
    made.scanned.connect(heard.codes.append)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def keys(host: QWidget, scanner: Scanner) -> Keys:
    """Sends keys through the window, as the platform does, with time stamps of their own."""
    clock = [1000]

    def send(text: str, gap_ms: int = 3, end: Qt.Key | None = None) -> None:
        window = host.windowHandle()
        assert window is not None
        codes = [(_key(c), c) for c in text]
        if end is not None:
            codes.append((end, {Qt.Key.Key_Tab: "\t", Qt.Key.Key_Shift: ""}.get(end, "\r")))
        for key, char in codes:
            clock[0] += gap_ms
            for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, char)
                event.setTimestamp(clock[0])
                QCoreApplication.sendEvent(window, event)

    return send


def _key(char: str) -> int:
    return ord(char.upper()) if char.isascii() else 0


def test_burst_ending_in_enter_is_a_scan(heard: Listener, keys: Keys, host: QWidget) -> None:
    host.setFocus()
    keys("SF1538402917668", end=Qt.Key.Key_Return)
    assert heard.codes == ["SF1538402917668"]
    assert heard.letters == []


def test_shift_keys_inside_a_code_do_not_end_it(heard: Listener, keys: Keys, host: QWidget) -> None:
    """A scanner presses Shift for each capital letter."""
    host.setFocus()
    for letter in "SF":
        keys("", end=Qt.Key.Key_Shift)
        keys(letter)
    keys("1538402917668", end=Qt.Key.Key_Return)
    assert heard.codes == ["SF1538402917668"]


def test_burst_ending_in_tab_is_a_scan(heard: Listener, keys: Keys, host: QWidget) -> None:
    host.setFocus()
    keys("6901234567892", end=Qt.Key.Key_Tab)
    assert heard.codes == ["6901234567892"]


def test_slow_typing_is_no_scan(qtbot: QtBot, heard: Listener, keys: Keys, host: QWidget) -> None:
    host.setFocus()
    keys("printed", gap_ms=GAP_MS + 40, end=Qt.Key.Key_Return)
    assert heard.codes == []
    assert heard.letters == list("printed")


def test_gap_at_the_limit_still_belongs_to_the_scan(
    heard: Listener, keys: Keys, host: QWidget
) -> None:
    host.setFocus()
    keys("462019", gap_ms=GAP_MS, end=Qt.Key.Key_Return)
    assert heard.codes == ["462019"]


def test_short_code_counts_only_at_the_bench(
    heard: Listener, keys: Keys, host: QWidget, scanner: Scanner
) -> None:
    host.setFocus()
    keys("Q12", end=Qt.Key.Key_Return)
    assert heard.codes == []
    scanner.set_at_bench(True)
    keys("Q12", gap_ms=10, end=Qt.Key.Key_Return)
    assert heard.codes == ["Q12"]


def test_full_width_digits_are_read(heard: Listener, keys: Keys, host: QWidget) -> None:
    host.setFocus()
    keys("７８６１２０３４", end=Qt.Key.Key_Return)
    assert heard.codes == ["78612034"]
    assert normalised(" ＳＦ１２ ") == "SF12"


def test_scan_presses_no_button_and_fires_no_shortcut(
    heard: Listener, keys: Keys, host: QWidget, place: Callable[[QWidget], QWidget]
) -> None:
    pressed: list[str] = []
    button = QPushButton("x")
    button.setAutoDefault(True)
    button.clicked.connect(lambda: pressed.append("button"))
    place(button)
    shortcut = QShortcut(QKeySequence("S"), host)
    shortcut.activated.connect(lambda: pressed.append("shortcut"))
    button.setFocus()
    keys("SF1538402917668", end=Qt.Key.Key_Return)
    assert heard.codes == ["SF1538402917668"]
    assert pressed == []


def test_scan_into_a_text_field_leaves_nothing_behind(
    heard: Listener, keys: Keys, place: Callable[[QWidget], QWidget]
) -> None:
    field = QLineEdit("tea")
    returned: list[str] = []
    field.returnPressed.connect(lambda: returned.append(field.text()))
    place(field)
    field.setFocus()
    keys("SF1538402917668", end=Qt.Key.Key_Return)
    assert heard.codes == ["SF1538402917668"]
    assert field.text() == "tea"
    assert returned == []


def test_typing_into_a_text_field_goes_through_at_once(
    heard: Listener, keys: Keys, place: Callable[[QWidget], QWidget]
) -> None:
    field = QLineEdit()
    returned: list[str] = []
    field.returnPressed.connect(lambda: returned.append(field.text()))
    place(field)
    field.setFocus()
    keys("lin", gap_ms=120, end=Qt.Key.Key_Return)
    assert field.text() == "lin"
    assert returned == ["lin"]
    assert (heard.codes, heard.letters) == ([], [])


def test_single_letter_acts_after_a_pause(
    qtbot: QtBot, heard: Listener, keys: Keys, host: QWidget
) -> None:
    host.setFocus()
    keys("p")
    assert heard.letters == []
    qtbot.waitUntil(lambda: heard.letters == ["p"])


def test_held_letter_acts_once(
    qtbot: QtBot, heard: Listener, scanner: Scanner, host: QWidget
) -> None:
    host.setFocus()
    window = host.windowHandle()
    assert window is not None
    for number in range(5):
        plain = Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_P, plain, "p", number > 0)
        event.setTimestamp(1000 + 30 * number)
        QCoreApplication.sendEvent(window, event)
    qtbot.waitUntil(lambda: heard.letters == ["p"])


def test_letter_nobody_uses_reaches_the_focused_widget(
    qtbot: QtBot, heard: Listener, keys: Keys, place: Callable[[QWidget], QWidget]
) -> None:
    class Pad(QWidget):
        typed = ""

        def keyPressEvent(self, event: QKeyEvent) -> None:
            self.typed += event.text()

    heard.uses = False
    pad = Pad()
    pad.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    place(pad)
    pad.setFocus()
    keys("k")
    qtbot.waitUntil(lambda: pad.typed == "k")


def test_two_scans_in_a_row_are_two_scans(heard: Listener, keys: Keys, host: QWidget) -> None:
    host.setFocus()
    for code in ("78612034519827", "78612034519827", "SF1538402917665"):
        keys(code, end=Qt.Key.Key_Return)
    assert heard.codes == ["78612034519827", "78612034519827", "SF1538402917665"]


def test_repeated_digits_with_one_time_stamp_are_all_read(
    heard: Listener, keys: Keys, host: QWidget, place: Callable[[QWidget], QWidget]
) -> None:
    host.setFocus()
    keys("1000022", gap_ms=0, end=Qt.Key.Key_Return)
    assert heard.codes == ["1000022"]
    field = QLineEdit()
    place(field)
    field.setFocus()
    keys("x", gap_ms=500)
    keys("9000033", gap_ms=0, end=Qt.Key.Key_Return)
    assert heard.codes == ["1000022", "x9000033"]


def test_enter_alone_is_a_key_like_any_other(
    theme: Theme, heard: Listener, keys: Keys, place: Callable[[QWidget], QWidget]
) -> None:
    pressed: list[str] = []
    button = Button(theme, "x")
    button.clicked.connect(lambda: pressed.append("button"))
    place(button)
    button.setFocus()
    keys("", end=Qt.Key.Key_Return)
    assert heard.codes == []
    assert pressed == ["button"]
