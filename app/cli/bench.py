"""``pack``: the bench without a screen."""

from __future__ import annotations

import argparse
import uuid
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, ErrorRow
from app.domain.text import T, Text, ntr, tr

if TYPE_CHECKING:
    from app.domain.packing import OpenParcel, Scanned
    from app.services.parcels.packing import Opened
    from app.services.workplace import Workplace


def add(commands: Commands) -> None:
    pack = commands.add("pack", tr("verify what goes into a box, and seal it when complete"), _pack)
    pack.add_argument("waybill", metavar=tr("WAYBILL"))
    pack.add_argument(
        "--scan",
        nargs="+",
        action="extend",
        default=[],
        metavar=tr("CODE"),
        help=tr("bar codes or item codes, one for each piece"),
    )
    pack.add_argument("--weight-g", type=positive, metavar="N", help=tr("what the box weighs"))
    pack.add_argument("--user", default="", metavar=tr("NAME"), help=tr("who packs"))


def _pack(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.parcels import packing

    with context.services(wanted.user) as services:
        work = services.work
        opened = packing.open_parcel(work, wanted.waybill)
        if opened.parcel is None:
            return _refused(wanted.waybill, opened)
        parcel, found = _scan_all(work, opened.parcel, wanted.scan)
        result = _result(found, parcel)
        if parcel.done and not result.errors:
            packing.close(work, parcel, wanted.weight_g)
            return _with_summary(result, tr("Sealed: {number}", number=parcel.number))
    missing = parcel.need - parcel.have
    if not missing:  # something wrong was scanned behind the last right piece
        said = tr("Everything is there; seal it with: pack {number}", number=parcel.number)
        return _with_summary(result, said)
    return _with_summary(
        result, ntr("{n} piece is still missing.", "{n} pieces are still missing.", missing)
    )


def _scan_all(
    work: Workplace, parcel: OpenParcel, codes: list[str]
) -> tuple[OpenParcel, list[Scanned]]:
    """Every code in turn. A wrong one counts nothing and the next one is still looked at."""
    from app.services.parcels import packing

    found = []
    for code in codes:
        scanned = packing.scan(work, parcel, code, nonce=uuid.uuid4().hex)
        found.append(scanned)
        parcel = scanned.parcel or parcel
    return parcel, found


def _result(found: list[Scanned], parcel: OpenParcel) -> CommandResult:
    errors = [
        ErrorRow(
            str(s.verdict.value),
            str(_SENTENCES.get(s.verdict.value, T("This scan does not count."))),
            str(T("Take it out of the box and scan the right piece.")),
            s.code,
        )
        for s in found
        if not s.accepted
    ]
    return CommandResult([_row(s) for s in found], errors, _columns(), done=parcel.have)


def _with_summary(result: CommandResult, summary: str) -> CommandResult:
    return CommandResult(result.rows, result.errors, result.columns, summary, result.done)


def _columns() -> tuple[Column, ...]:
    return (
        Column("scan", tr("Scan")),
        Column("verdict", tr("Verdict"), show=words.verdict),
        Column("sku", tr("Item")),
        Column("have", tr("Have"), right=True),
        Column("need", tr("Need"), right=True),
    )


def _row(scanned: Scanned) -> dict[str, Any]:
    """``sku`` is what was scanned; ``have`` and ``need`` are those of its line."""
    line = scanned.line if scanned.accepted or scanned.verdict == "over" else None
    return {
        "scan": scanned.code,
        "verdict": scanned.verdict.value,
        "sku": scanned.item.code if scanned.item else (line.item.code if line else ""),
        "have": line.have if line else 0,
        "need": line.need if line else 0,
    }


def _refused(waybill: str, opened: Opened) -> CommandResult:
    """The label itself may not go on: held, shipped already, unknown."""
    verdict = opened.verdict.value
    row = {"scan": waybill, "verdict": verdict, "sku": "", "have": 0, "need": 0}
    message = opened.reason or _SENTENCES.get(verdict, T("This parcel cannot be packed now."))
    remedy = opened.remedy or T("Put the box aside and look at the parcel: parcels show")
    if verdict == "unknown":
        message = T("There is no waybill {number} here.", number=waybill)
        remedy = T("Check the number, or look for the order with: orders list --search")
    error = ErrorRow(verdict, str(message), str(remedy), opened.number)
    return CommandResult([row], [error], _columns())


_SENTENCES: dict[str, Text] = {
    "over": T("One piece too many."),
    "wrong_item": T("This item is not in the parcel."),
    "wrong_variant": T("Right product, wrong variant."),
    "unknown": T("This code is not known here."),
    "held": T("The parcel is on hold."),
    "already_shipped": T("This parcel has been shipped already."),
    "not_ready": T("This parcel is not ready for the bench."),
    "elsewhere": T("Another bench has this parcel open by now."),
}
