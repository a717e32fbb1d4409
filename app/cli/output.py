"""The one place that writes: a JSON document or a table on stdout, the rest on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TextIO

from app.cli.result import Column, CommandResult, ErrorRow
from app.domain.text import Text, tr
from app.jobs import Progress, Step, ignore_progress

_WIDTH_OF_FILES = 240
_WHOLE = frozenset({"id", "order_id", "waybill", "parcel", "product_id", "sku_id"})
_GAP = 3
_NARROW = 6 + _GAP


def write(result: CommandResult, *, as_json: bool, out: TextIO, err: TextIO) -> None:
    """Show ``result``."""
    for warning in result.warnings:
        err.write(f"{warning}\n")
    if as_json:
        _write_json(result, out)
        return
    if result.rows and result.columns:
        _write_table(result.rows, result.columns, out)
    if result.summary:
        out.write(f"{result.summary}\n")
    elif not result.rows and not result.errors:
        out.write(tr("Nothing to show.") + "\n")
    out.flush()
    write_errors(result.errors, err)


def write_errors(errors: Sequence[ErrorRow], err: TextIO) -> None:
    """Each error as a sentence with its remedy below; what is wrong with many rows is said once."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for error in errors:
        refs = alike.setdefault((error.code, error.message, error.remedy), [])
        if error.ref and error.ref not in error.message:
            refs.append(error.ref)
    for (code, message, remedy), refs in alike.items():
        where = f"{refs[0]}: " if len(refs) == 1 else ""
        err.write(f"{where}{message}\n")
        if len(refs) > 1:
            err.write(f"  {' '.join(refs)}\n")
        err.write(f"  → {remedy} [{code}]\n" if remedy else "")
    err.flush()


def _write_json(result: CommandResult, out: TextIO) -> None:
    document = {
        "ok": result.exit_code == 0,
        "rows": list(result.rows),
        "errors": [e.as_dict() for e in result.errors],
    }
    json.dump(document, out, ensure_ascii=False, default=_plain)
    out.write("\n")
    out.flush()


def _plain(value: object) -> object:
    """What JSON does not know: times as ISO 8601 UTC, sentences as text."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Text():
            return str(value)
        case Enum():
            return value.value
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a row")


def _write_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], out: TextIO) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Cell

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column.heading,
            justify="right" if column.right else "left",
            overflow="fold",
            no_wrap=column.key in _WHOLE,
        )
    for row in rows:
        table.add_row(*(Cell((c.show or _shown)(row.get(c.key))) for c in columns))
    console = Console(file=out, highlight=False, soft_wrap=False)
    whole = [c.key for c in columns if c.key in _WHOLE]
    least = sum(max(len(_shown(row.get(key))) for row in rows) + _GAP for key in whole)
    least += (len(columns) - len(whole)) * _NARROW
    # A terminal that is narrower breaks the lines by itself; numbers can still be copied.
    console.width = max(console.width, least) if out.isatty() else _WIDTH_OF_FILES
    console.print(table)


def _shown(value: object) -> str:
    """A value as people read it; times are local."""
    match value:
        case None:
            return ""
        case bool():
            return "✓" if value else ""
        case datetime():
            return value.astimezone().strftime("%m-%d %H:%M")
        case Enum():
            return str(value.value)
        case str():
            return value
        case Mapping():
            if "sku" in value and "quantity" in value:
                return f"{value['sku'] or value.get('title', '')} ×{value['quantity']}"
            return " ".join(f"{k}={_shown(v)}" for k, v in value.items())
        case list() | tuple() | set() | frozenset():
            return ", ".join(_shown(v) for v in value)
        case _:
            return str(value)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on stderr when somebody is looking, otherwise nothing."""
    if not sys.stderr.isatty():
        yield ignore_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def show(step: Step) -> None:
            failed = tr("{title}, {n} failed", title=title, n=step.failed) if step.failed else title
            bar.update(task, completed=step.done, total=step.total or None, description=failed)

        yield show
