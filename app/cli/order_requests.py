"""``orders``: notes, what buyers ask to have changed, phone numbers and receivers in clear."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow, count_line
from app.domain.text import tr

if TYPE_CHECKING:
    from app.domain.orders import VirtualNumber
    from app.services.orders.order_requests import RequestRow
    from app.services.workplace import Workplace

ACCEPT, REJECT = "accept", "reject"


def add(group: Commands) -> None:
    """The commands of the group ``orders`` about what can change before shipping."""
    note = _one(group, "note", tr("write the merchant's note; the shop gets it too"), _note)
    note.add_argument("text", metavar=tr("TEXT"), help=tr("the whole note; empty takes it away"))
    group.add("requests", tr("what buyers want changed and nobody has answered"), _requests)
    answer = _one(group, "answer", tr("answer what the buyer wants changed"), _answer)
    which = answer.add_mutually_exclusive_group(required=True)
    for name, help_text in (
        ("--address", tr("the other address")),
        ("--variant", tr("the other variant")),
    ):
        which.add_argument(name, choices=[ACCEPT, REJECT], help=help_text)
    phone = _one(group, "phone", tr("the virtual number that reaches the buyer"), _phone)
    change = phone.add_mutually_exclusive_group()
    change.add_argument("--extend", action="store_true", help=tr("let it last longer"))
    change.add_argument("--renew", action="store_true", help=tr("a new one, after the first ended"))
    receiver = _one(group, "receiver", tr("the receiver in clear; it is counted"), _receiver)
    receiver.add_argument("--reason", required=True, metavar=tr("TEXT"), help=tr("why"))


def _one(group: Commands, name: str, help_text: str, run: Any) -> argparse.ArgumentParser:
    command = group.add(name, help_text, run)
    command.add_argument("order", metavar="ID", help=tr("our id or the shop's"))
    return command


def _note(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import order_notes

    with context.services() as services:
        written = order_notes.write(services.work, wanted.order, wanted.text)
    row = {"order_id": written.order_id, "note": written.text, "state": written.state}
    columns = (
        Column("order_id", tr("Order")),
        Column("note", tr("Note")),
        Column("state", tr("State"), show=words.note_state),
    )
    return CommandResult([row], columns=columns)


def _requests(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import order_requests

    with context.services() as services:
        rows = [
            {**_request_row(r), **_change(services.work, r)}
            for r in order_requests.pending(services.work)
        ]
    columns = (
        Column("order_id", tr("Order")),
        Column("kind", tr("Kind"), show=words.kind),
        Column("old", tr("Now")),
        Column("new", tr("Wanted")),
        Column("until_at", tr("Answer by")),
        Column("deadline_at", tr("Ship by")),
        Column("effect", tr("When accepted")),
    )
    said = count_line(len(rows)) if rows else tr("No buyer waits for an answer.")
    return CommandResult(rows, columns=columns, summary=said)


def _request_row(row: RequestRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "id": row.id,
        "order_id": row.order_id,
        "shop": row.shop,
        "asked_at": row.asked_at,
        "until_at": row.until_at,
        "deadline_at": row.deadline_at,
        "effect": " ".join(dict.fromkeys(str(e.words) for e in row.effects)),
        "parcels": [
            {"id": e.parcel, "state": e.state, "waybill": e.waybill, "effect": e.effect}
            for e in row.effects
        ],
    }


def _change(work: Workplace, row: RequestRow) -> dict[str, Any]:
    """What it is now and what is wanted: regions of the addresses, or variants."""
    from app.services.orders import order_requests

    if row.kind == "address":
        asked = order_requests.pending_address(work, row.id)
        if asked is None:
            return {"old": "", "new": ""}
        return {"old": asked.old.region, "new": asked.new.region, "differs": list(asked.differs)}
    lines = order_requests.pending_variants(work, row.id)
    return {
        "old": "; ".join(v.old.spec or v.old.sku_id for v in lines),
        "new": "; ".join(v.new.spec or v.new.sku or v.new.sku_id for v in lines),
        "available": [v.new.available for v in lines],
    }


def _answer(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import request_answers

    with context.services() as services:
        if wanted.address:
            done = request_answers.answer_address(
                services.work, wanted.order, accept=wanted.address == ACCEPT
            )
        else:
            done = request_answers.answer_variant(
                services.work, wanted.order, accept=wanted.variant == ACCEPT
            )
    row = {
        "order_id": done.order_id,
        "result": done.result,
        "voided": list(done.voided),
        "sealed": list(done.sealed),
    }
    columns = (
        Column("order_id", tr("Order")),
        Column("result", tr("Result"), show=words.result),
        Column("voided", tr("Numbers given back")),
        Column("sealed", tr("Boxes to open")),
    )
    otherwise = done.message is not None
    errors = (
        [
            ErrorRow(
                "answered_otherwise",
                str(done.message),
                tr("Look at the order before you go on."),
                done.order_id,
            )
        ]
        if otherwise
        else []
    )
    return CommandResult([row], errors, columns)


def _phone(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import receivers

    ask = receivers.virtual_number
    if wanted.extend:
        ask = receivers.extend
    elif wanted.renew:
        ask = receivers.renew
    with context.services() as services:
        found = ask(services.work, wanted.order)
    columns = (
        Column("number", tr("Number")),
        Column("extension", tr("Extension")),
        Column("expires_at", tr("Until")),
        Column("extended", tr("Extended"), right=True),
    )
    return CommandResult([_number_row(wanted.order, found)], columns=columns)


def _number_row(order: str, found: VirtualNumber) -> dict[str, Any]:
    return {
        "order": order,
        "number": found.number,
        "extension": found.extension,
        "expires_at": found.expires_at,
        "extended": found.extended,
        "extensions_left": found.extensions_left,
    }


def _receiver(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.orders import receivers

    with context.services() as services:
        found = receivers.reveal(services.work, wanted.order, wanted.reason)
    person = found.receiver
    row = {
        "order_id": found.order_id,
        "name": person.name,
        "phone": person.phone,
        "extension": person.extension,
        "address": person.full,
        "used": found.used,
        "limit": found.limit,
    }
    columns = (
        Column("name", tr("Name")),
        Column("phone", tr("Phone")),
        Column("extension", tr("Extension")),
        Column("address", tr("Address")),
    )
    summary = tr("{used} of {limit} clear addresses used today", used=found.used, limit=found.limit)
    return CommandResult([row], columns=columns, summary=summary)
