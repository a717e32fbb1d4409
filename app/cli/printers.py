"""``printers``: find, list, add, remove, and print a test page."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, media, seconds
from app.cli.result import Column, CommandResult, error_rows, not_out
from app.domain.errors import PackbenchError, UserError
from app.domain.text import T, ntr, tr
from app.domain.words import DOCUMENT_WORDS

if TYPE_CHECKING:
    from app.ports import Found


def add(commands: Commands) -> None:
    group = commands.group("printers", tr("find printers, set them up, see how they are"), _list)
    listing = group.add("list", tr("the printers that are set up, and how they are"), _list)
    listing.add_argument("--no-status", action="store_true", help=tr("do not ask the printers"))
    find = group.add("find", tr("look for printers: system, USB, serial ports, network"), _find)
    find.add_argument(
        "--address", metavar="HOST[:PORT]", help=tr("ask only what stands at this address")
    )
    find.add_argument(
        "--timeout", type=seconds, default=6.0, metavar="S", help=tr("look for so many seconds")
    )
    new = group.add("add", tr("set up a printer"), _add)
    new.add_argument("name", metavar=tr("NAME"))
    new.add_argument(
        "--from", dest="address", required=True, metavar=tr("ADDRESS"),
        help=tr("as printers find shows it"),
    )  # fmt: skip
    new.add_argument(
        "--language", metavar=tr("LANGUAGE"),
        help=tr("tspl, zpl, escpos, cpcl, pdf, system or component; else the printer is asked"),
    )  # fmt: skip
    new.add_argument("--media", type=media, metavar="WxH", help=tr("paper in mm, like 76x130"))
    new.add_argument(
        "--dots-per-mm", type=float, metavar="N", help=tr("8 for 203 dpi, 11.81 for 300")
    )
    new.add_argument(
        "--documents", metavar="A,B,…", help=", ".join(d.value for d in DOCUMENT_WORDS)
    )
    new.add_argument(
        "--set", dest="options", action="append", default=[], type=_option, metavar="KEY=VALUE",
        help=tr("an option of a [[printer]], like gap_mm=3"),
    )  # fmt: skip
    remove = group.add("remove", tr("switch a printer off; its settings are kept"), _remove)
    remove.add_argument("name", metavar=tr("NAME"))
    test = group.add("test", tr("print the test page"), _test)
    test.add_argument("name", metavar=tr("NAME"))
    roll = group.add("roll", tr("a new roll is in: its labels are counted"), _roll)
    roll.add_argument("name", metavar=tr("NAME"))
    roll.add_argument(
        "--labels",
        type=_labels,
        metavar="N",
        help=tr("like the last one; 0: do not count"),
    )


def _labels(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise UserError(
        "usage",
        T("“{value}” is no number of labels.", value=text),
        T("Write it like {example}.", example="500"),
    )


def _option(text: str) -> tuple[str, Any]:
    """``KEY=VALUE``: numbers, true and false as such, the rest is text."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise UserError(
            "usage",
            T("“{value}” is no option.", value=text),
            T("Write it like {example}.", example="gap_mm=3"),
        )
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = value
    plain = isinstance(parsed, bool | int | float | str)
    return key.strip(), parsed if plain else value


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing.asking import statuses
    from app.services.printing.printers import printer_views

    with context.services() as services:
        views = printer_views(services.work)
        names = [] if getattr(wanted, "no_status", False) else [v.config.name for v in views]
        with context.show_progress(tr("Asking the printers")):
            found = statuses(services.work, names)
    rows = []
    for view in views:
        status = found.get(view.config.name)
        rows.append(
            {
                "name": view.config.name,
                "language": view.config.language,
                "address": view.config.address,
                "media": view.config.media,
                "dots_per_mm": view.config.dots_per_mm,
                "documents": list(view.config.documents),
                "fallback": view.fallback,
                "waiting": view.waiting,
                "unknown": view.unknown,
                "left": view.roll.left if view.roll else None,
                "state": status.state.value if status else "",
                "message": str(status.message) if status else "",
                "remedy": str(status.remedy or "") if status else "",
            }
        )
    columns = (
        Column("name", tr("Name")),
        Column("language", tr("Language")),
        Column("address", tr("Address")),
        Column("media", tr("Paper")),
        Column("documents", tr("Prints"), show=words.documents),
        Column("left", tr("Left"), show=words.or_nothing),
        Column("unknown", tr("In doubt")),
        Column("message", tr("Finding")),
        Column("remedy", tr("Remedy")),
    )
    summary = "" if rows else tr("No printer is set up. Find one with: printers find")
    return CommandResult(rows, columns=columns, summary=summary)


