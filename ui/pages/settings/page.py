"""Settings 设置: sections at the left, what is set in the middle, the label at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.services.printing.designs import DesignRow
from app.services.printing.printers import PrinterView
from app.services.workplace import Workplace
from ui.page import Page, PageTools
from ui.pages.settings.acting import PrinterActions
from ui.pages.settings.design_acting import DesignActions
from ui.pages.settings.design_edits import Kept
from ui.pages.settings.designs_panel import DesignsPanel
from ui.pages.settings.finding import FindPrinters
from ui.pages.settings.label_desk import LabelDesk
from ui.pages.settings.loader import Answer, Loaded, SettingsLoader
from ui.pages.settings.printers_panel import PrintersPanel
from ui.pages.settings.sections import DESIGNS, PRINTERS, SECTIONS, SectionList
from ui.paint_status import Severity
from ui.widgets.banner import Notice
from ui.widgets.card import Hairline

_SECTION = "settings/section"
_DESK_SHARE = 0.45  # of what the sections leave
_LEAST_DESK_PX, _BAR_PX = 330, 10


class SettingsPage(Page):
    """``printing`` says whether labels are on their way: printers are not asked meanwhile."""

    topics = frozenset({"printers", "settings", "designs"})

    def __init__(
        self, tools: PageTools, work: Workplace, *, printing: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(tools, tr("Settings"))
        self.work = work
        self.loader = SettingsLoader(work, tools.jobs, self, printing)
        self.acts = PrinterActions(work, tools, self)
        self._refusal = ""
        self._asked = False
        self._make()
        self._connect()
        wanted = tools.state.text(_SECTION, PRINTERS)
        self.show_section(wanted if wanted in self.sections.items else PRINTERS)

    def _make(self) -> None:
        self.content.addWidget(Hairline(self.theme))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.sections = SectionList(self.theme, SECTIONS, self)
        row.addWidget(self.sections)
        self.stack = QStackedWidget(self)
        self.printers = PrintersPanel(self.tools, self.acts, self)
        self.stack.addWidget(self.printers)
        self.designs = DesignsPanel(self.tools, self)
        self.stack.addWidget(self.designs)
        row.addWidget(self.stack, 1)
        self.desk = LabelDesk(self.tools, self.work, self)
        row.addWidget(self.desk)
        self.design_acts = DesignActions(self.work, self.tools, self.acts, self)
        self.content.addLayout(row, 1)
        self.finder = FindPrinters(self.work, self.tools, self.acts, self)
        self.head.chip.tell(Severity.FINE, tr("Changes are saved by themselves"))

    def _connect(self) -> None:
        self.sections.chosen.connect(self.show_section)
        self.loader.loaded.connect(self._loaded)
        self.loader.answered.connect(self._answered)
        self.loader.failed.connect(self._load_failed)
        self.acts.saved.connect(self.loader.load)
        self.acts.refused.connect(self._refused)
        self.banners.acted.connect(self._banner_acted)
        self.printers.find_wanted.connect(self._find)
        self.printers.add_wanted.connect(self._add)
        self.printers.counted.connect(self._counted)
        self.printers.chosen.connect(self._printer_chosen)
        self.printers.moved.connect(self.desk.set_offset)
        desk, designs, acts = self.desk, self.designs, self.design_acts
        desk.nudged.connect(self._nudged)
        desk.kept.connect(self._design_kept)
        desk.shown_design.connect(designs.set_current)
        desk.loader.rows_ready.connect(self._designs_ready)
        designs.chosen.connect(desk.choose)
        designs.copy_wanted.connect(acts.copy)
        designs.use_wanted.connect(acts.use)
        designs.rename_wanted.connect(acts.rename)
        designs.delete_wanted.connect(acts.delete)
        designs.reset_wanted.connect(acts.reset)
        acts.failed.connect(self._design_failed)
        acts.copied.connect(self._design_copied)

    # -- showing -----------------------------------------------------------------------------

    @override
    def activated(self, argument: object = None) -> None:
        if isinstance(argument, str) and argument in self.sections.items:
            self.show_section(argument)
        elif isinstance(argument, str) and argument:
            self.printers.choose(argument)

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        if topics & {"printers", "settings"}:
            self.loader.load()
        if "designs" in topics:
            self.desk.load()

    @override
    def bring_in(self) -> bool:
        self.loader.load()
        self.loader.ask()
        self.desk.load()
        return True

    @override
    def undo(self) -> None:
        self.acts.undo()

    @override
    def focus_targets(self) -> list[QWidget]:
        return [self.sections, self.stack, self.desk]

    @Slot(str)
    def show_section(self, key: str) -> None:
        """Printers, or label designs."""
        self.sections.set_current(key)
        self.tools.state.set_text(_SECTION, key)
        self.stack.setCurrentWidget(self.designs if key == DESIGNS else self.printers)
        self._place_offset()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.loader.watch(True)
        self.loader.ask()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.loader.watch(False)
        self.desk.loader.flush()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self.sections.width()
        inside = self.printers.column.widget()
        form = inside.minimumSizeHint().width() + _BAR_PX if inside is not None else 0
        widest = max(_LEAST_DESK_PX, room - form)  # larger text: nothing of the form is cut off
        self.desk.setFixedWidth(min(widest, round(room * _DESK_SHARE)))

    @Slot(object)
    def _loaded(self, loaded: Loaded) -> None:
        self.banners.take("load")
        self._refusal = str(loaded.refusal) if loaded.refusal is not None else ""
        if self._refusal:
            self.head.chip.tell(Severity.INFO, self._refusal)
        else:
            self.head.chip.tell(Severity.FINE, tr("Changes are saved by themselves"))
        self.desk.set_refusal(self._refusal)
        self.designs.set_refusal(self._refusal)
        before = self.printers.names
        self.printers.show_loaded(loaded)
        if self.isVisible() and before != self.printers.names:
            self.loader.ask()

    @Slot(object)
    def _answered(self, answer: Answer) -> None:
        self.printers.show_answer(answer)

    @Slot(object)
    def _printer_chosen(self, view: PrinterView | None) -> None:
        if view is not None and self.sections.current == PRINTERS:
            self.desk.choose_media(view.config.media)
        self._place_offset()

    def _place_offset(self) -> None:
        """The print as the chosen printer places it; designs by themselves stand where they are."""
        view = self.printers.current
        if view is None or self.sections.current != PRINTERS:
            self.desk.set_offset(0, 0)
            return
        given = view.config.options or {}
        self.desk.set_offset(float(given.get("offset_x_mm", 0)), float(given.get("offset_y_mm", 0)))

    @Slot(float, float)
    def _nudged(self, right_mm: float, down_mm: float) -> None:
        if self.sections.current == PRINTERS and not self._refusal:
            self.printers.form.nudge(right_mm, down_mm)

    @Slot(object)
    def _designs_ready(self, rows: list[DesignRow]) -> None:
        self.designs.show_rows(rows)
        self.sections.items[DESIGNS].set_count(sum(row.is_own for row in rows))
        view = self.printers.current
        if view is not None and self.sections.current == PRINTERS:
            self.desk.choose_media(view.config.media)

    @Slot(object)
    def _design_kept(self, kept: Kept) -> None:
        self.acts.remember(kept.undo)
        if kept.copied:
            said = tr("Your own copy is in use: {title}", title=kept.design.title)
            self.tools.shell.say(said, action=tr("Undo"), act=self.acts.undo)

    @Slot(str)
    def _design_copied(self, code: str) -> None:
        self.desk.want(code)

    @Slot(object)
    def _design_failed(self, error: PackbenchError) -> None:
        self.banners.put(
            Notice("deed", Severity.FAILED, error.message, error.remedy, dismissible=True)
        )

    @Slot(object)
    def _load_failed(self, error: PackbenchError) -> None:
        self.banners.put(
            Notice("load", Severity.STOP, error.message, error.remedy, tr("Try again"), "load")
        )

    @Slot(str)
    def _banner_acted(self, action: str) -> None:
        if action == "load":
            self.loader.load()

    @Slot(int)
    def _counted(self, printers: int) -> None:
        self.sections.items[PRINTERS].set_count(printers)

    # -- acting ------------------------------------------------------------------------------

    @Slot(str, str, object)
    def _refused(self, name: str, _key: str, error: PackbenchError) -> None:
        shown: PrinterView | None = self.printers.current
        if not self.finder.is_open and (shown is None or shown.config.name != name):
            self.banners.put(
                Notice("deed", Severity.FAILED, error.message, error.remedy, dismissible=True)
            )

    @Slot()
    def _find(self) -> None:
        self.finder.find(list(self.printers.names))

    @Slot()
    def _add(self) -> None:
        self.finder.add()
