"""Runs what a person does to whole designs: copy, use, rename, take away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.domain.label_designs import LabelDesign
from app.domain.text import tr
from app.jobs import CancelToken, Progress
from app.services.printing import designs
from app.services.printing.designs import DesignRow
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.settings import design_edits
from ui.pages.settings.acting import PrinterActions
from ui.pages.settings.design_edits import Kept
from ui.pages.settings.design_loader import KEEP


class DesignActions(QObject):
    """In the lane of the desk's own saving, in order; each can be taken back by Ctrl+Z.

    ``copied(code)`` after a copy, ``failed(PackbenchError)`` when something could not be.
    """

    copied = Signal(str)
    failed = Signal(object)

    def __init__(
        self, work: Workplace, tools: PageTools, undoing: PrinterActions, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._work, self._tools, self._undoing = work, tools, undoing

    def copy(self, row: DesignRow) -> None:
        """A copy to be changed, in use at once."""
        work = self._work
        title = tr("{title} (the shop's own)", title=row.title)

        def act() -> object:
            code = designs.copy_design(work, row.code, title)
            designs.choose_design(work, code)
            return code

        def done(code: object) -> None:
            self._tell(
                tr("Your own copy is in use: {title}", title=title),
                lambda: designs.delete_design(work, str(code)),
            )
            self.copied.emit(str(code))

        self._run(act, done)

    def use(self, row: DesignRow, before: DesignRow | None) -> None:
        """The next labels look like this one."""
        work = self._work

        def done(_: object) -> None:
            said = tr("New labels look like {title}", title=row.title)
            back = before.code if before is not None else row.base
            self._tell(said, (lambda: designs.choose_design(work, back)) if back else None)

        self._run(lambda: designs.choose_design(work, row.code), done)

    def rename(self, row: DesignRow, title: str) -> None:
        """Another name for a copy."""
        work = self._work

        def act(name: str) -> object:
            now = designs.design(work, row.code)
            return designs.save_design(work, replace(now, title=name), now.revision)

        def done(_: object) -> None:
            self._undoing.remember(lambda: act(row.title))

        self._run(lambda: act(title), done)

    def delete(self, row: DesignRow) -> None:
        """A copy goes; where it was in use the standard is again."""
        work = self._work

        def act() -> object:
            gone = designs.design(work, row.code)
            designs.delete_design(work, row.code)
            return gone

        def done(gone: object) -> None:
            if isinstance(gone, LabelDesign):
                self._tell(
                    tr("{title} is gone", title=row.title),
                    lambda: _bring_back(work, gone, use=row.active),
                )

        self._run(act, done)

    def reset(self, row: DesignRow) -> None:
        """A copy looks like its standard again, in that one's newest version."""
        work = self._work

        def done(kept: object) -> None:
            if isinstance(kept, Kept):
                self._tell(tr("{title} looks as delivered", title=row.title), kept.undo)

        self._run(lambda: design_edits.reset(work, designs.design(work, row.code)), done)

    def _tell(self, said: str, undo: Callable[[], object] | None) -> None:
        if undo is None:
            self._tools.shell.say(said)
            return
        self._undoing.remember(undo)
        self._tools.shell.say(said, action=tr("Undo"), act=self._undoing.undo)

    def _run(self, act: Callable[[], object], done: Callable[[object], None]) -> None:
        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return act()

        self._tools.jobs.run(
            KEEP, job, name="design", done=done, failed=self.failed.emit, owner=self
        )


def _bring_back(work: Workplace, gone: LabelDesign, *, use: bool) -> str:
    code = designs.import_design(work, gone, gone.title)
    if use:
        designs.choose_design(work, code)
    return code
