"""Reserving stock for parcels: all lines of a parcel or none; whose turn it is says ``turns``.

A line that was sold in advance takes what is set aside for presale orders first. Until it is due
it takes nothing else: the parcel then waits without being short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, exists, insert, select, update

from app.domain.states import OPEN_STATES, HoldCode, HoldScope, MoveKind, ReservationState
from app.domain.text import T
from app.services import records
from app.services.orders import holding
from app.services.stock import claims, fetching, line_parts, turns
from app.services.stock.ledger import Move, ensure_balance, lock, post
from app.services.stock.needs import Need, keep_parts, spelled_out
from app.services.stock.negatives import shop_allows
from app.services.workplace import Workplace
from app.store.tables import (
    holds,
    order_lines,
    parcel_lines,
    parcels,
    reservations,
    stock_balances,
)


@dataclass(frozen=True, slots=True)
class Short:
    """Why a parcel reserved nothing. ``missing``: pieces by SKU id; ``needs``: all that it wants.

    ``later``: nothing is missing but what is delivered later, for lines sold in advance.
    """

    missing: Mapping[str, int] = field(default_factory=dict)
    needs: Mapping[str, int] = field(default_factory=dict)
    later: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """A need, and how much of it comes from what is set aside."""

    need: Need
    aside: int

    @property
    def ordinary(self) -> int:
        return self.need.quantity - self.aside


def reserve(tx: Connection, work: Workplace, parcel_id: str) -> bool:
    """Reserve everything the parcel needs, or nothing; a shortage becomes the hold ``short``.

    Lines without a SKU are not reserved: their hold ``unmapped`` keeps the parcel back. Nobody
    gives way, and no other parcel is asked whether it comes first: see ``reserving``.
    """
    return say(tx, work, parcel_id, attempt(tx, work, parcel_id))


def attempt(
    tx: Connection, work: Workplace, parcel_id: str, *, beyond: bool = True
) -> Short | None:
    """Reserve everything or nothing, and say nothing of it; ``None`` when all is reserved.

    ``beyond``: also more than there is, where the parcel's shop allows that.
    """
    if _lock(tx, parcel_id) not in OPEN_STATES:
        return Short()  # it left, or ended, while we waited for it
    wanted = needs(tx, parcel_id)
    if not wanted:
        return None
    items = sorted({need.sku_id for need in wanted})
    for sku_id in items:
        ensure_balance(tx, sku_id)
    lock(tx, items)
    parts, short = _plan(tx, wanted)
    beyond = beyond and short is not None and not short.later and shop_allows(tx, parcel_id)
    if short is not None and not beyond:
        return short
    try:
        with tx.begin_nested():
            _take(tx, work, parcel_id, parts, beyond=beyond)
    except _NotEnoughError:
        return _plan(tx, needs(tx, parcel_id))[1] or Short()
    if beyond and short is not None:
        _say_beyond(tx, work, parcel_id, short)
    return None


def say(tx: Connection, work: Workplace, parcel_id: str, short: Short | None) -> bool:
    """Set or end the parcel's hold ``short``; returns whether everything is reserved."""
    if short is None or short.later:
        why = "reserved" if short is None else "later"
        holding.clear(tx, work, HoldCode.SHORT, parcel_id=parcel_id, why=why)
        return short is None
    if not short.missing:
        return False  # there is nothing to be had for it
    codes = turns.codes_of(tx, short.needs)
    missing = {codes[sku_id]: n for sku_id, n in short.missing.items()}
    wanted = {codes[sku_id]: n for sku_id, n in short.needs.items()}
    holding.put(
        tx,
        work,
        holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.SHORT,
            T("Not enough stock: {what}", what=", ".join(f"{c} ×{n}" for c, n in missing.items())),
            evidence={"missing": missing, turns.NEEDS: wanted},
            also=lambda: {"held_by": claims.told(tx, {s: codes[s] for s in short.missing})},
        ),
        parcel_id=parcel_id,
    )
    return False


def release(
    tx: Connection,
    work: Workplace,
    parcel_id: str,
    reason: str,
    line_ids: Collection[str] | None = None,
) -> None:
    """Give back every active reservation of the parcel, or of these lines of it."""
    _lock(tx, parcel_id)
    query = (
        select(reservations)
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            reservations.c.state == ReservationState.ACTIVE,
        )
        .order_by(reservations.c.sku_id, reservations.c.id)
    )
    if line_ids is not None:
        query = query.where(parcel_lines.c.id.in_(list(line_ids)))
    rows = tx.execute(query).all()
    for row in rows:
        _give_back(tx, work, row, parcel_id, reason)
    fetching.settle(tx, work, parcel_id)


def shrink(
    tx: Connection, work: Workplace, parcel_id: str, parcel_line_id: str, quantity: int
) -> None:
    """Make the line's reservation ``quantity`` pieces (a part was refunded)."""
    _lock(tx, parcel_id)
    if quantity <= 0:
        release(tx, work, parcel_id, "refunded", [parcel_line_id])
        return
    parts = line_parts.kept(tx, [parcel_line_id]).get(parcel_line_id, {})
    rows = tx.execute(
        select(reservations)
        .where(
            reservations.c.parcel_line_id == parcel_line_id,
            reservations.c.state == ReservationState.ACTIVE,
        )
        .order_by(reservations.c.sku_id)
    ).all()
    for row in rows:
        left = quantity * parts.get(row.sku_id, 1)
        if row.quantity <= left:
            continue
        aside = min(row.set_aside, left)
        tx.execute(
            update(reservations)
            .where(reservations.c.id == row.id)
            .values(quantity=left, set_aside=aside)
        )
        back = row.set_aside - aside
        post(
            tx,
            work,
            Move(
                row.sku_id,
                MoveKind.RELEASE,
                allocated=left - row.quantity + back,
                presale=back,
                parcel_id=parcel_id,
                reason="refunded",
            ),
        )
    fetching.settle(tx, work, parcel_id)


