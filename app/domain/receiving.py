"""Receiving by scan: a code and a session in, a verdict and the changed session out. Pure.

What is scanned: a bin's label, then goods, each scan a piece. ``CODE*12`` counts twelve at once,
``*12`` makes the last line twelve. ``BATCH=``, ``MADE=`` and ``EXP=`` say of which batch it is,
``SN=`` (or, where goods are kept by number, any other code) which piece, and the card ``CMD-UNDO``
takes the last scan back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.domain.bins import clean_bin, read_bin
from app.domain.commands import Command, read_command
from app.domain.days import read_day
from app.domain.errors import UserError
from app.domain.packing import Item

MOST_AT_ONCE = 1_000_000
_TIMES = re.compile(r"(?P<code>.*?)\s*[*×]\s*(?P<pieces>\d{1,9})")
_TOLD = re.compile(r"(?P<what>BATCH|MADE|EXP|SN)\s*=\s*(?P<value>.*\S)", re.IGNORECASE)


class Got(StrEnum):
    """What a scan did to the session."""

    BIN = "bin"  # what follows lies there
    COUNTED = "counted"
    QUANTITY = "quantity"  # the last line has that many now
    BATCH = "batch"
    SERIAL = "serial"
    ASK = "ask"  # several items have this code: which one?
    UNKNOWN = "unknown"
    UNDONE = "undone"
    NOTHING = "nothing"  # there is no line or scan that this could concern
    TWICE = "twice"  # this piece was scanned already
    BAD = "bad"  # a number, day or bin that cannot be


@dataclass(frozen=True, slots=True)
class Goods:
    """An item as it is received: by batch, by number, or just counted."""

    item: Item
    batch_tracked: bool = False
    serial_tracked: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    code: str = ""
    made_on: str = ""
    expires_on: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of one item and batch for one bin ("" = the item's home)."""

    goods: Goods
    bin: str
    quantity: int
    batch: Batch = Batch()
    serials: tuple[str, ...] = ()

    @property
    def wants_batch(self) -> bool:
        return self.goods.batch_tracked and not self.batch.code

    @property
    def wants_serials(self) -> int:
        """So many pieces have no number yet."""
        return self.quantity - len(self.serials) if self.goods.serial_tracked else 0


