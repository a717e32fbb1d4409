"""The printers: their cards, the form of the chosen one, and what to do when there is none."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import T, sentences, tr
from app.ports import DeviceStatus, SendResult, Sent
from app.services.printing.printers import PrinterView
from ui.page import PageTools
from ui.pages.settings.acting import PrinterActions, went
from ui.pages.settings.loader import Answer, Loaded
from ui.pages.settings.printer_card import PrinterList
from ui.pages.settings.printer_form import PrinterForm
from ui.pages.settings.printer_words import StateLine, state_line
from ui.paint_status import Severity
from ui.paper_door import PaperKind
from ui.theme_tokens import Type
from ui.widgets.buttons import Button
from ui.widgets.drawer import ScrollColumn
from ui.widgets.label import TextLabel
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.states import EmptyAction, EmptyState, SkeletonRows

_CHOSEN = "settings/printer"
_RESULT_SEVERITY = {
    SendResult.CONFIRMED: Severity.FINE,
    SendResult.SENT: Severity.INFO,
    SendResult.UNKNOWN: Severity.PROBLEM,
    SendResult.NOT_STARTED: Severity.FAILED,
}


_PAPERS = (
    (PaperKind.CARDS, T("Command cards for the bench"), "barcode"),
    (PaperKind.BINS, T("Shelf labels, one of each"), "map-pin"),
    (PaperKind.MANIFEST, T("Manifest of all that waits for drivers"), "truck"),
)


class Column(ScrollColumn):
    """The work column: quiet paper below the cards."""

    def __init__(self, tools: PageTools, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=24, spacing=0)
        self.theme = tools.theme
        self.body.setContentsMargins(24, 18, 24, 24)
        self.theme.changed.connect(self.viewport().update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(self.viewport().rect(), self.theme.t.subtle)


class PrintersPanel(QStackedWidget):
    """``chosen(PrinterView or None)``: another printer, or other settings of the same one.

    ``moved(right, down)`` in mm while the place is being set; ``find_wanted`` and ``add_wanted``
    are the buttons.
    """

    chosen = Signal(object)
    moved = Signal(float, float)
    find_wanted = Signal()
    add_wanted = Signal()
    counted = Signal(int)

    def __init__(
        self, tools: PageTools, actions: PrinterActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tools = tools
        self.theme = tools.theme
        self._actions = actions
        self._views: dict[str, PrinterView] = {}
        self._states: dict[str, StateLine | None] = {}
        self._statuses: dict[str, DeviceStatus] = {}
        self._refusal = ""
        self._wanted = tools.state.text(_CHOSEN)
        self._make()
        self._connect()

    # -- making ------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self.theme
        self.skeleton = QWidget(self)
        self.skeleton.setObjectName("subtle")
        inside = QVBoxLayout(self.skeleton)
        inside.setContentsMargins(24, 18, 24, 0)
        inside.addWidget(SkeletonRows(theme, self.skeleton, rows=4, row_px=68))
        self.addWidget(self.skeleton)
        self.empty = QWidget(self)
        self.empty.setObjectName("subtle")
        self._empty_column = QVBoxLayout(self.empty)
        self.addWidget(self.empty)
        self.column = Column(self._tools, self)
        self.addWidget(self.column)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(TextLabel(theme, tr("Printers"), Type.PAGE_TITLE), 1)
        self.find_button = Button(theme, tr("Find printers"), self, icon="magnifying-glass")
        self.add_button = Button(theme, tr("Add"), self, icon="plus")
        head.addWidget(self.find_button)
        head.addWidget(self.add_button)
        body = self.column.body
        body.addLayout(head)
        body.addSpacing(14)
        self.list = PrinterList(theme)
        body.addWidget(self.list)
        body.addSpacing(16)
        self.form = PrinterForm(theme)
        body.addWidget(self.form)
        body.addStretch(1)

    def _make_empty(self) -> None:
        """What is needed for the first printer; made when it is needed."""
        reason = self._refusal or tr("Switch it on, put paper in, and join it by USB or network")
        actions = (
            EmptyAction("find", tr("Find printers"), "magnifying-glass", primary=True),
            EmptyAction("add", tr("Type an address")),
        )
        state = EmptyState(
            self.theme,
            "printer",
            tr("No printer yet"),
            reason,
            () if self._refusal else actions,
            self.empty,
        )
        state.acted.connect(self._empty_acted)
        while self._empty_column.count():
            item = self._empty_column.takeAt(0)
            before = item.widget() if item is not None else None
            if before is not None:
                before.hide()
                before.deleteLater()
        self._empty_column.addWidget(state)

    def _connect(self) -> None:
        self.find_button.clicked.connect(self.find_wanted)
        self.add_button.clicked.connect(self.add_wanted)
        self.list.chosen.connect(self.choose)
        form, actions = self.form, self._actions
        form.changed.connect(actions.change)
        form.moved.connect(self.moved)
        form.roll_renewed.connect(actions.new_roll)
        form.test_wanted.connect(actions.test)
        form.menu_wanted.connect(self._menu)
        actions.refused.connect(self._refused)
        actions.tested.connect(self._tested)
        actions.added.connect(self._added)
        actions.papers.failed.connect(self._paper_failed)

    # -- showing -----------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._views)

    @property
    def current(self) -> PrinterView | None:
        return self._views.get(self.list.current)

    def show_loaded(self, loaded: Loaded) -> None:
        """Printers as they are stored now."""
        self._refusal = str(loaded.refusal) if loaded.refusal is not None else ""
        self._views = {view.config.name: view for view in loaded.views}
        for gone in set(self._states) - set(self._views):
            self._states.pop(gone)
        self.list.show_views(list(loaded.views))
        for button in (self.find_button, self.add_button):
            button.set_disabled_reason(self._refusal or None)
        self.counted.emit(len(self._views))
        if not self._views:
            self._make_empty()
            self.setCurrentWidget(self.empty)
            self.chosen.emit(None)
            return
        self.setCurrentWidget(self.column)
        known = self._wanted if self._wanted in self._views else next(iter(self._views))
        self.list.set_current(known)
        self._show_form()

    def show_answer(self, answer: Answer) -> None:
        """What one printer said."""
        state = state_line(answer.status, answer.failure)
        if answer.status is not None:
            self._statuses[answer.name] = answer.status
        if answer.name not in self._views or self._states.get(answer.name) == state:
            return
        self._states[answer.name] = state
        self.list.show_state(answer.name, state)
        current = self.current
        if current is None:
            return
        if answer.name == current.config.name:
            self.form.show_state(state)
        elif answer.name == current.fallback:
            self._show_form()

    @Slot(str)
    def choose(self, name: str) -> None:
        """Show another printer's form."""
        if name not in self._views:
            return
        self._wanted = name
        self._tools.state.set_text(_CHOSEN, name)
        self.list.set_current(name)
        self._show_form()

    def _show_form(self) -> None:
        view = self.current
        if view is None:
            return
        component = view.config.language == "component"
        others = [
            (name, self._states.get(name))
            for name, other in self._views.items()
            if name != view.config.name and (other.config.language == "component") == component
        ]
        self.form.show_view(view, others, self._refusal)
        self.form.show_state(self._states.get(view.config.name))
        self.chosen.emit(view)

    # -- acting ------------------------------------------------------------------------------

    @Slot(str)
    def _empty_acted(self, key: str) -> None:
        if key == "find":
            self.find_wanted.emit()
        else:
            self.add_wanted.emit()

    @Slot(str, object)
    def _menu(self, name: str, at: QPoint) -> None:
        items = [MenuItem("remove", tr("Remove {printer}", printer=name), "trash", danger=True)]
        view = self._views.get(name)
        if view is not None and view.config.language != "component":
            papers = [MenuItem(kind.name, str(text), icon) for kind, text, icon in _PAPERS]
            items = [MenuItem(text=tr("Print on this printer")), *papers, MenuItem(), *items]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(lambda key: self._menu_chosen(name, key))
        menu.open_at(at, right_aligned=True)

    def _menu_chosen(self, name: str, key: str) -> None:
        if key == "remove":
            self._actions.remove(name)
        else:
            self._actions.papers.print(PaperKind[key], printer=name)

    @Slot(object)
    def _paper_failed(self, error: PackbenchError) -> None:
        self.form.show_result(Severity.FAILED, str(error))

    @Slot(str)
    def _added(self, name: str) -> None:
        self._wanted = name

    @Slot(str, str, object)
    def _refused(self, name: str, key: str, error: PackbenchError) -> None:
        current = self.current
        if current is not None and name == current.config.name:
            self.form.set_error(key, _under_its_field(key, error))
            self._show_form()  # what is stored, beside why the other was not

    @Slot(str, object)
    def _tested(self, name: str, result: object) -> None:
        current = self.current
        if isinstance(result, Sent):
            severity, said = _RESULT_SEVERITY[result.result], went(result.result, result)
        else:
            severity, said = Severity.FAILED, tr("Not printed. {why}", why=str(result))
        if current is not None and current.config.name == name:
            self.form.show_result(severity, said)

    def focus_first(self) -> None:
        """The chosen card has the focus."""
        card = self.list.cards.get(self.list.current)
        if card is not None:
            card.setFocus(Qt.FocusReason.OtherFocusReason)


def _under_its_field(key: str, error: PackbenchError) -> str:
    """What is wrong, without the setting's name in the file: it stands under the setting."""
    if error.message.params.get("key") == key:
        return sentences(tr("This does not work."), error.remedy)
    return str(error)
