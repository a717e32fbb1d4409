"""``label render|preview|fetch``, ``reprint`` and ``waybill cancel``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import boxes, waybills
from app.cli.context import Context
from app.cli.files import write_file
from app.cli.parser import Commands, media, positive
from app.cli.result import Column, CommandResult, ErrorRow, of_batch
from app.cli.waves import batch_columns, batch_ref, batch_row
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.domain.labels import Label
    from app.services.workplace import Workplace

FORMATS = ("pdf", "png", "escpos", "tspl", "zpl", "cpcl")
_MM_PER_INCH = 25.4
_DPI = 203


def add(commands: Commands) -> None:
    label = commands.group("label", tr("the printed face of a waybill"))
    render = label.add("render", tr("the bytes a printer would get, in a file"), _render)
    render.add_argument("waybill", metavar=tr("WAYBILL"))
    render.add_argument(
        "--format", required=True, choices=FORMATS, metavar=tr("FORMAT"), help=", ".join(FORMATS)
    )
    render.add_argument(
        "--dpi", type=positive, default=_DPI, metavar="N", help=tr("dots per inch of the head")
    )
    render.add_argument(
        "--media", type=media, default="76x130", metavar="WxH", help=tr("paper size in mm")
    )
    render.add_argument("--out", required=True, type=Path, metavar=tr("FILE"))

    preview = label.add("preview", tr("a platform label in the print component's window"), _preview)
    preview.add_argument("waybill", metavar=tr("WAYBILL"))
    preview.add_argument("--printer", metavar=tr("NAME"), help=tr("on this printer"))

    fetch = label.add("fetch", tr("a label that the carrier draws, from the carrier"), _fetch)
    fetch.add_argument("waybill", metavar=tr("WAYBILL"))
    fetch.add_argument(
        "--media", type=media, metavar="WxH", help=tr("for this paper in mm, else the printer's")
    )

    answer = label.add("answer", tr("whether a label in doubt came out"), _answer)
    answer.add_argument("waybill", metavar=tr("WAYBILL"))
    said = answer.add_mutually_exclusive_group(required=True)
    said.add_argument("--out", action="store_true", help=tr("it is on paper and good"))
    said.add_argument("--not-out", action="store_true", help=tr("it is not: print it"))

    again = commands.add("reprint", tr("print a label again, on purpose"), _reprint)
    again.add_argument("waybill", metavar=tr("WAYBILL"))
    again.add_argument("--reason", required=True, metavar=tr("TEXT"), help=tr("why"))
    again.add_argument("--printer", metavar=tr("NAME"), help=tr("on this printer"))

    waybill = commands.group("waybill", tr("numbers of the carriers"))
    cancel = waybill.add("cancel", tr("give a number back"), _cancel)
    cancel.add_argument("waybill", metavar=tr("WAYBILL"))
    settle = waybill.add(
        "settle", tr("say what became of a number in doubt, or type one in"), _settle
    )
    settle.add_argument("parcel", metavar="ID")
    which = settle.add_mutually_exclusive_group(required=True)
    which.add_argument("--number", metavar=tr("WAYBILL"), help=tr("the parcel has this number"))
    which.add_argument("--lost", action="store_true", help=tr("there is none: ask for a new one"))
    settle.add_argument(
        "--carrier",
        metavar=tr("CARRIER"),
        help=tr("whose number it is, if not the planned company's: a code, a name or other"),
    )
    boxes.add_to_waybill(waybill)
    waybills.add(waybill)


def _render(wanted: argparse.Namespace, context: Context) -> CommandResult:
    # 203 dpi heads have exactly 8 dots a millimetre; the name is rounded, not the head.
    dots_per_mm = 8.0 if wanted.dpi == _DPI else wanted.dpi / _MM_PER_INCH
    with context.services() as services:
        label = _label(services.work, wanted.waybill)
        drawn = services.work.outside.stationery.render(
            label, wanted.format, wanted.media, dots_per_mm
        )
    write_file(wanted.out, drawn, wanted.waybill)
    row = {
        "waybill": wanted.waybill,
        "format": wanted.format,
        "file": str(wanted.out),
        "bytes": len(drawn),
    }
    return CommandResult([row], summary=tr("Written: {file}", file=wanted.out))


def _preview(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import previews

    with context.services() as services:
        sent = previews.show_in_component(services.work, wanted.waybill, wanted.printer)
    row = {"waybill": wanted.waybill, "result": sent.result.value}
    if sent.result.value in {"confirmed", "sent"}:
        return CommandResult([row], summary=tr("Shown in the print component's window."))
    remedy = sent.status.remedy if sent.status else None
    error = ErrorRow(
        "printer_not_ready",
        str(sent.reason or T("The preview did not open.")),
        str(remedy or T("Look at the printer, then print again.")),
        wanted.waybill,
        later=True,
    )
    return CommandResult([row], [error])


def _fetch(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.numbers import label_files

    with context.services() as services:
        paper = label_files.fetch(services.work, wanted.waybill, wanted.media or "")
    row = {"waybill": wanted.waybill, "media": paper, "result": "fetched"}
    return CommandResult([row], summary=tr("The carrier's label is here. Print it as always."))


def _answer(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import answers

    with context.services() as services:
        answers.answer(services.work, wanted.waybill, came_out=wanted.out)
    row = {"waybill": wanted.waybill, "result": "printed" if wanted.out else "waiting"}
    if wanted.out:
        return CommandResult([row], summary=tr("The label counts as printed."))
    return CommandResult([row], summary=tr("The next wave print prints it."))


def _label(work: Workplace, number: str) -> Label:
    from app.services.printing import label_content

    with work.db.read() as tx:
        waybill = label_content.find_waybill(tx, number)
        return label_content.label_of(tx, work, waybill)


def _reprint(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import printing

    with context.services() as services:
        row = printing.reprint(services.work, wanted.waybill, wanted.reason, printer=wanted.printer)
    return of_batch([row], batch_row, batch_ref, batch_columns())


def _cancel(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.numbers import voiding

    with context.services() as services:
        parcel = voiding.cancel_waybill(services.work, wanted.waybill)
    row = {"parcel": parcel, "waybill": wanted.waybill, "result": "cancelled", "code": ""}
    return CommandResult([row], columns=batch_columns())


def _settle(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.numbers import by_person

    with context.services() as services:
        if wanted.lost:
            number, carrier, odd = by_person.lost(services.work, wanted.parcel), "", None
            name = ""
        else:
            taken = by_person.take(
                services.work, wanted.parcel, wanted.number, wanted.carrier or ""
            )
            number, carrier, odd = taken.number, taken.carrier, taken.warning
            name = taken.name
    result = "issued" if number else "lost"
    row = {
        "parcel": wanted.parcel,
        "waybill": number,
        "carrier": carrier,
        "carrier_name": name,
        "result": result,
        "code": "",
    }
    return CommandResult(
        [row],
        columns=(*batch_columns(), *([Column("carrier_name", tr("Carrier"))] if name else ())),
        warnings=[str(odd)] if odd is not None else (),
    )
