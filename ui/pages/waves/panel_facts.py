"""What the progress panel says and offers in every state of a wave. Knows no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.text import ntr, tr
from app.services.waves.wave_views import LabelTarget, WaveSheet
from ui.pages.waves.words import Counts, counts_of, in_the_way, time_left_words
from ui.wave_run import Phase, RunView

PAUSE, CANCEL, GO, OTHER, SHIP = "pause", "cancel", "go", "other", "ship"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands outside the wave: the time, and how the printers are (a sentence by name)."""

    now: datetime
    printers: tuple[tuple[str, str, bool], ...] = ()  # name, sentence, can start


@dataclass(frozen=True, slots=True)
class PanelAction:
    """A button of the panel."""

    key: str
    text: str
    icon: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """What the panel shows. ``numbers``: the big count is of numbers, not of labels."""

    title: str
    counts: Counts
    numbers: bool = False
    left: str = ""
    rate: str = ""
    note: str = ""
    where: str = ""
    trouble: str = ""
    actions: tuple[PanelAction, ...] = ()


def facts_of(sheet: WaveSheet, run: RunView | None, outlook: Outlook) -> PanelFacts:
    """The panel of this wave now."""
    counts = counts_of(sheet, run)
    busy = run is not None and run.busy
    phase = run.phase if run is not None else None
    rate = left = ""
    if run is not None and phase is Phase.PRINTING and run.per_minute:
        rate = ntr("{n} label a minute", "{n} labels a minute", round(run.per_minute))
        if run.seconds_left is not None and run.waiting:
            left = time_left_words(run.seconds_left)
    return PanelFacts(
        title=_title(counts, phase),
        counts=counts,
        numbers=phase is Phase.NUMBERING,
        left=left,
        rate=rate,
        note=tr("You may do something else, printing goes on") if busy else "",
        where=_where(sheet, outlook, busy=busy),
        trouble=_trouble(run),
        actions=_actions(sheet, counts, run),
    )


def _title(counts: Counts, phase: Phase | None) -> str:
    match phase:
        case Phase.WAITING:
            return tr("Waits for the wave before it")
        case Phase.NUMBERING:
            return tr("Getting numbers")
        case Phase.PRINTING:
            return tr("Printing labels now")
        case Phase.PAUSING:
            return tr("Stops after this label")
        case Phase.CANCELLING:
            return tr("Stops, the rest leaves the wave")
        case Phase.PAUSED:
            return tr("Paused")
        case Phase.STOPPED:
            return tr("Printing has stopped")
    return tr("Labels not printed yet") if counts.waiting else tr("Labels printed")


def _where(sheet: WaveSheet, outlook: Outlook, *, busy: bool) -> str:
    alone = len(sheet.targets) == 1
    states = {
        name: tr("ready") if good else said
        for name, said, good in outlook.printers
        if alone or not good
    }
    parts = []
    for target in sheet.targets:
        words = f"{target.printer} · {_size(target)}"
        state = "" if busy else states.get(target.printer, "").rstrip(".。")
        parts.append(f"{words} · {state}" if state else words)
    return "    ".join(parts)


def _size(target: LabelTarget) -> str:
    return target.media.lower().replace("x", "×") + " mm"


def _trouble(run: RunView | None) -> str:
    if run is None or run.phase is not Phase.STOPPED or run.stop is None:
        return ""
    stop = run.stop
    if stop.code == "print_unknown":
        words = tr("look at its paper and say which label was the last good one")
        return f"{stop.printer}: {words}"
    said = " ".join(str(x) for x in (stop.message, stop.remedy) if x)
    return f"{stop.printer}: {said}" if stop.printer else said


def _actions(sheet: WaveSheet, counts: Counts, run: RunView | None) -> tuple[PanelAction, ...]:
    if run is not None and run.busy:
        if run.phase in {Phase.PAUSING, Phase.CANCELLING}:
            return ()
        rest = tr("Cancel the other {n}", n=counts.waiting)
        pause = PanelAction(PAUSE, tr("Pause"), "pause")
        return (pause, PanelAction(CANCEL, rest)) if counts.waiting else (pause,)
    found: list[PanelAction] = []
    doubt = run is not None and run.stop is not None and run.stop.code == "print_unknown"
    fallback = _fallback(sheet, run)
    if fallback and not doubt:
        found.append(PanelAction(f"{OTHER}:{fallback}", tr("Print on {name}", name=fallback)))
    halted = run is not None and run.phase in {Phase.PAUSED, Phase.STOPPED}
    if counts.waiting and (counts.printed or halted):
        rest = tr("Cancel the other {n}", n=counts.waiting)
        found.append(PanelAction(CANCEL, rest))
    if counts.waiting and not doubt:
        found.append(PanelAction(GO, _go_word(sheet, counts, run), "printer", primary=True))
    if sheet.to_ship and not counts.waiting:
        n = len(sheet.to_ship)
        words = ntr("Ship {n} order", "Ship {n} orders", n)
        found.append(PanelAction(SHIP, words, "truck"))
    return tuple(found)


def _go_word(sheet: WaveSheet, counts: Counts, run: RunView | None) -> str:
    if run is not None and run.phase in {Phase.PAUSED, Phase.STOPPED}:
        return tr("Go on printing")
    numbered = all(p.waybill for p in sheet.parcels if not in_the_way(p))
    if numbered:
        return ntr("Print {n} label", "Print {n} labels", counts.waiting)
    return ntr("Number and print {n}", "Number and print {n}", counts.waiting)


def _fallback(sheet: WaveSheet, run: RunView | None) -> str:
    """Another printer that could take over, when one stands still."""
    if run is None or run.phase is not Phase.STOPPED or run.stop is None:
        return ""
    for target in sheet.targets:
        if target.printer == run.stop.printer and target.others:
            return target.others[0]
    return ""
