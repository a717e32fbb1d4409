"""``db check``: what must be true of every database, proved by query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, text, union, union_all

from app.domain.states import LIVE_WAYBILL_STATES, MoveKind, ParcelState, ReservationState
from app.domain.text import T, Text
from app.services import records
from app.services.number_rules import broken_numbers
from app.services.reservation_rules import line_pieces, uneven_lines
from app.services.shelf_rules import broken_batches, broken_serials
from app.services.stock import gifts, negatives
from app.services.stock.papers.paper_checks import broken_in_transit, broken_papers
from app.services.telling.report_rows import LEAVING
from app.services.workplace import Workplace
from app.store.tables import (
    archived_groups,
    archived_orders,
    holds,
    order_lines,
    orders,
    outbox,
    parcel_lines,
    parcels,
    print_jobs,
    reservations,
    skus,
    stock_balances,
    stock_moves,
    stock_spots,
    waybills,
)


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken promise: which, about what."""

    rule: str
    ref: str
    message: Text


@dataclass(frozen=True, slots=True)
class Checked:
    """How many rules were checked, and what is broken.

    ``below_zero``: so many items hold less than nothing, as a shop's setting allows.
    """

    rules: tuple[str, ...]
    broken: tuple[Broken, ...]
    below_zero: int = 0


def check(work: Workplace) -> Checked:
    """Prove every invariant; reads only."""
    broken: list[Broken] = []
    with work.db.read() as tx:
        if work.db.is_sqlite:
            verdict = tx.execute(text("PRAGMA integrity_check")).scalar()
            if verdict != "ok":
                broken.append(Broken("file", "", T("The database file is damaged.")))
        for rule in _RULES.values():
            broken.extend(rule(tx))
        below_zero = negatives.allowed(tx)
    return Checked(tuple(_RULES), tuple(broken), below_zero)


def _ledger_equals_balances(tx: Connection) -> Iterator[Broken]:
    figures = ("on_hand", "allocated", "defective", "in_transit", "presale")
    sums = (
        select(
            stock_moves.c.sku_id,
            *(func.sum(stock_moves.c[f"{name}_delta"]).label(name) for name in figures),
        )
        .group_by(stock_moves.c.sku_id)
        .subquery()
    )
    rows = tx.execute(
        select(skus.c.code)
        .select_from(stock_balances)
        .join(skus, skus.c.id == stock_balances.c.sku_id)
        .outerjoin(sums, sums.c.sku_id == stock_balances.c.sku_id)
        .where(or_(*(func.coalesce(sums.c[name], 0) != stock_balances.c[name] for name in figures)))
    ).scalars()
    for code in rows:
        yield Broken("ledger", code, T("The ledger and the balance of {sku} differ.", sku=code))


def _ledger_equals_places(tx: Connection) -> Iterator[Broken]:
    """What the ledger says of each bin and batch lies there, and all of it is on hand."""
    by_move = select(
        stock_moves.c.sku_id,
        stock_moves.c.bin,
        stock_moves.c.batch_id,
        stock_moves.c.on_hand_delta.label("pieces"),
    )
    by_spot = select(
        stock_spots.c.sku_id,
        stock_spots.c.bin,
        stock_spots.c.batch_id,
        (-stock_spots.c.quantity).label("pieces"),
    )
    both = union_all(by_move, by_spot).subquery()
    uneven = (
        select(both.c.sku_id)
        .group_by(both.c.sku_id, both.c.bin, both.c.batch_id)
        .having(func.sum(both.c.pieces) != 0)
    )
    rows = tx.execute(select(skus.c.code).where(skus.c.id.in_(uneven))).scalars()
    for code in rows:
        yield Broken("places", code, T("The ledger and the bins of {sku} differ.", sku=code))


def _allocated_equals_reservations(tx: Connection) -> Iterator[Broken]:
    active = (
        select(reservations.c.sku_id, func.sum(reservations.c.quantity).label("pieces"))
        .where(reservations.c.state == ReservationState.ACTIVE)
        .group_by(reservations.c.sku_id)
        .subquery()
    )
    rows = tx.execute(
        select(skus.c.code)
        .select_from(stock_balances)
        .join(skus, skus.c.id == stock_balances.c.sku_id)
        .outerjoin(active, active.c.sku_id == stock_balances.c.sku_id)
        .where(
            func.coalesce(active.c.pieces, 0) + stock_balances.c.presale
            != stock_balances.c.allocated
        )
    ).scalars()
    for code in rows:
        yield Broken("reservations", code, T("{sku} is allocated without a reservation.", sku=code))


