"""What all stock papers share: their numbers, the paper's lock, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from app.domain.errors import UserError
from app.domain.states import PaperState, StockPaper
from app.domain.text import T
from app.services.stock import spots
from app.services.stock.finding import MOST_PIECES
from app.services.stock.going_on import let_go_on
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import (
    bins,
    skus,
    stock_document_lines,
    stock_documents,
    stock_spots,
)

PREFIXES = {
    StockPaper.RECEIPT: "RK",
    StockPaper.COUNT: "PD",
    StockPaper.TRANSFER: "YK",
    StockPaper.ISSUE: "CK",
    StockPaper.LEVEL: "KC",
}
_MOST_TRIES = 50
_LENGTHS = {"number": 64, "source": 32, "bin": 32, "batch": 64, "note": 256, "sku": 64}


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper to be made. Without a number it gets the next one of the day."""

    kind: StockPaper
    state: PaperState
    number: str = ""
    source: str = ""
    note: str = ""
    digest: str = ""
    bins: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A paper as it was made (``new``), or as it was there before with the same content."""

    id: str
    number: str
    result: str = "new"


def make(tx: Connection, work: Workplace, new: NewPaper) -> Made:
    """Make the paper's row. The same number with the same digest is the paper that is there.

    Raises ``UserError`` (``paper_differs``): the number is there, with other content.
    """
    if new.number:
        made = _insert(tx, work, new, new.number)
        return made or _known(tx, new)
    for _ in range(_MOST_TRIES):
        made = _insert(tx, work, new, _next_number(tx, work, new.kind))
        if made is not None:
            return made
    raise RuntimeError("no free number for a paper")


def _insert(tx: Connection, work: Workplace, new: NewPaper, number: str) -> Made | None:
    is_done = new.state == PaperState.DONE
    key = work.key()
    row = insert(stock_documents).values(
        id=key,
        kind=new.kind,
        source=new.source,
        number=number,
        state=new.state,
        note=new.note,
        bins=new.bins,
        created_at=work.now(),
        created_by=work.user,
        bench=work.bench,
        digest=new.digest,
        done_at=work.now() if is_done else None,
        done_by=work.user if is_done else "",
    )
    return Made(key, number) if insert_if_new(tx, row) else None


def _known(tx: Connection, new: NewPaper) -> Made:
    d = stock_documents.c
    row = tx.execute(
        select(d.id, d.digest).where(
            d.source == new.source, d.kind == new.kind, d.number == new.number
        )
    ).one()
    if row.digest != new.digest:
        raise UserError(
            "paper_differs",
            T("{number} is known, with other content.", number=new.number),
            T("Give the changed paper a number of its own."),
            ref=new.number,
        )
    return Made(row.id, new.number, "kept")


def _next_number(tx: Connection, work: Workplace, kind: StockPaper) -> str:
    day = spots.today(work.now()).replace("-", "")
    begin = f"{PREFIXES[kind]}-{day}-"
    d = stock_documents.c
    taken = tx.execute(
        select(d.number).where(d.source == "", d.kind == kind, d.number.like(f"{begin}%"))
    ).scalars()
    numbers = (n.removeprefix(begin) for n in taken)
    return (
        f"{begin}{max((int(n) for n in numbers if re.fullmatch(r'[0-9]{1,6}', n)), default=0) + 1}"
    )


def find(tx: Connection, kind: StockPaper | None, paper: str) -> Row[Any]:
    """The paper with this number, ``source:number`` or id. Raises ``UserError``."""
    d = stock_documents.c
    source, colon, number = paper.partition(":")
    same = or_(d.id == paper, d.number == paper)
    if colon:
        same = or_(same, (d.source == source) & (d.number == number))
    query = select(stock_documents).where(same)
    if kind is not None:
        query = query.where(d.kind == kind)
    found = tx.execute(query.limit(2)).all()
    if not found:
        raise UserError(
            "no_such_paper",
            T("There is no paper {number}.", number=paper),
            T("See which there are: stock documents list"),
            ref=paper,
        )
    if len(found) > 1:
        raise UserError(
            "paper_ambiguous",
            T("More than one paper has the number {number}.", number=paper),
            T("Say whose it is, like {example}.", example=f"{found[0].source or 'pos'}:{paper}"),
            ref=paper,
        )
    return found[0]


def locked(tx: Connection, kind: StockPaper, paper: str) -> Row[Any]:
    """The paper, and nobody else changes it until the transaction ends.

    Always taken before the balances of its items, so that two benches cannot wait for each other.
    """
    found = find(tx, kind, paper)
    return tx.execute(
        select(stock_documents).where(stock_documents.c.id == found.id).with_for_update()
    ).one()


def lines_of(
    tx: Connection,
    paper_id: str,
    *,
    bin_name: str | None = None,
    sku_ids: Iterable[str] | None = None,
) -> list[Row[Any]]:
    """The paper's lines with the code of their item, as they stand on it; those of a bin or items.

    A scan asks for what it needs: a paper may have thousands of lines.
    """
    c = stock_document_lines.c
    query = (
        select(stock_document_lines, skus.c.code.label("sku"))
        .join(skus, skus.c.id == c.sku_id)
        .where(c.document_id == paper_id)
    )
    if bin_name is not None:
        query = query.where(c.bin == bin_name)
    if sku_ids is not None:
        query = query.where(c.sku_id.in_(sorted(set(sku_ids))))
    return list(tx.execute(query.order_by(c.position, c.id)))


def next_position(tx: Connection, paper_id: str) -> int:
    """Where a line that is added stands."""
    c = stock_document_lines.c
    last = tx.execute(select(func.max(c.position)).where(c.document_id == paper_id)).scalar()
    return 0 if last is None else int(last) + 1


def change(tx: Connection, work: Workplace, paper_id: str, state: PaperState) -> None:
    """Put the paper into ``state``; who ended it and when is noted."""
    ended = state in {PaperState.DONE, PaperState.CANCELLED}
    more = {"done_at": work.now(), "done_by": work.user} if ended else {}
    tx.execute(
        update(stock_documents).where(stock_documents.c.id == paper_id).values(state=state, **more)
    )


def go_on(work: Workplace) -> None:
    """Parcels that lacked goods are tried again, apart from the booking that brought them."""
    with work.db.write() as tx:
        let_go_on(tx, work)
    work.changed("stock", "orders", "parcels")


def known_bins(tx: Connection) -> set[str]:
    """Every bin that has a name: set up, somebody's home, or holding something."""
    found = set(tx.execute(select(bins.c.code)).scalars())
    found |= set(tx.execute(select(skus.c.bin).distinct()).scalars())
    held = select(stock_spots.c.bin).where(stock_spots.c.quantity != 0).distinct()
    found |= set(tx.execute(held).scalars())
    return found - {"", spots.PICKED}


