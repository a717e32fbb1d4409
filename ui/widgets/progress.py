"""Progress: segmented bar, steps of a job, spinner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import draw_frame, round_rect
from ui.theme import Theme
from ui.theme_tokens import Tone, Type

_STEP_MS = 100


class ProgressBar(QWidget):
    """Done, failed and waiting side by side; moves at most ten times a second."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, height: int = 10) -> None:
        super().__init__(parent)
        self.theme = theme
        self._height = height
        self._wanted = (0, 0, 0)
        self.done, self.failed, self.total = 0, 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._since = QElapsedTimer()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._take)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.update()

    def set_progress(self, done: int, failed: int, total: int) -> None:
        """How many of ``total`` are done and how many failed; the rest waits."""
        self._wanted = (done, failed, total)
        waited = self._since.elapsed() if self._since.isValid() else _STEP_MS
        if waited >= _STEP_MS or done + failed >= total:
            self._take()
        elif not self._later.isActive():
            self._later.start(_STEP_MS - waited)

    @Slot()
    def _take(self) -> None:
        self._later.stop()
        self._since.start()
        self.done, self.failed, self.total = self._wanted
        self.setAccessibleName(
            tr(
                "{done} of {total} done, {failed} failed",
                done=self.done,
                total=self.total,
                failed=self.failed,
            )
        )
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, self._height)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        t = self.theme.t
        bar = QRectF(0, (self.height() - self._height) / 2, self.width(), self._height)
        path = QPainterPath()
        path.addRoundedRect(bar, self._height / 2, self._height / 2)
        p.setClipPath(path)
        p.fillRect(bar, t.active)
        if self.total <= 0:
            return
        x = bar.left()
        parts = ((self.done, t.accent), (self.failed, t.err.solid))
        for count, color in parts:
            width = round(bar.width() * count / self.total)
            if not count:
                continue
            if x > bar.left():
                p.fillRect(QRectF(x, bar.top(), 2, bar.height()), t.surface)
                x += 2
            width = max(width, 4)
            p.fillRect(QRectF(x, bar.top(), width, bar.height()), color)
            x += width


class StepState(StrEnum):
    """Where one step of a job stands."""

    DONE = "done"
    NOW = "now"
    FAILED = "failed"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class JobStep:
    """A step with its name and one line of fact below it."""

    title: str
    fact: str
    state: StepState


class Stepper(QWidget):
    """The steps of a wave from left to right, joined by lines."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._steps: tuple[JobStep, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def set_steps(self, steps: Sequence[JobStep]) -> None:
        """Show these steps."""
        if tuple(steps) == self._steps:
            return
        self._steps = tuple(steps)
        self.setAccessibleName("; ".join(f"{s.title} {s.fact}" for s in self._steps))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(520, self.theme.scaled(44))

    def _text_width(self, step: JobStep) -> float:
        title = self.theme.face(Type.BODY_STRONG).width(step.title)
        return max(title, self.theme.face(Type.CAPTION).width(step.fact))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        if not self._steps:
            return
        t, middle = self.theme.t, self.height() / 2
        count = len(self._steps)
        gaps = max(1, count - 1)
        room = (self.width() - count * 36 - gaps * 16 - 2) / count
        texts = [self._text_width(step) for step in self._steps]
        if sum(texts) > room * count:
            texts = [min(width, room) for width in texts]
        widths = [36 + width for width in texts]
        gap = max(16.0, (self.width() - sum(widths) - 2) / gaps)
        x = 0.0
        for index, (step, width) in enumerate(zip(self._steps, widths, strict=True)):
            self._paint_step(p, x, middle, index + 1, step, width)
            line_left, line_width = x + width + 12, gap - 24
            if index < len(self._steps) - 1 and line_width >= 12:
                passed = step.state is StepState.DONE
                color = t.ok.line if passed else t.border2
                p.fillRect(QRectF(round(line_left), round(middle), line_width, 1), color)
            x += width + gap

    def _paint_step(
        self, p: QPainter, x: float, middle: float, number: int, step: JobStep, width: float
    ) -> None:
        t = self.theme.t
        disc = QRectF(round(x), round(middle - 13), 26, 26)
        strong = self.theme.face(Type.BODY_STRONG)
        match step.state:
            case StepState.DONE:
                round_rect(p, disc, 13, t.ok.soft)
                draw_icon(p, "check", disc.center(), 14, t.ok.text, self.theme, "bold")
            case StepState.FAILED:
                round_rect(p, disc, 13, t.err.soft)
                draw_icon(p, "warning", disc.center(), 16, t.err.text, self.theme, "fill")
            case StepState.NOW:
                round_rect(p, disc, 13, t.accent)
                draw_text(p, disc, str(number), strong, t.on_accent, Align.AlignHCenter)
            case StepState.LATER:
                draw_frame(p, disc, 13, t.border2, 1.25)
                body = self.theme.face(Type.BODY)
                draw_text(p, disc, str(number), body, t.text3, Align.AlignHCenter)
        later, failed = step.state is StepState.LATER, step.state is StepState.FAILED
        title_face = self.theme.face(Type.BODY) if later else strong
        caption = self.theme.face(Type.CAPTION_STRONG if failed else Type.CAPTION)
        left, line = x + 36, self.theme.scaled(18)
        box = QRectF(left, middle - line, width - 34, line)
        draw_text(p, box, step.title, title_face, t.text2 if later else t.text)
        fact = t.tone(Tone.ERR).text if failed else t.text3
        draw_text(p, box.translated(0, line), step.fact, caption, fact)


class Spinner(QWidget):
    """A turning ring, shown only after 300 ms; stands still when motion is reduced."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, px: int = 16) -> None:
        super().__init__(parent)
        self.theme = theme
        self._px = px
        self._angle = 0
        self.setFixedSize(px, px)
        self._clock = QTimer(self)
        self._clock.setInterval(_STEP_MS)
        self._clock.timeout.connect(self._turn)
        self._age = QElapsedTimer()

    @override
    def showEvent(self, event: object) -> None:
        self._age.start()
        self._clock.start()

    @override
    def hideEvent(self, event: object) -> None:
        self._clock.stop()

    @Slot()
    def _turn(self) -> None:
        if not self.theme.reduce_motion:
            self._angle = (self._angle + 36) % 360
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._age.elapsed() < 3 * _STEP_MS:
            return
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.translate(self._px / 2, self._px / 2)
        p.rotate(self._angle)
        color = self.theme.t.accent_text
        draw_icon(p, "circle-notch", QPointF(0, 0), self._px, color, self.theme, "bold")
        p.setPen(Qt.PenStyle.NoPen)
