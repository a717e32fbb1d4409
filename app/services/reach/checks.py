"""One check of a parcel before a number is taken, whatever its route and carrier. Books nothing.

The fields by the carrier's own limits, the address, what is known of the place, the account, and
last the carrier or the platform itself, where it can be asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from app.domain.checks import Finding, FoundBy, Weight
from app.domain.errors import PackbenchError, RetryableError
from app.domain.fixes import fix_for
from app.domain.reach import ReachOrigin, ReachVerdict
from app.domain.states import Route
from app.domain.waybills import Booking
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.numbers import booking as bookings
from app.services.numbers import sources
from app.services.parcels import checking
from app.services.reach import asking, guarding, known, lists, seen
from app.services.reach.recent import Answered, RecentAnswers
from app.services.workplace import Workplace
from app.store.tables import parcels, waybills

_WEIGHTS = tuple(Weight)


@dataclass(frozen=True, slots=True)
class Checked:
    """One parcel. ``findings``: all of them, the heaviest first. ``asked``: somebody answered."""

    parcel: str
    waybill: str = ""
    findings: tuple[Finding, ...] = ()
    asked: bool = False

    @property
    def verdict(self) -> str:
        """``refused``, ``doubtful``, ``later``, ``good``, or ``unasked`` (nothing against it)."""
        if self.findings:
            return self.findings[0].weight
        return "good" if self.asked or self.waybill else "unasked"

    @property
    def worst(self) -> Finding | None:
        return self.findings[0] if self.findings else None


def check(
    work: Workplace,
    parcel_ids: Sequence[str],
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    *,
    online: bool = True,
    recent: RecentAnswers | None = None,
) -> list[Checked]:
    """Everything that stands against each parcel, in their order; goes on past a bad one.

    Waits on the network, accounts side by side, unless ``online`` is off. Costs no decode: of a
    receiver that is masked only the region is judged. Answers in ``recent`` are not asked for
    again. Raises ``UserError`` for an unknown parcel.
    """
    token = cancel or CancelToken()
    lanes: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    carriers: set[str] = set()
    with work.db.read() as tx:
        for parcel_id in parcel_ids:
            row = _parcel(tx, parcel_id)
            place = row.shop_id if row.route == Route.PLATFORM else ""
            lanes[row.route or "", place, row.account or ""].append(parcel_id)
            carriers.add(row.carrier or "")
    if online and parcel_ids:
        lists.refresh(work, sorted(carriers - {""}), older_than=lists.DAILY)
    done: dict[str, Checked] = {}

    def one_lane(ids: Sequence[str]) -> None:
        for parcel_id in ids:
            if token.cancelled:
                return
            row = check_one(work, parcel_id, online=online, recent=recent)
            done[parcel_id] = row
            said = row.worst.message if row.worst else None
            bad = sum(r.verdict == Weight.REFUSED for r in list(done.values()))
            progress(Step(len(done), len(parcel_ids), bad, said, row.parcel, row.verdict))

    with ThreadPoolExecutor(
        max(1, min(4, len(lanes))), thread_name_prefix="packbench-check"
    ) as pool:
        list(pool.map(one_lane, lanes.values()))
    return [done[parcel_id] for parcel_id in parcel_ids if parcel_id in done]


def check_one(
    work: Workplace, parcel_id: str, *, online: bool = True, recent: RecentAnswers | None = None
) -> Checked:
    """The same for one parcel."""
    with work.db.read() as tx:
        parcel = _parcel(tx, parcel_id)
        number = tx.execute(
            select(waybills.c.number).where(waybills.c.id == parcel.waybill_id)
        ).scalar()
        if number is not None or not parcel.account:
            return Checked(parcel_id, number or "")
        receiver = bookings.receiver_of(tx, work, parcel_id)
        place = known.reach_of(tx, parcel.carrier, parcel.account, receiver, work.now())
        if place is not None and guarding.let_pass(tx, parcel_id, parcel.carrier, place):
            place = replace(place, verdict=ReachVerdict.DOUBTFUL)
        found = [*seen.in_address(receiver), *seen.in_account(tx, parcel)]
    answer = None
    try:
        booking, _ = bookings.build(work, parcel_id, parcel_id, decode=False)
        ask = _who_answers(work, parcel, booking, found)
        refused = any(f.weight is Weight.REFUSED for f in found)
        told = place is not None and place.origin is ReachOrigin.OWN
        if online and not refused and not told:
            answer = _remembered(work, parcel.account, booking, ask, recent)
    except PackbenchError as error:
        answer = Answered((_failed(parcel.route, error),))
    if answer is not None:
        found += answer.findings
    if place is not None and not (answer is not None and answer.reached):
        found += seen.in_place(parcel.carrier, place)
    found.sort(key=lambda f: _WEIGHTS.index(f.weight))
    asked = answer is not None and not _later(answer)
    return Checked(parcel_id, "", tuple(found), asked)


def _who_answers(
    work: Workplace, parcel: Any, booking: Booking, found: list[Finding]
) -> Callable[[], Answered | None]:
    """How to ask about the parcel; what the carrier's own limits say is added to ``found``."""
    if parcel.route == Route.PLATFORM:
        labels = sources.platform_labels_for(work, parcel)
        return lambda: asking.platform(labels, booking)
    source = work.outside.carrier(parcel.account)
    found += seen.in_fields(work, source, booking)
    return lambda: asking.carrier(source, booking)


def _remembered(
    work: Workplace,
    account: str,
    booking: Booking,
    ask: Callable[[], Answered | None],
    recent: RecentAnswers | None,
) -> Answered | None:
    known_answer = recent.get(booking, account, work.now()) if recent is not None else None
    if known_answer is not None:
        return known_answer
    answer = ask()
    if recent is not None and answer is not None and not _later(answer):
        recent.put(booking, account, work.now(), answer)
    return answer


def _parcel(tx: Connection, parcel_id: str) -> Any:
    row = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
    if row is None:
        raise checking.no_such_parcel(parcel_id)
    return row


def _later(answer: Answered) -> bool:
    return any(f.weight is Weight.LATER for f in answer.findings)


def _failed(route: str, error: PackbenchError) -> Finding:
    """What stopped the check itself: a missing sender, keys that are not there, no network."""
    later = isinstance(error, RetryableError)
    return Finding(
        Weight.LATER if later else Weight.REFUSED,
        FoundBy.PLATFORM if route == Route.PLATFORM else FoundBy.ACCOUNT,
        "later" if later else error.code,
        error.message,
        error.remedy,
        fix_for("later" if later else error.code),
        error.code,
    )
