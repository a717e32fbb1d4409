"""Bringing orders in: by update time, in frozen windows that overlap, the cursor moved last.

A poll goes back 20 s behind the cursor, every five minutes and after any pause 10 min. The list
gives ids only, so every overlap costs one call an order: small overlaps often, large ones seldom.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.orders import OrderSnapshot
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import PlatformAccount, Shop
from app.services import checking, intake
from app.services.leases import lease, renew
from app.services.workplace import Workplace
from app.store.tables import settings, shop_accounts, shops, sync_cursors

STREAM = "orders"
LONGEST_WINDOW = timedelta(days=7, minutes=-1)  # the shop counts whole seconds and allows 7 days
FIRST_WINDOW = timedelta(days=7)
SMALL_OVERLAP = timedelta(seconds=20)
LARGE_OVERLAP = timedelta(minutes=10)
LARGE_OVERLAP_EVERY = timedelta(minutes=5)
_READERS = 4
_RESTARTS = 5
UNREADABLE = frozenset({"order_missing", "order_unreadable"})


@dataclass(slots=True)
class SyncResult:
    """Counts of one run. ``failed`` holds order ids that could not be read, with the reason."""

    shop: str
    new: int = 0
    changed: int = 0
    same: int = 0
    upto_at: datetime | None = None
    failed: dict[str, Text] = field(default_factory=dict)

    @property
    def fetched(self) -> int:
        return self.new + self.changed + self.same


@dataclass(slots=True)
class _Sweep:
    """When the last large overlap was read, per shop, within one watch."""

    last_at: dict[str, datetime] = field(default_factory=dict)


def shop_ids(work: Workplace, only: str | None = None) -> Sequence[str]:
    """The active shops that can be synced. Raises ``UserError`` for an unknown name."""
    with work.db.read() as tx:
        found = list(
            tx.execute(
                select(shops.c.id)
                .where(shops.c.active, shops.c.platform.not_in(["manual", "file"]))
                .order_by(shops.c.position)
            ).scalars()
        )
    if only is None:
        return found
    if only not in found:
        raise UserError(
            "no_such_shop",
            T("There is no shop called {shop}.", shop=only),
            T("See the names with: config show"),
            ref=only,
        )
    return [only]


def sync_shop(
    work: Workplace,
    shop_id: str,
    *,
    since: datetime | None = None,
    overlap: timedelta = LARGE_OVERLAP,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> SyncResult:
    """Fetch what changed in one shop and store it.

    Raises ``RetryableError`` when the shop cannot be reached or another process syncs it;
    ``UserError`` when the connection needs a person. The cursor stays where it was then.
    """
    token = cancel or CancelToken()
    result = SyncResult(shop_id)
    with lease(work, f"sync:{shop_id}"):
        shop = work.outside.shop(shop_id)
        try:
            _refresh_accounts(work, shop)
            _run(work, shop, since, overlap, result, progress, token)
        except PackbenchError as error:
            _remember_error(work, shop_id, error)
            raise
    return result


def watch(
    work: Workplace,
    only: str | None,
    cancel: CancelToken,
    report: Progress = ignore_progress,
) -> None:
    """Keep syncing until cancelled; a failure is reported and tried again with growing pauses."""
    sweep = _Sweep()
    pause_s = 0.0
    while not cancel.cancelled:
        failed = False
        for shop_id in shop_ids(work, only):
            now = work.now()
            due = sweep.last_at.get(shop_id)
            large = due is None or now - due >= LARGE_OVERLAP_EVERY
            try:
                result = sync_shop(
                    work,
                    shop_id,
                    overlap=LARGE_OVERLAP if large or pause_s else SMALL_OVERLAP,
                    cancel=cancel,
                )
            except RetryableError as error:
                failed = True
                report(Step(0, 0, 1, error.message, shop_id, error.code))
                pause_s = max(error.retry_after_s or 0, min(60.0, max(2.0, pause_s * 2)))
                continue
            if large:
                sweep.last_at[shop_id] = now
            report(Step(result.fetched, result.fetched, 0, None, shop_id, "synced"))
        if not failed:
            pause_s = 0.0
        checking.recheck(work)
        cancel.wait(pause_s or _poll_seconds(work, only))


def _run(
    work: Workplace,
    shop: Shop,
    since: datetime | None,
    overlap: timedelta,
    result: SyncResult,
    progress: Progress,
    token: CancelToken,
) -> None:
    end = work.now()
    upto_at = _cursor(work, shop.shop_id)
    # A run that begins after the cursor leaves a gap: it must not move the cursor over it.
    follows_on = since is None or upto_at is None or since <= upto_at
    start = since or _start(upto_at, end, overlap)
    store_orders(work, shop, _unread(work, shop.shop_id), result)
    while start < end:
        token.check()
        stop = min(end, start + LONGEST_WINDOW)
        _window(work, shop, start, stop, result, progress, token)
        # The cursor passes an order that could not be read only after its id is written down.
        _remember_unread(work, shop.shop_id, list(result.failed))
        if follows_on:
            _move_cursor(work, shop.shop_id, stop)
        result.upto_at = stop
        start = stop
    if result.new or result.changed:
        work.changed("orders", "parcels", "stock")
    work.changed("shops")


def _unread(work: Workplace, shop_id: str) -> list[str]:
    """Orders that earlier runs could not read: they are tried again with every run."""
    with work.db.read() as tx:
        kept = tx.execute(
            select(settings.c.value).where(settings.c.key == f"unread:{shop_id}")
        ).scalar()
    return list(kept or ())


def _remember_unread(work: Workplace, shop_id: str, order_ids: list[str]) -> None:
    key = f"unread:{shop_id}"
    if _unread(work, shop_id) == order_ids:
        return
    with work.db.write() as tx:
        tx.execute(delete(settings).where(settings.c.key == key))
        if order_ids:
            tx.execute(insert(settings).values(key=key, value=order_ids))


def _cursor(work: Workplace, shop_id: str) -> datetime | None:
    with work.db.read() as tx:
        upto_at: datetime | None = tx.execute(
            select(sync_cursors.c.upto_at).where(
                sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == STREAM
            )
        ).scalar()
    return upto_at


def _start(upto_at: datetime | None, now: datetime, overlap: timedelta) -> datetime:
    if upto_at is None:
        return now - FIRST_WINDOW
    pause = now - upto_at
    return upto_at - (LARGE_OVERLAP if pause > LARGE_OVERLAP_EVERY else overlap)


def _window(
    work: Workplace,
    shop: Shop,
    start: datetime,
    stop: datetime,
    result: SyncResult,
    progress: Progress,
    token: CancelToken,
) -> None:
    for attempt in range(_RESTARTS):
        try:
            _pages(work, shop, start, stop, result, progress, token)
        except RetryableError as error:
            if error.code == "sync_narrow" and stop - start > timedelta(minutes=1):
                middle = start + (stop - start) / 2
                _window(work, shop, start, middle, result, progress, token)
                _window(work, shop, middle, stop, result, progress, token)
                return
            if error.code != "sync_restart" or attempt + 1 == _RESTARTS:
                raise
        else:
            return


def _pages(
    work: Workplace,
    shop: Shop,
    start: datetime,
    stop: datetime,
    result: SyncResult,
    progress: Progress,
    token: CancelToken,
) -> None:
    page_key = ""
    seen: set[str] = set()
    while True:
        token.check()
        page = shop.changed_orders(start, stop, page_key)
        fresh = [i for i in page.order_ids if i not in seen]
        seen.update(fresh)
        store_orders(work, shop, fresh, result)
        renew(work, f"sync:{shop.shop_id}")
        progress(Step(len(seen), len(seen), len(result.failed), None, shop.shop_id))
        if not page.next_key:
            return
        page_key = page.next_key


def store_orders(work: Workplace, shop: Shop, order_ids: Sequence[str], result: SyncResult) -> None:
    """Read the orders side by side and store them in one transaction."""
    if not order_ids:
        return
    snapshots: list[OrderSnapshot] = []
    broken: PackbenchError | None = None
    with ThreadPoolExecutor(_READERS, thread_name_prefix="packbench-sync") as readers:
        for order_id, answer in zip(
            order_ids, readers.map(lambda i: _read(shop, i), order_ids), strict=True
        ):
            # One order that cannot be read must not stop the others; a broken connection must.
            if isinstance(answer, UserError) and answer.code in UNREADABLE:
                result.failed[order_id] = answer.message
            elif isinstance(answer, PackbenchError):
                broken = answer
            else:
                snapshots.append(answer)
    for start in range(0, len(snapshots), 20):
        with work.db.write() as tx:
            for snapshot in snapshots[start : start + 20]:
                match intake.store(tx, work, shop.shop_id, snapshot):
                    case intake.Stored.NEW:
                        result.new += 1
                    case intake.Stored.CHANGED:
                        result.changed += 1
                    case intake.Stored.SAME:
                        result.same += 1
    if broken is not None:  # what could be read is stored all the same
        raise broken


def refetch(work: Workplace, shop_id: str, order_ids: Sequence[str]) -> SyncResult:
    """Read these orders again now (after a refusal, or before something that costs money)."""
    result = SyncResult(shop_id)
    store_orders(work, work.outside.shop(shop_id), order_ids, result)
    work.changed("orders", "parcels", "stock")
    return result


def _read(shop: Shop, order_id: str) -> OrderSnapshot | PackbenchError:
    try:
        return shop.order(order_id)
    except PackbenchError as error:
        return error


def _move_cursor(work: Workplace, shop_id: str, upto_at: datetime) -> None:
    with work.db.write() as tx:
        moved = tx.execute(
            update(sync_cursors)
            .where(sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == STREAM)
            .values(upto_at=upto_at, finished_at=work.now(), last_error=None)
        )
        if moved.rowcount == 0:
            tx.execute(
                insert(sync_cursors).values(
                    shop_id=shop_id, stream=STREAM, upto_at=upto_at, finished_at=work.now()
                )
            )


def _remember_error(work: Workplace, shop_id: str, error: PackbenchError) -> None:
    with work.db.write() as tx:
        tx.execute(
            update(sync_cursors)
            .where(sync_cursors.c.shop_id == shop_id, sync_cursors.c.stream == STREAM)
            .values(last_error=error.message.as_json())
        )
    work.changed("shops")


def _poll_seconds(work: Workplace, only: str | None) -> float:
    with work.db.read() as tx:
        rows = tx.execute(select(shops.c.id, shops.c.settings).where(shops.c.active)).all()
    return min(
        (float(r.settings.get("poll_seconds", 2)) for r in rows if only in {None, r.id}),
        default=2.0,
    )


def _refresh_accounts(work: Workplace, shop: Shop) -> None:
    """Read the platform's label accounts when they were not read for an hour."""
    now = work.now()
    with work.db.read() as tx:
        chosen = tx.execute(select(shops.c.settings).where(shops.c.id == shop.shop_id)).scalar_one()
        last = tx.execute(
            select(shop_accounts.c.fetched_at)
            .where(shop_accounts.c.shop_id == shop.shop_id)
            .order_by(shop_accounts.c.fetched_at.desc())
        ).scalar()
    if chosen.get("label_route", "platform") != "platform":
        return
    if last is None or now - last > timedelta(hours=1):
        refresh_accounts(work, shop)


def refresh_accounts(work: Workplace, shop: Shop) -> None:
    """Read the platform's label accounts and their balances now."""
    found = shop.platform_accounts()
    with work.db.write() as tx:
        _store_accounts(tx, work, shop.shop_id, found)
    work.changed("shops")


def _store_accounts(
    tx: Connection, work: Workplace, shop_id: str, found: Sequence[PlatformAccount]
) -> None:
    tx.execute(update(shop_accounts).where(shop_accounts.c.shop_id == shop_id).values(bound=False))
    for position, account in enumerate(found):
        values = {
            "carrier": account.company,
            "delivery_id": account.delivery_id,
            "bound": account.bound,
            "balance": account.balance,
            "sender": account.sender.as_dict(),
            "record": dict(account.record),
            "position": position,
            "fetched_at": work.now(),
        }
        done = tx.execute(
            update(shop_accounts)
            .where(
                shop_accounts.c.shop_id == shop_id,
                shop_accounts.c.account_id == account.account_id,
            )
            .values(**values)
        )
        if done.rowcount == 0:
            tx.execute(
                insert(shop_accounts).values(
                    shop_id=shop_id, account_id=account.account_id, **values
                )
            )
