"""What opens under "Synced 12 seconds ago": every shop, what is still to be fetched, the check."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.paint import Align, draw_text, wrap_text
from ui.paint_boxes import round_rect
from ui.paint_status import Severity, draw_severity
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.card import Hairline
from ui.widgets.drawer import ScrollColumn
from ui.widgets.label import TextLabel
from ui.widgets.panel import PopoverPanel
from ui.widgets.pills import draw_tag, tag_width
from ui.widgets.progress import ProgressBar

PANEL_PX = 470
_INNER_PX = PANEL_PX - 40
_MOST_DAYS = 7
_COLUMN_PX = 56


@dataclass(frozen=True, slots=True)
class ShopLine:
    """One shop: how its sync stands, with what is left of the day's quotas below."""

    title: str
    severity: Severity
    status: str
    notes: tuple[str, ...] = ()
    tag: str = ""


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of one shop in the check's result."""

    day: str
    shop: str
    in_shop: int
    here: int
    missing: int
    different: int

    @property
    def equal(self) -> bool:
        return not self.missing and not self.different


@dataclass(frozen=True, slots=True)
class CheckView:
    """The check that compares our orders with the shops'. ``total`` 0: not known yet."""

    severity: Severity
    text: str
    running: bool = False
    done: int = 0
    total: int = 0
    days: tuple[DayLine, ...] = ()
    missing: int = 0


class ShopRow(QWidget):
    """A shop of the panel."""

    def __init__(self, theme: Theme, line: ShopLine) -> None:
        super().__init__()
        self.theme, self._line = theme, line
        said = [line.title, line.tag, line.status, *line.notes]
        self.setAccessibleName(", ".join(x for x in said if x))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self.setFixedHeight(self._needed())
        self.update()

    def _notes(self) -> list[str]:
        face = self.theme.face(Type.CAPTION)
        return [x for note in self._line.notes for x in wrap_text(note, face, _INNER_PX - 26, 3)]

    def _needed(self) -> int:
        notes = len(self._notes()) * self.theme.face(Type.CAPTION).line_px
        return self.theme.scaled(24) + notes + 6

    @override
    def sizeHint(self) -> QSize:
        return QSize(_INNER_PX, self._needed())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, line = QPainter(self), self.theme.t, self._line
        head, caption = self.theme.scaled(24), self.theme.face(Type.CAPTION)
        strong, body = self.theme.face(Type.BODY_STRONG), self.theme.face(Type.BODY)
        draw_severity(p, line.severity, QPointF(9, 3 + head / 2), 16, self.theme)
        status = body.width(line.status)
        right = QRect(self.width() - round(status) - 1, 3, round(status) + 1, head)
        draw_text(p, right, line.status, body, t.text2, Align.AlignRight)
        tag = tag_width(self.theme, line.tag) + 8 if line.tag else 0
        room = QRect(26, 3, max(40, self.width() - round(status) - 40 - tag), head)
        taken = draw_text(p, room, line.title, strong, t.text)
        if line.tag:
            at = 26 + taken + 8
            draw_tag(p, round(at), room.center().y() + 1, line.tag, Tone.GRAY, self.theme)
        y = 3 + head
        for note in self._notes():
            box = QRect(26, y, self.width() - 26, caption.line_px)
            draw_text(p, box, note, caption, t.text2)
            y += caption.line_px


