"""What a parcel costs: the carrier's quote, the estimate of a price table, and the bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.waybills import Problem


@dataclass(frozen=True, slots=True)
class Quote:
    """What a carrier says a parcel will cost and when it will arrive. Money in fen."""

    product: str = ""  # the carrier's own code
    product_name: str = ""
    fee_fen: int | None = None
    arrives_from: datetime | None = None  # aware UTC
    arrives_by: datetime | None = None  # aware UTC


@dataclass(frozen=True, slots=True)
class Quotes:
    """All products a carrier offers for a parcel, or why it offers none."""

    quotes: tuple[Quote, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """What a carrier has charged for a number; ``None`` where it does not say."""

    number: str
    fee_fen: int | None = None
    weight_g: int | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class NumbersLeft:
    """How many numbers a prepaid account has left; ``None``: it is not counted."""

    left: int | None = None
    problem: Problem | None = None