def check_lengths(**texts: str) -> None:
    """Raises ``UserError`` (``too_long``): PostgreSQL would refuse it without a sentence."""
    for name, value in texts.items():
        most = _LENGTHS[name]
        if len(value) > most:
            raise UserError(
                "too_long",
                T("“{start}…” is too long.", start=value[:24]),
                T("Use at most {most} characters.", most=most),
                ref=value[:24],
            )


def check_pieces(quantity: int, sku: str, *, least: int = 1) -> None:
    """Raises ``UserError`` (``bad_quantity``)."""
    if not least <= quantity <= MOST_PIECES:
        raise UserError(
            "bad_quantity",
            T("{sku}: {n} is no number of pieces for this.", sku=sku, n=quantity),
            T("Give a whole number from {least} to {most}.", least=least, most=MOST_PIECES),
            ref=sku,
        )


def must_be(row: Row[Any], *states: PaperState) -> None:
    """Raises ``UserError`` (``paper_closed``) unless the paper is in one of ``states``."""
    if row.state in states:
        return
    said = (
        T("{number} was cancelled.", number=row.number)
        if row.state == PaperState.CANCELLED
        else T("{number} is finished.", number=row.number)
    )
    raise UserError("paper_closed", said, T("Make a new paper for what is left."), ref=row.number)
