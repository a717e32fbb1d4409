"""Gifts in parcels: put in when the order is stored as paid, out again when it is refunded.

A gift is a parcel line of our own: reserved, picked, scanned and shipped like any other, and the
shop hears nothing of it (``listing_quantity`` 0). It stands beside a line of its order and goes
where the order's goods go (``parcel_moves.move``). An order gets a rule's gift once, whatever is
told twice: ``order_gifts`` has a row for each order and rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.gifts import GiftEnd, GiftRule, pieces_due
from app.domain.states import OPEN_STATES, Flow, OrderStatus, ParcelState
from app.services import records
from app.services.parcels import parcel_making, parcel_moves
from app.services.stock import allocation, claims, gifts, line_parts, negatives
from app.services.workplace import Workplace
from app.store.tables import (
    gift_rules,
    order_gifts,
    order_lines,
    orders,
    parcel_lines,
    parcels,
)


def follow(tx: Connection, work: Workplace, our_id: str) -> None:
    """Give the order its gifts, once; later make them fit what is left of it.

    Before its parcels are checked. Looks at nothing until every line is known goods.
    """
    order = tx.execute(
        select(orders.c.status, orders.c.flow, orders.c.gifts_at).where(orders.c.id == our_id)
    ).one()
    if order.gifts_at is not None:
        _settle(tx, work, our_id, cancelled=order.status == OrderStatus.CANCELLED)
    elif order.flow == Flow.PARCEL and order.status in parcel_making.PAID:
        _give(tx, work, our_id)


def go_without(tx: Connection, work: Workplace, parcel_id: str, short: allocation.Short) -> bool:
    """Leave out gifts that are not there, if that lets the parcel go; whether it did."""
    needs = [n for n in allocation.needs(tx, parcel_id) if n.gift_rule_id]
    if not needs or not short.missing:
        return False
    waits = set(
        tx.execute(
            select(gift_rules.c.id).where(
                gift_rules.c.id.in_({n.gift_rule_id for n in needs}), gift_rules.c.wait
            )
        ).scalars()
    )
    lacking = Counter(short.missing)
    left_out: dict[str, str] = {}
    for need in needs:
        if need.gift_rule_id not in waits and lacking[need.sku_id] > 0:
            left_out[need.parcel_line_id] = need.gift_rule_id
            lacking[need.sku_id] -= need.quantity
    goes = all(n <= 0 for n in lacking.values()) or negatives.shop_allows(tx, parcel_id)
    if not left_out or not goes:
        return False
    lines = tx.execute(
        select(parcel_lines, order_lines.c.order_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .where(parcel_lines.c.id.in_(left_out))
        .order_by(parcel_lines.c.id)
    ).all()
    for line in lines:
        _set(tx, work, line, 0, GiftEnd.NO_STOCK)
    parcel_moves.measure(tx, parcel_id)
    return True


def _give(tx: Connection, work: Workplace, our_id: str) -> None:
    unmapped = select(order_lines.c.id).where(
        order_lines.c.order_id == our_id, order_lines.c.mapped_sku_id.is_(None)
    )
    anchor = _anchor(tx, our_id)
    if anchor is None or tx.execute(unmapped.limit(1)).first() is not None:
        return
    first = tx.execute(
        update(orders)
        .where(orders.c.id == our_id, orders.c.gifts_at.is_(None))
        .values(gifts_at=work.now())
    )
    if first.rowcount != 1:  # another bench was quicker
        return
    rules = gifts.active(tx)
    if not rules:
        return
    what = gifts.bought(tx, [our_id])[our_id]
    given = [_give_one(tx, work, our_id, anchor, r, n) for r in rules if (n := pieces_due(r, what))]
    if any(given):
        tx.execute(
            update(parcels)
            .where(parcels.c.id == anchor.parcel_id, parcels.c.state == ParcelState.TO_LABEL)
            .values(state=ParcelState.TO_CHECK)
        )
        parcel_moves.measure(tx, anchor.parcel_id)


def _give_one(
    tx: Connection, work: Workplace, our_id: str, anchor: Any, rule: GiftRule, pieces: int
) -> bool:
    given = gifts.count(tx, rule.id, pieces)
    tx.execute(
        insert(order_gifts).values(
            order_id=our_id,
            rule_id=rule.id,
            sku_id=rule.sku_id,
            quantity=pieces if given else 0,
            why="" if given else GiftEnd.USED_UP,
            at=work.now(),
        )
    )
    detail = {"rule": rule.name, "pieces": pieces}
    if not given:
        detail["why"] = GiftEnd.USED_UP
        records.note(tx, work, "gift_without", order_id=our_id, detail=detail)
        return False
    tx.execute(
        insert(parcel_lines).values(
            id=work.key(),
            parcel_id=anchor.parcel_id,
            order_line_id=anchor.order_line_id,
            sku_id=rule.sku_id,
            listing_quantity=0,
            quantity=pieces,
            gift_rule_id=rule.id,
        )
    )
    records.note(tx, work, "gift", order_id=our_id, parcel_id=anchor.parcel_id, detail=detail)
    return True


def _anchor(tx: Connection, our_id: str) -> Any:
    """A line of the order in its first parcel that can still be given something, or ``None``."""
    rows = tx.execute(
        select(parcel_lines.c.parcel_id, parcel_lines.c.order_line_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(
            order_lines.c.order_id == our_id,
            parcel_lines.c.listing_quantity > 0,
            parcels.c.state.in_(claims.BEFORE_LABEL),
            parcels.c.after_sale_id.is_(None),
        )
        .order_by(parcels.c.id, order_lines.c.is_free_gift, order_lines.c.position)
    ).all()
    bound = claims.labelled(tx, {r.parcel_id for r in rows})
    return next((r for r in rows if r.parcel_id not in bound), None)


def _settle(tx: Connection, work: Workplace, our_id: str, *, cancelled: bool) -> None:
    """Fewer, or none, when what they were given for was refunded; a labelled parcel keeps its own.

    Unless nothing else of the order is left in it.
    """
    given = tx.execute(
        select(gift_rules)
        .join(order_gifts, order_gifts.c.rule_id == gift_rules.c.id)
        .where(order_gifts.c.order_id == our_id, order_gifts.c.quantity > 0)
        .order_by(gift_rules.c.position, gift_rules.c.id)
    ).all()
    if not given:
        return
    what = gifts.bought(tx, [our_id])[our_id]
    lines = _lines(tx, our_id)
    bound = claims.labelled(tx, {line.parcel_id for found in lines.values() for line in found})
    touched: set[str] = set()
    for row in given:
        due = 0 if cancelled else pieces_due(gifts.rule_of(row), what, any_time=True)
        for line in lines[row.id]:
            if line.state == ParcelState.CANCELLED:
                _take_back(tx, work, line, 0)  # it went with its parcel
                continue
            if line.state not in OPEN_STATES:
                continue
            alone = not _has_goods(tx, line.parcel_id, our_id)
            wanted = 0 if alone else due
            if wanted < line.quantity and (alone or line.parcel_id not in bound):
                _set(tx, work, line, wanted, GiftEnd.REFUNDED)
                touched.add(line.parcel_id)
    for parcel_id in sorted(touched):
        parcel_moves.measure(tx, parcel_id)


def _lines(tx: Connection, our_id: str) -> dict[str, list[Any]]:
    """The order's gifts in parcels, by rule."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in tx.execute(
        select(parcel_lines, order_lines.c.order_id, parcels.c.state)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(
            order_lines.c.order_id == our_id,
            parcel_lines.c.gift_rule_id != "",
            parcel_lines.c.quantity > 0,
        )
        .order_by(parcel_lines.c.id)
    ):
        found[row.gift_rule_id].append(row)
    return found


