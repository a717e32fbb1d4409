"""运费对账: the panel beside the list, with the sums of a month and what can be claimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.domain.text import ntr, tr
from app.services.money.views import Period
from ui.pages.tracking.freight_parts import BillRow, CarrierSumRow, SumBlock
from ui.pages.tracking.loader import Freight
from ui.pages.tracking.words import period_title
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.drawer import INNER_PX, Drawer
from ui.widgets.label import TextLabel
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.tone_card import Lines

_POLICY = QSizePolicy.Policy


class FreightPanel(Drawer):
    """``acted`` tells ``export``, ``accept`` or ``take_back``; ``period_chosen`` carries a month,
    ``line_opened`` the number of a parcel, ``all_wanted`` asks for the whole list."""

    acted = Signal(str)
    period_chosen = Signal(object)
    line_opened = Signal(str)
    all_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.freight: Freight | None = None
        self._chosen: tuple[int, int] = (0, 0)
        self.body.setSpacing(0)
        self.previous.hide()
        self.next.hide()
        self.months = IconButton(theme, "caret-down", tr("Another month"), self, size=24)
        self.months.clicked.connect(self._open_months)
        self.title_row.insertWidget(1, self.months)
        self.export = Button(
            theme, "", self, kind=Kind.PRIMARY, size=Size.DRAWER, icon="download-simple"
        )
        self.export.setObjectName("export")
        self.export.setSizePolicy(_POLICY.Expanding, _POLICY.Fixed)
        self.accept = Button(theme, "", self, size=Size.DRAWER)
        self.accept.setObjectName("accept")
        self.back = Button(theme, "", self, size=Size.DRAWER)
        self.back.setObjectName("take_back")
        self.foot.addWidget(self.export, 1)
        for button in (self.export, self.accept, self.back):
            button.clicked.connect(self._act)
        self.foot.addWidget(self.accept)
        self.foot.addWidget(self.back)

    def show_freight(self, freight: Freight, now: datetime) -> None:
        """Show a month; the place in the body stays."""
        if freight == self.freight:
            return
        bar = self.column.verticalScrollBar()
        same = self.freight is not None and self.freight.period == freight.period
        place = bar.value() if same else 0
        self.freight = freight
        self.set_head(period_title(freight.period, now))
        self.months.setVisible(len(freight.months) > 1)
        self.clear_body()
        self._fill(freight)
        self.body.addStretch(1)
        inside = self.column.widget()
        if inside is not None:
            inside.adjustSize()
        bar.setValue(place)
        self._tell_foot()

    def set_chosen(self, claimed: int, accepted: int) -> None:
        """So many selected lines can be accepted, and so many claimed after all."""
        self._chosen = (claimed, accepted)
        self._tell_foot()

    def _tell_foot(self) -> None:
        n = self.freight.claimed if self.freight is not None else 0
        claimed, accepted = self._chosen
        self.export.setText(ntr("Export {n} for the claim", "Export {n} for the claim", n))
        self.export.setVisible(n > 0)
        some = ntr("Accept {n}", "Accept {n}", claimed)
        self.accept.setText(some if claimed else tr("Accept the bill"))
        self.accept.setVisible(n > 0 and (claimed > 0 or not accepted))
        self.back.setText(ntr("Claim {n} after all", "Claim {n} after all", accepted))
        self.back.setVisible(accepted > 0)
        self.set_foot_shown(n > 0 or accepted > 0)

    def _fill(self, freight: Freight) -> None:
        body, theme, sums = self.body, self.theme, freight.summary.carriers
        if not sums:
            words = tr("No bill was taken in for this month.")
            body.addWidget(Lines(theme, words, Type.BODY, "text2", width=INNER_PX))
            return
        body.addWidget(SumBlock(theme, freight.summary))
        body.addSpacing(12)
        for n, line in enumerate(sums, 1):
            body.addWidget(CarrierSumRow(theme, line, last=n == len(sums)))
        if not freight.lines:
            return
        body.addSpacing(18)
        row = QHBoxLayout()
        count = freight.claimed
        title = ntr("{n} parcel that differs", "{n} parcels that differ", count)
        row.addWidget(TextLabel(theme, title, Type.BODY_STRONG))
        row.addStretch(1)
        link = Button(theme, tr("All"), self, kind=Kind.LINK)
        link.clicked.connect(self.all_wanted)
        row.addWidget(link)
        body.addLayout(row)
        body.addSpacing(2)
        for line_row in freight.lines:
            shown = BillRow(theme, line_row)
            if line_row.parcel:
                shown.clicked.connect(self._open_line)
            body.addWidget(shown)
        rest = count - len(freight.lines)
        if rest > 0:
            more = Button(theme, ntr("{n} more", "{n} more", rest), self, kind=Kind.LINK)
            more.clicked.connect(self.all_wanted)
            body.addSpacing(6)
            body.addWidget(more)

    @Slot()
    def _act(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())

    @Slot()
    def _open_line(self) -> None:
        sender = self.sender()
        if isinstance(sender, BillRow):
            self.line_opened.emit(sender.row.number)

    @Slot()
    def _open_months(self) -> None:
        if self.freight is None:
            return
        months, now = self.freight.months, self.freight.period
        items = [
            MenuItem(str(n), f"{m.first.year}-{m.first.month:02d}", checked=m == now)
            for n, m in enumerate(months)
        ]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(lambda key, known=months: self._take_month(known, key))
        menu.open_at(self.months.mapToGlobal(QPoint(0, self.months.height())))

    def _take_month(self, months: Sequence[Period], key: str) -> None:
        self.period_chosen.emit(months[int(key)])
