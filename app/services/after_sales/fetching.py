"""Bringing after-sales in: the ids of what changed first, then the cases one by one, and with every
case that moved its order.

Ids that were listed are written down (``unread``) before the cursor passes them, so that reading
may be spread over many passes and a crash loses nothing. Cases made before the first connection
are listed backwards, a day a pass, after what is new.

Source: WeChat Store, getaftersalelist: windows of at most 24 hours; older shops list by creation
only, and tracking that is added to a return does not always show there.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.domain.after_sales import AfterSaleCase
from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.orders import OrderSnapshot
from app.domain.text import Text
from app.jobs import CancelToken
from app.ports import Shop
from app.services.after_sales import cursors, storing
from app.services.sync import intake
from app.services.workplace import Workplace
from app.store.tables import after_sales

STREAM = "after_sales"
BACKWARDS = "after_sales_back"
EVERY = timedelta(seconds=10)
WINDOW = timedelta(hours=24, minutes=-1)
HISTORY = timedelta(days=30)
SMALL_OVERLAP = timedelta(seconds=30)
LARGE_OVERLAP = timedelta(minutes=10)
PAUSE = timedelta(minutes=5)  # after a longer one the large overlap is read
DAY = timedelta(hours=24)
OPEN_AGAIN = timedelta(minutes=5)  # how often an open case is read where no list tells of it
READ_AT_ONCE = 24
_READERS = 4
_RESTARTS = 4
_OF_ONE_CASE = frozenset({"after_sale_missing"})
_OF_ONE_ORDER = frozenset({"order_missing", "order_unreadable"})


@dataclass(slots=True)
class AfterSaleSync:
    """Counts of one pass. ``failed``: cases that could not be read; ``left``: still to be read."""

    shop: str
    read: int = 0
    moved: int = 0
    left: int = 0
    failed: dict[str, Text] = field(default_factory=dict)
    error: PackbenchError | None = None


def sync(
    work: Workplace,
    shop: Shop,
    cancel: CancelToken | None = None,
    *,
    everything: bool = False,
    all_new: bool = False,
) -> AfterSaleSync:
    """One pass: list what changed (every 10 s), then read a few cases and their orders.

    ``all_new`` lists now and reads all that is listed; ``everything`` the last 30 days as well. A
    failure is kept on the stream's cursor and returned, never raised: orders do not wait for it.
    """
    token = cancel or CancelToken()
    result = AfterSaleSync(shop.shop_id)
    try:
        _pass(work, shop, token, result, everything=everything, all_new=all_new)
    except PackbenchError as error:
        result.error = error
        cursors.remember_error(work, shop.shop_id, STREAM, error)
        work.log.info("after-sales of %s not read: %s", shop.shop_id, error.code)
    result.left = cursors.unread_count(work, shop.shop_id)
    if result.read:
        work.changed("orders", "parcels", "stock", "after_sales")
    return result


def _pass(
    work: Workplace,
    shop: Shop,
    token: CancelToken,
    result: AfterSaleSync,
    *,
    everything: bool,
    all_new: bool,
) -> None:
    known = cursors.cursor(work, shop.shop_id, STREAM)
    due = known is None or work.now() - known.finished_at >= EVERY
    if everything or all_new or due:
        _list_changes(work, shop, token)
    tried = _read_some(work, shop, token, result)
    while all_new and tried == READ_AT_ONCE:
        tried = _read_some(work, shop, token, result)
    if not everything:
        # The past is listed only while nothing newer waits.
        if due and tried < READ_AT_ONCE:
            _list_backwards(work, shop, token)
        return
    while tried or _list_backwards(work, shop, token):
        tried = _read_some(work, shop, token, result)


def refresh(work: Workplace, shop_id: str, after_sale_ids: Sequence[str]) -> list[AfterSaleCase]:
    """Read these cases and their orders now: after an answer, or when the shop tells of them.

    Raises what the shop raises.
    """
    shop = work.outside.shop(shop_id)
    found: list[AfterSaleCase] = []
    for after_sale_id in after_sale_ids:
        case, order = _fetch(work, shop, after_sale_id)
        _store(work, shop_id, case, order)
        found.append(case)
    work.changed("orders", "parcels", "stock", "after_sales")
    return found


def _list_changes(work: Workplace, shop: Shop, token: CancelToken) -> None:
    now = work.now() - shop.clock_ahead()  # the windows are the shop's time
    known = cursors.cursor(work, shop.shop_id, STREAM)
    if known is None:
        start = now - WINDOW
        cursors.move(work, shop.shop_id, BACKWARDS, start, ())
    else:
        overlap = LARGE_OVERLAP if now - known.upto_at > PAUSE else SMALL_OVERLAP
        start = known.upto_at - overlap
    while start < now:
        token.check()
        stop = min(now, start + WINDOW)
        ids = _ids(work, shop, start, stop)
        cursors.move(work, shop.shop_id, STREAM, stop, ids)
        start = stop
    if cursors.by_creation(work, shop.shop_id):
        _look_again_at_open(work, shop.shop_id)


def _list_backwards(work: Workplace, shop: Shop, token: CancelToken) -> bool:
    """One more day of the time before the first connection; by creation, once a day anew.

    Returns whether there was one left.
    """
    now = work.now() - shop.clock_ahead()
    known = cursors.cursor(work, shop.shop_id, BACKWARDS)
    if known is None:
        return False
    upto_at = known.upto_at
    if upto_at <= now - HISTORY:
        swept_lately = known.finished_at is not None and now - known.finished_at < DAY
        if swept_lately or not cursors.by_creation(work, shop.shop_id):
            return False
        upto_at = now
    token.check()
    start = max(upto_at - WINDOW, now - HISTORY)
    ids = _ids(work, shop, start, upto_at)
    cursors.move(work, shop.shop_id, BACKWARDS, start, ids, listed_at=start)
    return True


def _ids(work: Workplace, shop: Shop, start: datetime, stop: datetime) -> list[str]:
    """Every id of the window; its ends stay the same for all pages."""
    for attempt in range(_RESTARTS):
        try:
            if not cursors.by_creation(work, shop.shop_id):
                return _pages(shop, start, stop, created=False)
        except UserError as error:
            if error.code != "after_sale_window":
                raise
            cursors.remember_by_creation(work, shop.shop_id)
        except RetryableError as error:
            if error.code != "sync_restart" or attempt + 1 == _RESTARTS:
                raise
            continue
        try:
            return _pages(shop, start, stop, created=True)
        except RetryableError as error:
            if error.code != "sync_restart" or attempt + 1 == _RESTARTS:
                raise
    return []


def _pages(shop: Shop, start: datetime, stop: datetime, *, created: bool) -> list[str]:
    ask = shop.after_sales.created if created else shop.after_sales.changed
    found: dict[str, None] = {}
    page_key = ""
    while True:
        page = ask(start, stop, page_key)
        found.update(dict.fromkeys(page.ids))
        if not page.next_key:
            return list(found)
        page_key = page.next_key


def _read_some(work: Workplace, shop: Shop, token: CancelToken, result: AfterSaleSync) -> int:
    """Read the next few cases side by side; returns how many were tried."""
    with work.db.read() as tx:
        ids = list(
            tx.execute(
                select(after_sales.c.after_sale_id)
                .where(
                    after_sales.c.unread,
                    after_sales.c.shop_id == shop.shop_id,
                    after_sales.c.after_sale_id.not_in(list(result.failed)),
                )
                .order_by(after_sales.c.seen_at.desc(), after_sales.c.after_sale_id)
                .limit(READ_AT_ONCE)
            ).scalars()
        )
    if not ids:
        return 0
    token.check()
    broken: PackbenchError | None = None
    with ThreadPoolExecutor(_READERS, thread_name_prefix="packbench-after-sales") as readers:
        answers = list(readers.map(lambda i: _tried(work, shop, i), ids))
    for after_sale_id, answer in zip(ids, answers, strict=True):
        match answer:
            case UserError(code=code) if code in _OF_ONE_CASE:
                _give_up(work, shop.shop_id, after_sale_id)
                result.failed[after_sale_id] = answer.message
            case RetryableError(code="shop_shape"):
                _last_in_line(work, shop.shop_id, after_sale_id)
                result.failed[after_sale_id] = answer.message
            case PackbenchError():
                broken = answer
            case (case, order):
                result.read += 1
                result.moved += _store(work, shop.shop_id, case, order)
    if broken is not None:  # what could be read is stored all the same
        raise broken
    return len(ids)


Fetched = tuple[AfterSaleCase, OrderSnapshot | None]


def _tried(work: Workplace, shop: Shop, after_sale_id: str) -> Fetched | PackbenchError:
    try:
        return _fetch(work, shop, after_sale_id)
    except PackbenchError as error:
        return error


def _fetch(work: Workplace, shop: Shop, after_sale_id: str) -> Fetched:
    """The case, and its order where the case may change something about it."""
    case = shop.after_sales.case(after_sale_id)
    with work.db.read() as tx:
        row = storing.row_of(tx, shop.shop_id, after_sale_id)
        our_id = storing.order_key(tx, shop.shop_id, case.order_id)
        wanted = storing.moved(row, case)
        if our_id is None:
            wanted = case.open
        elif not wanted and not case.open:
            wanted = storing.still_holds(tx, our_id, after_sale_id)
    if not wanted:
        return case, None
    try:
        return case, shop.order(case.order_id)
    except UserError as error:
        if error.code not in _OF_ONE_ORDER:
            raise
        work.log.info("order of after-sale %s not read: %s", after_sale_id, error.code)
        return case, None


def _store(work: Workplace, shop_id: str, case: AfterSaleCase, order: OrderSnapshot | None) -> bool:
    """The case and its order together: a crash leaves both to be read again."""
    with work.db.write() as tx:
        changed = storing.store(tx, work, shop_id, case)
        if order is not None:
            intake.store(tx, work, shop_id, order)
    return changed


def _give_up(work: Workplace, shop_id: str, after_sale_id: str) -> None:
    _change(work, shop_id, after_sale_id, unread=False)


def _last_in_line(work: Workplace, shop_id: str, after_sale_id: str) -> None:
    _change(work, shop_id, after_sale_id, seen_at=work.now() - 2 * HISTORY)


def _change(work: Workplace, shop_id: str, after_sale_id: str, **values: Any) -> None:
    with work.db.write() as tx:
        tx.execute(
            update(after_sales)
            .where(after_sales.c.shop_id == shop_id, after_sales.c.after_sale_id == after_sale_id)
            .values(**values)
        )


def _look_again_at_open(work: Workplace, shop_id: str) -> None:
    with work.db.write() as tx:
        tx.execute(
            update(after_sales)
            .where(
                after_sales.c.shop_id == shop_id,
                after_sales.c.open,
                after_sales.c.seen_at < work.now() - OPEN_AGAIN,
            )
            .values(unread=True)
        )
