"""Receiving by scan: what a code means, and the session put into the books in one piece."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.receiving import Goods, Line, Session, Told, goods_code, open_points, scan
from app.domain.text import T
from app.services.parcels import packing
from app.services.stock import receiving
from app.services.stock.going_on import let_go_on
from app.services.workplace import Workplace
from app.store.tables import skus


@dataclass(frozen=True, slots=True)
class Booked:
    """A session in the books; ``is_new``: not told before."""

    operation: str
    lines: int
    pieces: int
    is_new: bool


def goods(work: Workplace, code: str) -> list[Goods]:
    """Every item that the code may mean: by bar code or item code, with its picture."""
    if not code:
        return []
    with work.db.read() as tx:
        items = packing.find_items(tx, packing.clean_code(code))
        kept = {
            r.id: r
            for r in tx.execute(
                select(skus.c.id, skus.c.batch_tracked, skus.c.serial_tracked).where(
                    skus.c.id.in_([i.sku_id for i in items])
                )
            )
        }
    found = [Goods(i, kept[i.sku_id].batch_tracked, kept[i.sku_id].serial_tracked) for i in items]
    return sorted(found, key=lambda g: g.item.code)


def take(work: Workplace, session: Session, code: str) -> Told:
    """One scan over the session. Nothing is written before ``book``."""
    return scan(session, code, goods(work, goods_code(code)))


def take_all(work: Workplace, codes: Iterable[str]) -> list[Told]:
    """Codes one after the other, empty ones left out; the last answer has the whole session."""
    session, told = Session(), []
    for code in codes:
        text = code.strip().lstrip("\ufeff")
        if text:
            told.append(take(work, session, text))
            session = told[-1].session
    return told


def book(work: Workplace, session: Session, nonce: str, *, reference: str = "") -> Booked:
    """Put everything that was scanned on the shelf, all of it or nothing; parcels go on.

    ``nonce`` names this session: booked again it moves nothing. Raises ``UserError``:
    ``nothing_scanned``, ``still_asking``, ``session_open`` (a batch or a number is missing), and
    what ``receiving.book`` raises.
    """
    _must_be_ready(session)
    operation = work.key()
    booked = []
    with work.db.write() as tx:
        order = sorted(enumerate(session.lines), key=lambda at: (at[1].goods.item.sku_id, at[0]))
        for n, line in order:
            once = f"session:{nonce[:64]}:{n}"
            incoming = _incoming(line, reference.strip()[: receiving.LONGEST_REFERENCE], once)
            booked.append(receiving.book(tx, work, incoming, operation))
        is_new = any(booked)
        if is_new:
            let_go_on(tx, work)
    work.changed("stock", "orders", "parcels")
    return Booked(operation if is_new else "", len(session.lines), session.pieces, is_new)


def _incoming(line: Line, reference: str, once: str) -> receiving.Incoming:
    return receiving.Incoming(
        line.goods.item.sku_id,
        line.quantity,
        line.bin,
        line.batch.code,
        line.batch.made_on,
        line.batch.expires_on,
        line.serials,
        reference,
        once,
    )


def _must_be_ready(session: Session) -> None:
    if session.question is not None:
        raise UserError(
            "still_asking",
            T("Several items have the code {code}.", code=session.question.code),
            T("Choose the one it is first."),
            ref=session.question.code,
        )
    if not session.lines:
        raise UserError(
            "nothing_scanned",
            T("Nothing was scanned yet."),
            T("Scan the bin's label, then what you put there."),
        )
    for line in open_points(session):
        code = line.goods.item.code
        raise UserError(
            "session_open",
            T("{sku} still wants its batch.", sku=code)
            if line.wants_batch
            else T("{sku} still wants {n} numbers.", sku=code, n=line.wants_serials),
            T("Read it on the box, or take the line out."),
            ref=code,
        )
