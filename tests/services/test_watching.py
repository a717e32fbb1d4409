"""Shops are kept in step side by side: an outage of one delays no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.jobs import Cancelled, CancelToken, Step
from app.services.orders import holding
from app.services.parcels import checking
from app.services.sync import sync_state, syncing, watching
from app.services.sync.watching import watch
from app.services.workplace import Topics, Workplace
from app.shops.wechat.order_lists import LIST_PATH
from app.simulators.server import Request
from app.simulators.wechat.quirks import IpBlock
from app.store.tables import parcels, shops
from tests.support.shop_orders import SHOP, add_orders, differences, platform, stored
from tests.support.warehouse import Bench, open_bench

OTHER = "qinghe"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Bench]:
    """Both shops in step, polled ten times a second."""
    with open_bench(tmp_path / "small", then=Bench.sync) as bench:
        with bench.work.db.write() as tx:
            for row in tx.execute(shops.select()).all():
                chosen = {**row.settings, "poll_seconds": 0.1}
                tx.execute(update(shops).where(shops.c.id == row.id).values(settings=chosen))
        yield bench


@contextmanager
def watched(
    work: Workplace, only: str | None = None, report: Callable[[Step], None] = lambda _step: None
) -> Iterator[list[BaseException]]:
    """A watch in a thread of its own; gives what it ended with."""
    token = CancelToken()
    ended: list[BaseException] = []

    def run() -> None:
        try:
            watch(work, only, token, report)
        except (Cancelled, UserError) as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield ended
    finally:
        token.cancel()
        thread.join()


def wait_for(holds: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < ends_s, "it did not happen"
        time.sleep(0.02)


def test_an_order_that_is_paid_comes_in_by_itself(small: Bench) -> None:
    with watched(small.work):
        made = [*add_orders(small, shop=SHOP), *add_orders(small, shop=OTHER)]
        small.clock.advance(2)
        wait_for(lambda: set(made) <= {*stored(small, SHOP), *stored(small, OTHER)})


def test_an_outage_of_one_shop_delays_no_other(small: Bench) -> None:
    def of_the_silent_one(request: Request) -> bool:
        return platform(small, OTHER).tokens.knows(request.query.get("access_token", ""))

    silent = small.world.wechat.faults.hang(LIST_PATH, times=99, when=of_the_silent_one)
    try:
        with watched(small.work):
            silent.wait_until_met()
            made = add_orders(small, shop=SHOP)
            small.clock.advance(2)
            wait_for(lambda: set(made) <= set(stored(small, SHOP)))
            small.world.wechat.faults.clear()
    finally:
        small.world.wechat.faults.clear()


def test_after_an_outage_orders_come_in_again_by_themselves(
    small: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "FIRST_PAUSE_S", 0.05)
    told: list[Step] = []
    small.world.wechat.faults.close_before("", times=4)
    with watched(small.work, SHOP, told.append):
        wait_for(lambda: any(s.result == "synced" for s in told))
        made = add_orders(small)
        small.clock.advance(2)
        wait_for(lambda: set(made) <= set(stored(small)))
    assert [s.result for s in told[:1]] == ["shop_no_answer"]
    assert told[0].what is not None


def test_pauses_grow_to_half_a_minute_and_no_further(small: Bench) -> None:
    small.world.wechat.faults.close_before("", times=1000)
    shop_watch = watching.Watch(small.work, SHOP, CancelToken())
    pauses = []
    for _ in range(8):
        shop_watch._poll()
        pauses.append(shop_watch._pause_s)
    assert pauses == [2, 4, 8, 16, 30, 30, 30, 30]
    small.world.wechat.faults.clear()
    shop_watch._poll()
    assert shop_watch._pause_s == 0


def test_what_needs_a_person_is_raised_for_one_shop_and_told_among_several(
    small: Bench,
) -> None:
    platform(small, OTHER).quirks.ip_block = IpBlock.HTTP_403
    with watched(small.work, OTHER) as ended:
        wait_for(lambda: bool(ended))
    assert isinstance(ended[0], UserError)
    told: list[Step] = []
    with watched(small.work, None, told.append) as ended:
        wait_for(lambda: {"shop_ip", "synced"} <= {s.result for s in told})
        made = add_orders(small)
        small.clock.advance(2)
        wait_for(lambda: set(made) <= set(stored(small)))
    assert [type(e) for e in ended] in ([], [Cancelled])


def test_an_unknown_shop_cannot_be_watched(small: Bench) -> None:
    with pytest.raises(UserError):
        watch(small.work, "nobody", CancelToken())


def test_sweeps_go_on_beside_the_polls_and_end_with_them(small: Bench) -> None:
    lost = add_orders(small, 2, ago_s=86_400, status=30)
    with watched(small.work, SHOP):
        wait_for(lambda: set(lost) <= set(stored(small)))
        made = add_orders(small)
        small.clock.advance(2)
        wait_for(lambda: set(made) <= set(stored(small)))
    known = sync_state.position(small.work, SHOP, "unshipped")
    assert known is not None
    assert known.finished_at is not None


def test_a_pause_of_days_is_caught_up_beside_the_polls(small: Bench) -> None:
    small.clock.advance(hours=50)
    add_orders(small, 30, ago_s=40 * 3600)
    with watched(small.work, SHOP):
        wait_for(lambda: differences(small) == [])


def test_only_parcels_that_changed_are_announced(small: Bench) -> None:
    heard: list[Topics] = []
    work = replace(small.work, announce=heard.append)
    checking.recheck(work)
    heard.clear()
    checking.recheck(work)
    assert heard == []
    with work.db.write() as tx:
        parcel = (
            tx.execute(select(parcels.c.id).where(parcels.c.state == "to_label")).scalars().first()
        )
        assert parcel is not None
        tx.execute(update(parcels).where(parcels.c.state == "to_label").values(state="to_check"))
        holding.hold_by_person(tx, work, parcel, "wait")
    assert checking.recheck(work) > 0
    assert heard
    heard.clear()
    assert checking.recheck(work) == 0
    assert heard == []


def test_one_shop_can_be_synced_while_another_is_watched(small: Bench) -> None:
    with watched(small.work, OTHER):
        made = add_orders(small)
        small.clock.advance(2)
        syncing.sync_shop(small.work, SHOP)
        assert set(made) <= set(stored(small))
