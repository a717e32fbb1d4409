"""Grams, fen and millimetres in the units that carriers want, without float noise.

Dividing one whole number by 100 or 1000 gives the nearest double, and JSON writes the shortest
text that reads back as it: 1230 g leave as ``1.23``, never as ``1.2300000000000002``.
"""

from __future__ import annotations


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


def size_text(box_mm: tuple[int, ...], millimetres_per_unit: int) -> str:
    """``length,width,height`` in another unit: 10 for centimetres, 1000 for metres."""
    return ",".join(_decimal(side_mm, millimetres_per_unit) for side_mm in box_mm)


def _decimal(value: int, per_unit: int) -> str:
    return str(value // per_unit) if value % per_unit == 0 else str(value / per_unit)
