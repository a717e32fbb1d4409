"""What one piece weighs, out of what scales have said. Pure; everything in g."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

MOST = 20
"""So many of the last weighings count."""

_LEAST_SPREAD_G = 5.0
_LEAST_SPREAD_SHARE = 0.05


def learnt_weight(grams: Sequence[float]) -> tuple[int, int] | None:
    """The weight of one piece and how many weighings it comes from; ``None`` without any.

    The mean of those near the median: a forgotten box or a second parcel on the scale is left out.
    """
    last = [g for g in grams if g > 0][:MOST]
    if not last:
        return None
    middle = statistics.median(last)
    spread = statistics.median(abs(g - middle) for g in last)
    near = max(3 * spread, _LEAST_SPREAD_G, middle * _LEAST_SPREAD_SHARE)
    good = [g for g in last if abs(g - middle) <= near]
    return max(1, round(statistics.fmean(good))), len(good)
