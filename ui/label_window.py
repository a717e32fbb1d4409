"""A label enlarged to its real size, with the story of its sheets; it can be printed again."""

from __future__ import annotations

from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.companies import company
from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.jobs import CancelToken, Progress
from app.ports import SendResult, Sent
from app.services.printing import previews
from app.services.printing.journal_views import JobRow
from app.services.workplace import Workplace
from ui.label_store import LabelSeen, LabelStore
from ui.page import PageTools
from ui.pages.bench.words import grouped
from ui.paint_status import draw_severity
from ui.print_words import job_detail, job_line, state_look, state_words, times_words
from ui.reprint_question import ReprintQuestion
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Size
from ui.widgets.dialog import Overlay
from ui.widgets.drawer import ScrollColumn
from ui.widgets.label import TextLabel
from ui.widgets.label_sheet import LabelSheet
from ui.widgets.tone_card import Lines, Trouble

_LANE = "label-component"
_SIDE = 292
_PAD = 20
_INSET = 12
_INNER = _SIDE - 2 * _PAD


class JobView(QWidget):
    """One sheet: its shape and state, when and where, why and on whose word."""

    def __init__(self, theme: Theme, job: JobRow, when: str, width: int) -> None:
        super().__init__()
        self.theme, self._job = theme, job
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 5, 0, 5)
        column.setSpacing(0)
        column.addWidget(TextLabel(theme, state_words(job), Type.BODY_STRONG))
        for words in (when, job_detail(job)):
            if words:
                lines = Lines(theme, words, Type.CAPTION, "text2", width=width - 24, most=3)
                column.addWidget(lines)
        self.setAccessibleName(", ".join((state_words(job), when, job_detail(job))))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        middle = 5 + self.theme.face(Type.BODY_STRONG).line_px / 2
        draw_severity(QPainter(self), state_look(self._job), QPointF(8, middle), 14, self.theme)


class LabelOverlay(Overlay):
    """``again_wanted`` and ``component_wanted`` are its buttons; Esc and Space close it."""

    again_wanted = Signal()
    component_wanted = Signal()

    def __init__(self, theme: Theme, host: QWidget, number: str) -> None:
        super().__init__(theme, host, width=720)
        self.number = number
        self.setAccessibleName(tr("Label {number}", number=number))
        room = self.card.room()
        row = QHBoxLayout(self.card)
        inset = _INSET
        row.setContentsMargins(
            room.left() + inset, room.top() + inset, room.right(), room.bottom() + inset
        )
        row.setSpacing(0)
        self.sheet = LabelSheet(theme)
        desk = QScrollArea(self.card)
        desk.setFrameShape(QScrollArea.Shape.NoFrame)
        desk.setAlignment(Qt.AlignmentFlag.AlignCenter)
        desk.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        desk.setObjectName("sunken")
        desk.setWidget(self.sheet)
        self._desk = desk
        row.addWidget(desk, 1)
        side = QWidget()
        side.setFixedWidth(theme.scaled(_SIDE))
        column = QVBoxLayout(side)
        column.setContentsMargins(_PAD, 18, _PAD, 16)
        column.setSpacing(4)
        column.addWidget(TextLabel(theme, grouped(number), Type.CARD_TITLE))
        self._fact = TextLabel(theme, "", Type.BODY, "text2")
        column.addWidget(self._fact)
        column.addSpacing(8)
        self._times = TextLabel(theme, "", Type.CAPTION_STRONG, "text2")
        column.addWidget(self._times)
        self.history = ScrollColumn(side, padding=0, spacing=0)
        column.addWidget(self.history, 1)
        self.trouble = Trouble(theme, _INNER)
        column.addWidget(self.trouble)
        column.addSpacing(4)
        words = tr("See it in the component")
        self.component = Button(theme, words, side, size=Size.DRAWER, icon="eye")
        self.component.clicked.connect(self.component_wanted)
        self.component.hide()
        self.again = Button(theme, tr("Reprint"), side, size=Size.DRAWER, icon="printer")
        self.again.clicked.connect(self.again_wanted)
        self.close_button = Button(theme, tr("Close (Esc)"), side, size=Size.DRAWER)
        self.close_button.clicked.connect(self.leave)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.again, self.close_button):
            policy = QSizePolicy.Policy
            button.setSizePolicy(policy.Expanding, policy.Fixed)
            foot.addWidget(button, 1)
        self.component.setSizePolicy(policy.Expanding, policy.Fixed)
        column.addWidget(self.component)
        column.addLayout(foot)
        row.addWidget(side)

    def show_seen(self, seen: LabelSeen, times: Sequence[str]) -> None:
        """Show what was read; ``times`` are the lines of its sheets."""
        picture = seen.picture
        platform = picture is not None and picture.png is None
        said = str(seen.trouble.message) if seen.trouble is not None else ""
        if platform:
            said = tr("The platform's component draws this label")
        if picture is not None:
            self.sheet.show_label(picture.png, picture.size_mm, said)
            name = str(company(picture.carrier).name) if picture.carrier else ""
            size = picture.media.lower().replace("x", "×") + " mm"
            self._fact.setText(" · ".join(part for part in (name, size) if part))
        else:
            self.sheet.show_label(None, (76.0, 130.0), said)
        if seen.trouble is not None:
            self.trouble.tell(seen.trouble.message, seen.trouble.remedy)
        self.component.setVisible(platform)
        self._show_jobs(seen.jobs, times)
        self._fit_now()

    def show_loading(self, picture: previews.LabelPicture | None) -> None:
        """Until it is read: what it looked like, or that it is being drawn."""
        if picture is not None and picture.png is not None:
            self.sheet.show_label(picture.png, picture.size_mm, "")
        else:
            self.sheet.show_label(None, (76.0, 130.0), tr("The label is being drawn …"))
        self._fit_now()

    def _show_jobs(self, jobs: Sequence[JobRow], times: Sequence[str]) -> None:
        self._times.setText(times_words(jobs))
        self.history.clear()
        for job, when in zip(jobs, times, strict=True):
            self.history.body.addWidget(JobView(self.theme, job, when, _INNER - 8))
        self.history.body.addStretch(1)

    @override
    def _fit_now(self) -> None:
        super()._fit_now()
        card = self.card.geometry().marginsRemoved(self.card.room())
        wanted = min(self.sheet.sizeHint().height() + 2 * _INSET, self.height() - 48)
        wide = min(
            self.sheet.sizeHint().width() + self.theme.scaled(_SIDE) + _INSET + 2, self.width() - 48
        )
        card.setHeight(max(wanted, min(420, self.height() - 48)))
        card.setWidth(wide)
        card.moveCenter(self.rect().center())
        self.card.place_card(card)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.leave()
            return
        super().keyPressEvent(event)


