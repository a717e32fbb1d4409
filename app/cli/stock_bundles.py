"""``stock bundle``: what bundles are made of, and building them ahead."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli.boxes import goods
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.domain.text import tr

if TYPE_CHECKING:
    from app.services.stock.bundles import Bundle


def add(group: Commands) -> None:
    """Add the group ``bundle`` to the group ``stock``."""
    bundle = group.group("bundle", tr("items that are made of other items"))
    make = bundle.add("set", tr("say what a bundle is made of"), _set)
    make.add_argument("sku", metavar="SKU")
    make.add_argument(
        "parts", nargs="+", type=goods, metavar="SKU=QTY", help=tr("what is in one of it")
    )
    make.add_argument(
        "--name", default="", metavar=tr("TEXT"), help=tr("its name; makes the item when it is new")
    )
    show = bundle.add("show", tr("bundles with their parts, and how many there are"), _show)
    show.add_argument("sku", nargs="?", metavar="SKU", help=tr("this bundle only"))
    remove = bundle.add("remove", tr("it is an item of its own from now on"), _remove)
    remove.add_argument("sku", metavar="SKU")
    build = bundle.add("build", tr("parts were put together: count them as wholes"), _build)
    unbuild = bundle.add("unbuild", tr("wholes were taken apart: count the parts"), _unbuild)
    for one in (build, unbuild):
        one.add_argument("sku", metavar="SKU")
        one.add_argument("quantity", type=positive, metavar=tr("QTY"))


def _set(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bundles

    parts: dict[str, int] = {}
    for given in wanted.parts:
        for sku, quantity in given.items():
            parts[sku] = parts.get(sku, 0) + quantity
    with context.services() as services:
        found = bundles.define(services.work, wanted.sku, parts, name=wanted.name)
    return _result([found])


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bundles

    with context.services() as services:
        if wanted.sku:
            return _result([bundles.show(services.work, wanted.sku)])
        return _result(bundles.bundles(services.work))


def _remove(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.stock import figures
    from app.services.stock import bundles

    with context.services() as services:
        bundles.remove(services.work, wanted.sku)
    return figures(context, "", wanted.sku)


def _build(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bundles

    with context.services() as services:
        operation = bundles.build(services.work, wanted.sku, wanted.quantity)
        return _result([bundles.show(services.work, wanted.sku)], operation)


def _unbuild(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bundles

    with context.services() as services:
        operation = bundles.unbuild(services.work, wanted.sku, wanted.quantity)
        return _result([bundles.show(services.work, wanted.sku)], operation)


def _result(found: list[Bundle], operation: str = "") -> CommandResult:
    columns = (
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("on_hand", tr("Built"), right=True),
        Column("built", tr("Built and free"), right=True),
        Column("possible", tr("To be made of parts"), right=True),
        Column("available", tr("Available"), right=True),
        Column("parts", tr("Parts"), show=_parts),
    )
    rows = [_row(bundle, operation) for bundle in found]
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _row(bundle: Bundle, operation: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sku": bundle.sku,
        "name": f"{bundle.name} {bundle.spec}".strip(),
        "on_hand": bundle.on_hand,
        "built": bundle.built,
        "possible": bundle.possible,
        "available": bundle.available,
        "weight_g": bundle.weight_g,
        "parts": [
            {"sku": p.sku, "name": p.name, "quantity": p.each, "available": p.available}
            for p in bundle.parts
        ],
    }
    return row | ({"operation": operation} if operation else {})


def _parts(value: Any) -> str:
    return tr(", ").join(f"{part['sku']} ×{part['quantity']}" for part in value)
