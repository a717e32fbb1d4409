"""Asking now about a whole list of parcels: what came of it, and what stood in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from app.domain.waybills import Problem
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.tracking import on_demand, views
from app.services.tracking.limits import limits
from app.services.tracking.on_demand import Looked
from app.services.tracking.views import TrackFilter
from app.services.workplace import Workplace

JUST_ASKED = timedelta(minutes=5)
_AT_ONCE = 100
_NOBODY = "nobody_to_ask"


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why so many parcels of a carrier could not be asked about."""

    carrier: str
    problem: Problem
    parcels: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """``asked`` got an answer, ``left`` were not reached: cancelled, or nobody answers."""

    asked: int = 0
    left: int = 0
    hindrances: tuple[Hindrance, ...] = field(default=())


def refresh(
    work: Workplace,
    wanted: TrackFilter | Sequence[str],
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> Refreshed:
    """Ask about the open parcels of a list (or about these waybills), the worst first.

    Of a list, what was asked about within ``JUST_ASKED`` is left out. Stops when no carrier
    answers any more. Waits on the network.
    """
    token = cancel or CancelToken()
    if isinstance(wanted, TrackFilter):
        just_asked = JUST_ASKED / max(1, limits(work).faster)
        ids: Sequence[str] = views.open_ids(work, wanted, just_asked)
    else:
        ids = wanted
    asked = failed = 0
    found: dict[tuple[str, str], Hindrance] = {}
    done = 0
    while done < len(ids) and not token.cancelled:
        tell = _further(progress, done, failed, len(ids))
        looked = on_demand.look(work, ids[done : done + _AT_ONCE], tell, token)
        done += len(looked)
        asked += sum(one.ok for one in looked)
        failed += sum(not one.ok for one in looked)
        _gather(found, looked)
        if _all_refused(looked):
            break
    return Refreshed(asked, len(ids) - done, tuple(found.values()))


def _further(progress: Progress, done: int, failed: int, total: int) -> Progress:
    """The steps of a hundred as steps of the whole."""

    def tell(step: Step, /) -> None:
        progress(Step(done + step.done, total, failed + step.failed, None, step.ref))

    return tell


def _gather(found: dict[tuple[str, str], Hindrance], looked: Iterable[Looked]) -> None:
    for one in looked:
        if one.problem is not None:
            key = (one.carrier, one.problem.code)
            known = found.get(key, Hindrance(one.carrier, one.problem, 0))
            found[key] = Hindrance(one.carrier, one.problem, known.parcels + 1)


def _all_refused(looked: Sequence[Looked]) -> bool:
    """Whether those who could be asked all failed: the next hundred brings the same."""
    problems = [one.problem for one in looked]
    asked = [p for p in problems if p is None or p.code != _NOBODY]
    return not looked or (bool(asked) and all(p is not None for p in asked))
