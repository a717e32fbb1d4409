"""Calls: what leaves, what each answer means, and what must never stand in a log or an error."""

from __future__ import annotations

import json
import logging
import threading
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T
from app.net.limiter import Priority, RateLimiter
from app.net.transport import CallNotSentError, CallUnclearError, HttpxTransport, Response
from app.shops.wechat.client import (
    TOKEN_PATH,
    NothingSent,
    Unclear,
    WechatClient,
)
from app.shops.wechat.deliveries import SEND_PATH
from app.shops.wechat.errors import Answer
from app.shops.wechat.order_lists import LIST_PATH
from app.shops.wechat.pace import limiter_of, limits
from app.shops.wechat.payloads import encoded
from app.shops.wechat.shop import ORDER_PATH
from app.shops.wechat.shop_clock import ShopClock
from app.simulators.server import LoopbackServer
from app.simulators.server import Response as ServerResponse
from tests.shops.wechat.recording import (
    ORDER_ID,
    SECRET,
    RecordingTransport,
    client,
    html,
    json_response,
    refused,
    sample,
    settings,
    token,
)
from tests.support.clock import FakeClock

OK = {"errcode": 0, "errmsg": "ok"}
RID = "6683b36e-5be86892-04872704"
CUT_OFF = Response(200, {}, b'{"errcode":0,"order":{"order_i')


def read(transport: RecordingTransport, clock: FakeClock, *answers: Any) -> Answer:
    transport.script(ORDER_PATH, *answers)
    return client(transport, clock).read(ORDER_PATH, {"order_id": ORDER_ID}, ref=ORDER_ID)


def refusal(transport: RecordingTransport, clock: FakeClock, *answers: Any) -> PackbenchError:
    with pytest.raises(PackbenchError) as caught:
        read(transport, clock, *answers)
    return caught.value


# What leaves


def test_body_is_utf8_json_without_escapes(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script(SEND_PATH, OK)
    body = {"merchant_notes": '缺货,周五发 "急" 😀', "n": 3732000000000000101}
    client(transport, clock).write(SEND_PATH, body, ref="", priority=Priority.SHIP)
    sent = transport.calls(SEND_PATH)[0]
    assert b"\\u" not in sent.body
    assert "缺货,周五发".encode() in sent.body
    assert json.loads(sent.body) == body
    assert sent.headers["content-type"] == "application/json; charset=utf-8"


def test_characters_that_json_can_only_escape_are_left_out() -> None:
    body = encoded({"a": ["x\x00y\u001f", {"b": "行1\n行2"}], "c": "\ud83d", "d": True, "e": None})
    assert b"\\u" not in body
    assert json.loads(body) == {"a": ["xy", {"b": "行1行2"}], "c": "?", "d": True, "e": None}


def test_token_travels_in_the_query_and_nowhere_else(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(TOKEN_PATH, token("90_a/b+c="))
    read(transport, clock, OK)
    sent = transport.calls(ORDER_PATH)[0]
    assert sent.query == {"access_token": "90_a/b+c="}
    assert b"90_a" not in sent.body
    assert not any("90_a" in value for value in sent.headers.values())


def test_get_call_has_no_body(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script("/channels/ec/basics/info/get", OK)
    client(transport, clock).read("/channels/ec/basics/info/get", {}, method="GET")
    sent = transport.calls("/channels/ec/basics/info/get")[0]
    assert (sent.method, sent.body) == ("GET", b"")


# What an answer means


@pytest.mark.parametrize("answer", [OK, {"order_id_list": []}, {"errcode": "0"}])
def test_errcode_zero_or_none_is_success(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, Any]
) -> None:
    assert read(transport, clock, answer).code == 0


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        (-2, UserError, "shop_request"),
        (40002, UserError, "shop_auth"),
        (40013, UserError, "shop_auth"),
        (40125, UserError, "shop_auth"),
        (40164, UserError, "shop_ip"),
        (40066, UserError, "shop_request"),
        (40097, UserError, "shop_request"),
        (43001, UserError, "shop_request"),
        (43002, UserError, "shop_request"),
        (45009, RetryableError, "shop_quota"),
        (47001, UserError, "shop_request"),
        (48001, UserError, "shop_permission"),
        (61023, UserError, "shop_auth"),
        (10020050, UserError, "shop_permission"),
        (10020051, UserError, "shop_request"),
        (10020052, UserError, "listing_missing"),
        (10020055, UserError, "shop_request"),
        (100002, UserError, "order_missing"),
        (100003, RetryableError, "order_busy"),
        (31042, RetryableError, "sync_narrow"),
        (606006, RetryableError, "sync_restart"),
        (100000001, UserError, "wechat_100000001"),
    ],
)
def test_each_code_becomes_its_error_with_code_and_rid(
    transport: RecordingTransport,
    clock: FakeClock,
    code: int,
    kind: type[PackbenchError],
    name: str,
) -> None:
    error = refusal(transport, clock, refused(code, "whatever it says"))
    assert type(error) is kind
    assert error.code == name
    assert error.ref == ORDER_ID
    assert str(code) in str(error.message)
    assert RID in str(error.message)
    assert str(error.remedy)
    assert len(transport.calls(ORDER_PATH)) == 1


