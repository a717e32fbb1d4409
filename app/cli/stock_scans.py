"""``stock receive --scan``: what a scanner wrote down, a code in each line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from app.cli import words
from app.cli.context import Context
from app.cli.result import Column, CommandResult, ErrorRow
from app.domain.errors import UserError
from app.domain.receiving import Got, Told
from app.domain.text import T, Text, ntr, tr

_WRONG: dict[Got, tuple[Text, Text]] = {
    Got.ASK: (
        T("Several items have this code."),
        T("Write the item code of the right one in the next line."),
    ),
    Got.UNKNOWN: (
        T("This code is not known here."),
        T("Import the item first, or check the code."),
    ),
    Got.NOTHING: (
        T("There is nothing yet that this could be about."),
        T("Scan the goods first, then what belongs to them."),
    ),
    Got.TWICE: (T("This piece was scanned already."), T("Take the line out.")),
    Got.BAD: (
        T("This number, day or bin cannot be right."),
        T("Look at it again: *12, EXP=2027-01-31, BIN-A-01"),
    ),
}


def receive(wanted: argparse.Namespace, context: Context) -> CommandResult:
    """Book what was scanned, all of it or, when a line is not clear, nothing."""
    from app.services.stock import receive_sessions

    codes = _read(wanted.scan)
    with context.services() as services:
        work = services.work
        told = receive_sessions.take_all(work, codes)
        errors = _errors(told)
        if errors or not told:
            return CommandResult([_row(t) for t in told], errors or [_empty(wanted)], _columns())
        # Without the number of a paper every call is a delivery of its own.
        nonce = f"paper-{wanted.reference}" if wanted.reference else work.key()
        booked = receive_sessions.book(work, told[-1].session, nonce, reference=wanted.reference)
    said = ntr("{n} piece is in the books.", "{n} pieces are in the books.", booked.pieces)
    if not booked.is_new:
        said = tr("These goods were in the books already.")
    return CommandResult([_row(t) for t in told], columns=_columns(), summary=said)


def _read(source: str) -> list[str]:
    if source == "-":
        return sys.stdin.read().splitlines()
    try:
        return Path(source).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            "file_unreadable",
            T("{file} cannot be read.", file=Path(source).name),
            T("Check where it is, and that it is a text file."),
            ref=source,
        ) from error


def _errors(told: list[Told]) -> list[ErrorRow]:
    """Lines that are not clear; a question that the next line answers is none."""
    found = []
    for n, one in enumerate(told):
        answered = one.verdict is Got.ASK and told[-1].session.question is None
        if one.accepted or answered:
            continue
        message, remedy = _WRONG[one.verdict]
        found.append(
            ErrorRow(f"scan_{one.verdict}", str(message), str(remedy), f"{n + 1}:{one.code}")
        )
    return found


def _empty(wanted: argparse.Namespace) -> ErrorRow:
    return ErrorRow(
        "nothing_scanned",
        str(T("Nothing was scanned yet.")),
        str(T("Scan the bin's label, then what you put there.")),
        str(wanted.scan),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("scan", tr("Scan")),
        Column("verdict", tr("Verdict"), show=words.got),
        Column("bin", tr("Bin")),
        Column("sku", tr("Item")),
        Column("batch", tr("Batch")),
        Column("quantity", tr("Pieces"), right=True),
    )


def _row(told: Told) -> dict[str, Any]:
    line = told.line
    return {
        "scan": told.code,
        "verdict": told.verdict.value,
        "bin": line.bin if line else told.session.bin,
        "sku": line.goods.item.code if line else "",
        "batch": line.batch.code if line else "",
        "quantity": line.quantity if line else 0,
        "candidates": [g.item.code for g in told.session.question.candidates]
        if told.session.question is not None
        else [],
    }
