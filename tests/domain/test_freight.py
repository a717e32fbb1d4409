"""What is thought of a line of a bill."""

from __future__ import annotations

import pytest

from app.domain.freight import BillLine, Judged, Ours, Verdict, judge

OURS = Ours(sent=True, weight_g=1260, expected_fen=550)


def line(fen: int = 550, weight_g: int | None = 1260, kind: str = "") -> BillLine:
    return BillLine(2, "78612034510093", fen, weight_g, kind=kind)


@pytest.mark.parametrize(
    ("told", "ours", "again", "wanted"),
    [
        (line(), OURS, False, Judged(Verdict.RIGHT, 550, 0)),
        (line(700, 3000), OURS, False, Judged(Verdict.WEIGHT, 550, 150)),
        (line(700, 1260), OURS, False, Judged(Verdict.PRICE, 550, 150)),
        (line(700, None), OURS, False, Judged(Verdict.PRICE, 550, 150)),
        (line(700, 3000), Ours(True, None, 550), False, Judged(Verdict.PRICE, 550, 150)),
        (line(500), OURS, False, Judged(Verdict.LESS, 550, -50)),
        (line(), OURS, True, Judged(Verdict.DOUBLE, 0, 550)),
        (line(), Ours(True, 1260, 550, returned=True), False, Judged(Verdict.RIGHT, 550, 0)),
        (line(), Ours(True, 1260, 550, returned=True), True, Judged(Verdict.RETURNED, 0, 550)),
        (line(kind="退回件运费"), OURS, False, Judged(Verdict.RETURNED, 0, 550)),
        (line(), None, False, Judged(Verdict.UNKNOWN, None, 550)),
        (line(), Ours(sent=False), True, Judged(Verdict.UNKNOWN, None, 550)),
        (line(), Ours(sent=True), False, Judged(Verdict.UNPRICED, None, 0)),
    ],
)
def test_verdicts(told: BillLine, ours: Ours | None, again: bool, wanted: Judged) -> None:
    assert judge(told, ours, again=again) == wanted
