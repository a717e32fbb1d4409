"""Keeping a parcel back that its carrier certainly does not take, before anybody is asked.

Certain is the merchant's own table and a list of today. A person may release the hold: the same
line of the same table then never holds this parcel again.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.reach import ReachAnswer, ReachVerdict
from app.domain.states import HoldCode, HoldScope
from app.domain.text import T
from app.services.numbers import booking as bookings
from app.services.orders import holding
from app.services.reach import known
from app.services.workplace import Workplace
from app.store.tables import holds, parcels


def guard(tx: Connection, work: Workplace, parcel_id: str) -> bool:
    """Hold the parcel when its carrier refuses the place, let it go when it no longer does.

    Returns whether it is held by this now. In the caller's transaction; asks nobody.
    """
    parcel = tx.execute(
        select(parcels.c.carrier, parcels.c.account).where(parcels.c.id == parcel_id)
    ).one()
    answer = None
    if parcel.carrier and known.anything(tx, parcel.carrier):
        receiver = bookings.receiver_of(tx, work, parcel_id)
        answer = known.reach_of(tx, parcel.carrier, parcel.account or "", receiver, work.now())
    if answer is None or answer.verdict is not ReachVerdict.REFUSED:
        let_go(tx, work, parcel_id)
        return False
    holding.put(tx, work, hold_for(parcel.carrier, answer), parcel_id=parcel_id)
    return any(code == HoldCode.OUT_OF_RANGE for code, _ in _held(tx, parcel_id))


def hold_for(carrier: str, answer: ReachAnswer) -> holding.Wanted:
    """The hold of a parcel whose carrier gave this answer."""
    reason = answer.reason or T("The carrier does not go to this place.")
    evidence = {"carrier": carrier, "reach": answer.origin.value, "said": reason.as_json()}
    return holding.Wanted(HoldScope.PARCEL, HoldCode.OUT_OF_RANGE, reason, evidence=evidence)


def let_pass(tx: Connection, parcel_id: str, carrier: str, answer: ReachAnswer) -> bool:
    """Whether a person, told of this answer, let the parcel go on with this carrier."""
    return holding.released_by_person(tx, hold_for(carrier, answer), parcel_id)


def let_go(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """End the hold that came from a table; what a carrier refused stays refused."""
    if any("reach" in evidence for _, evidence in _held(tx, parcel_id)):
        holding.clear(
            tx, work, HoldCode.OUT_OF_RANGE, parcel_id=parcel_id, why="the place is served"
        )


def _held(tx: Connection, parcel_id: str) -> list[tuple[str, dict[str, object]]]:
    rows = tx.execute(
        select(holds.c.code, holds.c.evidence).where(
            holds.c.parcel_id == parcel_id,
            holds.c.code == HoldCode.OUT_OF_RANGE,
            holds.c.cleared_at.is_(None),
        )
    )
    return [(r.code, r.evidence or {}) for r in rows]
