"""The platform's sender: what it sends, and how it repeats."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from app.simulators.exchange import Request, Response
from app.simulators.server import LoopbackServer
from app.simulators.wechat import push_crypto
from app.simulators.wechat.push_sender import (
    RETRY_AFTER_S,
    PushFaults,
    PushMode,
    PushSender,
)
from app.simulators.wechat.shop import WechatShop

TOKEN, KEY = "PackStation2026", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
EVENT = {"MsgType": "event", "Event": "x", "FromUserName": "o1", "info": {"id": 1, "t": "单"}}


class Door:
    """Takes pushes, after so many refusals."""

    def __init__(self) -> None:
        self.refuse = 0
        self.answer = b"success"
        self.bodies: list[bytes] = []
        self.queries: list[dict[str, str]] = []

    def __call__(self, request: Request) -> Response:
        self.bodies.append(request.body)
        self.queries.append(dict(request.query))
        if self.refuse:
            self.refuse -= 1
            return Response.of_text("", status=500)
        return Response.of_text(self.answer.decode())


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def url(door: Door) -> Iterator[str]:
    server = LoopbackServer()
    server.route("POST", "/", door)
    with server:
        yield server.base_url + "/wechat/main"


def sender(shop: WechatShop, url: str, **wanted: object) -> PushSender:
    return PushSender(shop, url, TOKEN, KEY, scale=0.0, **wanted)  # type: ignore[arg-type]  # the test's own keywords


def test_what_happens_in_the_shop_is_pushed(shop: WechatShop, door: Door, url: str) -> None:
    order = next(iter(shop.orders))
    with sender(shop, url, mode=PushMode.PLAIN) as push:
        shop.urge(order)
        push.wait_until_done()
    (body,), (query,) = door.bodies, door.queries
    assert json.loads(body)["order_info"] == {"order_id": int(order), "type": 7}
    assert query["signature"] == push_crypto.sign(TOKEN, query["timestamp"], query["nonce"])


def test_an_event_is_repeated_until_it_is_taken(shop: WechatShop, door: Door, url: str) -> None:
    door.refuse = 4
    with sender(shop, url) as push:
        push.send(EVENT)
        push.wait_until_done()
    assert [d.status for d in push.deliveries] == [500] * 4 + [200]
    assert [d.attempt for d in push.deliveries] == [1, 2, 3, 4, 5]
    assert len({q["nonce"] for q in door.queries}) == 5


@pytest.mark.parametrize("answer", [b"ok", b"{}"])
def test_another_answer_than_success_counts_as_none(
    shop: WechatShop, door: Door, url: str, answer: bytes
) -> None:
    door.answer = answer
    with sender(shop, url) as push:
        push.send(EVENT)
        push.wait_until_done()
    assert len(push.deliveries) == len(RETRY_AFTER_S) + 1 == 10
    assert push.given_up == [EVENT]


def test_an_empty_answer_is_success_too(shop: WechatShop, door: Door, url: str) -> None:
    door.answer = b""
    with sender(shop, url) as push:
        push.send(EVENT)
        push.wait_until_done()
    assert len(push.deliveries) == 1


def test_faults_are_made_as_ordered(shop: WechatShop, door: Door, url: str) -> None:
    faults = PushFaults(twice=1.0, shuffled=20)
    with sender(shop, url, faults=faults, mode=PushMode.PLAIN, workers=1) as push:
        for number in range(20):
            push.send({**EVENT, "number": number})
        push.wait_until_done()
    told = [json.loads(body)["number"] for body in door.bodies]
    assert sorted(told) == sorted([*range(20), *range(20)])
    assert told != sorted(told)


def test_broken_and_lost_deliveries_are_tried_again(shop: WechatShop, door: Door, url: str) -> None:
    faults = PushFaults(broken=0.4, answer_lost=0.4)
    with sender(shop, url, faults=faults) as push:
        for number in range(20):
            push.send({**EVENT, "number": number})
        push.wait_until_done()
    taken = [d for d in push.deliveries if d.taken]
    assert len(taken) + len(push.given_up) == 20
    assert len(push.deliveries) > 20
    assert len(door.bodies) > len(taken)


def test_the_modes_look_as_the_platform_sends_them(shop: WechatShop, url: str) -> None:
    secure, query = sender(shop, url).sealed(EVENT)
    assert set(json.loads(secure)) == {"ToUserName", "Encrypt"}
    assert set(query) == {
        "signature",
        "timestamp",
        "nonce",
        "openid",
        "encrypt_type",
        "msg_signature",
    }
    both, _ = sender(shop, url, mode=PushMode.COMPATIBLE).sealed(EVENT)
    assert {"Encrypt", "Event", "info"} <= set(json.loads(both))
    xml, _ = sender(shop, url, mode=PushMode.PLAIN, as_xml=True).sealed(EVENT)
    assert xml.decode() == (
        "<xml><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[x]]></Event>"
        "<FromUserName><![CDATA[o1]]></FromUserName><info><id>1</id><t><![CDATA[单]]></t></info>"
        "</xml>"
    )


def test_a_message_that_fills_its_block_gets_another_one() -> None:
    """The published vectors stand in the tests of the reader; none of them ends on a block."""
    whole = push_crypto.padded("wx1", b"x" * 9, b"0" * 16)
    assert len(whole) == 32 + 32
    assert whole[-1] == 32


def test_encrypting_needs_a_key(shop: WechatShop) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        PushSender(shop, "http://127.0.0.1:1", TOKEN)