def _nothing_below_zero(tx: Connection) -> Iterator[Broken]:
    """No item holds less than nothing, except where a shop's setting allows it."""
    for code, message in negatives.broken(tx):
        yield Broken("negative", code, message)


def _gifts_are_counted(tx: Connection) -> Iterator[Broken]:
    for name, message in gifts.broken(tx):
        yield Broken("gifts", name, message)


def _one_live_waybill(tx: Connection) -> Iterator[Broken]:
    rows = tx.execute(
        select(waybills.c.parcel_id)
        .where(waybills.c.kind == "mother", waybills.c.state.in_(LIVE_WAYBILL_STATES))
        .group_by(waybills.c.parcel_id)
        .having(func.count() > 1)
    ).scalars()
    for parcel_id in rows:
        yield Broken(
            "one_waybill", parcel_id, T("Parcel {parcel} has two live numbers.", parcel=parcel_id)
        )


def _reserved_as_held(tx: Connection) -> Iterator[Broken]:
    """A line is reserved as itself, or as all parts of its bundle; never in part, never more."""
    wanted = line_pieces(ReservationState.ACTIVE)
    rows = tx.execute(
        select(parcel_lines.c.parcel_id)
        .where(parcel_lines.c.id.in_(uneven_lines(wanted, ReservationState.ACTIVE)))
        .distinct()
    ).scalars()
    for parcel_id in rows:
        yield Broken(
            "reserved_goods",
            parcel_id,
            T("Parcel {parcel} holds something else than is reserved for it.", parcel=parcel_id),
        )


def _shipped_once(tx: Connection) -> Iterator[Broken]:
    gone = [ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED]
    moved = select(
        stock_moves.c.parcel_id, stock_moves.c.sku_id, (-stock_moves.c.on_hand_delta).label("n")
    ).where(stock_moves.c.kind.in_([MoveKind.SHIP, MoveKind.UNSHIP]))
    lines = line_pieces(ReservationState.SHIPPED).subquery()
    held = (
        select(parcel_lines.c.parcel_id, lines.c.sku_id, (-lines.c.n).label("n"))
        .join(parcel_lines, parcel_lines.c.id == lines.c.line_id)
        .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
        .where(parcels.c.state.in_(gone))
    )
    both = union_all(moved, held).subquery()
    uneven = (
        select(both.c.parcel_id)
        .group_by(both.c.parcel_id, both.c.sku_id)
        .having(func.sum(both.c.n) != 0)
    )
    rows = tx.execute(select(parcels.c.id).where(parcels.c.id.in_(uneven))).scalars()
    for parcel_id in rows:
        yield Broken(
            "shipped_stock",
            parcel_id,
            T("Parcel {parcel} and its stock movements differ.", parcel=parcel_id),
        )


def _shipped_is_reported(tx: Connection) -> Iterator[Broken]:
    rows = tx.execute(
        select(parcels.c.id)
        .join(outbox, outbox.c.parcel_id == parcels.c.id)
        .where(
            parcels.c.state == ParcelState.SHIPPED,
            outbox.c.kind.in_(LEAVING),
            outbox.c.state.in_(["pending", "sending"]),
        )
        .distinct()
    ).scalars()
    for parcel_id in rows:
        yield Broken(
            "reported",
            parcel_id,
            T("Parcel {parcel} counts as shipped before the shop said so.", parcel=parcel_id),
        )


def _sealed_has_message(tx: Connection) -> Iterator[Broken]:
    """A sealed parcel that nothing will ever report is lost for the shop."""
    rows = tx.execute(
        select(parcels.c.id)
        .outerjoin(
            outbox,
            (outbox.c.parcel_id == parcels.c.id)
            & outbox.c.kind.in_(LEAVING)
            & outbox.c.state.in_(["pending", "sending", "refused"]),
        )
        .where(parcels.c.state == ParcelState.TO_REPORT, outbox.c.id.is_(None))
    ).scalars()
    for parcel_id in rows:
        yield Broken(
            "unreported",
            parcel_id,
            T("Parcel {parcel} is sealed, and no message to the shop waits.", parcel=parcel_id),
        )


def _printed_was_sent(tx: Connection) -> Iterator[Broken]:
    rows = tx.execute(
        select(parcels.c.id)
        .outerjoin(
            print_jobs,
            (print_jobs.c.parcel_id == parcels.c.id)
            & print_jobs.c.state.in_(["sent", "confirmed"]),
        )
        .where(parcels.c.printed, parcels.c.waybill_id.is_not(None), print_jobs.c.id.is_(None))
    ).scalars()
    for parcel_id in rows:
        yield Broken(
            "printed",
            parcel_id,
            T("Parcel {parcel} counts as printed without a print.", parcel=parcel_id),
        )


