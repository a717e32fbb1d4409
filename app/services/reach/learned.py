"""What refusals of real parcels taught about places. It warns; it never keeps a parcel back."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.address import Address
from app.domain.privacy import without_person
from app.domain.reach import ReachOrigin, ReachVerdict
from app.domain.regions import covers, place_of
from app.domain.waybills import Problem, ProblemClass
from app.services.reach.places import columns, is_at, place_in
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import reach_regions

_ABOUT_THE_PLACE = frozenset(
    {
        ProblemClass.OUT_OF_RANGE,
        ProblemClass.FIX_ADDRESS,
        ProblemClass.CLOSED_TEMPORARILY,
    }
)
_OURS = "check_"  # refusals of our own, before anything was sent: they say nothing of the place


def remember(
    tx: Connection, work: Workplace, carrier: str, receiver: Address, problem: Problem
) -> None:
    """Keep a refusal that is about the place, once a place, with how often and since when."""
    where = place_of(receiver)
    about = problem.kind in _ABOUT_THE_PLACE and not problem.code.startswith(_OURS)
    if not about or (not where.district and not where.city):
        return
    said = without_person(problem.said, receiver)[:256]
    told = {"reason": said, "code": problem.code[:64], "last_at": work.now()}
    place = (
        reach_regions.c.origin == ReachOrigin.LEARNED,
        reach_regions.c.carrier == carrier,
        is_at(where),
    )
    again = update(reach_regions).where(*place).values(times=reach_regions.c.times + 1, **told)
    if tx.execute(again).rowcount:
        return
    first = insert(reach_regions).values(
        id=work.key(),
        origin=ReachOrigin.LEARNED,
        carrier=carrier,
        verdict=ReachVerdict.DOUBTFUL,
        first_at=work.now(),
        **columns(where),
        **told,
    )
    if not insert_if_new(tx, first):
        tx.execute(again)


def forget(tx: Connection, carrier: str, receiver: Address) -> None:
    """The carrier took a parcel to this place: what was learned of it is over."""
    there = place_of(receiver)
    if not there.province:
        return
    rows = tx.execute(
        select(reach_regions).where(
            reach_regions.c.origin == ReachOrigin.LEARNED,
            reach_regions.c.carrier == carrier,
            reach_regions.c.province == there.province,
        )
    ).all()
    text = f"{receiver.street}{receiver.address}"
    over = [r.id for r in rows if covers(place_in(r), there, text)]
    if over:
        tx.execute(delete(reach_regions).where(reach_regions.c.id.in_(over)))
