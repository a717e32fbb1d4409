"""What the progress panel says and offers in every state of a wave. Knows no widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.text import ntr, sentences, tr
from app.services.printing.rows import UNKNOWN
from app.services.waves.wave_views import LabelTarget, WaveSheet
from ui.pages.waves.words import Counts, counts_of, in_the_way, time_left_words
from ui.wave_run import STANDS, Phase, RunView

PAUSE, CANCEL, GO, OTHER, SHIP = "pause", "cancel", "go", "other", "ship"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands outside the wave: the time, and how the printers are (a sentence by name)."""

    now: datetime
    printers: tuple[tuple[str, str, bool], ...] = ()  # name, sentence, can start
    rolls: Mapping[str, int] = field(default_factory=dict)  # labels left, where they are counted


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
    warning: str = ""
    unproved: str = ""
    actions: tuple[PanelAction, ...] = ()


def facts_of(sheet: WaveSheet, run: RunView | None, outlook: Outlook) -> PanelFacts:
    """The panel of this wave now."""
    counts = counts_of(sheet, run)
    busy = run is not None and run.busy
    phase = run.phase if run is not None else None
    stands = phase in STANDS
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
        note=tr("You may do something else, printing goes on") if busy and not stands else "",
        where=_where(sheet, outlook, busy=busy),
        trouble=_trouble(run),
        warning=_short_roll(sheet, outlook, busy=busy),
        unproved=_unproved(sheet),
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
        case Phase.HELD:
            return tr("Waits for the printer")
        case Phase.ASKED:
            return tr("Waits for your answer")
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
        if target.printer in outlook.rolls:
            on_roll = outlook.rolls[target.printer]
            words = f"{words} · " + ntr("about {n} left", "about {n} left", on_roll)
        state = "" if busy else states.get(target.printer, "").rstrip(".。")
        parts.append(f"{words} · {state}" if state else words)
    return "    ".join(parts)


def _size(target: LabelTarget) -> str:
    return target.media.lower().replace("x", "×") + " mm"


def _trouble(run: RunView | None) -> str:
    if run is None or run.phase is not Phase.STOPPED or run.stop is None:
        return ""
    stop = run.stop
    if stop.code == UNKNOWN:
        return ""  # its card asks
    said = sentences(stop.message, stop.remedy)
    return f"{stop.printer}: {said}" if stop.printer else said


def _actions(sheet: WaveSheet, counts: Counts, run: RunView | None) -> tuple[PanelAction, ...]:
    if run is not None and run.busy:
        if run.phase in {Phase.PAUSING, Phase.CANCELLING}:
            return ()
        rest = tr("Cancel the other {n}", n=counts.waiting)
        pause = PanelAction(PAUSE, tr("Pause"), "pause")
        some = (PanelAction(CANCEL, rest),) if counts.waiting else ()
        return some if run.phase in STANDS else (pause, *some)  # the card has its own stop
    found: list[PanelAction] = []
    doubt = any(p.in_doubt for p in sheet.parcels)
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


def _short_roll(sheet: WaveSheet, outlook: Outlook, *, busy: bool) -> str:
    """Before it begins: a roll that ends within the wave. It may begin all the same."""
    if busy:
        return ""
    waiting = sum(not p.printed and not in_the_way(p) for p in sheet.parcels)
    for target in sheet.targets:
        on_roll = outlook.rolls.get(target.printer)
        wanted = min(target.labels, waiting)
        if on_roll is not None and on_roll < wanted:
            return tr(
                "{printer} has about {left} labels on its roll, this wave needs {n} more. "
                "Have a new roll ready.",
                printer=target.printer,
                left=on_roll,
                n=wanted,
            )
    return ""


def _unproved(sheet: WaveSheet) -> str:
    """Labels of a printer that says nothing back: they count when they are scanned."""
    sent: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for p in sheet.parcels:
        if p.printed and p.printer:
            (seen if p.confirmed else sent)[p.printer] += 1
    if not sent:
        return ""
    parts = []
    for printer, n in sent.items():
        done = seen[printer]
        parts.append(
            ntr(
                "{printer} says nothing back: {n} label is sent and counts when it is scanned, "
                "{done} scanned so far",
                "{printer} says nothing back: {n} labels are sent and count when they are scanned, "
                "{done} scanned so far",
                n + done,
                printer=printer,
                done=done,
            )
        )
    return "    ".join(parts)


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
