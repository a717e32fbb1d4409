"""Goods and counted stock from a file: new SKUs are made, figures become the counted ones.

A SKU may have several rows, one for each bin and batch: each is counted there. With one row, the
number is all that lies on the shelf. What was fetched for parcels is on no shelf and not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.parcels import checking, weighing
from app.services.stock import import_values, remapping
from app.services.stock.going_on import let_go_on
from app.services.stock.import_counting import Counting, read_shelf
from app.services.stock.import_details import Details
from app.services.stock.import_values import BadValueError, Said
from app.services.workplace import Workplace
from app.store.tables import skus

MOST_ROWS = 200_000
_CHUNK = 50  # SKUs in one transaction


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What came of one row of a file: ``new``, ``changed``, ``same`` or ``failed``."""

    line: int
    sku: str
    result: str
    message: Text | None = None


@dataclass(slots=True)
class _Group:
    """The rows of one SKU; ``named`` counts those that cannot be read, too."""

    sku: str
    rows: list[Said] = field(default_factory=list)
    named: int = 0


class _DryRunError(Exception):
    """Rolls a trial run back."""


def import_rows(
    work: Workplace,
    rows: Iterable[Mapping[str, str]],
    *,
    dry_run: bool = False,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[ImportRow]:
    """Store the rows of a file; see ``app.spreadsheets.STOCK_COLUMNS`` for their names.

    A bad row is reported and left out; the others are stored, each once: importing the same file
    again changes nothing. An empty cell leaves what is known, an empty quantity the stock. Rows
    without anything in them are passed over. Stopped by ``cancel``, it returns what was done.
    Raises ``UserError`` (``file_too_long``).
    """
    groups, results = _read(rows)
    total = sum(len(g.rows) for g in groups) + len(results)
    token = cancel or CancelToken()
    pending = [g for g in groups if g.rows]
    for start in range(0, len(pending), _CHUNK):
        if token.cancelled:
            break
        results += _store(work, pending[start : start + _CHUNK], dry_run=dry_run)
        failed = sum(r.result == "failed" for r in results)
        progress(Step(len(results), total, failed, None, results[-1].sku, results[-1].result))
    if not dry_run and any(r.result != "failed" for r in results):
        _follow(work)
    return sorted(results, key=lambda r: r.line)


def _follow(work: Workplace) -> None:
    """Orders, parcels and weights that waited for what the file said."""
    remapping.remap_open_orders(work)
    with work.db.write() as tx:
        let_go_on(tx, work)
    weighing.expect_anew(work)
    checking.recheck(work)
    work.changed("stock", "orders", "parcels")


def _read(rows: Iterable[Mapping[str, str]]) -> tuple[list[_Group], list[ImportRow]]:
    groups: dict[str, _Group] = {}
    failed: list[ImportRow] = []
    for line, row in enumerate(rows, start=2):  # line 1 holds the headings
        if line > MOST_ROWS + 1:
            raise UserError(
                "file_too_long",
                T("The file has more than {most} rows.", most=MOST_ROWS),
                T("Split it, and import one part after the other."),
            )
        if not any(row.values()):
            continue
        sku = row.get("sku", "").strip()
        group = groups.setdefault(sku, _Group(sku))
        group.named += 1
        try:
            group.rows.append(import_values.read(line, row))
        except BadValueError as bad:
            failed.append(ImportRow(line, sku, "failed", bad.reason))
    return list(groups.values()), failed


def _store(work: Workplace, chunk: Sequence[_Group], *, dry_run: bool) -> list[ImportRow]:
    results: list[ImportRow] = []
    try:
        with work.db.write() as tx:
            known = {
                r.code: r.id
                for r in tx.execute(
                    select(skus.c.id, skus.c.code).where(skus.c.code.in_([g.sku for g in chunk]))
                )
            }
            shelf = read_shelf(tx, known.values())
            details = Details(tx, work, known.values())
            ids = known | details.make_new({g.sku: g.rows for g in chunk})
            # Two benches that change the same goods take turns instead of waiting for each other.
            for group in sorted(chunk, key=lambda g: ids.get(g.sku, "~")):
                results += _store_one(details, Counting(tx, work, shelf), group, known)
            if dry_run:
                raise _DryRunError
    except _DryRunError:
        pass
    return results


def _store_one(
    details: Details, counting: Counting, group: _Group, known: Mapping[str, str]
) -> Iterator[ImportRow]:
    """The result of each row of a SKU."""
    rows = group.rows
    refused = details.refusal(group.sku, rows) or counting.refusal(known.get(group.sku), rows)
    if refused is not None:
        message = T("Line {line}: {reason}", line=rows[0].line, reason=refused)
        yield from (ImportRow(r.line, r.sku, "failed", message) for r in rows)
        return
    one = group.named == 1
    home = counting.home_after(details.home(group.sku), known.get(group.sku), rows, one=one)
    by_batch = details.by_batch(group.sku, rows)
    try:
        with details.tx.begin_nested() if by_batch else nullcontext():
            sku_id, result = details.store(group.sku, rows, home)
            counted = counting.count(sku_id, home, rows, one=one, by_batch=by_batch)
    except UserError as error:  # a batch that is missing, or known with another day
        yield from (ImportRow(r.line, r.sku, "failed", error.message) for r in rows)
        return
    for row in rows:
        if result == "new":
            yield ImportRow(row.line, row.sku, "new")
        elif result == "changed" or row.line in counted:
            yield ImportRow(row.line, row.sku, "changed")
        else:
            yield ImportRow(row.line, row.sku, "same")
