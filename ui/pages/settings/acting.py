"""Runs what a person does to printers: in one lane, in order, each with a way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.jobs import CancelToken, Progress
from app.ports import PrinterConfig, SendResult, Sent
from app.services.printing import printers, rolls
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.paper_door import PaperDoor

LANE = "settings-deeds"
TEST_LANE = "settings-test"
_MOST_UNDO = 50
Act = Callable[[], object]


class PrinterActions(QObject):
    """``refused(printer, key, PackbenchError)`` names the setting that could not be stored.

    ``tested(printer, Sent or PackbenchError)``: how the test page went. ``saved`` after a change.
    """

    saved = Signal()
    refused = Signal(str, str, object)
    tested = Signal(str, object)
    added = Signal(str)

    def __init__(self, work: Workplace, tools: PageTools, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._tools = work, tools
        self.papers = PaperDoor(work, tools, self)
        self._undo: list[Act] = []
        self._testing: set[str] = set()

    def change(self, name: str, changes: Mapping[str, Any]) -> None:
        """Store settings of one printer; Ctrl+Z takes them back."""
        work, wanted = self._work, dict(changes)

        def done(before: object) -> None:
            if isinstance(before, dict) and before:
                self._remember(lambda: printers.change_printer(work, name, **before))
            self.saved.emit()

        def failed(error: PackbenchError) -> None:
            self.refused.emit(name, next(iter(wanted), ""), error)

        self._run(lambda: printers.change_printer(work, name, **wanted), done, failed)

    def new_roll(self, name: str, labels: int) -> None:
        """A new roll is in."""
        work = self._work

        def done(_: object) -> None:
            self._tools.shell.say(tr("{printer}: a new roll, {n} labels", printer=name, n=labels))
            self.saved.emit()

        def failed(error: PackbenchError) -> None:
            self.refused.emit(name, "roll", error)

        self._run(lambda: rolls.new_roll(work, name, labels), done, failed)

    def add(self, config: PrinterConfig) -> None:
        """Set up a new printer. Refused settings come as ``refused("", "", error)``."""
        work = self._work

        def done(_: object) -> None:
            self._remember(lambda: printers.remove_printer(work, config.name))
            said = tr("{printer} is set up", printer=config.name)
            self._tools.shell.say(said, action=tr("Undo"), act=self.undo)
            self.added.emit(config.name)
            self.saved.emit()

        def failed(error: PackbenchError) -> None:
            self.refused.emit("", "", error)

        self._run(lambda: printers.add_printer(work, config), done, failed)

    def remove(self, name: str) -> None:
        """Switch one off, with a way back."""
        work = self._work

        def done(_: object) -> None:
            self._remember(lambda: printers.restore_printer(work, name))
            said = tr("{printer} is removed", printer=name)
            self._tools.shell.say(said, icon="trash", action=tr("Undo"), act=self.undo)
            self.saved.emit()

        def failed(error: PackbenchError) -> None:
            self.refused.emit(name, "", error)

        self._run(lambda: printers.remove_printer(work, name), done, failed)

    def test(self, name: str) -> None:
        """Print a test page and say truthfully what came of it."""
        if name in self._testing:
            return
        self._testing.add(name)
        work = self._work

        def over(result: object) -> None:
            self._testing.discard(name)
            self.tested.emit(name, result)

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return printers.print_test_page(work, name)

        self._tools.jobs.run(
            f"{TEST_LANE} {name}", job, name="test page", done=over, failed=over, owner=self
        )

    def undo(self) -> None:
        """Take back the last change."""
        if not self._undo:
            return
        act = self._undo.pop()

        def done(_: object) -> None:
            self._tools.shell.say(tr("Taken back"), icon="arrow-u-up-left")
            self.saved.emit()

        def failed(error: PackbenchError) -> None:
            self.refused.emit("", "", error)

        self._run(act, done, failed)

    def remember(self, act: Act) -> None:
        """Somebody else's way back, taken by Ctrl+Z in its turn."""
        self._remember(act)

    def _remember(self, act: Act) -> None:
        self._undo = [*self._undo[1 - _MOST_UNDO :], act]

    def _run(
        self, act: Act, done: Callable[[object], None], failed: Callable[[PackbenchError], None]
    ) -> None:
        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return act()

        self._tools.jobs.run(LANE, job, name="settings", done=done, failed=failed, owner=self)


def went(result: SendResult, sent: Sent) -> str:
    """What a test page came to, in words."""
    match result:
        case SendResult.CONFIRMED:
            return tr("The test page is out: the printer says so.")
        case SendResult.SENT:
            return tr("Sent. This printer never answers: look whether paper came out.")
        case SendResult.UNKNOWN:
            why = str(sent.reason) if sent.reason is not None else ""
            return tr("Nobody knows whether it came out: look at the paper. {why}", why=why)
        case SendResult.NOT_STARTED:
            why = str(sent.reason) if sent.reason is not None else ""
            return tr("Not printed. {why}", why=why)
