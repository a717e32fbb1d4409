"""``wave``: make one, get its waybill numbers, print its papers."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, ErrorRow, of_batch
from app.domain.states import Document
from app.domain.text import T, ntr, tr

if TYPE_CHECKING:
    from app.services.workplace import Workplace

# As in app.services.waves.waves, which is too heavy for a help text; a test compares them.
ORDER_BY = ("deadline", "carrier", "single", "bin", "paid")


def add(commands: Commands) -> None:
    group = commands.group("wave", tr("parcels printed and picked together"))
    create = group.add("create", tr("a new wave of parcels that wait for a label"), _create)
    create.add_argument("--limit", type=positive, metavar="N", help=tr("at most so many parcels"))
    create.add_argument("--carrier", metavar=tr("CARRIER"), help=tr("of this carrier only"))
    create.add_argument(
        "--order-by",
        choices=ORDER_BY,
        default="deadline",
        metavar=tr("KEY"),
        help=", ".join(ORDER_BY),
    )
    listing = group.add("list", tr("the waves of the last days"), _list)
    listing.add_argument("--days", type=positive, default=7, metavar="N", help=tr("how many days"))
    label = group.add("label", tr("get waybill numbers"), _label)
    label.add_argument("wave", metavar=tr("WAVE"))
    print_ = group.add("print", tr("print labels, packing slips or the pick list"), _print)
    print_.add_argument("wave", metavar=tr("WAVE"))
    print_.add_argument("--printer", metavar=tr("NAME"), help=tr("on this printer"))
    print_.add_argument(
        "--resume-after",
        metavar=tr("WAYBILL"),
        help=tr("the last good label: up to it all is printed, the rest is printed now"),
    )
    print_.add_argument(
        "--wait",
        type=positive,
        metavar="S",
        help=tr("so many seconds for a printer in trouble, or for an answer about a label"),
    )
    print_.add_argument(
        "--document",
        choices=[d.value for d in Document],
        default=Document.LABEL.value,
        metavar=tr("DOCUMENT"),
        help=", ".join(d.value for d in Document),
    )
    picked = group.add("picked", tr("the wave is picked: on to the bench"), _picked)
    picked.add_argument("wave", metavar=tr("WAVE"))


def batch_columns() -> tuple[Column, ...]:
    return (
        Column("waybill", tr("Waybill")),
        Column("result", tr("Result"), show=words.result),
        Column("parcel", tr("Parcel")),
    )


def batch_row(outcome: Any) -> dict[str, str]:
    """Keys of every batch; ``fix`` only where something is known to help."""
    fix = getattr(outcome, "fix", None)
    return {
        "parcel": outcome.parcel,
        "waybill": outcome.waybill,
        "result": outcome.result,
        "code": outcome.code,
        **({"fix": str(fix)} if fix else {}),
    }


def batch_ref(outcome: Any) -> str:
    return str(outcome.waybill or outcome.parcel)


def _create(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.parcels import parcel_queries
    from app.services.waves import waves

    with context.services() as services:
        wave = waves.create(
            services.work,
            limit=wanted.limit,
            carrier=wanted.carrier,
            order_by=wanted.order_by,
        )
        ids = parcel_queries.parcel_ids(services.work, wave=wave.id)
    row = {"id": wave.id, "name": wave.name, "parcels": ids}
    count = ntr("{n} parcel", "{n} parcels", wave.parcels)
    summary = tr("Wave {name}, {count}, id:", name=wave.name, count=count) + f"\n{wave.id}"
    return CommandResult([row], summary=summary)


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import details

    with context.services() as services:
        found = details.waves_list(services.work, wanted.days)
    rows = [
        {
            "id": w.id,
            "name": w.name,
            "created_at": w.created_at,
            "parcels": w.parcels,
            "pieces": w.pieces,
            "numbered": w.numbered,
            "printed": w.printed,
            "unknown": w.unknown,
            "failed": w.failed,
            "packed": w.packed,
            "shipped": w.shipped,
            "picked": w.picked,
            "fee_fen": w.fees.estimated_fen,
            "without_fee": w.fees.unpriced,
        }
        for w in found
    ]
    columns = (
        Column("name", tr("Wave")),
        Column("created_at", tr("Made")),
        Column("parcels", tr("Parcels"), right=True),
        Column("numbered", tr("Numbers"), right=True),
        Column("printed", tr("Printed"), right=True),
        Column("failed", tr("Failed"), right=True),
        Column("packed", tr("Packed"), right=True),
        Column("shipped", tr("Shipped"), right=True),
        Column("fee_fen", tr("Fees (yuan)"), right=True, show=words.yuan),
        Column("id", "ID"),
    )
    return CommandResult(rows, columns=columns)


def _label(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.waybills import shortage_warnings
    from app.services.numbers import labelling

    with context.services() as services, context.show_progress(tr("Waybill numbers")) as progress:
        short = shortage_warnings(services.work, wanted.wave)
        found = labelling.label_wave(services.work, wanted.wave, progress, context.cancel)
    stopped = context.cancel.cancelled
    columns = batch_columns()
    if any(row.ok and row.message for row in found):
        columns = (*columns, Column("warning", tr("Warning")))
    result = of_batch(found, _label_row, batch_ref, columns, stopped=stopped)
    return replace(result, warnings=short)


def _label_row(outcome: Any) -> dict[str, str]:
    """What the platform says beside a number stands in its row: nothing has failed."""
    said = str(outcome.message) if outcome.ok and outcome.message else ""
    return {**batch_row(outcome), "warning": said}


def _print(wanted: argparse.Namespace, context: Context) -> CommandResult:
    with context.services() as services:
        match Document(wanted.document):
            case Document.LABEL:
                return _print_labels(wanted, context, services.work)
            case Document.SLIP:
                return _print_slips(wanted, context, services.work)
            case Document.PICKLIST:
                return _print_pick_list(wanted, services.work)


def _print_labels(wanted: argparse.Namespace, context: Context, work: Workplace) -> CommandResult:
    from app.services.printing import printing

    with context.show_progress(tr("Printing")) as progress:
        found = printing.print_wave(
            work,
            wanted.wave,
            printer=wanted.printer,
            resume_after=wanted.resume_after,
            progress=progress,
            cancel=context.cancel,
            control=printing.RunControl(hold=bool(wanted.wait), most_s=wanted.wait),
        )
    stopped = context.cancel.cancelled
    return of_batch(found, batch_row, batch_ref, batch_columns(), stopped=stopped)


def _picked(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.waves import picking

    with context.services() as services:
        count = picking.mark_picked(services.work, wanted.wave)
    return CommandResult(
        [{"wave": wanted.wave, "parcels": count}],
        summary=ntr("{n} parcel goes to the bench.", "{n} parcels go to the bench.", count),
    )


def _print_slips(wanted: argparse.Namespace, context: Context, work: Workplace) -> CommandResult:
    from app.services.numbers.slips import print_slips

    with context.show_progress(tr("Printing")) as progress:
        found = print_slips(
            work, wanted.wave, printer=wanted.printer, progress=progress, cancel=context.cancel
        )
    stopped = context.cancel.cancelled
    return of_batch(found, batch_row, batch_ref, batch_columns(), stopped=stopped)


def _print_pick_list(wanted: argparse.Namespace, work: Workplace) -> CommandResult:
    from app.services.waves import picking

    sent = picking.print_pick_list(work, wanted.wave, wanted.printer)
    good = sent.result.value in {"confirmed", "sent"}
    row = {"wave": wanted.wave, "document": "picklist", "result": sent.result.value}
    if good:
        return CommandResult([row], summary=tr("The pick list is printed."))
    remedy = sent.status.remedy if sent.status else None
    error = ErrorRow(
        "printer_not_ready",
        str(sent.reason or T("The pick list did not come out.")),
        str(remedy or T("Look at the printer, then print again.")),
        wanted.wave,
        later=True,
    )
    return CommandResult([row], [error])
