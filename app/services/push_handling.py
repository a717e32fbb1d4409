"""What each kind of pushed event leads to. A new kind is a function and a line in ``HANDLERS``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import select, update

from app.domain.states import OrderStatus
from app.domain.text import Text
from app.ports import PushSubject
from app.services import records, syncing
from app.services.workplace import Workplace
from app.store.tables import audit, listings, orders, waybills

TRACK = "track"  # the audit action of a carrier's step
_OVER = (OrderStatus.SHIPPED, OrderStatus.DONE, OrderStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class PushRow:
    """One event that waits. ``facts`` as in ``PushedEvent``; ``id`` is our own."""

    id: int
    shop_id: str
    event: str
    subject: PushSubject
    facts: Mapping[str, str]
    attempts: int
    happened_at: datetime | None
    once: str


class Handler(Protocol):
    """Handles the events of one shop and subject; the reasons of those that must wait, by id.

    Must be harmless when repeated: a crash may come before the rows are marked. May raise
    ``UserError`` or ``RetryableError``: all of them wait then.
    """

    def __call__(
        self, work: Workplace, shop_id: str, rows: Sequence[PushRow], /
    ) -> Mapping[int, Text]: ...


def reread_orders(work: Workplace, shop_id: str, rows: Sequence[PushRow]) -> Mapping[int, Text]:
    """Read the orders as they are now, each once."""
    wanted = list(dict.fromkeys(r.facts["order_id"] for r in rows if r.facts.get("order_id")))
    if not wanted:
        return {}
    failed = syncing.refetch(work, shop_id, wanted).failed
    return {r.id: failed[r.facts["order_id"]] for r in rows if r.facts.get("order_id") in failed}


def urge(work: Workplace, shop_id: str, rows: Sequence[PushRow]) -> Mapping[int, Text]:
    """The buyer wants it soon; the order is read first, for it may be new to us."""
    failed = reread_orders(work, shop_id, rows)
    for row in rows:
        if row.id not in failed and row.facts.get("order_id"):
            _mark_urged(work, shop_id, row.facts["order_id"])
    return failed


def _mark_urged(work: Workplace, shop_id: str, order_id: str) -> None:
    with work.db.write() as tx:
        marked = tx.execute(
            update(orders)
            .where(
                orders.c.shop_id == shop_id,
                orders.c.order_id == order_id,
                orders.c.urged.is_(False),
                orders.c.status.not_in(_OVER),
            )
            .values(urged=True, revision=orders.c.revision + 1, stored_at=work.now())
            .returning(orders.c.id)
        ).scalar()
        if marked is not None:
            records.note(tx, work, "urged", order_id=marked)
    work.changed("orders")


def listings_changed(work: Workplace, shop_id: str, rows: Sequence[PushRow]) -> Mapping[int, Text]:
    """What the shop sells has changed: the next pull reads it anew."""
    _forget(work, shop_id, rows, pulled_at=None)
    return {}


def stock_changed(work: Workplace, shop_id: str, rows: Sequence[PushRow]) -> Mapping[int, Text]:
    """What we believe of the shop's stock is old: the next look asks the shop."""
    _forget(work, shop_id, rows, stock_seen_at=None)
    return {}


def _forget(work: Workplace, shop_id: str, rows: Sequence[PushRow], **values: None) -> None:
    products = {r.facts["product_id"] for r in rows if r.facts.get("product_id")}
    with work.db.write() as tx:
        tx.execute(
            update(listings)
            .where(listings.c.shop_id == shop_id, listings.c.product_id.in_(products))
            .values(**values)
        )
    work.changed("stock", "listings")


def carrier_steps(work: Workplace, _shop: str, rows: Sequence[PushRow]) -> Mapping[int, Text]:
    """Write where parcels are into their stories, each step once."""
    with work.db.write() as tx:
        for row in rows:
            parcel_id = tx.execute(
                select(waybills.c.parcel_id).where(
                    waybills.c.number == row.facts.get("waybill_id", "")
                )
            ).scalar()
            if parcel_id is None:  # a label of another program
                continue
            step = _step(row)
            if step not in _known_steps(tx, parcel_id):
                records.note(tx, work, TRACK, parcel_id=parcel_id, detail=step)
    work.changed("parcels", "orders")
    return {}


def _known_steps(tx: Any, parcel_id: str) -> list[Mapping[str, str]]:
    return list(
        tx.execute(
            select(audit.c.detail).where(audit.c.parcel_id == parcel_id, audit.c.action == TRACK)
        ).scalars()
    )


def _step(row: PushRow) -> dict[str, str]:
    said = row.facts.get("update_time", "")
    at = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() and len(said) < 12 else None
    at = at or row.happened_at
    return {
        "number": row.facts.get("waybill_id", ""),
        "stage": row.facts.get("stage", ""),
        "at": at.isoformat() if at else "",
    }


HANDLERS: Mapping[PushSubject, Handler] = {
    PushSubject.ORDER: reread_orders,
    PushSubject.URGED: urge,
    PushSubject.AFTER_SALE: reread_orders,
    PushSubject.LISTING: listings_changed,
    PushSubject.STOCK: stock_changed,
    PushSubject.CARRIER_STEP: carrier_steps,
}
"""Subjects that are not here are written down and left alone."""
