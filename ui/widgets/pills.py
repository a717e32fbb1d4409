"""Status pills (stages) and tags (facts)."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.paint import Align, draw_text
from ui.paint_boxes import round_rect
from ui.paint_status import STAGE_TONES, STAGE_WORDS, Stage, draw_stage
from ui.theme import Theme
from ui.theme_tokens import Tone, Type


def pill_width(theme: Theme, stage: Stage, words: str = "") -> int:
    """Width of the painted pill."""
    text = words or str(STAGE_WORDS[stage])
    return round(theme.face(Type.CAPTION_STRONG).width(text)) + 36


def draw_pill(
    p: QPainter, left: float, centre_y: float, stage: Stage, theme: Theme, words: str = ""
) -> int:
    """A status pill with its left edge at ``left``; its width. ``words`` replaces the stage's."""
    colors = theme.t.tone(STAGE_TONES[stage])
    width, height = pill_width(theme, stage, words), theme.scaled(22)
    box = QRectF(left, round(centre_y - height / 2), width, height)
    round_rect(p, box, height / 2, colors.soft)
    draw_stage(p, stage, QPointF(left + 15, box.center().y()), theme)
    text = words or str(STAGE_WORDS[stage])
    face = theme.face(Type.CAPTION_STRONG)
    draw_text(p, box.adjusted(26, 0, -6, 0), text, face, colors.text)
    return width


def tag_width(theme: Theme, text: str) -> int:
    """Width of the painted tag."""
    return round(theme.face(Type.BADGE).width(text)) + 10


def draw_tag(p: QPainter, left: float, centre_y: float, text: str, tone: Tone, theme: Theme) -> int:
    """A fact (fragile, gift, company) with its left edge at ``left``; its width."""
    colors = theme.t.tone(tone)
    width, height = tag_width(theme, text), theme.scaled(17)
    box = QRectF(left, round(centre_y - height / 2), width, height)
    round_rect(p, box, 4, colors.soft)
    face = theme.face(Type.BADGE, 600)
    draw_text(p, box.adjusted(5, 0, -2, 0), text, face, colors.text)
    return width


class _Painted(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class StatusPill(_Painted):
    """The stage of an order or parcel: shape, colour and word."""

    def __init__(
        self, theme: Theme, stage: Stage, parent: QWidget | None = None, *, words: str = ""
    ) -> None:
        super().__init__(theme, parent)
        self.set_stage(stage, words)

    def set_stage(self, stage: Stage, words: str = "") -> None:
        """Show another stage; ``words`` replaces its own."""
        self._stage, self._words = stage, words
        self.setAccessibleName(words or str(STAGE_WORDS[stage]))
        self._restyle()

    @override
    def sizeHint(self) -> QSize:
        return QSize(pill_width(self.theme, self._stage, self._words), self.theme.scaled(22))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        draw_pill(p, 0, self.height() / 2, self._stage, self.theme, self._words)


class Tag(_Painted):
    """A fact in one or two words; never a stage."""

    def __init__(
        self, theme: Theme, text: str, tone: Tone = Tone.GRAY, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._text, self._tone = text, tone
        self.setAccessibleName(text)

    @override
    def sizeHint(self) -> QSize:
        return QSize(tag_width(self.theme, self._text), self.theme.scaled(18))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        draw_tag(p, 0, self.height() / 2, self._text, self._tone, self.theme)


def count_badge_width(theme: Theme, text: str) -> int:
    """Width of the amber number in the sidebar."""
    return max(theme.scaled(18), round(theme.face(Type.BADGE).width(text)) + 10)


def draw_count_badge(p: QPainter, box: QRect, text: str, theme: Theme, *, warn: bool) -> None:
    """The open-work number at the right of ``box``: grey text, or an amber pill as a warning."""
    t = theme.t
    if not warn:
        draw_text(p, box, text, theme.face(Type.CAPTION), t.text3, Align.AlignRight)
        return
    width, height = count_badge_width(theme, text), theme.scaled(18)
    pill = QRectF(
        box.right() + 1 - width + 4, round(box.center().y() - height / 2 + 0.5), width, height
    )
    round_rect(p, pill, height / 2, t.warn.soft)
    draw_text(p, pill, text, theme.face(Type.BADGE, 600), t.warn.text, Align.AlignHCenter)
