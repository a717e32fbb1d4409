"""The pieces of the tab 对账: the bar with the shop and the progress, and what stands below it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.domain.text import tr
from app.jobs import Step
from ui.table import DataTable
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button
from ui.widgets.fields import ComboField
from ui.widgets.label import TextLabel
from ui.widgets.progress import ProgressBar
from ui.widgets.states import EmptyAction, EmptyState, SkeletonRows


class ReconcileBar(QWidget):
    """Which shop, what was found, how far it is."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.scaled(48))
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 20, 0)
        row.setSpacing(12)
        self.shops = ComboField(theme, tr("Shop"), self, height=28)
        self.summary = TextLabel(theme, "", Type.BODY, "text2")
        self.progress = ProgressBar(theme, self, height=6)
        self.progress.setFixedWidth(theme.scaled(200))
        self.stop = Button(theme, tr("Stop"), self, icon="x")
        for part in (self.shops, self.summary, self.progress, self.stop):
            row.addWidget(part)
        row.setStretch(1, 1)
        self.end()

    def begin(self, words: str) -> None:
        """Something runs."""
        self.progress.set_progress(0, 0, 0)
        self.summary.setText(words)
        self.progress.show()
        self.stop.show()

    def tell(self, step: Step) -> None:
        """How far it is."""
        self.progress.set_progress(step.done - step.failed, step.failed, step.total)

    def end(self) -> None:
        """Nothing runs."""
        self.progress.hide()
        self.stop.hide()
        self.summary.setText("")


class ReconcileStack(QStackedWidget):
    """The table, or why there is none. ``acted`` tells ``again``."""

    acted = Signal(str)

    def __init__(self, theme: Theme, table: DataTable, parent: QWidget) -> None:
        super().__init__(parent)
        again = EmptyAction("again", tr("Compare again"), "arrows-clockwise")
        self.skeleton = SkeletonRows(theme, self)
        self.same = EmptyState(
            theme,
            "check-circle",
            tr("Every listing agrees"),
            tr("The shop shows what it should."),
            [again],
            tone=Tone.OK,
        )
        self.offline = EmptyState(
            theme,
            "wifi-slash",
            tr("The shop's figures are not here"),
            tr("Nothing was changed."),
            [again],
        )
        self.no_shop = EmptyState(
            theme,
            "storefront",
            tr("No shop is connected"),
            tr("Connect one in the settings, then compare."),
        )
        for part in (self.skeleton, table, self.same, self.offline, self.no_shop):
            self.addWidget(part)
        self.same.acted.connect(self.acted)
        self.offline.acted.connect(self.acted)
