"""How far the print run of a wave has come. Knows no widgets; fed by ``ui.wave_job``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.states import HoldCode
from app.domain.text import Text
from app.jobs import Step
from app.services.numbers.outcomes import LabelRow
from app.services.printing.control import Holding
from app.services.printing.printing import PrintRow
from app.services.printing.rows import UNKNOWN
from app.services.waves.wave_views import WaveSheet

NUMBER, PRINT = "number", "print"
_MEASURED = 24  # labels that the rate is measured over
_OUT = frozenset({"printed", "unconfirmed", "kept"})
_HELD, _ASKED = "held", "asked"
_GOT = frozenset({"issued", "kept"})
_NOT_THE_PRINTER = frozenset({*HoldCode, "no_number"})


class Phase(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"  # another wave is printed first
    NUMBERING = "numbering"
    PRINTING = "printing"
    HELD = "held"  # a printer is in trouble: it goes on by itself when that is over
    ASKED = "asked"  # nobody knows whether a label came out: somebody must say
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPED = "stopped"  # the printer, or somebody's answer, is needed
    CANCELLING = "cancelling"
    DONE = "done"


BUSY = frozenset(
    {
        Phase.WAITING,
        Phase.NUMBERING,
        Phase.PRINTING,
        Phase.HELD,
        Phase.ASKED,
        Phase.PAUSING,
        Phase.CANCELLING,
    }
)
STANDS = frozenset({Phase.HELD, Phase.ASKED})


@dataclass(frozen=True, slots=True)
class Stop:
    """Why printing stopped by itself, and at which printer and parcel."""

    code: str
    message: Text | None
    remedy: Text | None
    printer: str
    parcel: str


@dataclass(frozen=True, slots=True)
class RunEnd:
    """What a run's worker brings back."""

    labels: tuple[LabelRow, ...]
    prints: tuple[PrintRow, ...]
    sheet: WaveSheet
    cancelled: bool


@dataclass(frozen=True, slots=True)
class RunView:
    """A snapshot for the window. Counts are parcels; ``current`` is the label at the printer.

    ``holdings``: the printers that stand still, the one that asks something first.
    """

    wave_id: str
    name: str
    phase: Phase
    total: int
    numbered: int
    printed: int
    failed: int
    current: str
    numbers: Mapping[str, str]
    labels: Mapping[str, str]
    stop: Stop | None
    per_minute: float | None
    seconds_left: int | None
    holdings: tuple[Holding, ...] = ()

    @property
    def holding(self) -> Holding | None:
        """What the run waits for."""
        return self.holdings[0] if self.holdings else None

    @property
    def waiting(self) -> int:
        return max(0, self.total - self.printed - self.failed)

    @property
    def busy(self) -> bool:
        return self.phase in BUSY


@dataclass(slots=True)
class Run:
    """One run of one wave. Main thread only; ``now_s`` are monotonic seconds."""

    wave_id: str
    name: str = ""
    phase: Phase = Phase.WAITING
    order: tuple[str, ...] = ()
    stop: Stop | None = None
    numbers: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    _out: set[str] = field(default_factory=set)
    _numbered: set[str] = field(default_factory=set)
    holdings: tuple[Holding, ...] = ()
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=_MEASURED))

    def begin(self, sheet: WaveSheet) -> None:
        """The worker has read the wave: this is where it starts from."""
        self.name = sheet.name
        self.order = tuple(p.id for p in sheet.parcels)
        self._out = {p.id for p in sheet.parcels if p.printed}
        self._numbered = {p.id for p in sheet.parcels if p.waybill}
        if self.phase is Phase.WAITING:
            self.phase = Phase.NUMBERING

    def take(self, steps: Iterable[Step], now_s: float) -> None:
        """Progress: ``ref`` is the stage and the parcel."""
        for step in steps:
            stage, _, parcel = step.ref.partition(":")
            if stage == NUMBER:
                self.numbers[parcel] = step.result
                if step.result in _GOT:
                    self._numbered.add(parcel)
                continue
            if self.phase is Phase.NUMBERING:
                self.phase = Phase.PRINTING
            if step.result == _HELD:  # nothing has happened to the label
                self._times.clear()
                continue
            self.labels[parcel] = step.result
            if step.result in _OUT:
                self._out.add(parcel)
                if step.result != "kept":
                    self._times.append(now_s)

    def hold(self, holdings: Iterable[Holding]) -> bool:
        """These printers stand still; whether anything has changed by that."""
        asked_first = tuple(sorted(holdings, key=lambda h: h.code != UNKNOWN))
        if asked_first == self.holdings:
            return False
        for one in self.holdings:
            if one not in asked_first and self.labels.get(one.parcel) == _ASKED:
                del self.labels[one.parcel]  # it was answered
        self.holdings = asked_first
        if self.phase in {Phase.PRINTING, Phase.NUMBERING, *STANDS}:
            first = asked_first[0] if asked_first else None
            standing = Phase.ASKED if first is not None and first.code == UNKNOWN else Phase.HELD
            self.phase = Phase.PRINTING if first is None else standing
        return True

    def end(self, result: RunEnd) -> None:
        """The worker is through: why, and what is left."""
        self.holdings = ()
        if self.phase in STANDS:
            self.phase = Phase.PRINTING
        self.begin(result.sheet)
        self.numbers = {r.parcel: r.result for r in result.labels}
        self.labels = {r.parcel: r.result for r in result.prints}
        self.stop = None if result.cancelled else _stop(result)
        if self.phase is Phase.PAUSING and result.cancelled:
            self.phase = Phase.PAUSED
        elif self.phase is not Phase.CANCELLING:
            self.phase = Phase.STOPPED if self.stop else Phase.DONE

    def view(self) -> RunView:
        """How it stands now."""
        failed = self._failed()
        rate = self._per_minute()
        left = max(0, len(self.order) - len(self._out) - len(failed))
        seconds = round(left / rate * 60) if rate and self.phase is Phase.PRINTING else None
        return RunView(
            wave_id=self.wave_id,
            name=self.name,
            phase=self.phase,
            total=len(self.order),
            numbered=len(self._numbered),
            printed=len(self._out),
            failed=len(failed),
            current=self._current(failed),
            numbers=dict(self.numbers),
            labels=dict(self.labels),
            stop=self.stop,
            per_minute=rate,
            seconds_left=seconds,
            holdings=self.holdings,
        )

    def _failed(self) -> set[str]:
        without = {p for p, r in self.numbers.items() if r not in _GOT}
        doubt = {p for p, r in self.labels.items() if r in {"unknown", _ASKED}}
        return (without - self._numbered | doubt) - self._out

    def _current(self, failed: set[str]) -> str:
        if self.phase in STANDS and self.holdings:
            return self.holdings[0].parcel
        if self.phase not in {Phase.PRINTING, Phase.PAUSING}:
            return ""
        ready = (p for p in self.order if p in self._numbered and p not in self._out)
        return next((p for p in ready if p not in failed and p not in self.labels), "")

    def _per_minute(self) -> float | None:
        if len(self._times) < 3:
            return None
        span = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / span * 60 if span > 0 else None


def _stop(result: RunEnd) -> Stop | None:
    rows = {p.id: p for p in result.sheet.parcels}
    for row in result.prints:
        if row.ok or row.code in _NOT_THE_PRINTER:
            continue
        parcel = rows.get(row.parcel)
        printer = parcel.printer if parcel is not None else ""
        return Stop(row.code, row.message, row.remedy, printer, row.parcel)
    return None
