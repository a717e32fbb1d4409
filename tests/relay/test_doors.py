"""What the relay's door lets in, what it answers, and what it does not tell."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from app.domain.errors import UserError
from app.relay import bounded, signing
from app.relay.bounded import Answered, Asked, BoundedServer
from app.relay.service import Address, Relay, address_of
from app.services import configuring
from app.services.sync import push_events
from app.simulators.wechat import push_crypto
from tests.relay.pushing import SECRET, SHOP, Pushed, events, pushed, until
from tests.support.logs import ExpectedLogs
from tests.support.warehouse import Bench


def verification(door: Pushed, **changes: str) -> dict[str, str]:
    stamp = str(int(door.bench.clock.now().timestamp()))
    signature = push_crypto.sign(door.account.token, stamp, "42")
    query = {"signature": signature, "timestamp": stamp, "nonce": "42", "echostr": "5837164029"}
    return query | changes


def event() -> dict[str, object]:
    return {
        "ToUserName": "gh_1",
        "FromUserName": "o1",
        "CreateTime": 1767225600,
        "MsgType": "event",
        "Event": "channels_ec_brand",
    }


# -- the platform -------------------------------------------------------------------------------


def test_the_address_is_verified(door: Pushed) -> None:
    answer = door.http.get(f"{door.url}/wechat/{SHOP}", params=verification(door))
    assert (answer.status_code, answer.text) == (200, "5837164029")
    assert answer.headers["content-type"].startswith("text/plain")
    wrong = door.http.get(f"{door.url}/wechat/{SHOP}", params=verification(door, nonce="43"))
    assert (wrong.status_code, wrong.content) == (403, b"")


def test_a_shop_is_found_by_its_name_only_while_there_are_two(door: Pushed) -> None:
    for path in ("/", "/wechat/", "/wechat/other", f"/{SHOP}", f"/wechat/{SHOP}/more", "/x"):
        assert door.http.get(door.url + path, params=verification(door)).status_code == 404
    assert door.http.put(f"{door.url}/wechat/{SHOP}", params=verification(door)).status_code == 405


def test_the_bare_address_is_enough_for_one_shop(bench: Bench) -> None:
    bench.services.secrets.delete("shop.qinghe.push_token")
    bench.services.secrets.delete("shop.qinghe.push_aes_key")
    with pushed(bench) as door:
        answer = door.http.get(door.url + "/", params=verification(door))
        assert answer.text == "5837164029"
        assert door.http.get(door.url + "/wechat/qinghe").status_code == 404


# trap 38
def test_the_proxys_word_about_the_sender_counts_for_nothing(door: Pushed) -> None:
    """Neither where a message comes from nor what a header says of it replaces the signature."""
    query = verification(door, signature="0" * 40)
    headers = {"X-Forwarded-For": "101.226.103.0", "X-Real-IP": "127.0.0.1"}
    answer = door.http.post(f"{door.url}/wechat/{SHOP}", params=query, headers=headers, json={})
    assert answer.status_code == 403
    with door.sender() as platform:
        platform.send(event())
        platform.wait_until_done()
    assert platform.deliveries[-1].taken


def test_another_shops_message_is_not_taken(door: Pushed) -> None:
    """Both shops' addresses lie on one relay: token and app id keep them apart."""
    with door.sender() as platform:
        body, query = platform.sealed(event())
    answer = door.http.post(f"{door.url}/wechat/qinghe", params=query, content=body)
    assert answer.status_code == 403
    assert events(door.bench.work) == []


