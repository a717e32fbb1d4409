"""``waybill quote``: what a parcel would cost with each carrier."""

from __future__ import annotations

import argparse

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow
from app.domain.text import tr


def add(waybill: Commands) -> None:
    """One more command of the ``waybill`` group."""
    quote = waybill.add("quote", tr("what a parcel would cost; books nothing"), _quote)
    quote.add_argument("parcel", metavar="ID", help=tr("the parcel's id or its waybill number"))


def _quote(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.parcels import find_parcel
    from app.services.money import quotes

    with context.services() as services, context.show_progress(tr("Asking")):
        parcel = find_parcel(services.work, wanted.parcel)
        found = quotes.quotes(services.work, parcel.id)
    rows = [
        {
            "parcel": parcel.id,
            "carrier": q.carrier,
            "account": q.account,
            "source": q.source,
            "product": q.product,
            "product_name": q.product_name,
            "fee_fen": q.fee_fen,
            "arrives_by": q.arrives_by,
        }
        for q in found
        if not q.failed
    ]
    errors = [
        ErrorRow(q.code, str(q.message), str(q.remedy or ""), q.account, True)
        for q in found
        if q.failed
    ]
    columns = (
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("account", tr("Account")),
        Column("source", tr("From"), show=words.quote_source),
        Column("product_name", tr("Product")),
        Column("fee_fen", tr("Fee (yuan)"), right=True, show=words.yuan),
        Column("arrives_by", tr("Arrives by")),
    )
    summary = "" if found else tr("No carrier can be asked, and no price table fits.")
    return CommandResult(rows, errors, columns, summary, done=len(rows))
