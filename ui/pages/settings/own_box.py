"""Moving and stretching the merchant's own area within its free zones. Everything in mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain.label_designs import Place

LEAST_WIDTH_MM, LEAST_HEIGHT_MM = 15.0, 5.0
GRID_MM = 0.5
FINE_MM = 0.1


# Which edges a handle moves: left, top, right, bottom.
HANDLES: dict[str, tuple[int, int, int, int]] = {
    "top_left": (1, 1, 0, 0),
    "top": (0, 1, 0, 0),
    "top_right": (0, 1, 1, 0),
    "right": (0, 0, 1, 0),
    "bottom_right": (0, 0, 1, 1),
    "bottom": (0, 0, 0, 1),
    "bottom_left": (1, 0, 0, 1),
    "left": (1, 0, 0, 0),
}


def handle_at(box: Place, name: str) -> tuple[float, float]:
    """Where a handle's middle stands."""
    left, top, right, bottom = HANDLES[name]
    x = box.x if left else box.right if right else box.x + box.width / 2
    y = box.y if top else box.bottom if bottom else box.y + box.height / 2
    return x, y


def zone_of(box: Place, zones: Sequence[Place]) -> Place | None:
    """The free zone that the middle of ``box`` is in, else the nearest one."""
    if not zones:
        return None
    x, y = box.x + box.width / 2, box.y + box.height / 2

    def away(zone: Place) -> float:
        across = max(zone.x - x, 0, x - zone.right)
        down = max(zone.y - y, 0, y - zone.bottom)
        return across**2 + down**2

    return min(zones, key=away)


def moved(box: Place, right: float, down: float, zones: Sequence[Place], grid: float) -> Place:
    """``box`` moved, on the grid, and kept inside the free zone that it comes to lie in."""
    wanted = replace(box, x=_on(box.x + right, grid), y=_on(box.y + down, grid))
    zone = zone_of(wanted, zones)
    if zone is None:
        return box
    width, height = min(box.width, zone.width), min(box.height, zone.height)
    return Place(
        _between(wanted.x, zone.x, zone.right - width),
        _between(wanted.y, zone.y, zone.bottom - height),
        width,
        height,
    )


def stretched(
    box: Place, handle: str, right: float, down: float, zones: Sequence[Place], grid: float
) -> Place:
    """``box`` with the edges of ``handle`` moved; never smaller than can be read."""
    zone = zone_of(box, zones)
    if zone is None:
        return box
    on_left, on_top, on_right, on_bottom = HANDLES[handle]
    x0, y0, x1, y1 = box.x, box.y, box.right, box.bottom
    if on_left:
        x0 = _between(_on(x0 + right, grid), zone.x, x1 - LEAST_WIDTH_MM)
    if on_right:
        x1 = _between(_on(x1 + right, grid), x0 + LEAST_WIDTH_MM, zone.right)
    if on_top:
        y0 = _between(_on(y0 + down, grid), zone.y, y1 - LEAST_HEIGHT_MM)
    if on_bottom:
        y1 = _between(_on(y1 + down, grid), y0 + LEAST_HEIGHT_MM, zone.bottom)
    return Place(round(x0, 2), round(y0, 2), round(x1 - x0, 2), round(y1 - y0, 2))


def _on(value: float, grid: float) -> float:
    return round(round(value / grid) * grid, 2)


def _between(value: float, least: float, most: float) -> float:
    return round(max(least, min(value, max(least, most))), 2)
