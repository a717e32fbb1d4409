"""The main path run to its end without a person: what a day at the bench does, in its order."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.errors import PackbenchError
from app.domain.states import ParcelState
from app.domain.text import T, Text
from app.services.numbers import labelling
from app.services.parcels import packing
from app.services.parcels.parcel_queries import parcel_ids, parcel_rows
from app.services.printing import printing
from app.services.sync import syncing
from app.services.telling import outbox
from app.services.waves import picking, waves
from app.services.workplace import Workplace

_PACKAGING_G = 120  # box and filling, on top of the goods
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something on the path that did not work, about one parcel or order."""

    step: str
    ref: str
    code: str
    message: Text


@dataclass(slots=True)
class PathResult:
    """What each step counted, how long it took, and what went wrong."""

    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    waves: list[str] = field(default_factory=list)


def run_path(work: Workplace, say: Callable[[Text], None]) -> PathResult:
    """Sync, wave, numbers, labels, picking, packing by scans, shipping, reporting; in rounds."""
    result = PathResult()

    def step(name: str, sentence: Text, run: Callable[..., int], *arguments: str) -> None:
        say(sentence)
        began = time.perf_counter()
        count = run(work, *arguments, result)
        result.counts[name] = result.counts.get(name, 0) + count
        result.seconds[name] = result.seconds.get(name, 0.0) + time.perf_counter() - began

    step("sync", T("Fetching orders from both shops"), _sync)
    for _ in range(_ROUNDS):
        try:
            wave = waves.create(work, order_by="carrier")
        except PackbenchError:
            break
        result.waves.append(wave.id)
        step("label", T("Getting waybill numbers"), _label, wave.id)
        step("print", T("Printing labels"), _print, wave.id)
        step("pick", T("Picking"), _pick, wave.id)
        step("pack", T("Scanning and packing"), _pack, wave.id)
        step("report", T("Telling the shops"), _report)
    return result


def _pick(work: Workplace, wave_id: str, _result: PathResult) -> int:
    return picking.mark_picked(work, wave_id)


def _sync(work: Workplace, result: PathResult) -> int:
    count = 0
    for shop_id in syncing.shop_ids(work):
        synced = syncing.sync_shop(work, shop_id)
        count += synced.new
        result.troubles += [
            Trouble("sync", order, "unreadable", reason) for order, reason in synced.failed.items()
        ]
    return count


def _label(work: Workplace, wave_id: str, result: PathResult) -> int:
    rows = labelling.label_wave(work, wave_id)
    result.troubles += [
        Trouble("label", r.parcel, r.code, r.message or T("No number.")) for r in rows if not r.ok
    ]
    return sum(r.ok for r in rows)


def _print(work: Workplace, wave_id: str, result: PathResult) -> int:
    rows = printing.print_wave(work, wave_id)
    result.troubles += [
        Trouble("print", r.parcel, r.code, r.message or T("Not printed.")) for r in rows if not r.ok
    ]
    return sum(r.ok for r in rows)


def _pack(work: Workplace, wave_id: str, result: PathResult) -> int:
    """Every parcel as a packer does it: the label first, then each piece, then the scale."""
    packed = 0
    waiting = [
        row
        for row in parcel_rows(work, parcel_ids(work, wave=wave_id))
        if row.state in {ParcelState.TO_PICK, ParcelState.TO_PACK} and row.printed
    ]
    for row in waiting:
        opened = packing.open_parcel(work, row.waybill)
        parcel = opened.parcel
        if parcel is None:
            reason = opened.reason or T("The bench did not open it.")
            result.troubles.append(Trouble("pack", row.id, opened.verdict, reason))
            continue
        while (line := parcel.next_line()) is not None:
            scanned = packing.scan(work, parcel, line.item.code, nonce=work.key())
            if not scanned.accepted or scanned.parcel is None:
                result.troubles.append(
                    Trouble("pack", row.id, scanned.verdict, T("A piece was refused."))
                )
                break
            parcel = scanned.parcel
        else:
            packing.close(work, parcel, parcel.expected_weight_g + _PACKAGING_G)
            packed += 1
    return packed


def _report(work: Workplace, result: PathResult) -> int:
    rows = outbox.drain(work, everything=True)
    result.troubles += [
        Trouble("report", r.parcel, r.code, r.message or T("The shop did not take it."))
        for r in rows
        if not r.ok
    ]
    return sum(r.ok and r.kind == "ship" for r in rows)
