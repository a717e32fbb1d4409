"""A whole bad day, with shipping: run it, and see what is wrong afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.support import storm_truth
from tests.support.storm import BadDay
from tests.support.storm_floor import SHOPS, Floor
from tests.support.storm_truth import Witness
from tests.support.warehouse import open_bench


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of the day. ``unknown_s``: how old requests were that no program could know of."""

    wrong: list[str]
    done: Counter[str]
    faults: int
    failed_polls: int
    taken: int
    unknown_s: list[float]

    def count(self, *names: str) -> int:
        """How often things with one of these names (a ``*`` is anything) happened."""
        return sum(n for name, n in self.done.items() if any(fnmatchcase(name, p) for p in names))


def full_day(folder: Path, orders: int, changes: int, seed: int) -> Ended:
    """``orders`` come in at two shops and are shipped while ``changes`` are made.

    Half of the changes meet any order that is not sent, half a box that is sealed.
    """
    late = changes // 2
    with open_bench(folder / "storm", orders=48) as bench:
        floor = Floor(bench, seed, late_changes=late)
        try:
            day = floor.day = BadDay(
                bench,
                orders,
                changes - late,
                seed,
                each_turn=floor.turn,
                shops=SHOPS,
                bring=floor.bring,
                weather=floor.weather,
                calm_turns=25,
            )
            witness = Witness(floor)
            witness.stand()
            day.run()
            wrong = [*day.wrong(folder / "fresh"), *storm_truth.wrong(floor), *witness.wrong]
        finally:
            floor.close()
    return Ended(
        wrong, floor.done, day.faults_met, day.failed_polls, witness.taken, witness.unknown
    )
