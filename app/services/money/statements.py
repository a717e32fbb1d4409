"""Taking in a carrier's statement: every line once, judged against what the parcel should cost."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.companies import COMPANIES
from app.domain.days import china_day
from app.domain.errors import UserError
from app.domain.freight import BillLine
from app.domain.text import T
from app.domain.wishes import read_wishes
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services import records
from app.services.money import judging
from app.services.money.statement_columns import Sheet, preview, read_statement
from app.services.workplace import Workplace
from app.store.tables import freight_lines, freight_statements, settings, waybills

FILE, ASKED = "file", "asked"
_CHUNK = 25  # lines a transaction
_LOOKED_AT = 200  # numbers that may tell whose statement it is
_COLUMNS = "freight.columns."


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a statement. ``known`` lines stood on an earlier statement already."""

    statement: str
    carrier: str
    name: str
    lines: int
    new: int
    known: int
    again: bool  # this very file was taken in before


def import_file(
    work: Workplace,
    file: Path,
    carrier: str = "",
    columns: Mapping[str, str] | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> Imported:
    """Take in a statement of a carrier (CSV or Excel).

    ``columns``: our column and the file's heading; remembered for the carrier. The same file may
    come again, also after a crash: what is there stays, what is missing is added.
    Raises ``UserError``: ``import_file``, ``freight_columns``, ``freight_amount``,
    ``freight_carrier``, ``freight_empty``.
    """
    code = named_company(carrier) or carrier_of(file)
    sheet = read_statement(file, {**_remembered(work, code, file), **(columns or {})})
    lines = _merged(sheet.lines)
    if not lines:
        raise UserError(
            "freight_empty",
            T("{file} has no line with a waybill number and a fee.", file=file.name),
            T("Look whether it is the statement, and whether its first sheet holds the lines."),
            ref=file.name,
        )
    code = code or _by_numbers(work, lines, file)
    _remember(work, code, columns or {}, sheet)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    statement, again = _statement(work, code, FILE, file.name[:128], digest)
    token = cancel or CancelToken()
    taken = _take(work, statement, code, lines, progress, token)
    if not token.cancelled:  # the rest comes when the file is taken in again
        _finish(work, statement, len(lines), file.name, again=again)
    if again:
        judging.anew(work, statement)
    return Imported(statement, code, file.name, len(lines), *taken, again)


def take_answers(work: Workplace, account: str, carrier: str, lines: Sequence[BillLine]) -> int:
    """Keep what a carrier answered when asked, on the one growing statement of the account.

    A number that a file of the carrier names already is left out. Returns how many were new.
    """
    statement, _ = _statement(work, carrier, ASKED, account, f"{ASKED}:{account}")
    with work.db.read() as tx:
        last = tx.execute(
            select(func.max(freight_lines.c.line)).where(freight_lines.c.statement_id == statement)
        ).scalar()
        named = set(
            tx.execute(
                select(freight_lines.c.number).where(
                    freight_lines.c.carrier == carrier,
                    freight_lines.c.number.in_([line.number for line in lines]),
                )
            ).scalars()
        )
    fresh = [line for line in lines if line.number not in named]
    numbered = [replace(line, line=(last or 0) + n) for n, line in enumerate(fresh, 1)]
    new, _ = _take(work, statement, carrier, numbered, ignore_progress, CancelToken())
    _finish(work, statement, (last or 0) + new, account, again=not new)
    return new


def named_company(carrier: str) -> str:
    """The code of the company called ``carrier``, or ``""`` for none.

    Raises: ``UserError`` (``freight_carrier``) for a company that nobody knows.
    """
    code = carrier.strip().lower()
    if code and code not in {c.code for c in COMPANIES}:
        raise UserError(
            "freight_carrier",
            T("{carrier} is no carrier that is known here.", carrier=carrier),
            T("Take one of: {codes}", codes=", ".join(c.code for c in COMPANIES)),
            ref=carrier,
        )
    return code


def carrier_of(file: Path) -> str:
    """The one company that the file's name names: ``中通2026年3月.xlsx``; ``""`` for none."""
    said = read_wishes(file.stem)
    named = {*said.wanted, *said.unwanted, *said.mentioned}
    return named.pop() if len(named) == 1 else ""


def _by_numbers(work: Workplace, lines: Sequence[BillLine], file: Path) -> str:
    """The company to whom most of the numbers belong here."""
    numbers = [line.number for line in lines[:_LOOKED_AT]]
    with work.db.read() as tx:
        found = Counter(
            tx.execute(select(waybills.c.carrier).where(waybills.c.number.in_(numbers))).scalars()
        )
    if not found:
        raise UserError(
            "freight_carrier",
            T("Nothing in {file} tells which carrier it is from.", file=file.name),
            T("Name the carrier: --carrier zto"),
            ref=file.name,
        )
    return str(found.most_common(1)[0][0])


def _remembered(work: Workplace, carrier: str, file: Path) -> Mapping[str, str]:
    """What a person named for the carrier; before it is known, what fits the file's headings."""
    with work.db.read() as tx:
        if carrier:
            kept = tx.execute(
                select(settings.c.value).where(settings.c.key == _COLUMNS + carrier)
            ).scalar()
            return kept or {}
        named: Sequence[Mapping[str, str]] = list(
            tx.execute(
                select(settings.c.value)
                .where(settings.c.key.startswith(_COLUMNS, autoescape=True))
                .order_by(settings.c.key)
            ).scalars()
        )
    headings = set(preview(file).headings) if named else set()
    return next((said for said in named if headings.issuperset(said.values())), {})


def _remember(work: Workplace, carrier: str, columns: Mapping[str, str], sheet: Sheet) -> None:
    """Keep what a person named, as far as the file has it."""
    said = {name: sheet.headings[name] for name in columns if name in sheet.headings}
    if not said:
        return
    key = _COLUMNS + carrier
    with work.db.write() as tx:
        known = tx.execute(select(settings.c.value).where(settings.c.key == key)).scalar()
        if known is None:
            tx.execute(insert(settings).values(key=key, value=said))
        else:
            tx.execute(
                update(settings).where(settings.c.key == key).values(value={**known, **said})
            )


def _merged(lines: Iterator[BillLine]) -> list[BillLine]:
    """The lines with the parts of one fee (freight, insurance) added up.

    Two lines of one kind stay two: the number was charged twice.
    """
    found: dict[tuple[str, int], BillLine] = {}
    kinds: dict[tuple[str, int], set[str]] = {}
    for line in lines:
        nth = 0
        while (key := (line.number, nth)) in found and (
            not line.kind or line.kind in kinds[key] or not found[key].kind
        ):
            nth += 1
        if key not in found:
            found[key] = line
            kinds[key] = {line.kind}
            continue
        kinds[key].add(line.kind)
        first = found[key]
        found[key] = replace(
            first,
            billed_fen=first.billed_fen + line.billed_fen,
            billed_weight_g=first.billed_weight_g or line.billed_weight_g,
            kind=f"{first.kind} {line.kind}"[:64],
        )
    return sorted(found.values(), key=lambda line: line.line)


def _statement(
    work: Workplace, carrier: str, kind: str, name: str, digest: str
) -> tuple[str, bool]:
    """The statement's id, and whether it was complete before."""
    with work.db.write() as tx:
        known = tx.execute(
            select(freight_statements).where(freight_statements.c.digest == digest)
        ).one_or_none()
        if known is not None:
            return known.id, known.line_count > 0
        key = work.key()
        tx.execute(
            insert(freight_statements).values(
                id=key,
                carrier=carrier,
                kind=kind,
                name=name,
                digest=digest,
                imported_at=work.now(),
                imported_by=work.user,
            )
        )
    return key, False


def _finish(work: Workplace, statement: str, lines: int, name: str, *, again: bool) -> None:
    with work.db.write() as tx:
        tx.execute(
            update(freight_statements)
            .where(freight_statements.c.id == statement)
            .values(line_count=lines)
        )
        if not again:
            records.note(tx, work, "freight", detail={"statement": name, "lines": lines})
    work.changed("freight")


def _take(
    work: Workplace,
    statement: str,
    carrier: str,
    lines: Sequence[BillLine],
    progress: Progress,
    cancel: CancelToken,
) -> tuple[int, int]:
    """Write the lines that are not there: how many were new, how many known."""
    same_statement = _overlaps(work, statement, carrier, lines)
    today = china_day(work.now()).isoformat()
    new = known = 0
    rest = iter(lines)
    while chunk := list(islice(rest, _CHUNK)):
        if cancel.cancelled:
            break
        with work.db.write() as tx:
            here = _lines_here(tx, statement, chunk)
            others = _on_others(tx, statement, carrier, chunk)
            fresh = [line for line in chunk if line.line not in here]
            doubled = [x for x in fresh if _is_known(x, others, dateless_too=same_statement)]
            kept = [x for x in fresh if x not in doubled]
            if kept:
                _write(tx, work, statement, carrier, kept, today)
        new += len(kept)
        known += len(doubled)
        progress(Step(new + known, len(lines), 0, None, chunk[-1].number, "new"))
    return new, known


def _write(
    tx: Connection,
    work: Workplace,
    statement: str,
    carrier: str,
    lines: Sequence[BillLine],
    today: str,
) -> None:
    numbers = [line.number for line in lines]
    # What the carrier answered before is told better, and in full, by its statement.
    asked = select(freight_statements.c.id).where(
        freight_statements.c.kind == ASKED, freight_statements.c.id != statement
    )
    tx.execute(
        delete(freight_lines).where(
            freight_lines.c.carrier == carrier,
            freight_lines.c.number.in_(numbers),
            freight_lines.c.statement_id.in_(asked),
        )
    )
    judged = judging.of_lines(tx, work, carrier, lines)
    tx.execute(
        insert(freight_lines),
        [
            {
                "id": work.key(),
                "statement_id": statement,
                "line": line.line,
                "carrier": carrier,
                "number": line.number,
                "day": line.day or found.day or today,
                "kind": line.kind,
                "billed_fen": line.billed_fen,
                "billed_weight_g": line.billed_weight_g,
                **found.columns(),
            }
            for line, found in zip(lines, judged, strict=True)
        ],
    )
    judging.keep_bills(tx, work, carrier, numbers)


def _lines_here(tx: Connection, statement: str, chunk: Sequence[BillLine]) -> set[int]:
    return set(
        tx.execute(
            select(freight_lines.c.line).where(
                freight_lines.c.statement_id == statement,
                freight_lines.c.line.between(chunk[0].line, chunk[-1].line),
            )
        ).scalars()
    )


Same = tuple[str, int, int | None]


def _on_others(
    tx: Connection, statement: str, carrier: str, chunk: Iterable[BillLine]
) -> dict[Same, set[str]]:
    """Number, fee and weight on other statement files, with their days."""
    found: dict[Same, set[str]] = {}
    rows: Iterable[Any] = tx.execute(
        select(freight_lines)
        .join(freight_statements, freight_statements.c.id == freight_lines.c.statement_id)
        .where(
            freight_lines.c.carrier == carrier,
            freight_lines.c.number.in_([line.number for line in chunk]),
            freight_lines.c.statement_id != statement,
            freight_statements.c.kind == FILE,
        )
    )
    for r in rows:
        found.setdefault((r.number, r.billed_fen, r.billed_weight_g), set()).add(r.day)
    return found


def _is_known(line: BillLine, others: Mapping[Same, set[str]], *, dateless_too: bool) -> bool:
    days = others.get((line.number, line.billed_fen, line.billed_weight_g), set())
    return line.day in days if line.day else bool(days) and dateless_too


def _overlaps(work: Workplace, statement: str, carrier: str, lines: Sequence[BillLine]) -> bool:
    """Whether most lines stand on other statements: then it is one of those, saved once more.

    Lines without a day cannot tell the same charge from a second one by themselves.
    """
    seen = 0
    rest = iter(lines)
    while chunk := list(islice(rest, 400)):
        with work.db.read() as tx:
            others = _on_others(tx, statement, carrier, chunk)
        seen += sum((x.number, x.billed_fen, x.billed_weight_g) in others for x in chunk)
    return seen * 2 > len(lines)
