"""Scans from a keyboard-wedge scanner, told apart from typing by the keys' own time stamps.

A burst of keys with gaps of at most 50 ms that ends in Enter or Tab is a scan, wherever the focus
is. Receive times are useless under load; ``QKeyEvent.timestamp()`` keeps the real gaps.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from typing_extensions import override

GAP_MS = 50
WAIT_MS = 80
_SETTLE_MS = 10
MIN_ELSEWHERE = 6
MIN_AT_BENCH = 3
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
# A scanner presses Shift for each capital: such keys neither belong to a code nor end it.
_MODIFIER_KEYS = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
)
_PLAIN = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.KeypadModifier,
)


def normalised(code: str) -> str:
    """The code as printed: full-width digits and letters become plain ones, ends are trimmed."""
    return unicodedata.normalize("NFKC", code).strip()


@dataclass(slots=True)
class Burst:
    """Keys that came too fast for a hand."""

    text: str = ""
    last_ms: int = 0

    def add(self, text: str, at_ms: int) -> None:
        """One more key; a pause before it starts a new burst."""
        if not self.continues(at_ms):
            self.text = ""
        self.text += text
        self.last_ms = at_ms

    def continues(self, at_ms: int) -> bool:
        """Whether a key at this time still belongs to the burst."""
        return bool(self.text) and 0 <= at_ms - self.last_ms <= GAP_MS


@dataclass(slots=True)
class _Before:
    """A text field as it was before a burst began, so that a scan leaves nothing behind."""

    field: QLineEdit | None = None
    text: str = ""
    cursor: int = 0

    def remember(self, widget: QWidget | None) -> None:
        self.field = widget if isinstance(widget, QLineEdit) else None
        if self.field is not None:
            self.text, self.cursor = self.field.text(), self.field.cursorPosition()

    def restore(self, widget: QWidget | None) -> None:
        if self.field is not None and self.field is widget:
            self.field.setText(self.text)
            self.field.setCursorPosition(self.cursor)


@dataclass(slots=True)
class _Seen:
    """The last key event, to know it again while Qt hands it from the window to the widget."""

    stamp: int = -1
    key: int = -1
    kind: QEvent.Type = QEvent.Type.None_
    swallowed: bool = field(default=False)


class Scanner(QObject):
    """Application-wide event filter. ``scanned`` tells a code, normalised.

    Without a text field in focus keys are held back: a scan's keys reach no button and no
    shortcut, and a single letter acts after 80 ms without another key, through ``on_letter``
    (returns whether it used it); a letter nobody used goes to the focused widget after all.
    In a text field keys go through at once, and a scan is taken out of it again.
    """

    scanned = Signal(str)

    def __init__(self, app: QApplication, on_letter: Callable[[str], bool]) -> None:
        super().__init__(app)
        self._on_letter = on_letter
        self._burst = Burst()
        self._before = _Before()
        self._seen = _Seen()
        self._held: list[QKeyEvent] = []
        self._resending = False
        self.min_chars = MIN_ELSEWHERE
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        # After a stall the timer is due together with keys that came long ago: those go first.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._wait.timeout.connect(self._settle.start)
        self._settle.timeout.connect(self._release)
        app.installEventFilter(self)

    def set_at_bench(self, at_bench: bool) -> None:
        """Shorter codes count at the bench (quantity cards, command cards)."""
        self.min_chars = MIN_AT_BENCH if at_bench else MIN_ELSEWHERE

    def close(self) -> None:
        """Stop listening."""
        self._pause()
        app = QCoreApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        if self._resending or not isinstance(event, QKeyEvent):
            return False
        if not (watched.isWindowType() or watched is QApplication.focusWidget()):
            return False
        if kind == QEvent.Type.ShortcutOverride:
            return self._claims(event)
        if self._again(event):
            return False
        swallowed = self._key(event)
        self._seen = _Seen(event.timestamp(), event.key(), kind, swallowed)
        return swallowed

    def _again(self, event: QKeyEvent) -> bool:
        """Whether this is the event just let through, on its way from the window to the widget."""
        seen = self._seen
        same = (seen.stamp, seen.key) == (event.timestamp(), event.key())
        if same and not seen.swallowed:
            self._seen = _Seen()
            return True
        return False

    def _claims(self, event: QKeyEvent) -> bool:
        """Take held keys away from the shortcut map, so that "S" of "SF15" splits no order."""
        holds = _printable(event) and not _typing()
        ends = event.key() in _ENDS and self._burst.continues(event.timestamp())
        if holds or ends:
            event.accept()
            return True
        return False

    def _key(self, event: QKeyEvent) -> bool:
        at = event.timestamp()
        if event.key() in _MODIFIER_KEYS:
            return False
        if event.key() in _ENDS:
            return self._end(at)
        if not _printable(event):
            self._release_now()
            return False
        text = event.text()
        fresh = not self._burst.continues(at)
        if fresh:
            self._release_now()
            if text == " ":
                return False
            self._before.remember(QApplication.focusWidget())
        self._burst.add(text, at)
        if _typing():
            return False
        self._held.append(event.clone())
        self._settle.stop()
        self._wait.start()
        return True

    def _end(self, at_ms: int) -> bool:
        """Enter or Tab: the end of a scan, or a key like any other."""
        code = normalised(self._burst.text)
        is_scan = self._burst.continues(at_ms) and len(code) >= self.min_chars
        if not is_scan:
            self._release_now()
            return False
        self._pause()
        self._held.clear()
        self._before.restore(QApplication.focusWidget())
        self._burst = Burst()
        self.scanned.emit(code)
        return True

    def _release_now(self) -> None:
        """Something else was pressed: what was held is typing after all."""
        self._pause()
        self._release()

    def _pause(self) -> None:
        self._wait.stop()
        self._settle.stop()

    @Slot()
    def _release(self) -> None:
        held, self._held = self._held, []
        self._burst = Burst()
        for event in held:
            # "00" of a fast scanner looks like a held key, so repeats count in codes; a held
            # letter key acts once.
            if not event.isAutoRepeat() and not self._on_letter(normalised(event.text())):
                self._resend(event)

    def _resend(self, event: QKeyEvent) -> None:
        target = QApplication.focusWidget()
        if target is None:
            return
        self._resending = True
        try:
            QCoreApplication.sendEvent(target, event)
        finally:
            self._resending = False


def _printable(event: QKeyEvent) -> bool:
    text = event.text()
    if len(text) != 1 or not text.isprintable():
        return False
    return event.modifiers() in _PLAIN


def _typing() -> bool:
    """Whether keys belong to a text field now."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox))
