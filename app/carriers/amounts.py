"""Grams, fen and millimetres in the units that carriers want, without float noise.

Dividing one whole number by 100 or 1000 gives the nearest double, and JSON writes the shortest
text that reads back as it: 1230 g leave as ``1.23``, never as ``1.2300000000000002``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_MOST_YUAN = 1_000_000  # more is no price of a parcel


def kilograms(weight_g: int) -> float:
    return weight_g / 1000


def yuan(price_fen: int) -> float:
    return price_fen / 100


def yuan_number(price_fen: int) -> int | float:
    """Yuan as a whole number where it is one: ``30``, ``126.5``."""
    return price_fen // 100 if price_fen % 100 == 0 else price_fen / 100


def yuan_text(price_fen: int) -> str:
    """Yuan with two places: ``299.00``."""
    return f"{price_fen // 100}.{price_fen % 100:02d}"


def yuan_short_text(price_fen: int) -> str:
    """Yuan without places where there are none: ``1000``, ``1000.50``."""
    return yuan_text(price_fen).removesuffix(".00")


def fen_of_yuan(value: Any) -> int | None:
    """Fen of an amount in yuan, a number or a text (``12.5``, ``"¥12.50"``); ``None`` for others.

    Parts of a fen are rounded half up.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        yuan_amount = Decimal(str(value).strip().removeprefix("¥").removesuffix("元").strip())
        if not yuan_amount.is_finite() or not 0 <= yuan_amount < _MOST_YUAN:
            return None
        return int((yuan_amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        return None


def size_text(box_mm: tuple[int, ...], millimetres_per_unit: int) -> str:
    """``length,width,height`` in another unit: 10 for centimetres, 1000 for metres."""
    return ",".join(_decimal(side_mm, millimetres_per_unit) for side_mm in box_mm)


def _decimal(value: int, per_unit: int) -> str:
    return str(value // per_unit) if value % per_unit == 0 else str(value / per_unit)
