"""The row under the tabs: search, what is short, what runs low, more filters, the totals."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from app.services.stock.stock_page import StockCounts, StockFilter, StockState, StockTab
from ui.pages.stock.words import GLYPHS, STATE_WORDS, figure
from ui.paint import Align, Run, draw_icon, draw_runs
from ui.paint_boxes import round_rect
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.choices import FilterChip
from ui.widgets.control import PressControl
from ui.widgets.fields import SearchField
from ui.widgets.popover import MenuItem, PopoverMenu

_TYPING_MS = 150
_BAR_PX, _SEARCH_PX = 48, 200


class CountChip(PressControl):
    """A state and how many items are in it; pressed again it lets go."""

    def __init__(
        self, theme: Theme, state: StockState, tone: Tone, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._state, self._tone = state, tone
        self._count = 0
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """How many there are; none hides the chip, unless it is pressed."""
        self._count = count
        self.setAccessibleName(f"{STATE_WORDS[self._state]} {count:,}")
        self.setVisible(bool(count) or self.isChecked())
        self.updateGeometry()
        self.update()

    def _runs(self) -> list[Run]:
        color = self.theme.t.tone(self._tone).text
        words = self.theme.face(Type.BODY_STRONG)
        return [
            Run(str(STATE_WORDS[self._state]), words, color),
            Run(f"{self._count:,}", words, color, gap=6),
        ]

    @override
    def sizeHint(self) -> QSize:
        width = sum(run.gap + run.face.width(run.text) for run in self._runs())
        return QSize(round(width) + 39 + (16 if self.isChecked() else 0), self.theme.scaled(28))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, colors = QPainter(self), self.theme.t.tone(self._tone)
        chosen, middle = self.isChecked(), self.height() / 2
        edge = colors.text if chosen else colors.line
        round_rect(p, self.rect(), 6, colors.soft, edge, 1.5 if chosen else 1)
        name, weight = GLYPHS[self._state]
        draw_icon(p, name, QPointF(18, middle), 14, colors.text, self.theme, weight)
        draw_runs(p, self.rect().adjusted(29, 0, -6, 0), self._runs())
        if chosen:
            at = QPointF(self.width() - 13, middle)
            draw_icon(p, "x", at, 12, colors.text, self.theme, "bold")


class Totals(QWidget):
    """The sums at the right: on hand, allocated, available."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._parts: list[tuple[str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def tell(self, counts: StockCounts) -> None:
        """Show the sums of all items that fit."""
        self._parts = [
            (tr("On hand"), figure(counts.on_hand)),
            (tr("Allocated"), figure(counts.allocated)),
            (tr("Available"), figure(counts.available)),
        ]
        self.setAccessibleName(tr(", ").join(f"{w} {n}" for w, n in self._parts))
        self._restyle()

    def _runs(self, parts: list[tuple[str, str]]) -> list[Run]:
        t, face = self.theme.t, self.theme.face(Type.CAPTION)
        strong = self.theme.face(Type.BODY_STRONG)
        runs = []
        for n, (words, pieces) in enumerate(parts):
            runs.append(Run(words, face, t.text2, gap=10 if n else 0))
            runs.append(Run(pieces, strong, t.text, gap=4))
        return runs

    @override
    def sizeHint(self) -> QSize:
        width = sum(run.gap + run.face.width(run.text) for run in self._runs(self._parts))
        return QSize(round(width) + 2, self.theme.scaled(28))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.theme.scaled(28))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        parts = list(self._parts)
        # Whole figures or none: a cut number would be a wrong one.
        while parts and sum(r.gap + r.face.width(r.text) for r in self._runs(parts)) > self.width():
            parts = parts[1:]
        draw_runs(QPainter(self), self.rect(), self._runs(parts), Align.AlignRight)


class FilterBar(QWidget):
    """``searched`` comes a moment after the last key; ``tab_chosen`` carries a ``StockTab`` or
    "archived"."""

    searched = Signal(str)
    tab_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._now = StockFilter()
        self._counts: StockCounts | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 20, 0)
        row.setSpacing(8)
        self.search = SearchField(theme, tr("Item, code, bar code"), self, height=28)
        self.search.setMinimumWidth(150)
        self.search.text_changed.connect(self._typed)
        self.search.submitted.connect(self._search_now)
        row.addWidget(self.search, 2)
        self.short = CountChip(theme, StockState.SHORT, Tone.ERR, self)
        self.low = CountChip(theme, StockState.LOW, Tone.WARN, self)
        self.short.clicked.connect(self._short_clicked)
        self.low.clicked.connect(self._low_clicked)
        self.more = FilterChip(theme, tr("Filter"), parent=self, adds=True)
        self.more.clicked.connect(self._open_more)
        self.more.cleared.connect(self._show_all)
        for part in (self.short, self.low, self.more):
            row.addWidget(part)
        self.totals = Totals(theme, self)
        row.addWidget(self.totals, 1)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_TYPING_MS)
        self._wait.timeout.connect(self._search_now)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self.setFixedHeight(self.theme.scaled(_BAR_PX))
        self.search.setMaximumWidth(self.theme.scaled(_SEARCH_PX))

    def tell(self, counts: StockCounts) -> None:
        """The numbers of the chips and the sums."""
        self._counts = counts
        self.short.set_count(counts.short)
        self.low.set_count(counts.low)
        self.totals.tell(counts)

    def show_filter(self, now: StockFilter) -> None:
        """Show what is filtered by; tells nobody."""
        self._now = now
        self.short.setChecked(now.tab is StockTab.SHORT)
        self.low.setChecked(now.tab is StockTab.LOW)
        words = {StockTab.SLOW: tr("Sells slowly"), StockTab.DEFECTIVE: tr("Defective")}
        self.more.set_value(tr("No longer sold") if now.archived else words.get(now.tab, ""))
        if self._counts is not None:
            self.tell(self._counts)
        if now.search != self.search.text():
            blocked = self.search.edit.blockSignals(True)
            self.search.setText(now.search)
            self.search.edit.blockSignals(blocked)
            self.search.update()

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self._wait.start()

    @Slot()
    def _search_now(self) -> None:
        self._wait.stop()
        self.searched.emit(self.search.text())

    @Slot()
    def _short_clicked(self) -> None:
        self._toggle(StockTab.SHORT)

    @Slot()
    def _low_clicked(self) -> None:
        self._toggle(StockTab.LOW)

    def _toggle(self, tab: StockTab) -> None:
        self.tab_chosen.emit(StockTab.ALL if self._now.tab is tab else tab)

    @Slot()
    def _show_all(self) -> None:
        self.tab_chosen.emit(StockTab.ALL)

    @Slot()
    def _open_more(self) -> None:
        counts, now = self._counts, self._now
        slow, bad = (counts.slow, counts.defective) if counts else (0, 0)
        items = [
            MenuItem(StockTab.ALL, tr("All items"), checked=now.tab is StockTab.ALL),
            MenuItem(
                StockTab.SLOW,
                tr("Sells slowly"),
                hint=f"{slow:,}",
                checked=now.tab is StockTab.SLOW,
            ),
            MenuItem(
                StockTab.DEFECTIVE,
                tr("Defective"),
                hint=f"{bad:,}",
                checked=now.tab is StockTab.DEFECTIVE,
            ),
            MenuItem("archived", tr("No longer sold"), checked=now.archived),
        ]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self.tab_chosen)
        menu.open_at(self.more.mapToGlobal(QPoint(0, self.more.height())))
