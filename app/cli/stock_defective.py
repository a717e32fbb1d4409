"""``stock defective``: pieces that are here and not for sale."""

from __future__ import annotations

import argparse

from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import CommandResult
from app.cli.stock_hand import add_batch, add_note, add_serials, of_one
from app.domain.stock_reasons import StockReason
from app.domain.text import tr


def add(group: Commands) -> None:
    defective = group.group("defective", tr("pieces that are here and not for sale"))
    for name, text, run in (
        ("found", tr("pieces on the shelf are not for sale after all"), _found),
        ("mended", tr("they are good again"), _mended),
        ("discarded", tr("they are thrown away, or back to the supplier"), _discarded),
    ):
        one = defective.add(name, text, run)
        one.add_argument("sku", metavar="SKU")
        one.add_argument("quantity", type=positive, metavar=tr("QTY"))
        add_note(one)
        add_serials(one)
        if name != "mended":
            one.add_argument(
                "--reason",
                default=StockReason.BROKEN.value,
                metavar=tr("TEXT"),
                help=tr("why: your own words, or one of {codes}", codes=", ".join(StockReason)),
            )
        if name != "discarded":
            one.add_argument("--bin", metavar=tr("BIN"), help=tr("where it lay, or lies now"))
            add_batch(one)


def _found(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import defects

    with context.services() as services:
        defects.found(
            services.work,
            wanted.sku,
            wanted.quantity,
            reason=wanted.reason,
            note=wanted.note,
            bin_name=wanted.bin,
            batch=wanted.batch,
            numbers=wanted.serial,
        )
    return of_one(context, wanted.sku)


def _mended(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import defects

    with context.services() as services:
        defects.mended(
            services.work,
            wanted.sku,
            wanted.quantity,
            note=wanted.note,
            bin_name=wanted.bin or "",
            batch=wanted.batch,
            numbers=wanted.serial,
        )
    return of_one(context, wanted.sku)


def _discarded(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import defects

    with context.services() as services:
        defects.discarded(
            services.work,
            wanted.sku,
            wanted.quantity,
            reason=wanted.reason,
            note=wanted.note,
            numbers=wanted.serial,
        )
    return of_one(context, wanted.sku)
