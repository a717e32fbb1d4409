"""Labels through bad printers by programs that are killed: none lost, doubled or out of order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.print_storm_floor import prepare
from tests.support.print_storm_truth import report, storm

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

LABELS, PER_WAVE, KILLS = 120, 40, 5


@pytest.mark.parametrize(
    ("seed", "languages"), [(1, ("tspl",)), (2, ("escpos",)), (3, ("zpl",)), (4, ("tspl", "zpl"))]
)
def test_every_label_is_on_one_good_paper(
    tmp_path: Path, seed: int, languages: tuple[str, ...]
) -> None:
    prepared = prepare(tmp_path / "prepared", LABELS, PER_WAVE)
    told = storm(prepared, tmp_path / "storm", seed, languages, KILLS)
    assert not told.wrong, report([told], 0)
    assert told.counts["programs killed"] == KILLS * len(languages)
    assert told.counts["became unknown"] > 0
