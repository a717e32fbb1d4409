"""Settings 设置: sections at the left, what is set in the middle, the label at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.services.printing.printers import PrinterView
from app.services.workplace import Workplace
from ui.page import Page, PageTools
from ui.pages.settings.acting import PrinterActions
from ui.pages.settings.finding import FindPrinters
from ui.pages.settings.loader import Answer, Loaded, SettingsLoader
from ui.pages.settings.printers_panel import PrintersPanel
from ui.pages.settings.sections import PRINTERS, SECTIONS, SectionList
from ui.paint_status import Severity
from ui.widgets.banner import Notice
from ui.widgets.card import Hairline

_SECTION = "settings/section"


class SettingsPage(Page):
    """``printing`` says whether labels are on their way: printers are not asked meanwhile."""

    topics = frozenset({"printers", "settings"})

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
        row.addWidget(self.stack, 1)
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

    # -- showing -----------------------------------------------------------------------------

    @override
    def activated(self, argument: object = None) -> None:
        if isinstance(argument, str) and argument in self.sections.items:
            self.show_section(argument)
        elif isinstance(argument, str) and argument:
            self.printers.choose(argument)

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        self.loader.load()

    @override
    def bring_in(self) -> bool:
        self.loader.load()
        self.loader.ask()
        return True

    @override
    def undo(self) -> None:
        self.acts.undo()

    @override
    def focus_targets(self) -> list[QWidget]:
        return [self.sections, self.stack]

    @Slot(str)
    def show_section(self, key: str) -> None:
        """Printers, or label designs."""
        self.sections.set_current(key)
        self.tools.state.set_text(_SECTION, key)
        self.stack.setCurrentWidget(self.printers)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.loader.watch(True)
        self.loader.ask()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.loader.watch(False)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)

    @Slot(object)
    def _loaded(self, loaded: Loaded) -> None:
        self.banners.take("load")
        self._refusal = str(loaded.refusal) if loaded.refusal is not None else ""
        if self._refusal:
            self.head.chip.tell(Severity.INFO, self._refusal)
        else:
            self.head.chip.tell(Severity.FINE, tr("Changes are saved by themselves"))
        before = self.printers.names
        self.printers.show_loaded(loaded)
        if self.isVisible() and before != self.printers.names:
            self.loader.ask()

    @Slot(object)
    def _answered(self, answer: Answer) -> None:
        self.printers.show_answer(answer)

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


