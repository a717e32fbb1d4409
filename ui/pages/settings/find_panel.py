"""Looking for printers: what is found appears at once, an address can be typed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import T, Text, tr
from app.ports import Found, FoundKind
from ui.pages.settings.form_parts import Strip
from ui.pages.settings.printer_words import dpi, paper_name
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.paint_status import Severity
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button
from ui.widgets.control import PressControl
from ui.widgets.dialog import Overlay
from ui.widgets.drawer import ScrollColumn
from ui.widgets.fields import TextField
from ui.widgets.label import Paragraph, TextLabel

_WIDTH_PX, _LIST_PX, _RING_PX = 580, 300, 5
_RING_PX = 5
_KIND_WORDS: dict[FoundKind, Text] = {
    FoundKind.QUEUE: T("This computer's queue"),
    FoundKind.USB: T("USB"),
    FoundKind.FILE: T("USB"),
    FoundKind.SERIAL: T("Serial port"),
    FoundKind.NETWORK: T("Network"),
    FoundKind.IPP: T("Network"),
}
_ICONS = {FoundKind.USB: "usb", FoundKind.FILE: "usb", FoundKind.QUEUE: "desktop"}


def found_line(found: Found) -> str:
    """``Network · TSPL · 203 dpi · 76 × 130 mm · tcp://…``: what is known of it."""
    parts = [str(_KIND_WORDS[found.kind])]
    if found.language and found.language not in {"system", "pdf"}:
        parts.append(found.language.upper())
    if found.dots_per_mm:
        parts.append(f"{dpi(found.dots_per_mm)} dpi")
    if found.media:
        parts.append(paper_name(found.media))
    parts.append(found.address)
    return " · ".join(parts)


