"""``goods``: what is known of an item beside its stock."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.orders import DEFAULT_LIMIT
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, Row, count_line
from app.domain.states import SkuKind
from app.domain.text import Text, tr

if TYPE_CHECKING:
    from app.services.stock.goods import Goods

_TEXTS = ("name", "spec", "short_name", "note")
_NUMBERS = (
    "weight_g",
    "length_mm",
    "width_mm",
    "height_mm",
    "safety",
    "lead_days",
    "pack_quantity",
    "keep_days",
)
_FLAGS = ("batch_tracked", "serial_tracked")
_YES_NO = ("yes", "no")


def add(commands: Commands) -> None:
    group = commands.group("goods", tr("items on the shelf: names, codes, sizes, weights"))
    listing = group.add("list", tr("every item"), _list)
    listing.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))
    listing.add_argument("--kind", choices=list(SkuKind), help=tr("only of this kind"))
    listing.add_argument("--archived", action="store_true", help=tr("those put away"))
    listing.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N", help=tr("at most so many")
    )
    show = _on_one(group, "show", tr("one item, with its figures and how long it lasts"), _show)
    _decides(show)
    change = _on_one(group, "set", tr("change an item, or make one"), _set)
    change.add_argument("--new", action="store_true", help=tr("make it"))
    change.add_argument("--kind", choices=["good", "packing"], help=tr("what it is for"))
    for name in _TEXTS:
        change.add_argument(_flag(name), metavar=tr("TEXT"), help=_help()[name])
    for name in _NUMBERS:
        change.add_argument(_flag(name), type=int, metavar="N", help=_help()[name])
    for name in _FLAGS:
        change.add_argument(_flag(name), choices=_YES_NO, help=_help()[name])
    change.add_argument(
        "--revision", type=positive, metavar="N", help=tr("only if nobody changed it since")
    )
    barcode = _on_one(group, "barcode", tr("give an item a barcode, or take it away"), _barcode)
    barcode.add_argument("barcode", metavar=tr("BARCODE"))
    barcode.add_argument("--remove", action="store_true", help=tr("take it away"))
    picture = _on_one(group, "picture", tr("the picture of an item"), _picture)
    picture.add_argument("file", type=Path, nargs="?", metavar=tr("FILE"))
    picture.add_argument("--remove", action="store_true", help=tr("take it away"))
    archive = _on_one(group, "archive", tr("put an item away that is used no more"), _archive)
    archive.add_argument("--undo", action="store_true", help=tr("use it again"))
    weigh = _on_one(group, "weigh", tr("what the scales say of an item"), _weigh)
    weigh.add_argument("grams", type=positive, metavar="G")
    weigh.add_argument(
        "--pieces", type=positive, default=1, metavar="N", help=tr("so many lie on the scales")
    )
    weigh.add_argument("--replace", action="store_true", help=tr("forget the weight known before"))
    _decides(weigh)
    alike = _on_one(group, "alike", tr("items that are easily taken for this one"), _alike)
    alike.add_argument("other", nargs="?", default="", metavar=tr("ANOTHER"))
    alike.add_argument("--note", default="", metavar=tr("TEXT"), help=tr("how to tell them apart"))
    alike.add_argument("--remove", action="store_true", help=tr("they are not mixed up any more"))
    box = group.add("box", tr("the box a parcel goes in; it is used up with it"), _box)
    box.add_argument("parcel", metavar=tr("PARCEL"))
    box.add_argument("box", nargs="?", default="", metavar=tr("BOX"), help=tr("none: suggest one"))
    box.add_argument("--none", action="store_true", help=tr("none of ours"))
    group.add("boxes", tr("packing material, the smallest first"), _boxes)


def _help() -> dict[str, str]:
    return {
        "name": tr("its name"),
        "spec": tr("its variant"),
        "short_name": tr("its name on labels and lists"),
        "note": tr("a note"),
        "weight_g": tr("weight of a piece in g"),
        "length_mm": tr("length in mm"),
        "width_mm": tr("width in mm"),
        "height_mm": tr("height in mm"),
        "safety": tr("order more below so many"),
        "lead_days": tr("days from ordering to receiving"),
        "pack_quantity": tr("suppliers sell so many at once"),
        "keep_days": tr("a batch with fewer days left is not sent"),
        "batch_tracked": tr("kept by batch"),
        "serial_tracked": tr("every piece has a number"),
    }


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _on_one(
    group: Commands,
    name: str,
    help_text: str,
    run: Callable[[argparse.Namespace, Context], CommandResult],
) -> argparse.ArgumentParser:
    command = group.add(name, help_text, run)
    command.add_argument("item", metavar="SKU", help=tr("its code, or a barcode of it"))
    return command


def _decides(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--sku", default="", metavar="SKU", help=tr("which one, when several have the barcode")
    )


def _row(goods: Goods) -> dict[str, Any]:
    return {
        "sku": goods.sku,
        "name": goods.name,
        "spec": goods.spec,
        "short_name": goods.short_name,
        "product": goods.product,
        "kind": goods.kind,
        "barcodes": list(goods.barcodes),
        "picture": goods.picture,
        "bin": goods.bin,
        "weight_g": goods.weight_g,
        "weight_samples": goods.weight_samples,
        "length_mm": goods.length_mm,
        "width_mm": goods.width_mm,
        "height_mm": goods.height_mm,
        "safety": goods.safety,
        "lead_days": goods.lead_days,
        "pack_quantity": goods.pack_quantity,
        "batch_tracked": goods.batch_tracked,
        "serial_tracked": goods.serial_tracked,
        "keep_days": goods.keep_days,
        "active": goods.active,
        "note": goods.note,
        "revision": goods.revision,
    }


def _result(rows: list[Row], summary: str = "") -> CommandResult:
    columns = (
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("spec", tr("Variant")),
        Column("kind", tr("Kind"), show=words.sku_kind),
        Column("barcodes", tr("Barcodes"), show=words.listed),
        Column("weight_g", tr("Weight in g"), right=True),
        Column("safety", tr("Mark"), right=True),
    )
    return CommandResult(rows, columns=columns, summary=summary)


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import goods

    with context.services() as services:
        found = goods.list_goods(
            services.work,
            wanted.search,
            kind=wanted.kind or "",
            archived=wanted.archived,
            limit=wanted.limit,
        )
    return _result([_row(g) for g in found], count_line(len(found)))


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import goods, stock_detail

    with context.services() as services:
        code = goods.details(services.work, wanted.item, wanted.sku).sku
        found = stock_detail.stock_detail(services.work, code)
    forecast = found.forecast
    row = {
        **_row(found.goods),
        "on_hand": found.on_hand,
        "allocated": found.allocated,
        "available": found.available,
        "defective": found.defective,
        "in_transit": found.in_transit,
        "missing": found.missing,
        "per_day": forecast.per_day,
        "days_left": forecast.days_left,
        "sells_out_at": forecast.sells_out_at,
        "few_data": forecast.few_data,
        "order": found.order.quantity if found.order else 0,
        "reason": str(found.order.reason) if found.order else "",
        "look_alikes": [str(hint.text) for hint in found.look_alikes],
    }
    columns = (
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("barcodes", tr("Barcodes"), show=words.listed),
        Column("weight_g", tr("Weight in g"), right=True),
        Column("on_hand", tr("On hand"), right=True),
        Column("allocated", tr("Allocated"), right=True),
        Column("available", tr("Available"), right=True),
        Column("days_left", tr("Days left"), right=True, show=words.days),
        Column("order", tr("Order"), right=True),
        Column("look_alikes", tr("Mixed up with"), show=words.listed),
    )
    return CommandResult([row], columns=columns, summary=row["reason"])


def _set(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import goods

    given = {name: getattr(wanted, name) for name in (*_TEXTS, *_NUMBERS, "kind")}
    changes = {name: value for name, value in given.items() if value is not None}
    for name in _FLAGS:
        if getattr(wanted, name) is not None:
            changes[name] = getattr(wanted, name) == "yes"
    with context.services() as services:
        if wanted.new:
            found = goods.create(services.work, wanted.item, changes)
        else:
            found = goods.change(services.work, wanted.item, changes, revision=wanted.revision)
    return _result([_row(found)])


def _barcode(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import goods

    with context.services() as services:
        do = goods.remove_barcode if wanted.remove else goods.add_barcode
        do(services.work, wanted.item, wanted.barcode)
        found = goods.details(services.work, wanted.item)
    return _result([_row(found)])


def _picture(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.domain.errors import UserError
    from app.domain.text import T
    from app.services.stock import goods, goods_pictures

    if (wanted.file is None) is not wanted.remove:
        raise UserError(
            "usage", T("Name a picture, or --remove."), T("See {command} --help", command="goods")
        )
    with context.services() as services:
        if wanted.remove:
            goods_pictures.remove_picture(services.work, wanted.item)
        else:
            goods_pictures.set_picture(
                services.work, services.paths.pictures, wanted.item, wanted.file
            )
        found = goods.details(services.work, wanted.item)
    return _result([_row(found)])


def _archive(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import goods

    with context.services() as services:
        do = goods.bring_back if wanted.undo else goods.archive
        found = do(services.work, wanted.item)
    return _result([_row(found)])


def _weigh(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import goods, weights

    with context.services() as services:
        code = goods.details(services.work, wanted.item, wanted.sku).sku
        found = weights.weigh(
            services.work, code, wanted.grams, wanted.pieces, replace=wanted.replace
        )
    row = {
        "sku": found.sku,
        "weight_g": found.weight_g,
        "samples": found.samples,
        "result": "kept" if found.kept else "changed",
    }
    columns = (
        Column("sku", tr("Item")),
        Column("weight_g", tr("Weight in g"), right=True),
        Column("samples", tr("Weighed"), right=True),
        Column("result", tr("Result"), show=words.result),
    )
    kept = tr("A person wrote this weight; to replace it use: --replace")
    return CommandResult([row], columns=columns, summary=kept if found.kept else "")


def _alike(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import goods, look_alikes

    with context.services() as services:
        if wanted.other and wanted.remove:
            look_alikes.forget(services.work, wanted.item, wanted.other)
        elif wanted.other:
            look_alikes.say(services.work, wanted.item, wanted.other, wanted.note)
        one = goods.details(services.work, wanted.item)
        found = look_alikes.hints(services.work, [one.sku_id]).get(one.sku_id, ())
    rows = [
        {"sku": one.sku, "other": h.sku, "why": h.why, "times": h.mistaken, "hint": str(h.text)}
        for h in found
    ]
    columns = (
        Column("other", tr("Item")),
        Column("why", tr("Why"), show=words.alike),
        Column("times", tr("Mixed up"), right=True),
        Column("hint", tr("Hint")),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _box(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import packing_material

    with context.services() as services:
        if wanted.box or wanted.none:
            found = packing_material.say_box(services.work, wanted.parcel, wanted.box)
            result = "changed"
        else:
            found = packing_material.suggest(services.work, wanted.parcel)
            result = "would"
    name: str | Text = found.name if found else ""
    row = {
        "parcel": wanted.parcel,
        "box": found.sku if found else "",
        "name": name,
        "result": result if found or wanted.none else "unknown",
    }
    columns = (
        Column("parcel", tr("Parcel")),
        Column("box", tr("Box")),
        Column("name", tr("Name")),
    )
    return CommandResult([row], columns=columns)


def _boxes(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import packing_material

    with context.services() as services:
        found = packing_material.materials(services.work)
    rows = [
        {
            "sku": m.sku,
            "name": f"{m.name} {m.spec}".strip(),
            "length_mm": m.length_mm,
            "width_mm": m.width_mm,
            "height_mm": m.height_mm,
            "weight_g": m.weight_g,
            "on_hand": m.on_hand,
            "count_it": m.count_it,
        }
        for m in found
    ]
    columns = (
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("length_mm", tr("Length"), right=True),
        Column("width_mm", tr("Width"), right=True),
        Column("height_mm", tr("Height"), right=True),
        Column("weight_g", tr("Weight in g"), right=True),
        Column("on_hand", tr("On hand"), right=True),
        Column("count_it", tr("Count it"), show=lambda v: tr("count it") if v else ""),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))
