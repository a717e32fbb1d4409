"""The access token: one call for all threads, renewed in time, forced as rarely as allowed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from app.domain.errors import RetryableError, UserError
from app.domain.text import T
from app.net.transport import CallNotSentError
from app.shops.wechat.client import TOKEN_PATH
from app.shops.wechat.shop import ORDER_PATH
from app.shops.wechat.token import Grant, TokenOwner
from tests.shops.wechat.recording import (
    APP_ID,
    ORDER_ID,
    SECRET,
    RecordingTransport,
    client,
    refused,
    sample,
    shop,
    token,
)
from tests.support.clock import FakeClock


class Platform:
    """Hands out ``t1``, ``t2`` …; the same one without force, like the real one."""

    def __init__(self, life_s: float = 7200) -> None:
        self.life_s = life_s
        self.forces: list[bool] = []
        self.error: Exception | None = None
        self.number = 1
        self.renewed_elsewhere = False

    def __call__(self, force: bool) -> Grant:
        self.forces.append(force)
        if self.error is not None:
            raise self.error
        if force or self.renewed_elsewhere:
            self.number += 1
            self.renewed_elsewhere = False
        return Grant(f"t{self.number}", self.life_s)


def offline() -> RetryableError:
    return RetryableError("shop_offline", T("No connection."), T("Wait."))


def together(count: int, work: Callable[[], object]) -> list[object]:
    """What ``work`` returned or raised in ``count`` threads that begin at once."""
    barrier = threading.Barrier(count)
    results: list[object] = []

    def run() -> None:
        barrier.wait()
        try:
            results.append(work())
        except (UserError, RetryableError) as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_eight_threads_make_one_call(clock: FakeClock) -> None:
    asked = threading.Event()
    platform = Platform()

    def slow(force: bool) -> Grant:
        asked.wait(10)
        return platform(force)

    owner = TokenOwner(slow, clock)
    waiting = threading.Semaphore(0)

    def work() -> str:
        waiting.release()
        return owner.current()

    def let_go() -> None:
        for _ in range(8):
            waiting.acquire()
        asked.set()

    helper = threading.Thread(target=let_go)
    helper.start()
    assert together(8, work) == ["t1"] * 8
    helper.join()
    assert platform.forces == [False]


def test_threads_that_wait_share_the_error_too(clock: FakeClock) -> None:
    entered, go = threading.Event(), threading.Event()
    calls = []

    def failing(force: bool) -> Grant:
        calls.append(force)
        entered.set()
        go.wait(10)
        raise offline()

    owner = TokenOwner(failing, clock)
    first: list[object] = []
    leader = threading.Thread(target=lambda: first.extend(together(1, owner.current)))
    leader.start()
    entered.wait(10)
    follower_began = threading.Event()

    def follow() -> str:
        follower_began.set()
        return owner.current()

    followers: list[object] = []
    follower = threading.Thread(target=lambda: followers.extend(together(1, follow)))
    follower.start()
    follower_began.wait(10)
    go.set()
    leader.join()
    follower.join()
    assert all(isinstance(result, RetryableError) for result in first + followers)
    assert 1 <= len(calls) <= 2  # the follower may have come a moment too late to share


@pytest.mark.parametrize(
    ("life_s", "still_used_s", "renewed_s"),
    [(7200, 6899, 6901), (345, 172, 173), (60, 29, 31)],
)
def test_token_is_renewed_five_minutes_or_half_its_life_before_the_end(
    clock: FakeClock, life_s: float, still_used_s: float, renewed_s: float
) -> None:
    platform = Platform(life_s)
    owner = TokenOwner(platform, clock)
    owner.current()
    clock.advance(still_used_s)
    owner.current()
    assert len(platform.forces) == 1
    clock.advance(renewed_s - still_used_s)
    owner.current()
    assert platform.forces == [False, False]


def test_token_in_force_is_used_on_while_the_platform_is_away(clock: FakeClock) -> None:
    platform = Platform()
    owner = TokenOwner(platform, clock)
    owner.current()
    platform.error = offline()
    clock.advance(7000)  # inside the last five minutes
    assert owner.current() == "t1"
    assert owner.current() == "t1"
    assert len(platform.forces) == 2  # not asked again for every call
    clock.advance(300)  # past its end
    with pytest.raises(RetryableError):
        owner.current()


def test_refused_token_that_another_thread_replaced_costs_no_call(clock: FakeClock) -> None:
    platform = Platform()
    owner = TokenOwner(platform, clock)
    owner.current()
    platform.renewed_elsewhere = True
    assert owner.replace("t1", force=False) == "t2"
    assert owner.replace("t1", force=True) == "t2"
    assert platform.forces == [False, False]


def test_forced_renewals_are_thirty_seconds_apart(clock: FakeClock) -> None:
    platform = Platform()
    owner = TokenOwner(platform, clock)
    owner.current()
    assert owner.replace("t1", force=True) == "t2"
    clock.advance(29)
    with pytest.raises(UserError) as caught:
        owner.replace("t2", force=True)
    assert caught.value.code == "shop_auth"
    clock.advance(2)
    assert owner.replace("t2", force=True) == "t3"


def test_no_more_than_twenty_forced_renewals_a_day(clock: FakeClock) -> None:
    platform = Platform()
    owner = TokenOwner(platform, clock)
    for number in range(20):
        owner.replace(f"t{number + 1}", force=True)
        clock.advance(60)
    with pytest.raises(UserError):
        owner.replace("t21", force=True)
    clock.advance(hours=24)
    assert owner.replace("t21", force=True) == "t22"
    assert platform.forces.count(True) == 21


def test_token_is_asked_for_as_the_platform_documents(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(TOKEN_PATH, token("90_x", 345))
    transport.script(ORDER_PATH, sample("order_get_single")["response"])
    shop(transport, clock).order(ORDER_ID)
    asked, order = transport.sent
    assert asked.json() == {
        "grant_type": "client_credential",
        "appid": APP_ID,
        "secret": SECRET,
        "force_refresh": False,
    }
    assert (asked.method, asked.query) == ("POST", {})
    assert order.query == {"access_token": "90_x"}


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_refused_token_is_renewed_once_without_force_and_the_call_repeated(
    transport: RecordingTransport, clock: FakeClock, code: int
) -> None:
    transport.script(TOKEN_PATH, token("90_old"), token("90_new"))
    transport.script(ORDER_PATH, refused(code), sample("order_get_single")["response"])
    assert shop(transport, clock).order(ORDER_ID).order_id == ORDER_ID
    assert [body["force_refresh"] for body in transport.bodies(TOKEN_PATH)] == [False, False]
    assert [sent.query["access_token"] for sent in transport.calls(ORDER_PATH)] == [
        "90_old",
        "90_new",
    ]


def test_token_the_platform_insists_on_is_renewed_by_force_once_and_then_given_up(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(TOKEN_PATH, token("90_a"), token("90_a"), token("90_b"))
    transport.script(ORDER_PATH, refused(40001))
    with pytest.raises(UserError) as caught:
        shop(transport, clock).order(ORDER_ID)
    assert caught.value.code == "shop_auth"
    assert [body["force_refresh"] for body in transport.bodies(TOKEN_PATH)] == [False, False, True]
    # The same token is not tried twice, and nothing loops.
    assert [sent.query["access_token"] for sent in transport.calls(ORDER_PATH)] == ["90_a", "90_b"]


@pytest.mark.parametrize("code", [40001, 40002, 40013, 40125])
def test_wrong_app_id_or_secret_says_where_to_look(
    transport: RecordingTransport, clock: FakeClock, code: int
) -> None:
    transport.script(TOKEN_PATH, refused(code))
    with pytest.raises(UserError) as caught:
        shop(transport, clock).order(ORDER_ID)
    assert caught.value.code == "shop_auth"
    assert "app_secret" in str(caught.value.remedy)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("code", [-1, 45009, 45011])
def test_busy_token_call_is_tried_later(
    transport: RecordingTransport, clock: FakeClock, code: int
) -> None:
    transport.script(TOKEN_PATH, refused(code))
    with pytest.raises(RetryableError):
        shop(transport, clock).order(ORDER_ID)


@pytest.mark.parametrize(
    "answer", [{"expires_in": 7200}, {"access_token": "", "expires_in": 1}, {"access_token": "x"}]
)
def test_token_answer_without_a_token_is_no_token(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, object]
) -> None:
    transport.script(TOKEN_PATH, answer)
    with pytest.raises(RetryableError) as caught:
        shop(transport, clock).order(ORDER_ID)
    assert caught.value.code == "shop_no_answer"


def test_without_connection_nothing_is_known_to_be_sent(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(TOKEN_PATH, CallNotSentError(T("No connection to {host}.", host="h")))
    with pytest.raises(RetryableError) as caught:
        client(transport, clock).read(ORDER_PATH, {})
    assert caught.value.code == "shop_offline"
