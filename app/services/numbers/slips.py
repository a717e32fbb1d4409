"""Packing slips of a wave on paper: what is in the box, never a price."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.states import Document
from app.domain.text import T
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import SendResult, Sent
from app.services.leases import lease
from app.services.parcels.slip_content import slip
from app.services.printing.print_proofs import lease_of
from app.services.printing.printers import printer_for
from app.services.printing.printing import PrintRow
from app.services.waves.waves import wave_parcels
from app.services.workplace import Workplace


def print_slips(
    work: Workplace,
    wave: str,
    *,
    printer: str | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[PrintRow]:
    """Print the slip of every parcel of the wave in its order; stops at the first that fails.

    A slip is not counted and may be printed as often as wanted. Raises ``UserError`` for an
    unknown wave or when no printer takes slips.
    """
    token = cancel or CancelToken()
    with work.db.read() as tx:
        ids: Sequence[str] = [p.id for p in wave_parcels(tx, wave)]
        name = printer_for(tx, work.bench, None, Document.SLIP, printer)
    if not isinstance(name, str):
        raise name
    rows: list[PrintRow] = []
    with lease(work, lease_of(name)):
        device = work.outside.printer(name)
        for parcel_id in ids:
            if token.cancelled:
                break
            document = slip(work, parcel_id)
            rows.append(_row(parcel_id, document.number, device.print_paper(document)))
            failed = sum(not r.ok for r in rows)
            progress(Step(len(rows), len(ids), failed, None, parcel_id, rows[-1].result))
            if failed:
                break
    return rows


def _row(parcel_id: str, number: str, sent: Sent) -> PrintRow:
    match sent.result:
        case SendResult.CONFIRMED:
            return PrintRow(parcel_id, number, "printed")
        case SendResult.SENT:
            return PrintRow(parcel_id, number, "unconfirmed")
        case SendResult.UNKNOWN | SendResult.NOT_STARTED:
            remedy = sent.status.remedy if sent.status else None
            return PrintRow(
                parcel_id,
                number,
                "failed",
                "printer_not_ready",
                sent.reason,
                remedy or T("Look at the printer, then print again."),
            )
