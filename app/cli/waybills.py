"""``waybill returns | boxes | check | balances | ledger | void-unused | templates``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import label_templates, number_ledger, quotes, reach, words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, ErrorRow
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.services.numbers.balances import Shortage
    from app.services.numbers.boxes import Boxes
    from app.services.numbers.number_returns import ReturnRow
    from app.services.workplace import Workplace


def add(waybill: Commands) -> None:
    """More commands of the ``waybill`` group."""
    returns = waybill.add("returns", tr("numbers on their way back"), _returns)
    returns.add_argument("--all", action="store_true", help=tr("also those given back today"))
    which = returns.add_mutually_exclusive_group()
    which.add_argument(
        "--acknowledge", metavar=tr("WAYBILL"), help=tr("a refused one is seen: show it no more")
    )
    which.add_argument(
        "--retry", metavar=tr("WAYBILL"), help=tr("ask once more to take a refused one back")
    )

    boxes = waybill.add("boxes", tr("how many boxes a shipment has"), _boxes)
    boxes.add_argument("which", metavar=tr("WAYBILL"), help=tr("its number, or the parcel's id"))
    change = boxes.add_mutually_exclusive_group()
    change.add_argument(
        "--add", type=positive, metavar="N", help=tr("numbers for so many more boxes")
    )
    change.add_argument(
        "--count", type=positive, metavar="N", help=tr("so many boxes, before the number is taken")
    )
    change.add_argument(
        "--none", action="store_true", help=tr("you looked: the boxes in doubt do not exist")
    )

    reach.add_check(
        waybill.add("check", tr("what would be refused; books nothing"), reach.run_check)
    )

    balances = waybill.add("balances", tr("labels left in the e-waybill accounts"), _balances)
    balances.add_argument("--shop", metavar=tr("NAME"), help=tr("of this shop only"))
    balances.add_argument(
        "--fresh", action="store_true", help=tr("read them from shops and carriers now")
    )

    number_ledger.add(waybill)
    quotes.add(waybill)
    label_templates.add(waybill)


def _returns(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.numbers import number_returns

    with context.services() as services:
        work = services.work
        if wanted.acknowledge:
            number_returns.acknowledge(work, number_returns.id_of(work, wanted.acknowledge))
        if wanted.retry:
            number_returns.retry(work, number_returns.id_of(work, wanted.retry))
        found = number_returns.listed(work, everything=wanted.all)
    columns = (
        Column("waybill", tr("Waybill")),
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("state", tr("State"), show=words.number_return),
        Column("attempts", tr("Attempts"), right=True),
        Column("next_at", tr("Next try")),
        Column("reason", tr("Reason")),
        Column("stake", tr("At stake")),
    )
    return CommandResult([_return_row(r) for r in found], columns=columns)


def _return_row(row: ReturnRow) -> dict[str, Any]:
    return {
        "waybill": row.number,
        "parcel": row.parcel,
        "carrier": row.carrier,
        "route": row.route,
        "account": row.account,
        "shop": row.shop,
        "state": row.state.value,
        "since": row.since,
        "attempts": row.attempts,
        "next_at": row.next_at,
        "code": row.code,
        "reason": str(row.reason or ""),
        "remedy": str(row.remedy or ""),
        "stake": str(row.stake),
    }


def _boxes(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.numbers import boxes
    from app.services.parcels import parcel_queries

    with context.services() as services:
        work = services.work
        parcel = parcel_queries.parcel_of_waybill(work, wanted.which) or wanted.which
        if wanted.add:
            found = boxes.add(work, parcel, wanted.add)
        elif wanted.count:
            found = boxes.set_count(work, parcel, wanted.count)
        elif wanted.none:
            found = boxes.none_came(work, parcel)
        else:
            found = boxes.of(work, parcel)
    columns = (Column("box", tr("Box"), right=True), Column("waybill", tr("Waybill")))
    return CommandResult(
        _box_rows(found),
        columns=columns,
        warnings=[str(found.warning)] if found.warning else (),
    )


def _box_rows(found: Boxes) -> list[dict[str, Any]]:
    numbers = [*found.numbers, *[""] * found.missing]
    return [
        {"parcel": found.parcel, "waybill": number, "box": n, "boxes": len(numbers)}
        for n, number in enumerate(numbers, start=1)
    ]


def _balances(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.domain.companies import company
    from app.services.numbers import balances

    errors: list[ErrorRow] = []
    with context.services() as services:
        work = services.work
        if wanted.fresh:
            known = dict.fromkeys(b.shop for b in balances.listed(work) if b.shop)
            asked = [shop for shop in known if wanted.shop in {None, shop}]
            errors = [_not_read(shop) for shop in asked if not balances.refresh(work, shop)]
            if wanted.shop is None:
                errors += [_not_read(account) for account in balances.refresh_direct(work)]
        found = [b for b in balances.listed(work) if wanted.shop in {None, b.shop}]
    rows = [
        {
            "shop": b.shop,
            "account": b.account,
            "carrier": b.carrier,
            "name": str(company(b.carrier).name),
            "left": b.left,
            "low": b.low,
            "threshold": b.threshold,
            "template": b.template_id or ("single" if b.shop else ""),
            "fetched_at": b.fetched_at,
        }
        for b in found
    ]
    columns = (
        Column("shop", tr("Shop")),
        Column("name", tr("Carrier")),
        Column("account", tr("Account")),
        Column("left", tr("Labels left"), right=True),
        Column("fetched_at", tr("Read at")),
    )
    return CommandResult(rows, errors, columns, done=len(rows))


def _not_read(shop: str) -> ErrorRow:
    return ErrorRow(
        "shop_no_answer",
        tr("The balances could not be read now."),
        tr("See why with: doctor"),
        shop,
        later=True,
    )


def shortage_warnings(work: Workplace, wave: str) -> list[str]:
    """One sentence for each account that has too few labels for the wave."""
    from app.domain.companies import company
    from app.services.numbers import balances
    from app.services.waves import waves

    with work.db.read() as tx:
        wave_id = waves.find_wave(tx, wave).id

    def sentence(short: Shortage) -> str:
        return str(
            T(
                "{shop}: {carrier} has {n} labels left, this batch needs {needed}. Top up at the "
                "carrier's branch, or choose another carrier for {missing}.",
                shop=short.shop or short.account,
                carrier=company(short.carrier).name,
                n=short.balance,
                needed=short.needed,
                missing=short.missing,
            )
        )

    return [sentence(short) for short in balances.before_batch(work, wave_id=wave_id)]
