"""A fifth of all calls fails while orders change: afterwards everything is as the shop has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.storm import BadDay
from tests.support.warehouse import open_bench


# trap 1
# trap 2
# trap 3
# trap 4
@pytest.mark.timeout(400)
def test_nothing_is_lost_or_doubled_and_no_hold_outlives_its_cause(tmp_path: Path) -> None:
    with open_bench(tmp_path / "storm", orders=48) as bench:
        day = BadDay(bench, orders=300, changes=45)
        day.run()
        assert day.faults_met > 50
        assert day.failed_polls > 5
        assert day.wrong(tmp_path / "fresh") == []
