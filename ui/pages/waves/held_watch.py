"""Keeps the card of a run that stands still, and carries its answers to the run."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from app.domain import recognition
from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.services.printing import answers
from app.services.waves.wave_views import WaveSheet
from app.services.workplace import Workplace
from ui.pages.waves import held_facts
from ui.pages.waves.acting import WaveActs
from ui.pages.waves.held_card import HeldCard
from ui.pages.waves.loader import WaveLoader
from ui.wave_job import WaveJob
from ui.wave_run import RunView

_SECOND_MS = 1_000


class HeldWatch(QObject):
    """Main thread. A scan answers whatever has the focus: ``take_scan``."""

    def __init__(
        self, work: Workplace, job: WaveJob, acts: WaveActs, card: HeldCard, loader: WaveLoader
    ) -> None:
        super().__init__(card)
        self._work, self._job, self._acts = work, job, acts
        self._card, self._loader = card, loader
        self._sheet: WaveSheet | None = None
        self._run: RunView | None = None
        self._states: dict[str, str] = {}
        self._asked_states = ""
        self._busy = False
        self._clock = QTimer(self)
        self._clock.setInterval(_SECOND_MS)
        self._clock.timeout.connect(self._show)
        card.acted.connect(self._acted)
        card.good_named.connect(self._good_up_to)

    def show_wave(self, sheet: WaveSheet, run: RunView | None) -> None:
        """The wave as it stands."""
        self._sheet, self._run = sheet, run
        self._ask_fallback()
        self._show()

    @property
    def asks(self) -> bool:
        """Whether a label's fate is asked for."""
        facts = self._card.shown_facts
        return facts is not None and facts.asked

    @Slot()
    def _show(self) -> None:
        if self._sheet is None:
            return
        now = self._work.now()
        facts = held_facts.facts_of(self._sheet, self._run, self._states, now)
        self._card.show_facts(facts)
        waits = facts is not None and self._run is not None and self._run.busy
        if not waits:
            self._clock.stop()
        elif not self._clock.isActive():
            self._clock.start()

    def _ask_fallback(self) -> None:
        """How the printer is that could take over; it prints nothing of this run now."""
        holding = self._run.holding if self._run is not None else None
        name = holding.fallback if holding is not None else ""
        if name == self._asked_states:
            return
        self._asked_states = name
        self._states = {}
        if name:
            self._loader.printers((name,), self._states_known)

    def _states_known(self, states: tuple[tuple[str, str, bool], ...]) -> None:
        for name, said, good in states:
            self._states[name] = tr("ready") if good else said
        self._show()

    # -- answers -----------------------------------------------------------------------------

    @Slot(str)
    def _acted(self, key: str) -> None:
        action, _, value = key.partition(":")
        wave = self._sheet.id if self._sheet is not None else ""
        holding = self._run.holding if self._run is not None else None
        match action:
            case held_facts.STOP:
                self._job.pause(wave)
            case held_facts.MOVE if holding is not None:
                self._job.move_to(wave, value, holding.printer)
            case held_facts.OUT | held_facts.NOT_OUT:
                self._answer(wave, value, came_out=action == held_facts.OUT)

    def _answer(self, wave: str, number: str, *, came_out: bool) -> None:
        if self._busy:
            return
        self._busy = True

        def done(_result: object) -> None:
            self._busy = False
            self._go_on(wave)

        def failed(error: PackbenchError) -> None:
            self._busy = False
            self._acts.show_error(error)
            self._go_on(wave)  # it may have been answered elsewhere

        self._acts.do(lambda work: answers.answer(work, number, came_out=came_out), done, failed)

    def take_scan(self, code: str) -> bool:
        """A code was scanned: the last good label, while one is asked for."""
        if not self.asks:
            return False
        self._card.field.setText(code)
        self._good_up_to(code)
        return True

    @Slot(str)
    def _good_up_to(self, code: str) -> None:
        sheet = self._sheet
        if sheet is None or self._busy:
            return
        forms = recognition.forms(code)
        known = next((p for p in sheet.parcels if p.waybill and p.waybill in forms), None)
        # A box of a shipment has a number of its own: the service knows it.
        number = known.waybill if known is not None else next(iter(forms), code)
        wave = sheet.id
        self._busy = True

        def done(_result: object) -> None:
            self._busy = False
            self._go_on(wave)

        def failed(error: PackbenchError) -> None:
            self._busy = False
            self._card.tell_wrong(str(error.message))

        self._acts.do(lambda work: answers.resume_after(work, wave, number), done, failed)

    def _go_on(self, wave: str) -> None:
        """The run that waits goes on; without one (after a restart) it begins again."""
        run = self._job.view(wave)
        if run is not None and run.busy:
            self._job.look_again(wave)
        else:
            self._job.start(wave)
