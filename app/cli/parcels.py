"""``parcels``: list, show, hold, release, change the carrier; ``boxes`` has the others."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import addresses, boxes, words
from app.cli.context import Context
from app.cli.orders import DEFAULT_LIMIT, HOLDS, STATES
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.cli.tracking import event_line, event_row
from app.domain.text import Text, tr

if TYPE_CHECKING:
    from app.services.parcels.parcel_queries import ParcelRow
    from app.services.waves.troubles import Trouble
    from app.services.workplace import Workplace


def add(commands: Commands) -> None:
    group = commands.group("parcels", tr("boxes, each with one label"))
    listing = group.add("list", tr("parcels, the most urgent first"), _list)
    listing.add_argument("--state", choices=STATES, metavar=tr("STATE"), help=", ".join(STATES))
    listing.add_argument("--hold", choices=HOLDS, metavar=tr("HOLD"), help=", ".join(HOLDS))
    listing.add_argument("--wave", metavar=tr("WAVE"), help=tr("of this wave only"))
    listing.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N", help=tr("at most so many")
    )
    _one(group, "show", tr("one parcel"), _show)
    hold = _one(group, "hold", tr("keep a parcel back"), _hold)
    hold.add_argument("--reason", required=True, metavar=tr("TEXT"), help=tr("why"))
    _one(group, "release", tr("end what keeps a parcel back"), _release)
    serial = _one(group, "serial", tr("note the serial number of what is in the box"), _serial)
    serial.add_argument(
        "serial", nargs="?", default="", metavar=tr("SERIAL"), help=tr("as scanned")
    )
    serial.add_argument("--imei1", default="", metavar="IMEI", help=tr("of a phone, 15 digits"))
    serial.add_argument("--imei2", default="", metavar="IMEI", help=tr("its second one"))
    serial.add_argument("--without", metavar=tr("TEXT"), help=tr("why it goes without one"))
    carrier = _one(group, "carrier", tr("choose another carrier or account"), _carrier)
    carrier.add_argument("name", metavar=tr("NAME"), help=tr("a company code or an account's name"))
    addresses.add_to_parcels(group)
    boxes.add_to_parcels(group)


def _one(commands: Commands, name: str, help_text: str, run: Any) -> argparse.ArgumentParser:
    command = commands.add(name, help_text, run)
    command.add_argument("parcel", metavar="ID", help=tr("the parcel's id or its waybill number"))
    return command


def columns() -> tuple[Column, ...]:
    return (
        Column("waybill", tr("Waybill")),
        Column("state", tr("State"), show=words.state),
        Column("holds", tr("Holds"), show=words.holds),
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("wave", tr("Wave")),
        Column("printed", tr("Printed")),
        Column("weight_g", tr("Weight (g)"), right=True),
        Column("orders", tr("Orders")),
        Column("id", "ID"),
    )


def parcel_row(row: ParcelRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "orders": list(row.orders),
        "state": row.state,
        "holds": list(row.holds),
        "oversold": row.oversold,
        "route": row.route,
        "carrier": row.carrier,
        "account": row.account,
        "waybill": row.waybill,
        "wave": row.wave,
        "printed": row.printed,
        "weight_g": row.weight_g,
    }


def find_parcel(work: Workplace, wanted: str) -> ParcelRow:
    """The parcel with this id or waybill number. Raises ``UserError`` (``no_such_parcel``)."""
    from app.services.parcels import checking, parcel_queries

    rows = parcel_queries.parcel_rows(work, [wanted])
    if not rows:
        by_number = parcel_queries.parcel_of_waybill(work, wanted)
        rows = parcel_queries.parcel_rows(work, [by_number]) if by_number else []
    if not rows:
        raise checking.no_such_parcel(wanted)
    return rows[0]


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.parcels import parcel_queries

    with context.services() as services:
        ids = parcel_queries.parcel_ids(
            services.work, state=wanted.state, hold=wanted.hold, wave=wanted.wave
        )
        rows = parcel_queries.parcel_rows(services.work, ids[: wanted.limit])
    return CommandResult(
        [parcel_row(r) for r in rows],
        columns=columns(),
        summary=count_line(len(rows), len(ids)),
    )


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    with context.services() as services:
        return _shown(services.work, wanted.parcel)


def _shown(work: Workplace, parcel: str) -> CommandResult:
    from app.services.money import fees
    from app.services.parcels import parcel_queries
    from app.services.tracking.views import events_by_parcel
    from app.services.waves import troubles

    row = find_parcel(work, parcel)
    goods = parcel_queries.parcel_goods(work, row.id)
    with work.db.read() as tx:
        way = events_by_parcel(tx, work, [row.id])
    reason = str(Text.from_json(row.choice_reason)) if row.choice_reason else ""
    trouble = troubles.of_failure(row.failure)
    fee = fees.of_parcels(work, [row.id])[row.id]
    shown = {
        **parcel_row(row),
        "reason": reason,
        "product": row.product,
        "trail": [str(step.sentence) for step in row.trail],
        "fee_fen": fee.estimated_fen,
        "billed_fen": fee.billed_fen,
        "failure": _failure_row(trouble),
        "corrected": row.corrected,
        "lines": [
            {"sku": g.sku, "title": g.title, "quantity": g.quantity, "gift": g.gift} for g in goods
        ],
        "track": [{"waybill": w.number, **event_row(w.event)} for w in way],
    }
    gift = tr("Gift")
    inside = [
        f"  {g.sku or '?'} {g.title} {g.spec} ×{g.quantity}{f' · {gift}' if g.gift else ''}"
        for g in goods
    ]
    if reason:
        inside.append(tr("Carrier chosen by: {reason}", reason=reason))
        inside += [f"  {step.sentence}" for step in row.trail]
    if fee.estimated_fen is not None:
        estimate = words.yuan(fee.estimated_fen)
        inside.append(
            tr("Fee by “{table}”, {zone}: {fee} yuan", table=fee.table, zone=fee.zone, fee=estimate)
        )
    if fee.billed_fen is not None:
        inside.append(tr("Billed: {fee} yuan", fee=words.yuan(fee.billed_fen)))
    inside += [f"  {event_line(w.event)}" for w in way]
    if trouble is not None:
        inside.append(f"{trouble.message} {trouble.remedy}")
    return CommandResult([shown], columns=columns(), summary="\n".join(inside))


def _failure_row(trouble: Trouble | None) -> dict[str, str] | None:
    """What the last action failed with; ``said`` and ``their_code`` are the carrier's own."""
    if trouble is None:
        return None
    return {
        "code": trouble.code,
        "message": str(trouble.message),
        "remedy": str(trouble.remedy),
        "fix": str(trouble.fix or ""),
        "their_code": trouble.their_code,
        "said": trouble.said,
    }


