"""What each kind of pushed event leads to. A new kind is a function and a line in ``HANDLERS``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.text import Text
from app.domain.tracking import TrackEvent, TrackStage
from app.ports import PushSubject
from app.services import after_sales
from app.services.listings import pulling
from app.services.orders import order_requests
from app.services.sync import syncing
from app.services.tracking import storing
from app.services.workplace import Workplace
from app.store.tables import waybills


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


def reread_after_sales(
    work: Workplace, shop_id: str, rows: Sequence[PushRow]
) -> Mapping[int, Text]:
    """Read the after-sales as they are now, each once, and the orders they are about.

    Of a gift's after-sale and others that cannot be asked for by themselves, the order only.
    """
    by_order: list[PushRow] = list(rows)
    told = dict.fromkeys(
        r.facts["after_sale_order_id"] for r in rows if r.facts.get("after_sale_order_id")
    )
    for after_sale_id in told:
        try:
            after_sales.refresh(work, shop_id, [after_sale_id])
        except UserError as error:
            if error.code != "after_sale_missing":
                raise
            continue
        by_order = [r for r in by_order if r.facts.get("after_sale_order_id") != after_sale_id]
    return reread_orders(work, shop_id, by_order)


def urge(work: Workplace, shop_id: str, rows: Sequence[PushRow]) -> Mapping[int, Text]:
    """The buyer wants it soon; the order is read first, for it may be new to us."""
    failed = reread_orders(work, shop_id, rows)
    for row in rows:
        if row.id not in failed and row.facts.get("order_id"):
            order_requests.urged(work, shop_id, row.facts["order_id"])
    return failed


def reread_listings(work: Workplace, shop_id: str, rows: Sequence[PushRow]) -> Mapping[int, Text]:
    """Read what the shop sells, with its stock, each product once."""
    wanted = list(dict.fromkeys(r.facts["product_id"] for r in rows if r.facts.get("product_id")))
    if not wanted:
        return {}
    failed = pulling.refresh(work, shop_id, wanted).failed
    return {
        r.id: failed[r.facts["product_id"]] for r in rows if r.facts.get("product_id") in failed
    }


def carrier_steps(work: Workplace, _shop: str, rows: Sequence[PushRow]) -> Mapping[int, Text]:
    """Keep where parcels are, each step once; whoever can be asked is asked for the rest."""
    with work.db.write() as tx:
        for row in rows:
            waybill = tx.execute(
                select(waybills).where(waybills.c.number == row.facts.get("waybill_id", ""))
            ).first()
            event = _step(row)
            if waybill is None or event is None:  # a label of another program
                continue
            storing.pushed(tx, work, waybill, event)
    work.changed("tracks", "parcels", "orders")
    return {}


def _step(row: PushRow) -> TrackEvent | None:
    said = row.facts.get("update_time", "")
    at = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() and len(said) < 12 else None
    at = at or row.happened_at
    known = {stage.value for stage in TrackStage}
    stage = row.facts.get("stage", "")
    if at is None or stage not in known:
        return None
    return TrackEvent(at, TrackStage(stage), storing.PUSHED, "")


HANDLERS: Mapping[PushSubject, Handler] = {
    PushSubject.ORDER: reread_orders,
    PushSubject.URGED: urge,
    PushSubject.AFTER_SALE: reread_after_sales,
    PushSubject.LISTING: reread_listings,
    PushSubject.STOCK: reread_listings,
    PushSubject.CARRIER_STEP: carrier_steps,
}
"""Subjects that are not here are written down and left alone."""
