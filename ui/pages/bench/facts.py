"""What must be known while a parcel is packed, and how it is drawn above the goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.text import tr
from app.services.parcels.packing import Opened
from ui.pages.bench.units import Units
from ui.paint import Align, wrap_text
from ui.theme_tokens import Tone

_GAP = 14.0
_ROW = 76.0
_MARK = 196.0


class FactKind(StrEnum):
    """What a fact is about; the short ones need no text of the buyer."""

    SERIAL = "serial"
    GIFT = "gift"
    CARD = "card"
    CUSTOM = "custom"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Fact:
    """``text`` is what the buyer wrote, or what is to be done."""

    kind: FactKind
    text: str

    @property
    def short(self) -> bool:
        return self.kind in (FactKind.SERIAL, FactKind.GIFT)


_ICONS = {
    FactKind.SERIAL: "barcode",
    FactKind.GIFT: "gift",
    FactKind.CARD: "pencil-simple",
    FactKind.CUSTOM: "scissors",
    FactKind.NOTE: "chat-circle-text",
}


def facts_of(answer: Opened) -> tuple[Fact, ...]:
    """The facts of a parcel that was opened, what has to be done first."""
    found = []
    if answer.wants_serial:
        found.append(Fact(FactKind.SERIAL, tr("Serial number wanted")))
    if answer.is_gift:
        found.append(Fact(FactKind.GIFT, tr("A gift: no price in the box")))
    if answer.greeting:
        found.append(Fact(FactKind.CARD, answer.greeting))
    if answer.custom_work:
        found.append(Fact(FactKind.CUSTOM, answer.custom_work))
    if answer.notes:
        found.append(Fact(FactKind.NOTE, " / ".join(answer.notes)))
    return tuple(found)


def draw_facts(units: Units, facts: Sequence[Fact], x: float, y: float, w: float) -> float:
    """Draw them below ``y``, the short ones side by side; returns how much room they took."""
    top = y
    short = [fact for fact in facts if fact.short]
    if short:
        wide = (w - _GAP * (len(short) - 1)) / len(short)
        for at, fact in enumerate(short):
            _draw_short(units, fact, x + at * (wide + _GAP), y, wide)
        y += _ROW + _GAP
    long = [fact for fact in facts if not fact.short]
    most = 3 if len(long) < 3 else 2  # below them the line to scan needs its room
    for fact in long:
        y += _draw_long(units, fact, x, y, w, most) + _GAP
    return y - top


def _draw_short(units: Units, fact: Fact, x: float, y: float, w: float) -> None:
    colors = units.t.tone(Tone.ACCENT)
    units.card((x, y, w, _ROW), 14, colors.soft, colors.line)
    units.icon(_ICONS[fact.kind], x + 42, y + _ROW / 2, 34, colors.text)
    units.say((x + 78, y, w - 96, _ROW), fact.text, 28, colors.text, 600)


def _draw_long(units: Units, fact: Fact, x: float, y: float, w: float, most: int) -> float:
    """What the buyer wrote, in kraft, on one line or more; returns its height."""
    t = units.t
    face = units.theme.sized_face(28 * units.u, 500)
    room = w - 78 - _MARK - 24
    rows = wrap_text(" ".join(fact.text.split()), face, room * units.u, most)
    height = _ROW + 36.0 * (len(rows) - 1)
    units.card((x, y, w, height), 14, t.kraft_soft)
    units.icon(_ICONS[fact.kind], x + 42, y + height / 2, 34, t.kraft, "fill")
    start = y + height / 2 - 20 * len(rows)
    for n, row in enumerate(rows):
        units.say((x + 78, start + 40 * n, room, 40), row, 28, t.text, 500)
    mark = (x + w - _MARK - 20, y, _MARK, height)
    units.say(mark, _mark(fact.kind), 26, t.text2, 400, Align.AlignRight)
    return height


def _mark(kind: FactKind) -> str:
    match kind:
        case FactKind.CARD:
            return tr("Write the card")
        case FactKind.CUSTOM:
            return tr("Made to order")
        case _:
            return tr("Note")
