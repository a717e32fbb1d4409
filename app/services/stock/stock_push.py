"""Telling the shops how many pieces they may sell (推送库存).

The shop is read first and our own figures after it, in the transaction that queues the change: a
sale in between makes the change too small rather than too large. What is queued is a difference;
the shop adds it to what it has at that moment, so that sales on the way do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.errors import RetryableError, UserError
from app.domain.listings import StockPush
from app.domain.states import OutboxKind, OutboxState
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.stock import composition, stock_sending, stock_wanted
from app.services.stock.stock_wanted import WantedStock
from app.services.telling import outbox
from app.services.workplace import Workplace
from app.store.tables import listings, shops, skus
from app.store.tables import outbox as outbox_table

_PRODUCTS_AT_ONCE = 30
_A_TRANSACTION = 40
_DUE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PushRow:
    """One listing: what the shop has, what it should have, and what came of it.

    ``result``: ``same``, ``would`` (a trial), ``queued``, ``done``, ``refused``, ``later`` (not
    now, or unclear: the shop is read again), ``unknown`` (the shop does not tell its stock).
    """

    listing: str
    shop: str
    product_id: str
    sku_id: str
    title: str
    spec: str
    sku: str
    shop_stock: int | None
    wanted: int
    delta: int
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None
    once: str = ""
    here: int = 0  # pieces of the item that are free here
    advice: str = ""  # which way to make both agree; see app.services.stock.stock_taking

    @property
    def ok(self) -> bool:
        return self.result in {"same", "would", "queued", "done"}


def pushing_shops(work: Workplace) -> list[str]:
    """The active shops that are told their stock (``stock_push = "on"``)."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(shops.c.id, shops.c.settings).where(shops.c.active).order_by(shops.c.position)
        ).all()
    return [r.id for r in rows if r.settings.get("stock_push") == StockPush.ON]


