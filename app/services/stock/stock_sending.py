"""Changing what a shop believes to have: one delta a row, and never the same one twice.

Adding pieces twice is wrong, and nobody can ask the shop whether a certain addition arrived. So an
unclear outcome ends its row for good (``superseded``), and a new row without a delta takes its
place: when its time has come, the shop is read anew and the delta worked out then. The pause lets a
change that is still under way arrive before that.

Whoever read the shop before a change began must not queue a delta after it: every change moves the
listing's ``stock_generation`` first, and deltas are queued only for the generation they were worked
out for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from app.domain.states import OutboxKind, OutboxState
from app.domain.text import T, Text
from app.ports import Reported, ReportLater, ReportOutcome, ReportRefused, ReportUnclear
from app.services.stock import stock_wanted
from app.services.stock.stock_wanted import WantedStock
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import listings, outbox

PAUSE = timedelta(seconds=45)  # longer than a call may take
_LONGEST_PAUSE = timedelta(minutes=15)
_NOT_AS_THOUGHT = "10020054"  # too few pieces left, or not changeable
_MOST_TRIES = 3  # of a change that the shop refuses because its figure is another one


@dataclass(frozen=True, slots=True)
class Superseded:
    """The row is closed and another one has taken its place; ``reason`` says why."""

    reason: Text


def lane(listing_id: str) -> str:
    return f"stock:{listing_id}"


def queue(
    tx: Connection,
    work: Workplace,
    item: WantedStock,
    delta: int | None,
    *,
    tries: int = 0,
    not_before: datetime | None = None,
) -> str | None:
    """Queue one change of a listing, the only open one; its natural key, or ``None``.

    ``None``: the shop was told something since ``item`` was worked out. ``delta`` ``None``: worked
    out when it is sent.
    """
    generation = item.generation + 1
    moved = tx.execute(
        update(listings)
        .where(
            listings.c.id == item.listing_id,
            listings.c.stock_generation == item.generation,
        )
        .values(stock_generation=generation)
    )
    if moved.rowcount != 1:
        return None
    tx.execute(
        update(outbox)
        .where(
            outbox.c.lane == lane(item.listing_id),
            outbox.c.state.in_([OutboxState.PENDING, OutboxState.REFUSED]),  # it replaces both
        )
        .values(state=OutboxState.SUPERSEDED, done_at=work.now())
    )
    once = f"stock:{item.listing_id}:{generation}"
    outbox_rows.add(
        tx,
        work,
        OutboxKind.STOCK,
        once,
        lane=lane(item.listing_id),
        shop_id=item.shop,
        payload={
            "listing": item.listing_id,
            "product_id": item.product_id,
            "sku_id": item.sku_id,
            "delta": delta,
            "wanted": item.wanted,
            "generation": generation,
            "tries": tries,
            "not_before": not_before.isoformat() if not_before else "",
        },
    )
    if not_before is not None:
        tx.execute(update(outbox).where(outbox.c.once == once).values(next_at=not_before))
    return once


def send(work: Workplace, row: Any, *, again: bool) -> ReportOutcome | Superseded:
    """Send one STOCK row. Interrupted ones are never sent again; see the module."""
    if row.state == OutboxState.SENDING:
        return _take_its_place(
            work, row, T("It is not known whether the last change of the stock arrived.")
        )
    not_before = row.payload.get("not_before")
    if not_before and work.now() < datetime.fromisoformat(not_before):
        wait_s = (datetime.fromisoformat(not_before) - work.now()).total_seconds()
        return ReportLater(T("The shop is asked for its stock again in a moment."), wait_s)
    goods = work.outside.shop(row.shop_id).goods
    product_id, sku_id = row.payload["product_id"], row.payload["sku_id"]
    delta: int | None = None if again else row.payload["delta"]
    has: int | None = None
    if delta is None:  # an earlier try did nothing, but time has passed
        has = goods.stock([product_id]).get((product_id, sku_id))
    with work.db.write() as tx:
        delta = _delta_now(tx, row, delta, has)
        begun = _begin(tx, row, delta, has)
    if not begun:
        return _overtaken(work, row)
    if delta == 0:
        return Reported()
    outcome = goods.change_stock(product_id, sku_id, delta)
    match outcome:
        case Reported():
            _remember(work, row, delta)
            return outcome
        case ReportUnclear(reason=reason):
            return _take_its_place(work, row, reason)
        case ReportRefused(problem=problem) if problem.code == _NOT_AS_THOUGHT:
            if int(row.payload["tries"]) + 1 >= _MOST_TRIES:
                return outcome
            return _take_its_place(work, row, problem.message)
        case _:
            return outcome


def _delta_now(tx: Connection, row: Any, delta: int | None, has: int | None) -> int:
    """What to add now; 0 when nothing is to be done any more, or the shop does not tell."""
    found = stock_wanted.wanted(tx, row.shop_id, [row.payload["listing"]])
    if not found:
        return 0
    if delta is not None:
        return delta
    return found[0].wanted - has if has is not None else 0


def _begin(tx: Connection, row: Any, delta: int, has: int | None) -> bool:
    """From here on nobody may queue what was worked out before this change.

    ``False``: something newer is queued already.
    """
    generation = int(row.payload["generation"])
    values: dict[str, Any] = {"stock_generation": generation + 1}
    if has is not None:
        values["shop_stock"] = has
    moved = tx.execute(
        update(listings)
        .where(listings.c.id == row.payload["listing"], listings.c.stock_generation == generation)
        .values(**values)
    )
    payload = {**row.payload, "delta": delta, "generation": generation + 1}
    tx.execute(update(outbox).where(outbox.c.id == row.id).values(payload=payload))
    return moved.rowcount == 1


def _overtaken(work: Workplace, row: Any) -> Superseded:
    """Close a row whose listing was worked out anew since; nothing was sent."""
    with work.db.write() as tx:
        tx.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(state=OutboxState.SUPERSEDED, done_at=work.now())
        )
    return Superseded(T("The stock of this listing was worked out anew."))


def _remember(work: Workplace, row: Any, delta: int) -> None:
    """What the shop has now, as far as we know: sales of this moment are not in it."""
    with work.db.write() as tx:
        tx.execute(
            update(listings)
            .where(listings.c.id == row.payload["listing"], listings.c.shop_stock.is_not(None))
            .values(shop_stock=listings.c.shop_stock + delta, stock_seen_at=work.now())
        )


def _take_its_place(work: Workplace, row: Any, reason: Text) -> Superseded:
    """Close the row and let another one read the shop anew, in one transaction."""
    tries = int(row.payload["tries"]) + 1
    with work.db.write() as tx:
        note = {"code": "stock_unclear", "message": reason.as_json()}
        tx.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(state=OutboxState.SUPERSEDED, done_at=work.now(), reason=note)
        )
        # Nobody knows what the shop has now.
        known = tx.execute(
            update(listings)
            .where(listings.c.id == row.payload["listing"])
            .values(shop_stock=None)
            .returning(listings.c.stock_generation)
        ).scalar_one_or_none()
        if known is not None:
            pause = min(PAUSE * 2 ** (tries - 1), _LONGEST_PAUSE)
            item = WantedStock(
                row.payload["listing"],
                row.shop_id,
                row.payload["product_id"],
                row.payload["sku_id"],
                "",
                "",
                "",
                1,
                known,
                None,
                int(row.payload["wanted"]),
            )
            queue(tx, work, item, None, tries=tries, not_before=work.now() + pause)
    return Superseded(reason)


def on_its_way(tx: Connection, work: Workplace, listing_ids: list[str]) -> set[str]:
    """Those of the listings that must be left alone: a change is under way, or may still be."""
    lanes = {lane(i): i for i in listing_ids}
    rows = tx.execute(
        select(outbox.c.lane).where(
            outbox.c.lane.in_(list(lanes)),
            or_(
                outbox.c.state == OutboxState.SENDING,
                and_(outbox.c.state == OutboxState.PENDING, outbox.c.next_at > work.now()),
            ),
        )
    ).scalars()
    return {lanes[name] for name in rows}
