"""The red-edged card: what failed, why, and the buttons that put it right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.pages.waves.remedies import Failure, Fix, FixKind
from ui.paint_status import Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.card import Card, Hairline
from ui.widgets.label import TextLabel
from ui.widgets.popover import MenuItem, PopoverMenu

_SHOWN = 4


class _FailureRow(QWidget):
    fixed = Signal(object, object)

    def __init__(self, theme: Theme, failure: Failure, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._failure = failure
        self._fixes: dict[str, Fix] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(26, 8, 0, 8)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(TextLabel(theme, failure.title, Type.BODY_STRONG))
        words.addWidget(TextLabel(theme, failure.detail, Type.CAPTION, "text2"))
        row.addLayout(words, 1)
        first, rest = failure.fixes[0], failure.fixes[1:]
        self._add(row, first, Kind.SOFT)
        self._more = tuple(f for f in rest if f.kind is FixKind.CARRIER)
        for fix in rest:
            if fix.kind is not FixKind.CARRIER:
                self._add(row, fix, Kind.DEFAULT)
        if self._more:
            more = IconButton(theme, "dots-three", tr("More ways"), self, size=28)
            more.clicked.connect(self._open_more)
            row.addWidget(more)

    def _add(self, row: QHBoxLayout, fix: Fix, kind: Kind) -> None:
        button = Button(self.theme, fix.text, self, kind=kind, size=Size.SMALL)
        button.setObjectName(f"{fix.kind}:{fix.value}")
        button.setAccessibleDescription(self._failure.title)
        button.clicked.connect(self._pressed)
        self._fixes[button.objectName()] = fix
        row.addWidget(button)

    @Slot()
    def _pressed(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.fixed.emit(self._failure, self._fixes[sender.objectName()])

    @Slot()
    def _open_more(self) -> None:
        menu = PopoverMenu(
            self.theme,
            self.window(),
            [MenuItem(fix.value, fix.text, "truck") for fix in self._more],
        )
        menu.chosen.connect(self._take_more)
        menu.open_at(self.mapToGlobal(QPoint(self.width(), self.height())), right_aligned=True)

    @Slot(str)
    def _take_more(self, value: str) -> None:
        fix = next(f for f in self._more if f.value == value)
        self.fixed.emit(self._failure, fix)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        top = 8 + self.theme.face(Type.BODY_STRONG).line_px / 2
        shape = Severity.PROBLEM if self._failure.doubtful else Severity.FAILED
        draw_severity(QPainter(self), shape, QPointF(8, top), 16, self.theme)


class FailuresCard(Card):
    """``fixed(failure, fix)`` is a button of a row, ``retry_wanted`` the link of the head.

    Amber while all of it is only doubtful. ``closed`` comes from a card that can be put away.
    """

    fixed = Signal(object, object)
    retry_wanted = Signal()
    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        retry: str = "",
        closable: bool = False,
    ) -> None:
        super().__init__(theme, parent, padding=0, tone=Tone.ERR)
        self.body.setContentsMargins(20, 12, 20, 6)
        self.body.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(10)
        self._title = TextLabel(theme, "", Type.CARD_TITLE, Tone.ERR)
        self._rest = TextLabel(theme, "", Type.BODY, "text2")
        words = retry or tr("Retry all when fixed")
        self.retry = Button(theme, words, self, kind=Kind.LINK)
        self.retry.clicked.connect(self.retry_wanted)
        head.addWidget(self._title)
        head.addWidget(self._rest)
        head.addStretch(1)
        head.addWidget(self.retry)
        if closable:
            close = IconButton(theme, "x", tr("Close"), self, size=28)
            close.clicked.connect(self.closed)
            head.addWidget(close)
        self.body.addLayout(head)
        self.body.addSpacing(2)
        self._shown: tuple[Failure, ...] = ()
        self._all = False
        self._rows: list[QWidget] = []
        self.hide()

    def show_failures(
        self,
        failures: Sequence[Failure],
        headline: tuple[str, str],
        *,
        busy: bool,
        tried: bool = True,
    ) -> None:
        """Show these; the card goes when there are none. ``tried``: there is something to retry."""
        self.retry.setVisible(tried)
        self.setVisible(bool(failures))
        doubtful = all(f.doubtful for f in failures)
        self.set_tone(Tone.WARN if doubtful else Tone.ERR)
        self._title.set_color(Tone.WARN if doubtful else Tone.ERR)
        self._title.setText(headline[0])
        self._rest.setText(headline[1])
        self.retry.set_disabled_reason(tr("After this run") if busy else None)
        if tuple(failures) != self._shown:
            self._shown = tuple(failures)
            self._fill_rows()

    def _fill_rows(self) -> None:
        for widget in self._rows:
            widget.hide()
            widget.deleteLater()
        self._rows = []
        shown = self._shown if self._all else self._shown[:_SHOWN]
        for index, failure in enumerate(shown):
            if index:
                self._put(Hairline(self.theme, self))
            row = _FailureRow(self.theme, failure, self)
            row.fixed.connect(self.fixed)
            self._put(row)
        if len(shown) < len(self._shown):
            more = tr("Show {n} more", n=len(self._shown) - len(shown))
            link = Button(self.theme, more, self, kind=Kind.LINK)
            link.clicked.connect(self._show_all)
            self._put(link)

    def _put(self, widget: QWidget) -> None:
        self._rows.append(widget)
        self.body.addWidget(widget)

    @Slot()
    def _show_all(self) -> None:
        self._all = True
        self._fill_rows()
