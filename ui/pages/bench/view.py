"""What the bench shows at one moment, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.packing import Item, Line, OpenParcel
from app.domain.text import tr
from ui.pages.bench.facts import Fact
from ui.sounds import Cue


class Look(StrEnum):
    """The one panel: its colour, its outline and its sound go together."""

    GO = "go"
    DONE = "done"
    STOP = "stop"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Panel:
    """The right side. ``scanned`` and ``wanted`` are shown side by side when both are there."""

    look: Look
    title: str
    line: str = ""
    foot: str = ""
    scanned: Item | None = None
    wanted: Item | None = None
    ring: tuple[int, int] | None = None  # pieces scanned, pieces needed
    weight_g: int | None = None
    expected_g: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the screen at one moment. ``counting`` waits for a typed count of that line."""

    panel: Panel
    parcel: OpenParcel | None = None
    carrier: str = ""
    receiver: str = ""
    facts: tuple[Fact, ...] = ()
    due: str = ""
    cue: Cue | None = None
    counting: Line | None = None
    wants_serial: bool = False
    imeis: tuple[str, ...] = ()  # scanned, to be noted with the serial number
    unsealed: bool = False  # everything is in the box, and sealing it was refused

    @property
    def is_stop(self) -> bool:
        """Red holds until the right thing is scanned or Esc."""
        return self.panel.look is Look.STOP

    @property
    def is_held(self) -> bool:
        """A stop that sounds again and again, and that no stray scan may cover."""
        return self.is_stop and self.cue is Cue.STOP

    @property
    def spoken(self) -> str:
        """The panel as a screen reader says it."""
        panel = self.panel
        words = [panel.title, panel.line, panel.foot]
        if panel.ring is not None:
            words.insert(1, tr("{n} to go", n=panel.ring[1] - panel.ring[0]))
        return ". ".join(word for word in words if word)


@dataclass(slots=True)
class Shift:
    """The figures of the top bar."""

    bench: str
    user: str
    today: int = 0
    wave: str = ""
    wave_done: int = 0
    wave_all: int = 0
    unsent: int = 0
    offline: bool = False
    away: bool = False  # no database
    kept: int = 0  # scans that wait on this PC for it
