"""Putting orders away that are over, and bringing them back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, exists, func, insert, or_, select

from app.domain.errors import UserError
from app.domain.states import OPEN_STATES, OutboxState, ParcelState
from app.domain.text import T
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services import records
from app.services.archive import bodies
from app.services.archive.bodies import Group
from app.services.workplace import Workplace
from app.store.tables import (
    after_sales,
    archived_groups,
    archived_numbers,
    archived_orders,
    holds,
    orders,
    outbox,
    parcels,
    waybills,
)

DEFAULT_DAYS = 180
_GROUPS_AT_ONCE = 10  # a transaction
_PAGE = 200
_OVER = (ParcelState.SHIPPED, ParcelState.DELIVERED, ParcelState.CANCELLED)
_UNSENT = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.REFUSED)
_COLUMNS = (
    "id",
    "shop_id",
    "order_id",
    "status",
    "stage",
    "flow",
    "failed",
    "hold_count",
    "carrier",
    "paid_at",
    "deadline_at",
    "search",
)


@dataclass(frozen=True, slots=True)
class Archived:
    """What a run did: ``orders`` put away, ``left`` old ones that something is still open of."""

    orders: int
    left: int


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the archive; ``size`` in bytes as it is kept."""

    month: str
    orders: int
    size: int


def run(
    work: Workplace,
    *,
    days: int = DEFAULT_DAYS,
    dry_run: bool = False,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> Archived:
    """Put away what has been over for ``days``, the oldest first, a few orders a transaction.

    Stopped at any moment, each order is either live or put away, never both.
    """
    token = cancel or CancelToken()
    before = work.now() - timedelta(days=days)
    moved, left = 0, 0
    for ids in _pages(work, before):
        for start in range(0, len(ids), _GROUPS_AT_ONCE):
            if token.cancelled:
                return Archived(moved, left)
            done, kept = _some(work, ids[start : start + _GROUPS_AT_ONCE], before, dry_run=dry_run)
            moved, left = moved + done, left + kept
            progress(Step(moved + left, moved + left, 0))
    if moved and not dry_run:
        work.changed("orders", "parcels")
    return Archived(moved, left)


def months(work: Workplace) -> list[MonthRow]:
    """What the archive holds, the newest month first."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(
                archived_groups.c.month,
                func.sum(archived_groups.c.order_count).label("orders"),
                func.sum(func.length(archived_groups.c.body)).label("size"),
            )
            .group_by(archived_groups.c.month)
            .order_by(archived_groups.c.month.desc())
        ).all()
    return [MonthRow(r.month, int(r.orders), int(r.size)) for r in rows]


def restore(work: Workplace, order: str) -> int:
    """Bring an order back with those it shares parcels with; how many orders that were.

    Raises ``UserError`` (``not_archived``).
    """
    with work.db.write() as tx:
        group = tx.execute(
            select(archived_orders.c.month, archived_orders.c.group_id).where(
                or_(archived_orders.c.id == order, archived_orders.c.order_id == order)
            )
        ).first()
        if group is None:
            raise UserError(
                "not_archived",
                T("Order {order} is not in the archive.", order=order),
                T("Look for it with: orders list --search"),
                ref=order,
            )
        count = _bring_back(tx, work, group.month, group.group_id)
    work.changed("orders", "parcels")
    return count


def bring_back(tx: Connection, work: Workplace, shop_id: str, order_ids: Sequence[str]) -> None:
    """Something new is told of these orders of the shop: those put away come back first."""
    groups = tx.execute(
        select(archived_orders.c.month, archived_orders.c.group_id)
        .where(archived_orders.c.shop_id == shop_id, archived_orders.c.order_id.in_(order_ids))
        .distinct()
    ).all()
    for group in groups:
        _bring_back(tx, work, group.month, group.group_id)


def _pages(work: Workplace, before: datetime) -> Iterator[list[str]]:
    """Orders that may be old enough, by their own times."""
    last = ""
    while True:
        with work.db.read() as tx:
            ids = list(
                tx.execute(
                    select(orders.c.id)
                    .where(
                        orders.c.id > last,
                        orders.c.updated_at < before,
                        orders.c.stored_at < before,
                        orders.c.stage.in_(_OVER),
                        orders.c.hold_count == 0,
                    )
                    .order_by(orders.c.id)
                    .limit(_PAGE)
                ).scalars()
            )
        if not ids:
            return
        yield ids
        last = ids[-1]


def _some(
    work: Workplace, ids: Sequence[str], before: datetime, *, dry_run: bool
) -> tuple[int, int]:
    moved, left = 0, 0
    with work.db.write() as tx:
        for our_id in ids:
            there = tx.execute(select(orders.c.id).where(orders.c.id == our_id)).scalar()
            if there is None:  # it went with an order that it shares a parcel with
                continue
            group = Group(tx, our_id)
            if not _is_over(tx, group, before):
                left += 1
                continue
            if dry_run:
                moved += 1
                continue
            moved += _put_away(tx, work, group)
    return moved, left


def _is_over(tx: Connection, group: Group, before: datetime) -> bool:
    """Whether nothing more is to be done with any order of the group, for long enough."""
    ids, boxes = list(group.orders), list(group.parcels)
    open_order = select(orders.c.id).where(
        orders.c.id.in_(ids),
        or_(
            orders.c.stage.not_in(_OVER),
            orders.c.updated_at >= before,
            orders.c.hold_count > 0,
            orders.c.failed,
        ),
    )
    open_parcel = select(parcels.c.id).where(
        parcels.c.id.in_(boxes),
        or_(
            parcels.c.state.in_([*OPEN_STATES, ParcelState.TO_REPORT]),
            parcels.c.changed_at >= before,
            exists().where(holds.c.parcel_id == parcels.c.id, holds.c.cleared_at.is_(None)),
        ),
    )
    case = select(after_sales.c.order_id).where(
        after_sales.c.order_id.in_(ids),
        or_(after_sales.c.open, after_sales.c.seen_at >= before),
    )
    message = select(outbox.c.id).where(
        or_(outbox.c.order_id.in_(ids), outbox.c.parcel_id.in_(boxes)),
        outbox.c.state.in_(_UNSENT),
    )
    return not any(
        tx.execute(query.limit(1)).first() for query in (open_order, open_parcel, case, message)
    )


def _put_away(tx: Connection, work: Workplace, group: Group) -> int:
    rows = tx.execute(
        select(*(orders.c[name] for name in _COLUMNS)).where(orders.c.id.in_(group.orders))
    ).all()
    left_at = tx.execute(
        select(func.max(func.coalesce(parcels.c.shipped_at, parcels.c.changed_at))).where(
            parcels.c.id.in_(group.parcels)
        )
    ).scalar()
    if left_at is None:
        left_at = tx.execute(
            select(func.max(orders.c.created_at)).where(orders.c.id.in_(group.orders))
        ).scalar_one()
    month = f"{left_at:%Y-%m}"
    _partitions(tx, month)
    records.note(tx, work, "archived", order_id=group.id, detail={"month": month})
    body = bodies.read(tx, group)
    numbers = tx.execute(
        select(waybills.c.number, waybills.c.carrier)
        .where(waybills.c.parcel_id.in_(group.parcels))
        .distinct()
    ).all()
    where = {"month": month, "group_id": group.id}
    tx.execute(
        insert(archived_groups).values(
            month=month,
            id=group.id,
            order_count=len(rows),
            body=bodies.packed(body),
            archived_at=work.now(),
        )
    )
    tx.execute(insert(archived_orders), [{**where, **r._asdict()} for r in rows])
    if numbers:
        tx.execute(insert(archived_numbers), [{**where, **r._asdict()} for r in numbers])
    bodies.remove(tx, group)
    return len(rows)


def _bring_back(tx: Connection, work: Workplace, month: str, group_id: str) -> int:
    found = tx.execute(
        select(archived_groups)
        .where(archived_groups.c.month == month, archived_groups.c.id == group_id)
        .with_for_update()
    ).one_or_none()
    if found is None:  # another bench was quicker
        return 0
    for table in (archived_numbers, archived_orders):
        tx.execute(delete(table).where(table.c.month == month, table.c.group_id == group_id))
    tx.execute(
        delete(archived_groups).where(
            archived_groups.c.month == month, archived_groups.c.id == group_id
        )
    )
    bodies.write(tx, bodies.unpacked(found.body))
    records.note(tx, work, "restored", order_id=group_id, detail={"month": month})
    return int(found.order_count)


def _partitions(tx: Connection, month: str) -> None:
    """On PostgreSQL a month's own partitions, unless some of it lies in the common one already."""
    if tx.dialect.name != "postgresql":
        return
    tx.exec_driver_sql("SELECT pg_advisory_xact_lock(20200102)")
    for table in (archived_groups, archived_orders):
        name = f"{table.name}_{month.replace('-', '_')}"
        known = tx.exec_driver_sql("SELECT to_regclass(%s)", (name,)).scalar()
        rest = select(table.c.month).where(table.c.month == month).limit(1)
        if known is None and tx.execute(rest).first() is None:
            tx.exec_driver_sql(
                f"CREATE TABLE {name} PARTITION OF {table.name} FOR VALUES IN ('{month}')"
            )
