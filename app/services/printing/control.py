"""What a print run and whoever watches it say to each other."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from app.domain.text import Text


@dataclass(frozen=True, slots=True)
class Holding:
    """Why a printer's labels wait, and since when.

    ``code``: ``printer_not_ready`` (it goes on by itself), or ``print_unknown`` (somebody must say
    whether the label ``waybill`` came out). ``fallback``: the printer that could take over, or "".
    """

    printer: str
    code: str
    message: Text | None
    remedy: Text | None
    parcel: str
    waybill: str
    fallback: str
    since_at: datetime


class RunControl:
    """One run's. With ``hold`` it waits for a printer in trouble and for answers, else it ends.

    ``look_s``: how often it looks. ``most_s``: how long it waits at most for one thing (default: as
    long as a label may wait for its printer).

    Safe from any thread.
    """

    def __init__(
        self, *, hold: bool = True, look_s: float = 1.0, most_s: float | None = None
    ) -> None:
        self.hold = hold
        self.look_s = look_s
        self.most_s = most_s
        self._guard = threading.Condition()
        self._holding: dict[str, Holding] = {}
        self._moves: dict[str, str] = {}

    @property
    def holding(self) -> Holding | None:
        """The printer that has waited longest, or ``None`` when all go on."""
        found = self.holdings()
        return found[0] if found else None

    def holdings(self) -> tuple[Holding, ...]:
        """Every printer of the run that waits, the longest first."""
        with self._guard:
            return tuple(sorted(self._holding.values(), key=lambda h: h.since_at))

    def move_to(self, printer: str, *, away_from: str | None = None) -> None:
        """Let ``printer`` print what waits at ``away_from`` (default: at the one that waits)."""
        with self._guard:
            names = [away_from] if away_from else list(self._holding)
            self._moves.update((name, printer) for name in names if name != printer)
            self._guard.notify_all()

    def look_again(self) -> None:
        """Something has changed (an answer, a closed cover): do not wait for the next look."""
        with self._guard:
            self._guard.notify_all()

    # --- the run's side ---------------------------------------------------------------------

    def waits(self, holding: Holding) -> None:
        with self._guard:
            self._holding[holding.printer] = holding

    def goes_on(self, printer: str) -> None:
        with self._guard:
            self._holding.pop(printer, None)
            self._moves.pop(printer, None)

    def moved(self, printer: str) -> str:
        """Where what waits at ``printer`` is to be printed instead; "" = here."""
        with self._guard:
            return self._moves.get(printer, "")

    def take_move(self, printer: str) -> str:
        """``moved``, once: what waits there later is another matter."""
        with self._guard:
            return self._moves.pop(printer, "")

    def rest(self, printer: str) -> None:
        """Until the next look at ``printer``, or until somebody speaks."""
        with self._guard:
            if printer not in self._moves:
                self._guard.wait(self.look_s)
