"""``wave``: make one, get its waybill numbers, print its papers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, not_out, of_batch
from app.domain.errors import UserError
from app.domain.states import Document
from app.domain.text import T, ntr, tr

if TYPE_CHECKING:
    from app.domain.papers import CartPart
    from app.services.workplace import Workplace

# As in app.services.waves.waves, which is too heavy for a help text; a test compares them.
_OF_A_WAVE = (Document.LABEL, Document.SLIP, Document.PICKLIST)
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
        choices=[d.value for d in _OF_A_WAVE],
        default=Document.LABEL.value,
        metavar=tr("DOCUMENT"),
        help=", ".join(d.value for d in _OF_A_WAVE),
    )
    print_.add_argument(
        "--cart-size", type=positive, metavar="N", help=tr("a pick list a cart of so many boxes")
    )
    print_.add_argument("--cart", type=positive, metavar="N", help=tr("of this cart only"))
    print_.add_argument(
        "--places", type=places, metavar="N-N", help=tr("a pick list of these places of the wave")
    )
    picked = group.add("picked", tr("the wave is picked: on to the bench"), _picked)
    picked.add_argument("wave", metavar=tr("WAVE"))
    picked.add_argument(
        "--places", type=places, metavar="N-N", help=tr("only these places of the wave")
    )


def places(text: str) -> tuple[int, int]:
    """The first and the last place, like ``21-40``."""
    first, _, last = text.partition("-")
    if first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last):
        return int(first), int(last)
    raise UserError(
        "usage",
        T("“{value}” are no places of a wave.", value=text),
        T("Write the first and the last, like {example}.", example="21-40"),
    )


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
    _only_of_pick_lists(wanted)
    with context.services() as services:
        match Document(wanted.document):
            case Document.LABEL:
                return _print_labels(wanted, context, services.work)
            case Document.SLIP:
                return _print_slips(wanted, context, services.work)
            case _:
                return _print_pick_lists(wanted, services.work)


def _only_of_pick_lists(wanted: argparse.Namespace) -> None:
    """Carts and places part a pick list; labels and slips would all come out all the same."""
    parted = wanted.places or wanted.cart or wanted.cart_size
    if parted and wanted.document != Document.PICKLIST:
        raise UserError(
            "usage",
            T("Only pick lists are parted by carts and places."),
            T("Write --document picklist as well, or leave the carts and places out."),
        )


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
    from app.domain.papers import CartPart
    from app.services.waves import picking

    with context.services() as services:
        part = CartPart(*wanted.places) if wanted.places else None
        count = picking.mark_picked(services.work, wanted.wave, part)
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


def _print_pick_lists(wanted: argparse.Namespace, work: Workplace) -> CommandResult:
    """The wave's list, or one for each cart; stops at the first that does not come out."""
    from app.services.waves import picking

    rows: list[dict[str, object]] = []
    for part in _cart_parts(wanted, work):
        sent = picking.print_pick_list(work, wanted.wave, wanted.printer, part)
        row: dict[str, object] = {
            "wave": wanted.wave,
            "document": "picklist",
            "result": sent.result.value,
        }
        if part is not None:
            row |= {"cart": part.cart, "first": part.first, "last": part.last}
        rows.append(row)
        if sent.result.value not in {"confirmed", "sent"}:
            remedy = sent.status.remedy if sent.status else None
            error = not_out(sent.result.value, sent.reason, remedy, wanted.wave)
            return CommandResult(rows, [error], done=len(rows) - 1)
    summary = ntr("The pick list is printed.", "{n} pick lists are printed.", len(rows))
    return CommandResult(rows, summary=summary)


def _cart_parts(wanted: argparse.Namespace, work: Workplace) -> Sequence[CartPart | None]:
    from app.domain.papers import CartPart
    from app.services.waves import picking

    if wanted.places:
        return [CartPart(*wanted.places)]
    if wanted.cart and not wanted.cart_size:
        raise UserError(
            "usage",
            T("It is not said how many boxes a cart holds."),
            T("Write --cart-size as well, like {example}.", example="--cart-size 20"),
        )
    if wanted.cart:
        return [picking.cart_part(work, wanted.wave, wanted.cart, wanted.cart_size)]
    if wanted.cart_size:
        return picking.carts(work, wanted.wave, wanted.cart_size)
    return [None]
