"""A shop that is in step with us, polls and sweeps of it, and what they read."""

from __future__ import annotations

from app.jobs import CancelToken
from app.services.sync import syncing
from app.services.sync.sweeping import Sweeper
from app.services.sync.sync_memory import RecentReadings
from app.services.sync.sync_reading import SyncResult
from app.shops.wechat.shop import ORDER_PATH
from app.simulators.exchange import Predicate
from tests.support import sweeping
from tests.support.shop_orders import SHOP
from tests.support.warehouse import Bench


def get_in_step(bench: Bench) -> None:
    syncing.sync_shop(bench.work, SHOP)


def poll(bench: Bench, recent: RecentReadings, *, large: bool = False) -> SyncResult:
    return syncing.poll(bench.work, SHOP, recent, large=large, cancel=CancelToken())


def sweeper(bench: Bench, recent: RecentReadings | None = None) -> Sweeper:
    return sweeping.sweeper(bench.work, SHOP, recent)


def reads(bench: Bench, order_id: str) -> int:
    calls = bench.world.wechat.journal.calls(ORDER_PATH)
    return sum(call.body["order_id"] == order_id for call in calls)


def about(order_id: str) -> Predicate:
    return lambda request: bool(request.json()["order_id"] == order_id)
