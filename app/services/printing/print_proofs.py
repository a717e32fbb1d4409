"""What proves that a label is out: the printer's word, a scan, or a person at the paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, case, func, insert, select, update

from app.domain.errors import UserError
from app.domain.states import (
    LIVE_WAYBILL_STATES,
    Document,
    OutboxKind,
    ParcelState,
    PrintState,
    Route,
    WaybillState,
)
from app.domain.text import T
from app.services import records
from app.services.leases import is_held
from app.services.numbers import shipment_numbers
from app.services.parcels import shipping
from app.services.printing import rolls
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import outbox, parcels, print_jobs, waybills

OPEN_JOBS = (PrintState.CLAIMED, PrintState.UNKNOWN)
DONE_JOBS = (PrintState.SENT, PrintState.CONFIRMED)


def confirm_by_scan(tx: Connection, work: Workplace, waybill_id: str) -> None:
    """The label was scanned: the strongest proof that it is out, whoever has printed it."""
    confirm_jobs(tx, work, [waybill_id], "scan")
    known = tx.execute(
        select(print_jobs.c.id).where(
            print_jobs.c.waybill_id == waybill_id, print_jobs.c.state.in_(DONE_JOBS)
        )
    ).first()
    if known is None:  # drawn to a file, or a number bought elsewhere with its label
        waybill = tx.execute(select(waybills).where(waybills.c.id == waybill_id)).one()
        now = work.now()
        tx.execute(
            insert(print_jobs).values(
                id=work.key(),
                document=Document.LABEL,
                printer="",
                parcel_id=waybill.parcel_id,
                waybill_id=waybill_id,
                state=PrintState.CONFIRMED,
                user=work.user,
                created_at=now,
                done_at=now,
                confirmed_by="scan",
            )
        )
        mark_printed(tx, work, waybill_id, confirmed=True)


def confirm_jobs(tx: Connection, work: Workplace, waybill_ids: Sequence[str], who: str) -> None:
    """Count the labels of these waybills as printed, on the word of ``who``."""
    rows = tx.execute(
        select(
            print_jobs.c.id, print_jobs.c.waybill_id, print_jobs.c.state, print_jobs.c.printer
        ).where(
            print_jobs.c.waybill_id.in_(list(waybill_ids)),
            print_jobs.c.state.in_([*OPEN_JOBS, PrintState.SENT]),
        )
    ).all()
    for row in rows:
        if row.state == PrintState.CLAIMED:
            rolls.used(tx, row.printer)
        tx.execute(
            update(print_jobs)
            .where(print_jobs.c.id == row.id)
            .values(state=PrintState.CONFIRMED, done_at=work.now(), confirmed_by=who, reason=None)
        )
        mark_printed(tx, work, row.waybill_id, confirmed=True)


def mark_printed(tx: Connection, work: Workplace, waybill_id: str, *, confirmed: bool) -> None:
    """The label is out: the parcel goes on to picking, the platform is told."""
    row = tx.execute(
        select(
            waybills.c.id,
            waybills.c.state,
            waybills.c.kind,
            waybills.c.route,
            waybills.c.request_id,
            parcels.c.id.label("parcel_id"),
            parcels.c.waybill_id.label("mother_id"),
            parcels.c.state.label("parcel_state"),
            parcels.c.shop_id,
            parcels.c.print_confirmed,
            parcels.c.printed_at,
        )
        .join(parcels, parcels.c.id == waybills.c.parcel_id)
        .where(waybills.c.id == waybill_id)
    ).one()
    sheets = _sheets(tx, row)
    whole = row.mother_id in sheets and all(sheets.values())
    now = work.now()
    if whole:
        going_on = row.parcel_state == ParcelState.TO_LABEL
        tx.execute(
            update(parcels)
            .where(parcels.c.id == row.parcel_id)
            .values(
                printed=True,
                print_confirmed=row.print_confirmed or confirmed,
                print_count=sheets[row.mother_id],
                printed_at=row.printed_at or now,
                state=ParcelState.TO_PICK if going_on else row.parcel_state,
                changed_at=now,
                revision=parcels.c.revision + 1,
            )
        )
    if row.state == WaybillState.ISSUED:
        tx.execute(
            update(waybills)
            .where(waybills.c.id == waybill_id)
            .values(state=WaybillState.PRINTED, changed_at=now)
        )
    if row.route == Route.PLATFORM and confirmed and whole:
        lane = f"printed:{row.mother_id}"
        told = tx.execute(select(outbox.c.id).where(outbox.c.lane == lane)).first() is not None
        outbox_rows.add(
            tx,
            work,
            OutboxKind.PRINTED,
            f"{lane}:{sum(sheets.values())}",
            lane=lane,
            shop_id=row.shop_id,
            parcel_id=row.parcel_id,
            payload={"waybill": row.mother_id, "again": told or max(sheets.values()) > 1},
        )
    detail = {"confirmed": confirmed, "copy": sheets.get(waybill_id, 1)}
    records.note(tx, work, "printed", parcel_id=row.parcel_id, detail=detail)
    if confirmed and whole:
        shipping.ship_printed(tx, work, row.parcel_id)
    records.refresh_orders(tx, records.orders_of(tx, [row.parcel_id]), words=False)


def _sheets(tx: Connection, waybill: Any) -> dict[str, int]:
    """How many labels of each box of the shipment are out, by the boxes' waybills."""
    out = tx.execute(
        select(waybills.c.id, func.count(print_jobs.c.id))
        .outerjoin(
            print_jobs,
            and_(print_jobs.c.waybill_id == waybills.c.id, print_jobs.c.state.in_(DONE_JOBS)),
        )
        .where(shipment_numbers.together(waybill), waybills.c.kind != shipment_numbers.RETURN_SLIP)
        .group_by(waybills.c.id)
    )
    return {r[0]: r[1] for r in out}