class LabelDoor(QObject):
    """Opens a label over the window of ``host``. ``reprinted(number)`` after another sheet."""

    reprinted = Signal(str)

    def __init__(self, work: Workplace, tools: PageTools, host: QWidget) -> None:
        super().__init__(host)
        self._work, self._tools, self._host = work, tools, host
        self.store = LabelStore(work, tools.jobs, self)
        self.question = ReprintQuestion(work, tools, host)
        self.question.printed.connect(self._printed)
        self.question.failed.connect(self._failed)
        self.overlay: LabelOverlay | None = None

    @Slot(str)
    def open(self, number: str) -> None:
        """Show the label of this waybill."""
        if not number:
            return
        self.close()
        overlay = LabelOverlay(self._tools.theme, self._host.window(), number)
        self.overlay = overlay
        overlay.again_wanted.connect(self._again)
        overlay.component_wanted.connect(self._show_in_component)
        overlay.closed.connect(self._closed)
        overlay.show_loading(self.store.known(number))
        overlay.open(overlay.close_button)
        self._read()

    def close(self) -> None:
        """Shut it, when one is open."""
        overlay = self._open_overlay()
        if overlay is not None:
            overlay.leave()

    @property
    def shown(self) -> bool:
        """Whether a label is open."""
        return self._open_overlay() is not None

    def _open_overlay(self) -> LabelOverlay | None:
        overlay = self.overlay
        return overlay if overlay is not None and shiboken6.isValid(overlay) else None

    def _read(self) -> None:
        overlay = self._open_overlay()
        if overlay is not None:
            self.store.ask(overlay.number, self._show)

    def _show(self, seen: LabelSeen) -> None:
        overlay = self._open_overlay()
        if overlay is not None and overlay.number == seen.number:
            now = self._work.now()
            overlay.show_seen(seen, [job_line(job, now) for job in seen.jobs])

    @Slot()
    def _closed(self) -> None:
        self.overlay = None
        self.store.forget()

    @Slot()
    def _again(self) -> None:
        overlay = self._open_overlay()
        if overlay is not None:
            overlay.trouble.tell()
            self.question.ask(overlay.number)

    @Slot(str)
    def _printed(self, number: str) -> None:
        self._read()
        self.reprinted.emit(number)

    @Slot(object)
    def _failed(self, error: PackbenchError) -> None:
        overlay = self._open_overlay()
        if overlay is not None:
            overlay.trouble.tell(error.message, error.remedy)
            self._read()

    @Slot()
    def _show_in_component(self) -> None:
        overlay = self._open_overlay()
        if overlay is None:
            return
        work, number = self._work, overlay.number
        overlay.trouble.tell()

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return previews.show_in_component(work, number)

        def done(sent: object) -> None:
            still = self._open_overlay()
            good = {SendResult.CONFIRMED, SendResult.SENT}
            if isinstance(sent, Sent) and sent.result not in good and still is not None:
                still.trouble.tell(sent.reason or tr("The component did not open it."))

        self._tools.jobs.run(_LANE, job, name="label", done=done, failed=self._failed, owner=self)