def push(
    work: Workplace,
    shop_id: str,
    *,
    sku: str = "",
    listing_ids: Collection[str] | None = None,
    dry_run: bool = False,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[PushRow]:
    """Compare one shop with our stock and queue what differs; ``outbox.drain`` sends it.

    ``sku`` (code or bar code) or ``listing_ids`` (see ``due``) narrow it down; an item's bundles go
    with it.

    Raises ``UserError`` (``stock_push_off``) for a shop that keeps its own stock, unless it is a
    trial; ``RetryableError`` when the shop cannot be asked.
    """
    with work.db.read() as tx:
        off = stock_wanted.rules_of(tx, shop_id).push is StockPush.OFF
    if off and not dry_run:
        raise UserError(
            "stock_push_off",
            T("The shop {shop} keeps its own stock.", shop=shop_id),
            T('To let Packbench tell it, set stock_push = "on" for the shop: config apply'),
            ref=shop_id,
        )

    def decide(tx: Connection, item: WantedStock, has: int, is_busy: bool) -> PushRow:
        return _decide(tx, work, item, has, is_busy=is_busy, dry_run=dry_run)

    found = compare(
        work,
        shop_id,
        decide,
        sku=sku,
        listing_ids=listing_ids,
        progress=progress,
        cancel=cancel,
        look_only=dry_run,
    )
    if any(r.result == "queued" for r in found):
        work.changed("outbox")
    return found


def push_and_send(
    work: Workplace,
    shop_id: str,
    *,
    sku: str = "",
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[PushRow]:
    """``push``, then send what is queued; the rows say what the shop made of it."""
    found = push(work, shop_id, sku=sku, progress=progress, cancel=cancel)
    if any(r.result == "queued" for r in found):
        try:
            outbox.drain(work, cancel=cancel)
        except RetryableError as error:
            work.log.info("stock stays queued: %s", error.code)
    return _results(work, found)


def due(work: Workplace, shop_id: str, limit: int = _DUE_AT_ONCE) -> list[str]:
    """Listings whose figure at the shop, as last seen, is not what it should be. Asks nobody.

    For ``push``, at most ``limit`` of them; none for a shop that keeps its own stock.
    """
    out: list[str] = []
    after = ""
    with work.db.read() as tx:
        if stock_wanted.rules_of(tx, shop_id).push is StockPush.OFF:
            return []
        while len(out) < limit:
            rows = tx.execute(
                stock_wanted.mapped_listings(shop_id)
                .where(listings.c.id > after)
                .order_by(listings.c.id)
                .limit(_DUE_AT_ONCE)
            ).all()
            if not rows:
                break
            after = rows[-1].id
            items = stock_wanted.wanted(tx, shop_id, [r.id for r in rows])
            # Pushed as changed: what we have seen of it is old.
            old = {r.id for r in rows if r.stock_seen_at is None}
            out += [i.listing_id for i in items if i.shop_stock != i.wanted or i.listing_id in old]
    return out[:limit]


Decide = Callable[[Connection, WantedStock, int, bool], PushRow]


def compare(
    work: Workplace,
    shop_id: str,
    decide: Decide,
    *,
    sku: str = "",
    listing_ids: Collection[str] | None = None,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    look_only: bool = False,
) -> list[PushRow]:
    """Read the shop's stock in batches; ``decide`` is asked about each listing it tells.

    It is given what the shop has, and whether a change is on its way; in a write transaction
    unless ``look_only``.
    """
    token = cancel or CancelToken()
    goods = work.outside.shop(shop_id).goods
    found: list[PushRow] = []
    total = 0
    for chunk, busy_before in _chunks(work, shop_id, sku, listing_ids):
        token.check()
        total += len(chunk)
        has = goods.stock(list(dict.fromkeys(row.product_id for row in chunk)))
        for start in range(0, len(chunk), _A_TRANSACTION):
            part = chunk[start : start + _A_TRANSACTION]
            generations = {row.id: row.stock_generation for row in part}
            with work.db.read() if look_only else work.db.write() as tx:
                on_its_way = busy_before | stock_sending.on_its_way(tx, work, list(generations))
                if not look_only:
                    _note_seen(tx, work, part, has)
                for item in stock_wanted.wanted(tx, shop_id, list(generations)):
                    # The generation of before the shop was read: a change since must be noticed.
                    known = replace(item, generation=generations[item.listing_id])
                    there = has.get((item.product_id, item.sku_id))
                    if there is None:
                        found.append(_unknown(known))
                    else:
                        found.append(decide(tx, known, there, item.listing_id in on_its_way))
        progress(Step(len(found), total, 0, None, shop_id))
    return found


def row_of(item: WantedStock, has: int | None, result: str, code: str = "") -> PushRow:
    """``item`` beside what the shop has."""
    delta = item.wanted - has if has is not None else 0
    return PushRow(
        item.listing_id,
        item.shop,
        item.product_id,
        item.sku_id,
        item.title,
        item.spec,
        item.sku,
        has,
        item.wanted,
        delta,
        result,
        code,
        here=item.here,
    )


def busy(row: PushRow) -> PushRow:
    """The listing must be left alone: what the shop was just told is not in its figure for sure."""
    return replace(
        row,
        result="later",
        code="stock_busy",
        message=T("The shop is just being told something else about this listing."),
        remedy=T("Try again in a minute."),
    )


def _decide(
    tx: Connection, work: Workplace, item: WantedStock, has: int, *, is_busy: bool, dry_run: bool
) -> PushRow:
    if dry_run:
        return row_of(item, has, "same" if item.wanted == has else "would")
    if is_busy:
        return busy(row_of(item, has, "later"))
    if item.wanted == has:
        return row_of(item, has, "same")
    once = stock_sending.queue(tx, work, item, item.wanted - has)
    if once is None:
        return busy(row_of(item, has, "later"))
    return replace(row_of(item, has, "queued"), once=once)


def _unknown(item: WantedStock) -> PushRow:
    return replace(
        row_of(item, None, "unknown", "stock_unknown"),
        message=T("The shop does not tell its stock of this listing."),
        remedy=T("Fetch the shop's products again: listings pull"),
    )


def _chunks(
    work: Workplace, shop_id: str, sku: str, listing_ids: Collection[str] | None
) -> Iterable[tuple[Sequence[Any], set[str]]]:
    """Listings of up to 30 products at a time, and those of them that are being changed."""
    from app.services.stock.finding import find_sku

    query = stock_wanted.mapped_listings(shop_id)
    with work.db.read() as tx:
        if sku:
            sku_id = find_sku(tx, sku)
            query = query.where(skus.c.id.in_({sku_id, *composition.made_with(tx, [sku_id])}))
    if listing_ids is not None:
        query = query.where(listings.c.id.in_(list(listing_ids)))
    return _Chunks(work, query)


class _Chunks:
    """Walks through the listings by product without holding them all."""

    def __init__(self, work: Workplace, query: Any) -> None:
        self._work = work
        self._query = query

    def __iter__(self) -> Iterator[tuple[Sequence[Any], set[str]]]:
        after = ""
        while True:
            with self._work.db.read() as tx:
                products = (
                    tx.execute(
                        self._query.with_only_columns(listings.c.product_id)
                        .where(listings.c.product_id > after)
                        .distinct()
                        .order_by(listings.c.product_id)
                        .limit(_PRODUCTS_AT_ONCE)
                    )
                    .scalars()
                    .all()
                )
                if not products:
                    return
                after = products[-1]
                rows = tx.execute(self._query.where(listings.c.product_id.in_(products))).all()
                busy = stock_sending.on_its_way(tx, self._work, [row.id for row in rows])
            yield rows, busy


def _note_seen(
    tx: Connection, work: Workplace, chunk: Sequence[Any], has: Mapping[tuple[str, str], int]
) -> None:
    """Remember what the shop said, where it is news."""
    for row in chunk:
        there = has.get((row.product_id, row.sku_id))
        if there is not None and (there != row.shop_stock or row.stock_seen_at is None):
            tx.execute(
                update(listings)
                .where(
                    listings.c.id == row.id,
                    listings.c.stock_generation == row.stock_generation,
                )
                .values(shop_stock=there, stock_seen_at=work.now())
            )


def _results(work: Workplace, found: list[PushRow]) -> list[PushRow]:
    """The rows again, with what became of those that were queued."""
    keys = [r.once for r in found if r.once]
    told: dict[str, Any] = {}
    with work.db.read() as tx:
        for start in range(0, len(keys), 500):
            told |= {
                r.once: r
                for r in tx.execute(
                    select(outbox_table.c.once, outbox_table.c.state, outbox_table.c.reason).where(
                        outbox_table.c.kind == OutboxKind.STOCK,
                        outbox_table.c.once.in_(keys[start : start + 500]),
                    )
                )
            }
    return [_with_result(row, told.get(row.once)) if row.once else row for row in found]


def _with_result(row: PushRow, told: Any) -> PushRow:
    if told is None or told.state == OutboxState.DONE:
        return replace(row, result="done")
    reason = told.reason or {}
    message = Text.from_json(reason["message"]) if "message" in reason else None
    if told.state == OutboxState.REFUSED:
        remedy = Text.from_json(reason["remedy"]) if "remedy" in reason else None
        return replace(
            row, result="refused", code=reason.get("code", ""), message=message, remedy=remedy
        )
    if message is None:
        return row  # another program sends it
    return replace(
        row,
        result="later",
        code="later",
        message=message,
        remedy=T("Nothing to do: the shop is asked again, then told what is missing."),
    )
