"""What people say of labels that nobody knows the fate of."""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.text import T
from app.services import records
from app.services.printing import label_content, print_proofs
from app.services.waves.waves import find_wave
from app.services.workplace import Workplace


def answer(work: Workplace, number: str, *, came_out: bool) -> None:
    """A person has looked: the label of ``number`` is on paper, or it is not.

    Not on paper means that the next run prints it. Raises ``UserError``: ``no_such_waybill``,
    ``nothing_asked`` (its fate is known, or will be by itself: it is on its way).
    """
    with work.db.write() as tx:
        waybill = label_content.find_waybill(tx, number)
        job = print_proofs.last_job(tx, waybill.id)
        if (
            job is None
            or job.state not in print_proofs.OPEN_JOBS
            or print_proofs.is_under_way(tx, work, job)
        ):
            raise UserError(
                "nothing_asked",
                T("Nobody asks about the label of {number}.", number=waybill.number),
                T("To have it once more, reprint it with a reason."),
                ref=number,
            )
        if came_out:
            print_proofs.confirm_jobs(tx, work, [waybill.id], work.user or "person")
        else:
            print_proofs.settle_open_jobs(tx, work, waybill.id, work.user or "person")
        detail = {"waybill": waybill.number, "out": came_out}
        records.note(tx, work, "label_answer", parcel_id=waybill.parcel_id, detail=detail)
    work.changed("orders", "parcels", "waves", "printers")


def resume_after(work: Workplace, wave: str, number: str) -> None:
    """``number`` is the last good label of ``wave``: up to it all is good, what follows is not.

    Raises ``UserError``: ``no_such_wave``, ``not_in_wave``, ``not_printed``.
    """
    with work.db.read() as tx:
        wave_id = find_wave(tx, wave).id
    print_proofs.resume_after(work, wave_id, number)
    work.changed("orders", "parcels", "waves", "printers")
