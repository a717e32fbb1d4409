"""The painted pieces of the order drawer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.pages.orders.detail import GoodsLine, ParcelCard, Trouble
from ui.pages.orders.story import StoryLine
from ui.pages.orders.words import TimeLeft, Urgency
from ui.paint import Align, Run, draw_icon, draw_runs, draw_text, wrap_text
from ui.paint_boxes import draw_carrier_mark, draw_picture, round_rect
from ui.paint_status import SEVERITY_TONES, Severity, Stage, draw_severity
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.block import Block
from ui.widgets.buttons import Button, Size
from ui.widgets.control import Control
from ui.widgets.drawer import INNER_PX
from ui.widgets.pills import draw_pill, draw_tag, pill_width

_PICTURE = 44


class DeadlineBox(Block):
    """How long there is, until when, and the stage at the right."""

    def __init__(self, theme: Theme, left: TimeLeft | None, note: str, stage: Stage) -> None:
        super().__init__(theme, f"{left.text if left else ''} {note}".strip())
        self._left, self._note, self._stage = left, note, stage
        self.fit()

    @override
    def needed_px(self) -> int:
        return self.theme.scaled(56 if self._left else 40)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        urgency = self._left.urgency if self._left else Urgency.NONE
        tone = {Urgency.HURRY: Tone.WARN, Urgency.LATE: Tone.ERR}.get(urgency)
        back = t.tone(tone).soft if tone else t.subtle
        strong = t.tone(tone).text if tone else t.text
        round_rect(p, self.rect(), 8, back, None if tone else t.border)
        right = self.width() - 12 - pill_width(self.theme, self._stage)
        draw_pill(p, right, self.height() / 2, self._stage, self.theme)
        if self._left is None:
            words = tr("No deadline any more")
            box = QRect(14, 0, right - 24, self.height())
            draw_text(p, box, words, self.theme.face(Type.CAPTION), t.text2)
            return
        glyph = "warning" if urgency is Urgency.LATE else "clock"
        draw_icon(p, glyph, QPointF(22, self.height() / 2), 18, strong, self.theme)
        title = self._left.text
        if urgency is not Urgency.LATE:
            title = tr("{time} left", time=title)
        half = self.height() // 2
        room = right - 48
        upper = QRect(38, half - self.theme.scaled(19), room, self.theme.scaled(19))
        draw_text(p, upper, title, self.theme.face(Type.BODY_STRONG), strong)
        lower = QRect(38, half, room, self.theme.scaled(18))
        draw_text(p, lower, self._note, self.theme.face(Type.CAPTION), t.text if tone else t.text2)


class GoodsRow(Block):
    """Picture, title, variant and bin; quantity and price at the right."""

    def __init__(self, theme: Theme, line: GoodsLine, pictures: Pictures) -> None:
        said = [line.title, line.note, line.bin, line.quantity, line.price]
        super().__init__(theme, " ".join(part for part in said if part))
        self._line, self._pictures = line, pictures
        self.fit()

    @override
    def needed_px(self) -> int:
        return max(_PICTURE, self.theme.scaled(40))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, line = QPainter(self), self.theme.t, self._line
        ratio = self.devicePixelRatioF()
        spot = QRect(0, (self.height() - _PICTURE) // 2, _PICTURE, _PICTURE)
        pixmap = self._pictures.pixmap(line.picture, _PICTURE, ratio)
        draw_picture(p, spot, pixmap, self.theme, radius=8)
        half, left = self.height() // 2, _PICTURE + 12
        strong = self.theme.face(Type.NAV_STRONG)
        upper = QRect(
            left, half - self.theme.scaled(20), self.width() - left, self.theme.scaled(20)
        )
        taken = draw_text(p, upper, line.quantity, strong, t.text, Align.AlignRight)
        title = upper.adjusted(0, 0, -round(taken) - 12, 0)
        draw_text(p, title, line.title, self.theme.face(Type.BODY_MEDIUM), t.text)
        lower = QRect(left, half + 1, self.width() - left, self.theme.scaled(18))
        caption = self.theme.face(Type.CAPTION)
        if line.gift:
            width = caption.width(tr("Gift")) + 12
            tag_left = lower.right() + 1 - width
            draw_tag(p, round(tag_left), lower.center().y(), tr("Gift"), Tone.VIO, self.theme)
            price_px = width
        else:
            price_px = draw_text(p, lower, line.price, caption, t.text2, Align.AlignRight)
        self._paint_note(p, lower.adjusted(0, 0, -round(price_px) - 10, 0))

    def _paint_note(self, p: QPainter, box: QRect) -> None:
        t, caption = self.theme.t, self.theme.face(Type.CAPTION)
        strong = self.theme.face(Type.CAPTION, 500)
        bin_px = strong.width(self._line.bin) + 22 if self._line.bin else 0
        room = QRect(box.left(), box.top(), max(0, box.width() - round(bin_px)), box.height())
        taken = draw_text(p, room, self._line.note, caption, t.text2)
        if not self._line.bin:
            return
        x = box.left() + taken + (8 if taken else 0)
        draw_icon(p, "map-pin", QPointF(x + 7, box.center().y() + 0.5), 14, t.text2, self.theme)
        draw_text(
            p, QRectF(x + 16, box.top(), bin_px, box.height()), self._line.bin, strong, t.text
        )


class NoteBox(Block):
    """The buyer's words on kraft paper, or the merchant's own on plain."""

    def __init__(self, theme: Theme, words: str, source: str, icon: str, *, kraft: bool) -> None:
        super().__init__(theme, f"{source}: {words}")
        self._words, self._source, self._icon, self._kraft = words, source, icon, kraft
        self.fit()

    def _lines(self) -> list[str]:
        face = self.theme.face(Type.BODY_STRONG)
        parts = self._words.splitlines()  # a card is written as the buyer wrote it
        return [x for part in parts for x in wrap_text(part, face, INNER_PX - 50, 6)]

    @override
    def needed_px(self) -> int:
        face = self.theme.face(Type.BODY_STRONG)
        return len(self._lines()) * face.line_px + self.theme.scaled(18) + 20

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        round_rect(p, self.rect(), 8, t.kraft_soft if self._kraft else t.subtle)
        face = self.theme.face(Type.BODY_STRONG)
        tint = t.kraft if self._kraft else t.text2
        draw_icon(p, self._icon, QPointF(20, 10 + face.line_px / 2), 16, tint, self.theme)
        y = 10
        for line in self._lines():
            draw_text(p, QRect(36, y, self.width() - 46, face.line_px), line, face, t.text)
            y += face.line_px
        caption = self.theme.face(Type.CAPTION)
        box = QRect(36, y, self.width() - 46, self.theme.scaled(18))
        draw_text(p, box, self._source, caption, t.text2)


class TroubleBox(Block):
    """A hold or a failure: shape, what, why, what proves it, and what to do."""

    def __init__(self, theme: Theme, trouble: Trouble, button: Button | None = None) -> None:
        super().__init__(theme, f"{trouble.what} {trouble.why}")
        self.setAccessibleDescription(trouble.remedy)
        self._trouble = trouble
        self.button = button
        if button is not None:
            button.setParent(self)
        self.fit()

    def _body(self) -> list[tuple[str, bool]]:
        face, room = self.theme.face(Type.CAPTION), INNER_PX - 56
        beside = room - self._taken() if len(self._title()) == 1 else room
        made: list[tuple[str, bool]] = []
        for text, quiet, wide in (
            (self._trouble.why, False, beside),
            (self._trouble.evidence, False, room),
            (self._trouble.remedy, True, room),
        ):
            made += [(line, quiet) for line in wrap_text(text, face, wide, 3)]
        return made

    def _taken(self) -> int:
        """What the button takes of the lines beside it."""
        return self.button.sizeHint().width() + 8 if self.button else 0

    def _title(self) -> list[str]:
        face = self.theme.face(Type.BODY_STRONG)
        return wrap_text(self._trouble.what, face, INNER_PX - 56 - self._taken(), 3)

    @override
    def needed_px(self) -> int:
        title = self.theme.face(Type.BODY_STRONG).line_px * len(self._title())
        return title + len(self._body()) * self.theme.face(Type.CAPTION).line_px + 20

    @override
    def resizeEvent(self, event: object) -> None:
        if self.button is not None:
            size = self.button.sizeHint()
            self.button.resize(size)
            self.button.move(self.width() - size.width() - 10, 8)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        colors = t.tone(SEVERITY_TONES[self._trouble.severity])
        round_rect(p, self.rect(), 8, colors.soft, colors.line)
        strong, caption = self.theme.face(Type.BODY_STRONG), self.theme.face(Type.CAPTION)
        centre = QPointF(22, 10 + strong.line_px / 2)
        draw_severity(p, self._trouble.severity, centre, 18, self.theme)
        y = 10
        for line in self._title():
            box = QRect(40, y, self.width() - 52, strong.line_px)
            draw_text(p, box, line, strong, colors.text)
            y += strong.line_px
        for line, quiet in self._body():
            box = QRect(40, y, self.width() - 52, caption.line_px)
            draw_text(p, box, line, caption, t.text2 if quiet else t.text)
            y += caption.line_px


class FactBox(Block):
    """One thing to know, with its shape: bold words and a plain line below."""

    def __init__(self, theme: Theme, severity: Severity, what: str, why: str = "") -> None:
        super().__init__(theme, f"{what} {why}".strip())
        self._severity, self._what, self._why = severity, what, why
        self.fit()

    def _lines(self) -> list[tuple[str, Type]]:
        room = INNER_PX - 52
        strong = wrap_text(self._what, self.theme.face(Type.BODY_STRONG), room, 2)
        plain = wrap_text(self._why, self.theme.face(Type.CAPTION), room, 3)
        return [(x, Type.BODY_STRONG) for x in strong] + [(x, Type.CAPTION) for x in plain]

    @override
    def needed_px(self) -> int:
        return sum(self.theme.face(role).line_px for _, role in self._lines()) + 18

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        colors = t.tone(SEVERITY_TONES[self._severity])
        quiet = self._severity is Severity.INFO
        round_rect(p, self.rect(), 8, t.subtle if quiet else colors.soft, colors.line)
        y, strong = 9, self.theme.face(Type.BODY_STRONG)
        centre = QPointF(22, y + strong.line_px / 2)
        draw_severity(p, self._severity, centre, 18, self.theme)
        for text, role in self._lines():
            face = self.theme.face(role)
            color = t.text if quiet or role is Type.CAPTION else colors.text
            draw_text(p, QRect(40, y, self.width() - 52, face.line_px), text, face, color)
            y += face.line_px


class ReceiverBlock(Block):
    """Who gets it, as far as it may be shown."""

    def __init__(self, theme: Theme, receiver: tuple[str, str, str, str]) -> None:
        super().__init__(theme, " ".join(part for part in receiver if part))
        self._name, self._phone, self._region, self._street = receiver
        self.fit()

    def _lines(self) -> list[str]:
        if not self._region and not self._street:
            return [tr("No address yet")]
        text = f"{self._region}{self._street}"
        return wrap_text(text, self.theme.face(Type.BODY), INNER_PX - 28, 3)

    @override
    def needed_px(self) -> int:
        return self.theme.scaled(21) * (1 + len(self._lines()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, line = QPainter(self), self.theme.t, self.theme.scaled(21)
        face = self.theme.face(Type.BODY)
        draw_icon(p, "user", QPointF(8, line / 2), 16, t.text2, self.theme)
        runs = [Run(self._name or "—", face, t.text), Run(self._phone, face, t.text, gap=12)]
        draw_runs(p, QRect(26, 0, self.width() - 26, line), runs)
        draw_icon(p, "map-pin", QPointF(8, line * 1.5), 16, t.text2, self.theme)
        for number, text in enumerate(self._lines(), 1):
            draw_text(p, QRect(26, line * number, self.width() - 26, line), text, face, t.text)


class CarrierCard(Control):
    """The carrier, why this one, its number; a click changes it while that is possible."""

    ring_radius = 8.0

    def __init__(self, theme: Theme, card: ParcelCard, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.card = card
        self.setAccessibleName(" ".join((card.title, *self._rows(), card.fee)).strip())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        hints = [tr("Change carrier (C)")] if card.can_change else []
        if card.why:
            hints += [tr("Why this one:"), *card.why]
        self.set_help("\n".join(hints))
        self.setAccessibleDescription("\n".join(card.why))
        if not card.can_change:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _rows(self) -> list[str]:
        return [line for line in (self.card.note, *self.card.facts) if line]

    @override
    def sizeHint(self) -> QSize:
        more = max(0, len(self._rows()) - 1)
        return QSize(INNER_PX, self.theme.scaled(56 + 18 * more))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, card = QPainter(self), self.theme.t, self.card
        over = self.hovered and card.can_change
        round_rect(p, self.rect(), 8, t.hover if over else t.surface, t.border2)
        draw_carrier_mark(p, QRectF(12, self.height() / 2 - 14, 28, 28), card.company, self.theme)
        rows = self._rows()
        upper, lower = self.theme.scaled(20), self.theme.scaled(18)
        y = (self.height() - upper - lower * len(rows)) // 2
        strong, caption = self.theme.face(Type.BODY_STRONG), self.theme.face(Type.CAPTION)
        right = 34 if card.can_change else 12
        if card.fee:
            fee_px = round(strong.width(card.fee)) + 1
            at_right = QRect(self.width() - right - fee_px, 0, fee_px, self.height())
            draw_text(p, at_right, card.fee, strong, t.text)
            right += fee_px + 12
        room = self.width() - 52 - right
        draw_text(p, QRect(52, y, room, upper), card.title, strong, t.text)
        for number, text in enumerate(rows):
            box = QRect(52, y + upper + number * lower, room, lower)
            draw_text(p, box, text, caption, t.text2)
        if card.can_change:
            at = QPointF(self.width() - 18, self.height() / 2)
            draw_icon(p, "caret-down", at, 14, t.text2, self.theme)


class StoryList(Block):
    """What happened, the oldest first, on one thread."""

    def __init__(self, theme: Theme, lines: Sequence[StoryLine]) -> None:
        super().__init__(theme, "; ".join(f"{x.time} {x.text}" for x in lines))
        self._story = tuple(lines)
        self.fit()

    @override
    def needed_px(self) -> int:
        return max(1, len(self._story)) * self.theme.scaled(25)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, row = QPainter(self), self.theme.t, self.theme.scaled(25)
        face, small = self.theme.face(Type.BODY), self.theme.face(Type.CAPTION)
        column = max((small.width(line.time) for line in self._story), default=0)
        for number, line in enumerate(self._story):
            top = number * row
            if number + 1 < len(self._story):
                p.fillRect(QRect(5, top + row // 2 + 7, 1, row - 13), t.border2)
            round_rect(p, QRectF(3, top + row / 2 - 2.5, 5, 5), 2.5, t.control)
            draw_text(p, QRectF(18, top, column, row), line.time, small, t.text2)
            left = 18 + column + 8
            draw_text(p, QRectF(left, top, self.width() - left, row), line.text, face, t.text)


def small_button(theme: Theme, text: str) -> Button:
    """A button that fits into a trouble box."""
    return Button(theme, text, size=Size.SMALL)