def _find(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import finding

    problems: list[PackbenchError] = []
    with context.services() as services, context.show_progress(tr("Looking for printers")) as show:
        if wanted.address:
            found = finding.probe(services.work, wanted.address, wanted.timeout)
        else:
            found = list(
                finding.find_printers(
                    services.work, context.cancel, show,
                    problem=problems.append, timeout_s=wanted.timeout,
                )
            )  # fmt: skip
    columns = (
        Column("name", tr("Name")),
        Column("kind", tr("Way"), show=words.printer_way),
        Column("address", tr("Address")),
        Column("language", tr("Language")),
        Column("media", tr("Paper")),
        Column("message", tr("Finding")),
        Column("configured_as", tr("Set up as")),
    )
    warnings = [] if getattr(wanted, "json", False) else [str(p) for p in problems]
    summary = "" if found else tr("No printer was found.")
    return CommandResult(
        [_row(f) for f in found], columns=columns, warnings=warnings, summary=summary
    )


def _row(found: Found) -> dict[str, Any]:
    return {
        "name": found.name,
        "kind": found.kind.value,
        "address": found.address,
        "language": found.language,
        "dots_per_mm": found.dots_per_mm or None,
        "media": found.media,
        "state": found.status.state.value if found.status else "",
        "message": str(found.status.message) if found.status else "",
        "configured_as": found.configured_as,
    }


def _add(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.ports import Found, FoundKind
    from app.services.printing import finding, printers

    documents = [d.strip() for d in (wanted.documents or "").split(",") if d.strip()]
    with context.services() as services, context.show_progress(tr("Asking the printer")):
        work = services.work
        if wanted.language:
            found = Found(FoundKind.FILE, "", wanted.address)
        else:
            found = finding.guess(work, wanted.address, context.cancel)
        config = finding.config_for(
            found,
            wanted.name,
            language=wanted.language or "",
            media=wanted.media or "",
            dots_per_mm=wanted.dots_per_mm or 0.0,
            documents=documents,
            options=dict(wanted.options),
        )
        printers.add_printer(work, config)
    row = {"name": config.name, **printers.settings_of(config)}
    return CommandResult(
        [row],
        summary=tr("Set up: {name}. Try it with: printers test {name}", name=config.name),
    )


def _remove(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import printers

    with context.services() as services:
        printers.remove_printer(services.work, wanted.name)
    return CommandResult(
        [{"name": wanted.name}], summary=tr("Switched off: {name}", name=wanted.name)
    )


def _test(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.ports import SendResult
    from app.services.printing.printers import print_test_page

    with context.services() as services, context.show_progress(tr("Printing")):
        try:
            sent = print_test_page(services.work, wanted.name)
        except PackbenchError as refused:
            return CommandResult(errors=error_rows(refused))
    row = {"printer": wanted.name, "result": sent.result.value, "reason": str(sent.reason or "")}
    if sent.result in {SendResult.CONFIRMED, SendResult.SENT}:
        out = sent.result is SendResult.CONFIRMED
        said = tr("The test page is out.") if out else tr("Sent; look whether the page came out.")
        return CommandResult([row], summary=said)
    remedy = sent.status.remedy if sent.status else None
    return CommandResult([row], [not_out(sent.result.value, sent.reason, remedy, wanted.name)])


def _roll(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import rolls

    with context.services() as services:
        known = rolls.left(services.work).get(wanted.name)
        labels = wanted.labels if wanted.labels is not None else known.size if known else None
        if labels is None:
            raise UserError(
                "roll_size",
                T("How many labels are on the roll is not known."),
                T("Say it once, like {example}.", example="--labels 500"),
                ref=wanted.name,
            )
        rolls.new_roll(services.work, wanted.name, labels)
    row = {"printer": wanted.name, "left": labels}
    said = ntr("A roll of {n} label is in.", "A roll of {n} labels is in.", labels)
    return CommandResult([row], summary=said if labels else tr("Labels are no longer counted."))
