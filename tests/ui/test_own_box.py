"""The own area stays in its free zone, whatever the hand does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.label_designs import Place
from ui.pages.settings.own_box import GRID_MM, HANDLES, moved, stretched

ZONES = (Place(4, 99.6, 68, 27), Place(10, 5, 40, 12))
BOX = Place(10, 105, 30, 12)
far = st.floats(-200, 200)


@given(far, far)
def test_moving_never_leaves_the_free_zones(right: float, down: float) -> None:
    box = moved(BOX, right, down, ZONES, GRID_MM)
    assert any(zone.holds(box) for zone in ZONES)


@given(st.sampled_from(sorted(HANDLES)), far, far)
def test_stretching_stays_inside_and_can_be_read(handle: str, right: float, down: float) -> None:
    box = stretched(BOX, handle, right, down, ZONES, GRID_MM)
    assert ZONES[0].holds(box)
    assert box.width >= 15
    assert box.height >= 5


def test_only_the_edges_of_the_handle_move() -> None:
    box = stretched(BOX, "bottom_right", 5, 3, ZONES, GRID_MM)
    assert (box.x, box.y, box.width, box.height) == (10, 105, 35, 15)
    assert moved(BOX, 2, -1, ZONES, GRID_MM) == Place(12, 104, 30, 12)
