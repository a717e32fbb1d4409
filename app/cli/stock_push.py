"""``stock push`` and ``stock reconcile``: what the shops believe to have."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow, count_line, error_rows
from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, tr

if TYPE_CHECKING:
    from app.services.stock.stock_push import PushRow


def add(group: Commands) -> None:
    """Add both to the group ``stock``."""
    push = group.add("push", tr("tell the shops how many pieces they may sell"), _push)
    push.add_argument("--shop", metavar=tr("NAME"), help=tr("this shop only"))
    push.add_argument("--sku", default="", metavar="SKU", help=tr("this item only"))
    push.add_argument("--dry-run", action="store_true", help=tr("only show what would happen"))
    reconcile = group.add(
        "reconcile", tr("where a shop shows another figure than it should"), _reconcile
    )
    reconcile.add_argument("--shop", required=True, metavar=tr("NAME"), help=tr("this shop"))
    way = reconcile.add_mutually_exclusive_group()
    way.add_argument(
        "--apply", action="store_true", help=tr("overwrite the shop's figures with ours")
    )
    way.add_argument(
        "--take-shop",
        nargs="+",
        default=[],
        metavar=tr("LISTING"),
        help=tr("take the shop's figure of these listings as counted here"),
    )


def _push(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import stock_push
    from app.services.sync import syncing

    rows: list[PushRow] = []
    errors: list[ErrorRow] = []
    with context.services() as services:
        shops: Sequence[str] = stock_push.pushing_shops(services.work)
        if wanted.shop or wanted.dry_run:
            shops = syncing.shop_ids(services.work, wanted.shop)
        for shop in shops:
            try:
                with context.show_progress(shop) as progress:
                    if wanted.dry_run:
                        rows += stock_push.push(
                            services.work,
                            shop,
                            sku=wanted.sku,
                            dry_run=True,
                            progress=progress,
                            cancel=context.cancel,
                        )
                    else:
                        rows += stock_push.push_and_send(
                            services.work,
                            shop,
                            sku=wanted.sku,
                            progress=progress,
                            cancel=context.cancel,
                        )
            except PackbenchError as error:
                errors += error_rows(error)
    summary = count_line(len(rows)) if rows or not errors else ""
    if not shops:
        summary = tr('No shop is told its stock: stock_push = "on" in the configuration')
    return _result(rows, errors, summary)


def _reconcile(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import stock_reconciling, stock_taking
    from app.services.sync import syncing

    with context.services() as services:
        (shop,) = syncing.shop_ids(services.work, wanted.shop)
        if wanted.take_shop:
            with context.show_progress(shop) as progress:
                # What was sold already must be here before the shop's figure is believed.
                syncing.sync_shop(services.work, shop, cancel=context.cancel)
                rows = stock_taking.take_shop(
                    services.work,
                    shop,
                    wanted.take_shop,
                    progress=progress,
                    cancel=context.cancel,
                )
            return _result(rows, [], count_line(len(rows)), both_ways=True)
        compare = stock_reconciling.overwrite if wanted.apply else stock_reconciling.differences
        with context.show_progress(shop) as progress:
            rows = compare(services.work, shop, progress=progress, cancel=context.cancel)
        left_out = stock_reconciling.unmapped(services.work, shop)
    summary = ntr("{n} difference.", "{n} differences.", len(rows))
    if left_out:
        summary += " " + ntr(
            "{n} listing without an item is not compared.",
            "{n} listings without an item are not compared.",
            left_out,
        )
    return _result(rows, [], summary, both_ways=True)


def _result(
    rows: Sequence[PushRow], errors: list[ErrorRow], summary: str, *, both_ways: bool = False
) -> CommandResult:
    failed = [row for row in rows if row.code]
    errors = errors + [
        ErrorRow(
            row.code,
            str(row.message or T("This did not work.")),
            str(row.remedy or T("Try again.")),
            f"{row.product_id}/{row.sku_id}",
            row.result == "later",
        )
        for row in failed
    ]
    columns: tuple[Column, ...] = (
        Column("shop", tr("Shop")),
        Column("name", tr("Name")),
        Column("sku", tr("Item")),
        Column("shop_stock", tr("The shop has"), right=True),
        Column("wanted", tr("Should have"), right=True),
        Column("delta", tr("Difference"), right=True),
        Column("result", tr("Result"), show=words.result),
    )
    shown = [_row(row) for row in rows]
    if both_ways:
        columns += (
            Column("here", tr("Free here"), right=True),
            Column("advice", tr("Advice"), show=words.advice),
        )
        for told, row in zip(shown, rows, strict=True):
            told |= {"here": row.here, "advice": row.advice}
    return CommandResult(shown, errors, columns, summary, done=len(rows) - len(failed))


def _row(row: PushRow) -> dict[str, Any]:
    return {
        "shop": row.shop,
        "listing": f"{row.product_id}/{row.sku_id}",
        "name": f"{row.title} {row.spec}".strip(),
        "sku": row.sku,
        "shop_stock": row.shop_stock,
        "wanted": row.wanted,
        "delta": row.delta,
        "result": row.result,
    }
