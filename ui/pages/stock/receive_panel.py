"""Receiving by scan, beside the list: bins, goods, number keys, batches; then all at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from app.domain import receiving
from app.domain.errors import PackbenchError
from app.domain.receiving import Batch, Got, Session, Told
from app.domain.text import ntr, tr
from app.services.stock import receive_sessions
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.orders.drawer_parts import FactBox
from ui.pages.stock.receive_lines import GoodsChoice, ScannedLine
from ui.paint_status import Severity
from ui.sounds import Cue
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.drawer import Drawer
from ui.widgets.fields import TextField
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines

LANE = "stock.receive"
_MOST_SHOWN = 60
_LONGEST_COUNT = 4  # digits that mean "so many" when no goods have them as their code
_POLICY = QSizePolicy.Policy


def take(work: Workplace, session: Session, typed: str) -> Told:
    """One scan or line of keys; a short number that is no goods code counts the last line."""
    text = typed.strip()
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT:
        known = receive_sessions.goods(work, text)
        if not known and (session.line is not None or session.question is not None):
            text = f"*{text}"
    return receive_sessions.take(work, session, text)


class ReceivePanel(Drawer):
    """``book_wanted`` asks to put the session into the books. Nothing is stored before that:
    closing keeps what was scanned until it is booked or thrown away."""

    book_wanted = Signal()

    def __init__(self, work: Workplace, tools: PageTools, parent: QWidget | None = None) -> None:
        super().__init__(tools.theme, parent)
        self._work, self._tools = work, tools
        self.session = Session()
        self.nonce = ""
        self._waiting: deque[str] = deque()
        self._busy = False
        self._told: tuple[Severity, str, str] | None = None
        self.previous.hide()
        self.next.hide()
        theme = self.theme
        self.entry = TextField(
            theme, tr("Scan or type"), self, placeholder=tr("Scan a bin or goods, or type")
        )
        self.entry.submitted.connect(self._typed)
        self.put_above(self.entry)
        self.back = IconButton(
            theme,
            "arrow-counter-clockwise",
            tr("Take the last scan back"),
            self,
            size=36,
            framed=True,
        )
        self.back.clicked.connect(self.take_back)
        self.book = Button(theme, "", self, kind=Kind.PRIMARY, size=Size.DRAWER)
        self.book.setSizePolicy(_POLICY.Expanding, _POLICY.Fixed)
        self.book.clicked.connect(self.book_wanted)
        self.drop = Button(theme, tr("Throw away"), self, size=Size.DRAWER)
        self.drop.clicked.connect(self.start_over)
        self.foot.addWidget(self.book, 1)
        self.foot.addWidget(self.back)
        self.foot.addWidget(self.drop)
        self.start_over()

    @Slot()
    def start_over(self) -> None:
        """A session of its own, empty."""
        self.session, self.nonce = Session(), self._work.key()
        self._waiting.clear()
        self._told = None
        self._show()
        self.entry.setFocus()

    def begin(self, sku: str = "") -> None:
        """Ready for the next scan; ``sku`` is counted as one piece when nothing is there yet."""
        if sku and not self.session.lines:
            self.scan(sku)
        self.entry.setFocus()

    @property
    def busy(self) -> bool:
        """Whether a scan is still looked up."""
        return self._busy

    # -- scans -------------------------------------------------------------------------------

    def scan(self, code: str) -> None:
        """One code, by the scanner or by hand; in the order in which they come."""
        self._waiting.append(code)
        self._next()

    @Slot(str)
    def _typed(self, text: str) -> None:
        if text.strip():
            self.entry.setText("")
            self.scan(text)
        elif self.session.lines:
            self.book_wanted.emit()

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        code, session, work = self._waiting.popleft(), self.session, self._work
        self._busy = True

        def done(result: object) -> None:
            self._busy = False
            if isinstance(result, Told) and self.session is session:
                self._take(result)
            self._next()

        def failed(error: PackbenchError) -> None:
            self._busy = False
            self._waiting.clear()
            self._tell(Severity.FAILED, str(error.message), str(error.remedy))

        self._tools.jobs.run(
            LANE, lambda *_: take(work, session, code), done=done, failed=failed, owner=self
        )

    def _take(self, told: Told) -> None:
        self.session = told.session
        if told.verdict is Got.ASK:
            self._tools.sounds.play(Cue.LOOK)
        else:
            self._tools.sounds.play(Cue.PIECE if told.accepted else Cue.WRONG)
        self._told = _said(told)
        self._show()

    def _tell(self, severity: Severity, what: str, why: str = "") -> None:
        self._tools.sounds.play(Cue.WRONG)
        self._told = (severity, what, why)
        self._show()

    @Slot()
    def take_back(self) -> None:
        """Take the last scan back."""
        self._take(receiving.undo(self.session))

    @Slot()
    def _choose(self) -> None:
        sender = self.sender()
        if sender is not None:
            self._take(receiving.choose(self.session, sender.objectName()))

    @Slot()
    def _say_batch(self) -> None:
        code, made, until = (field.text().strip() for field in self.batch_fields)
        if code:
            self._take(receiving.say_batch(self.session, Batch(code, made, until)))
        self.entry.setFocus()

    # -- what is shown -----------------------------------------------------------------------

    def _show(self) -> None:
        session, theme = self.session, self.theme
        pieces, kinds = session.pieces, len({x.goods.item.sku_id for x in session.lines})
        said = (
            ntr("{n} kind", "{n} kinds", kinds),
            ntr("{n} piece", "{n} pieces", pieces),
        )
        self.set_head(tr("Receive"), " · ".join(said) if pieces else tr("Nothing scanned yet"))
        words = ntr("Receive {n} piece", "Receive {n} pieces", pieces)
        self.book.setText(words if pieces else tr("Receive"))
        ready = bool(session.lines) and session.question is None
        self.book.setEnabled(ready and not receiving.open_points(session))
        self.back.setEnabled(session.before is not None)
        self.drop.setEnabled(bool(session.lines))
        body = self.body
        self.clear_body()
        row = QHBoxLayout()
        place = session.bin or tr("each into its own bin")
        row.addWidget(TextLabel(theme, tr("Goes to"), Type.BODY, "text2"))
        row.addWidget(TextLabel(theme, place, Type.BODY_STRONG))
        row.addStretch(1)
        body.addLayout(row)
        if self._told is not None:
            body.addWidget(FactBox(theme, *self._told))
        if session.question is not None:
            for n, goods in enumerate(session.question.candidates, start=1):
                choice = GoodsChoice(theme, n, goods, self._tools.pictures, self)
                choice.clicked.connect(self._choose)
                body.addWidget(choice)
        self._add_batch()
        for at in reversed(range(len(session.lines))[-_MOST_SHOWN:]):
            line, current = session.lines[at], at == session.current
            body.addWidget(ScannedLine(theme, line, self._tools.pictures, current=current))
        if not session.lines and session.question is None and self._told is None:
            help_ = tr(
                "Scan the bin's label, then every piece. 12 and Enter makes the last line twelve."
            )
            body.addWidget(Lines(theme, help_, Type.BODY, "text3"))
        body.addStretch(1)

    def _add_batch(self) -> None:
        """Batch and days, where the goods that were touched last are kept by batch."""
        line = self.session.line
        self.batch_fields: tuple[TextField, ...] = ()
        if line is None or not line.goods.batch_tracked:
            return
        theme, batch = self.theme, line.batch
        row = QHBoxLayout()
        row.setSpacing(8)
        fields = []
        for name, value, stretch in (
            (tr("Batch"), batch.code, 2),
            (tr("Made on"), batch.made_on, 2),
            (tr("Use until"), batch.expires_on, 2),
        ):
            field = TextField(theme, name, self, placeholder=name)
            field.setMinimumWidth(60)
            field.setText(value)
            field.submitted.connect(self._say_batch)
            row.addWidget(field, stretch)
            fields.append(field)
        self.batch_fields = tuple(fields)
        self.body.addLayout(row)

    # -- keys --------------------------------------------------------------------------------

    def choose_number(self, number: int) -> bool:
        """A number key while a question is open; whether it chose something."""
        asked = self.session.question
        if asked is None or not 1 <= number <= len(asked.candidates):
            return False
        self._take(receiving.choose(self.session, asked.candidates[number - 1].item.sku_id))
        return True

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control:
            if self.book.isEnabled():
                self.book_wanted.emit()
            return
        super().keyPressEvent(event)


def booking(panel: ReceivePanel) -> Callable[[Workplace], object]:
    """Puts the panel's session into the books, once however often it is tried."""
    session, nonce = panel.session, panel.nonce
    return lambda work: receive_sessions.book(work, session, nonce)


def _said(told: Told) -> tuple[Severity, str, str] | None:
    """What a scan came to, where that is not plain from the lines."""
    code = told.code
    match told.verdict:
        case Got.UNKNOWN:
            return (
                Severity.FAILED,
                tr("Nobody knows the code {code}", code=code),
                tr("Nothing was counted. Make the item first, or scan another code on it."),
            )
        case Got.ASK:
            return (
                Severity.PROBLEM,
                tr("Several items have this code"),
                tr("Which one is it? Press its number."),
            )
        case Got.TWICE:
            return Severity.PROBLEM, tr("This piece was scanned already"), code
        case Got.BAD:
            return Severity.FAILED, tr("This cannot be"), tr("Check the number, day or bin.")
        case Got.NOTHING:
            return Severity.PROBLEM, tr("There is nothing to change"), tr("Scan goods first.")
        case _:
            return None