@pytest.mark.parametrize("code", [-1, 45011])
def test_busy_platform_is_asked_again_with_growing_pauses_and_then_left(
    transport: RecordingTransport, clock: FakeClock, code: int
) -> None:
    error = refusal(transport, clock, refused(code))
    assert isinstance(error, RetryableError)
    assert error.code == "shop_busy"
    assert len(transport.calls(ORDER_PATH)) == 4
    assert [round(s - 0.5) for s in clock.sleeps] == sorted(round(s - 0.5) for s in clock.sleeps)
    assert 7 <= sum(clock.sleeps) <= 60


def test_busy_platform_that_recovers_is_no_error(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    assert read(transport, clock, refused(45011), refused(-1), OK).code == 0


# trap 37
def test_spent_quota_of_an_endpoint_stops_that_endpoint_only(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, refused(45009), refused(45009), OK)
    transport.script(LIST_PATH, OK)
    caller = client(transport, clock)
    for _ in range(3):
        with pytest.raises(RetryableError) as caught:
            caller.read(ORDER_PATH, {})
    assert len(transport.calls(ORDER_PATH)) == 1
    assert caught.value.retry_after_s is not None
    assert caller.read(LIST_PATH, {}).code == 0
    clock.advance(61)
    with pytest.raises(RetryableError):
        caller.read(ORDER_PATH, {})  # asked, still no quota: the rest is longer now
    clock.advance(61)
    with pytest.raises(RetryableError):
        caller.read(ORDER_PATH, {})
    assert len(transport.calls(ORDER_PATH)) == 2
    clock.advance(61)
    assert caller.read(ORDER_PATH, {}).code == 0


@pytest.mark.parametrize(
    "answer",
    [
        html(502),
        html(200),
        CUT_OFF,
        Response(504, {}, b""),
        Response(200, {}, b""),
        Response(200, {}, b"\xff\xfe{}"),
        json_response([1, 2]),
        json_response({"errcode": "no number"}),
        CallUnclearError(T("{host} did not answer in time.", host="h")),
    ],
    ids=["502", "html", "cut off", "504", "empty", "no utf-8", "array", "odd errcode", "time-out"],
)
def test_unreadable_answer_is_tried_later_when_reading_and_unclear_when_writing(
    transport: RecordingTransport, clock: FakeClock, answer: Any
) -> None:
    error = refusal(transport, clock, answer)
    assert isinstance(error, RetryableError)
    assert error.code == "shop_no_answer"
    transport.script(SEND_PATH, answer)
    got = client(transport, clock).write(SEND_PATH, {}, ref="", priority=Priority.SHIP)
    assert isinstance(got, Unclear)
    assert len(transport.calls(SEND_PATH)) == 1


def test_call_that_never_left_is_known_to_have_no_effect(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(SEND_PATH, CallNotSentError(T("No connection to {host}.", host="h")))
    got = client(transport, clock).write(SEND_PATH, {}, ref="", priority=Priority.SHIP)
    assert isinstance(got, NothingSent)
    assert got.error.code == "shop_offline"


def test_error_with_an_errcode_counts_whatever_the_http_status(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    answer = json_response(refused(48001), status=500)
    assert refusal(transport, clock, answer).code == "shop_permission"


# trap 36
@pytest.mark.parametrize(
    ("message", "address"),
    [
        ("invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist", "203.0.113.9"),
        ("invalid ip 2001:db8::7, not in whitelist", "2001:db8::7"),
    ],
)
def test_whitelist_refusal_names_the_address_it_has_seen(
    transport: RecordingTransport, clock: FakeClock, message: str, address: str
) -> None:
    error = refusal(transport, clock, refused(40164, message))
    assert address in str(error.message)
    assert address in str(error.remedy)
    assert "whitelist" in str(error.remedy)


# trap 36
def test_bare_403_is_the_whitelist_and_renews_no_token(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    error = refusal(transport, clock, Response(403, {}, b""))
    assert isinstance(error, UserError)
    assert error.code == "shop_ip"
    assert "whitelist" in str(error.remedy)
    assert "public IP" in str(error.remedy)
    assert len(transport.calls(TOKEN_PATH)) == 1
    named = refusal(transport, clock, Response(403, {}, b"Forbidden for 198.51.100.4"))
    assert "198.51.100.4" in str(named.remedy)


def test_403_at_the_token_call_is_the_whitelist_too(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(TOKEN_PATH, Response(403, {}, b""))
    assert refusal(transport, clock, OK).code == "shop_ip"


@pytest.mark.parametrize("status", [301, 302, 404, 405])
def test_address_without_a_shop_behind_it_is_a_mistake_in_base_url(
    transport: RecordingTransport, clock: FakeClock, status: int
) -> None:
    error = refusal(transport, clock, html(status))
    assert error.code == "shop_address"
    assert "base_url" in str(error.remedy)


def test_halves_of_characters_in_an_answer_become_replacement_marks(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    body = rb'{"errcode":0,"note":"a\ud83db","whole":"\ud83d\ude00","list":["\udc00"]}'
    answer = read(transport, clock, Response(200, {}, body))
    assert answer.data["note"] == "a\ufffdb"
    assert answer.data["whole"] == "😀"
    assert answer.data["list"] == ["\ufffd"]
    answer.text.encode("utf-8")


# What stays in the house


def test_one_line_per_call_says_path_code_rid_and_nothing_secret(
    transport: RecordingTransport, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    refusal(transport, clock, refused(100002, "收件人林晓 18300002807"))
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert TOKEN_PATH in lines[0]
    assert ORDER_PATH in lines[1]
    assert f"ref={ORDER_ID} code=100002 rid={RID}" in lines[1]
    assert all(record.levelno == logging.INFO for record in caplog.records)
    for secret in ("90_token", SECRET, "access_token", "林晓", "18300002807"):
        assert secret not in "\n".join(lines)


def test_no_error_repeats_what_the_platform_said(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    said = 'field "address" does not expect "示例路1号" of 林晓'
    for code in (47001, 40097, -2, 99999999):
        error = refusal(transport, clock, refused(code, said))
        assert "林晓" not in f"{error} {error!r} {error.args}"
        assert "示例路" not in f"{error} {error!r} {error.args}"


def test_secrets_do_not_show_in_reprs(transport: RecordingTransport, clock: FakeClock) -> None:
    answer = read(transport, clock, sample("sensitiveinfo_decode")["response_plain"])
    assert "林晓" not in repr(answer)
    assert SECRET not in repr(settings())


def test_httpx_writes_no_address_with_a_token_into_the_log(
    clock: FakeClock, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    with LoopbackServer() as server:
        server.route("*", TOKEN_PATH, lambda _: ServerResponse.of_json(token("90_secret")))
        server.route("*", "/channels", lambda _: ServerResponse.of_json(OK))
        transport = HttpxTransport()
        caller = WechatClient(settings(base_url=server.base_url), transport, clock)
        caller.read(ORDER_PATH, {"order_id": ORDER_ID}, ref=ORDER_ID)
        transport.close()
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert ORDER_PATH in told
    assert "90_secret" not in told


# How often


# trap 37
@pytest.mark.parametrize("calls", [10, 20, 40, 60, 100, 1000])
def test_no_sixty_seconds_see_more_calls_than_allowed_and_few_are_wasted(calls: int) -> None:
    now_s = 0.0
    limiter = RateLimiter(*limits(calls), monotonic=lambda: now_s)
    step_s, minutes, made = 2.9 / calls, 4, []
    while now_s < 60 * minutes:
        if limiter.try_acquire():
            made.append(now_s)
        now_s += step_s
    jitter_s = 0.4  # a call may arrive that much later than it left
    first = 0
    for last, at_s in enumerate(made):
        while made[first] < at_s - 60 - jitter_s:
            first += 1
        assert last - first + 1 <= calls
    assert len(made) >= (0.95 if calls >= 60 else 0.9) * calls * minutes


def test_limits_may_be_changed_while_calls_wait() -> None:
    limiter = RateLimiter(0.001, 1)
    limiter.acquire()
    waiting = threading.Thread(target=limiter.acquire)
    waiting.start()
    limiter.change(1000, 1)
    waiting.join(10)
    assert not waiting.is_alive()


def test_those_who_wait_are_let_through_by_priority() -> None:
    limiter = RateLimiter(0.001, 1)
    limiter.acquire()
    order: list[Priority] = []

    def call(priority: Priority) -> None:
        limiter.acquire(priority)
        order.append(priority)

    wanted = [p for _ in range(4) for p in (Priority.SWEEP, Priority.READ, Priority.SHIP)]
    wanted += [Priority.LABEL]
    threads = [threading.Thread(target=call, args=(p,)) for p in wanted]
    for thread in threads:
        thread.start()
    while len(limiter._waiting) < len(threads):
        threads[0].join(0.01)
    limiter.change(50, 1)
    for thread in threads:
        thread.join()
    assert order == sorted(wanted)


def test_a_sweep_leaves_half_of_the_burst_to_the_others() -> None:
    limiter = RateLimiter(0.001, 10)
    sweeping = [threading.Thread(target=limiter.acquire, args=(Priority.SWEEP,)) for _ in range(8)]
    for thread in sweeping:
        thread.start()
    while len(limiter._waiting) > 3 or limiter._tokens >= 6:
        sweeping[-1].join(0.01)
    for _ in range(5):
        limiter.acquire(Priority.READ)  # without waiting
    limiter.change(10_000, 10)
    for thread in sweeping:
        thread.join()


def test_a_wait_that_is_broken_off_blocks_nobody() -> None:
    class Broken(RateLimiter):
        broken = False

        def _refill(self) -> None:
            super()._refill()
            if self.broken:
                raise KeyboardInterrupt

    limiter = Broken(1000, 1)
    limiter.broken = True
    with pytest.raises(KeyboardInterrupt):
        limiter.acquire(Priority.SHIP)
    limiter.broken = False
    limiter.acquire(Priority.SWEEP)


def test_one_app_has_one_limiter_and_another_app_its_own() -> None:
    first = limiter_of("https://a", "wx1", 1000)
    assert limiter_of("https://a", "wx1", 600) is first
    assert limiter_of("https://a", "wx2", 600) is not first


def test_every_call_waits_for_the_limiter_with_its_priority(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    class Watching(RateLimiter):
        seen: list[Priority] = []  # noqa: RUF012 - one instance only

        def acquire(self, priority: Priority = Priority.READ) -> None:
            self.seen.append(priority)
            super().acquire(priority)

    limiter = Watching(100, 100)
    transport.script(TOKEN_PATH, token())
    transport.script(SEND_PATH, OK)
    transport.script(ORDER_PATH, OK)
    caller = WechatClient(settings(), transport, clock, limiter=limiter)
    caller.write(SEND_PATH, {}, ref="", priority=Priority.SHIP)
    caller.read(ORDER_PATH, {})
    # The token comes first of all: everything waits for it.
    assert limiter.seen == [Priority.SHIP, Priority.SHIP, Priority.READ]


def test_an_answer_nested_without_end_is_unreadable_and_no_crash(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    deep = b'{"errcode": 0, "x": "\\ud800", "order": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    transport.script(TOKEN_PATH, token())
    for body in (
        deep,
        b'{"x": "\\ud800", "y": ' + b"[" * 3000 + b"]" * 3000 + b"}",
        b'{"errcode": 1e999}',
    ):
        transport.script(ORDER_PATH, Response(200, {}, body))
        with pytest.raises(RetryableError) as caught:
            WechatClient(settings(), transport, clock).read(ORDER_PATH, {})
        assert caught.value.code == "shop_no_answer"


# The shop's time


def date_of(clock: FakeClock, ahead_s: float) -> str:
    return format_datetime(clock.now() - timedelta(seconds=ahead_s), usegmt=True)


def test_many_answers_bound_the_shops_time_closely(clock: FakeClock) -> None:
    shop_clock = ShopClock(clock)
    assert shop_clock.ahead() is None
    for _ in range(40):
        began = clock.monotonic()
        date = date_of(clock, 600)
        clock.advance(0.08)
        shop_clock.note(date, began, clock.monotonic())
        clock.advance(0.97)
    ahead = shop_clock.ahead()
    assert ahead is not None
    assert abs(ahead.total_seconds() - 600) < 0.2


def test_one_odd_answer_is_not_believed_and_a_second_one_is(clock: FakeClock) -> None:
    shop_clock = ShopClock(clock)
    for ahead_s, believed_s in ((0, 0), (3600, 0), (0, 0), (3600, 0), (3600, 3600)):
        shop_clock.note(date_of(clock, ahead_s), clock.monotonic(), clock.monotonic())
        ahead = shop_clock.ahead()
        assert ahead is not None
        assert abs(ahead.total_seconds() - believed_s) <= 1


def test_setting_the_pcs_clock_does_not_move_the_shops_time(clock: FakeClock) -> None:
    shop_clock = ShopClock(clock)
    shop_clock.note(date_of(clock, 0), clock.monotonic(), clock.monotonic())
    clock._start_at += timedelta(hours=2)
    ahead = shop_clock.ahead()
    assert ahead is not None
    assert abs(ahead - timedelta(hours=2)) <= timedelta(seconds=1)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Fri, 99 Nov 2026 99:00:00 GMT"])
def test_an_answer_without_a_time_says_nothing(clock: FakeClock, date: str | None) -> None:
    shop_clock = ShopClock(clock)
    shop_clock.note(date, 0, 0)
    assert shop_clock.ahead() is None
