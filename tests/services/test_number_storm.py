"""A small storm over every carrier: one live number a parcel, and nothing leaks unseen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.number_storm import NumberStorm
from tests.support.warehouse import Bench, open_bench


@pytest.mark.timeout(400)
@pytest.mark.parametrize("repeats", [[], ["yto", "sto"]])
def test_answers_lost_and_programs_dead_leave_one_number_a_parcel(
    tmp_path: Path, repeats: Sequence[str]
) -> None:
    with open_bench(tmp_path, orders=140, then=Bench.sync) as bench:
        storm = NumberStorm(bench, most=70, a_round=18, lost_share=0.25, repeats=repeats)
        storm.run()
        assert storm.faults_met >= 5
        assert storm.done["programs died"] >= 1
        assert storm.wrong() == []
