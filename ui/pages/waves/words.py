"""What the page of waves says of a wave: steps, counts, times. Knows no widgets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.companies import company
from app.domain.states import ParcelState
from app.domain.text import ntr, tr
from app.services.orders.details import WaveRow
from app.services.waves.wave_views import LooseParcels, WaveParcel, WaveSheet
from ui.pages.orders.words import clock_time
from ui.paint_status import Stage
from ui.wave_run import STANDS, Phase, RunView
from ui.widgets.progress import JobStep, StepState


@dataclass(frozen=True, slots=True)
class WaveEntry:
    """One wave of the list at the left: its state in a word, or how far it is printed."""

    id: str
    title: str
    time: str
    fact: str
    carriers: tuple[str, ...]
    stage: Stage | None
    state: str
    done: int = 0
    failed: int = 0
    total: int = 0

    @property
    def spoken(self) -> str:
        return f"{self.title}, {self.time}, {self.fact}, {self.state}"


@dataclass(frozen=True, slots=True)
class Counts:
    """Parcels of a wave: printed, failed, and what still waits."""

    total: int
    numbered: int
    printed: int
    failed: int

    @property
    def waiting(self) -> int:
        return max(0, self.total - self.printed - self.failed)


def carrier_name(code: str) -> str:
    """The company's name as people say it."""
    return str(company(code).name) if code else ""


def wave_title(name: str) -> str:
    return tr("Wave {name}", name=name)


def parcels_and_pieces(parcels: int, pieces: int) -> str:
    """64 单 · 96 件."""
    orders = ntr("{n} order", "{n} orders", parcels)
    return f"{orders} · " + ntr("{n} piece", "{n} pieces", pieces)


def entry_of(row: WaveRow, run: RunView | None, now: datetime) -> WaveEntry:
    """A wave as the list shows it."""
    stage: Stage | None
    stage, state = _stage(row)
    done = failed = total = 0
    if run is not None and (run.busy or run.phase in {Phase.PAUSED, Phase.STOPPED}):
        stage = None
        done, failed, total = run.printed, run.failed, run.total or row.parcels
        state = _run_word(run)
    return WaveEntry(
        id=row.id,
        title=wave_title(row.name),
        time=clock_time(row.created_at, now),
        fact=parcels_and_pieces(row.parcels, row.pieces),
        carriers=tuple(code for code, _ in row.carriers if code),
        stage=stage,
        state=state,
        done=done,
        failed=failed,
        total=total,
    )


def _run_word(run: RunView) -> str:
    match run.phase:
        case Phase.WAITING:
            return tr("In line")
        case Phase.NUMBERING:
            return tr("Numbers {n}", n=run.numbered)
        case Phase.PAUSED | Phase.PAUSING:
            return tr("Paused at {n}", n=run.printed)
        case Phase.STOPPED:
            return tr("Stopped at {n}", n=run.printed)
        case Phase.HELD | Phase.ASKED:
            return tr("Waits at {n}", n=run.printed)
        case _:
            return tr("Printing {n}", n=run.printed)


def _stage(row: WaveRow) -> tuple[Stage, str]:
    if not row.parcels:
        return Stage.CANCELLED, tr("Empty")
    if row.shipped >= row.parcels:
        return Stage.SHIPPED, tr("Shipped")
    if row.unknown:
        return Stage.PROBLEM, ntr("{n} label in doubt", "{n} labels in doubt", row.unknown)
    if row.packed or row.shipped:
        return Stage.TO_PACK, tr("Being packed")
    if row.printed + row.shipped < row.parcels and not row.picked:
        left = row.parcels - row.printed
        if row.failed and row.printed:
            return Stage.PROBLEM, ntr("{n} failed", "{n} failed", row.failed)
        return Stage.TO_LABEL, ntr("{n} to label", "{n} to label", left)
    return (Stage.TO_PACK, tr("To pack")) if row.picked else (Stage.TO_PICK, tr("To pick"))


def counts_of(sheet: WaveSheet, run: RunView | None) -> Counts:
    """From the run while it goes on, else from what is stored."""
    if run is not None and run.busy and run.total:
        return Counts(run.total, run.numbered, run.printed, run.failed)
    return Counts(
        total=len(sheet.parcels),
        numbered=sum(bool(p.waybill) for p in sheet.parcels),
        printed=sum(p.printed for p in sheet.parcels),
        failed=sum(in_the_way(p) for p in sheet.parcels),
    )


def as_run_knows(sheet: WaveSheet, run: RunView | None) -> WaveSheet:
    """A label at the printer of a running job is not in doubt: its answer is on the way."""
    if run is None or not run.busy:
        return sheet
    sure = tuple(
        replace(p, in_doubt=False)
        if p.in_doubt and run.labels.get(p.id) not in {"unknown", "asked"}
        else p
        for p in sheet.parcels
    )
    return replace(sheet, parcels=sure)


def in_the_way(parcel: WaveParcel) -> bool:
    """Whether the parcel needs somebody before its label can be printed."""
    return not parcel.printed and (parcel.in_doubt or parcel.trouble is not None)


def will_fail(parcel: WaveParcel) -> bool:
    """Whether a check found that no number can come; the run tries it all the same."""
    found = parcel.found
    open_one = not parcel.printed and not parcel.waybill and parcel.trouble is None
    return open_one and found is not None and not found.doubtful


def carrier_counts(sheet: WaveSheet) -> tuple[tuple[str, int], ...]:
    """Companies and their parcels, the most first."""
    return tuple(Counter(p.carrier for p in sheet.parcels if p.carrier).most_common())


