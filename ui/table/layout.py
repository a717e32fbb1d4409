"""How wide the columns are: fixed ones, stretching ones, and which go when it is tight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ui.table.cells import Column


def column_widths(
    columns: Sequence[Column],
    room: int,
    scale: float,
    user_widths: Mapping[str, int],
    hidden: set[str],
) -> dict[str, int]:
    """Width by key of the columns that are shown.

    When the minimum widths do not fit into ``room``, columns with ``shed`` go, highest first.
    """
    shown = [column for column in columns if column.key not in hidden]

    def least(column: Column) -> int:
        if column.stretch:
            return round((column.min_width or column.width) * scale)
        return user_widths.get(column.key, round(column.width * scale))

    while sum(map(least, shown)) > room:
        spare = [column for column in shown if column.shed]
        if not spare:
            break
        shown.remove(max(spare, key=lambda column: column.shed))
    widths = {column.key: least(column) for column in shown}
    left = room - sum(widths.values())
    parts = sum(column.stretch for column in shown)
    if left > 0 and parts:
        given = 0
        stretching = [column for column in shown if column.stretch]
        for column in stretching[:-1]:
            share = left * column.stretch // parts
            widths[column.key] += share
            given += share
        widths[stretching[-1].key] += left - given
    return widths
