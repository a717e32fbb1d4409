"""What the bench shows, says and sounds, decided without a widget."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.domain.companies import company
from app.domain.packing import Item, Line, OpenParcel, Scanned, check_weight
from app.domain.states import HoldCode, Verdict
from app.domain.text import Text, tr
from app.services.packing import Opened
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
    """Everything on the screen at one moment."""

    panel: Panel
    parcel: OpenParcel | None = None
    carrier: str = ""
    receiver: str = ""
    notes: tuple[str, ...] = ()
    due: str = ""
    cue: Cue | None = None

    @property
    def is_stop(self) -> bool:
        """Red holds until the right thing is scanned or Esc."""
        return self.panel.look is Look.STOP


def waiting() -> View:
    """Nothing is open."""
    return View(Panel(Look.GO, tr("Scan the label"), tr("Point the scanner at a printed label")))


def opened(answer: Opened, due: str) -> View:
    """A label was scanned."""
    if answer.verdict is Verdict.PARCEL_OPENED and answer.parcel is not None:
        receiver = answer.receiver or {}
        places = (receiver.get("province", ""), receiver.get("city", ""))
        who = " · ".join(
            w
            for w in (receiver.get("name", ""), " ".join(p for p in places if p), _name(answer))
            if w
        )
        notes = (answer.greeting, *answer.notes) if answer.greeting else answer.notes
        view = View(
            _going(answer.parcel), answer.parcel, answer.carrier, who, notes, due, Cue.PIECE
        )
        return complete(view) if answer.parcel.done else view
    return View(_refused(answer), carrier=answer.carrier, cue=_cue_of_refusal(answer))


def scanned(view: View, result: Scanned) -> View:
    """A piece was scanned over the open parcel."""
    parcel = result.parcel or view.parcel
    view = replace(view, parcel=parcel)
    match result.verdict:
        case Verdict.OK if parcel is not None:
            return replace(view, panel=_going(parcel), cue=Cue.PIECE)
        case Verdict.LINE_DONE if parcel is not None:
            return replace(view, panel=_going(parcel), cue=Cue.LINE)
        case Verdict.PARCEL_DONE:
            return complete(view)
        case Verdict.HELD:
            panel = Panel(
                Look.STOP,
                tr("Stop, do not send"),
                tr("The parcel was put on hold meanwhile"),
                tr("Put it on the hold shelf"),
            )
            return replace(view, panel=panel, cue=Cue.STOP)
        case _:
            return replace(view, panel=_wrong(result), cue=Cue.WRONG)


def complete(view: View, weight_g: int | None = None) -> View:
    """Every piece is in the box."""
    parcel = view.parcel
    expected = parcel.expected_weight_g if parcel else 0
    panel = Panel(
        Look.DONE,
        tr("Complete, seal it"),
        tr("Stick the label on, put it with {carrier}", carrier=company(view.carrier).name),
        tr("Sealed, telling the shop · scan the next label"),
        weight_g=weight_g,
        expected_g=expected,
    )
    return replace(view, panel=panel, cue=Cue.PARCEL)


def weight_is_off(view: View, weight_g: int) -> View | None:
    """The amber question about a weight that does not fit, or ``None`` when it fits."""
    parcel = view.parcel
    if parcel is None:
        return None
    check = check_weight(weight_g, parcel.expected_weight_g)
    if check.fits or weight_g > parcel.expected_weight_g:
        return None  # the box weighs something too: only too little is suspicious
    panel = Panel(
        Look.LOOK,
        tr("Too light"),
        tr("{n} g less than the goods weigh", n=-check.difference_g),
        tr("Enter: it is right · Esc: look again"),
        weight_g=weight_g,
        expected_g=parcel.expected_weight_g,
    )
    return replace(view, panel=panel, cue=Cue.LOOK)


def acknowledged(view: View) -> View:
    """Esc on a red or amber panel: back to what is to be done."""
    if view.parcel is None:
        return waiting()
    return replace(view, panel=_going(view.parcel), cue=None)


def trouble(view: View, message: Text, remedy: Text) -> View:
    """Something that is neither the packer's nor the parcel's fault."""
    panel = Panel(Look.STOP, tr("That did not work"), str(message), str(remedy))
    return replace(view, panel=panel, cue=Cue.WRONG)


def _going(parcel: OpenParcel) -> Panel:
    title = tr("Go on scanning") if parcel.have else tr("Scan the goods")
    return Panel(Look.GO, title, ring=(parcel.have, parcel.need))


def _name(answer: Opened) -> str:
    return str(company(answer.carrier).name) if answer.carrier else ""


def _refused(answer: Opened) -> Panel:
    match answer.verdict:
        case Verdict.ALREADY_SHIPPED:
            return Panel(
                Look.STOP,
                tr("Already shipped"),
                tr("This parcel left before"),
                tr("Put it aside and ask"),
            )
        case Verdict.HELD:
            title = tr("Stop, do not send")
            if answer.hold is HoldCode.REFUND:
                title = tr("Refund asked, do not send")
            return Panel(Look.STOP, title, str(answer.reason or ""), str(answer.remedy or ""))
        case Verdict.NOT_READY:
            return Panel(
                Look.STOP,
                tr("Not printed yet"),
                tr("The program has no print of this label"),
                tr("Print it first, then scan it"),
            )
        case _:
            return Panel(
                Look.STOP,
                tr("Label not found"),
                tr("This number is not one of ours"),
                tr("Scan it once more"),
            )


def _cue_of_refusal(answer: Opened) -> Cue:
    return Cue.STOP if answer.verdict is Verdict.HELD else Cue.WRONG


def _wrong(result: Scanned) -> Panel:
    wanted = result.line.item if result.line else None
    match result.verdict:
        case Verdict.OVER:
            return Panel(
                Look.STOP,
                tr("One too many"),
                tr("{name} is complete", name=wanted.name if wanted else ""),
                _put_back(result.item),
            )
        case Verdict.WRONG_VARIANT:
            return Panel(
                Look.STOP,
                tr("Wrong variant"),
                tr("Take {spec} instead", spec=wanted.spec if wanted else ""),
                _put_back(result.item),
                scanned=result.item,
                wanted=wanted,
            )
        case Verdict.WRONG_ITEM:
            return Panel(
                Look.STOP,
                tr("Not in this parcel"),
                result.item.name if result.item else "",
                _put_back(result.item),
                scanned=result.item,
                wanted=wanted,
            )
        case _:
            return Panel(
                Look.STOP,
                tr("Unknown code"),
                result.code[:40],
                tr("Take it out, then scan the right piece"),
            )


def _put_back(item: Item | None) -> str:
    if item is None or not item.bin:
        return tr("Take it out, then scan the right piece")
    return tr("Back to {bin}, then scan the right one", bin=item.bin)


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
    lines: list[Line] = field(default_factory=list)


def in_order(parcel: OpenParcel) -> list[Line]:
    """The line to scan on top, finished ones sunk."""
    return sorted(parcel.lines, key=lambda line: line.done)


def grouped(number: str) -> str:
    """A waybill number in groups of four, for the eye."""
    head = number[:2] if number[:2].isalpha() else ""
    rest = number[len(head) :]
    groups = [rest[i : i + 4] for i in range(0, len(rest), 4)]
    return " ".join([head, *groups]) if head else " ".join(groups)
