"""Small writes that many services share: the audit trail, and an order's derived columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from app.domain.states import ParcelState
from app.services.workplace import Workplace
from app.store import word_index
from app.store.tables import audit, holds, order_lines, orders, parcel_lines, parcels, waybills

# The buyer has what he urged for, or will never get it.
NOTHING_TO_URGE = frozenset({ParcelState.SHIPPED, ParcelState.DELIVERED, ParcelState.CANCELLED})
SEVERAL = "*"  # an order's parcels go with several companies
STATE_ORDER = {state.value: n for n, state in enumerate(ParcelState)}


def note(
    tx: Connection,
    work: Workplace,
    action: str,
    *,
    order_id: str | None = None,
    parcel_id: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one audit entry. ``detail`` must not hold a name, phone, address or secret."""
    tx.execute(
        insert(audit).values(
            at=work.now(),
            user=work.user,
            bench=work.bench,
            action=action,
            order_id=order_id,
            parcel_id=parcel_id,
            detail=dict(detail) if detail else None,
        )
    )


def orders_of(tx: Connection, parcel_ids: Iterable[str]) -> list[str]:
    """The orders that have a line in any of the parcels."""
    rows = tx.execute(
        select(order_lines.c.order_id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id.in_(list(parcel_ids)))
        .distinct()
    )
    return [r.order_id for r in rows]


def parcels_of(tx: Connection, order_id: str) -> list[str]:
    """Every parcel that holds a line of the order, the oldest first."""
    rows = tx.execute(
        select(parcel_lines.c.parcel_id)
        .join(order_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(order_lines.c.order_id == order_id)
        .distinct()
        .order_by(parcel_lines.c.parcel_id)
    )
    return [r.parcel_id for r in rows]


def refresh_orders(tx: Connection, order_ids: Iterable[str], *, words: bool = True) -> None:
    """Bring stage, hold count, failure flag and search text up to date after a change.

    Without ``words`` the search text stays: for changes of what a parcel has come to.
    """
    for order_id in order_ids:
        # From its lines to their parcels: asked of every parcel, it goes through all there are.
        with_its_lines = (
            select(parcel_lines.c.parcel_id)
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .where(order_lines.c.order_id == order_id)
        )
        mine = (
            select(parcels.c.state, parcels.c.failure, parcels.c.id, parcels.c.carrier)
            .where(parcels.c.id.in_(with_its_lines))
            .order_by(parcels.c.id)
        )
        rows = tx.execute(mine).all()
        live = [r.state for r in rows if r.state != ParcelState.CANCELLED]
        stage = min(live, key=STATE_ORDER.__getitem__) if live else _stage_without(tx, order_id)
        held = tx.execute(
            select(func.count())
            .select_from(holds)
            .where(holds.c.cleared_at.is_(None), _concerns(order_id, [r.id for r in rows]))
        ).scalar_one()
        found_by = {"search": _words_again(tx, order_id, rows)} if words else {}
        tx.execute(
            update(orders)
            .where(orders.c.id == order_id)
            .values(
                stage=stage,
                hold_count=held,
                failed=any(
                    r.failure is not None and r.state != ParcelState.CANCELLED for r in rows
                ),
                revision=orders.c.revision + 1,
                carrier=carrier_of(r.carrier for r in rows if r.state != ParcelState.CANCELLED),
                **found_by,
                **({"urged": False} if stage in NOTHING_TO_URGE else {}),
            )
        )


def _concerns(order_id: str, parcel_ids: list[str]) -> Any:
    line_ids = select(order_lines.c.id).where(order_lines.c.order_id == order_id)
    return or_(
        holds.c.order_id == order_id,
        holds.c.order_line_id.in_(line_ids),
        holds.c.parcel_id.in_(parcel_ids),
    )


def _stage_without(tx: Connection, order_id: str) -> str:
    """The stage of an order without a live parcel: what the shop's status says of it."""
    return stage_without(
        tx.execute(select(orders.c.status).where(orders.c.id == order_id)).scalar_one()
    )


def stage_without(status: str) -> str:
    """The stage of an order with this status and without a live parcel."""
    match status:
        case "shipped":
            return ParcelState.SHIPPED
        case "done":
            return ParcelState.DELIVERED
        case "cancelled":
            return ParcelState.CANCELLED
        case _:
            return ParcelState.TO_CHECK


def carrier_of(companies: Iterable[str | None]) -> str:
    """The column ``orders.carrier`` of an order whose live parcels go with these companies."""
    known = {company for company in companies if company}
    return SEVERAL if len(known) > 1 else next(iter(known), "")


def _words_again(tx: Connection, order_id: str, of_parcels: Sequence[Any]) -> str:
    """The order's search text as it is now; the index of words follows it."""
    numbers = tx.execute(
        select(waybills.c.number).where(waybills.c.parcel_id.in_([r.id for r in of_parcels]))
    ).scalars()
    order = tx.execute(select(orders).where(orders.c.id == order_id)).one()
    lines = tx.execute(
        select(order_lines.c.title, order_lines.c.spec, order_lines.c.sku_code).where(
            order_lines.c.order_id == order_id
        )
    ).all()
    now = search_text(
        order.order_id,
        order.receiver,
        (order.buyer_note, order.merchant_note),
        numbers,
        [w for line in lines for w in line],
    )
    word_index.change(tx, order_id, order.shop_id, order.search, now)
    return now


def search_text(
    order_id: str,
    receiver: Mapping[str, Any],
    notes: Iterable[str],
    numbers: Iterable[str],
    line_words: Iterable[str],
) -> str:
    """What an order is found by: lower-case words with blanks between."""
    shown = [receiver.get(key, "") for key in ("name", "phone", "province", "city")]
    words = [order_id, *shown, *notes, *numbers, *line_words]
    return " ".join(w for w in words if w).lower()


def active_holds(tx: Connection, parcel_id: str) -> list[Any]:
    """The holds that a parcel obeys: its own, its lines' and its orders'."""
    line_ids = select(parcel_lines.c.order_line_id).where(
        parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.listing_quantity > 0
    )
    order_ids = (
        select(order_lines.c.order_id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id)
    )
    return list(
        tx.execute(
            select(holds)
            .where(
                holds.c.cleared_at.is_(None),
                or_(
                    holds.c.parcel_id == parcel_id,
                    and_(holds.c.order_line_id.is_not(None), holds.c.order_line_id.in_(line_ids)),
                    and_(holds.c.order_id.is_not(None), holds.c.order_id.in_(order_ids)),
                ),
            )
            .order_by(holds.c.set_at, holds.c.id)
        )
    )
