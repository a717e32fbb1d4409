"""Asking one account about some parcels, and keeping what it says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.domain.errors import PackbenchError
from app.domain.following import Limits
from app.domain.text import T
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import Problem, ProblemClass
from app.ports import Capability
from app.ports.carriers import Tracks, TracksInBatches, has
from app.services.tracking import budget, storing
from app.services.tracking.phones import phone_ends
from app.services.workplace import Workplace
from app.store.tables import tracks, waybills

# What concerns the account and not the number: asking for the next one brings the same. ACCOUNT is
# among them for the account's own numbers only: ZTO's E418 says that a number is another's.
OF_THE_ACCOUNT = frozenset({ProblemClass.AUTH, ProblemClass.RATE, ProblemClass.DAY_LIMIT})
SILENT_POLLS = 3  # answers with nothing in them: then somebody else is asked
_NO_ANSWER = frozenset({"not_sent", "unknown"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One number as it is asked for: ours, or the one it goes on as."""

    waybill_id: str
    number: str
    company: str
    goes_on_as: str = ""
    given_by: str = ""  # the account that gave the number; "": typed in, nobody knows
    phones: tuple[str, ...] = ()

    def queries(self, phone: int = 0) -> list[TrackQuery]:
        end = self.phones[phone] if phone < len(self.phones) else ""
        numbers = [self.number, *([self.goes_on_as] if self.goes_on_as else [])]
        return [TrackQuery(number, end, self.company) for number in numbers]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of asking: answered numbers, news, and what stops the account, if anything."""

    answered: int = 0
    failed: int = 0
    new_events: int = 0
    delivered: int = 0
    stop: Problem | None = None
    problems: Mapping[str, Problem] = field(default_factory=dict)  # by waybill


def tracker(work: Workplace, account: str) -> Tracks | None:
    """The account's source, if it can track. Raises ``UserError`` when it cannot be used."""
    source = work.outside.carrier(account)
    return source if has(source, Capability.TRACK) and isinstance(source, Tracks) else None


def numbers_a_call(source: Tracks) -> int:
    return source.numbers_a_call if isinstance(source, TracksInBatches) else 1


def calls_for(source: Tracks, numbers: int) -> int:
    return math.ceil(numbers / numbers_a_call(source))


def wanted(work: Workplace, waybill_ids: Sequence[str]) -> list[Asked]:
    """These waybills as they are asked for, in the order given."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(
                waybills.c.id,
                waybills.c.number,
                waybills.c.carrier,
                waybills.c.account,
                waybills.c.request_id,
                waybills.c.parties_sealed,
                tracks.c.goes_on_as,
            )
            .outerjoin(tracks, tracks.c.waybill_id == waybills.c.id)
            .where(waybills.c.id.in_(waybill_ids))
        ).all()
    found = {
        r.id: Asked(
            r.id,
            r.number,
            r.carrier,
            r.goes_on_as or "",
            r.account if r.request_id else "",
            phone_ends(work, r.parties_sealed),
        )
        for r in rows
    }
    return [found[i] for i in waybill_ids if i in found]


def ask(work: Workplace, account: str, asked: Sequence[Asked], limits: Limits) -> Heard:
    """Ask the account about these numbers and keep the answers. Waits on the network.

    A number that is refused for its phone is asked for once more with the sender's. Never raises
    about the carrier: an account that cannot be used is what ``stop`` says.
    """
    try:
        source = tracker(work, account)
    except PackbenchError as error:
        problem = unusable(error)
        return Heard(0, len(asked), stop=problem, problems={a.waybill_id: problem for a in asked})
    if source is None or not asked:
        return Heard()
    told = _told(source, asked, 0)
    again = [a for a in asked if len(a.phones) > 1 and _wrong_phone(told[a.waybill_id])]
    if again:
        with work.db.write() as tx:
            budget.take(tx, work, account, calls_for(source, len(again)), None)
        told |= _told(source, again, 1)
    problems = {i: p for i, several in told.items() if (p := _problem(several)) is not None}
    own = all(a.given_by == account for a in asked)
    new = delivered = 0
    with work.db.write() as tx:
        for one in asked:
            kept = storing.answer(tx, work, one.waybill_id, told[one.waybill_id], limits)
            new += kept.new_events
            delivered += kept.delivered
    work.changed("tracks", *(("orders", "parcels") if delivered else ()))
    failed = len(problems)
    return Heard(len(asked) - failed, failed, new, delivered, _stop(told, own), problems)


def _told(source: Tracks, asked: Sequence[Asked], phone: int) -> dict[str, list[Track]]:
    queries = [(a.waybill_id, query) for a in asked for query in a.queries(phone)]
    answers = source.track([query for _, query in queries])
    told: dict[str, list[Track]] = {a.waybill_id: [] for a in asked}
    for (waybill_id, _), track in zip(queries, answers, strict=True):
        told[waybill_id].append(track)
    return told


def _problem(told: Sequence[Track]) -> Problem | None:
    """Why nothing was learned; a number that was answered under one of its names has none."""
    problems = [t.problem for t in told if not t.events]
    return None if len(problems) < len(told) else next((p for p in problems if p), None)


def _wrong_phone(told: Sequence[Track]) -> bool:
    return any(t.problem is not None and t.problem.kind is ProblemClass.PHONE for t in told)


def _stop(told: dict[str, list[Track]], own: bool) -> Problem | None:
    """The problem of an account none of whose numbers was answered; ``own``: it gave them all."""
    problems = [t.problem for several in told.values() for t in several]
    last = problems[-1] if problems else None
    if last is None or any(p is None for p in problems):
        return None
    refused = last.kind in OF_THE_ACCOUNT or (own and last.kind is ProblemClass.ACCOUNT)
    return last if refused or last.code in _NO_ANSWER else None


def strange(account: str, asked: Sequence[Asked], heard: Heard) -> list[Asked]:
    """The numbers that ``account`` knows nothing of, for another one gave them.

    What the account itself is refused for says nothing about its numbers.
    """
    if heard.stop is not None:
        return []
    return [a for a in asked if a.given_by != account and a.waybill_id in heard.problems]


def silent(work: Workplace, account: str, asked: Sequence[Asked]) -> list[Asked]:
    """The numbers of others that ``account`` answered again and again with nothing at all.

    SF does not say that a number is another customer's: it just tells nothing of it.
    """
    others = [a.waybill_id for a in asked if a.given_by != account]
    if not others:
        return []
    with work.db.read() as tx:
        quiet = set(
            tx.execute(
                select(tracks.c.waybill_id).where(
                    tracks.c.waybill_id.in_(others),
                    tracks.c.stage.is_(None),
                    tracks.c.polls >= SILENT_POLLS,
                    tracks.c.failures == 0,
                )
            ).scalars()
        )
    return [a for a in asked if a.waybill_id in quiet]


def unusable(error: PackbenchError) -> Problem:
    return Problem(ProblemClass.ACCOUNT, error.code, "", error.message, error.remedy)


def nobody(company: str) -> Problem:
    """Why a parcel of a company without an account cannot be followed."""
    return Problem(
        ProblemClass.ACCOUNT,
        "nobody_to_ask",
        "",
        T("No account can be asked where this parcel is."),
        T("Add an account of the carrier, or one of 快递100, to the configuration."),
        company,
    )
