"""Comparing a shop's stock with ours both ways, and overwriting the shop's on a person's word.

Overwriting races with sales: it is never done by itself, and each one is in the audit trail.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, func, select, update

from app.domain.errors import RetryableError
from app.domain.listings import ListingStatus
from app.domain.states import OutboxState
from app.domain.text import T
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import Reported, ReportLater, ReportRefused, ReportUnclear
from app.services import read_only, records
from app.services.leases import lease, must_hold
from app.services.stock import mapping, stock_push, stock_sending, stock_taking, stock_wanted
from app.services.stock.stock_push import PushRow
from app.services.stock.stock_wanted import WantedStock
from app.services.workplace import Workplace
from app.store.tables import listings, outbox


def differences(
    work: Workplace,
    shop_id: str,
    *,
    listing_ids: Collection[str] | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[PushRow]:
    """Where the shop shows another figure than it should: ``more``, ``fewer`` or ``unknown``.

    Each row says which way is advised (``stock_taking.Advice``). ``listing_ids`` (ours) narrow
    it down.
    Raises ``RetryableError`` when the shop cannot be asked.
    """

    def decide(tx: Connection, item: WantedStock, has: int, is_busy: bool) -> PushRow:
        if is_busy:
            return stock_push.busy(stock_push.row_of(item, has, "later"))
        result = "same" if has == item.wanted else "more" if has > item.wanted else "fewer"
        advice = stock_taking.advice(tx, item) if result != "same" else ""
        return replace(stock_push.row_of(item, has, result), advice=advice)

    found = stock_push.compare(
        work,
        shop_id,
        decide,
        listing_ids=listing_ids,
        progress=progress,
        cancel=cancel,
        look_only=True,
    )
    return [row for row in found if row.result != "same"]


def unmapped(work: Workplace, shop_id: str) -> int:
    """How many listings of the shop cannot be compared: no item is known for them."""
    with work.db.read() as tx:
        return tx.execute(
            select(func.count())
            .select_from(listings)
            .where(
                listings.c.shop_id == shop_id,
                listings.c.status != ListingStatus.GONE,
                mapping.resolved_sku().is_(None),
            )
        ).scalar_one()


def overwrite(
    work: Workplace,
    shop_id: str,
    *,
    listing_ids: Collection[str] | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[PushRow]:
    """Set the shop's figures to what they should be, for every difference there is now.

    ``listing_ids`` (ours): of these alone. Goes on past a refused one. Raises ``Cancelled``
    between two listings, ``UserError`` (``shop_read_only``) and ``RetryableError`` when the shop
    cannot be asked.
    """
    read_only.refuse(work, shop_id)
    token = cancel or CancelToken()
    found = differences(work, shop_id, listing_ids=listing_ids, cancel=token)
    out: list[PushRow] = []
    for n, row in enumerate(found, 1):
        token.check()
        done = _set(work, row) if row.result in {"more", "fewer"} else row
        out.append(done)
        progress(Step(n, len(found), sum(not r.ok for r in out), done.message, row.sku))
    if out:
        work.changed("listings", "outbox")
    return out


def _set(work: Workplace, row: PushRow) -> PushRow:
    try:
        with lease(work, "outbox"):  # no change is sent meanwhile: it would come on top
            return _set_alone(work, row)
    except RetryableError:
        return stock_push.busy(row)


def _set_alone(work: Workplace, row: PushRow) -> PushRow:
    with work.db.write() as tx:
        must_hold(tx, work, "outbox")
        if stock_sending.on_its_way(tx, work, [row.listing]):
            return stock_push.busy(row)
        for item in stock_wanted.wanted(tx, row.shop, [row.listing]):  # as it is at this moment
            row = replace(row, wanted=item.wanted, delta=item.wanted - (row.shop_stock or 0))
        # What was queued before is void: the figure becomes the right one now.
        _forget_queued(tx, work, row, None)
        _note(tx, work, "stock_set", row)
    outcome = work.outside.shop(row.shop).goods.set_stock(row.product_id, row.sku_id, row.wanted)
    with work.db.write() as tx:
        # And so is what somebody has worked out meanwhile from the figure of before.
        _forget_queued(tx, work, row, row.wanted if isinstance(outcome, Reported) else None)
        if isinstance(outcome, ReportRefused):
            _note(tx, work, "stock_set_refused", row)
    match outcome:
        case Reported():
            return replace(row, result="done")
        case ReportRefused(problem=problem):
            return replace(
                row,
                result="refused",
                code=problem.code,
                message=problem.message,
                remedy=problem.remedy,
            )
        case ReportUnclear(reason=reason) | ReportLater(reason=reason):
            return replace(
                row,
                result="later",
                code="later",
                message=reason,
                remedy=T("Compare again: only what still differs is changed."),
            )


def _forget_queued(tx: Connection, work: Workplace, row: PushRow, has: int | None) -> None:
    """Make every difference void that was queued for the listing; ``has``: its figure now."""
    seen = {} if has is None else {"stock_seen_at": work.now()}
    tx.execute(
        update(listings)
        .where(listings.c.id == row.listing)
        .values(stock_generation=listings.c.stock_generation + 1, shop_stock=has, **seen)
    )
    tx.execute(
        update(outbox)
        .where(
            outbox.c.lane == stock_sending.lane(row.listing),
            outbox.c.state == OutboxState.PENDING,
        )
        .values(state=OutboxState.SUPERSEDED, done_at=work.now())
    )


def _note(tx: Connection, work: Workplace, action: str, row: PushRow) -> None:
    records.note(
        tx,
        work,
        action,
        detail={
            "shop": row.shop,
            "product": row.product_id,
            "variant": row.sku_id,
            "from": row.shop_stock,
            "to": row.wanted,
        },
    )
