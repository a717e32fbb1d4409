"""``manifest``, ``cards``, ``labels``: papers that are no label of a waybill."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.files import write_file
from app.cli.labels import FORMATS
from app.cli.parser import Commands, media, positive
from app.cli.result import Column, CommandResult, not_out
from app.domain.errors import UserError
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.domain.papers import Grid, Sheet
    from app.ports import Sent
    from app.services.workplace import Workplace

_GOOD = frozenset({"confirmed", "sent"})
_MM_PER_INCH = 25.4
_DPI = 203
_MOST_ON_A_SIDE = 20
# What a row of a paper is about, where it is about something.
_NAMED = {"sku": T("Item"), "bin": T("Bin"), "carrier": T("Carrier"), "count": T("Number")}
# As in app.domain.papers.Arrow.
ARROWS = ("up", "down", "left", "right")


def add(commands: Commands) -> None:
    manifest = commands.group("manifest", tr("what is handed over to the carriers' drivers"))
    for parser in _both(manifest, _manifest_print, _manifest_render, "210x297"):
        parser.add_argument("--carrier", metavar=tr("CARRIER"), help=tr("of this carrier only"))
        parser.add_argument("--wave", metavar=tr("WAVE"), help=tr("all that is sealed of it"))
        parser.add_argument(
            "--date", type=_day, metavar=tr("DAY"), help=tr("all that was sealed on it")
        )
    cards = commands.group("cards", tr("cards that the bench obeys when they are scanned"))
    _both(cards, _cards_print, _cards_render, "210x297")
    labels = commands.group("labels", tr("labels for goods and shelves"))
    product = labels.add("product", tr("a label for each item, with its code"), _product)
    product.add_argument("sku", nargs="+", metavar="SKU")
    product.add_argument(
        "--copies", type=positive, default=1, metavar="N", help=tr("so many of each")
    )
    bins = labels.add("bin", tr("a label for each bin, with a code for the scanner"), _bins)
    bins.add_argument("bin", nargs="*", metavar=tr("BIN"))
    bins.add_argument("--all", action="store_true", help=tr("every bin that holds goods"))
    bins.add_argument(
        "--arrow",
        choices=ARROWS,
        default="",
        metavar=tr("WAY"),
        help=", ".join(ARROWS),
    )
    for parser in (product, bins):
        parser.add_argument(
            "--grid", type=_grid, metavar="CxR", help=tr("so many labels across and down a sheet")
        )
        parser.add_argument("--printer", metavar=tr("NAME"), help=tr("on this printer"))
        _to_file(parser, "40x30", required=False)


def _both(commands: Commands, printing: Any, rendering: Any, paper: str) -> Any:
    """The two commands of a paper: onto a printer, and into a file."""
    onto = commands.add("print", tr("on paper"), printing)
    onto.add_argument("--printer", metavar=tr("NAME"), help=tr("on this printer"))
    into = commands.add("render", tr("into a file"), rendering)
    _to_file(into, paper, required=True)
    return onto, into


def _to_file(parser: argparse.ArgumentParser, paper: str, *, required: bool) -> None:
    parser.add_argument(
        "--out", required=required, type=Path, metavar=tr("FILE"), help=tr("into this file")
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="pdf", metavar=tr("FORMAT"), help=", ".join(FORMATS)
    )
    parser.add_argument(
        "--media", type=media, default=paper, metavar="WxH", help=tr("paper size in mm")
    )
    parser.add_argument(
        "--dpi", type=positive, default=_DPI, metavar="N", help=tr("dots per inch of the head")
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            "usage",
            T("“{value}” is no day.", value=text),
            T("Write it like {example}.", example="2026-11-20"),
        ) from error


def _grid(text: str) -> tuple[int, int]:
    columns, _, rows = text.lower().partition("x")
    if columns.isdecimal() and rows.isdecimal():
        found = int(columns), int(rows)
        if all(1 <= n <= _MOST_ON_A_SIDE for n in found):
            return found
    raise UserError(
        "usage",
        T("“{value}” is no grid.", value=text),
        T("Write how many across and down, like {example}.", example="3x8"),
    )


def _as_grid(wanted: argparse.Namespace) -> Grid | None:
    from app.domain.papers import Grid

    return Grid(*wanted.grid) if wanted.grid else None


def _manifest_print(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import manifests

    with context.services() as services:
        found = _hand_over(wanted, services.work)
        sent = manifests.print_manifest(services.work, found.manifest, wanted.printer)
    return _printed(sent, _part_rows(found), _held(found), tr("The manifest is printed."))


def _manifest_render(wanted: argparse.Namespace, context: Context) -> CommandResult:
    with context.services() as services:
        found = _hand_over(wanted, services.work)
        _write(wanted, services.work, found.manifest)
    rows = [{**row, "file": str(wanted.out)} for row in _part_rows(found)]
    return CommandResult(
        rows,
        columns=_part_columns(),
        summary=tr("Written: {file}", file=wanted.out),
        warnings=_held(found),
    )


def _hand_over(wanted: argparse.Namespace, work: Workplace) -> Any:
    from app.services.printing import manifests

    return manifests.hand_over(work, carrier=wanted.carrier, wave=wanted.wave, day=wanted.date)


def _held(found: Any) -> list[str]:
    if not found.held:
        return []
    return [str(T("{n} sealed parcels are on hold and not on the manifest.", n=found.held))]


def _part_columns() -> tuple[Column, ...]:
    return (
        Column("carrier", tr("Carrier")),
        Column("account", tr("Account")),
        Column("parcels", tr("Parcels"), right=True),
        Column("weight_g", tr("Weight (g)"), right=True),
        Column("code", tr("Code")),
    )


def _part_rows(found: Any) -> list[dict[str, Any]]:
    return [
        {
            "document": "manifest",
            "carrier": part.carrier,
            "account": part.account,
            "code": part.code,
            "parcels": len(part.rows),
            "weight_g": part.weight_g,
            "reprint": part.reprint_no,
            "waybills": [row.number for row in part.rows],
        }
        for part in found.manifest.parts
    ]


def _cards_print(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import goods_labels, sheets

    with context.services() as services:
        found = goods_labels.command_cards()
        sent = sheets.print_sheet(services.work, found, wanted.printer)
    row = {"document": "cards", "count": len(found.commands)}
    return _printed(sent, [row], (), tr("The cards are printed."))


def _cards_render(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import goods_labels

    found = goods_labels.command_cards()
    with context.services() as services:
        _write(wanted, services.work, found)
    row = {"document": "cards", "count": len(found.commands), "file": str(wanted.out)}
    return CommandResult([row], summary=tr("Written: {file}", file=wanted.out))


def _product(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import goods_labels

    with context.services() as services:
        found = goods_labels.goods_labels(
            services.work, wanted.sku, wanted.copies, _as_grid(wanted)
        )
        rows = [
            {
                "document": "goods",
                "sku": label.sku,
                "name": label.name,
                "code": label.code,
                "count": label.copies,
            }
            for label in found.labels
        ]
        return _print_or_write(wanted, services.work, found, rows)


def _bins(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.domain.bins import bin_code
    from app.domain.papers import Arrow
    from app.services.printing import goods_labels

    if bool(wanted.bin) == wanted.all:
        raise UserError(
            "usage",
            T("It is not said which bins."),
            T("Name the bins, or write --all."),
        )
    with context.services() as services:
        found = goods_labels.bin_labels(
            services.work, wanted.bin, Arrow(wanted.arrow), _as_grid(wanted)
        )
        rows = [
            {"document": "bins", "bin": label.name, "code": bin_code(label.name), "count": 1}
            for label in found.labels
        ]
        return _print_or_write(wanted, services.work, found, rows)


def _print_or_write(
    wanted: argparse.Namespace, work: Workplace, sheet: Sheet, rows: list[dict[str, Any]]
) -> CommandResult:
    from app.services.printing import sheets

    if wanted.out is None:
        return _printed(
            sheets.print_sheet(work, sheet, wanted.printer), rows, (), tr("The labels are printed.")
        )
    _write(wanted, work, sheet)
    return CommandResult(
        [{**row, "file": str(wanted.out)} for row in rows],
        summary=tr("Written: {file}", file=wanted.out),
    )


def _printed(sent: Sent, rows: list[dict[str, Any]], warnings: Any, summary: str) -> CommandResult:
    """One job for all rows; ``warnings`` are said whatever came of it."""
    result = sent.result.value
    found: list[Mapping[str, Any]] = [{**row, "result": result} for row in rows]
    columns = (
        Column("document", tr("Printed paper")),
        *(Column(key, str(head)) for key, head in _NAMED.items() if key in rows[0]),
        Column("result", tr("Result"), show=words.result),
    )
    if result in _GOOD:
        said = [*warnings, *([str(sent.reason)] if sent.reason else [])]
        return CommandResult(found, columns=columns, summary=summary, warnings=said)
    remedy = sent.status.remedy if sent.status else None
    error = not_out(result, sent.reason, remedy, str(rows[0]["document"]))
    return CommandResult(found, [error], columns=columns, warnings=warnings)


def _write(wanted: argparse.Namespace, work: Workplace, sheet: Sheet) -> None:
    # 203 dpi heads have exactly 8 dots a millimetre; the name is rounded, not the head.
    dots_per_mm = 8.0 if wanted.dpi == _DPI else wanted.dpi / _MM_PER_INCH
    drawn = work.outside.stationery.sheet(sheet, wanted.format, wanted.media, dots_per_mm)
    write_file(wanted.out, drawn)
