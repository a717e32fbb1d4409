"""The merchant's note of an order, the same here and in the shop's back office.

A note written here is in force here at once and reaches the shop once, through the outbox. Until
the shop has it, or has refused it and a person knows, no older note of the shop overwrites it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.domain.address import clean_text
from app.domain.states import OutboxKind, OutboxState
from app.domain.text import Text
from app.ports import Reported, ReportLater, ReportOutcome, ReportUnclear
from app.services import records
from app.services.orders import receivers
from app.services.sync import syncing
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import orders, outbox, shops


@dataclass(frozen=True, slots=True)
class Note:
    """The note as people see it. ``state``: ``told``, ``waiting`` or ``refused`` (with why)."""

    order_id: str
    text: str
    state: str
    message: Text | None = None
    remedy: Text | None = None


def note(work: Workplace, order: str) -> Note:
    """The order's note and whether the shop has it. Raises ``UserError`` (``no_such_order``)."""
    stored = receivers.order_of(work, order)
    with work.db.read() as tx:
        row = outbox_rows.unsettled_note(tx, stored.id)
    if row is None:
        return Note(stored.order_id, stored.merchant_note, "told")
    state = "refused" if row.state == OutboxState.REFUSED else "waiting"
    reason = row.reason or {}
    return Note(
        stored.order_id,
        stored.merchant_note,
        state,
        Text.from_json(reason["message"]) if reason else None,
        Text.from_json(reason["remedy"]) if reason else None,
    )


def write(work: Workplace, order: str, text: str) -> Note:
    """Write the note; an empty one takes it away. An older one not sent yet is never sent."""
    stored = receivers.order_of(work, order)
    text = clean_text(text)
    with work.db.write() as tx:
        _give_up_earlier(tx, work, stored.id)
        tx.execute(update(orders).where(orders.c.id == stored.id).values(merchant_note=text))
        platform = tx.execute(select(shops.c.platform).where(shops.c.id == stored.shop_id)).scalar()
        if platform not in {"manual", "file"}:
            outbox_rows.add(
                tx,
                work,
                OutboxKind.NOTE,
                f"note:{stored.id}:{_revision(tx, stored.id)}",
                lane=outbox_rows.note_lane(stored.id),
                shop_id=stored.shop_id,
                order_id=stored.id,
                payload={"order_id": stored.order_id, "note": text},
            )
        records.note(tx, work, "note", order_id=stored.id, detail={"length": len(text)})
        records.refresh_orders(tx, [stored.id])
    work.changed("orders", "outbox")
    return note(work, stored.id)


def take_shops(work: Workplace, order: str) -> Note:
    """Give up a note that the shop has refused: the shop's own is in force again."""
    stored = receivers.order_of(work, order)
    with work.db.write() as tx:
        _give_up_earlier(tx, work, stored.id)
        tx.execute(update(orders).where(orders.c.id == stored.id).values(raw=""))  # read it anew
        records.note(tx, work, "note_given_up", order_id=stored.id)
    syncing.refetch(work, stored.shop_id, [stored.order_id])
    return note(work, stored.id)


def send_note(work: Workplace, row: Any, *, again: bool) -> ReportOutcome:
    """Send one NOTE row; ``again``: an earlier try may have arrived, the order shows it."""
    shop = work.outside.shop(row.shop_id)
    order_id, text = row.payload["order_id"], row.payload["note"]
    if again and shop.order(order_id).merchant_note == text:
        return Reported()
    outcome = shop.order_desk.write_note(order_id, text)
    if isinstance(outcome, ReportUnclear):
        arrived = shop.order(order_id).merchant_note == text
        return Reported() if arrived else ReportLater(outcome.reason)
    return outcome


def _give_up_earlier(tx: Connection, work: Workplace, our_id: str) -> None:
    tx.execute(
        update(outbox)
        .where(
            outbox.c.lane == outbox_rows.note_lane(our_id),
            outbox.c.state.in_([OutboxState.PENDING, OutboxState.REFUSED]),
        )
        .values(state=OutboxState.SUPERSEDED, done_at=work.now())
    )


def _revision(tx: Connection, our_id: str) -> int:
    written = tx.execute(
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.lane == outbox_rows.note_lane(our_id))
    ).scalar_one()
    return int(written) + 1
