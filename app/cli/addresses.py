"""``parcels address``: another receiver for one parcel's label."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult
from app.domain.errors import UserError
from app.domain.privacy import for_screen
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.services.orders.receiver_correction import Editable

_PARTS = ("name", "phone", "province", "city", "district", "street", "address")


def add_to_parcels(group: Commands) -> None:
    """``address`` among the commands of ``parcels``."""
    command = group.add("address", tr("correct the receiver on this parcel's label"), _address)
    command.add_argument("parcel", metavar="ID", help=tr("the parcel's id or its waybill number"))
    for part, words in zip(
        _PARTS,
        (
            tr("the receiver's name"),
            tr("mobile or land line"),
            tr("province"),
            tr("city"),
            tr("district"),
            tr("street or town"),
            tr("street and house number"),
        ),
        strict=True,
    ):
        command.add_argument(f"--{part}", metavar=tr("TEXT"), help=words)
    command.add_argument("--undo", action="store_true", help=tr("what the order says counts again"))


def _address(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.parcels import find_parcel
    from app.services.orders import receiver_correction as correction

    said = {part: getattr(wanted, part) for part in _PARTS if getattr(wanted, part) is not None}
    if said and wanted.undo:
        raise UserError(
            "usage",
            T("Either correct the address or take the correction back."),
            T("Leave --undo out, or give nothing else."),
        )
    with context.services() as services:
        work = services.work
        parcel_id = find_parcel(work, wanted.parcel).id
        opened = correction.open_editor(work, parcel_id)
        result = "corrected" if opened.corrected else "same"
        if wanted.undo:
            correction.undo(work, parcel_id, opened.token)
            result = "cancelled"
        elif said and opened.proposes:
            correction.propose(work, parcel_id, replace(opened.receiver, **said))
            return CommandResult(
                [_row(opened, "waiting")],
                columns=_columns(),
                summary=tr("The buyer is asked; the address counts when he agrees."),
            )
        elif said:
            correction.correct(work, parcel_id, replace(opened.receiver, **said), opened.token)
            result = "corrected"
        opened = correction.open_editor(work, parcel_id)
    return CommandResult([_row(opened, result)], columns=_columns())


def _row(opened: Editable, result: str) -> dict[str, Any]:
    shown = for_screen(opened.receiver)
    return {
        "parcel": opened.parcel,
        "order": opened.order_id,
        "result": result,
        "corrected": opened.corrected,
        "receiver": shown.name,
        "phone": shown.phone,
        "region": shown.region,
    }


def _columns() -> tuple[Column, ...]:
    from app.cli import words

    return (
        Column("parcel", tr("Parcel")),
        Column("order", tr("Order")),
        Column("receiver", tr("Receiver")),
        Column("region", tr("Region")),
        Column("result", tr("Result"), show=words.result),
    )
