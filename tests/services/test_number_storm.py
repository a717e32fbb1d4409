"""A small storm over three carriers: one live number a parcel, and nothing leaks unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.number_storm import NumberStorm
from tests.support.warehouse import Bench, open_bench


@pytest.mark.timeout(400)
def test_answers_lost_and_programs_dead_leave_one_number_a_parcel(tmp_path: Path) -> None:
    with open_bench(tmp_path, orders=120, then=Bench.sync) as bench:
        storm = NumberStorm(bench, most=60, a_round=15, lost_share=0.25)
        storm.run()
        assert storm.faults_met >= 5
        assert storm.done["programs died"] >= 1
        assert storm.wrong() == []
