"""``aftersales reasons``: the platform's reasons and the shop's own sentences."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.domain.text import tr

if TYPE_CHECKING:
    from app.services.after_sales.reasons import Template


def add_reasons(group: Commands) -> None:
    reasons = group.group("reasons", tr("why an after-sale is refused"), _list)
    listing = reasons.add("list", tr("the platform's reasons, and your sentences"), _list)
    listing.add_argument("--shop", default="", metavar=tr("NAME"), help=tr("this shop only"))
    fresh = reasons.add("add", tr("a new sentence"), _add)
    fresh.add_argument("text", metavar=tr("TEXT"))
    fresh.add_argument("--shop", default="", metavar=tr("NAME"), help=tr("this shop only"))
    other = reasons.add("change", tr("other words for a sentence"), _change)
    other.add_argument("id", metavar="ID")
    other.add_argument("text", metavar=tr("TEXT"))
    for parser in (fresh, other):
        parser.add_argument(
            "--reason", type=positive, metavar="N", help=tr("the platform's reason it goes with")
        )
    gone = reasons.add("remove", tr("take a sentence off the list"), _remove)
    gone.add_argument("id", metavar="ID")


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import reasons
    from app.services.sync import syncing

    rows: list[dict[str, Any]] = []
    with context.services() as services:
        for shop in syncing.shop_ids(services.work, getattr(wanted, "shop", "") or None):
            rows += [
                {"kind": "platform", "id": "", "reason": r.code, "shop": shop, "text": r.text}
                for r in reasons.platform(services.work, shop)
            ]
        rows += [_row(t) for t in reasons.templates(services.work, getattr(wanted, "shop", ""))]
    return _table(rows)


def _add(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import reasons

    with context.services() as services:
        template = reasons.add(
            services.work, wanted.text, reason=wanted.reason, shop_id=wanted.shop
        )
    return _table([_row(template)])


def _change(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import reasons

    with context.services() as services:
        template = reasons.change(services.work, wanted.id, wanted.text, reason=wanted.reason)
    return _table([_row(template)])


def _remove(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.after_sales import reasons

    with context.services() as services:
        reasons.remove(services.work, wanted.id)
    return CommandResult([{"id": wanted.id, "result": "removed"}])


def _row(template: Template) -> dict[str, Any]:
    return {
        "kind": "own",
        "id": template.id,
        "reason": template.reason,
        "shop": template.shop,
        "text": template.text,
    }


def _table(rows: list[dict[str, Any]]) -> CommandResult:
    columns = (
        Column("kind", tr("Kind"), show=words.kind),
        Column("reason", tr("Reason")),
        Column("text", tr("Text")),
        Column("shop", tr("Shop")),
        Column("id", "ID"),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))
