"""Looks for printers in the background and leads from what was found to a printer set up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.jobs import CancelToken, Progress, Step
from app.ports import Found, PrinterConfig
from app.services.printing import finding
from app.services.workplace import Workplace
from ui.job_runner import JobHandle
from ui.page import PageTools
from ui.pages.settings.acting import PrinterActions
from ui.pages.settings.add_panel import AddPanel
from ui.pages.settings.find_panel import FindPanel

FIND_LANE, PROBE_LANE = "settings-find", "settings-probe"


class FindPrinters(QObject):
    """One panel at a time. A look that nobody watches any more is cancelled."""

    def __init__(
        self, work: Workplace, tools: PageTools, actions: PrinterActions, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._work, self._tools, self._actions = work, tools, actions
        self._taken: tuple[str, ...] = ()
        self._handle: JobHandle | None = None
        self.panel: FindPanel | None = None
        self.form: AddPanel | None = None
        actions.added.connect(self._added)
        actions.refused.connect(self._refused)

    @property
    def is_open(self) -> bool:
        return self.panel is not None or self.form is not None

    def find(self, taken: Sequence[str]) -> None:
        """Look for printers. ``taken`` are names that are in use."""
        self._taken = tuple(taken)
        host = self._host()
        if host is None or self.is_open:
            return
        panel = self.panel = FindPanel(self._tools.theme, host)
        panel.picked.connect(self._picked)
        panel.asked.connect(self._probe)
        panel.again.connect(self._look)
        panel.manual.connect(self._by_hand)
        panel.closed.connect(self._panel_closed)
        panel.open(panel.address)
        self._look()

    def add(self, taken: Sequence[str] = (), found: Found | None = None) -> None:
        """The form of a new printer, filled from what was found."""
        self._taken = tuple(taken) or self._taken
        host = self._host()
        if host is None or self.is_open:
            return
        form = self.form = AddPanel(self._tools.theme, host, self._taken, found)
        form.added.connect(self._wanted)
        form.closed.connect(self._form_closed)
        form.open(form.name if found is None else form.add_button)

    @Slot()
    def _look(self) -> None:
        panel, work = self.panel, self._work
        if panel is None:
            return
        panel.begin()
        jobs = self._tools.jobs

        def show(found: Found) -> None:
            if self.panel is panel:
                panel.add_found(found)

        def tell(error: PackbenchError) -> None:
            if self.panel is panel:
                panel.tell_problem(str(error))

        def job(progress: Progress, cancel: CancelToken) -> object:
            def problem(error: PackbenchError) -> None:
                jobs.post(lambda: tell(error))

            for found in finding.find_printers(work, cancel, progress, problem=problem):
                jobs.post(partial(show, found))
            return None

        def step(steps: tuple[Step, ...]) -> None:
            last = steps[-1]
            if self.panel is panel:
                panel.tell_progress(
                    tr("Looking … {done} of {total} ways done", done=last.done, total=last.total)
                )

        def done(_: object) -> None:
            if self.panel is panel:
                panel.end()

        def failed(error: PackbenchError) -> None:
            tell(error)
            done(None)

        self._handle = jobs.run(
            FIND_LANE, job, name="find", done=done, failed=failed, progress=step, owner=self
        )

    @Slot(str)
    def _probe(self, address: str) -> None:
        panel, work = self.panel, self._work
        if panel is None:
            return
        panel.tell_progress(tr("Asking {address} …", address=address))

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return finding.probe(work, address)

        def done(found: object) -> None:
            if self.panel is panel and isinstance(found, list):
                for printer in found:
                    panel.add_found(printer)
                panel.end()
                if len(found) == 1 and not found[0].already_configured:
                    self._picked(found[0])

        def failed(error: PackbenchError) -> None:
            if self.panel is panel:
                panel.address.set_error(str(error))
                panel.tell_progress("")
                panel.fit_soon()

        self._tools.jobs.run(PROBE_LANE, job, name="probe", done=done, failed=failed, owner=self)

    @Slot(object)
    def _picked(self, found: Found) -> None:
        self._leave_panel()
        self.add(found=found)

    @Slot()
    def _by_hand(self) -> None:
        self._leave_panel()
        self.add()

    @Slot(object)
    def _wanted(self, config: PrinterConfig) -> None:
        self._actions.add(config)

    @Slot(str)
    def _added(self, _name: str) -> None:
        if self.form is not None:
            self.form.leave()

    @Slot(str, str, object)
    def _refused(self, name: str, _key: str, error: PackbenchError) -> None:
        if self.form is not None and not name:
            self.form.tell_problem(str(error))

    def _leave_panel(self) -> None:
        if self.panel is not None:
            self.panel.leave()

    @Slot()
    def _panel_closed(self) -> None:
        self.panel = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    @Slot()
    def _form_closed(self) -> None:
        self.form = None

    def _host(self) -> QWidget | None:
        parent = self.parent()
        return parent.window() if isinstance(parent, QWidget) else None
