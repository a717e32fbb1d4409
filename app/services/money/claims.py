"""What a merchant does with lines that differ: export them for the claim, or accept them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import and_, select, update

from app.domain.companies import company
from app.domain.errors import UserError
from app.domain.freight import DIFFERING
from app.domain.text import T, tr
from app.services import records
from app.services.money import views
from app.services.money.views import FreightRow, Period
from app.services.workplace import Workplace
from app.store.tables import freight_lines

_PAGE = 500
_AMOUNT = re.compile(r"-?\d+\.\d\d")
_LONGEST_WHY = 256


def accept(work: Workplace, line_ids: Sequence[str], why: str = "") -> int:
    """Accept these lines (认这笔账): they are claimed no more. Returns how many were not before.

    Raises ``UserError`` (``no_such_line``) when one of them is unknown; then none is accepted.
    """
    with work.db.write() as tx:
        known = set(
            tx.execute(
                select(freight_lines.c.id).where(freight_lines.c.id.in_(list(line_ids)))
            ).scalars()
        )
        for line in line_ids:
            if line not in known:
                raise UserError(
                    "no_such_line",
                    T("There is no line {line} on a statement.", line=line),
                    T("List them with: freight report"),
                    ref=line,
                )
        done = tx.execute(
            update(freight_lines)
            .where(freight_lines.c.id.in_(list(line_ids)), freight_lines.c.accepted_at.is_(None))
            .values(
                accepted_at=work.now(),
                accepted_by=work.user,
                accepted_why=why.strip()[:_LONGEST_WHY],
            )
        )
        if done.rowcount:
            records.note(tx, work, "freight_accepted", detail={"lines": done.rowcount})
    work.changed("freight")
    return done.rowcount


def accept_all(work: Workplace, period: Period, carrier: str = "", why: str = "") -> int:
    """Accept every line of the period that differs; how many."""
    done = 0
    while rows := views.differing(work, period, carrier, limit=_PAGE):
        done += accept(work, [row.id for row in rows], why)
    return done


def take_back(work: Workplace, line_ids: Sequence[str]) -> int:
    """Claim accepted lines after all; how many were accepted."""
    with work.db.write() as tx:
        done = tx.execute(
            update(freight_lines)
            .where(
                and_(
                    freight_lines.c.id.in_(list(line_ids)),
                    freight_lines.c.accepted_at.is_not(None),
                    freight_lines.c.verdict.in_([v.value for v in DIFFERING]),
                )
            )
            .values(accepted_at=None, accepted_by="", accepted_why="")
        )
        if done.rowcount:
            records.note(tx, work, "freight_claimed", detail={"lines": done.rowcount})
    work.changed("freight")
    return done.rowcount


def export(work: Workplace, file: Path, period: Period, carrier: str = "") -> int:
    """Write the lines that differ and are not accepted, for the claim (``.xlsx`` or ``.csv``).

    Holds numbers, weights and money, nothing of the buyer. Returns how many lines; raises
    ``UserError`` (``export_file``) when the file is of another kind or cannot be written.
    """
    if file.suffix.lower() not in {".xlsx", ".csv"}:
        raise UserError(
            "export_file",
            T("{file} is neither .xlsx nor .csv.", file=file.name),
            T("Give the file one of these endings."),
            ref=file.name,
        )
    rows = list(_rows(work, period, carrier))
    table = [_headings(), *(_cells(row) for row in rows)]
    try:
        if file.suffix.lower() == ".xlsx":
            _write_excel(file, table)
        else:
            with file.open("w", encoding="utf-8-sig", newline="") as stream:
                csv.writer(stream).writerows(table)
    except OSError as error:
        raise UserError(
            "export_file",
            T("The file {file} cannot be written.", file=file.name),
            T("Close it where it is open, or choose another folder."),
            ref=file.name,
        ) from error
    return len(rows)


def _rows(work: Workplace, period: Period, carrier: str) -> Iterator[FreightRow]:
    offset = 0
    while rows := views.differing(work, period, carrier, limit=_PAGE, offset=offset):
        yield from rows
        offset += len(rows)


def _headings() -> list[str]:
    return [
        tr("Carrier"),
        tr("Waybill"),
        tr("Day"),
        tr("Why"),
        tr("Our weight (kg)"),
        tr("Billed weight (kg)"),
        tr("Expected (yuan)"),
        tr("Billed (yuan)"),
        tr("Too much (yuan)"),
        tr("Statement"),
        tr("Line"),
    ]


def _cells(row: FreightRow) -> list[str]:
    return [
        str(company(row.carrier).name),
        row.number,
        row.day,
        str(row.reason),
        _kg(row.weight_g),
        _kg(row.billed_weight_g),
        _yuan(row.expected_fen),
        _yuan(row.billed_fen),
        _yuan(row.over_fen),
        _harmless(row.statement),
        str(row.line),
    ]


def _kg(weight_g: int | None) -> str:
    return "" if weight_g is None else f"{weight_g / 1000:.2f}"


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen / 100:.2f}"


def _harmless(text: str) -> str:
    """A file's name never becomes a formula where the export is opened."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def _write_excel(file: Path, table: Sequence[Sequence[str]]) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(tr("Claim"))
    for row in table:
        sheet.append([float(cell) if _AMOUNT.fullmatch(cell) else cell for cell in row])
    book.save(file)
