"""The shop's goods come by themselves, once a day, while the orders are watched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.jobs import Cancelled, CancelToken
from app.services.listings import daily, pulling
from app.services.sync import watching
from tests.services.goods import SHANYE
from tests.support.warehouse import Bench

LIST = "/channels/ec/product/list/get"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "FIRST_LOOK_S", 0.01)
    monkeypatch.setattr(daily, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(daily, "AFTER_FAILURE_S", 0.05)


@contextmanager
def watched(bench: Bench) -> Iterator[None]:
    """One shop is watched in another thread, as the program does it."""
    token = CancelToken()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            watching.watch(bench.work, SHANYE, token)
        except Cancelled:
            pass
        except BaseException as error:
            failed.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        token.cancel()
        thread.join(30)
    assert failed == []


def wait_until_pulled(bench: Bench) -> None:
    gone = threading.Event()
    for _ in range(600):
        if not pulling.due(bench.work, SHANYE):
            return
        gone.wait(0.05)
    pytest.fail("the goods never came")


def test_goods_come_by_themselves_and_not_again_the_same_day(bench: Bench) -> None:
    with watched(bench):
        wait_until_pulled(bench)
        asked = bench.world.wechat.journal.count(LIST)
        threading.Event().wait(0.3)  # several looks
        assert bench.world.wechat.journal.count(LIST) == asked
        bench.clock.advance(hours=24)
        wait_until_pulled(bench)
        assert bench.world.wechat.journal.count(LIST) > asked


def test_a_failure_is_tried_again(bench: Bench) -> None:
    bench.world.wechat.faults.bad_gateway(LIST, times=2)
    with watched(bench):
        wait_until_pulled(bench)