@dataclass(frozen=True, slots=True)
class Question:
    """Which of these items is it? They share the code; people tell them apart by picture."""

    code: str
    quantity: int
    candidates: tuple[Goods, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """What was scanned so far. ``current`` is the line that was touched last."""

    bin: str = ""
    lines: tuple[Line, ...] = ()
    current: int | None = None
    question: Question | None = None
    batches: Mapping[str, Batch] = field(default_factory=dict)  # told last, by SKU
    before: Session | None = None  # as it was before the last scan that did something

    @property
    def line(self) -> Line | None:
        return None if self.current is None else self.lines[self.current]

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a scan. ``line`` is the line it concerns."""

    verdict: Got
    code: str
    session: Session

    @property
    def line(self) -> Line | None:
        return None if self.verdict in {Got.BIN, Got.ASK, Got.UNKNOWN} else self.session.line

    @property
    def accepted(self) -> bool:
        return self.verdict in {
            Got.BIN,
            Got.COUNTED,
            Got.QUANTITY,
            Got.BATCH,
            Got.SERIAL,
            Got.UNDONE,
        }


def goods_code(code: str) -> str:
    """The part of a scan that may be a goods code: what the caller has to look up; "" = none."""
    text = code.strip()
    if read_bin(text) is not None or read_command(text) is not None or _TOLD.fullmatch(text):
        return ""
    times = _TIMES.fullmatch(text)
    return times["code"] if times else text


def scan(session: Session, code: str, found: Sequence[Goods]) -> Told:
    """One scan; ``found`` are all items that ``goods_code(code)`` may mean."""
    text = code.strip()
    if read_command(text) is Command.UNDO:
        return undo(session, text)
    if read_bin(text) is not None:
        return _bin(session, text)
    told = _TOLD.fullmatch(text)
    if told is not None:
        return _say(session, text, told["what"].upper(), told["value"])
    times = _TIMES.fullmatch(text)
    quantity = int(times["pieces"]) if times else 1
    if times and not times["code"]:
        return set_quantity(session, quantity, text)
    if not 0 < quantity <= MOST_AT_ONCE:
        return Told(Got.BAD, text, session)
    asked = session.question
    if asked is not None:
        return _answer(session, asked, goods_code(text), quantity, found)
    if not found:
        line = session.line
        if line is not None and line.goods.serial_tracked and not times:
            return add_serial(session, text)
        return Told(Got.UNKNOWN, text, session)
    if len(found) > 1:
        question = Question(goods_code(text), quantity, tuple(found))
        return Told(Got.ASK, text, replace(session, question=question, before=session))
    return _count(session, found[0], quantity, text)


def choose(session: Session, sku_id: str) -> Told:
    """Answer the question which of several items was scanned."""
    asked = session.question
    chosen = next((g for g in asked.candidates if g.item.sku_id == sku_id), None) if asked else None
    if asked is None or chosen is None:
        return Told(Got.NOTHING, "", session)
    # Taken back in one go: the question and its answer are one scan.
    before = session.before or Session()
    counted = _count(replace(session, question=None), chosen, asked.quantity, asked.code)
    return replace(counted, session=replace(counted.session, before=before))


def set_quantity(session: Session, quantity: int, code: str = "") -> Told:
    """The line touched last has that many pieces; 0 takes it out."""
    if session.question is not None and quantity > 0:
        asked = replace(session.question, quantity=quantity)
        return Told(Got.ASK, code, replace(session, question=asked))
    line, at = session.line, session.current
    if line is None or at is None:
        return Told(Got.NOTHING, code, session)
    if not len(line.serials) <= quantity <= MOST_AT_ONCE and quantity != 0:
        return Told(Got.BAD, code, session)
    if quantity == 0:
        rest = session.lines[:at] + session.lines[at + 1 :]
        emptied = replace(session, lines=rest, current=None, before=session)
        return Told(Got.QUANTITY, code, emptied)
    return Told(Got.QUANTITY, code, _with_line(session, at, replace(line, quantity=quantity)))


def say_batch(session: Session, batch: Batch, code: str = "") -> Told:
    """Of which batch the goods touched last are, and what follows of them.

    A line that has no batch gets it; of a line of another batch the pieces stay what they are.
    """
    line, at = session.line, session.current
    if line is None or at is None:
        return Told(Got.NOTHING, code, session)
    known = {**session.batches, line.goods.item.sku_id: batch}
    if line.batch.code in {"", batch.code}:
        changed = _with_line(session, at, replace(line, batch=batch))
        return Told(Got.BATCH, code, _merged(replace(changed, batches=known)))
    return Told(Got.BATCH, code, replace(session, batches=known, before=session))


def add_serial(session: Session, number: str) -> Told:
    """The number of a piece of the line touched last; beyond its pieces it is one more."""
    line, at = session.line, session.current
    number = re.sub(r"\s", "", number)
    if line is None or at is None or not number:
        return Told(Got.NOTHING, number, session)
    sku_id = line.goods.item.sku_id
    if any(number in x.serials for x in session.lines if x.goods.item.sku_id == sku_id):
        return Told(Got.TWICE, number, session)
    numbers = (*line.serials, number)
    changed = replace(line, serials=numbers, quantity=max(line.quantity, len(numbers)))
    return Told(Got.SERIAL, number, _with_line(session, at, changed))


def undo(session: Session, code: str = "") -> Told:
    """The session as it was before the last scan that did something."""
    if session.before is None:
        return Told(Got.NOTHING, code, session)
    return Told(Got.UNDONE, code, session.before)


def open_points(session: Session) -> list[Line]:
    """The lines that cannot be booked yet: without their batch, or without a number each."""
    return [line for line in session.lines if line.wants_batch or line.wants_serials]


def _bin(session: Session, code: str) -> Told:
    try:
        name = clean_bin(code)
    except UserError:
        return Told(Got.BAD, code, session)
    return Told(Got.BIN, code, replace(session, bin=name, current=None, before=session))


def _say(session: Session, code: str, what: str, value: str) -> Told:
    if what == "SN":
        return add_serial(session, value)
    line = session.line
    if line is None:
        return Told(Got.NOTHING, code, session)
    if what == "BATCH":
        known = session.batches.get(line.goods.item.sku_id, line.batch)
        return say_batch(session, known if known.code == value else Batch(value), code)
    try:
        day = read_day(value)
    except UserError:
        return Told(Got.BAD, code, session)
    now = session.batches.get(line.goods.item.sku_id, line.batch)
    said = replace(now, made_on=day) if what == "MADE" else replace(now, expires_on=day)
    return say_batch(session, said, code)


def _answer(
    session: Session, asked: Question, code: str, quantity: int, found: Sequence[Goods]
) -> Told:
    """A scan while a question is open: one of its items answers it, the same code is one more."""
    named = [g for g in asked.candidates if len(found) == 1 and g.item == found[0].item]
    if named:
        return choose(session, named[0].item.sku_id)
    if code == asked.code:
        more = replace(asked, quantity=asked.quantity + quantity)
        return Told(Got.ASK, code, replace(session, question=more))
    return Told(Got.ASK, code, session)


def _count(session: Session, goods: Goods, quantity: int, code: str) -> Told:
    batch = session.batches.get(goods.item.sku_id, Batch())
    for at, line in enumerate(session.lines):
        if (
            line.goods.item.sku_id == goods.item.sku_id
            and line.bin == session.bin
            and line.batch.code == batch.code
        ):
            more = replace(line, quantity=line.quantity + quantity)
            return Told(Got.COUNTED, code, _with_line(session, at, more))
    new = Line(goods, session.bin, quantity, batch)
    at = len(session.lines)
    lines = (*session.lines, new)
    return Told(Got.COUNTED, code, replace(session, lines=lines, current=at, before=session))


def _with_line(session: Session, at: int, line: Line) -> Session:
    lines = (*session.lines[:at], line, *session.lines[at + 1 :])
    return replace(session, lines=lines, current=at, before=session)


def _merged(session: Session) -> Session:
    """Two lines of one item, bin and batch are one."""
    line, at = session.line, session.current
    if line is None or at is None:
        return session
    for other_at, other in enumerate(session.lines):
        if (
            other_at != at
            and other.goods.item.sku_id == line.goods.item.sku_id
            and (other.bin, other.batch.code) == (line.bin, line.batch.code)
        ):
            both = replace(
                other,
                quantity=other.quantity + line.quantity,
                batch=line.batch,
                serials=other.serials + line.serials,
            )
            lines = [*session.lines]
            lines[other_at] = both
            del lines[at]
            current = other_at - (at < other_at)
            return replace(session, lines=tuple(lines), current=current)
    return session
