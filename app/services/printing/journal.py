"""The print journal: every label's job, durable before its first byte leaves.

``rendered`` (drawn, nothing sent) → ``claimed`` → ``sent`` | ``confirmed`` | ``unknown`` |
``failed``. A job that is ``claimed`` when nobody holds its printer belongs to a program that ended
in the middle: it becomes ``unknown``. A rendered one is worth nothing after a crash: the label is
drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import Enum

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update

from app.domain.states import Document, PrintState
from app.domain.text import T
from app.ports import LooksUpJobs, MistrustedPrinter, Prepared, Printer, SendResult, Sent
from app.services.printing import print_proofs, rolls
from app.services.printing.drawing import Drawn, DrawnBox
from app.services.waves.waves import unheld
from app.services.workplace import Workplace
from app.store.tables import parcels, print_jobs, settings, waybills

TTL_KEY = "print_ttl_min"
_TTL_MIN = 120
_STOPPED = T("Packbench stopped while the label was on its way to the printer.")
_STATES = {
    SendResult.CONFIRMED: PrintState.CONFIRMED,
    SendResult.SENT: PrintState.SENT,
    SendResult.UNKNOWN: PrintState.UNKNOWN,
    SendResult.NOT_STARTED: PrintState.FAILED,
}
_STANDS_IN_THE_WAY = (*print_proofs.OPEN_JOBS, *print_proofs.DONE_JOBS)


class Claim(Enum):
    TAKEN = "taken"  # the label may be sent now
    CHANGED = "changed"  # the parcel is not what was drawn: draw it again
    EXPIRED = "expired"  # it has waited longer than a job may


def time_to_live(tx: Connection) -> timedelta:
    """How long a label may wait for its printer before it must be asked for again."""
    chosen = tx.execute(select(settings.c.value).where(settings.c.key == TTL_KEY)).scalar()
    return timedelta(minutes=chosen if isinstance(chosen, int) and chosen > 0 else _TTL_MIN)


def enter(
    tx: Connection,
    work: Workplace,
    printer: str,
    drawn: Iterable[Drawn],
    live: timedelta,
    *,
    copy_no: int = 0,
    reason: str = "",
) -> None:
    """Write down labels that are drawn."""
    now = work.now()
    values = [
        {
            "id": box.job_id,
            "document": Document.LABEL,
            "printer": printer,
            "parcel_id": one.parcel_id,
            "waybill_id": box.waybill_id,
            "wave_id": one.wave_id,
            "state": PrintState.RENDERED,
            "copy_no": copy_no,
            "reprint_reason": reason,
            "user": work.user,
            "created_at": now,
            "expires_at": now + live,
        }
        for one in drawn
        for box in one.boxes
    ]
    if values:
        tx.execute(insert(print_jobs), values)


def one_at_a_time(tx: Connection, waybill_id: str) -> None:
    """No second printer takes the same label meanwhile: on PostgreSQL its row is locked for it."""
    tx.execute(select(waybills.c.id).where(waybills.c.id == waybill_id).with_for_update()).one()


def claim(tx: Connection, work: Workplace, drawn: Drawn, box: DrawnBox, *, again: bool) -> Claim:
    """Take the job before its first byte, unless the label is not to be printed as it was drawn.

    ``again``: a reprint, which other copies do not stand in the way of.
    """
    now = work.now()
    one_at_a_time(tx, box.waybill_id)
    taken = tx.execute(
        update(print_jobs)
        .where(
            print_jobs.c.id == box.job_id,
            print_jobs.c.state == PrintState.RENDERED,
            print_jobs.c.expires_at > now,
            *(() if again else _still_as(drawn, box)),
        )
        # Broken off until it is known otherwise: a program that ends says nothing more.
        .values(state=PrintState.CLAIMED, claimed_at=now, cut=True)
    )
    if taken.rowcount == 1:
        return Claim.TAKEN
    ends_at = tx.execute(
        select(print_jobs.c.expires_at).where(print_jobs.c.id == box.job_id)
    ).scalar()
    return Claim.EXPIRED if ends_at is not None and ends_at <= now else Claim.CHANGED


def _still_as(drawn: Drawn, box: DrawnBox) -> tuple[ColumnElement[bool], ...]:
    """SQL: no other label of this number, and the parcel is as it was when it was drawn."""
    other = print_jobs.alias("other")
    return (
        ~exists().where(
            other.c.waybill_id == box.waybill_id, other.c.state.in_(_STANDS_IN_THE_WAY)
        ),
        exists().where(
            parcels.c.id == drawn.parcel_id, parcels.c.revision == drawn.revision, unheld()
        ),
    )


def settle(
    tx: Connection,
    work: Workplace,
    printer: str,
    job_id: str,
    waybill_id: str,
    sent: Sent,
) -> None:
    """Write down what became of a claimed job.

    A job that somebody has settled meanwhile (a scan of the label) stays as it is.
    """
    now = work.now()
    confirmed = sent.result is SendResult.CONFIRMED
    unknown = {"unknown_at": now} if sent.result is SendResult.UNKNOWN else {}
    done = tx.execute(
        update(print_jobs)
        .where(print_jobs.c.id == job_id, print_jobs.c.state == PrintState.CLAIMED)
        .values(
            state=_STATES[sent.result],
            reason=sent.reason.as_json() if sent.reason else None,
            done_at=now,
            confirmed_by="printer" if confirmed else "",
            cut=sent.cut,
            **unknown,
        )
    )
    if not done.rowcount:
        tx.execute(update(print_jobs).where(print_jobs.c.id == job_id).values(cut=sent.cut))
    if done.rowcount and sent.result is not SendResult.NOT_STARTED:
        rolls.used(tx, printer)  # else whoever settled it has counted it
    if done.rowcount and sent.result in {SendResult.CONFIRMED, SendResult.SENT}:
        print_proofs.mark_printed(tx, work, waybill_id, confirmed=confirmed)


def follows_a_cut(tx: Connection, printer: str) -> bool:
    """Whether the last label begun at ``printer`` was broken off, whoever began it.

    However that one was answered: the printer may take the next one for the rest of it, and call
    it printed.
    """
    last = tx.execute(
        select(print_jobs.c.cut)
        .where(
            print_jobs.c.printer == printer,
            print_jobs.c.claimed_at.is_not(None),
            print_jobs.c.state != PrintState.FAILED,
        )
        .order_by(print_jobs.c.claimed_at.desc(), print_jobs.c.id.desc())
        .limit(1)
    ).scalar()
    return bool(last)


def send(device: Printer, prepared: Prepared, job_id: str, *, after_cut: bool) -> Sent:
    """Send a claimed label; ``after_cut``: what is left of the one before is ended first."""
    if after_cut and isinstance(device, MistrustedPrinter):
        device.mistrust()
    return device.send(prepared, job_id)


def never_begun(tx: Connection, job_ids: Iterable[str]) -> None:
    """Forget labels that were drawn and will not be sent: nothing has happened."""
    tx.execute(
        delete(print_jobs).where(
            print_jobs.c.id.in_(list(job_ids)), print_jobs.c.state == PrintState.RENDERED
        )
    )


def sweep(work: Workplace, device: Printer) -> int:
    """Put in order what a program that ended left at ``device``; call under the printer's lease.

    A printer that keeps our keys is asked what became of a label that was on its way; waits for it.
    Returns how many labels became unknown.
    """
    printer = device.config.name
    mine = print_jobs.c.printer == printer
    with work.db.write() as tx:
        tx.execute(delete(print_jobs).where(mine, print_jobs.c.state == PrintState.RENDERED))
        left = tx.execute(
            select(print_jobs.c.id, print_jobs.c.waybill_id).where(
                mine,
                print_jobs.c.state == PrintState.CLAIMED,
                print_jobs.c.document == Document.LABEL,
            )
        ).all()
    may_be_cut = isinstance(device, MistrustedPrinter) and device.can_be_cut
    unknown = 0
    for job in left:
        sent = device.look_up(job.id) if isinstance(device, LooksUpJobs) else None
        if sent is None or sent.result is SendResult.UNKNOWN:
            unknown += 1
            sent = Sent(SendResult.UNKNOWN, _STOPPED, cut=may_be_cut)
        with work.db.write() as tx:
            settle(tx, work, printer, job.id, job.waybill_id, sent)
    return unknown


def state_of(work: Workplace, job_id: str) -> str:
    """The state of one job."""
    with work.db.read() as tx:
        return str(
            tx.execute(select(print_jobs.c.state).where(print_jobs.c.id == job_id)).scalar_one()
        )
