"""``aftersales``: what buyers want back, and the shop's answers."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.aftersale_reasons import add_reasons
from app.cli.context import Context
from app.cli.orders import DEFAULT_LIMIT
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.domain.after_sales import AfterSaleKind, AfterSaleStage
from app.domain.errors import UserError
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.services.after_sales.queries import CaseRow
    from app.services.after_sales.steps import Answered
    from app.services.workplace import Workplace

STAGES = [s.value for s in AfterSaleStage]
KINDS = [k.value for k in AfterSaleKind]
_YUAN = re.compile(r"\d{1,7}(\.\d{1,2})?")


def add(commands: Commands) -> None:
    group = commands.group("aftersales", tr("refunds, returns and exchanges"))
    listing = group.add("list", tr("after-sales, the most urgent first"), _list)
    which = listing.add_mutually_exclusive_group()
    which.add_argument("--state", choices=STAGES, metavar=tr("STATE"), help=", ".join(STAGES))
    which.add_argument("--open", action="store_true", help=tr("only what is not over"))
    listing.add_argument("--kind", choices=KINDS, metavar=tr("KIND"), help=", ".join(KINDS))
    listing.add_argument("--order", default="", metavar="ID", help=tr("of this order only"))
    listing.add_argument("--shop", default="", metavar=tr("NAME"), help=tr("this shop only"))
    listing.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N", help=tr("at most so many")
    )
    _of_one(group, "show", tr("one after-sale"), _show)
    accept = _of_one(group, "accept", tr("agree to a return, or pay back"), _accept)
    accept.add_argument("--address", metavar="ID", help=tr("where the goods go back to"))
    accept.add_argument(
        "--confirm-amount",
        type=fen,
        metavar=tr("YUAN"),
        help=tr("the exact amount in yuan, said again: money moves"),
    )
    reject = _of_one(group, "reject", tr("refuse what the buyer wants"), _reject)
    reject.add_argument(
        "--reason", type=positive, required=True, metavar="N", help=tr("see: aftersales reasons")
    )
    reject.add_argument("--words", default="", metavar=tr("TEXT"), help=tr("what the buyer reads"))
    reject.add_argument("--evidence", nargs="+", type=Path, default=(), metavar=tr("FILE"))
    received = _of_one(group, "received", tr("what came back was looked at"), _received)
    for name, help_text in (
        ("--good", tr("back on the shelf")),
        ("--bad", tr("here, and not for sale")),
    ):
        received.add_argument(name, nargs="+", default=["0"], metavar="N|CODE=N", help=help_text)
    received.add_argument("--note", default="", metavar=tr("TEXT"), help=tr("what was seen"))
    exchange = _of_one(group, "exchange", tr("send the other goods"), _exchange)
    how = exchange.add_mutually_exclusive_group(required=True)
    how.add_argument("--parcel", action="store_true", help=tr("make a parcel to pack and label"))
    how.add_argument("--number", metavar=tr("WAYBILL"), help=tr("it left with this number"))
    exchange.add_argument("--carrier", default="", metavar=tr("NAME"), help=tr("sf, zto, yunda …"))
    evidence = _of_one(group, "evidence", tr("prove a refund made outside"), _evidence)
    evidence.add_argument("files", nargs="+", type=Path, metavar=tr("FILE"))
    evidence.add_argument("--words", default="", metavar=tr("TEXT"), help=tr("what was paid, how"))
    add_reasons(group)


def _of_one(group: Commands, name: str, help_text: str, run: Any) -> argparse.ArgumentParser:
    parser = group.add(name, help_text, run)
    parser.add_argument("id", metavar="ID", help=tr("the after-sale's number"))
    parser.add_argument("--shop", default="", metavar=tr("NAME"), help=tr("its shop"))
    return parser


def fen(text: str) -> int:
    """``12.30`` as 1230. Raises ``UserError`` (``usage``)."""
    if not _YUAN.fullmatch(text.strip()):
        raise UserError(
            "usage",
            T("“{value}” is not an amount.", value=text),
            T("Write yuan and fen, like 12.30."),
        )
    yuan, _, cents = text.strip().partition(".")
    return int(yuan) * 100 + int(cents.ljust(2, "0") or 0)


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import queries

    chosen = queries.CaseFilter(
        shop=wanted.shop,
        stage=wanted.state or "",
        kind=wanted.kind or "",
        order=wanted.order,
        open_only=wanted.open,
    )
    with context.services() as services:
        rows = queries.case_rows(services.work, chosen, limit=wanted.limit)
        found = queries.case_count(services.work, chosen)
    columns = (
        Column("id", "ID"),
        Column("shop", tr("Shop")),
        Column("order_id", tr("Order")),
        Column("kind", tr("Kind"), show=words.kind),
        Column("stage", tr("Stage"), show=_stage),
        Column("amount", tr("Amount (yuan)"), right=True, show=words.yuan),
        Column("deadline_at", tr("Answer by")),
        Column("reason", tr("Reason")),
    )
    return CommandResult(
        [case_row(r) for r in rows], columns=columns, summary=count_line(len(rows), found)
    )


def _stage(value: object) -> str:
    from app.services.after_sales.steps import stage_words

    return str(stage_words(str(value)))


def case_row(row: CaseRow) -> dict[str, Any]:
    """The contract's keys; the amount in fen."""
    return {
        "id": row.id,
        "shop": row.shop,
        "order_id": row.order_id,
        "kind": row.kind,
        "stage": row.stage,
        "status": row.status,
        "amount": row.amount_fen,
        "deadline_at": row.deadline_at,
        "goods": [
            {
                "product_id": g.product_id,
                "sku_id": g.sku_id,
                "sku": g.sku_code,
                "quantity": g.quantity,
                "gift": g.gift,
            }
            for g in row.goods
        ],
        "parcels": list(row.parcels + row.exchange_parcels),
        "reason": row.reason,
    }


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import queries

    with context.services() as services:
        shop = queries.find_shop(services.work, wanted.id, wanted.shop)
        row = queries.case_row(services.work, shop, wanted.id)
    shown = {
        **case_row(row),
        "price_difference": row.price_difference,
        "words": row.words,
        "media": list(row.media),
        "new_sku": row.new_sku_code,
        "return": {"company": row.return_company, "number": row.return_number},
        "exchange": {"company": row.exchange_company, "number": row.exchange_number},
        "exchange_parcels": list(row.exchange_parcels),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "received_at": row.received_at,
        "note": row.received_note,
    }
    return CommandResult([shown], summary=_text(row))


