"""``listings``: what the shops sell, and which item on the shelf each of it is."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.orders import DEFAULT_LIMIT
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, ErrorRow, count_line, error_rows, of_batch
from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, tr

if TYPE_CHECKING:
    from app.services.listings.suggestions import ListingRow
    from app.services.workplace import Workplace


def add(commands: Commands) -> None:
    group = commands.group("listings", tr("what the shops sell, and what it is on the shelf"))
    pull = group.add("pull", tr("fetch the shops' products"), _pull)
    _shop(pull)
    _barcodes(pull)
    pull.add_argument(
        "--pictures", action="store_true", help=tr("also fetch pictures for items without one")
    )
    listing = group.add("list", tr("every listing with its item, the unmapped first"), _list)
    _shop(listing)
    listing.add_argument(
        "--unmapped", action="store_true", help=tr("only those that no item is known for")
    )
    listing.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))
    listing.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N", help=tr("at most so many")
    )
    mapped = group.add("map", tr("say which item a listing is"), _map)
    mapped.add_argument("product", metavar=tr("PRODUCT"), help=tr("the shop's product id"))
    mapped.add_argument("sku_id", metavar=tr("SKU_ID"), help=tr("the shop's id of the variant"))
    mapped.add_argument("sku", metavar="SKU", help=tr("the item's code or bar code"))
    mapped.add_argument(
        "--times", type=positive, default=1, metavar="N", help=tr("pieces of the item in one sold")
    )
    _shop(mapped)
    accept = group.add("accept", tr("map every listing whose code is exactly one item's"), _accept)
    _shop(accept)
    _barcodes(accept)
    create = group.add("create-skus", tr("make items of listings that have a code"), _create)
    _shop(create)
    create.add_argument("--dry-run", action="store_true", help=tr("only show what would happen"))
    shelf = group.add("shelf", tr("put a product on sale or take it off"), _shelf)
    shelf.add_argument("product", metavar=tr("PRODUCT"), help=tr("the shop's product id"))
    way = shelf.add_mutually_exclusive_group(required=True)
    way.add_argument("--on", action="store_true", help=tr("put it on sale"))
    way.add_argument("--off", action="store_true", help=tr("take it off"))
    _shop(shelf)


def _shop(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shop", metavar=tr("NAME"), help=tr("this shop only"))


def _barcodes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--copy-barcodes",
        action="store_true",
        help=tr("give items without a bar code the one the shop has on file"),
    )


def _pull(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.listings import creating, pictures, pulling
    from app.services.sync import syncing

    rows: list[dict[str, Any]] = []
    errors: list[ErrorRow] = []
    remedy = str(T("Look at this product in the shop's console, then fetch again."))
    with context.services() as services:
        for shop in syncing.shop_ids(services.work, wanted.shop):
            try:
                with context.show_progress(shop) as progress:
                    result = pulling.pull(services.work, shop, progress, context.cancel)
            except PackbenchError as error:
                errors += [
                    ErrorRow(e.code, e.message, e.remedy, e.ref or shop, e.later)
                    for e in error_rows(error)
                ]
                continue
            copied = (
                creating.copy_barcodes(services.work, shop=shop) if wanted.copy_barcodes else ()
            )
            rows.append(
                {
                    "shop": shop,
                    "products": result.products,
                    "new": result.new,
                    "changed": result.changed,
                    "same": result.same,
                    "gone": result.gone,
                    "mapped": result.mapped,
                    "barcodes": len(copied),
                    "failed": len(result.failed),
                }
            )
            errors += [
                ErrorRow("listing_unreadable", str(reason), remedy, product_id)
                for product_id, reason in result.failed.items()
            ]
        if wanted.pictures:
            with context.show_progress(tr("Pictures")) as progress:
                pictures.fetch_missing(
                    services.work, services.paths.pictures, progress=progress, cancel=context.cancel
                )
    columns = (
        Column("shop", tr("Shop")),
        Column("products", tr("Products"), right=True),
        Column("new", tr("New"), right=True),
        Column("changed", tr("Changed"), right=True),
        Column("same", tr("Unchanged"), right=True),
        Column("gone", tr("Gone"), right=True),
    )
    summary = "" if rows or errors else tr("No shop is connected yet: config apply")
    return CommandResult(rows, errors, columns, summary, done=len(rows))


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.listings import suggestions

    with context.services() as services:
        asked = {
            "shop": _known_shop(services.work, wanted),
            "unmapped": wanted.unmapped,
            "search": wanted.search,
        }
        found = suggestions.for_listings(services.work, **asked, limit=wanted.limit)
        whole = len(found)
        if whole == wanted.limit:
            whole = suggestions.count(services.work, **asked)
    columns = (
        Column("product_id", tr("Product")),
        Column("sku_id", tr("Variant")),
        Column("name", tr("Name")),
        Column("sku_code", tr("Shop's code")),
        Column("sku", tr("Item")),
        Column("times", tr("Pieces"), right=True),
        Column("candidates", tr("Perhaps"), show=_candidates),
        Column("blocked", tr("Orders waiting"), right=True),
    )
    return CommandResult(
        [_listing_row(r) for r in found], columns=columns, summary=count_line(len(found), whole)
    )


def _known_shop(work: Workplace, wanted: argparse.Namespace) -> str:
    """The shop asked for, "" for all. Raises ``UserError`` for an unknown name."""
    from app.services.sync import syncing

    if not wanted.shop:
        return ""
    return syncing.shop_ids(work, wanted.shop)[0]


def _candidates(found: object) -> str:
    entries = found if isinstance(found, list) else []
    return ", ".join(f"{c['sku']} ({words.likeness(c['why'])})" for c in entries)


def _listing_row(row: ListingRow) -> dict[str, Any]:
    return {
        "shop": row.shop,
        "product_id": row.product_id,
        "sku_id": row.sku_id,
        "name": f"{row.title} {row.spec}".strip(),
        "sku_code": row.sku_code,
        "barcode": row.barcode,
        "status": row.status,
        "price_fen": row.price_fen,
        "shop_stock": row.shop_stock,
        "sku": row.sku,
        "times": row.times,
        "by": row.by,
        "ambiguous": row.ambiguous,
        "blocked": row.blocked,
        "image_url": row.image_url,
        "candidates": [
            {
                "sku": c.sku,
                "name": f"{c.name} {c.spec}".strip(),
                "why": c.why,
                "likeness": c.likeness,
            }
            for c in row.candidates
        ],
    }


def _map(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.listings import by_hand

    with context.services() as services:
        done = by_hand.map_listing(
            services.work,
            wanted.product,
            wanted.sku_id,
            wanted.sku,
            times=wanted.times,
            shop=wanted.shop or "",
        )
    row = {
        "product_id": wanted.product,
        "sku_id": wanted.sku_id,
        "sku": wanted.sku,
        "times": wanted.times,
        "lines": done,
    }
    summary = ntr(
        "Matched. {n} waiting order line follows.", "Matched. {n} waiting order lines follow.", done
    )
    return CommandResult([row], summary=summary)


def _accept(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.listings import creating, suggestions

    with context.services() as services:
        shop = _known_shop(services.work, wanted)
        found = suggestions.accept(services.work, shop=shop)
        if wanted.copy_barcodes:
            creating.copy_barcodes(services.work, shop=shop)
    return _by_result(
        (
            {
                "shop": r.shop,
                "product_id": r.product_id,
                "sku_id": r.sku_id,
                "name": f"{r.title} {r.spec}".strip(),
                "sku": r.sku,
                "result": r.result,
            }
            for r in found
        ),
        tr("No listing without an item has the code of exactly one item."),
    )


def _create(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.listings import creating

    with context.services() as services:
        shop = _known_shop(services.work, wanted)
        found = creating.create_skus(services.work, shop=shop, dry_run=wanted.dry_run)
    return _by_result(
        (
            {
                "shop": r.shop,
                "product_id": r.product_id,
                "sku_id": r.sku_id,
                "name": f"{r.title} {r.spec}".strip(),
                "sku": r.sku,
                "result": r.result,
            }
            for r in found
        ),
        tr("Every listing with a code has its item."),
    )


def _by_result(found: Iterable[dict[str, Any]], nothing: str) -> CommandResult:
    """Rows with a ``result``; what a person must decide is an error too."""
    rows = list(found)
    summary = count_line(len(rows)) if rows else nothing
    remedy = str(T("Say what it is: listings map PRODUCT SKU_ID SKU"))
    said = {
        "ambiguous": T("Listings with other titles have the same code."),
        "code_too_long": T("The listing's code is too long for an item."),
    }
    errors = [
        ErrorRow(r["result"], str(said[r["result"]]), remedy, f"{r['product_id']}/{r['sku_id']}")
        for r in rows
        if r["result"] in said
    ]
    columns = (
        Column("product_id", tr("Product")),
        Column("sku_id", tr("Variant")),
        Column("name", tr("Name")),
        Column("sku", tr("Item")),
        Column("result", tr("Result"), show=words.result),
    )
    return CommandResult(rows, errors, columns, summary, done=len(rows) - len(errors))


def _shelf(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.listings import shelf

    with context.services() as services:
        done = shelf.put(services.work, wanted.product, on=wanted.on, shop=wanted.shop or "")
    columns = (
        Column("product_id", tr("Product")),
        Column("title", tr("Name")),
        Column("status", tr("Status"), show=words.shelf),
        Column("result", tr("Result"), show=words.result),
    )
    return of_batch(
        [done],
        lambda r: {
            "shop": r.shop,
            "product_id": r.product_id,
            "title": r.title,
            "status": r.status,
            "result": r.result,
        },
        lambda r: r.product_id,
        columns,
    )