class DayTable(QWidget):
    """The check's result, a row a day; days that differ have a triangle and their numbers."""

    def __init__(self, theme: Theme, days: tuple[DayLine, ...]) -> None:
        super().__init__()
        self.theme, self._days = theme, days
        self.setAccessibleName("; ".join(_spoken(day) for day in days))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self.setFixedHeight(self.theme.scaled(26) * (len(self._days) + 1) + 2)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(_INNER_PX - 12, self.height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, row = QPainter(self), self.theme.t, self.theme.scaled(26)
        caption, body = self.theme.face(Type.CAPTION), self.theme.face(Type.BODY)
        strong = self.theme.face(Type.BODY_STRONG)
        width = self.width()
        columns = [width - _COLUMN_PX * n - 10 for n in (4, 3, 2, 1)]
        heads = (tr("Shop"), tr("With us"), tr("Not here"), tr("Different"))
        round_rect(p, QRect(0, 0, width, row), 6, t.subtle)
        draw_text(p, QRect(26, 0, 120, row), tr("Day"), caption, t.text2)
        for left, words in zip(columns, heads, strict=True):
            box = QRect(left, 0, _COLUMN_PX, row)
            draw_text(p, box, words, caption, t.text2, Align.AlignRight)
        for at, day in enumerate(self._days, 1):
            top = at * row
            severity = Severity.FINE if day.equal else Severity.PROBLEM
            draw_severity(p, severity, QPointF(12, top + row / 2), 14, self.theme)
            name = f"{day.day} · {day.shop}" if day.shop else day.day
            draw_text(p, QRect(26, top, columns[0] - 26, row), name, body, t.text)
            numbers = (day.in_shop, day.here, day.missing, day.different)
            for n, (left, value) in enumerate(zip(columns, numbers, strict=True)):
                bad = n > 1 and value > 0
                face, color = (strong, t.warn.text) if bad else (body, t.text2)
                box = QRect(left, top, _COLUMN_PX, row)
                draw_text(p, box, f"{value:,}", face, color, Align.AlignRight)


def _spoken(day: DayLine) -> str:
    return tr(
        "{day} {shop}: {in_shop} in the shop, {here} here, {missing} missing",
        day=day.day,
        shop=day.shop,
        in_shop=day.in_shop,
        here=day.here,
        missing=day.missing,
    )


class SyncPanel(PopoverPanel):
    """``sync_wanted``, ``check_wanted``, ``fix_wanted`` and ``stop_wanted`` are its buttons."""

    sync_wanted = Signal()
    check_wanted = Signal()
    fix_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, window, tr("Sync"), width=PANEL_PX)
        self.body.setSpacing(6)
        self.shops = QVBoxLayout()
        self.shops.setSpacing(4)
        self.body.addLayout(self.shops)
        self.body.addSpacing(4)
        self.body.addWidget(Hairline(theme))
        self.body.addSpacing(2)
        self.body.addWidget(TextLabel(theme, tr("Compared with the shop"), Type.CAPTION, "text2"))
        self.result = QVBoxLayout()
        self.body.addLayout(self.result)
        self.bar = ProgressBar(theme, self, height=6)
        self.body.addWidget(self.bar)
        self.table_place = ScrollColumn(padding=0, spacing=0)
        self.body.addWidget(self.table_place)
        self.body.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.check = Button(theme, tr("Check everything"), size=Size.NORMAL, icon="list-checks")
        self.stop = Button(theme, tr("Stop"), size=Size.NORMAL)
        self.fix = Button(theme, tr("Fetch what is missing"), size=Size.NORMAL)
        self.sync = Button(theme, tr("Sync"), kind=Kind.PRIMARY, icon="arrows-clockwise")
        self.check.clicked.connect(self.check_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.fix.clicked.connect(self.fix_wanted)
        self.sync.clicked.connect(self.sync_wanted)
        row.addWidget(self.check)
        row.addWidget(self.stop)
        row.addStretch(1)
        row.addWidget(self.fix)
        row.addWidget(self.sync)
        self.body.addLayout(row)
        self._shown: tuple[ShopLine, ...] = ()
        self._result: ShopLine | None = None
        self._days: tuple[DayLine, ...] = ()

    def show_shops(self, lines: tuple[ShopLine, ...]) -> None:
        """How every shop stands."""
        if lines == self._shown:
            return
        self._shown = lines
        _clear(self.shops)
        for line in lines:
            self.shops.addWidget(ShopRow(self.theme, line))
        self.fit_soon()

    def show_check(self, view: CheckView) -> None:
        """How the last or the running check stands."""
        line = ShopLine(view.text, view.severity, "")
        if line != self._result:
            self._result = line
            _clear(self.result)
            self.result.addWidget(ShopRow(self.theme, line))
        self.bar.setVisible(view.running)
        if view.running:
            self.bar.set_progress(view.done, 0, max(1, view.total))
        if view.days != self._days:
            self._days = view.days
            self.table_place.clear()
            table = DayTable(self.theme, view.days)
            self.table_place.body.addWidget(table)
            row = self.theme.scaled(26)
            self.table_place.setFixedHeight(row * (min(len(view.days), _MOST_DAYS) + 1) + 2)
        self.table_place.setVisible(bool(view.days))
        self.check.setVisible(not view.running)
        self.stop.setVisible(view.running)
        self.fix.setVisible(bool(view.missing) and not view.running)
        self.fix.set_kind(Kind.PRIMARY)
        self.sync.set_kind(Kind.DEFAULT if self.fix.isVisibleTo(self) else Kind.PRIMARY)
        self.fit_soon()


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
