"""What stands against the parcels of a wave that is not made yet. Asks nobody, books nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.checks import FoundBy, Weight
from app.domain.text import Text
from app.domain.waybills import ProblemClass
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.numbers import prechecks
from app.services.numbers.prechecks import CheckRow
from app.services.waves import troubles, waves
from app.services.waves.troubles import Trouble
from app.services.workplace import Workplace

MOST = 500
"""So many parcels are looked at; the rest of a larger wave when its numbers are taken."""

_AT_ONCE = 100  # parcels between two answers to "stop"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a wave shall be made of, and what of it stays out.

    ``carrier`` ``None``: all; ``limit`` ``None``: no limit.
    """

    carrier: str | None = None
    order_by: str = "deadline"
    limit: int | None = None
    without_refused: bool = True
    without_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What the wave would get now, and what was found in it and in what stays out."""

    taken: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    found: Mapping[str, Trouble] = field(default_factory=dict)
    whole: bool = True  # every parcel was looked at

    def of(self, *, doubtful: bool) -> tuple[str, ...]:
        """The parcels that would be refused, or those that are only doubtful."""
        return tuple(p for p, t in self.found.items() if t.doubtful is doubtful)

    def reasons(self, *, doubtful: bool) -> list[tuple[Text, int]]:
        """What is said of them and of how many, the most frequent first."""
        counts = Counter(t.message.as_json() for t in self.found.values() if t.doubtful is doubtful)
        return [(Text.from_json(said), n) for said, n in counts.most_common()]


Seen = dict[str, Trouble | None]
"""What one question has learned so far, by parcel; one thread at a time."""


def look(
    work: Workplace,
    wish: Wish,
    seen: Seen,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> Looked:
    """Look at what the wish would take; what stays out makes room for others, up to the limit.

    ``seen`` is added to, so that another wish costs only what is new in it. Raises ``Cancelled``.
    """
    token = cancel or CancelToken()
    while True:
        left = tuple(p for p, t in seen.items() if t is not None and _stays_out(t, wish))
        taken = waves.would_take(
            work, carrier=wish.carrier, order_by=wish.order_by, limit=wish.limit, without=left
        )
        new = [p for p in taken if p not in seen]
        room = max(0, MOST - len(seen))
        if not new or not room:
            break
        _check(work, new[:room], seen, progress, token)
    found, out = _in_reach(work, wish, seen, taken, set(left))
    return Looked(tuple(taken), out, found, whole=not new)


def _in_reach(
    work: Workplace, wish: Wish, seen: Seen, taken: Sequence[str], left: set[str]
) -> tuple[dict[str, Trouble], tuple[str, ...]]:
    """What was found in the wave and in what makes room in it; and the latter."""
    line = waves.would_take(work, carrier=wish.carrier, order_by=wish.order_by)
    if wish.limit and len(taken) >= wish.limit:
        line = line[: line.index(taken[-1]) + 1] if taken[-1] in line else line
    found = {p: t for p in line if (t := seen.get(p)) is not None}
    return found, tuple(p for p in line if p in left)


def look_at(work: Workplace, parcel_ids: Sequence[str]) -> dict[str, Trouble]:
    """What stands against these parcels now."""
    rows = prechecks.check(work, parcel_ids, online=False)
    found = {row.parcel: against(row) for row in rows}
    return {p: t for p, t in found.items() if t is not None}


def _check(
    work: Workplace, ids: Sequence[str], seen: Seen, progress: Progress, token: CancelToken
) -> None:
    begun = len(seen)
    for start in range(0, len(ids), _AT_ONCE):
        chunk = ids[start : start + _AT_ONCE]

        def tell(step: Step, /, before: int = begun + start) -> None:
            progress(replace(step, done=before + step.done, total=begun + len(ids)))

        rows = prechecks.check(work, chunk, tell, token, online=False)
        token.check()
        seen.update({row.parcel: against(row) for row in rows})


def against(row: CheckRow) -> Trouble | None:
    """What a person should look at; labels that run out are said where the accounts are."""
    for finding in row.findings:
        empty = finding.by is FoundBy.ACCOUNT and finding.code == ProblemClass.BALANCE
        if finding.weight is not Weight.LATER and not empty:
            return troubles.of_finding(finding)
    return None


def _stays_out(trouble: Trouble, wish: Wish) -> bool:
    return wish.without_doubtful if trouble.doubtful else wish.without_refused
