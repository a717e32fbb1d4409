"""A shortage explained: who holds the pieces, who waits for them, and giving them to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from app.domain.errors import UserError
from app.domain.states import ParcelState, ReservationState
from app.domain.text import T
from app.services import records
from app.services.parcels import checking
from app.services.stock import allocation, claims, giving_way, ledger, turns
from app.services.stock.claims import Claim
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.tables import parcel_lines, parcels, reservations, skus, stock_balances

GIVEN = "gave_stock"
_MOST_SHOWN = 100  # holders of one item; those with the latest deadline


@dataclass(frozen=True, slots=True)
class Shortage:
    """One item that parcels lack, in pieces of it.

    ``wanted``: by all that wait; ``missing``: more than is available. ``holders``: who has reserved
    it, the latest deadline first; ``waiting``: who waits, the first in turn in front.
    """

    sku: str
    name: str
    on_hand: int
    allocated: int
    available: int
    set_aside: int
    wanted: int
    missing: int
    holders: tuple[Claim, ...]
    waiting: tuple[Claim, ...]


def shortages(work: Workplace, codes: Sequence[str] = ()) -> list[Shortage]:
    """Every item that a parcel waits for, by code; or those named. Raises ``no_such_sku``."""
    with work.db.read() as tx:
        ids = [find_sku(tx, code) for code in codes]
        in_turn = [one.parcel_id for one in turns.waiting(tx)]
        wanted = _wanted(tx, in_turn)
        found = [_shortage(tx, sku_id, wanted, in_turn) for sku_id in ids or wanted]
    return sorted(found, key=lambda s: s.sku)


def give(work: Workplace, from_parcel: str, to_parcel: str) -> None:
    """Take what one parcel has reserved, and reserve for another that lacks it; audited.

    All in one transaction, or nothing. The first one waits from now on, in its turn. Raises
    ``UserError``: ``no_such_parcel``, ``give_bound`` (it has a number, or is packed),
    ``give_nothing`` (it has reserved nothing that the other lacks), ``give_not_waiting``,
    ``give_not_enough``.
    """
    with work.db.write() as tx:
        mine, theirs = _skus(tx, from_parcel), _needs(tx, to_parcel)
        if not mine & theirs:
            raise _refused("give_nothing", from_parcel)
        ledger.lock(tx, mine | theirs)
        if not giving_way.free(tx, work, from_parcel, to_parcel, GIVEN):
            raise _refused("give_bound", from_parcel)
        short = allocation.attempt(tx, work, to_parcel)
        if short is not None:
            codes = turns.codes_of(tx, short.missing)
            raise UserError(
                "give_not_enough",
                T(
                    "Still missing: {what}",
                    what=", ".join(f"{codes[s]} ×{n}" for s, n in short.missing.items()) or "—",
                ),
                T("Choose a parcel that has more, or see who has it: stock short"),
                ref=to_parcel,
            )
        records.note(tx, work, "got_stock", parcel_id=to_parcel, detail={"from": from_parcel})
        checking.advance(tx, work, to_parcel, in_turn=True)
        allocation.reserve(tx, work, from_parcel)
        records.refresh_orders(tx, records.orders_of(tx, [from_parcel, to_parcel]))
    work.changed("stock", "orders", "parcels")


def _needs(tx: Connection, parcel_id: str) -> set[str]:
    state = tx.execute(select(parcels.c.state).where(parcels.c.id == parcel_id)).scalar()
    if state is None:
        raise checking.no_such_parcel(parcel_id)
    wanted = {need.sku_id for need in allocation.needs(tx, parcel_id)}
    if state != ParcelState.TO_CHECK or not wanted:
        raise _refused("give_not_waiting", parcel_id)
    return wanted


def _skus(tx: Connection, parcel_id: str) -> set[str]:
    if tx.execute(select(parcels.c.id).where(parcels.c.id == parcel_id)).first() is None:
        raise checking.no_such_parcel(parcel_id)
    return set(
        tx.execute(
            select(reservations.c.sku_id)
            .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
            .where(
                parcel_lines.c.parcel_id == parcel_id,
                reservations.c.state == ReservationState.ACTIVE,
            )
        ).scalars()
    )


def _refused(code: str, parcel_id: str) -> UserError:
    message, remedy = {
        "give_nothing": (
            T("It has nothing that the other parcel lacks."),
            T("See who has it: stock short"),
        ),
        "give_bound": (
            T("It has a waybill number, or is asking for one: its stock stays with it."),
            T("Cancel the number first."),
        ),
        "give_not_waiting": (
            T("It does not wait for stock."),
            T("See who waits: stock short"),
        ),
    }[code]
    return UserError(code, message, remedy, ref=parcel_id)


def _wanted(tx: Connection, parcel_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """By SKU id: parcel and pieces it still has to reserve. Only items that are really short."""
    found: dict[str, dict[str, int]] = {}
    for parcel_id in parcel_ids:
        for need in allocation.needs(tx, parcel_id):
            pieces = found.setdefault(need.sku_id, {})
            pieces[parcel_id] = pieces.get(parcel_id, 0) + need.quantity
    rows = tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.available).where(
            stock_balances.c.sku_id.in_(found)
        )
    ).all()
    enough = {r.sku_id for r in rows if r.available >= sum(found[r.sku_id].values())}
    return {sku_id: pieces for sku_id, pieces in found.items() if sku_id not in enough}


def _shortage(
    tx: Connection, sku_id: str, wanted: dict[str, dict[str, int]], in_turn: Sequence[str]
) -> Shortage:
    row = tx.execute(
        select(stock_balances, skus.c.code, skus.c.name)
        .select_from(skus)
        .outerjoin(stock_balances, stock_balances.c.sku_id == skus.c.id)
        .where(skus.c.id == sku_id)
    ).one()
    available = row.available or 0
    pieces = wanted.get(sku_id, {})
    total = sum(pieces.values())
    return Shortage(
        row.code,
        row.name,
        row.on_hand or 0,
        row.allocated or 0,
        available,
        row.presale or 0,
        total,
        max(0, total - max(0, available)),
        tuple(claims.holding(tx, sku_id, _MOST_SHOWN)),
        tuple(_waiting(tx, sku_id, pieces, in_turn)),
    )


def _waiting(
    tx: Connection, sku_id: str, pieces: dict[str, int], in_turn: Sequence[str]
) -> list[Claim]:
    rows = tx.execute(
        select(
            parcels.c.id,
            parcels.c.shop_id,
            parcels.c.deadline_at,
            parcels.c.state,
            func.count().label("quantity"),
            skus.c.id.label("sku_id"),
        )
        .select_from(parcels)
        .join(skus, skus.c.id == sku_id)
        .where(parcels.c.id.in_(pieces))
        .group_by(
            parcels.c.id, parcels.c.shop_id, parcels.c.deadline_at, parcels.c.state, skus.c.id
        )
    ).all()
    found = [replace(c, quantity=pieces[c.parcel]) for c in claims.filled(tx, rows)]
    place = {parcel_id: n for n, parcel_id in enumerate(in_turn)}
    return sorted(found, key=lambda c: place.get(c.parcel, len(place)))
