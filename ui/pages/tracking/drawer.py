"""The drawer of a parcel on its way: what is wrong, whom to ask, and its whole way."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from app.domain.text import sentences, tr
from ui.pages.orders.drawer_parts import FactBox
from ui.pages.tracking.detail import Alarm, ParcelView
from ui.pages.tracking.drawer_parts import StandBox, WayList
from ui.paint_status import Severity
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.drawer import Drawer
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines, ToneCard

_POLICY = QSizePolicy.Policy


class TrackDrawer(Drawer):
    """``acted`` tells ``ask_carrier``, ``seen`` or ``refresh`` for the parcel that is shown;
    ``order_wanted`` carries our key of an order, ``copied`` what was copied, ``label_wanted`` the
    number of the label to be looked at."""

    acted = Signal(str)
    order_wanted = Signal(str)
    copied = Signal(str)
    label_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.view: ParcelView | None = None
        self.body.setSpacing(8)
        self.title.set_role(Type.NAV_STRONG)
        self._copy = IconButton(theme, "copy", tr("Copy the waybill number"), self, size=24)
        self._copy.clicked.connect(self._copy_number)
        self.title_row.insertWidget(1, self._copy)
        self.ask = Button(theme, tr("Ask the carrier"), self, size=Size.DRAWER, icon="phone")
        self.ask.setObjectName("ask_carrier")
        self.seen = Button(theme, tr("Seen"), self, size=Size.DRAWER)
        self.seen.setObjectName("seen")
        self.order = Button(theme, tr("Open the order"), self, size=Size.DRAWER)
        for button in (self.ask, self.seen):
            button.clicked.connect(self._act)
        self.order.clicked.connect(self._open_first)
        self.ask.setSizePolicy(_POLICY.Expanding, _POLICY.Fixed)
        self.foot.addWidget(self.ask, 1)
        self.foot.addWidget(self.seen)
        self.foot.addWidget(self.order)

    def show_view(self, view: ParcelView) -> None:
        """Show a parcel; the place in the body stays when it is the same one."""
        if view == self.view:
            return
        same = self.view is not None and self.view.id == view.id
        bar = self.column.verticalScrollBar()
        place = bar.value() if same else 0
        self.view = view
        self.set_head(view.number, view.caption)
        self.clear_body()
        self._fill(view)
        self.body.addStretch(1)
        inside = self.column.widget()
        if inside is not None:
            inside.adjustSize()
        bar.setValue(place)
        alarm = view.alarm
        unseen = alarm is not None and not alarm.seen_by
        self.ask.set_kind(Kind.PRIMARY if unseen else Kind.DEFAULT)
        self.ask.set_help(tr("Copies the number with {hotline}", hotline=view.hotline))
        self.seen.setVisible(unseen)
        self.order.setVisible(bool(view.orders))

    def _fill(self, view: ParcelView) -> None:
        body, theme = self.body, self.theme
        body.addWidget(StandBox(theme, view))
        if view.alarm is not None:
            body.addWidget(_alarm_card(theme, view.alarm))
        if view.fact is not None:
            body.addWidget(FactBox(theme, Severity.INFO, *view.fact))
        body.addSpacing(4)
        self._add_row(tr("Receiver"), TextLabel(theme, view.receiver or "—"))
        for key, words in view.orders:
            link = Button(theme, words, self, kind=Kind.LINK)
            link.setObjectName(key)
            link.clicked.connect(self._open_order)
            self._add_row(tr("Order"), link)
        label = Button(theme, tr("See the label"), self, kind=Kind.LINK)
        label.clicked.connect(self._see_label)
        self._add_row(tr("Label"), label)
        if view.goes_on_as:
            number = Button(theme, view.goes_on_as, self, kind=Kind.LINK)
            number.set_help(tr("Copy the number"))
            number.clicked.connect(self._copy_next)
            self._add_row(tr("Goes on as"), number)
        body.addSpacing(6)
        self._add_heading(view)
        if view.steps:
            body.addWidget(WayList(theme, view.steps, view.tone))
        else:
            words = tr("The carrier has told nothing yet")
            body.addWidget(Lines(theme, words, Type.BODY, "text3"))

    def _add_row(self, name: str, value: QWidget) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        label = TextLabel(self.theme, name, Type.BODY, "text2")
        label.setFixedWidth(self.theme.scaled(72))
        row.addWidget(label)
        row.addWidget(value)
        row.addStretch(1)
        self.body.addLayout(row)

    def _add_heading(self, view: ParcelView) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(TextLabel(self.theme, tr("Tracking events"), Type.BODY_STRONG))
        row.addStretch(1)
        row.addWidget(TextLabel(self.theme, view.asked, Type.CAPTION, "text3"))
        again = Button(self.theme, tr("Ask now"), self, kind=Kind.LINK)
        again.setObjectName("refresh")
        again.clicked.connect(self._act)
        again.setVisible(view.can_ask)
        row.addWidget(again)
        self.body.addLayout(row)

    @Slot()
    def _act(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())

    @Slot()
    def _open_order(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.order_wanted.emit(sender.objectName())

    @Slot()
    def _open_first(self) -> None:
        if self.view is not None and self.view.orders:
            self.order_wanted.emit(self.view.orders[0][0])

    @Slot()
    def _see_label(self) -> None:
        if self.view is not None:
            self.label_wanted.emit(self.view.number)

    @Slot()
    def _copy_number(self) -> None:
        if self.view is not None:
            self.to_clipboard(self.view.number)

    @Slot()
    def _copy_next(self) -> None:
        if self.view is not None:
            self.to_clipboard(self.view.goes_on_as)

    def to_clipboard(self, text: str) -> None:
        """Copy, and tell it."""
        QApplication.clipboard().setText(text)
        self.copied.emit(text)


def _alarm_card(theme: Theme, alarm: Alarm) -> ToneCard:
    severity = Severity.STOP if alarm.bad else Severity.PROBLEM
    note = tr("seen by {user}", user=alarm.seen_by) if alarm.seen_by else ""
    card = ToneCard(theme, alarm.title, severity, note=note)
    card.column.setSpacing(4)
    card.column.addWidget(Lines(theme, alarm.message, Type.BODY, "text"))
    card.column.addWidget(Lines(theme, alarm.remedy, Type.CAPTION, "text2"))
    card.setAccessibleDescription(sentences(alarm.message, alarm.remedy))
    return card
