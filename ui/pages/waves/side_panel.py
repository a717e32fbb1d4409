"""At the right: the label that is printed or chosen, and the pick list by bin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.labels import PickList, PickRow
from app.domain.text import ntr, tr
from ui.paint import Align, draw_icon, draw_text, wrap_text
from ui.paint_boxes import POPOVER_SHADOW, draw_frame, draw_picture, draw_shadow, round_rect
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Size
from ui.widgets.card import Hairline
from ui.widgets.drawer import ScrollColumn
from ui.widgets.label import TextLabel

_MEDIA = 130 / 76
_DESK_MAX, _DESK_MIN, _DESK_PAD = 416, 210, 18


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """The title over the label, and the words that stand for one that cannot be drawn here."""

    title: str
    place: str
    word: str = ""
    number: str = ""


class LabelDesk(QWidget):
    """A label on the grey desk, as large as the room allows; a click or Space enlarges it."""

    opened = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._pixmap: QPixmap | None = None
        self._facts = LabelFacts("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.update()

    @property
    def can_open(self) -> bool:
        """Whether there is a label to be enlarged."""
        return bool(self._facts.number)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        left = event.button() is Qt.MouseButton.LeftButton
        if left and self.can_open and self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if self.can_open and event.key() in keys and not event.isAutoRepeat():
            self.opened.emit()
            return
        super().keyPressEvent(event)

    @property
    def drawn(self) -> bool:
        """Whether a label is shown."""
        return self._pixmap is not None

    def tell(self, png: bytes | None, facts: LabelFacts) -> None:
        """Show the label, or the words in its place."""
        pixmap = QPixmap()
        self._pixmap = pixmap if png and pixmap.loadFromData(png) else None
        self._facts = facts
        self.setAccessibleName(f"{facts.title} {facts.number or facts.word}")
        shape = Qt.CursorShape.PointingHandCursor if facts.number else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        p.fillRect(self.rect(), t.sunken)
        if self.hasFocus():
            draw_frame(p, self.rect(), 4, t.accent, 2)
        pixmap = self._pixmap
        shape = pixmap.height() / pixmap.width() if pixmap is not None else _MEDIA
        height = self.height() - 2 * _DESK_PAD
        width = min(round(height / shape), self.width() - 2 * _DESK_PAD)
        height = round(width * shape)
        left, top = (self.width() - width) // 2, (self.height() - height) // 2
        card = QRect(left, top, width, height)
        if pixmap is None:
            self._words(p, card)
            return
        draw_shadow(p, card, 2, POPOVER_SHADOW, self.theme, self.devicePixelRatioF())
        p.fillRect(card, t.knob)
        p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ratio = self.devicePixelRatioF()
        shown = pixmap.scaled(
            QSize(round(width * ratio), round(height * ratio)),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        p.drawPixmap(QRectF(card), shown, QRectF(shown.rect()))

    def _words(self, p: QPainter, card: QRect) -> None:
        t = self.theme.t
        if not self._facts.word:
            return
        round_rect(p, card, 4, t.surface, t.border2)
        middle = card.center().y() - 24
        centre = QPointF(card.center().x() + 0.5, middle - 18)
        draw_icon(p, "sticker", centre, 28, t.text3, self.theme)
        face = self.theme.face(Type.BODY)
        box = QRect(card.left() + 16, middle + 6, card.width() - 32, face.line_px)
        for line in wrap_text(self._facts.word, face, box.width(), 3):
            draw_text(p, box, line, face, t.text2, Align.AlignHCenter)
            box.translate(0, face.line_px)
        small = self.theme.face(Type.CAPTION)
        draw_text(p, box, self._facts.number, small, t.text3, Align.AlignHCenter)


class _PickRowView(QWidget):
    def __init__(self, theme: Theme, row: PickRow, picture: str, pictures: Pictures) -> None:
        super().__init__()
        self.theme, self._row, self._picture, self._pictures = theme, row, picture, pictures
        self.setFixedHeight(theme.scaled(52))
        self.setAccessibleName(f"{row.bin} {row.name} {row.spec} ×{row.quantity}")
        self.setToolTip(" ".join(x for x in (row.name, row.spec, row.sku) if x))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, row = QPainter(self), self.theme.t, self._row
        height = self.height()
        spot = QRect(0, (height - 30) // 2, 30, 30)
        pixmap = self._pictures.pixmap(self._picture, 30, self.devicePixelRatioF())
        draw_picture(p, spot, pixmap, self.theme)
        strong = self.theme.face(Type.BODY_STRONG)
        box = QRect(0, 0, self.width(), height - 1)
        taken = draw_text(p, box, f"×{row.quantity}", strong, t.text, Align.AlignRight)
        line = self.theme.scaled(18)
        top = (height - 2 * line) // 2
        words = QRect(40, top, round(self.width() - 48 - taken), line)
        name = " ".join([row.name, *(w for w in row.spec.split() if w not in row.name)])
        draw_text(p, words, name, self.theme.face(Type.BODY), t.text)
        small = self.theme.face(Type.CAPTION)
        draw_text(p, words.translated(0, line), row.bin or tr("no bin"), small, t.text3)
        p.fillRect(0, height - 1, self.width(), 1, t.border)


class SidePanel(QWidget):
    """``print_wanted``, ``picked_wanted``, ``reprint_wanted`` and ``label_wanted`` (to be enlarged)
    are its buttons."""

    print_wanted = Signal()
    picked_wanted = Signal()
    reprint_wanted = Signal()
    label_wanted = Signal()

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._pictures = theme, pictures
        self._shown: tuple[PickRow, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._title = TextLabel(theme, "", Type.BODY_STRONG)
        self._place = TextLabel(theme, "", Type.BODY, "text2")
        self.reprint = Button(theme, tr("Reprint"), self, size=Size.SMALL, icon="printer")
        self.reprint.clicked.connect(self.reprint_wanted)
        keeps = self.reprint.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self.reprint.setSizePolicy(keeps)
        name = tr("Enlarge the label")
        self.enlarge = IconButton(theme, "arrows-out-simple", name, self, size=28, icon_px=16)
        self.enlarge.clicked.connect(self.label_wanted)
        self._head(column)
        self.desk = LabelDesk(theme, self)
        self.desk.opened.connect(self.label_wanted)
        column.addWidget(self.desk)
        column.addWidget(Hairline(theme))
        self._kinds = TextLabel(theme, "", Type.BODY, "text2")
        self._list_head(column)
        self._list = ScrollColumn(self, padding=0, spacing=0)
        self._list.body.setContentsMargins(20, 0, 20, 0)
        column.addWidget(self._list, 1)
        column.addWidget(Hairline(theme))
        column.addLayout(self._foot())

    def _head(self, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(20, 8, 16, 8)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._place)
        head.addStretch(1)
        head.addWidget(self.reprint)
        head.addWidget(self.enlarge)
        column.addLayout(head)

    def _list_head(self, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(20, 12, 20, 8)
        head.setSpacing(10)
        head.addWidget(TextLabel(self.theme, tr("Pick list"), Type.BODY_STRONG))
        head.addWidget(self._kinds, 1)
        column.addLayout(head)

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 11, 20, 11)
        foot.setSpacing(8)
        words = tr("Print the pick list")
        self.print_list = Button(self.theme, words, self, size=Size.DRAWER, icon="list-bullets")
        self.print_list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.print_list.clicked.connect(self.print_wanted)
        self.picked = Button(self.theme, tr("Picked"), self, size=Size.DRAWER, icon="check")
        self.picked.clicked.connect(self.picked_wanted)
        foot.addWidget(self.print_list, 1)
        foot.addWidget(self.picked)
        return foot

    def show_label(self, png: bytes | None, facts: LabelFacts, *, may_reprint: bool) -> None:
        """The label of one parcel."""
        self._title.setText(facts.title)
        self._place.setText(facts.place)
        self.reprint.setVisible(may_reprint)
        self.desk.tell(png, facts)
        self.enlarge.setEnabled(self.desk.can_open)

    def show_picks(
        self, picks: PickList | None, pictures: Mapping[str, str], *, may_pick: bool
    ) -> None:
        """What is still to be fetched, in walking order."""
        rows: Sequence[PickRow] = picks.rows if picks is not None else ()
        pieces = sum(r.quantity for r in rows)
        facts = (ntr("{n} kind", "{n} kinds", len(rows)), ntr("{n} piece", "{n} pieces", pieces))
        by_bin = tr("{facts}, by bin", facts=" · ".join(facts))
        self._kinds.setText(by_bin if rows else tr("all fetched"))
        self.print_list.setVisible(bool(rows))
        self.picked.setVisible(bool(rows) and may_pick)
        if tuple(rows) == self._shown:
            return
        self._shown = tuple(rows)
        self._list.clear()
        for row in rows:
            picture = pictures.get(row.sku, "")
            self._list.body.addWidget(_PickRowView(self.theme, row, picture, self._pictures))
        self._list.body.addStretch(1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.desk.setFixedHeight(max(_DESK_MIN, min(_DESK_MAX, round(self.height() * 0.53))))
