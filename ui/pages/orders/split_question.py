"""The question of splitting a parcel: the board, and the shop's rule before anything is done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.text import ntr, tr
from ui.page import Shell
from ui.pages.orders.desk_view import SplitLine, SplitWish
from ui.pages.orders.split_board import MOST_PARCELS, SplitBoard
from ui.paint_status import Severity
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.choices import CheckBox
from ui.widgets.dialog import Dialog, Verb
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import CARD_PAD, Lines, ToneCard

WIDTH_PX = 680
_INNER_PX = WIDTH_PX - 48


class SplitForm(QWidget):
    """Board, third parcel, and the rule where it is broken. ``changed`` after each move."""

    changed = Signal()

    def __init__(
        self, theme: Theme, lines: tuple[SplitLine, ...], pictures: Pictures, *, shop_rule: bool
    ) -> None:
        super().__init__()
        self.theme, self._shop_rule, self.extra = theme, shop_rule, False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(10)
        self.board = SplitBoard(theme, lines, pictures, self)
        column.addWidget(self.board)
        row = QHBoxLayout()
        self.third = CheckBox(theme, tr("A third parcel"))
        self.third.toggled.connect(self._third)
        row.addWidget(self.third)
        row.addStretch(1)
        keys = tr("Arrows choose, + and − move a piece, Space takes all of them")
        row.addWidget(TextLabel(theme, keys, Type.CAPTION, "text3"))
        column.addLayout(row)
        self._add_rule(column)
        self.board.changed.connect(self._moved)
        self.setMinimumWidth(theme.scaled(_INNER_PX))
        self._moved()

    def _add_rule(self, column: QVBoxLayout) -> None:
        theme = self.theme
        title = tr("The shop wants all pieces of one kind in one parcel")
        self.rule = ToneCard(theme, title, Severity.PROBLEM)
        room = _INNER_PX - 2 * CARD_PAD
        self.torn = Lines(theme, "", color="text", width=room, most=2)
        self.rule.column.addWidget(self.torn)
        answers = QHBoxLayout()
        answers.setSpacing(8)
        self.together = Button(theme, tr("Put them together"), size=Size.SMALL)
        self.together.clicked.connect(self.board.put_together)
        self.more = Button(theme, tr("One parcel more"), size=Size.SMALL)
        self.more.clicked.connect(self._send_more)
        answers.addWidget(self.together)
        answers.addWidget(self.more)
        answers.addStretch(1)
        self.rule.column.addLayout(answers)
        said = tr(
            "One parcel more: the first one that leaves tells the shop all pieces, the other is"
            " added as a parcel sent afterwards."
        )
        self.rule.column.addWidget(Lines(theme, said, width=room, most=2))
        column.addWidget(self.rule)

    @Slot(bool)
    def _third(self, wanted: bool) -> None:
        self.board.set_parcels(MOST_PARCELS if wanted else MOST_PARCELS - 1)

    @Slot()
    def _send_more(self) -> None:
        self.extra = not self.extra
        self._moved()

    @Slot()
    def _moved(self) -> None:
        torn = self.board.torn() if self._shop_rule else ()
        if not torn:
            self.extra = False
        self.rule.setVisible(bool(torn))
        names = tr(", ").join(dict.fromkeys(f"{x.title} {x.spec}".strip() for x in torn))
        self.torn.set_text(tr("In two parcels now: {goods}", goods=names) if torn else "")
        self.more.set_kind(Kind.SOFT if self.extra else Kind.DEFAULT)
        self.more.set_icon_name("check" if self.extra else "")
        self.changed.emit()

    @property
    def why_not(self) -> str:
        """What still stands in the way, or empty."""
        if len(self.board.parts()) < 2:
            return tr("Put at least one piece into the second parcel")
        if self._shop_rule and self.board.torn() and not self.extra:
            return tr("Choose one of the two ways first")
        return ""

    def wish(self) -> SplitWish:
        """What was chosen."""
        return SplitWish(tuple(self.board.parts()), self.extra)


def ask_to_split(
    shell: Shell,
    theme: Theme,
    pictures: Pictures,
    lines: tuple[SplitLine, ...],
    *,
    shop_rule: bool,
    warning: str,
    split: Callable[[SplitWish], None],
) -> Dialog:
    """The question; ``split`` gets the wish. ``warning`` says what happens to a number."""
    form = SplitForm(theme, lines, pictures, shop_rule=shop_rule)
    body = tr("Each parcel gets its own number and label.")
    dialog = shell.ask(
        tr("Split the parcel?"),
        f"{body} {warning}".strip(),
        [
            Verb("leave", tr("Do not split"), safe=True),
            Verb("split", "", kind=Kind.PRIMARY),
        ],
        form,
        width=WIDTH_PX,
    )
    button = dialog.buttons["split"]

    def moved() -> None:
        count = max(2, len(form.board.parts()))
        button.setText(ntr("Split into {n}", "Split into {n}", count))
        button.set_disabled_reason(form.why_not or None)
        dialog.fit_soon()

    def chosen(key: str) -> None:
        if key == "split":
            split(form.wish())

    form.changed.connect(moved)
    dialog.chosen.connect(chosen)
    moved()
    form.board.setFocus()
    return dialog