def wave_fact(sheet: WaveSheet, now: datetime) -> str:
    """64 单 · 96 件 · 18 种商品 · 赶 16:00."""
    facts = [
        parcels_and_pieces(len(sheet.parcels), sum(p.pieces for p in sheet.parcels)),
        ntr("{n} kind of goods", "{n} kinds of goods", sheet.kinds),
    ]
    open_ones = [p for p in sheet.parcels if p.state in _BEFORE_HANDOVER and p.deadline_at]
    if open_ones:
        first = min(p.deadline_at for p in open_ones if p.deadline_at)
        facts.append(due_words(first, now))
    return " · ".join(facts)


_BEFORE_HANDOVER = {
    ParcelState.TO_CHECK,
    ParcelState.TO_LABEL,
    ParcelState.TO_PICK,
    ParcelState.TO_PACK,
}


def due_words(at: datetime, now: datetime) -> str:
    """赶 16:00; on another day with its date."""
    if at < now:
        return tr("late since {time}", time=_moment(at, now))
    return tr("due {time}", time=_moment(at, now))


def _moment(at: datetime, now: datetime) -> str:
    local = at.astimezone()
    if local.date() == now.astimezone().date():
        return f"{local:%H:%M}"
    return tr("{month}/{day}", month=local.month, day=local.day) + f" {local:%H:%M}"


def steps_of(sheet: WaveSheet, run: RunView | None) -> tuple[JobStep, ...]:
    """核对 → 分快递 → 取号 → 打印面单 → 拣货单."""
    counts = counts_of(sheet, run)
    unchecked = sum(p.state == ParcelState.TO_CHECK for p in sheet.parcels)
    without = sum(not p.account for p in sheet.parcels)
    no_number = sum(in_the_way(p) and not p.waybill for p in sheet.parcels)
    busy = run is not None and run.busy
    if busy and run is not None:
        no_number = sum(r not in {"issued", "kept"} for r in run.numbers.values())
    return (
        _quiet_step(tr("Check"), unchecked, counts.total),
        _quiet_step(tr("Carriers"), without, counts.total),
        _number_step(counts, no_number, run),
        _print_step(counts, run),
        _pick_step(sheet, counts, busy=busy),
    )


def _orders(n: int) -> str:
    return ntr("{n} order", "{n} orders", n)


def _quiet_step(title: str, open_ones: int, total: int) -> JobStep:
    if open_ones:
        return JobStep(title, ntr("{n} open", "{n} open", open_ones), StepState.FAILED)
    return JobStep(title, _orders(total), StepState.DONE)


def _number_step(counts: Counts, failed: int, run: RunView | None) -> JobStep:
    title = tr("Get numbers")
    if run is not None and run.phase is Phase.NUMBERING:
        return JobStep(title, f"{counts.numbered} / {counts.total}", StepState.NOW)
    if failed:
        return JobStep(title, ntr("{n} failed", "{n} failed", failed), StepState.FAILED)
    if counts.numbered >= counts.total > 0:
        return JobStep(title, _orders(counts.numbered), StepState.DONE)
    return JobStep(title, _orders(counts.total - counts.numbered), StepState.NOW)


def _print_step(counts: Counts, run: RunView | None) -> JobStep:
    title = tr("Labels")
    fact = labels(counts.printed)
    if run is not None and run.phase in {Phase.STOPPED, *STANDS}:
        return JobStep(title, fact, StepState.FAILED)
    if run is not None and run.phase in {Phase.PRINTING, Phase.PAUSING, Phase.PAUSED}:
        return JobStep(title, fact, StepState.NOW)
    if counts.total and not counts.waiting:
        return JobStep(title, fact, StepState.DONE)
    ready = counts.numbered > counts.printed and not (run is not None and run.busy)
    return JobStep(title, fact, StepState.NOW if ready else StepState.LATER)


def _pick_step(sheet: WaveSheet, counts: Counts, *, busy: bool) -> JobStep:
    title = tr("Pick list")
    if sheet.picked:
        return JobStep(title, tr("picked"), StepState.DONE)
    if sheet.list_printed:
        return JobStep(title, tr("printed"), StepState.DONE)
    now = bool(counts.printed) and not busy and not counts.waiting
    return JobStep(title, tr("not printed yet"), StepState.NOW if now else StepState.LATER)


def labels(n: int) -> str:
    """42 张."""
    return ntr("{n} label", "{n} labels", n)


def time_left_words(seconds: int) -> str:
    """约剩 34 秒."""
    if seconds < 60:
        return tr("about {n} s left", n=max(1, seconds))
    minutes, rest = divmod(seconds, 60)
    if minutes < 10 and rest >= 15:
        return tr("about {m} min {s} s left", m=minutes, s=rest)
    return tr("about {n} min left", n=minutes + (rest > 30))


def loose_words(loose: LooseParcels, now: datetime, *, busy: bool) -> tuple[str, str]:
    """The note under the list: what is in no wave, and what to do about it."""
    if not loose.count:
        return "", ""
    if loose.due_today and loose.earliest_at is not None:
        n = loose.due_today
        what = ntr("{n} more order", "{n} more orders", n)
        what = tr("{what} {due}", what=what, due=due_words(loose.earliest_at, now))
    else:
        what = ntr("{n} order in no wave", "{n} orders in no wave", loose.count)
    hint = tr("Print them after this batch") if busy else tr("Press N to make a wave of them")
    return what, hint
