"""A bench ships all through a bad day, on both ways, and two programs die at it now and then.

Afterwards the shops' and carriers' own books are compared with the database.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.storm_day import full_day


# trap 16
# trap 19
# trap 20
# trap 21
# trap 24
# trap 25
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", [31])
def test_every_parcel_is_told_once_none_while_held_and_no_number_is_left_over(
    tmp_path: Path, seed: int
) -> None:
    ended = full_day(tmp_path, orders=50, changes=60, seed=seed)
    assert ended.wrong == []
    # The day was a bad one, and everything that can happen to a parcel did happen.
    assert ended.faults > 80
    assert ended.count("crashed") >= 1
    assert ended.count("changed when sealed", "our number entered by hand") >= 15
    assert ended.count("drain *") > 5
    assert ended.taken >= 40
    for name in (
        "split",
        "merge",
        "packed",
        "ship shipped",
        "unship",
        "told void done",
        "told correct done",
    ):
        assert ended.count(name), name
    # What no program could know of was asked for a moment ago.
    assert all(age_s <= 60 for age_s in ended.unknown_s)
