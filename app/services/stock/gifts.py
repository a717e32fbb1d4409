"""The rules of gifts: kept, counted, tried on the last orders. Putting them in: ``gift_lines``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from app.domain.errors import UserError
from app.domain.gifts import (
    Bought,
    GiftRule,
    bought_line,
    conditions_of,
    pieces_due,
    read_conditions,
)
from app.domain.states import Flow
from app.domain.text import T, Text
from app.services import records
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.tables import gift_rules, order_gifts, order_lines, orders, skus

_MOST = 10_000  # pieces for one order


@dataclass(frozen=True, slots=True)
class GiftRow:
    """A rule with the code of its gift, how many pieces were given, and whether it is on."""

    rule: GiftRule
    sku: str
    given: int
    active: bool
    position: int


@dataclass(frozen=True, slots=True)
class TrialRow:
    """What one order would get."""

    order_id: str
    shop: str
    paid_at: datetime | None
    rule: str
    sku: str
    pieces: int


def active(tx: Connection) -> list[GiftRule]:
    """The rules that are on, in their order."""
    rows = tx.execute(
        select(gift_rules)
        .where(gift_rules.c.active)
        .order_by(gift_rules.c.position, gift_rules.c.id)
    )
    return [rule_of(row) for row in rows]


def rule_of(row: Any) -> GiftRule:
    """A rule as its row keeps it."""
    return GiftRule(
        row.id,
        row.name,
        row.sku_id,
        row.quantity,
        row.each,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        most=row.most,
        wait=row.wait,
        **read_conditions(row.when or {}),
    )


def count(tx: Connection, rule_id: str, pieces: int) -> bool:
    """Count ``pieces`` as given, or taken back when below zero; ``False``: so many are not left."""
    g = gift_rules.c
    changed = update(gift_rules).where(g.id == rule_id)
    if pieces > 0:
        changed = changed.where(or_(g.most == 0, g.given + pieces <= g.most), g.active)
    return tx.execute(changed.values(given=g.given + pieces)).rowcount == 1


def listed(work: Workplace, *, everything: bool = False) -> list[GiftRow]:
    """The rules in their order; ``everything``: also those that are off."""
    query = (
        select(gift_rules, skus.c.code)
        .join(skus, skus.c.id == gift_rules.c.sku_id)
        .order_by(gift_rules.c.position, gift_rules.c.id)
    )
    if not everything:
        query = query.where(gift_rules.c.active)
    with work.db.read() as tx:
        rows = tx.execute(query).all()
    return [GiftRow(rule_of(r), r.code, r.given, r.active, r.position) for r in rows]


def store(work: Workplace, wanted: GiftRule, gift: str) -> GiftRow:
    """Make the rule called ``wanted.name``, or change it; ``gift`` is the code of its item.

    ``wanted.id`` and ``sku_id`` are not looked at. Without ``starts_at`` a new rule is for orders
    that are paid from now on. What was given stays counted. Raises ``UserError``: ``no_such_sku``,
    ``gift_rule``.
    """
    wanted = replace(wanted, name=wanted.name.strip())
    _must_be_good(wanted)
    with work.db.write() as tx:
        sku_id = find_sku(tx, gift)
        for code in sorted(wanted.skus):
            find_sku(tx, code)
        known = tx.execute(select(gift_rules).where(gift_rules.c.name == wanted.name)).one_or_none()
        values: dict[str, Any] = {
            "active": True,
            "when": conditions_of(wanted),
            "sku_id": sku_id,
            "quantity": wanted.quantity,
            "each": wanted.each,
            "most": wanted.most,
            "starts_at": wanted.starts_at,
            "ends_at": wanted.ends_at,
            "wait": wanted.wait,
            "changed_at": work.now(),
            "changed_by": work.user,
        }
        if known is None:
            last = tx.execute(select(func.max(gift_rules.c.position))).scalar() or 0
            values["starts_at"] = wanted.starts_at or work.now()
            values |= {"id": work.key(), "name": wanted.name, "position": last + 1}
            tx.execute(insert(gift_rules).values(values))
        else:
            values["starts_at"] = wanted.starts_at or known.starts_at
            tx.execute(update(gift_rules).where(gift_rules.c.id == known.id).values(values))
        records.note(tx, work, "gift_rule", detail={"rule": wanted.name})
    work.changed("settings")
    return next(r for r in listed(work) if r.rule.name == wanted.name)


def remove(work: Workplace, name: str) -> None:
    """Turn the rule off; gifts that are in parcels stay. Raises ``UserError`` (``no_such_rule``)"""
    with work.db.write() as tx:
        off = tx.execute(
            update(gift_rules)
            .where(gift_rules.c.name == name.strip(), gift_rules.c.active)
            .values(active=False, changed_at=work.now(), changed_by=work.user)
        )
        if off.rowcount != 1:
            raise UserError(
                "no_such_rule",
                T("There is no gift rule “{name}”.", name=name),
                T("List them with: gifts list"),
                ref=name,
            )
        records.note(tx, work, "gift_rule_off", detail={"rule": name.strip()})
    work.changed("settings")


def trial(work: Workplace, last: int = 50, name: str = "") -> list[TrialRow]:
    """What the last paid orders would get, whenever they were paid; changes nothing.

    Neither stock nor how many are given in all is looked at.
    """
    rules = [r for r in listed(work) if not name or r.rule.name == name]
    with work.db.read() as tx:
        rows = tx.execute(
            select(orders.c.id, orders.c.order_id)
            .where(orders.c.paid_at.is_not(None), orders.c.flow == Flow.PARCEL)
            .order_by(orders.c.paid_at.desc(), orders.c.id.desc())
            .limit(last)
        ).all()
        found = bought(tx, [r.id for r in rows])
    return [
        TrialRow(row.order_id, what.shop, what.paid_at, rule.rule.name, rule.sku, pieces)
        for row in rows
        for what in [found[row.id]]
        for rule in rules
        if (pieces := pieces_due(rule.rule, what, any_time=True))
    ]


def bought(tx: Connection, order_ids: Sequence[str]) -> dict[str, Bought]:
    """Orders as the rules look at them, by our id."""
    lines: dict[str, list[Any]] = defaultdict(list)
    for row in tx.execute(
        select(order_lines, skus.c.code)
        .join(skus, skus.c.id == order_lines.c.mapped_sku_id)
        .where(
            order_lines.c.order_id.in_(order_ids),
            ~order_lines.c.is_free_gift,
            ~order_lines.c.dropship,
        )
    ):
        lines[row.order_id].append(row)
    rows = tx.execute(
        select(orders.c.id, orders.c.shop_id, orders.c.paid_at).where(orders.c.id.in_(order_ids))
    )
    return {
        r.id: Bought(
            r.shop_id,
            r.paid_at,
            [
                bought_line(x.code, x.quantity, x.refunded_quantity, x.factor, x.paid_fen)
                for x in lines[r.id]
            ],
        )
        for r in rows
    }


def is_due(rules: Iterable[GiftRule], what: Bought) -> bool:
    """Whether any of the rules gives the order something."""
    return any(pieces_due(rule, what) for rule in rules)


def broken(tx: Connection) -> Iterator[tuple[str, Text]]:
    """Rules whose count is not what their orders have: by name, with a sentence."""
    rows = tx.execute(
        select(gift_rules.c.name)
        .outerjoin(order_gifts, order_gifts.c.rule_id == gift_rules.c.id)
        .group_by(gift_rules.c.id, gift_rules.c.name, gift_rules.c.given)
        .having(func.coalesce(func.sum(order_gifts.c.quantity), 0) != gift_rules.c.given)
        .order_by(gift_rules.c.name)
    ).scalars()
    for name in rows:
        yield name, T("The gifts of “{name}” are counted wrong.", name=name)


def _must_be_good(wanted: GiftRule) -> None:
    late = wanted.starts_at and wanted.ends_at and wanted.ends_at <= wanted.starts_at
    if not wanted.name or not 0 < wanted.quantity <= _MOST or late:
        raise UserError(
            "gift_rule",
            T("The gift rule is not complete: it needs a name, pieces, and an end after its start.")
            if late
            else T("The gift rule needs a name and a number of pieces."),
            T("Write it like {example}.", example="gifts set spring --gift CUP-1 --sku TEA-1"),
            ref=wanted.name,
        )
