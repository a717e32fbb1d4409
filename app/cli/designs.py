"""``designs list | show | check | copy | choose | reset | delete | export | import``."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.files import write_file
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult
from app.domain.errors import UserError
from app.domain.text import T, tr
from app.domain.words import design_title

if TYPE_CHECKING:
    from app.domain.label_designs import Finding, LabelDesign
    from app.services.printing.designs import DesignRow

_MOST_BYTES = 2_000_000


def add(commands: Commands) -> None:
    group = commands.group("designs", tr("how the labels look that we draw"), _list)
    group.add("list", tr("the standard designs and the shop's own copies"), _list)
    show = group.add("show", tr("one design, element by element"), _show)
    _design(show)
    show.add_argument("--png", type=Path, metavar=tr("FILE"), help=tr("its picture, in this file"))
    show.add_argument(
        "--sample", default="worst", metavar=tr("SAMPLE"),
        help=tr("worst, usual, or the id of a parcel"),
    )  # fmt: skip
    _design(group.add("check", tr("what is wrong with a design on real orders"), _check))
    copy = group.add("copy", tr("a copy of a design, to be changed"), _copy)
    _design(copy)
    copy.add_argument("title", metavar=tr("NAME"))
    copy.add_argument("--carrier", default="", metavar=tr("CARRIER"), help=tr("zto, yto …"))
    _design(group.add("choose", tr("the next labels look like this one"), _choose))
    _design(group.add("reset", tr("a copy looks like its standard again"), _reset))
    _design(group.add("delete", tr("a copy goes; the standard design is used again"), _delete))
    export = group.add("export", tr("a design as a file: .toml or .json"), _export)
    _design(export)
    export.add_argument("file", type=Path, metavar=tr("FILE"))
    read = group.add("import", tr("a copy from a file"), _import)
    read.add_argument("file", type=Path, metavar=tr("FILE"))
    read.add_argument("--title", default="", metavar=tr("NAME"), help=tr("another name for it"))
    read.add_argument(
        "--over", default="", metavar=tr("DESIGN"), help=tr("change this copy, make no new one")
    )


def _design(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("design", metavar=tr("DESIGN"), help=tr("as designs list shows it"))


def _list(_wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import designs

    with context.services() as services:
        rows = designs.designs(services.work)
    columns = (
        Column("design", tr("Design")),
        Column("title", tr("Name")),
        Column("template", tr("Template")),
        Column("carrier", tr("Carrier"), show=lambda v: words.carrier(v) if v else ""),
        Column("media", tr("Paper")),
        Column("active", tr("In use")),
        Column("outdated", tr("Standard is newer")),
    )
    return CommandResult([_row(r) for r in rows], columns=columns)


def _row(row: DesignRow) -> dict[str, Any]:
    return {
        "design": row.code,
        "title": row.title,
        "template": row.template,
        "carrier": row.carrier,
        "media": row.media,
        "own": row.is_own,
        "active": row.active,
        "base": row.base,
        "outdated": row.outdated,
        "revision": row.revision,
    }


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.domain.label_design_files import as_values
    from app.services.printing import design_looks, designs

    with context.services() as services:
        design = designs.design(services.work, wanted.design)
        png = None
        if wanted.png is not None:
            png = design_looks.look(services.work, design, wanted.sample).png
    if png is not None:
        write_file(wanted.png, png)
    rows = [{**own, "what": "free"} for own in as_values(design)["free"]]
    rows = [{**as_values(design)["own"], "what": "own"}, *rows, *as_values(design)["element"]]
    for row in rows:
        row.setdefault("name", row.get("what", ""))
        row.setdefault("kind", row.pop("what", ""))
    columns = (
        Column("name", tr("Element")),
        Column("kind", tr("What")),
        *(
            Column(key, heading, right=True)
            for key, heading in (("x", "x"), ("y", "y"), ("width", "w"), ("height", "h"))
        ),
        Column("text", tr("Text")),
    )
    summary = (
        tr("Written: {file}", file=wanted.png)
        if png is not None
        else design_title(design.code, design.title)
    )
    return CommandResult(rows, columns=columns, summary=summary)


def _check(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import design_looks, designs

    with context.services() as services:
        design = designs.design(services.work, wanted.design)
        findings = design_looks.check(services.work, design)
    columns = (Column("element", tr("Element")), Column("message", tr("What is wrong")))
    return CommandResult(
        [_finding(f) for f in findings],
        columns=columns,
        summary="" if findings else tr("Nothing is wrong with it."),
    )


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    box = [place.x, place.y, place.width, place.height] if place else None
    return {
        "code": finding.code,
        "element": finding.element,
        "message": str(finding.message),
        "place_mm": box,
    }


def _copy(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import designs

    with context.services() as services:
        code = designs.copy_design(
            services.work, wanted.design, wanted.title, wanted.carrier.lower()
        )
    row = {"design": code, "base": wanted.design, "title": wanted.title}
    return CommandResult([row], summary=tr("The copy is {design}.", design=code))


def _choose(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import designs

    with context.services() as services:
        designs.choose_design(services.work, wanted.design)
    return CommandResult(
        [{"design": wanted.design, "active": True}], summary=tr("The next labels look like it.")
    )


def _reset(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import designs

    with context.services() as services:
        revision = designs.reset_design(services.work, wanted.design)
    row = {"design": wanted.design, "revision": revision}
    return CommandResult([row], summary=tr("It looks like its standard again."))


def _delete(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import designs

    with context.services() as services:
        designs.delete_design(services.work, wanted.design)
    return CommandResult(
        [{"design": wanted.design, "result": "deleted"}],
        summary=tr("Deleted: {template}", template=wanted.design),
    )


def _export(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.domain.label_design_files import as_json, as_toml
    from app.services.printing import designs

    with context.services() as services:
        design = designs.design(services.work, wanted.design)
    text = as_json(design) if wanted.file.suffix.lower() == ".json" else as_toml(design)
    write_file(wanted.file, text.encode())
    row = {"design": wanted.design, "file": str(wanted.file)}
    return CommandResult([row], summary=tr("Written: {file}", file=wanted.file))


def _import(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.printing import design_looks, designs

    with context.services() as services:
        work = services.work
        known = {d.code: d for d in work.outside.stationery.designs()}
        design = _read(wanted.file, known)
        if wanted.over:
            kept = designs.design(work, wanted.over)
            changed = replace(design, code=kept.code, title=wanted.title or kept.title)
            designs.save_design(work, changed, kept.revision)
            code = kept.code
        else:
            code = designs.import_design(work, design, wanted.title)
        findings = design_looks.check(work, designs.design(work, code))
    summary = tr("The copy is {design}.", design=code)
    if findings:
        summary = tr("The copy is {design}. See what is wrong: designs check {design}", design=code)
    row = {"design": code, "title": wanted.title or design.title, "findings": len(findings)}
    return CommandResult([row], summary=summary)


def _read(file: Path, known: dict[str, LabelDesign]) -> LabelDesign:
    from app.domain.label_design_files import read_text
    from app.domain.label_designs import problem

    def base(code: str) -> LabelDesign:
        if code not in known:
            raise problem("extends", T("there is no design “{code}”", code=code))
        return known[code]

    try:
        if file.stat().st_size > _MOST_BYTES:
            raise problem(
                file.name, T("the file is larger than {n} MB", n=_MOST_BYTES // 1_000_000)
            )
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            "file_unreadable",
            T("The file {file} cannot be read.", file=file),
            T("Check its name and that it is text in UTF-8."),
            ref=str(file),
        ) from error
    return read_text(text, file.name, base)
