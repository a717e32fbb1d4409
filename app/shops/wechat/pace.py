"""How often one app id may call: one limiter for everything in this process that uses it.

Source: WeChat Store, quotas: calls are counted per app id. Whether the platform counts calendar
minutes or any sixty seconds is not said, so no sixty seconds see more than the limit.
"""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary

from app.net.limiter import RateLimiter

_SHARE = 0.97  # of the limit, steadily; with the burst and the jitter below it stays under 100 %
_BURST_SHARE = 0.02

_LIMITERS: WeakValueDictionary[tuple[str, str], RateLimiter] = WeakValueDictionary()
_LOCK = threading.Lock()


def limits(calls_per_minute: int) -> tuple[float, float]:
    """Calls a second and calls at once that never exceed ``calls_per_minute`` in any minute.

    Calls do not arrive as evenly as they leave: half a second of jitter is allowed for.
    """
    burst = max(1.0, calls_per_minute * _BURST_SHARE)
    return min(calls_per_minute * _SHARE, calls_per_minute - burst) / 60, burst


def limiter_of(base_url: str, app_id: str, calls_per_minute: int) -> RateLimiter:
    """The limiter of this app id; two shop objects of one app share it while either lives."""
    rate, burst = limits(calls_per_minute)
    with _LOCK:
        found = _LIMITERS.get((base_url, app_id))
        if found is None:
            found = _LIMITERS[base_url, app_id] = RateLimiter(rate, burst)
        else:
            found.change(rate, burst)
        return found
