"""Looks at what a new wave would take, while its question is open; and at what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import shiboken6
from PySide6.QtCore import QObject, Signal, Slot

from app.domain.errors import PackbenchError
from app.jobs import CancelToken, Progress, Step
from app.services.waves import looking
from app.services.waves.looking import Looked, Seen
from app.services.waves.troubles import Trouble
from app.services.waves.wave_views import LooseParcels, WaveParcel
from app.services.workplace import Workplace
from ui.job_runner import JobHandle
from ui.page import PageTools
from ui.pages.waves import remedies
from ui.pages.waves.acting import WaveActs
from ui.pages.waves.new_wave import NewWave
from ui.pages.waves.other_tabs import LooseTab

LANE = "waves-look"


class LookWatch(QObject):
    """Asks nobody outside, blocks nothing, and stops with the question. Main thread.

    ``opened`` names the tab where what was found is to be seen.
    """

    opened = Signal(str)

    def __init__(
        self, work: Workplace, tools: PageTools, acts: WaveActs, tab: LooseTab, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._work, self._tools, self._acts, self._tab = work, tools, acts, tab
        self._handle: JobHandle | None = None
        self._loose: tuple[WaveParcel, ...] = ()
        self._review: dict[str, Trouble] = {}
        self._marks: dict[str, tuple[str, str, int]] = {}
        tab.found.fixed.connect(acts.fix)
        tab.found.retry_wanted.connect(self._look_again)
        tab.found.closed.connect(self._close)
        acts.review_wanted.connect(self.review)

    # -- the question of a new wave ----------------------------------------------------------

    def ask(self, loose: LooseParcels) -> NewWave:
        """Ask what a new wave shall be made of, and make it."""
        asked = NewWave(self._tools.theme, self._tools.shell, loose)
        seen: Seen = {}

        def chosen(verb: str) -> None:
            if verb == "create":
                self._acts.create(asked.wish(), seen)

        def review() -> None:
            found = asked.looked.found if asked.looked is not None else {}
            asked.dialog.dismiss()
            self.review(found)

        asked.dialog.chosen.connect(chosen)
        asked.form.look.review_wanted.connect(review)
        self._watch(asked, seen)
        return asked

    def _watch(self, asked: NewWave, seen: Seen) -> None:
        """Look now, and again with every other wish; what was looked at is not looked at twice."""

        def look() -> None:
            self._stop()
            wish = asked.wish()
            work = self._work

            def job(progress: Progress, cancel: CancelToken) -> object:
                return looking.look(work, wish, seen, progress, cancel)

            def steps(told: tuple[Step, ...]) -> None:
                if shiboken6.isValid(asked.dialog):
                    asked.form.look.show_progress(told[-1].done, told[-1].total)

            def known(found: object) -> None:
                if isinstance(found, Looked) and shiboken6.isValid(asked.dialog):
                    asked.show_looked(found, wish)

            def not_known(error: PackbenchError) -> None:
                self._not_known(error)
                if shiboken6.isValid(asked.dialog):
                    asked.form.look.show_nothing()

            self._handle = self._tools.jobs.run(
                LANE, job, name="look", done=known, failed=not_known, progress=steps, owner=self
            )

        asked.form.changed.connect(look)
        asked.dialog.closed.connect(self._stop)
        look()

    @Slot()
    def _stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _not_known(self, error: PackbenchError) -> None:
        self._work.log.info("parcels could not be looked at: %s", error.code)

    # -- what was found, outside of any wave -------------------------------------------------

    @Slot(object)
    def review(self, found: Mapping[str, Trouble]) -> None:
        """Show what stands against these parcels, with the buttons that help."""
        self._review, self._marks = dict(found), {}
        self._show()
        self.opened.emit("loose")

    @Slot()
    def _close(self) -> None:
        self._review = {}
        self._show()

    def show_parcels(self, parcels: tuple[WaveParcel, ...]) -> None:
        """What is in no wave now; what changed of the found ones is looked at again."""
        self._loose = parcels
        mine = [p for p in parcels if p.id in self._review and not p.waybill]
        self._review = {p.id: self._review[p.id] for p in mine}
        marks = {p.id: (p.carrier, p.account, p.revision) for p in mine}
        other = [p for p, mark in marks.items() if self._marks.get(p, mark) != mark]
        self._marks = marks
        if other:
            self._look_at(other)
        self._show()

    def _show(self) -> None:
        mine = (p for p in self._loose if p.id in self._review)
        shown = [replace(p, found=self._review[p.id]) for p in mine]
        self._tab.show_found(remedies.to_look_at(shown))

    @Slot()
    def _look_again(self) -> None:
        """Look at all of them once more: a table of places may be another one now."""
        self._look_at(list(self._review))

    def _look_at(self, ids: Sequence[str]) -> None:
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return looking.look_at(work, ids)

        def known(found: object) -> None:
            if isinstance(found, dict):
                kept = {p: t for p, t in self._review.items() if p not in ids}
                still = {p: found[p] for p in ids if p in found and p in self._review}
                self._review = {**kept, **still}
                self._show()

        self._tools.jobs.run(
            LANE, job, name="look again", done=known, failed=self._not_known, owner=self
        )