def _has_goods(tx: Connection, parcel_id: str, our_id: str) -> bool:
    return our_id in parcel_moves.orders_in(tx, parcel_id)


def _set(tx: Connection, work: Workplace, line: Any, pieces: int, why: GiftEnd) -> None:
    """Leave ``pieces`` of a gift in the parcel; what was scanned too much is scanned anew."""
    begun = line.scanned or line_parts.are_too_many(tx, line.id, 0)
    tx.execute(
        update(parcel_lines)
        .where(parcel_lines.c.id == line.id)
        .values(quantity=pieces, scanned=min(line.scanned, pieces))
    )
    allocation.shrink(tx, work, line.parcel_id, line.id, pieces)
    _take_back(tx, work, line, pieces, why)
    if begun:
        parcel_making.scan_again(tx, work, line.parcel_id, {"line": line.id, "left": pieces})


def _take_back(
    tx: Connection, work: Workplace, line: Any, pieces: int, why: GiftEnd = GiftEnd.REFUNDED
) -> None:
    """The rule has given only ``pieces`` to this order."""
    mine = (order_gifts.c.order_id == line.order_id) & (order_gifts.c.rule_id == line.gift_rule_id)
    before = tx.execute(select(order_gifts.c.quantity).where(mine).with_for_update()).scalar_one()
    if before <= pieces:
        return
    tx.execute(update(order_gifts).where(mine).values(quantity=pieces, why="" if pieces else why))
    gifts.count(tx, line.gift_rule_id, pieces - before)
    name = tx.execute(
        select(gift_rules.c.name).where(gift_rules.c.id == line.gift_rule_id)
    ).scalar_one()
    records.note(
        tx,
        work,
        "gift_without",
        order_id=line.order_id,
        parcel_id=line.parcel_id,
        detail={"rule": name, "left": pieces, "why": why},
    )