def test_a_gone_database_makes_the_platform_come_again(
    door: Pushed, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("packbench")
    expected_logs.allow("app.logs")
    with door.sender() as platform:
        platform.send(event())
        platform.wait_until_done()
        with door.bench.work.db.write() as tx:
            tx.execute(text("ALTER TABLE push_events RENAME TO away"))
        platform.send({**event(), "CreateTime": 1767225601})
        until(lambda: platform.deliveries[-1].status == 500)
        with door.bench.work.db.write() as tx:
            tx.execute(text("ALTER TABLE away RENAME TO push_events"))
        platform.wait_until_done()
    assert platform.deliveries[-1].taken
    assert len(events(door.bench.work)) == 2


def test_a_buyers_chat_is_answered_and_not_kept(door: Pushed) -> None:
    with door.sender() as platform:
        platform.send({"FromUserName": "o1", "MsgType": "text", "Content": "在吗"})
        platform.wait_until_done()
    assert platform.deliveries[-1].taken
    assert events(door.bench.work) == []


# -- health -------------------------------------------------------------------------------------


def test_health_is_told_here_or_for_the_secret(door: Pushed) -> None:
    answer = door.http.get(f"{door.url}/health")
    assert answer.json() == {"ok": True, "waiting": 0, "oldest_s": 0}
    passed_on = {"X-Forwarded-For": "203.0.113.9"}
    assert door.http.get(f"{door.url}/health", headers=passed_on).status_code == 403
    wrong = {**passed_on, "Authorization": "Bearer no"}
    assert door.http.get(f"{door.url}/health", headers=wrong).status_code == 403
    right = {**passed_on, "Authorization": f"Bearer {SECRET}"}
    assert door.http.get(f"{door.url}/health", headers=right).json()["ok"] is True
    assert door.http.post(f"{door.url}/health").status_code == 405


# -- events of another Packbench ----------------------------------------------------------------


def test_an_event_is_taken_from_whoever_has_the_secret_once(door: Pushed) -> None:
    now = door.bench.clock.now()
    with door.sender() as platform:
        reader = door.bench.services.outside.shop(SHOP).push
        assert reader is not None
        body, query = platform.sealed(event())
        read = reader.read(query, body, now)
    assert read is not None
    message = signing.encode(SHOP, read)
    headers = signing.signed(SECRET, message, now)
    url = f"{door.url}/events"
    assert door.http.post(url, content=message, headers=headers).text == "success"
    again = door.http.post(url, content=message, headers=headers)  # a replay
    assert again.status_code == 403
    fresh = signing.signed(SECRET, message, now)
    assert door.http.post(url, content=message, headers=fresh).text == "success"
    assert len(events(door.bench.work)) == 1
    for wrong in (
        signing.signed("another secret, long enough", message, now),
        signing.signed(SECRET, message + b" ", now),
        {k: v for k, v in signing.signed(SECRET, message, now).items() if k != signing.NONCE},
        {},
    ):
        assert door.http.post(url, content=message, headers=wrong).status_code == 403
    assert door.http.get(url).status_code == 405


def test_an_old_event_of_another_packbench_is_refused(door: Pushed) -> None:
    old = signing.signed(SECRET, b"{}", door.bench.clock.now())
    door.bench.clock.advance(minutes=6)
    assert door.http.post(f"{door.url}/events", content=b"{}", headers=old).status_code == 403


@pytest.mark.parametrize("body", [b"{}", b"x", b"[]", b'{"happened_at": 1e400}'])
def test_events_that_cannot_be_read_are_refused(door: Pushed, body: bytes) -> None:
    headers = signing.signed(SECRET, body, door.bench.clock.now())
    assert door.http.post(f"{door.url}/events", content=body, headers=headers).status_code == 400


def test_events_of_a_shop_that_is_not_here_are_refused(door: Pushed) -> None:
    body = json.dumps(
        {"shop": "other", "event": "x", "subject": "order", "happened_at": None, "facts": {}}
    ).encode()
    headers = signing.signed(SECRET, body, door.bench.clock.now())
    assert door.http.post(f"{door.url}/events", content=body, headers=headers).status_code == 422


# -- the server itself --------------------------------------------------------------------------


@pytest.fixture
def echo() -> Iterator[BoundedServer]:
    """A server that answers with the length of the body, within a second."""

    def answer(asked: Asked) -> Answered:
        return Answered(200, str(len(asked.body)).encode())

    server = BoundedServer("127.0.0.1", 0, answer, deadline_s=1.0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join()


def said(server: BoundedServer, request: bytes, *, then: bytes = b"") -> bytes:
    """What comes back on one connection until it ends."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as raw:
        raw.sendall(request)
        if then:
            raw.sendall(then)
        found = b""
        while piece := raw.recv(65536):
            found += piece
        return found


def test_bodies_up_to_one_megabyte_are_read(echo: BoundedServer) -> None:
    url = f"http://127.0.0.1:{echo.port}/"
    with httpx.Client(trust_env=False) as http:
        assert http.post(url, content=b"x" * bounded.MAX_BODY).text == str(bounded.MAX_BODY)
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {bounded.MAX_BODY + 1}\r\n\r\n"
    assert said(echo, head.encode()).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"nonsense\r\n\r\n", b""),
    ],
)
def test_strange_requests_are_refused(echo: BoundedServer, request_: bytes, status: bytes) -> None:
    assert status in said(echo, request_).split(b"\r\n")[0]


def test_one_request_a_connection(echo: BoundedServer) -> None:
    twice = b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n" * 2
    answer = said(echo, twice)
    assert answer.count(b"HTTP/1.1 200") == 1
    assert b"Connection: close" in answer


def test_a_slow_client_is_cut_off(echo: BoundedServer) -> None:
    """Both in the head and in the body: the deadline is for the whole request."""
    assert said(echo, b"POST / HTTP/1.1\r\nX: y") == b""
    assert said(echo, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n", then=b"1234") == b""


def poured(raw: socket.socket, line: bytes, times: int) -> int:
    """How many lines could be sent before the other side hung up."""
    for number in range(times):
        try:
            raw.sendall(line)
        except OSError:
            return number
    return times


def test_an_endless_head_is_cut_off(echo: BoundedServer) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), 10) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n")
        assert poured(raw, b"X: " + b"y" * 1000 + b"\r\n", 20_000) < 20_000


def test_many_slow_clients_do_not_keep_others_out(
    echo: BoundedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = [
        socket.create_connection(("127.0.0.1", echo.port), 10) for _ in range(bounded.WORKERS * 2)
    ]
    try:
        with httpx.Client(trust_env=False, timeout=10) as http:
            assert http.get(f"http://127.0.0.1:{echo.port}/").text == "0"
    finally:
        for raw in slow:
            raw.close()


def test_a_failure_inside_is_a_500_and_told_to_nobody(expected_logs: ExpectedLogs) -> None:
    expected_logs.require("app.logs", "push relay")

    def answer(_asked: Asked) -> Answered:
        raise ZeroDivisionError("secret words")

    server = BoundedServer("127.0.0.1", 0, answer)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        answered = said(server, b"GET / HTTP/1.1\r\n\r\n")
    finally:
        server.stop()
        thread.join()
    assert answered.startswith(b"HTTP/1.1 500 ")
    assert b"secret words" not in answered


# -- starting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("listen", ["", "8765", "host", "host:", ":8765", "h:99999", "h:x"])
def test_wrong_addresses_to_listen_on_are_named(listen: str) -> None:
    with pytest.raises(UserError) as caught:
        address_of(listen)
    assert caught.value.code == "relay_listen"


def test_addresses_to_listen_on_are_read() -> None:
    assert address_of("127.0.0.1:1") == Address("127.0.0.1", 1)
    assert address_of("[::1]:80") == Address("::1", 80)
    assert address_of("localhost:80").is_loopback
    assert not address_of("0.0.0.0:80").is_loopback


def test_a_taken_port_is_named(door: Pushed) -> None:
    with pytest.raises(UserError) as caught:
        Relay(door.bench.work, Address("127.0.0.1", door.relay.port)).start()
    assert caught.value.code == "relay_listen"


def test_without_push_keys_there_is_nothing_to_listen_for(bench: Bench) -> None:
    for shop in ("shanye", "qinghe"):
        for key in ("push_token", "push_aes_key"):
            bench.services.secrets.delete(f"shop.{shop}.{key}")
    with pytest.raises(UserError) as caught:
        Relay(bench.work, Address("127.0.0.1", 0)).start()
    assert caught.value.code == "relay_no_shop"


def test_the_configuration_never_shows_push_keys(bench: Bench) -> None:
    from app.connections import secret_keys

    rows = configuring.show(bench.work, bench.services.secrets, secret_keys)
    shop = next(r for r in rows if r.get("name") == SHOP)
    assert shop["push_token"] == shop["push_aes_key"] == configuring.HIDDEN
    assert push_events.backlog(bench.work).waiting == 0
