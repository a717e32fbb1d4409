"""Printing labels once: a job row, durable before the first byte, and only the printer says "done".

``claimed`` after a crash counts as unknown: the label may be on the table. Nothing unknown is ever
sent again by itself; a person says up to where the paper is good, or a scan of the label proves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, insert, select, update

from app.domain.errors import PackbenchError, UserError
from app.domain.states import (
    Document,
    PrintState,
    Route,
    WaybillState,
)
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import Printer, SendResult, Sent
from app.services import records
from app.services.leases import lease, renew
from app.services.numbers import label_files
from app.services.numbers.shipment_numbers import boxes_of
from app.services.printing import label_content, print_proofs
from app.services.printing.printers import printer_for
from app.services.waves.waves import find_wave, wave_parcels
from app.services.workplace import Workplace
from app.store.tables import parcels, print_jobs, waybills


@dataclass(frozen=True, slots=True)
class PrintRow:
    """One label: ``printed``, ``unconfirmed``, ``kept``, ``unknown``, ``failed``, ``waiting``."""

    parcel: str
    waybill: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return self.result in {"printed", "unconfirmed", "kept"}


_NOT_READY = "printer_not_ready"
_UNKNOWN_REMEDY = T(
    "Look at the paper: name the last good label with --resume-after, or scan it at the bench."
)


def print_wave(
    work: Workplace,
    wave: str,
    *,
    printer: str | None = None,
    resume_after: str | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[PrintRow]:
    """Print every label of the wave that is not printed yet, in the order shown, per printer.

    ``resume_after`` is the number of the last good label: everything up to it counts as printed,
    and what is unknown behind it is printed again. Raises ``UserError`` for an unknown wave,
    printer or number.
    """
    with work.db.read() as tx:
        rows = [p.id for p in wave_parcels(tx, wave) if p.waybill_id]
        wave_id = find_wave(tx, wave).id
    if resume_after is not None:
        print_proofs.resume_after(work, wave_id, resume_after)
    return print_parcels(work, rows, printer=printer, progress=progress, cancel=cancel)


def print_parcels(
    work: Workplace,
    parcel_ids: Sequence[str],
    *,
    printer: str | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[PrintRow]:
    """Print the labels of these parcels, in this order; one label in flight per printer."""
    token = cancel or CancelToken()
    lanes: dict[str, list[str]] = {}
    results: dict[str, PrintRow] = {}
    for parcel_id in parcel_ids:
        with work.db.read() as tx:
            ready = _ready(tx, parcel_id)
            if isinstance(ready, PrintRow) and ready.code != "print_unknown":
                results[parcel_id] = ready
                continue
            name = printer_for(tx, _route(tx, parcel_id), Document.LABEL, printer)
        if isinstance(name, UserError):
            results[parcel_id] = _failed(parcel_id, "", name)
        else:
            lanes.setdefault(name, []).append(parcel_id)
    done = 0
    for name, ids in lanes.items():
        for row in _lane(work, name, ids, token):
            results[row.parcel] = row
            done += 1
            failed = sum(not r.ok for r in results.values())
            progress(Step(done, len(parcel_ids), failed, row.message, row.parcel, row.result))
    work.changed("orders", "parcels", "waves", "printers")
    return [results[i] for i in parcel_ids if i in results]


def reprint(work: Workplace, number: str, reason: str, *, printer: str | None = None) -> PrintRow:
    """Print one label again, deliberately: counted, with a reason, marked on the paper."""
    if not reason.strip():
        raise UserError(
            "no_reason",
            T("A reprint needs a reason."),
            T("Say in a few words why, for example: torn"),
            ref=number,
        )
    with work.db.write() as tx:
        waybill = label_content.find_waybill(tx, number)
        if waybill.state in {WaybillState.VOID, WaybillState.VOID_REQUESTED}:
            raise UserError(
                "waybill_void",
                T("The number {number} is cancelled.", number=number),
                T("Take a new number for the parcel first."),
                ref=number,
            )
        # What is unknown may be on paper: it counts, so that two papers can be told apart.
        copies = tx.execute(
            select(func.count()).where(
                print_jobs.c.waybill_id == waybill.id,
                print_jobs.c.state.not_in([PrintState.FAILED, PrintState.CANCELLED]),
            )
        ).scalar_one()
        print_proofs.settle_open_jobs(tx, work, waybill.id, "reprint")
        name = printer_for(tx, Route(waybill.route), Document.LABEL, printer)
        records.note(
            tx,
            work,
            "reprint",
            parcel_id=waybill.parcel_id,
            detail={"waybill": waybill.number, "copy": copies},
        )
    if isinstance(name, UserError):
        raise name
    with lease(work, f"print:{name}"):
        return _print_one(
            work,
            work.outside.printer(name),
            waybill.parcel_id,
            waybill.id,
            copy_no=copies,
            reason=reason,
        )


@dataclass(frozen=True, slots=True)
class _Ready:
    """``boxes``: the waybills of the boxes whose label is not out yet."""

    route: Route
    number: str
    boxes: tuple[str, ...]


def _route(tx: Connection, parcel_id: str) -> Route:
    return Route(tx.execute(select(parcels.c.route).where(parcels.c.id == parcel_id)).scalar_one())


def _ready(tx: Connection, parcel_id: str) -> _Ready | PrintRow:
    row = tx.execute(
        select(waybills, parcels.c.printed.label("done"))
        .join(parcels, parcels.c.waybill_id == waybills.c.id)
        .where(parcels.c.id == parcel_id)
    ).one_or_none()
    if row is None:
        return PrintRow(
            parcel_id,
            "",
            "failed",
            "no_number",
            T("The parcel has no waybill number yet."),
            T("Get one with: wave label"),
        )
    held = records.active_holds(tx, parcel_id)
    if held and not row.done:
        return PrintRow(
            parcel_id,
            row.number,
            "failed",
            held[0].code,
            Text.from_json(held[0].reason),
            T("Release the hold first."),
        )
    left = []
    for box in boxes_of(tx, row):
        lacking = label_files.lacking(tx, box)
        if lacking is not None and not row.done:
            return _failed(parcel_id, box.number, lacking)
        job = print_proofs.last_job(tx, box.id)
        if job is not None and job.state in print_proofs.OPEN_JOBS:
            return PrintRow(
                parcel_id,
                box.number,
                "unknown",
                "print_unknown",
                T("Nobody knows whether the label {number} came out.", number=box.number),
                _UNKNOWN_REMEDY,
            )
        if job is None or job.state not in print_proofs.DONE_JOBS:
            left.append(box.id)
    if row.done or not left:
        return PrintRow(parcel_id, row.number, "kept")
    return _Ready(Route(row.route), row.number, tuple(left))


def _lane(work: Workplace, name: str, ids: Sequence[str], token: CancelToken) -> Iterator[PrintRow]:
    """Each row as soon as it is certain, so that whoever watches sees the labels come out."""
    left = list(ids)
    try:
        device = work.outside.printer(name)
        with lease(work, f"print:{name}"):
            for n, parcel_id in enumerate(ids):
                if token.cancelled:
                    return
                if n % 20 == 19:
                    renew(work, f"print:{name}")
                with work.db.read() as tx:  # under the lease nobody else prints here
                    ready = _ready(tx, parcel_id)
                if isinstance(ready, PrintRow):
                    left.remove(parcel_id)
                    yield ready
                    continue
                row = _print_boxes(work, device, parcel_id, ready.boxes)
                left.remove(parcel_id)
                yield row
                if row.result == "unknown" or row.code == _NOT_READY:
                    # The printer is in trouble: what follows waits, it is not lost. A label that
                    # cannot be drawn is its own trouble, not the next one's.
                    while left:
                        yield _waiting(left.pop(0), row)
                    return
    except PackbenchError as error:
        for parcel_id in left:
            yield _failed(parcel_id, "", error)


def _waiting(parcel_id: str, after: PrintRow) -> PrintRow:
    return PrintRow(parcel_id, "", "waiting", after.code, after.message, after.remedy)


def _failed(parcel_id: str, number: str, error: PackbenchError) -> PrintRow:
    return PrintRow(parcel_id, number, "failed", error.code, error.message, error.remedy)


def _print_boxes(
    work: Workplace, device: Printer, parcel_id: str, boxes: Sequence[str]
) -> PrintRow:
    """One label a box, each on its own; the first that is not good ends it."""
    row = _print_one(work, device, parcel_id, boxes[0])
    for waybill_id in boxes[1:]:
        if not row.ok:
            break
        row = _print_one(work, device, parcel_id, waybill_id)
    if row.ok and len(boxes) > 1:
        with work.db.read() as tx:
            mother = _mother_number(tx, parcel_id)
        return replace(row, waybill=mother or row.waybill)
    return row


def _mother_number(tx: Connection, parcel_id: str) -> str | None:
    number: str | None = tx.execute(
        select(waybills.c.number)
        .join(parcels, parcels.c.waybill_id == waybills.c.id)
        .where(parcels.c.id == parcel_id)
    ).scalar()
    return number


def _print_one(
    work: Workplace,
    device: Printer,
    parcel_id: str,
    waybill_id: str,
    *,
    copy_no: int = 0,
    reason: str = "",
) -> PrintRow:
    job_id = work.key()
    with work.db.write() as tx:
        waybill = tx.execute(select(waybills).where(waybills.c.id == waybill_id)).one()
        label = label_content.label_of(tx, work, waybill, job_id=job_id, reprint_no=copy_no)
        wave_id = tx.execute(select(parcels.c.wave_id).where(parcels.c.id == parcel_id)).scalar()
        tx.execute(
            insert(print_jobs).values(
                id=job_id,
                document=Document.LABEL,
                printer=device.config.name,
                parcel_id=parcel_id,
                waybill_id=waybill.id,
                wave_id=wave_id,
                state=PrintState.CLAIMED,
                copy_no=copy_no,
                reprint_reason=reason,
                user=work.user,
                created_at=work.now(),
                claimed_at=work.now(),
            )
        )
    try:
        sent = device.print_paper(label)
    except PackbenchError as error:  # drawing failed: not a byte has left
        sent = Sent(SendResult.NOT_STARTED, error.message)
        _store(work, job_id, waybill.id, sent)
        return _failed(parcel_id, waybill.number, error)
    _store(work, job_id, waybill.id, sent)
    return _row(parcel_id, waybill.number, sent)


def _row(parcel_id: str, number: str, sent: Sent) -> PrintRow:
    match sent.result:
        case SendResult.CONFIRMED:
            return PrintRow(parcel_id, number, "printed")
        case SendResult.SENT:
            return PrintRow(parcel_id, number, "unconfirmed")
        case SendResult.UNKNOWN:
            return PrintRow(
                parcel_id, number, "unknown", "print_unknown", sent.reason, _UNKNOWN_REMEDY
            )
        case SendResult.NOT_STARTED:
            remedy = sent.status.remedy if sent.status else None
            return PrintRow(
                parcel_id,
                number,
                "failed",
                _NOT_READY,
                sent.reason,
                remedy or T("Look at the printer, then print again."),
            )


def _store(work: Workplace, job_id: str, waybill_id: str, sent: Sent) -> None:
    states = {
        SendResult.CONFIRMED: PrintState.CONFIRMED,
        SendResult.SENT: PrintState.SENT,
        SendResult.UNKNOWN: PrintState.UNKNOWN,
        SendResult.NOT_STARTED: PrintState.FAILED,
    }
    confirmed = sent.result is SendResult.CONFIRMED
    with work.db.write() as tx:
        tx.execute(
            update(print_jobs)
            .where(print_jobs.c.id == job_id)
            .values(
                state=states[sent.result],
                reason=sent.reason.as_json() if sent.reason else None,
                done_at=work.now(),
                confirmed_by="printer" if confirmed else "",
            )
        )
        if sent.result in {SendResult.CONFIRMED, SendResult.SENT}:
            print_proofs.mark_printed(tx, work, waybill_id, confirmed=confirmed)