def _held_did_not_ship(tx: Connection) -> Iterator[Broken]:
    """A hold older than the ship transaction and still active should have kept the parcel."""
    for row in tx.execute(_left_with_a_hold()).all():
        if any(hold.set_at < row.shipped_at for hold in records.active_holds(tx, row.id)):
            yield Broken(
                "held", row.id, T("Parcel {parcel} left although it was held.", parcel=row.id)
            )


def _left_with_a_hold() -> Select[Any]:
    """Parcels that have left and that an active hold concerns: from the few holds to the parcels.

    Of a hold on an order or a line some concern other boxes: who asks looks closer.
    """
    held = select(holds).where(holds.c.cleared_at.is_(None)).subquery("held")
    itself = select(held.c.parcel_id).where(held.c.parcel_id.is_not(None))
    by_line = select(parcel_lines.c.parcel_id).join(
        held, held.c.order_line_id == parcel_lines.c.order_line_id
    )
    by_order = (
        select(parcel_lines.c.parcel_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(held, held.c.order_id == order_lines.c.order_id)
    )
    concerned = union(itself, by_line, by_order).subquery("concerned")
    return (
        select(parcels.c.id, parcels.c.shipped_at)
        .join(concerned, concerned.c.parcel_id == parcels.c.id)
        .where(
            parcels.c.state.in_([ParcelState.TO_REPORT, ParcelState.SHIPPED]),
            parcels.c.shipped_at.is_not(None),
        )
        .order_by(parcels.c.id)
    )


def _numbers_have_owners(tx: Connection) -> Iterator[Broken]:
    for ref, message in broken_numbers(tx):
        yield Broken("numbers", ref, message)


def _batches_are_their_own(tx: Connection) -> Iterator[Broken]:
    for ref, message in broken_batches(tx):
        yield Broken("batches", ref, message)


def _serials_follow_history(tx: Connection) -> Iterator[Broken]:
    for ref, message in broken_serials(tx):
        yield Broken("serials", ref, message)


def _papers_equal_ledger(tx: Connection) -> Iterator[Broken]:
    for ref, message in broken_papers(tx):
        yield Broken("papers", ref, message)


def _on_the_way_is_expected(tx: Connection) -> Iterator[Broken]:
    for ref, message in broken_in_transit(tx):
        yield Broken("in_transit", ref, message)


def _put_away_once(tx: Connection) -> Iterator[Broken]:
    """An order is live or in the archive, and the archive holds as many as it says."""
    both = select(orders.c.id).join(archived_orders, archived_orders.c.id == orders.c.id)
    for our_id in tx.execute(both).scalars():
        yield Broken("archive", our_id, T("Order {order} is live and put away.", order=our_id))
    listed = (
        select(
            archived_orders.c.month,
            archived_orders.c.group_id,
            func.count().label("orders"),
        )
        .group_by(archived_orders.c.month, archived_orders.c.group_id)
        .subquery()
    )
    uneven = (
        select(archived_groups.c.id)
        .outerjoin(
            listed,
            (listed.c.month == archived_groups.c.month)
            & (listed.c.group_id == archived_groups.c.id),
        )
        .where(func.coalesce(listed.c.orders, 0) != archived_groups.c.order_count)
    )
    for group_id in tx.execute(uneven).scalars():
        yield Broken(
            "archive", group_id, T("The archive of order {order} is incomplete.", order=group_id)
        )


_RULES: dict[str, Callable[[Connection], Iterator[Broken]]] = {
    "ledger": _ledger_equals_balances,
    "places": _ledger_equals_places,
    "batches": _batches_are_their_own,
    "serials": _serials_follow_history,
    "reservations": _allocated_equals_reservations,
    "reserved_goods": _reserved_as_held,
    "negative": _nothing_below_zero,
    "gifts": _gifts_are_counted,
    "one_waybill": _one_live_waybill,
    "shipped_stock": _shipped_once,
    "reported": _shipped_is_reported,
    "unreported": _sealed_has_message,
    "printed": _printed_was_sent,
    "held": _held_did_not_ship,
    "numbers": _numbers_have_owners,
    "papers": _papers_equal_ledger,
    "in_transit": _on_the_way_is_expected,
    "archive": _put_away_once,
}
