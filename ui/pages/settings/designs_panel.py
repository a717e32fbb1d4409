"""The label designs: standards and the shop's own copies, and which of them are in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from app.services.printing.designs import DesignRow
from ui.page import PageTools
from ui.pages.settings.form_parts import Strip
from ui.pages.settings.form_row import FormRow
from ui.pages.settings.printer_words import paper_name
from ui.pages.settings.printers_panel import Column
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.paint_status import Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind
from ui.widgets.card import Card
from ui.widgets.control import OneOfMany
from ui.widgets.fields import TextField
from ui.widgets.label import TextLabel


class DesignCard(OneOfMany):
    """One design: its name, its paper, whether labels are drawn by it."""

    ring_radius = 8.0

    def __init__(self, theme: Theme, row: DesignRow, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.row = row
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    def show_row(self, row: DesignRow) -> None:
        """Its name or its use has changed."""
        if row != self.row:
            self.row = row
            self._tell()

    def facts(self) -> str:
        """Paper and kind."""
        kind = tr("the shop's own") if self.row.is_own else tr("standard")
        return f"{paper_name(self.row.media)} · {kind}"

    def _tell(self) -> None:
        used = tr("in use") if self.row.active else ""
        parts = (self.row.title, self.facts(), used)
        self.setAccessibleName(tr(", ").join(part for part in parts if part))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, self.theme.scaled(48))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, box = QPainter(self), self.theme.t, self.rect()
        if self.isChecked():
            round_rect(p, box, 8, t.accent_soft, t.accent, 1.5)
        else:
            round_rect(p, box, 8, t.hover if self.hovered else t.surface, t.border2)
        middle = box.height() / 2
        icon = "note-pencil" if self.row.is_own else "file-text"
        tint = t.accent_text if self.isChecked() else t.text2
        draw_icon(p, icon, QPointF(24, middle), 18, tint, self.theme)
        taken = 0.0
        if self.row.active:
            face = self.theme.face(Type.BODY)
            room = box.adjusted(0, 0, -16, 0)
            taken = draw_text(p, room, tr("in use"), face, t.ok.text, Align.AlignRight) + 24
            at = QPointF(box.right() - 16 - taken + 12, middle)
            draw_severity(p, Severity.FINE, at, 16, self.theme)
        room = box.adjusted(44, 0, -round(taken) - 24, 0)
        name = self.theme.face(Type.BODY_STRONG)
        width = draw_text(p, room, self.row.title, name, t.text)
        rest = room.adjusted(round(width) + 10, 0, 0, 0)
        draw_text(p, rest, self.facts(), self.theme.face(Type.CAPTION), t.text3)


class DesignsPanel(Column):
    """``chosen(code)``; ``copy_wanted``, ``delete_wanted``, ``reset_wanted`` carry the row,
    ``use_wanted`` also the one that is in use now, ``rename_wanted`` the new name.
    """

    chosen = Signal(str)
    copy_wanted = Signal(object)
    use_wanted = Signal(object, object)
    rename_wanted = Signal(object, str)
    delete_wanted = Signal(object)
    reset_wanted = Signal(object)

    def __init__(self, tools: PageTools, parent: QWidget | None = None) -> None:
        super().__init__(tools, parent)
        self.rows: dict[str, DesignRow] = {}
        self.cards: dict[str, DesignCard] = {}
        self._refusal = ""
        self._current = ""
        theme = self.theme
        self.body.addWidget(TextLabel(theme, tr("Label designs"), Type.PAGE_TITLE))
        self.body.addSpacing(14)
        self._make_form()
        self.body.addSpacing(16)
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self.body.addLayout(self._list)
        self.body.addStretch(1)

    def _make_form(self) -> None:
        theme = self.theme
        self.form = Card(theme)
        self.form.body.setContentsMargins(22, 14, 22, 12)
        self.form.body.setSpacing(0)
        self.title = TextLabel(theme, "", Type.CARD_TITLE)
        self.use = Button(theme, tr("Use for new labels"), self.form, kind=Kind.PRIMARY)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self.use)
        self.form.body.addLayout(head)
        self.hint = Strip(theme, self.form)
        self.form.body.addSpacing(6)
        self.form.body.addWidget(self.hint)
        self.name = TextField(theme, tr("Name"))
        self.name_row = FormRow(theme, tr("Name"), "", self.form)
        self.name_row.first = True
        self.name_row.add(self.name, stretch=True)
        self.form.body.addWidget(self.name_row)
        self.copy = Button(theme, tr("Make a copy"), self.form, icon="copy")
        self.reset = Button(theme, tr("As it was delivered"), self.form, icon="arrow-u-up-left")
        self.delete = Button(theme, tr("Take away"), self.form, icon="trash", kind=Kind.DANGER)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.copy, self.reset, self.delete):
            foot.addWidget(button)
        foot.addStretch(1)
        self.form.body.addSpacing(8)
        self.form.body.addLayout(foot)
        self.form.body.addSpacing(4)
        self.body.addWidget(self.form)
        self.form.hide()
        self.use.clicked.connect(self._use)
        self.copy.clicked.connect(lambda: self._say(self.copy_wanted.emit))
        self.reset.clicked.connect(lambda: self._say(self.reset_wanted.emit))
        self.delete.clicked.connect(lambda: self._say(self.delete_wanted.emit))
        self.name.edit.editingFinished.connect(self._renamed)

    @property
    def current(self) -> DesignRow | None:
        return self.rows.get(self._current)

    def set_refusal(self, refusal: str) -> None:
        """Why this person may only look."""
        self._refusal = refusal
        self._show_form()

    def show_rows(self, rows: Sequence[DesignRow]) -> None:
        """Cards for these, in this order."""
        self.rows = {row.code: row for row in rows}
        for gone in set(self.cards) - set(self.rows):
            card = self.cards.pop(gone)
            card.hide()
            card.deleteLater()
        for at, row in enumerate(rows):
            card = self.cards.get(row.code) or self._new_card(row)
            card.show_row(row)
            if self._list.indexOf(card) != at:
                self._list.insertWidget(at, card)
        self.cards = {row.code: self.cards[row.code] for row in rows}
        self._show_form()

    @Slot(str)
    def set_current(self, code: str) -> None:
        """The desk shows this one."""
        self._current = code
        self._show_form()

    def _new_card(self, row: DesignRow) -> DesignCard:
        card = DesignCard(self.theme, row)
        card.setObjectName(row.code)
        card.clicked.connect(self._pick)
        self.cards[row.code] = card
        return card

    def _show_form(self) -> None:
        for code, card in self.cards.items():
            card.setChecked(code == self._current)
        row = self.current
        self.form.setVisible(row is not None)
        if row is None:
            return
        self.title.setText(row.title)
        self.use.setVisible(not row.active)
        self.name_row.setVisible(row.is_own)
        if not self.name.edit.hasFocus():
            self.name.setText(row.title)
        self.reset.setVisible(row.is_own)
        self.delete.setVisible(row.is_own)
        if row.outdated:
            self.hint.tell(
                Severity.INFO, tr("The standard it was copied from has a newer version.")
            )
        elif not row.is_own:
            said = tr("A standard stays as it is; the first change makes a copy of your own.")
            self.hint.tell(Severity.INFO, said)
        else:
            self.hint.tell(Severity.INFO, "")
        for button in (self.use, self.copy, self.reset, self.delete):
            button.set_disabled_reason(self._refusal or None)
        self.name.setEnabled(not self._refusal)

    @Slot()
    def _pick(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(sender.objectName())

    def _say(self, tell: Callable[[DesignRow], None]) -> None:
        row = self.current
        if row is not None:
            tell(row)

    @Slot()
    def _use(self) -> None:
        row = self.current
        if row is not None:
            same = (row.template, row.carrier, row.media)
            before = next(
                (
                    r
                    for r in self.rows.values()
                    if r.active and (r.template, r.carrier, r.media) == same
                ),
                None,
            )
            self.use_wanted.emit(row, before)

    @Slot()
    def _renamed(self) -> None:
        row, title = self.current, self.name.text().strip()
        if row is not None and row.is_own and title and title != row.title:
            self.rename_wanted.emit(row, title)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        codes = list(self.cards)
        at = next((i for i, code in enumerate(codes) if self.cards[code].hasFocus()), None)
        if not step or at is None or not 0 <= at + step < len(codes):
            super().keyPressEvent(event)
            return
        card = self.cards[codes[at + step]]
        card.setFocus(Qt.FocusReason.TabFocusReason)
        self.ensureWidgetVisible(card)
        self.chosen.emit(codes[at + step])
