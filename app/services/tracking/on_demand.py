"""Asking now about the numbers that a person names: ours, or any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select

from app.domain import recognition
from app.domain.errors import PackbenchError
from app.domain.text import T
from app.domain.tracking import Track, TrackEvent, TrackQuery, TrackStage, stage_of
from app.domain.waybills import Problem, ProblemClass
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.numbers import recognising
from app.services.tracking import asking, budget, following, storing, views
from app.services.tracking.answering import Answering, answering
from app.services.tracking.asking import Asked
from app.services.tracking.limits import limits
from app.services.tracking.phones import phone_ends
from app.services.tracking.views import TrackRow
from app.services.workplace import Workplace
from app.store.tables import waybills

RowT = TypeVar("RowT")
_MOST_COMPANIES = 3  # asked about a number that nobody can place


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of one number. ``row``: the followed parcel; ``None`` for another number.

    ``problem`` says why the question brought nothing now; what was known before is there all the
    same.
    """

    number: str
    carrier: str
    stage: TrackStage | None = None
    events: tuple[TrackEvent, ...] = ()
    row: TrackRow | None = None
    problem: Problem | None = field(default=None)

    @property
    def ok(self) -> bool:
        return self.problem is None


def look(
    work: Workplace,
    wanted: Sequence[str],
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[Looked]:
    """Ask about these numbers (or waybill ids) now and keep what is ours; waits on the network.

    In the order given, each number once; one that cannot be asked about says why. When cancelled,
    what was asked until then.
    """
    token = cancel or CancelToken()
    who = answering(work)
    ours: dict[str, str] = {}  # waybill id: what was named
    others: list[str] = []
    for name in dict.fromkeys(wanted):
        waybill_id = views.followed(work, name)
        if waybill_id is None:
            others.append(name)
        else:
            ours.setdefault(waybill_id, name)
    found: dict[str, Looked] = {}
    failed = 0

    def each() -> Iterator[tuple[str, Looked]]:
        for waybill_id, looked in _ours(work, list(ours), who, token):
            yield ours[waybill_id], looked
        for name in others:
            if token.cancelled:
                return
            yield name, _other(work, name, who)

    for name, looked in each():
        found[name] = looked
        failed += not looked.ok
        step = Step(len(found), len(ours) + len(others), failed, None, looked.number)
        progress(step)
    return [found[name] for name in dict.fromkeys(wanted) if name in found]


def _ours(
    work: Workplace, ids: Sequence[str], who: Answering, token: CancelToken
) -> Iterator[tuple[str, Looked]]:
    """Followed parcels, account by account, as many a call as it takes."""
    rules = limits(work)
    by_account: dict[str, list[TrackRow]] = defaultdict(list)
    for chunk in _pages(ids, 400):
        for row in views.track_rows(work, chunk):
            by_account[row.account].append(row)
    for account, rows in by_account.items():
        if not account:
            yield from ((r.id, _known(work, r.id, asking.nobody(r.carrier))) for r in rows)
            continue
        stop: Problem | None = None
        for some in _pages(rows, _a_call(work, account)):
            if token.cancelled:
                return
            if stop is None:
                with work.db.write() as tx:
                    budget.take(tx, work, account, 1, None)
                asked = asking.wanted(work, [r.id for r in some])
                heard = asking.ask(work, account, asked, rules)
                stop = heard.stop
                problems = dict(heard.problems)
                other = who.after(account)
                for one in asking.strange(account, asked, heard) if other else ():
                    following.hand_on(work, [one.waybill_id], other)
                    with work.db.write() as tx:
                        budget.take(tx, work, other, 1, None)
                    del problems[one.waybill_id]
                    problems |= asking.ask(work, other, [one], rules).problems
            else:  # its keys are wrong or it cannot be reached: the next number brings the same
                problems = {r.id: stop for r in some}
            for row in some:
                yield row.id, _known(work, row.id, problems.get(row.id))


def _pages(rows: Sequence[RowT], size: int) -> Iterator[Sequence[RowT]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _a_call(work: Workplace, account: str) -> int:
    try:
        source = asking.tracker(work, account)
    except PackbenchError:
        return 1
    return asking.numbers_a_call(source) if source is not None else 1


def _known(work: Workplace, waybill_id: str, problem: Problem | None) -> Looked:
    detail = views.track_detail(work, waybill_id)
    row = detail.row
    stage = TrackStage(row.stage) if row.stage else None
    return Looked(row.number, row.carrier, stage, detail.events, row, problem)


def _other(work: Workplace, name: str, who: Answering) -> Looked:
    """A number that is not followed: a label of ours that has not left, or somebody else's."""
    with work.db.read() as tx:
        waybill = tx.execute(
            select(waybills).where(waybills.c.number.in_(recognition.forms(name)))
        ).first()
    if waybill is not None:
        asked = Asked(
            waybill.id,
            waybill.number,
            waybill.carrier,
            phones=phone_ends(work, waybill.parties_sealed),
        )
        given_by = waybill.account if waybill.request_id else ""  # a typed number is anybody's
        looked = _of_anybody(work, who, asked, given_by)
        if looked.events:
            with work.db.write() as tx:
                told = [Track(waybill.number, looked.events)]
                storing.store_events(tx, work, waybill.id, told)
        return looked
    seems = recognising.suggest(work, name)
    companies = [c for c in (seems.carrier, *seems.others) if c][:_MOST_COMPANIES]
    best: Looked | None = None
    for company in companies:
        looked = _of_anybody(work, who, Asked("", seems.number, company))
        if looked.events:
            return looked
        best = best if best is not None and best.ok else looked
    return best or Looked(seems.number, "", problem=_not_placed(seems.number))


def _of_anybody(work: Workplace, who: Answering, asked: Asked, given_by: str = "") -> Looked:
    """Ask the company's own account, then who knows every company.

    A company tells little of a number that another customer has: it refuses it, or is silent.
    """
    account = who.account(asked.company, given_by)
    looked = _asked(work, account, asked)
    other = who.after(account) if account and account != given_by else ""
    if looked.events or not other:
        return looked
    again = _asked(work, other, asked)
    return again if again.events or (again.ok and not looked.ok) else looked


def _asked(work: Workplace, account: str, asked: Asked) -> Looked:
    """Ask about one number without keeping anything."""
    if not account:
        return Looked(asked.number, asked.company, problem=asking.nobody(asked.company))
    try:
        source = asking.tracker(work, account)
    except PackbenchError as error:
        return Looked(asked.number, asked.company, problem=asking.unusable(error))
    if source is None:
        return Looked(asked.number, asked.company, problem=asking.nobody(asked.company))
    looked = Looked(asked.number, asked.company)
    for phone in asked.phones or ("",):
        with work.db.write() as tx:
            budget.take(tx, work, account, 1, None)
        (track,) = source.track([TrackQuery(asked.number, phone, asked.company)])
        looked = Looked(
            asked.number, asked.company, stage_of(track.events), track.events, None, track.problem
        )
        if track.problem is None or track.problem.kind is not ProblemClass.PHONE:
            break
    return looked


def _not_placed(number: str) -> Problem:
    return Problem(
        ProblemClass.OTHER,
        "company_unknown",
        "",
        T("Nobody can tell which carrier the number {number} belongs to.", number=number),
        T("Check the number; it stands on the label."),
        number,
    )
