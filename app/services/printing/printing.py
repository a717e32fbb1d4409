"""Printing labels once: a job row, durable before the first byte, and only the printer says "done".

``claimed`` after a crash counts as unknown: the label may be on the table. Nothing unknown is ever
sent again by itself; a person says up to where the paper is good, or a scan of the label proves it.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.errors import PackbenchError, UserError
from app.domain.states import Document, PrintState, Route, WaybillState
from app.domain.text import T
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import SendResult
from app.services import records
from app.services.leases import lease
from app.services.printing import journal, label_content, print_proofs, rows
from app.services.printing.control import RunControl
from app.services.printing.drawing import Drawn, DrawnBox
from app.services.printing.lane import Lane
from app.services.printing.printers import printer_for
from app.services.printing.rows import PrintRow
from app.services.waves.waves import find_wave, wave_parcels
from app.services.workplace import Workplace
from app.store.tables import parcels, print_jobs

__all__ = ["PrintRow", "RunControl", "print_parcels", "print_wave", "reprint"]

_LOOK_S = 0.2  # how often the run looks whether a lane has ended by a bug


def print_wave(
    work: Workplace,
    wave: str,
    *,
    printer: str | None = None,
    resume_after: str | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    control: RunControl | None = None,
) -> list[PrintRow]:
    """Print every label of the wave that is not printed yet, in the order shown, per printer.

    ``resume_after`` is the number of the last good label: everything up to it counts as printed,
    and what is unknown behind it is printed again. ``control``: see ``print_parcels``. Raises
    ``UserError`` for an unknown wave, printer or number.
    """
    with work.db.read() as tx:
        ids = [p.id for p in wave_parcels(tx, wave) if p.waybill_id]
        wave_id = find_wave(tx, wave).id
    if resume_after is not None:
        print_proofs.resume_after(work, wave_id, resume_after)
    return print_parcels(
        work, ids, printer=printer, progress=progress, cancel=cancel, control=control
    )


def print_parcels(
    work: Workplace,
    parcel_ids: Sequence[str],
    *,
    printer: str | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    control: RunControl | None = None,
) -> list[PrintRow]:
    """Print the labels of these parcels, in this order; one label in flight per printer.

    Several printers work side by side. ``control`` lets a run wait for a printer in trouble, and
    for answers; without it the run ends there. ``progress`` is called from this thread.
    """
    token = cancel or CancelToken()
    steering = control or RunControl(hold=False)
    results: dict[str, PrintRow] = {}
    lanes: dict[str, list[str]] = {}
    with work.db.read() as tx:
        for parcel_id in parcel_ids:
            name = printer_for(tx, work.bench, _route(tx, parcel_id), Document.LABEL, printer)
            if isinstance(name, UserError):
                results[parcel_id] = rows.failed(parcel_id, "", name)
            else:
                lanes.setdefault(name, []).append(parcel_id)

    def take(row: PrintRow) -> None:
        results[row.parcel] = row
        settled = [r for r in results.values() if r.result not in {"held", "asked"}]
        failed = sum(not r.ok for r in settled)
        what = Step(len(settled), len(parcel_ids), failed, row.message, row.parcel, row.result)
        progress(what)

    while lanes:
        lanes = _print_lanes(work, lanes, token, steering, take)
    work.changed("orders", "parcels", "waves", "printers")
    return [results[i] for i in parcel_ids if i in results]


def _print_lanes(
    work: Workplace,
    lanes: dict[str, list[str]],
    token: CancelToken,
    control: RunControl,
    take: Callable[[PrintRow], None],
) -> dict[str, list[str]]:
    """Print side by side. Gives back what was moved to other printers meanwhile."""
    if len(lanes) == 1:
        [(name, ids)] = lanes.items()
        made = [Lane(work, name, ids, token, control, take)]
        made[0].run()
    else:
        made = _side_by_side(work, lanes, token, control, take)
    moved: dict[str, list[str]] = {}
    for lane in made:
        to, ids = lane.moved
        if ids and not token.cancelled:
            moved.setdefault(to, []).extend(ids)
    return moved


def _side_by_side(
    work: Workplace,
    lanes: dict[str, list[str]],
    token: CancelToken,
    control: RunControl,
    take: Callable[[PrintRow], None],
) -> list[Lane]:
    told: queue.SimpleQueue[PrintRow] = queue.SimpleQueue()
    made = [Lane(work, name, ids, token, control, told.put) for name, ids in lanes.items()]
    with ThreadPoolExecutor(len(made), thread_name_prefix="printer") as pool:
        running = {pool.submit(lane.run) for lane in made}
        while running:
            with suppress(queue.Empty):
                take(told.get(timeout=_LOOK_S))
            ended, running = wait(running, timeout=0, return_when=FIRST_COMPLETED)
            for future in ended:
                future.result()
    while not told.empty():
        take(told.get())
    return made


def reprint(work: Workplace, number: str, reason: str, *, printer: str | None = None) -> PrintRow:
    """Print one label again, deliberately: counted, with a reason, marked on the paper."""
    if not reason.strip():
        raise UserError(
            "no_reason",
            T("A reprint needs a reason."),
            T("Say in a few words why, for example: torn"),
            ref=number,
        )
    with work.db.read() as tx:
        waybill = label_content.find_waybill(tx, number)
        name = printer_for(tx, work.bench, Route(waybill.route), Document.LABEL, printer)
        if waybill.state in {WaybillState.VOID, WaybillState.VOID_REQUESTED}:
            raise UserError(
                "waybill_void",
                T("The number {number} is cancelled.", number=number),
                T("Take a new number for the parcel first."),
                ref=number,
            )
    if isinstance(name, UserError):
        raise name
    with lease(work, print_proofs.lease_of(name)):
        # Before anything is said of earlier labels.
        journal.sweep(work, work.outside.printer(name))
        return _print_again(work, name, waybill, reason)


def _next_copy(tx: Connection, waybill_id: str) -> int:
    """The mark of the next label: 0 for a first one. No two that may be out bear the same.

    What is unknown counts. ``journal_views.next_copy`` says the same of rows that are read.
    """
    nothing = [PrintState.FAILED, PrintState.CANCELLED, PrintState.RENDERED]
    out, last = tx.execute(
        select(func.count(), func.max(print_jobs.c.copy_no)).where(
            print_jobs.c.waybill_id == waybill_id, print_jobs.c.state.not_in(nothing)
        )
    ).one()
    return max(int(out), last + 1) if out else 0


def _route(tx: Connection, parcel_id: str) -> Route:
    return Route(tx.execute(select(parcels.c.route).where(parcels.c.id == parcel_id)).scalar_one())


def _print_again(work: Workplace, printer: str, waybill: Any, reason: str) -> PrintRow:
    device = work.outside.printer(printer)
    while True:
        key = work.key()
        with work.db.read() as tx:
            copy_no = _next_copy(tx, waybill.id)
            label = label_content.label_of(
                tx, work, waybill, job_id=key, reprint_no=copy_no, media=device.config.media
            )
            parcel = tx.execute(select(parcels).where(parcels.c.id == waybill.parcel_id)).one()
        try:
            prepared = device.prepare(label)
        except PackbenchError as error:
            return rows.failed(parcel.id, waybill.number, error)
        box = DrawnBox(key, waybill.id, waybill.number, prepared)
        drawn = Drawn(parcel.id, waybill.number, parcel.wave_id, parcel.revision, (box,))
        with work.db.write() as tx:
            journal.one_at_a_time(tx, waybill.id)
            if _next_copy(tx, waybill.id) != copy_no:
                continue  # another printer has begun one meanwhile: the paper would say it wrong
            live = journal.time_to_live(tx)
            after_cut = journal.follows_a_cut(tx, printer)
            journal.enter(tx, work, printer, [drawn], live, copy_no=copy_no, reason=reason)
            journal.claim(tx, work, drawn, box, again=True)
            detail = {"waybill": waybill.number, "copy": copy_no}
            records.note(tx, work, "reprint", parcel_id=waybill.parcel_id, detail=detail)
        break
    sent = journal.send(device, prepared, key, after_cut=after_cut)
    with work.db.write() as tx:
        if sent.result is not SendResult.NOT_STARTED:
            # Only now: what nobody knew the fate of stays in doubt until there is another paper,
            # else the next run would print a label that bears no mark of being the second.
            print_proofs.settle_open_jobs(tx, work, waybill.id, "reprint", but=key)
        journal.settle(tx, work, printer, key, waybill.id, sent)
    work.changed("orders", "parcels", "waves", "printers")
    return rows.row_of(parcel.id, waybill.number, sent)
