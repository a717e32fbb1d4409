"""Gifts by rule: which an order gets, and how many pieces. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class GiftEnd(StrEnum):
    """Why an order that a rule is meant for has no gift of it."""

    USED_UP = "used_up"  # so many as the rule gives in all were given
    NO_STOCK = "no_stock"
    REFUNDED = "refunded"  # what it was given for was refunded or cancelled


@dataclass(frozen=True, slots=True)
class GiftRule:
    """A rule. Every condition that it names must hold; an empty one always does.

    ``skus`` are our item codes; amount and pieces count the lines of these items, or all. ``each``:
    ``quantity`` for every piece that counts, else once an order. ``most``: given away in all, in
    pieces of the gift; 0 = as long as there are any. ``wait``: the parcel waits for its gift.
    """

    id: str
    name: str
    sku_id: str
    quantity: int = 1
    each: bool = False
    shops: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    least_fen: int = 0
    least_pieces: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    most: int = 0
    wait: bool = False


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """What is left of an order line: pieces of our item, and what was paid for them."""

    sku: str
    pieces: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Bought:
    """An order as the rules look at it, without what was refunded or is given by the shop."""

    shop: str
    paid_at: datetime | None
    lines: Sequence[BoughtLine]


def pieces_due(rule: GiftRule, bought: Bought, *, any_time: bool = False) -> int:
    """Pieces of the gift that the order gets by the rule; 0: none. ``any_time``: for a trial."""
    if rule.shops and bought.shop not in rule.shops:
        return 0
    if not any_time and not _in_time(rule, bought.paid_at):
        return 0
    counted = [line for line in bought.lines if not rule.skus or line.sku in rule.skus]
    pieces = sum(line.pieces for line in counted)
    paid_fen = sum(line.paid_fen for line in counted)
    if pieces < max(1, rule.least_pieces) or paid_fen < rule.least_fen:
        return 0
    return rule.quantity * pieces if rule.each else rule.quantity


def bought_line(sku: str, quantity: int, refunded: int, factor: int, paid_fen: int) -> BoughtLine:
    """What is left of a line of ``quantity`` pieces of its listing, ``factor`` of our item each."""
    left = max(0, quantity - refunded)
    return BoughtLine(sku, left * factor, paid_fen * left // quantity if quantity else 0)


def conditions_of(rule: GiftRule) -> dict[str, Any]:
    """The conditions as they are kept; those that always hold are left out."""
    values: dict[str, Any] = {
        "shops": sorted(rule.shops),
        "skus": sorted(rule.skus),
        "least_fen": rule.least_fen,
        "least_pieces": rule.least_pieces,
    }
    return {k: v for k, v in values.items() if v}


def read_conditions(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords of a ``GiftRule`` from what ``conditions_of`` gave."""
    return {
        "shops": frozenset(kept.get("shops", ())),
        "skus": frozenset(kept.get("skus", ())),
        "least_fen": int(kept.get("least_fen", 0)),
        "least_pieces": int(kept.get("least_pieces", 0)),
    }


def _in_time(rule: GiftRule, paid_at: datetime | None) -> bool:
    if rule.starts_at is None and rule.ends_at is None:
        return True
    if paid_at is None:
        return False
    begun = rule.starts_at is None or rule.starts_at <= paid_at
    return begun and (rule.ends_at is None or paid_at < rule.ends_at)