class FoundRow(PressControl):
    """One printer that was found; what is set up already says so and cannot be chosen."""

    ring_radius = 8.0

    def __init__(self, theme: Theme, found: Found, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.found = found
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._known = (
            tr("set up as {printer}", printer=found.configured_as) if found.configured_as else ""
        )
        self.setEnabled(not self._known)
        self.title = found.name or found.address
        parts = (self.title, found_line(found), self._known)
        self.setAccessibleName(tr(", ").join(part for part in parts if part))
        self.set_help(found_line(found))

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, self.theme.scaled(54))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, box = QPainter(self), self.theme.t, self.rect()
        round_rect(p, box, 8, t.hover if self.hovered else t.surface, t.border2)
        icon = _ICONS.get(self.found.kind, "printer")
        strong = t.text if self.isEnabled() else t.text3
        draw_icon(p, icon, QPointF(26, box.height() / 2), 20, t.text2, self.theme)
        half = box.height() // 2
        room = QRect(50, half - self.theme.scaled(19), box.width() - 66, self.theme.scaled(18))
        right = self._known or tr("Add")
        caption = self.theme.face(Type.CAPTION)
        tint = t.text3 if self._known else t.accent_text
        side = QRect(box.width() // 2, 0, box.width() // 2 - 16, box.height())
        taken = draw_text(p, side, right, caption, tint, Align.AlignRight)
        room.setWidth(room.width() - round(taken) - 12)
        draw_text(p, room, self.title, self.theme.face(Type.BODY_STRONG), strong)
        lower = room.translated(0, self.theme.scaled(19))
        draw_text(p, lower, found_line(self.found), caption, t.text2)


class FindPanel(Overlay):
    """``picked(Found)``, ``asked(address)``, ``again`` and ``manual`` are its buttons."""

    picked = Signal(object)
    asked = Signal(str)
    again = Signal()
    manual = Signal()

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(theme, host, width=_WIDTH_PX)
        self.setAccessibleName(tr("Find printers"))
        self.rows: list[FoundRow] = []
        room, pad = self.card.room(), 24
        column = QVBoxLayout(self.card)
        column.setContentsMargins(
            room.left() + pad, room.top() + 20, room.right() + pad, room.bottom() + 20
        )
        column.setSpacing(8)
        column.addWidget(TextLabel(theme, tr("Find printers"), Type.DIALOG_TITLE))
        line = QHBoxLayout()
        line.setSpacing(8)
        self.address = TextField(
            theme, tr("Address"), placeholder=tr("Network address, like 192.168.1.50")
        )
        self.ask_button = Button(theme, tr("Ask there"), self.card)
        line.addWidget(self.address, 1)
        line.addWidget(self.ask_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        self.how = TextLabel(theme, "", Type.CAPTION, "text2")
        column.addWidget(self.how)
        self.found_list = ScrollColumn(self.card, padding=0, spacing=8)
        self.found_list.setFixedHeight(theme.scaled(_LIST_PX))
        self.found_list.body.setContentsMargins(_RING_PX, _RING_PX, _RING_PX, _RING_PX)
        self.nothing = Paragraph(theme, "", Type.BODY, "secondary")
        self.nothing.hide()
        self.found_list.body.addWidget(self.nothing)
        self.found_list.body.addStretch(1)
        around = QHBoxLayout()  # the rings of its rows stand out, the rows do not
        around.setContentsMargins(-_RING_PX, 0, -_RING_PX, 0)
        around.addWidget(self.found_list)
        column.addLayout(around)
        self.problem = Strip(theme, self.card)
        column.addWidget(self.problem)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.manual_button = Button(theme, tr("Fill it in by hand"), self.card)
        self.again_button = Button(theme, tr("Search again"), self.card, icon="arrows-clockwise")
        self.close_button = Button(theme, tr("Close"), self.card)
        foot.addWidget(self.manual_button)
        foot.addStretch(1)
        foot.addWidget(self.again_button)
        foot.addWidget(self.close_button)
        column.addLayout(foot)
        self.address.submitted.connect(self._ask)
        self.ask_button.clicked.connect(self._ask)
        self.again_button.clicked.connect(self.again)
        self.manual_button.clicked.connect(self.manual)
        self.close_button.clicked.connect(self.leave)

    def begin(self) -> None:
        """A new look begins: nothing is found yet."""
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = []
        self.nothing.hide()
        self.problem.tell(Severity.INFO, "")
        self.again_button.setEnabled(False)
        self.tell_progress(tr("Looking: USB, network, this computer's queues …"))

    def tell_progress(self, text: str) -> None:
        """How far the look is."""
        self.how.setText(text)

    def tell_problem(self, text: str) -> None:
        """One way could not look, or nothing stands at the typed address."""
        self.problem.tell(Severity.PROBLEM, text)
        self.fit_soon()

    def add_found(self, found: Found) -> None:
        """One more; the first of them can be chosen with Enter."""
        known = next((r for r in self.rows if r.found.address == found.address), None)
        if known is not None:
            return
        self.nothing.hide()
        row = FoundRow(self.theme, found, self.found_list)
        row.clicked.connect(self._picked)
        self.found_list.body.insertWidget(len(self.rows), row)
        self.rows.append(row)

    def end(self) -> None:
        """Every way has looked."""
        self.again_button.setEnabled(True)
        free = sum(row.isEnabled() for row in self.rows)
        if free:
            self.tell_progress(tr("Found {n}. Choose one to set it up.", n=free))
        else:
            self.tell_progress(tr("Looked everywhere"))
        if not self.rows:
            self.nothing.setText(
                tr(
                    "Nothing found. Switch the printer on, plug it in, and look again. One that "
                    "hangs on the network says its address when its feed key is held while "
                    "switching on: type that address above."
                )
            )
            self.nothing.show()

    @Slot()
    def _ask(self) -> None:
        text = self.address.text().strip()
        if text:
            self.address.set_error("")
            self.asked.emit(text)

    @Slot()
    def _picked(self) -> None:
        sender = self.sender()
        if isinstance(sender, FoundRow):
            self.picked.emit(sender.found)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        rows = [row for row in self.rows if row.isEnabled()]
        if step and rows:
            at = next((i for i, row in enumerate(rows) if row.hasFocus()), -1)
            target = rows[max(0, min(len(rows) - 1, at + step))]
            target.setFocus(Qt.FocusReason.TabFocusReason)
            self.found_list.ensureWidgetVisible(target)
            event.accept()
            return
        super().keyPressEvent(event)
