"""What the buyer asks for, old beside new, with the two answers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy
from typing_extensions import override

from app.domain.text import tr
from ui.pages.orders.desk_view import Pair, RequestView, VariantSide
from ui.paint import Align, draw_icon, draw_text, wrap_text
from ui.paint_boxes import draw_picture, round_rect
from ui.paint_status import Severity
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.block import Block
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.card import Hairline
from ui.widgets.tone_card import CARD_INNER_PX, Lines, ToneCard, Trouble

_MIDDLE_PX = 28
_COLUMN_PX = (CARD_INNER_PX - _MIDDLE_PX) // 2
_PICTURE = 36


class ComparedParts(Block):
    """Old at the left, new at the right; what differs has an arrow between and is bold."""

    def __init__(self, theme: Theme, pairs: tuple[Pair, ...]) -> None:
        said = "; ".join(
            tr("{name}: {old}, new {new}", name=p.name, old=p.old, new=p.new)
            if p.differs
            else f"{p.name}: {p.old}"
            for p in pairs
        )
        super().__init__(theme, said)
        self._pairs = pairs
        self.fit()

    def _rows(self) -> list[tuple[list[str], list[str], bool]]:
        plain, strong = self.theme.face(Type.BODY), self.theme.face(Type.BODY_STRONG)
        return [
            (
                wrap_text(p.old or "—", plain, _COLUMN_PX, 4),
                wrap_text(p.new or "—", strong if p.differs else plain, _COLUMN_PX, 4),
                p.differs,
            )
            for p in self._pairs
        ]

    @override
    def needed_px(self) -> int:
        line = self.theme.face(Type.BODY).line_px
        rows = sum(max(len(old), len(new)) * line + 2 for old, new, _ in self._rows())
        return rows + self.theme.face(Type.CAPTION).line_px + 2

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        plain, strong = self.theme.face(Type.BODY), self.theme.face(Type.BODY_STRONG)
        caption, line = self.theme.face(Type.CAPTION), plain.line_px
        right = _COLUMN_PX + _MIDDLE_PX
        head = QRect(0, 0, _COLUMN_PX, caption.line_px)
        draw_text(p, head, tr("Now"), caption, t.text2)
        draw_text(p, head.translated(right, 0), tr("New one"), caption, t.text2)
        y = caption.line_px + 2
        for old, new, differs in self._rows():
            for at, text in enumerate(old):
                draw_text(p, QRect(0, y + at * line, _COLUMN_PX, line), text, plain, t.text2)
            for at, text in enumerate(new):
                face = strong if differs else plain
                box = QRect(right, y + at * line, self.width() - right, line)
                draw_text(p, box, text, face, t.text if differs else t.text2)
            if differs:
                centre = QPointF(_COLUMN_PX + _MIDDLE_PX / 2 - 2, y + line / 2)
                draw_icon(p, "arrow-right", centre, 14, t.text, self.theme, "bold")
            y += max(len(old), len(new)) * line + 2


class ComparedVariants(Block):
    """The old variant above the new one, each with picture, spec and stock."""

    def __init__(self, theme: Theme, sides: tuple[VariantSide, ...], pictures: Pictures) -> None:
        said = " → ".join(f"{s.title} {s.spec}, {s.stock}" for s in sides)
        super().__init__(theme, said)
        self._sides, self._pictures = sides, pictures
        self.fit()

    def _row_px(self) -> int:
        return max(_PICTURE, self.theme.scaled(38)) + 8

    @override
    def needed_px(self) -> int:
        return self._row_px() * len(self._sides) + 12

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        row, upper, lower = self._row_px(), self.theme.scaled(20), self.theme.scaled(18)
        caption = self.theme.face(Type.CAPTION)
        for at, side in enumerate(self._sides):
            new = at > 0
            top = at * (row + 12)
            spot = QRect(0, top + (row - _PICTURE) // 2, _PICTURE, _PICTURE)
            pixmap = self._pictures.pixmap(side.picture, _PICTURE, self.devicePixelRatioF())
            draw_picture(p, spot, pixmap, self.theme)
            left, middle = _PICTURE + 10, top + row // 2
            face = self.theme.face(Type.BODY_STRONG if new else Type.BODY)
            words = tr("New one") if new else tr("Now")
            tag = caption.width(words)
            draw_text(
                p,
                QRect(self.width() - round(tag) - 1, middle - upper, round(tag) + 1, upper),
                words,
                caption,
                t.text2,
                Align.AlignRight,
            )
            room = self.width() - left - round(tag) - 12
            first = QRect(left, middle - upper, room, upper)
            draw_text(p, first, side.spec or side.title, face, t.text)
            second = QRect(left, middle, self.width() - left, lower)
            draw_text(p, second, side.stock, caption, t.text if new else t.text2)
        if len(self._sides) > 1:
            centre = QPointF(_PICTURE / 2, row + 6)
            round_rect(p, QRect(round(centre.x()) - 9, row - 3, 18, 18), 9, t.surface, t.border2)
            draw_icon(p, "arrow-down", centre, 12, t.text, self.theme, "bold")


def accept_words(view: RequestView) -> str:
    """What the buyer's way is called on a button."""
    if view.kind == "address":
        return tr("Use the new address")
    n = len(view.changes)
    return tr("Send the {n} new ones", n=n) if n > 1 else tr("Send the new one")


class RequestCard(ToneCard):
    """``answered`` carries the kind and whether it was accepted."""

    answered = Signal(str, bool)

    def __init__(
        self, theme: Theme, view: RequestView, pictures: Pictures, *, owns_blue: bool
    ) -> None:
        super().__init__(theme, view.title, Severity.PROBLEM, note=view.since)
        self.view = view
        if view.pairs:
            self.column.addWidget(ComparedParts(theme, view.pairs))
        for at, change in enumerate(view.changes):
            if at:
                self.column.addWidget(Hairline(theme))
            self.column.addWidget(Lines(theme, change.line, most=2))
            self.column.addWidget(ComparedVariants(theme, change.sides, pictures))
        if view.effect:
            self.column.addWidget(Lines(theme, view.effect, color="text", most=4, icon="info"))
        if view.why_not:
            self.column.addWidget(Lines(theme, view.why_not, most=5, icon="lock-simple"))
        self.trouble = Trouble(theme)
        self.column.addWidget(self.trouble)
        accept = accept_words(view)
        refuse = tr("Keep the old ones") if len(view.changes) > 1 else tr("Keep the old one")
        self.accept_button = Button(
            theme, accept, kind=Kind.PRIMARY if owns_blue else Kind.DEFAULT, size=Size.NORMAL
        )
        self.refuse_button = Button(theme, refuse, size=Size.NORMAL)
        wide = QSizePolicy.Policy.Expanding
        self.accept_button.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.accept_button.clicked.connect(self._accept)
        self.refuse_button.clicked.connect(self._refuse)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.accept_button, 1)
        row.addWidget(self.refuse_button)
        self.column.addSpacing(2)
        self.column.addLayout(row)
        self.set_busy(busy=False)

    def set_busy(self, *, busy: bool) -> None:
        """While the shop is asked nothing can be answered twice."""
        reason = tr("The shop is being told …") if busy else self.view.why_not
        for button in (self.accept_button, self.refuse_button):
            button.set_disabled_reason(reason or None)

    @Slot()
    def _accept(self) -> None:
        self.answered.emit(self.view.kind, True)

    @Slot()
    def _refuse(self) -> None:
        self.answered.emit(self.view.kind, False)
