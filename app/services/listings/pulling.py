"""Fetching what a shop sells: every product and variant, stored beside what we know of them.

The list of products says nowhere that more follows, its key may stay the same for ever, and it may
skip a product that changes just then. So a run ends when a page brings nothing new, and a listing
that was not on the list is asked for by its id before it counts as gone. Gone is a status: order
lines point at listings, so none is ever deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from app.domain.errors import PackbenchError, UserError
from app.domain.listings import ListingStatus, ShopListing, ShopSku
from app.domain.text import Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import GoodsDesk
from app.services.leases import lease, renew
from app.services.stock import remapping
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import listings, sync_cursors

STREAM = "goods"
EVERY = timedelta(days=1)
_READERS = 4
_AT_ONCE = 8  # products read side by side between two looks at the stop button
_CHANGED_AT_ONCE = 200
_SKUS_A_TRANSACTION = 100
_ONLY_THIS_PRODUCT = frozenset({"listing_missing", "listing_unreadable"})


@dataclass(slots=True)
class PullResult:
    """Counts of one run, in listings (variants). ``failed``: product ids, with the reason."""

    shop: str
    products: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    mapped: int = 0  # order lines that found their item thanks to this run
    failed: dict[str, Text] = field(default_factory=dict)


def pull(
    work: Workplace,
    shop_id: str,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> PullResult:
    """Fetch all goods of one shop and store them. What was stored before a stop stays.

    Raises ``RetryableError`` when the shop cannot be reached or another process does this already;
    ``UserError`` when the connection needs a person; ``Cancelled`` when a stop was asked for.
    """
    token = cancel or CancelToken()
    result = PullResult(shop_id)
    run = _Run(work, shop_id, work.outside.shop(shop_id).goods, work.now(), result, token, progress)
    try:
        with lease(work, f"goods:{shop_id}"):
            for product_ids, total in _pages(run.goods, token):
                run.read(product_ids, total)
            run.look_for_missing()
            _remember(work, shop_id, run.started_at)
    finally:
        if result.products or result.gone:
            work.changed("listings")
    result.mapped = remapping.remap_open_orders(work)
    return result


def refresh(
    work: Workplace,
    shop_id: str,
    product_ids: Sequence[str],
    cancel: CancelToken | None = None,
) -> PullResult:
    """Read these products again now, because the shop told of them. Raises what ``pull`` does."""
    goods = work.outside.shop(shop_id).goods
    token = cancel or CancelToken()
    result = PullResult(shop_id)
    with lease(work, f"goods:{shop_id}"):
        run = _Run(work, shop_id, goods, work.now(), result, token, ignore_progress)
        run.read(product_ids, 0)
    work.changed("listings")
    result.mapped = remapping.remap_open_orders(work)
    return result


def refresh_changed(
    work: Workplace, shop_id: str, leave_out: set[str], cancel: CancelToken | None = None
) -> PullResult:
    """Read the products that are not known as they are now: pushed as changed, or met in an order.

    Those are the listings without ``pulled_at``. A product that cannot be read is added to
    ``leave_out``, and not asked for again as long as it stands there. Raises as ``pull`` does.
    """
    with work.db.read() as tx:
        changed = (
            tx.execute(
                select(listings.c.product_id)
                .where(
                    listings.c.shop_id == shop_id,
                    listings.c.pulled_at.is_(None),
                    listings.c.status != ListingStatus.GONE,
                    listings.c.product_id.not_in(leave_out),
                )
                .distinct()
                .order_by(listings.c.product_id)
                .limit(_CHANGED_AT_ONCE)
            )
            .scalars()
            .all()
        )
    if not changed:
        return PullResult(shop_id)
    result = refresh(work, shop_id, changed, cancel)
    leave_out.update(result.failed)
    return result


def due(work: Workplace, shop_id: str) -> bool:
    """Whether the shop's goods were not fetched for a day."""
    with work.db.read() as tx:
        last: datetime | None = tx.execute(
            select(sync_cursors.c.finished_at).where(
                sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == STREAM
            )
        ).scalar()
    return last is None or work.now() - last >= EVERY


def _pages(goods: GoodsDesk, token: CancelToken) -> Iterator[tuple[list[str], int]]:
    """New product ids page by page, and how many there are in all."""
    key = ""
    seen: set[str] = set()
    while True:
        token.check()
        page = goods.listings(key)
        fresh = [i for i in page.product_ids if i not in seen]
        seen.update(fresh)
        yield fresh, max(page.total, len(seen))
        if not fresh or not page.next_key or len(seen) >= page.total > 0:
            return
        key = page.next_key


