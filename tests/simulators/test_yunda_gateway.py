"""A client that is wrong about the transport does not get past the simulated Yunda's gateway."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.simulators.yunda import YundaAccount, YundaQuirks, sign
from tests.simulators.recorded import NOW_S, compact, vectors
from tests.simulators.yunda_wire import COUNT, CREATE, md5_hex, order, yunda


@pytest.mark.parametrize("vector", vectors("yunda_sign"), ids=lambda v: v["id"])
def test_the_signature_equals_the_recorded_one(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    assert sign(inputs["body"].encode(), inputs["app_secret"]) == vector["expected"]


def _upper(body: bytes, secret: str) -> str:
    return md5_hex(body, secret).upper()


def _without_underscore(body: bytes, secret: str) -> str:
    return hashlib.md5(body + secret.encode(), usedforsecurity=False).hexdigest()


def _reserialised(body: bytes, secret: str) -> str:
    return md5_hex(json.dumps(json.loads(body)).encode(), secret)


def _merchant_secret(body: bytes, secret: str) -> str:
    return md5_hex(body, YundaAccount().secret)


@pytest.mark.parametrize("signer", [_upper, _without_underscore, _reserialised, _merchant_secret])
def test_a_wrong_signature_is_7400(signer: Callable[[bytes, str], str]) -> None:
    with yunda() as wire:
        wire.sign = signer
        assert wire.call(CREATE, wire.merchant(orders=[order()]))["code"] == "7400"
        assert wire.simulator.orders == []


def test_wrong_headers_have_their_codes() -> None:
    with yunda() as wire:
        body = compact(wire.merchant(orders=[order()])).encode()
        good = wire.headers(body)
        cases: list[tuple[str, dict[str, str]]] = [
            ("7600", {k: v for k, v in good.items() if k != "app-key"}),
            ("7601", {k: v for k, v in good.items() if k != "sign"}),
            ("7602", {k: v for k, v in good.items() if k != "req-time"}),
            ("7602", good | {"req-time": "2026-01-01 08:00:00"}),
            ("7602", good | {"req-time": str(int(NOW_S))}),
            ("7602", good | {"req-time": str(int((NOW_S - 3600) * 1000))}),
            ("7603", good | {"Content-Type": "text/plain"}),
            ("7100", good | {"app-key": "888888"}),
        ]
        for code, headers in cases:
            assert wire.send(CREATE, body, headers)["code"] == code
        assert wire.send(CREATE, b"", wire.headers(b""))["code"] == "7605"
        assert httpx.get(wire.server.base_url + CREATE).json()["code"] == "7604"
        assert wire.simulator.orders == []


def test_seconds_pass_where_the_quirk_allows_them() -> None:
    with yunda(YundaQuirks(seconds_req_time=True)) as wire:
        body = compact(wire.merchant(type="common")).encode()
        headers = wire.headers(body) | {"req-time": str(int(NOW_S))}
        assert wire.send(COUNT, body, headers)["code"] == "0000"


@pytest.mark.parametrize("name", ["appid", "partner_id", "secret"])
def test_the_merchant_stands_in_the_body_again(name: str) -> None:
    with yunda() as wire:
        body = wire.merchant(orders=[order()]) | {name: "wrong"}
        assert wire.call(CREATE, body)["code"] == "7100"


def test_a_path_without_permission_is_7200() -> None:
    with yunda(account=YundaAccount(paths=frozenset({COUNT}))) as wire:
        assert wire.call(CREATE, wire.merchant(orders=[order()]))["code"] == "7200"
        assert wire.call("/openapi-api/v1/nonsense", wire.merchant())["code"] == "7200"


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"a":1,"a":2}'])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    with yunda() as wire:
        assert wire.send(CREATE, raw, wire.headers(raw))["code"] == "7605"


def test_orders_must_be_a_list_of_a_sensible_length() -> None:
    with yunda() as wire:
        wrong: list[Any] = [{}, [], [1], [order()] * 21]
        for orders in wrong:
            assert wire.call(CREATE, wire.merchant(orders=orders))["code"] == "9999"
        assert wire.simulator.orders == []
