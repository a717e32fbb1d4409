"""A client that is wrong about the transport does not get past the simulated ZTO's gateway."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.simulators.zto import CompanyHeader, ZtoAccount, ZtoAlgorithm, ZtoQuirks
from app.simulators.zto.signature import digest
from tests.simulators.recorded import compact, vectors
from tests.simulators.zto_wire import CREATE, INFO, order, zto


@pytest.mark.parametrize("vector", vectors("zto_x-datadigest"), ids=lambda v: v["id"])
def test_the_digest_equals_the_recorded_one(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    stamp = inputs.get("x_timestamp", "")
    for algorithm in ZtoAlgorithm:
        if algorithm.value in vector["expected"]:
            body = inputs["body"].encode()
            right = vector["expected"][algorithm.value]
            assert digest(algorithm, body, inputs["appSecret"], timestamp=stamp) == right


def test_the_push_digest_equals_the_recorded_one() -> None:
    [vector] = vectors("zto_push_data_digest")
    inputs = vector["inputs"]
    made = digest(ZtoAlgorithm.MD5_BASE64, inputs["data"].encode(), inputs["appSecret"])
    assert made == vector["expected"]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _base64_of_hex(body: bytes, secret: str) -> str:
    return base64.b64encode(_md5(body + secret.encode()).hex().encode()).decode()


def _hex(body: bytes, secret: str) -> str:
    return _md5(body + secret.encode()).hex()


def _secret_first(body: bytes, secret: str) -> str:
    return base64.b64encode(_md5(secret.encode() + body)).decode()


def _ascii_json(body: bytes, secret: str) -> str:
    again = json.dumps(json.loads(body), separators=(",", ":")).encode()
    return base64.b64encode(_md5(again + secret.encode())).decode()


def _spaced_json(body: bytes, secret: str) -> str:
    again = json.dumps(json.loads(body), ensure_ascii=False).encode()
    return base64.b64encode(_md5(again + secret.encode())).decode()


def _with_cr(body: bytes, secret: str) -> str:
    return base64.b64encode(_md5(body + secret.encode() + b"\r")).decode()


@pytest.mark.parametrize(
    "signer", [_base64_of_hex, _hex, _secret_first, _ascii_json, _spaced_json, _with_cr]
)
def test_a_wrong_digest_is_s211(signer: Callable[[bytes, str], str]) -> None:
    with zto() as wire:
        wire.sign = signer
        assert wire.code(CREATE, order()) == "S211"
        assert wire.simulator.orders == []


def test_an_app_takes_the_digest_of_its_console() -> None:
    with zto(account=ZtoAccount(algorithm=ZtoAlgorithm.SHA256_HEX)) as wire:
        assert wire.code(CREATE, order()) == "S211"
        wire.sign = lambda body, secret: hashlib.sha256(body + secret.encode()).hexdigest()
        assert wire.code(CREATE, order()) == "0000"


@pytest.mark.parametrize("name", ["x-companyid", "x-appKey"])
def test_either_name_of_the_app_will_do(name: str) -> None:
    with zto() as wire:
        body = compact(order()).encode()
        headers = wire.headers(body)
        headers.pop("x-appKey" if name == "x-companyid" else "x-companyid")
        assert wire.send(CREATE, body, headers)["statusCode"] == "0000"


def test_only_one_name_will_do_where_the_quirk_says_so() -> None:
    with zto(ZtoQuirks(company_header=CompanyHeader.APP_KEY)) as wire:
        body = compact(order()).encode()
        headers = wire.headers(body)
        del headers["x-appKey"]
        assert wire.send(CREATE, body, headers)["statusCode"] == "S208"


def test_wrong_headers_have_their_codes() -> None:
    with zto() as wire:
        body = compact(order()).encode()
        good = wire.headers(body)
        cases: list[tuple[str, dict[str, str]]] = [
            ("S208", {k: v for k, v in good.items() if k != "x-datadigest"}),
            ("S208", good | {"x-companyid": "other"}),
            ("S208", good | {"Content-Type": "application/x-www-form-urlencoded"}),
            ("S210", good | {"x-companyid": "other", "x-appKey": "other"}),
            ("S214", good | {"x-timestamp": "1767225600000"}),
        ]
        for code, headers in cases:
            assert wire.send(CREATE, body, headers)["statusCode"] == code
        assert wire.simulator.orders == []


def test_an_unknown_or_unbound_api_is_refused_with_http_200() -> None:
    with zto(account=ZtoAccount(bound_apis=frozenset({INFO}))) as wire:
        assert wire.code("zto.sp.findOrderInfoSubscribe", {}) == "S207"
        assert wire.code(CREATE, order()) == "S210"
        answer = httpx.get(f"{wire.server.base_url}/{CREATE}")
        assert (answer.status_code, answer.json()["statusCode"]) == (200, "S207")


def test_a_body_that_is_no_object_is_s208() -> None:
    with zto() as wire:
        assert wire.code(CREATE, [order()]) == "S208"
        raw = b"\xef\xbb\xbf" + compact(order()).encode()
        assert wire.send(CREATE, raw, wire.headers(raw))["statusCode"] == "S208"
