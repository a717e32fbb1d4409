"""Controls of the printer's form that are made of several others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSignalBlocker, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from app.services.printing.rolls import Roll
from ui.pages.settings.printer_words import document_name
from ui.paint import draw_text, wrap_text
from ui.paint_boxes import round_rect
from ui.paint_status import SEVERITY_TONES, Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button
from ui.widgets.choices import CheckBox
from ui.widgets.fields import TextField

_USUAL_ROLL = 500
_COLUMNS, _ROOM_PX = 3, 285


class Strip(QWidget):
    """What happened, in a tinted box; hidden while there is nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._severity, self._text = Severity.INFO, ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self._restyle)
        self.hide()

    @property
    def text(self) -> str:
        return self._text

    def tell(self, severity: Severity, text: str) -> None:
        """Say something; an empty text takes no room."""
        self._severity, self._text = severity, text
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def _lines(self, width: int) -> list[str]:
        return wrap_text(self._text, self.theme.face(Type.BODY), width - 46, 4)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return max(1, len(self._lines(width))) * self.theme.face(Type.BODY).line_px + 16

    @override
    def sizeHint(self) -> QSize:
        return QSize(300, self.heightForWidth(max(300, self.width())))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, face = QPainter(self), self.theme.face(Type.BODY)
        tone = SEVERITY_TONES[self._severity]
        colors = self.theme.t.tone(Tone.GRAY if self._severity is Severity.INFO else tone)
        round_rect(p, self.rect(), 8, colors.soft, colors.line)
        middle = QPointF(20, 8 + face.line_px / 2)
        draw_severity(p, self._severity, middle, 16, self.theme, colors.text)
        for at, line in enumerate(self._lines(self.width())):
            box = self.rect().adjusted(34, 8 + at * face.line_px, -12, 0)
            box.setHeight(face.line_px)
            draw_text(p, box, line, face, self.theme.t.text)


class RollField(QWidget):
    """How many labels a roll has, and the one button for a new one: ``renewed(labels)``."""

    renewed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.size_field = TextField(theme, tr("Labels on a new roll"), self, unit=tr("labels"))
        self.size_field.setFixedWidth(theme.scaled(120))
        self.button = Button(theme, tr("New roll is in"), self, icon="arrows-clockwise")
        row.addWidget(self.size_field)
        row.addWidget(self.button)
        row.addStretch(1)
        self.button.clicked.connect(self._renew)
        self.size_field.submitted.connect(self._renew)
        self.show_roll(None)

    def show_roll(self, roll: Roll | None) -> None:
        """What was said the last time is offered again."""
        if not self.size_field.edit.hasFocus():
            self.size_field.setText(str(roll.size if roll is not None else _USUAL_ROLL))

    @Slot()
    def _renew(self) -> None:
        text = self.size_field.text().strip()
        self.renewed.emit(int(text) if text.isdecimal() and len(text) < 7 else -1)


class DocumentsField(QWidget):
    """What the printer takes: ``chosen(tuple)`` of document codes."""

    chosen = Signal(object)

    def __init__(
        self, theme: Theme, documents: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(0)
        self.boxes: dict[str, CheckBox] = {}
        made = [CheckBox(theme, document_name(document), self) for document in documents]
        widest = max((box.sizeHint().width() for box in made), default=1) + 18
        columns = max(1, min(_COLUMNS, theme.scaled(_ROOM_PX) // widest))
        for at, (document, box) in enumerate(zip(documents, made, strict=True)):
            box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            box.clicked.connect(self._clicked)
            self.boxes[document] = box
            grid.addWidget(box, at // columns, at % columns)
        grid.setColumnStretch(columns, 1)

    def show_documents(self, documents: Sequence[str]) -> None:
        """Tick these."""
        for document, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(document in documents)

    @Slot()
    def _clicked(self) -> None:
        self.chosen.emit(tuple(d for d, box in self.boxes.items() if box.isChecked()))
