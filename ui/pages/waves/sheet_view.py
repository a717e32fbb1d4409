"""The middle of the page: one wave with its steps, its job, its failures and its parcels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from app.services.waves.wave_views import WaveSheet
from ui.pages.waves import panel_facts, remedies, words
from ui.pages.waves.failures_card import FailuresCard
from ui.pages.waves.held_card import HeldCard
from ui.pages.waves.parcel_table import ParcelTable
from ui.pages.waves.progress_panel import ProgressPanel
from ui.pages.waves.shortage import ShortageBox
from ui.paint import draw_text
from ui.paint_boxes import draw_carrier_mark, draw_frame
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.wave_run import RunView
from ui.widgets.buttons import IconButton
from ui.widgets.card import Card
from ui.widgets.drawer import ScrollColumn
from ui.widgets.label import TextLabel
from ui.widgets.progress import Stepper

_TABLE_ROWS = 5


class CarrierCounts(QWidget):
    """A mark and a number for each company of the wave."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._counts: tuple[tuple[str, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def tell(self, counts: tuple[tuple[str, int], ...]) -> None:
        """Show these companies."""
        self._counts = counts
        self.setAccessibleName(", ".join(f"{words.carrier_name(c)} {n}" for c, n in counts))
        self._restyle()

    @override
    def sizeHint(self) -> QSize:
        face = self.theme.face(Type.NAV)
        width = sum(18 + 6 + face.width(str(n)) + 15 for _, n in self._counts)
        return QSize(round(width), self.theme.scaled(28))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, face = QPainter(self), self.theme.face(Type.NAV)
        x, middle = 0.0, self.height() / 2
        for code, count in self._counts:
            draw_carrier_mark(p, QRectF(x, round(middle - 9), 18, 18), code, self.theme)
            box = QRectF(x + 24, 0, self.width() - x - 24, self.height())
            x += 24 + draw_text(p, box, str(count), face, self.theme.t.text2) + 15


class _RoundEdge(QWidget):
    """Rounds the corners of the table that it lies on."""

    def __init__(self, theme: Theme, target: QWidget) -> None:
        super().__init__(target)
        self.theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        target.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        parent = self.parentWidget()
        if event.type() == QEvent.Type.Resize and parent is not None:
            self.setGeometry(parent.rect())
            self.raise_()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        around, inside = QPainterPath(), QPainterPath()
        around.addRect(QRectF(self.rect()))
        inside.addRoundedRect(QRectF(self.rect()), 10, 10)
        p.fillPath(around.subtracted(inside), self.theme.t.subtle)
        draw_frame(p, self.rect(), 10, self.theme.t.border)


class SheetView(ScrollColumn):
    """One wave. Its widgets stay; ``show_wave`` only tells them what changed."""

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=24, spacing=0)
        self.theme = theme
        self.body.setContentsMargins(24, 18, 24, 20)
        self._title = TextLabel(theme, "", Type.RECORD_TITLE)
        self._carriers = CarrierCounts(theme)
        self._fact = TextLabel(theme, "", Type.BODY, "text2")
        self.stepper = Stepper(theme)
        self.shortage = ShortageBox(theme, 560, below=14)
        self.held = HeldCard(theme)
        self.panel = ProgressPanel(theme)
        self.failures = FailuresCard(theme)
        self.table = ParcelTable(theme, pictures)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self._title)
        head.addWidget(self._carriers)
        head.addStretch(1)
        self.more = IconButton(
            theme, "dots-three", tr("Print more for this wave"), self, size=32, framed=True
        )
        head.addWidget(self.more)
        self.body.addLayout(head)
        self.body.addWidget(self._fact)
        self.body.addSpacing(14)
        self.body.addWidget(self.stepper)
        self.body.addSpacing(14)
        self.body.addWidget(self.shortage)
        self.body.addWidget(self.held)
        self._held_gap = QWidget()
        self._held_gap.setFixedHeight(14)
        self.body.addWidget(self._held_gap)
        self.body.addWidget(self.panel)
        self.body.addSpacing(14)
        self.body.addWidget(self.failures)
        self._gap = QWidget()
        self._gap.setFixedHeight(14)
        self.body.addWidget(self._gap)
        self._frame = Card(theme, padding=0)
        self._frame.body.setContentsMargins(1, 1, 1, 8)
        self._frame.body.addWidget(self.table)
        self._edge = _RoundEdge(theme, self._frame)
        self.body.addWidget(self._frame, 1)
        theme.changed.connect(self._restyle_table)
        self._restyle_table()

    @Slot()
    def _restyle_table(self) -> None:
        self._frame.setMinimumHeight(self.theme.scaled(34 + 28 * _TABLE_ROWS) + 10)

    def show_wave(
        self, sheet: WaveSheet, run: RunView | None, outlook: panel_facts.Outlook
    ) -> None:
        """Show the wave as it stands."""
        self._title.setText(words.wave_title(sheet.name))
        self._carriers.tell(words.carrier_counts(sheet))
        self._fact.setText(words.wave_fact(sheet, outlook.now))
        self.stepper.set_steps(words.steps_of(sheet, run))
        self.panel.show_facts(panel_facts.facts_of(sheet, run, outlook))
        busy = run is not None and run.busy
        found = remedies.failures_of(sheet)
        tried = any(words.in_the_way(p) for p in sheet.parcels)
        self.failures.show_failures(found, remedies.headline(sheet, run), busy=busy, tried=tried)
        self._gap.setVisible(bool(found))
        self.table.show_wave(sheet, run)

    def fit_held(self) -> None:
        """The gap below the card goes with the card."""
        self._held_gap.setVisible(self.held.shown_facts is not None)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(self.viewport().rect(), self.theme.t.subtle)
