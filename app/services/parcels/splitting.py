"""Splitting a parcel into several: what the shop's rule makes of it is said before it is done.

The platform wants all pieces of one SKU of an order in one parcel (606030). There are two ways out:
keep them together, or report the others as extra parcels (拆分包裹); see ``report_rows``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.domain.errors import UserError
from app.domain.states import OPEN_STATES
from app.domain.text import T, Text
from app.services.parcels import checking, parcel_making, parcel_moves
from app.services.telling import report_rows
from app.services.workplace import Workplace
from app.store.tables import orders, parcels

Part = Mapping[str, int]
"""Pieces of a new parcel by SKU: our code, the shop's code, or a parcel line's id."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """Goods of one order line in a part. ``pieces`` count the listing, ``quantity`` the SKU."""

    line_id: str
    order_id: str
    sku: str
    title: str
    pieces: int
    quantity: int
    gift: bool


@dataclass(frozen=True, slots=True)
class TornListing:
    """One listing of an order that the plan puts into several parcels."""

    order_id: str
    sku: str
    title: str
    parts: tuple[int, ...]  # positions in ``SplitPlan.parts``


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """What would come of it. Part 0 is the parcel itself, the others are new ones.

    ``torn`` is empty where the shop's rule is kept (or nobody is told). ``has_number``: the
    parcel's number must be given back first.
    """

    parcel_id: str
    parts: tuple[tuple[PlannedLine, ...], ...]
    torn: tuple[TornListing, ...]
    has_number: bool

    @property
    def keeps_rule(self) -> bool:
        return not self.torn

    @property
    def warning(self) -> Text | None:
        """Why the shop will not take it as it is."""
        if not self.torn:
            return None
        what = ", ".join(dict.fromkeys(t.sku or t.title for t in self.torn))
        return T(
            "The shop wants all pieces of one item of an order under one number: {what}.", what=what
        )

    @property
    def ways(self) -> tuple[Text, ...]:
        """The two ways out of ``warning``."""
        return WAYS if self.torn else ()


WAYS = (
    T("Keep all pieces of the item in one parcel."),
    T("Or split it with extra parcels: the first to leave reports all, the others follow it."),
)


def plan(work: Workplace, parcel_id: str, parts: Sequence[Part]) -> SplitPlan:
    """What the split would make; reads only.

    What no part names stays in the parcel; when the parts name everything, the first one stays.
    Raises ``UserError``: ``no_such_parcel``, ``split_state``, ``split_goods``,
    ``split_quantity``, ``nothing_to_split``.
    """
    with work.db.read() as tx:
        return _plan(tx, parcel_id, parts)


def split(
    work: Workplace,
    parcel_id: str,
    parts: Sequence[Part],
    *,
    extra: bool = False,
    void: bool = False,
) -> list[str]:
    """Split the parcel; returns its id and the new ones'. Reservations move along.

    ``extra`` allows to tear one listing's pieces apart; ``void`` gives a live number back first.
    Raises ``UserError`` like ``plan``, also ``split_rule``, ``has_number``,
    ``number_requested``.
    """
    with work.db.write() as tx:
        parcel = tx.execute(
            select(parcels).where(parcels.c.id == parcel_id).with_for_update()
        ).one_or_none()
        made = _plan(tx, parcel_id, parts)
        if made.torn and not extra:
            raise UserError("split_rule", made.warning or WAYS[0], _both_ways(), ref=parcel_id)
        must_have_no_number(tx, work, parcel_id, void=void)
        ids = [parcel_id]
        by_id = {line.id: line for line in parcel_moves.lines_of(tx, parcel_id)}
        for part in made.parts[1:]:
            new_id = parcel_moves.like(tx, work, parcel)
            for line in part:
                parcel_moves.move(tx, work, by_id[line.line_id], line.pieces, new_id)
            ids.append(new_id)
        parcel_moves.check_again(tx, work, parcel)
        for one in ids:
            parcel_moves.measure(tx, one)
            checking.advance(tx, work, one)
            parcel_moves.note(tx, work, "split", one, parcel=parcel_id, into=ids, extra=extra)
    work.changed("orders", "parcels", "stock", "outbox")
    return ids


def must_have_no_number(tx: Connection, work: Workplace, parcel_id: str, *, void: bool) -> None:
    """Make sure that no label of the parcel is about to be wrong; ``void`` gives one back.

    Raises ``UserError``: ``has_number``, ``number_requested``.
    """
    if parcel_moves.in_doubt(tx, parcel_id):
        raise UserError(
            "number_requested",
            T("A number was asked for and the answer is not clear yet."),
            T("Settle the number first: wave label, or waybill settle {parcel}", parcel=parcel_id),
            ref=parcel_id,
        )
    live = tx.execute(select(parcels.c.waybill_id).where(parcels.c.id == parcel_id)).scalar()
    if live is None:
        return
    if not void:
        raise UserError(
            "has_number",
            T("The parcel already has a number; its label would be wrong."),
            T("Cancel the number first, or let it be given back: --void"),
            ref=parcel_id,
        )
    parcel_making.void_live_number(tx, work, parcel_id)


def _plan(tx: Connection, parcel_id: str, parts: Sequence[Part]) -> SplitPlan:
    parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
    if parcel is None:
        raise checking.no_such_parcel(parcel_id)
    if parcel.state not in OPEN_STATES or parcel.after_sale_id is not None:
        raise UserError(
            "split_state",
            T("This parcel cannot be split any more."),
            T("Take it back first when it is sealed: parcels unship"),
            ref=parcel_id,
        )
    lines = parcel_moves.lines_of(tx, parcel_id)
    left = {line.id: line.listing_quantity for line in lines}
    taken = [_take(parcel_id, lines, left, part) for part in parts]
    stays = tuple(_planned(line, left[line.id]) for line in lines if left[line.id])
    made = [part for part in taken if part]
    if not stays and made:
        stays, made = made[0], made[1:]
    if not made:
        raise UserError(
            "nothing_to_split",
            T("This leaves everything in one parcel."),
            T("Say which pieces go into the new parcel: SKU=QTY"),
            ref=parcel_id,
        )
    whole = (stays, *made)
    torn = _torn(tx, parcel, lines, whole)
    return SplitPlan(parcel_id, whole, torn, parcel.waybill_id is not None)


def _take(
    parcel_id: str, lines: Sequence[Any], left: dict[str, int], part: Part
) -> tuple[PlannedLine, ...]:
    """The lines of one part; pieces of one SKU are taken from its lines in turn, gifts last."""
    out: list[PlannedLine] = []
    for name, quantity in part.items():
        mine = [line for line in lines if name in _names(line)]
        if not mine:
            raise UserError(
                "split_goods",
                T("The parcel has no {sku}.", sku=name),
                T("It holds: {skus}", skus=", ".join(sorted({_sku(x) for x in lines}))),
                ref=parcel_id,
            )
        wanted = quantity
        for line in mine:
            pieces = min(left[line.id], wanted // line.factor)
            if pieces:
                left[line.id] -= pieces
                wanted -= pieces * line.factor
                out.append(_planned(line, pieces))
        if wanted or quantity < 1:
            have = sum(line.listing_quantity * line.factor for line in mine)
            raise UserError(
                "split_quantity",
                T(
                    "{n} pieces of {sku} cannot be taken out of {have}.",
                    n=quantity,
                    sku=name,
                    have=have,
                ),
                T("Pieces that are sold as a set stay together; give whole sets."),
                ref=parcel_id,
            )
    return tuple(out)


def _torn(
    tx: Connection, parcel: Any, lines: Sequence[Any], parts: Sequence[tuple[PlannedLine, ...]]
) -> tuple[TornListing, ...]:
    if not report_rows.has_shop(tx, parcel.shop_id):
        return ()
    by_id = {line.id: line for line in lines}
    where: dict[tuple[str, str, str], list[int]] = {}
    for position, part in enumerate(parts):
        for planned in part:
            line = by_id[planned.line_id]
            goods = (line.order_id, line.product_id, line.listing_sku_id)
            places = where.setdefault(goods, [])
            if position not in places:
                places.append(position)
    wanted = select(orders.c.id, orders.c.order_id).where(orders.c.id.in_({g[0] for g in where}))
    numbers = {row.id: row.order_id for row in tx.execute(wanted)}
    return tuple(
        TornListing(
            numbers[goods[0]],
            _sku(next(x for x in lines if _goods(x) == goods)),
            next(x for x in lines if _goods(x) == goods).title,
            tuple(places),
        )
        for goods, places in where.items()
        if len(places) > 1
    )


def _goods(line: Any) -> tuple[str, str, str]:
    return line.order_id, line.product_id, line.listing_sku_id


def _names(line: Any) -> set[str]:
    return {line.id, line.code or "", line.sku_code, line.listing_sku_id} - {""}


def _sku(line: Any) -> str:
    return str(line.code or line.sku_code or line.listing_sku_id)


def _planned(line: Any, pieces: int) -> PlannedLine:
    return PlannedLine(
        line.id,
        line.order_id,
        _sku(line),
        line.title,
        pieces,
        pieces * line.factor,
        bool(line.is_free_gift),
    )


def _both_ways() -> Text:
    return T("{message} {remedy}", message=WAYS[0], remedy=WAYS[1])
