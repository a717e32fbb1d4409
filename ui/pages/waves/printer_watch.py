"""How the printers of the shown wave are: the chip of the head, and what the panel says of them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.text import tr
from app.services.printing.control import Holding
from ui.page import StateChip
from ui.pages.waves.loader import WaveLoader
from ui.paint_status import Severity

State = tuple[str, str, bool]  # name, sentence, can start


def _said(printer: str, words: str) -> str:
    return tr("{printer}: {said}", printer=printer, said=words.rstrip(".。"))


class PrinterWatch(QObject):
    """Asks once a wave, and never a printer at work. ``changed`` when they answered."""

    changed = Signal()

    def __init__(self, loader: WaveLoader, chip: StateChip, parent: QObject) -> None:
        super().__init__(parent)
        self._loader, self._chip = loader, chip
        self.states: tuple[State, ...] = ()
        self._asked: tuple[str, ...] = ()
        self._holding: Holding | None = None

    @Slot()
    def forget(self) -> None:
        """Something has changed: the next ``look`` asks again."""
        self._asked = ()

    def look(self, names: tuple[str, ...]) -> None:
        """Ask these, unless they were asked last."""
        if names and names != self._asked:
            self._asked = names
            self._loader.printers(names, self._answered)

    def tell_holding(self, holding: Holding | None) -> None:
        """A run waits for this printer: what it said last is known."""
        if holding != self._holding:
            self._holding = holding
            self._tell_chip()

    def _answered(self, states: tuple[State, ...]) -> None:
        self.states = states
        self._tell_chip()
        self.changed.emit()

    def _tell_chip(self) -> None:
        holding = self._holding
        bad = [(name, said) for name, said, good in self.states if not good]
        if holding is not None and holding.message is not None:
            said = _said(holding.printer, str(holding.message))
            self._chip.tell(Severity.STOP, said)
        elif bad:
            self._chip.tell(Severity.STOP, _said(*bad[0]))
        elif self.states:
            one = tr("{name} is ready", name=self.states[0][0])
            self._chip.tell(
                Severity.FINE, one if len(self.states) == 1 else tr("All printers ready")
            )
