"""Status shapes: the stage of an order fills a circle, severities have four different outlines."""

from __future__ import annotations

from enum import StrEnum
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.domain.states import ParcelState
from app.domain.text import T, Text
from app.domain.words import STATE_WORDS
from ui.paint import cached_pixmap, draw_icon
from ui.theme import Theme
from ui.theme_tokens import Tone


class Stage(StrEnum):
    """What a list shows of an order or parcel: its state, or what overrides it."""

    TO_CHECK = "to_check"
    TO_LABEL = "to_label"
    TO_PICK = "to_pick"
    TO_PACK = "to_pack"
    TO_REPORT = "to_report"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    PROBLEM = "problem"
    HELD = "held"
    REFUNDING = "refunding"
    LATE_SOON = "late_soon"


STAGE_WORDS: dict[Stage, Text] = {
    **{Stage(state.value): words for state, words in STATE_WORDS.items()},
    Stage.PROBLEM: T("Problem"),
    Stage.HELD: T("On hold"),
    Stage.REFUNDING: T("Refund asked"),
    Stage.LATE_SOON: T("Due soon"),
}
STAGE_TONES: dict[Stage, Tone] = {
    Stage.TO_CHECK: Tone.GRAY,
    Stage.TO_LABEL: Tone.ACCENT,
    Stage.TO_PICK: Tone.ACCENT,
    Stage.TO_PACK: Tone.ACCENT,
    Stage.TO_REPORT: Tone.ACCENT,
    Stage.SHIPPED: Tone.OK,
    Stage.DELIVERED: Tone.OK,
    Stage.CANCELLED: Tone.GRAY,
    Stage.PROBLEM: Tone.ERR,
    Stage.HELD: Tone.WARN,
    Stage.REFUNDING: Tone.VIO,
    Stage.LATE_SOON: Tone.WARN,
}
_PIES = {Stage.TO_PICK: 0.25, Stage.TO_PACK: 0.5, Stage.TO_REPORT: 0.75}
_GLYPHS = {
    Stage.SHIPPED: ("check-circle", "fill"),
    Stage.DELIVERED: ("seal-check", "fill"),
    Stage.PROBLEM: ("warning", "fill"),
    Stage.HELD: ("pause-circle", "fill"),
    Stage.REFUNDING: ("arrow-u-up-left", "bold"),
    Stage.CANCELLED: ("prohibit", "regular"),
    Stage.LATE_SOON: ("clock", "fill"),
}
_GLYPH_RADIUS = 104 / 256  # of a disc glyph, in ems


def stage_of(state: ParcelState) -> Stage:
    """The stage that shows a parcel's state when nothing overrides it."""
    return Stage(state.value)


def draw_stage(
    p: QPainter,
    stage: Stage,
    centre: QPointF,
    theme: Theme,
    *,
    radius: float = 5.75,
    color: QColor | None = None,
) -> None:
    """The stage's shape around ``centre``; radius 5.75 in pills, 7 in headings."""
    tint = color or theme.t.tone(STAGE_TONES[stage]).text
    glyph = _GLYPHS.get(stage)
    if glyph is not None:
        draw_icon(p, glyph[0], centre, round(radius / _GLYPH_RADIUS), tint, theme, glyph[1])
        return
    side = 2 * ceil(radius) + 2
    middle = QPointF(side / 2, side / 2)
    pixmap = cached_pixmap(
        f"stage/{stage}/{radius}/{tint.rgba():x}",
        QSize(side, side),
        p.device().devicePixelRatio(),
        lambda q: _ring(q, stage, middle, radius, tint),
    )
    p.drawPixmap(QPointF(round(centre.x() - side / 2), round(centre.y() - side / 2)), pixmap)


def _ring(p: QPainter, stage: Stage, centre: QPointF, radius: float, color: QColor) -> None:
    stroke = 1.6 * radius / 5.75
    pen = QPen(color, stroke)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if stage is Stage.TO_CHECK:
        around = 2 * 3.14159265 * (radius - stroke / 2) / stroke
        pen.setDashPattern([around / 8 * 0.58, around / 8 * 0.42])
    p.setPen(pen)
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.drawEllipse(centre, radius - stroke / 2, radius - stroke / 2)
    share = _PIES.get(stage)
    if share:
        inner = radius - stroke - 1.0 * radius / 5.75
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(color)
        box = QRectF(centre.x() - inner, centre.y() - inner, 2 * inner, 2 * inner)
        p.drawPie(box, 90 * 16, round(-360 * 16 * share))


class Severity(StrEnum):
    """How bad it is; each has an outline of its own."""

    STOP = "stop"
    PROBLEM = "problem"
    FAILED = "failed"
    FINE = "fine"
    INFO = "info"


SEVERITY_TONES: dict[Severity, Tone] = {
    Severity.STOP: Tone.ERR,
    Severity.PROBLEM: Tone.WARN,
    Severity.FAILED: Tone.ERR,
    Severity.FINE: Tone.OK,
    Severity.INFO: Tone.ACCENT,
}
_SEVERITY_GLYPHS = {
    Severity.STOP: "warning-octagon",
    Severity.PROBLEM: "warning",
    Severity.FAILED: "x-circle",
    Severity.FINE: "check-circle",
    Severity.INFO: "info",
}


def draw_severity(
    p: QPainter,
    severity: Severity,
    centre: QPointF,
    px: int,
    theme: Theme,
    color: QColor | None = None,
) -> None:
    """Octagon, triangle, disc with x, disc with tick, disc with i."""
    tint = color or theme.t.tone(SEVERITY_TONES[severity]).text
    draw_icon(p, _SEVERITY_GLYPHS[severity], centre, px, tint, theme, "fill")
