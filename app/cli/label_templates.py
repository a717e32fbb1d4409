"""``waybill templates list | show | set | save | delete``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult
from app.domain.errors import UserError
from app.domain.label_templates import OPTION_NAMES, LabelTemplate, options_of
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.services.printing.label_templates import TemplateRow
    from app.services.workplace import Workplace


def add(waybill: Commands) -> None:
    group = waybill.group("templates", tr("what the shop's labels say in their lower part"), _list)
    _shop(group.add("list", tr("the templates, and the accounts that use them"), _list))
    show = group.add("show", tr("one template, line by line"), _show)
    show.add_argument("template", metavar=tr("TEMPLATE"))
    _shop(show)
    choose = group.add("set", tr("make the labels of an account with a template"), _set)
    choose.add_argument("account", metavar=tr("ACCOUNT"))
    choose.add_argument("template", metavar=tr("TEMPLATE"), help=tr("its id; single: the standard"))
    _shop(choose)
    save = group.add("save", tr("a new template, or new lines for a known one"), _save)
    save.add_argument("name", metavar=tr("NAME"))
    save.add_argument("--carrier", required=True, metavar=tr("CARRIER"), help=tr("zto, yto …"))
    save.add_argument(
        "--lines",
        required=True,
        metavar="A,B,…",
        help=tr("in this order: {names}", names=", ".join(OPTION_NAMES)),
    )
    save.add_argument("--default", action="store_true", help=tr("the carrier's usual template"))
    _shop(save)
    delete = group.add("delete", tr("delete a template"), _delete)
    delete.add_argument("template", metavar=tr("TEMPLATE"))
    _shop(delete)


def _shop(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shop", metavar=tr("NAME"), help=tr("of this shop"))


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import label_templates
    from app.services.sync import syncing

    with context.services() as services:
        work = services.work
        shops = syncing.shop_ids(work, getattr(wanted, "shop", None))
        found = [row for shop in shops for row in label_templates.listed(work, shop)]
    columns = (
        Column("shop", tr("Shop")),
        Column("carrier", tr("Carrier"), show=words.carrier),
        Column("template", tr("Template")),
        Column("name", tr("Name")),
        Column("accounts", tr("Accounts")),
    )
    return CommandResult([_row(r) for r in found], columns=columns)


def _row(row: TemplateRow) -> dict[str, Any]:
    return {
        "shop": row.shop,
        "carrier": row.carrier,
        "template": row.template.template_id,
        "name": row.template.name,
        "default": row.template.is_default,
        "accounts": list(row.accounts),
        "changed_at": row.template.changed_at,
    }


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import label_templates

    with context.services() as services:
        shop = _shop_of(services.work, wanted.shop)
        kept = _known(services.work, shop, wanted.template)
        template = label_templates.show(
            services.work, shop, kept.delivery_id, kept.template.template_id
        )
    rows = [
        {
            "line": n,
            "option": option.option,
            "name": OPTION_NAMES[option.option] if option.option in range(8) else "",
            "shown": option.shown,
            "large": option.large,
            "bold": option.bold,
        }
        for n, option in enumerate(template.options, start=1)
    ]
    columns = (
        Column("line", "#", right=True),
        Column("name", tr("What")),
        Column("shown", tr("Printed")),
        Column("large", tr("Large")),
        Column("bold", tr("Bold")),
    )
    return CommandResult(rows, columns=columns)


def _set(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import label_templates

    with context.services() as services:
        shop = _shop_of(services.work, wanted.shop)
        label_templates.choose(services.work, shop, wanted.account, wanted.template)
    row = {"shop": shop, "account": wanted.account, "template": wanted.template}
    return CommandResult([row], summary=tr("The next labels are made with it."))


def _save(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.domain.companies import company
    from app.services.printing import label_templates

    lines = [line.strip() for line in wanted.lines.split(",") if line.strip()]
    template = LabelTemplate(wanted.name, options_of(lines), is_default=wanted.default)
    with context.services() as services:
        shop = _shop_of(services.work, wanted.shop)
        delivery_id = company(wanted.carrier.lower()).wechat
        template_id = label_templates.save(services.work, shop, delivery_id, template)
    row = {"shop": shop, "carrier": wanted.carrier.lower(), "template": template_id}
    return CommandResult([row], summary=tr("Saved: {template}", template=template_id))


def _delete(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import label_templates

    with context.services() as services:
        shop = _shop_of(services.work, wanted.shop)
        kept = _known(services.work, shop, wanted.template)
        label_templates.delete(services.work, shop, kept.delivery_id, wanted.template)
    row = {"shop": shop, "carrier": kept.carrier, "template": wanted.template}
    return CommandResult([row], summary=tr("Deleted: {template}", template=wanted.template))


def _known(work: Workplace, shop: str, template_id: str) -> TemplateRow:
    from app.domain.label_templates import STANDARD
    from app.services.printing import label_templates

    for row in label_templates.listed(work, shop):
        if row.template.template_id == template_id != STANDARD:
            return row
    raise UserError(
        "no_such_template",
        T("The shop has no label template {template} of its own.", template=template_id),
        T("See them with: waybill templates list"),
        ref=template_id,
    )


def _shop_of(work: Workplace, name: str | None) -> str:
    """The shop that is meant; it need not be named when there is only one."""
    from app.services.sync import syncing

    known = list(syncing.shop_ids(work))
    if name is None and len(known) == 1:
        return known[0]
    if name in known:
        return str(name)
    raise UserError(
        "which_shop",
        T("Say which shop."),
        T("Name one with --shop: {names}.", names=", ".join(known) or "-"),
        ref=name or "",
    )