def _hold(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import holding

    with context.services() as services:
        work = services.work
        parcel_id = find_parcel(work, wanted.parcel).id
        with work.db.write() as tx:
            holding.hold_by_person(tx, work, parcel_id, wanted.reason)
        work.changed("orders", "parcels")
        return _shown(work, parcel_id)


def _release(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import holding
    from app.services.parcels import checking

    with context.services() as services:
        work = services.work
        parcel_id = find_parcel(work, wanted.parcel).id
        with work.db.write() as tx:
            holding.release_by_person(tx, work, parcel_id)
        checking.recheck(work)
        work.changed("orders", "parcels")
        return _shown(work, parcel_id)


def _serial(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import serials

    with context.services() as services:
        work = services.work
        parcel_id = find_parcel(work, wanted.parcel).id
        if wanted.without is not None:
            noted = serials.go_without(work, parcel_id, wanted.without)
        else:
            noted = serials.record(work, parcel_id, wanted.serial, wanted.imei1, wanted.imei2)
    row = {
        "id": noted.parcel,
        "serial": noted.serial,
        "imei1": noted.imei1,
        "imei2": noted.imei2,
        "without": noted.without,
        "warnings": [str(w) for w in noted.warnings],
    }
    columns = (
        Column("id", "ID"),
        Column("serial", tr("Serial number")),
        Column("imei1", "IMEI 1"),
        Column("imei2", "IMEI 2"),
        Column("without", tr("Goes without")),
    )
    return CommandResult([row], columns=columns, summary=" ".join(row["warnings"]))


def _carrier(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.parcels import checking

    with context.services() as services:
        parcel_id = find_parcel(services.work, wanted.parcel).id
        checking.change_carrier(services.work, parcel_id, wanted.name)
        return _shown(services.work, parcel_id)
