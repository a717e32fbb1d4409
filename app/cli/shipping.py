"""``ship`` and ``outbox``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, count_line, of_batch
from app.cli.waves import batch_columns, batch_ref, batch_row
from app.domain.states import OutboxState
from app.domain.text import Text, tr

if TYPE_CHECKING:
    from app.services.telling.outbox_results import OutboxRow

_OPEN = {OutboxState.PENDING, OutboxState.SENDING}


def add(commands: Commands) -> None:
    ship = commands.add("ship", tr("ship packed parcels; the outbox tells the shop"), _ship)
    which = ship.add_mutually_exclusive_group(required=True)
    which.add_argument("--wave", metavar=tr("WAVE"), help=tr("all of this wave"))
    which.add_argument(
        "--parcel",
        nargs="+",
        action="extend",
        metavar="ID",
        help=tr("the parcel's id or its waybill number"),
    )
    ship.add_argument(
        "--unpacked", action="store_true", help=tr("also what was never scanned (it is noted)")
    )
    outbox = commands.group("outbox", tr("what the shops must still hear"))
    listing = outbox.add("list", tr("messages, the oldest first"), _list)
    listing.add_argument("--all", action="store_true", help=tr("also those that were sent"))
    drain = outbox.add("drain", tr("send what waits"), _drain)
    drain.add_argument("--due", action="store_true", help=tr("only what is due for its next try"))


def _ship(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.parcels import find_parcel
    from app.services.parcels import shipping

    with context.services() as services, context.show_progress(tr("Shipping")) as progress:
        ids = [find_parcel(services.work, p).id for p in wanted.parcel or ()]
        found = shipping.ship(
            services.work,
            wave=wanted.wave,
            parcel_ids=ids,
            unpacked=wanted.unpacked,
            progress=progress,
            cancel=context.cancel,
        )
    stopped = context.cancel.cancelled
    return of_batch(found, batch_row, batch_ref, batch_columns(), stopped=stopped)


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import details
    from app.services.telling import outbox_stops

    with context.services() as services:
        found = details.outbox_rows(services.work, open_only=not wanted.all)
        stopped = outbox_stops.stopped_shops(services.work)
    rows = [_row(r) for r in found]
    columns = (
        Column("id", "ID"),
        Column("kind", tr("Kind"), show=words.outbox_kind),
        Column("order_id", tr("Order")),
        Column("parcel", tr("Parcel")),
        Column("state", tr("State"), show=words.outbox_state),
        Column("attempts", tr("Tries"), right=True),
        Column("next_at", tr("Next try")),
        Column("reason", tr("Reason")),
    )
    said = [count_line(len(rows)) if rows else tr("Nothing waits to be sent.")]
    said += [
        tr(
            "{shop}: {n} messages wait. {reason}",
            shop=s.shop,
            n=s.waiting,
            reason=str(Text.from_json(s.message)),
        )
        for s in stopped
    ]
    return CommandResult(rows, columns=columns, summary="\n".join(said))


def _row(stored: Any) -> dict[str, Any]:
    return {
        "id": str(stored.id),
        "order_id": str(stored.payload.get("order_id") or stored.order_id or ""),
        "kind": stored.kind,
        "state": stored.state,
        "attempts": stored.attempts,
        "next_at": stored.next_at if stored.state in _OPEN else None,
        "reason": _sentence(stored.reason),
        "parcel": stored.parcel_id or "",
        "waits_for": stored.waits_for,
    }


def _sentence(stored: Mapping[str, str] | None) -> str:
    """Why the last try failed, as the outbox keeps it."""
    return str(Text.from_json(stored["message"])) if stored else ""


def _drain(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.telling import outbox

    with context.services() as services, context.show_progress(tr("Outbox")) as progress:
        found = outbox.drain(
            services.work, progress=progress, cancel=context.cancel, everything=not wanted.due
        )
    columns = (
        Column("kind", tr("Kind"), show=words.outbox_kind),
        Column("order_id", tr("Order")),
        Column("result", tr("Result"), show=words.result),
        Column("parcel", tr("Parcel")),
    )

    def row(outcome: OutboxRow) -> dict[str, str]:
        return {
            "id": outcome.id,
            "order_id": outcome.order_id,
            "kind": outcome.kind,
            "parcel": outcome.parcel,
            "result": outcome.result,
            "code": outcome.code,
        }

    def ref(outcome: OutboxRow) -> str:
        return outcome.order_id or outcome.parcel

    result = of_batch(found, row, ref, columns, stopped=context.cancel.cancelled)
    behind = [
        tr("{shop}: {n} more messages were not tried.", shop=o.shop, n=o.behind)
        for o in found
        if o.behind
    ]
    if not found:
        behind.append(tr("Nothing waits to be sent."))
    return replace(result, summary="\n".join(behind))
