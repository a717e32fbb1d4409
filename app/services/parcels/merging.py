"""One parcel for several orders of one buyer: when it may be, and who is proposed.

The same text is no proof of the same place (everything is masked): buyer and address hash decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.errors import UserError
from app.domain.states import ParcelState
from app.domain.text import T
from app.services.orders import corrected
from app.services.parcels import checking, parcel_making, parcel_moves, splitting
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, parcel_lines, parcels

_STATES = (ParcelState.TO_CHECK, ParcelState.TO_LABEL)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Parcels that could be one. ``orders`` are the shop's order ids."""

    shop: str
    parcels: tuple[str, ...]
    orders: tuple[str, ...]


def candidates(work: Workplace, limit: int = 200) -> list[Candidate]:
    """Parcels of different orders that go to one buyer at one address and have no number yet."""
    same = (
        select(
            parcels.c.shop_id,
            orders.c.buyer_id,
            orders.c.address_hash,
            func.count(func.distinct(orders.c.id)).label("orders"),
            func.count(func.distinct(parcels.c.id)).label("parcels"),
        )
        .select_from(parcels)
        .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(*_free(), orders.c.address_hash != "", orders.c.buyer_id != "")
        .group_by(parcels.c.shop_id, orders.c.buyer_id, orders.c.address_hash)
        .having(
            func.count(func.distinct(orders.c.id)) > 1,
            func.count(func.distinct(parcels.c.id)) > 1,
        )
        .limit(limit)
        .subquery()
    )
    with work.db.read() as tx:
        rows = tx.execute(
            select(
                same.c.shop_id,
                same.c.buyer_id,
                same.c.address_hash,
                parcels.c.id,
                orders.c.order_id,
            )
            .select_from(same)
            .join(parcels, parcels.c.shop_id == same.c.shop_id)
            .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .join(
                orders,
                (orders.c.id == order_lines.c.order_id)
                & (orders.c.buyer_id == same.c.buyer_id)
                & (orders.c.address_hash == same.c.address_hash),
            )
            .where(*_free())
            .distinct()
            .order_by(parcels.c.id, orders.c.order_id)
        ).all()
    groups: dict[tuple[str, str, str], list[Any]] = {}
    for row in rows:
        groups.setdefault((row.shop_id, row.buyer_id, row.address_hash), []).append(row)
    return [
        Candidate(
            key[0],
            tuple(dict.fromkeys(r.id for r in found)),
            tuple(dict.fromkeys(r.order_id for r in found)),
        )
        for key, found in groups.items()
    ]


def merge(work: Workplace, parcel_ids: Sequence[str]) -> str:
    """Put everything into the first of these parcels; returns its id.

    Each order is told of with the same number when it leaves. Raises ``UserError``:
    ``no_such_parcel``, ``merge_one``, ``merge_state``, ``merge_shop``, ``merge_address``,
    ``merge_corrected``, ``has_number``, ``number_requested``.
    """
    ids = list(dict.fromkeys(parcel_ids))
    if len(ids) < 2:
        raise UserError(
            "merge_one", T("One parcel cannot be merged."), T("Name two or more."), ref="".join(ids)
        )
    with work.db.write() as tx:
        found = {
            r.id: r
            for r in tx.execute(select(parcels).where(parcels.c.id.in_(ids)).with_for_update())
        }
        for parcel_id in ids:
            _must_be_free(tx, work, found.get(parcel_id), parcel_id)
        _must_belong_together(tx, ids, {r.shop_id for r in found.values()})
        _must_be_corrected_alike(tx, work, ids)
        target, *others = ids
        for other in others:
            for line in parcel_moves.lines_of(tx, other):
                parcel_moves.move(tx, work, line, line.listing_quantity, target)
            parcel_moves.copy_holds(tx, work, other, target)
            parcel_making.cancel(tx, work, other, "merged")
        corrected.forget(tx, others)
        parcel_moves.check_again(tx, work, found[target])
        parcel_moves.measure(tx, target)
        checking.advance(tx, work, target)
        parcel_moves.note(tx, work, "merged", target, parcels=ids)
    work.changed("orders", "parcels", "stock")
    return target


def _free() -> tuple[Any, ...]:
    return (
        parcels.c.state.in_(_STATES),
        parcels.c.waybill_id.is_(None),
        parcels.c.after_sale_id.is_(None),
        parcel_lines.c.listing_quantity > 0,
    )


def _must_be_free(tx: Connection, work: Workplace, parcel: Any, parcel_id: str) -> None:
    if parcel is None:
        raise checking.no_such_parcel(parcel_id)
    if parcel.state not in _STATES or parcel.after_sale_id is not None:
        raise UserError(
            "merge_state",
            T("This parcel cannot be merged any more."),
            T("Merge parcels before they have a label."),
            ref=parcel_id,
        )
    splitting.must_have_no_number(tx, work, parcel_id, void=False)


def _must_belong_together(tx: Connection, ids: Sequence[str], shops: set[str]) -> None:
    if len(shops) > 1:
        raise UserError(
            "merge_shop",
            T("The parcels are of different shops."),
            T("Only orders of one shop go into one parcel."),
            ref=ids[0],
        )
    rows = tx.execute(
        select(orders.c.buyer_id, orders.c.address_hash)
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id.in_(list(ids)), parcel_lines.c.listing_quantity > 0)
        .distinct()
    ).all()
    if len(rows) != 1 or not rows[0].address_hash:
        raise UserError(
            "merge_address",
            T("The parcels do not go to one buyer at one address."),
            T("The hidden part of an address may differ even where the rest is the same."),
            ref=ids[0],
        )


def _must_be_corrected_alike(tx: Connection, work: Workplace, ids: list[str]) -> None:
    """One label has one receiver: what a person wrote for one parcel must hold for all."""
    if not corrected.agree(tx, work, ids):
        raise UserError(
            "merge_corrected",
            T("The address was corrected on some of these parcels, or not alike."),
            T("Correct it alike on all of them, or take the correction back, then merge."),
            ref=ids[0],
        )