def resume_after(work: Workplace, wave_id: str, number: str) -> None:
    """``number`` is the last good label: what its printer did up to it is good, the rest is not.

    Raises ``UserError`` (``not_in_wave``, ``not_printed``).
    """
    with work.db.write() as tx:
        by_number = {
            r.number: r
            for r in tx.execute(
                select(waybills.c.number, waybills.c.id, parcels.c.wave_position, waybills.c.box_no)
                .join(parcels, parcels.c.id == waybills.c.parcel_id)
                .where(
                    parcels.c.wave_id == wave_id,
                    parcels.c.waybill_id.is_not(None),
                    waybills.c.kind != shipment_numbers.RETURN_SLIP,
                    waybills.c.state.in_(LIVE_WAYBILL_STATES),
                )
            )
        }
        last = by_number.get(number.strip().upper())
        if last is None:
            raise UserError(
                "not_in_wave",
                T("The waybill {number} is not in this wave.", number=number),
                T("Scan the last good label of this wave."),
                ref=number,
            )
        lane = _printer_of(tx, last[1])
        if lane is None:
            raise UserError(
                "not_printed",
                T("The label of {number} was never sent to a printer here.", number=last.number),
                T("Scan the last good label that came out in this wave."),
                ref=number,
            )
        for row in by_number.values():
            if _printer_of(tx, row[1]) not in {lane, None}:
                continue
            if (row.wave_position, row.box_no) <= (last.wave_position, last.box_no):
                confirm_jobs(tx, work, [row[1]], work.user or "person")
            else:
                settle_open_jobs(tx, work, row[1], "resume")
                _take_back_unconfirmed(tx, work, row[1])


def _take_back_unconfirmed(tx: Connection, work: Workplace, waybill_id: str) -> None:
    """A mute printer's label behind the last good one is not there: it is printed again."""
    taken = tx.execute(
        update(print_jobs)
        .where(print_jobs.c.waybill_id == waybill_id, print_jobs.c.state == PrintState.SENT)
        .values(state=PrintState.CANCELLED, done_at=work.now(), confirmed_by="resume")
    )
    if not taken.rowcount:
        return
    back = {ParcelState.TO_PICK: ParcelState.TO_LABEL}
    parcel = tx.execute(
        select(parcels)
        .join(waybills, waybills.c.parcel_id == parcels.c.id)
        .where(waybills.c.id == waybill_id)
    ).one()
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel.id, ~parcels.c.print_confirmed)
        .values(
            printed=False,
            state=back.get(parcel.state, parcel.state),
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    records.refresh_orders(tx, records.orders_of(tx, [parcel.id]))


def _printer_of(tx: Connection, waybill_id: str) -> str | None:
    job = last_job(tx, waybill_id)
    return job.printer if job is not None else None


def settle_open_jobs(
    tx: Connection, work: Workplace, waybill_id: str, why: str, *, but: str = ""
) -> None:
    """A person decided that these are not good: they no longer stand in the way of a new print.

    A label on its way this moment is left alone: nobody can have seen yet that it is not there.
    ``but``: the job that is not meant.
    """
    for job in tx.execute(
        select(print_jobs).where(
            print_jobs.c.waybill_id == waybill_id, print_jobs.c.state.in_(OPEN_JOBS)
        )
    ).all():
        if job.id == but or is_under_way(tx, work, job):
            continue
        if job.state == PrintState.CLAIMED:
            rolls.used(tx, job.printer)
        tx.execute(
            update(print_jobs)
            .where(print_jobs.c.id == job.id, print_jobs.c.state == job.state)
            .values(state=PrintState.CANCELLED, done_at=work.now(), confirmed_by=why)
        )


def is_under_way(tx: Connection, work: Workplace, job: Any) -> bool:
    """Whether a living program has this job in hand: its fate will be known by itself."""
    return bool(job.state == PrintState.CLAIMED and is_held(tx, work, lease_of(job.printer)))


def lease_of(printer: str) -> str:
    """The lease under which one program at a time prints there."""
    return f"print:{printer}"


def last_job(tx: Connection, waybill_id: str) -> Any:
    """The print job that says what became of the waybill's label, or ``None``: never begun.

    One of unknown fate before one that is out, and that before one which surely stayed here; the
    newest of its kind. Labels are drawn ahead: the newest need not be the one begun last.
    """
    kind = case(
        (print_jobs.c.state.in_(OPEN_JOBS), 0), (print_jobs.c.state.in_(DONE_JOBS), 1), else_=2
    )
    return tx.execute(
        select(print_jobs)
        .where(
            print_jobs.c.waybill_id == waybill_id,
            print_jobs.c.state.not_in([PrintState.CANCELLED, PrintState.RENDERED]),
        )
        .order_by(kind, print_jobs.c.created_at.desc(), print_jobs.c.id.desc())
        .limit(1)
    ).one_or_none()