def _text(row: CaseRow) -> str:
    # A stage this program does not know is told in the platform's own word.
    platform = f" ({row.status})" if row.stage == AfterSaleStage.UNKNOWN else ""
    amount = words.yuan(row.amount_fen)
    lines = [
        tr("After-sale {id} of order {order}", id=row.id, order=row.order_id),
        f"{words.kind(row.kind)}  {_stage(row.stage)}{platform}  ¥{amount}",
        *(f"  {g.sku_code or g.sku_id} ×{g.quantity}" for g in row.goods),
        f"{row.reason} {row.words}".strip(),
    ]
    if row.return_number:
        lines.append(tr("Coming back: {number}", number=row.return_number))
    if row.exchange_number:
        lines.append(tr("Sent instead: {number}", number=row.exchange_number))
    return "\n".join(line for line in lines if line)


def _accept(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services import after_sales
    from app.services.after_sales import answers, queries

    with context.services() as services:
        work = services.work
        shop = queries.find_shop(work, wanted.id, wanted.shop)
        after_sales.refresh(work, shop, [wanted.id])
        row = queries.case_row(work, shop, wanted.id)
        back = row.kind in {AfterSaleKind.RETURN, AfterSaleKind.EXCHANGE}
        if back and row.stage in {AfterSaleStage.ASKED, AfterSaleStage.WAIT_BUYER}:
            done = answers.accept_return(work, shop, wanted.id, wanted.address)
        else:
            done = _refund(work, shop, wanted.id, wanted.confirm_amount)
    return _answered(done)


def _refund(work: Workplace, shop: str, after_sale_id: str, confirm_fen: int | None) -> Answered:
    """Pay. Whoever did not repeat the amount is told which option does."""
    from app.services.after_sales import answers, queries

    try:
        return answers.refund(work, shop, after_sale_id, confirm_fen=confirm_fen)
    except UserError as error:
        if error.code != "confirm_amount":
            raise
        amount = words.yuan(queries.case_row(work, shop, after_sale_id).amount_fen)
        remedy = T("To pay, add: --confirm-amount {amount}", amount=amount)
        raise UserError(error.code, error.message, remedy, ref=error.ref) from error


def _reject(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import answers

    return _answer(
        wanted,
        context,
        lambda work, shop: answers.reject(
            work, shop, wanted.id, wanted.reason, wanted.words, list(wanted.evidence)
        ),
    )


def _received(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import answers

    good, bad = _pieces(wanted.good), _pieces(wanted.bad)
    return _answer(
        wanted,
        context,
        lambda work, shop: answers.received(work, shop, wanted.id, good, bad, wanted.note),
    )


def _evidence(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import answers

    return _answer(
        wanted,
        context,
        lambda work, shop: answers.send_evidence(
            work, shop, wanted.id, list(wanted.files), wanted.words
        ),
    )


def _exchange(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import exchanges, queries

    with context.services() as services:
        shop = queries.find_shop(services.work, wanted.id, wanted.shop)
        if wanted.parcel:
            parcel = exchanges.make_parcel(services.work, shop, wanted.id)
            row = {"id": wanted.id, "result": "parcel", "parcel": parcel}
            summary = tr("Parcel {parcel} waits for its label.", parcel=parcel)
        else:
            result = exchanges.ship(services.work, shop, wanted.id, wanted.carrier, wanted.number)
            row = {"id": wanted.id, "result": result, "parcel": ""}
            summary = tr("The shop hears of it with: outbox drain")
    columns = (
        Column("id", "ID"),
        Column("result", tr("Result"), show=words.result),
        Column("parcel", tr("Parcel")),
    )
    return CommandResult([row], columns=columns, summary=summary)


def _answer(wanted: argparse.Namespace, context: Context, give: Any) -> CommandResult:
    from app.services.after_sales import queries

    with context.services() as services:
        work: Workplace = services.work
        return _answered(give(work, queries.find_shop(work, wanted.id, wanted.shop)))


def _answered(done: Answered) -> CommandResult:
    row = {
        "id": done.after_sale_id,
        "shop": done.shop,
        "result": done.result,
        "stage": done.stage,
        "status": done.status,
    }
    columns = (
        Column("id", "ID"),
        Column("result", tr("Result"), show=words.result),
        Column("stage", tr("Stage"), show=_stage),
    )
    return CommandResult([row], columns=columns)


def _pieces(given: list[str]) -> int | dict[str, int]:
    """``2`` is a number for the one item, ``CODE=2`` names the item."""
    if len(given) == 1 and given[0].isdecimal():
        return int(given[0])
    found: dict[str, int] = {}
    for entry in given:
        code, sign, number = entry.rpartition("=")
        if not sign or not number.isdecimal():
            raise UserError(
                "usage",
                T("“{value}” is not a number of pieces.", value=entry),
                T("Write 2, or CODE=2 for each item."),
            )
        found[code] = int(number)
    return found
