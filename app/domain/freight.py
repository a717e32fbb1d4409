"""A carrier's bill against what a parcel should have cost: what is right, and what to claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.text import T, Text


class Verdict(StrEnum):
    """What is thought of a line of a bill."""

    RIGHT = "right"
    WEIGHT = "weight"  # charged for more weight than we measured
    PRICE = "price"  # charged more for the same weight
    UNKNOWN = "unknown"  # a number that never left from here
    DOUBLE = "double"  # the same parcel once more
    RETURNED = "returned"  # the way back of a returned parcel
    LESS = "less"  # charged less than expected
    UNPRICED = "unpriced"  # no price table says what it should cost


DIFFERING = (Verdict.WEIGHT, Verdict.PRICE, Verdict.UNKNOWN, Verdict.DOUBLE, Verdict.RETURNED)
"""What a merchant claims, or accepts one by one."""

VERDICT_WORDS: Mapping[Verdict, Text] = {
    Verdict.RIGHT: T("as expected"),
    Verdict.WEIGHT: T("weight differs"),
    Verdict.PRICE: T("price differs"),
    Verdict.UNKNOWN: T("never sent from here"),
    Verdict.DOUBLE: T("charged twice"),
    Verdict.RETURNED: T("returned and charged once more"),
    Verdict.LESS: T("less than expected"),
    Verdict.UNPRICED: T("no price table"),
}

_WAY_BACK = ("退回", "退件", "返程", "退货")


@dataclass(frozen=True, slots=True)
class BillLine:
    """One number on a statement; ``kind`` is the carrier's word for the fee, ``day`` ISO or ""."""

    line: int
    number: str
    billed_fen: int
    billed_weight_g: int | None = None
    day: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Ours:
    """What is known here of the number."""

    sent: bool
    weight_g: int | None = None
    expected_fen: int | None = None
    returned: bool = False  # it came back, or is on the way


@dataclass(frozen=True, slots=True)
class Judged:
    """``over_fen``: charged too much; below 0: too little."""

    verdict: Verdict
    expected_fen: int | None
    over_fen: int


def judge(line: BillLine, ours: Ours | None, *, again: bool) -> Judged:
    """What to think of a line. ``again``: the number stands on an earlier line already."""
    if ours is None or not ours.sent:
        return Judged(Verdict.UNKNOWN, None, line.billed_fen)
    way_back = any(word in line.kind for word in _WAY_BACK)
    if way_back or (again and ours.returned):
        return Judged(Verdict.RETURNED, 0, line.billed_fen)
    if again:
        return Judged(Verdict.DOUBLE, 0, line.billed_fen)
    if ours.expected_fen is None:
        return Judged(Verdict.UNPRICED, None, 0)
    over = line.billed_fen - ours.expected_fen
    if over == 0:
        verdict = Verdict.RIGHT
    elif over < 0:
        verdict = Verdict.LESS
    elif _heavier(line, ours):
        verdict = Verdict.WEIGHT
    else:
        verdict = Verdict.PRICE
    return Judged(verdict, ours.expected_fen, over)


def _heavier(line: BillLine, ours: Ours) -> bool:
    if line.billed_weight_g is None or not ours.weight_g:
        return False
    return line.billed_weight_g > ours.weight_g