def is_reserved(tx: Connection, parcel_id: str) -> bool:
    """Whether every mapped line of the parcel has its reservation."""
    return not needs(tx, parcel_id)


def needs(tx: Connection, parcel_id: str) -> list[Need]:
    """What the parcel's lines still have to reserve."""
    rows = tx.execute(
        select(
            parcel_lines.c.id,
            parcel_lines.c.sku_id,
            parcel_lines.c.quantity,
            parcel_lines.c.gift_rule_id,
            order_lines.c.presale,
            waits_for_delivery().label("waits"),
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .outerjoin(
            reservations,
            (reservations.c.parcel_line_id == parcel_lines.c.id)
            & (reservations.c.state == ReservationState.ACTIVE),
        )
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            parcel_lines.c.sku_id.is_not(None),
            parcel_lines.c.quantity > 0,
            reservations.c.id.is_(None),
        )
        .order_by(parcel_lines.c.id)
    ).all()
    found = [
        Need(
            r.id,
            r.sku_id,
            r.quantity,
            presale=bool(r.presale) and not r.gift_rule_id,
            waits=bool(r.waits) and not r.gift_rule_id,
            gift_rule_id=r.gift_rule_id,
        )
        for r in rows
    ]
    return spelled_out(tx, found)


def waits_for_delivery() -> ColumnElement[bool]:
    """SQL: the order line (of the enclosing query) was sold in advance and is not due yet."""
    return exists().where(
        and_(
            holds.c.order_line_id == order_lines.c.id,
            holds.c.code == HoldCode.PRESALE,
            holds.c.cleared_at.is_(None),
        )
    )


def _lock(tx: Connection, parcel_id: str) -> str | None:
    """The parcel's state. Whoever reserves or releases for the same parcel waits for its turn."""
    query = select(parcels.c.state).where(parcels.c.id == parcel_id).with_for_update()
    state: str | None = tx.execute(query).scalar()
    return state


class _NotEnoughError(Exception):
    """Somebody else took the stock between the look and the update."""


def _take(
    tx: Connection, work: Workplace, parcel_id: str, parts: Sequence[_Part], *, beyond: bool
) -> None:
    # In a fixed order, so that two benches cannot wait for each other.
    for part in sorted(parts, key=lambda p: (p.need.sku_id, p.need.parcel_line_id)):
        need = part.need
        kind = MoveKind.RESERVE
        for allocated, presale in ((0, -part.aside), (part.ordinary, 0)):
            move = Move(
                need.sku_id, kind, allocated=allocated, presale=presale, parcel_id=parcel_id
            )
            moves = bool(allocated or presale)
            if moves and not post(tx, work, move, may_go_negative=beyond):
                raise _NotEnoughError
        tx.execute(
            insert(reservations).values(
                id=work.key(),
                parcel_line_id=need.parcel_line_id,
                sku_id=need.sku_id,
                quantity=need.quantity,
                set_aside=part.aside,
                state=ReservationState.ACTIVE,
                at=work.now(),
            )
        )
    keep_parts(tx, [part.need for part in parts])


def _plan(tx: Connection, wanted: Sequence[Need]) -> tuple[list[_Part], Short | None]:
    """Where each need is taken from, and what is missing for all of them together."""
    rows = tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.available, stock_balances.c.presale).where(
            stock_balances.c.sku_id.in_({need.sku_id for need in wanted})
        )
    ).all()
    free = {r.sku_id: r.available for r in rows}
    aside = {r.sku_id: r.presale for r in rows}
    parts: list[_Part] = []
    ordinary: dict[str, int] = defaultdict(int)
    later = False
    # What is not due yet has nothing else to take.
    for need in sorted(wanted, key=lambda n: not n.waits):
        taken = min(need.quantity, aside[need.sku_id]) if need.presale else 0
        aside[need.sku_id] -= taken
        part = _Part(need, taken)
        parts.append(part)
        if part.ordinary:
            ordinary[need.sku_id] += part.ordinary
            later = later or need.waits
    if later:
        return parts, Short(later=True)
    missing = {s: n - max(0, free[s]) for s, n in ordinary.items() if free[s] < n}
    return parts, Short(missing, dict(ordinary)) if missing else None


def _say_beyond(tx: Connection, work: Workplace, parcel_id: str, short: Short) -> None:
    """Loudly: more was promised than is there, because the shop's setting allows it."""
    tx.execute(update(parcels).where(parcels.c.id == parcel_id).values(oversold=True))
    codes = turns.codes_of(tx, short.missing)
    missing = {codes[sku_id]: n for sku_id, n in short.missing.items()}
    records.note(tx, work, "oversold", parcel_id=parcel_id, detail={"missing": missing})


def _give_back(tx: Connection, work: Workplace, row: object, parcel_id: str, reason: str) -> None:
    reservation_id, sku_id, quantity, aside = row.id, row.sku_id, row.quantity, row.set_aside  # type: ignore[attr-defined]  # a Core row
    freed = tx.execute(
        update(reservations)
        .where(reservations.c.id == reservation_id, reservations.c.state == ReservationState.ACTIVE)
        .values(state=ReservationState.RELEASED, at=work.now())
    )
    if freed.rowcount == 1:
        post(
            tx,
            work,
            Move(
                sku_id,
                MoveKind.RELEASE,
                allocated=aside - quantity,
                presale=aside,
                parcel_id=parcel_id,
                reason=reason,
            ),
        )
