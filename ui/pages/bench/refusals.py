"""The red panels of labels and pieces that are not the right ones."""

from __future__ import annotations

from app.domain.packing import Item, Scanned
from app.domain.states import HoldCode, Verdict
from app.domain.text import tr
from app.services.parcels.packing import Opened
from ui.pages.bench.view import Look, Panel
from ui.sounds import Cue


def refused(answer: Opened) -> Panel:
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
        case Verdict.ELSEWHERE:
            title = tr("Open at another bench")
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


def cue_of(answer: Opened) -> Cue:
    return Cue.STOP if answer.verdict is Verdict.HELD else Cue.WRONG


def wrong(result: Scanned) -> Panel:
    wanted = result.line.item if result.line else None
    match result.verdict:
        case Verdict.OVER:
            return Panel(
                Look.STOP,
                tr("One too many"),
                tr("{name}: {n} are wanted", name=wanted.name, n=result.line.need)
                if wanted and result.line
                else "",
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
    what = item.spec or item.name
    return tr("{what} back to {bin}, then scan the right one", what=what, bin=item.bin)
