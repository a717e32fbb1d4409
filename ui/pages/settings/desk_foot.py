"""What stands below the label: what is selected, how large it is shown, what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.label_designs import Finding, LabelDesign, OwnField
from app.domain.text import ntr, tr
from ui.pages.settings.design_edits import OWN_WORDS, may_shrink, may_wrap
from ui.paint import Align, draw_text, wrap_text
from ui.paint_status import Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.choices import CheckBox
from ui.widgets.fields import ComboField, TextField
from ui.widgets.label import TextLabel

ZOOMS = (50, 75, 100, 125, 150, 200)
_MOST_SHOWN = 3
_MOST_COLUMNS = 3
_BETWEEN = 14
_HEAD_GAP = 8
_LEFT, _RIGHT = 20, 16


class ZoomBar(QWidget):
    """``stepped(-1 or +1)``, ``fitted``, ``real`` (100 %)."""

    stepped = Signal(int)
    fitted = Signal()
    real = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.smaller = IconButton(theme, "minus", tr("Smaller (−)"), self, size=28, icon_px=16)
        self.percent = Button(theme, "100%", self, kind=Kind.GHOST, size=Size.SMALL)
        self.percent.set_help(tr("Real size (1)"))
        self.larger = IconButton(theme, "plus", tr("Larger (+)"), self, size=28, icon_px=16)
        self.fit = IconButton(
            theme, "arrows-in-simple", tr("Whole label (0)"), self, size=28, icon_px=16
        )
        for part in (self.smaller, self.percent, self.larger, self.fit):
            row.addWidget(part)
        self.smaller.clicked.connect(lambda: self.stepped.emit(-1))
        self.larger.clicked.connect(lambda: self.stepped.emit(1))
        self.fit.clicked.connect(self.fitted)
        self.percent.clicked.connect(self.real)

    def tell(self, percent: int) -> None:
        """How large it is shown."""
        self.percent.setText(f"{percent}%")
        self.smaller.setEnabled(percent > ZOOMS[0])
        self.larger.setEnabled(percent < ZOOMS[-1])


class FindingLine(QWidget):
    """One thing that is wrong, with what may help: ``helped(way, element)``."""

    helped = Signal(str, str)

    def __init__(
        self, theme: Theme, finding: Finding, design: LabelDesign, *, may_change: bool
    ) -> None:
        super().__init__()
        self.theme = theme
        self._text = str(finding.message)
        self.setAccessibleName(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 0, 0)
        row.setSpacing(6)
        row.addStretch(1)
        ways = (
            ("shrink", tr("Smaller type"), may_shrink(design, finding)),
            ("wrap", tr("Onto a second line"), may_wrap(design, finding)),
        )
        self.buttons: dict[str, Button] = {}
        for way, text, may in ways:
            if may and may_change:
                button = Button(theme, text, self, size=Size.SMALL)
                button.clicked.connect(
                    lambda _=False, way=way: self.helped.emit(way, finding.element)
                )
                row.addWidget(button)
                self.buttons[way] = button
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def _room(self) -> int:
        taken = sum(button.sizeHint().width() + 6 for button in self.buttons.values())
        return max(120, self.width() - 24 - taken - 6)

    def _lines(self) -> list[str]:
        return wrap_text(self._text, self.theme.face(Type.CAPTION), self._room(), 2)

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, max(self.theme.scaled(30), 2 * self.theme.face(Type.CAPTION).line_px))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, face = QPainter(self), self.theme.face(Type.CAPTION)
        draw_severity(p, Severity.FAILED, QPointF(8, self.height() / 2), 16, self.theme)
        lines = self._lines()
        top = (self.height() - len(lines) * face.line_px) // 2
        for at, line in enumerate(lines):
            box = self.rect().adjusted(24, top + at * face.line_px, 0, 0)
            box.setHeight(face.line_px)
            box.setWidth(self._room())
            draw_text(p, box, line, face, self.theme.t.err.text, Align.AlignLeft)


class DeskFoot(QWidget):
    """``field_ticked(OwnField, bool)``, ``helped(way, element)``, ``reset_wanted``."""

    field_ticked = Signal(object, bool)
    helped = Signal(str, str)
    reset_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setObjectName("surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(_LEFT, 9, _RIGHT, 12)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(_HEAD_GAP)
        self.selected = TextLabel(theme, tr("Own area"), Type.BODY_STRONG)
        self.samples = ComboField(theme, tr("Shown with"), self, height=28)
        self.zoom = ZoomBar(theme, self)
        head.addWidget(self.selected)
        head.addWidget(self.samples)
        head.addStretch(1)
        head.addWidget(self.zoom)
        column.addLayout(head)
        self.number = TextField(
            theme, tr("Waybill number"), self, placeholder=tr("Scan or type a waybill number")
        )
        self.number.hide()
        column.addWidget(self.number)
        self._fields_box = QWidget(self)
        self._grid = QGridLayout(self._fields_box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_BETWEEN)
        self._grid.setVerticalSpacing(0)
        self._columns = 0
        self._editing = False
        self.fields: dict[OwnField, CheckBox] = {}
        for field, text in OWN_WORDS.items():
            box = CheckBox(theme, str(text), self._fields_box)
            box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            box.clicked.connect(lambda _=False, field=field: self._ticked(field))
            self.fields[field] = box
        self.reset = Button(theme, tr("As it was delivered"), self._fields_box, kind=Kind.LINK)
        self.reset.clicked.connect(self.reset_wanted)
        theme.changed.connect(self._flow)
        column.addWidget(self._fields_box)
        self._findings = QVBoxLayout()
        self._findings.setSpacing(2)
        column.addLayout(self._findings)
        self.more = TextLabel(theme, "", Type.CAPTION, "text3")
        self.more.hide()
        column.addWidget(self.more)
        self.lines: list[FindingLine] = []
        self._shown: tuple[object, ...] = ()

    def show_fields(self, design: LabelDesign, *, editing: bool, refusal: str) -> None:
        """Tick what the own area shows."""
        self._fields_box.setVisible(editing)
        self._editing = editing
        self._flow()
        for field, box in self.fields.items():
            with QSignalBlocker(box):
                box.setChecked(field in design.own.fields)
            box.set_disabled_reason(refusal or None)
        self.reset.setVisible(design.is_own)
        self.reset.set_disabled_reason(refusal or None)

    def show_findings(
        self, findings: Sequence[Finding], design: LabelDesign, *, may_change: bool
    ) -> None:
        """What is wrong with the label as it is drawn."""
        shown = (tuple(findings), design.code, may_change)
        if shown == self._shown:
            return
        self._shown = shown
        for line in self.lines:
            line.hide()
            line.deleteLater()
        self.lines = []
        for finding in findings[:_MOST_SHOWN]:
            line = FindingLine(self.theme, finding, design, may_change=may_change)
            line.helped.connect(self.helped)
            self._findings.addWidget(line)
            self.lines.append(line)
        more = len(findings) - _MOST_SHOWN
        self.more.setText(ntr("{n} more", "{n} more", more) if more > 0 else "")
        self.more.setVisible(more > 0)

    def _flow(self) -> None:
        """As many columns as the words leave room for: at large type two, else three."""
        parts: list[QWidget] = [*self.fields.values(), self.reset]
        room = self.width() - _LEFT - _RIGHT
        head = (self.selected, self.samples, self.zoom)
        needed = sum(part.sizeHint().width() for part in head) + len(head) * _HEAD_GAP
        self.selected.setVisible(self._editing and needed <= room)
        widest = max(part.sizeHint().width() for part in parts)
        columns = max(1, min(_MOST_COLUMNS, (room + _BETWEEN) // (widest + _BETWEEN)))
        if columns == self._columns:
            return
        self._columns = columns
        for at, part in enumerate(parts):
            self._grid.addWidget(part, at // columns, at % columns, Qt.AlignmentFlag.AlignLeft)
        for at in range(_MOST_COLUMNS):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)

    def _ticked(self, field: OwnField) -> None:
        self.field_ticked.emit(field, self.fields[field].isChecked())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._flow()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.surface)
        p.fillRect(0, 0, self.width(), 1, self.theme.t.border)
