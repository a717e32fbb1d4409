"""``[tracking]`` of a configuration file."""

from __future__ import annotations

from app.domain.following import Limits
from app.domain.text import T
from app.settings.places import check_provinces
from app.settings.reading import Table

_MOST_HOURS = 30 * 24
_MOST_DAYS = 60
_MOST_CALLS = 1_000_000
_MOST_TIMES = 10_000


def read_tracking(table: Table) -> Limits:
    """The limits; a key that is not there has its default, 0 turns a warning off."""
    usual = Limits()
    found = Limits(
        not_picked_up_h=_whole(table, "not_picked_up_h", usual.not_picked_up_h, _MOST_HOURS),
        no_movement_h=_whole(table, "no_movement_h", usual.no_movement_h, _MOST_HOURS),
        no_movement_remote_h=_whole(
            table, "no_movement_remote_h", usual.no_movement_remote_h, _MOST_HOURS
        ),
        pickup_point_h=_whole(table, "pickup_point_h", usual.pickup_point_h, _MOST_HOURS),
        slow_days=_whole(table, "slow_days", usual.slow_days, _MOST_DAYS),
        slow_remote_days=_whole(table, "slow_remote_days", usual.slow_remote_days, _MOST_DAYS),
        track_calls_per_day=_whole(
            table, "track_calls_per_day", usual.track_calls_per_day, _MOST_CALLS
        ),
        remote_provinces=table.texts("remote_provinces", usual.remote_provinces),
        faster=max(1, _whole(table, "faster", usual.faster, _MOST_TIMES)),
    )
    check_provinces(table, "remote_provinces", found.remote_provinces)
    table.finish()
    return found


def _whole(table: Table, key: str, usual: int, most: int) -> int:
    if not table.has(key):
        return usual
    value = table.whole(key)
    if value > most:
        table.wrong(
            key,
            T("{key} is out of range.", key=key),
            T("Give a number from {low} to {high}.", low=0, high=most),
        )
        return usual
    return value