@dataclass(slots=True)
class _Run:
    """One run over the goods of one shop."""

    work: Workplace
    shop_id: str
    goods: GoodsDesk
    started_at: datetime
    result: PullResult
    token: CancelToken
    progress: Progress

    def read(self, product_ids: Sequence[str], total: int) -> None:
        """Read these products and store them; a broken connection stops after the storing."""
        for start in range(0, len(product_ids), _AT_ONCE):
            self.token.check()
            found = self._ask(product_ids[start : start + _AT_ONCE])
            broken: PackbenchError | None = None
            good: list[ShopListing] = []
            for product_id, answer in found:
                if isinstance(answer, ShopListing):
                    good.append(answer)
                elif isinstance(answer, UserError) and answer.code == "listing_missing":
                    self._mark_gone(product_id)
                elif isinstance(answer, UserError) and answer.code in _ONLY_THIS_PRODUCT:
                    self.result.failed[product_id] = answer.message
                else:
                    broken = answer
            self._store(good)
            if broken is not None:
                raise broken
            renew(self.work, f"goods:{self.shop_id}")
            self.result.products += len(good)
            done = self.result.products + len(self.result.failed)
            self.progress(Step(done, max(total, done), len(self.result.failed), None, self.shop_id))

    def look_for_missing(self) -> None:
        """Listings that no page told of: asked for by id, and gone when the shop has them not."""
        while True:
            with self.work.db.read() as tx:
                unseen = (
                    tx.execute(
                        select(listings.c.product_id)
                        .where(
                            listings.c.shop_id == self.shop_id,
                            listings.c.status != ListingStatus.GONE,
                            or_(
                                listings.c.pulled_at.is_(None),
                                listings.c.pulled_at < self.started_at,
                            ),
                            listings.c.product_id.not_in(list(self.result.failed)),
                        )
                        .distinct()
                        .order_by(listings.c.product_id)
                        .limit(_AT_ONCE)
                    )
                    .scalars()
                    .all()
                )
            if not unseen:
                return
            self.read(unseen, 0)

    def _ask(self, product_ids: Sequence[str]) -> list[tuple[str, ShopListing | PackbenchError]]:
        with ThreadPoolExecutor(_READERS, thread_name_prefix="packbench-goods") as readers:
            answers = list(readers.map(self._one, product_ids))
        return list(zip(product_ids, answers, strict=True))

    def _one(self, product_id: str) -> ShopListing | PackbenchError:
        try:
            return self.goods.listing(product_id)
        except PackbenchError as error:
            return error

    def _store(self, found: Sequence[ShopListing]) -> None:
        batch: list[ShopListing] = []
        for n, listing in enumerate(found, 1):
            batch.append(listing)
            if n == len(found) or sum(len(b.skus) for b in batch) >= _SKUS_A_TRANSACTION:
                with self.work.db.write() as tx:
                    for one in sorted(batch, key=lambda b: b.product_id):
                        self._store_one(tx, one)
                batch = []

    def _store_one(self, tx: Connection, found: ShopListing) -> None:
        known = {
            row.sku_id: row
            for row in tx.execute(
                select(listings).where(
                    listings.c.shop_id == self.shop_id,
                    listings.c.product_id == found.product_id,
                )
            )
        }
        for sku in sorted(found.skus, key=lambda s: s.sku_id):
            row = known.pop(sku.sku_id, None)
            values = _values(found, sku)
            seen: dict[str, Any] = {"pulled_at": self.started_at}
            if sku.stock is not None:
                seen |= {"shop_stock": sku.stock, "stock_seen_at": self.work.now()}
            key = {
                "shop_id": self.shop_id,
                "product_id": found.product_id,
                "sku_id": sku.sku_id,
            }
            if row is None:
                self.result.new += 1
                new = insert(listings).values(id=self.work.key(), **key, **values, **seen)
                if not insert_if_new(tx, new):  # an order named it at this moment
                    mine = [listings.c[name] == value for name, value in key.items()]
                    tx.execute(update(listings).where(*mine).values(**values, **seen))
                continue
            if all(getattr(row, name) == value for name, value in values.items()):
                self.result.same += 1
            else:
                self.result.changed += 1
            tx.execute(update(listings).where(listings.c.id == row.id).values(**values, **seen))
        for row in known.values():
            if row.status != ListingStatus.GONE:
                self.result.gone += 1
            tx.execute(
                update(listings)
                .where(listings.c.id == row.id)
                .values(status=ListingStatus.GONE, pulled_at=self.started_at)
            )

    def _mark_gone(self, product_id: str) -> None:
        with self.work.db.write() as tx:
            done = tx.execute(
                update(listings)
                .where(
                    listings.c.shop_id == self.shop_id,
                    listings.c.product_id == product_id,
                    listings.c.status != ListingStatus.GONE,
                )
                .values(status=ListingStatus.GONE, pulled_at=self.started_at)
            )
        self.result.gone += done.rowcount


def store_one(work: Workplace, shop_id: str, found: ShopListing) -> None:
    """Store one product as the shop shows it now."""
    nobody = CancelToken()
    goods = work.outside.shop(shop_id).goods
    run = _Run(work, shop_id, goods, work.now(), PullResult(shop_id), nobody, ignore_progress)
    run._store([found])


def _values(found: ShopListing, sku: ShopSku) -> dict[str, Any]:
    """The columns of one variant. A cut code or address would be a wrong one: left out instead."""
    return {
        "title": found.title[:512],
        "spec": sku.spec[:512],
        "sku_code": sku.sku_code if len(sku.sku_code) <= 128 else "",
        "barcode": sku.barcode if len(sku.barcode) <= 64 else "",
        "image_url": sku.image_url if len(sku.image_url) <= 512 else "",
        "price_fen": sku.price_fen,
        "status": found.status,
    }


def _remember(work: Workplace, shop_id: str, at: datetime) -> None:
    with work.db.write() as tx:
        moved = tx.execute(
            update(sync_cursors)
            .where(sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == STREAM)
            .values(upto_at=at, finished_at=at, last_error=None)
        )
        if moved.rowcount == 0:
            tx.execute(
                insert(sync_cursors).values(
                    shop_id=shop_id, stream=STREAM, upto_at=at, finished_at=at
                )
            )
