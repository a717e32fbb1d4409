"""The self-check: what the shop counts for each day and state beside what we have, id by id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import delete, insert, select

from app.domain.errors import PackbenchError
from app.domain.orders import OrderPage
from app.domain.states import OrderStatus
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import Shop
from app.services.sync.sync_reading import Intake, SyncResult, shop_time
from app.services.sync.sync_windows import Listing, listed_ids
from app.services.workplace import Workplace
from app.store.tables import orders, settings

SHOP_DAY = timezone(timedelta(hours=8))  # the shop's business day begins at midnight in China
DEFAULT_DAYS = 7
_TOO_NEW = timedelta(minutes=1)  # may still be on its way to us
_ASKED_AGAIN = 500  # orders a day whose state is looked up when list and database disagree
_FILTERS = (
    OrderStatus.UNPAID,
    OrderStatus.GIFT_PENDING,
    OrderStatus.GROUPING,
    OrderStatus.PAID,  # lists the partly shipped ones too: they are told apart by the next
    OrderStatus.PARTLY_SHIPPED,
    OrderStatus.SHIPPED,
    OrderStatus.DONE,
    OrderStatus.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class DayRow:
    """The orders made on one day that are in one state. ``day`` is ``2026-11-20``, in China.

    ``missing``: the shop has them and we do not. ``different``: we have them in another state, or
    the shop does not list them at all.
    """

    shop: str
    day: str
    state: str
    shop_count: int
    local_count: int
    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        return not self.missing and not self.different


@dataclass(frozen=True, slots=True)
class LastCheck:
    """What the last self-check of a shop found, in counts."""

    at: datetime
    days: int
    rows: tuple[tuple[str, str, int, int, int, int], ...]  # day … different, as in ``DayRow``

    @property
    def equal(self) -> bool:
        return all(missing == different == 0 for *_, missing, different in self.rows)


def compare(
    work: Workplace,
    shop_id: str,
    days: int = DEFAULT_DAYS,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[DayRow]:
    """Compare the orders made today and on the ``days - 1`` days before; the result is kept.

    Raises ``UserError`` or ``RetryableError`` when the shop cannot be asked.
    """
    token = cancel or CancelToken()
    shop = work.outside.shop(shop_id)
    end = shop_time(work, shop) - _TOO_NEW
    today = end.astimezone(SHOP_DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    rows: list[DayRow] = []
    for done, back in enumerate(range(days - 1, -1, -1)):
        progress(Step(done, days, 0, None, shop_id))
        start = today - timedelta(days=back)
        stop = min(start + timedelta(days=1, seconds=-1), end)
        if start <= stop:
            rows += _day(work, shop, start, stop, token)
    progress(Step(days, days, 0, None, shop_id))
    _remember(work, shop_id, days, rows)
    return rows


def fix(
    work: Workplace,
    shop_id: str,
    rows: Sequence[DayRow],
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> SyncResult:
    """Fetch what is missing or different. Compare again to see that nothing is left.

    Raises like ``compare``; what was fetched before stays.
    """
    wanted = list(dict.fromkeys(i for row in rows for i in (*row.missing, *row.different)))
    result = SyncResult(shop_id)
    intake = Intake(
        work,
        work.outside.shop(shop_id),
        result,
        cancel or CancelToken(),
        sweep=True,
        heard=lambda _known, done: progress(Step(done, len(wanted), 0, None, shop_id)),
    )
    intake.run(wanted[at : at + 100] for at in range(0, len(wanted), 100))
    if result.new or result.changed:
        work.changed("orders", "parcels", "stock")
    return result


def last(work: Workplace, shop_id: str) -> LastCheck | None:
    """What the last self-check found; None when there was none."""
    with work.db.read() as tx:
        value = tx.execute(
            select(settings.c.value).where(settings.c.key == f"check:{shop_id}")
        ).scalar()
    if not value:
        return None
    rows = tuple((str(r[0]), str(r[1]), r[2], r[3], r[4], r[5]) for r in value["rows"])
    return LastCheck(datetime.fromisoformat(value["at"]), int(value["days"]), rows)


def _day(
    work: Workplace, shop: Shop, start: datetime, stop: datetime, token: CancelToken
) -> list[DayRow]:
    theirs = _theirs(shop, start, stop, token)
    ours = _ours(work, shop.shop_id, start, stop)
    unsure = [i for i in theirs if ours.get(i) != theirs[i]] + [i for i in ours if i not in theirs]
    for order_id in unsure[:_ASKED_AGAIN]:
        token.check()
        _look_again(work, shop, order_id, theirs, ours)
    missing: dict[OrderStatus, list[str]] = {}
    different: dict[OrderStatus, list[str]] = {}
    for order_id in unsure:
        told, known = theirs.get(order_id), ours.get(order_id)
        if told is not None and known is None:
            missing.setdefault(told, []).append(order_id)
        elif told != known:
            different.setdefault(told or known or OrderStatus.UNKNOWN, []).append(order_id)
    counted, had = Counter(theirs.values()), Counter(ours.values())
    return [
        DayRow(
            shop.shop_id,
            start.astimezone(SHOP_DAY).date().isoformat(),
            state.value,
            counted[state],
            had[state],
            tuple(missing.get(state, ())),
            tuple(different.get(state, ())),
        )
        for state in OrderStatus
        if counted[state] or had[state] or state in different
    ]


def _theirs(
    shop: Shop, start: datetime, stop: datetime, token: CancelToken
) -> dict[str, OrderStatus]:
    """The orders made in this time by id, with the state whose list names them."""
    found: dict[str, OrderStatus] = {}
    for page in listed_ids(_made(shop, None), start, stop, token):
        found.update(dict.fromkeys(page, OrderStatus.UNKNOWN))
    for status in _FILTERS:
        for page in listed_ids(_made(shop, status), start, stop, token):
            found.update(dict.fromkeys(page, status))
    return found


def _made(shop: Shop, status: OrderStatus | None) -> Listing:
    def listing(start: datetime, stop: datetime, key: str) -> OrderPage:
        return shop.created_orders(start, stop, key, status)

    return listing


def _ours(work: Workplace, shop_id: str, start: datetime, stop: datetime) -> dict[str, OrderStatus]:
    with work.db.read() as tx:
        rows = tx.execute(
            select(orders.c.order_id, orders.c.status).where(
                orders.c.shop_id == shop_id,
                orders.c.created_at >= start.astimezone(UTC),
                orders.c.created_at <= stop.astimezone(UTC),
            )
        )
        return {r.order_id: OrderStatus(r.status) for r in rows}


def _look_again(
    work: Workplace,
    shop: Shop,
    order_id: str,
    theirs: dict[str, OrderStatus],
    ours: dict[str, OrderStatus],
) -> None:
    """Orders change while they are counted, and lists lag behind: what do both sides say now?"""
    if order_id in ours:
        try:
            theirs[order_id] = shop.order(order_id, sweep=True).status
        except PackbenchError as error:
            if error.code not in {"order_missing", "order_unreadable"}:
                raise
    with work.db.read() as tx:
        known = tx.execute(
            select(orders.c.status).where(
                orders.c.shop_id == shop.shop_id, orders.c.order_id == order_id
            )
        ).scalar()
    if known is not None:
        ours[order_id] = OrderStatus(known)


def _remember(work: Workplace, shop_id: str, days: int, rows: Sequence[DayRow]) -> None:
    value: dict[str, Any] = {
        "at": work.now().isoformat(),
        "days": days,
        "rows": [
            [r.day, r.state, r.shop_count, r.local_count, len(r.missing), len(r.different)]
            for r in rows
        ],
    }
    key = f"check:{shop_id}"
    with work.db.write() as tx:
        tx.execute(delete(settings).where(settings.c.key == key))
        tx.execute(insert(settings).values(key=key, value=value))
    work.changed("shops")
