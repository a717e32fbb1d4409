"""Grams, fen and millimetres in the units that carriers want, without float noise.

Dividing one whole number by 100 or 1000 gives the nearest double, and JSON writes the shortest
text that reads back as it: 1230 g leave as ``1.23``, never as ``1.2300000000000002``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_MOST = 1_000_000  # more is no price, and no weight, of a parcel


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


def fen_of_yuan(value: Any, *, below_zero: bool = False) -> int | None:
    """Fen of an amount in yuan, a number or a text (``12.5``, ``"¥12.50"``); ``None`` for others.

    Parts of a fen are rounded half up. ``below_zero``: a discount is an amount too.
    """
    text = value.strip().removeprefix("¥").removesuffix("元") if isinstance(value, str) else value
    fen = _parts_of(text, 100)
    return fen if fen is not None and (fen >= 0 or below_zero) else None


def grams_of_kilograms(value: Any) -> int | None:
    """Grams of a weight in kilograms, a number or a text; ``None`` for others."""
    weight_g = _parts_of(value, 1000)
    return weight_g if weight_g is not None and weight_g >= 0 else None


def _parts_of(value: Any, parts: int) -> int | None:
    """``value`` in whole hundredths or thousandths, halves up; ``None`` for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        whole = Decimal(str(value).strip())
        if not whole.is_finite() or abs(whole) >= _MOST:
            return None
        return int((whole * parts).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        return None


def size_text(box_mm: tuple[int, ...], millimetres_per_unit: int) -> str:
    """``length,width,height`` in another unit: 10 for centimetres, 1000 for metres."""
    return ",".join(_decimal(side_mm, millimetres_per_unit) for side_mm in box_mm)


def _decimal(value: int, per_unit: int) -> str:
    return str(value // per_unit) if value % per_unit == 0 else str(value / per_unit)
