"""A client that is wrong about the transport does not get past the simulated SF's gateway."""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from urllib.parse import quote, quote_plus, urlencode

import httpx
import pytest

from app.simulators.sf import SfAccount, SfAlgorithm, SfQuirks
from app.simulators.sf.signature import digest
from tests.simulators.recorded import NOW_S
from tests.simulators.sf_wire import CREATE, SEARCH, Sf, Signer, order, sf

TRICKY = order(remark="10*20*5 ~轻放~ a+b 'x' (y)!")


def _md5(text: str) -> str:
    return base64.b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode()


def _quote_plus(msg: str, stamp: str, word: str) -> str:
    return _md5(quote_plus(msg + stamp + word))


def _percent_twenty(msg: str, stamp: str, word: str) -> str:
    return _md5(quote(msg + stamp + word, safe="*").replace("~", "%7E"))


def _parts(encoded: str) -> list[tuple[int, str]]:
    return [(i, ("%" if i else "") + p) for i, p in enumerate(encoded.split("%"))]


def _lower(msg: str, stamp: str, word: str) -> str:
    joined = _parts(quote_plus(msg + stamp + word, safe="*").replace("~", "%7E"))
    return _md5("".join(p[:3].lower() + p[3:] if i else p for i, p in joined))


def _simple(msg: str, stamp: str, word: str) -> str:
    return _md5(msg + stamp + word)


def _hex_of_digest(msg: str, stamp: str, word: str) -> str:
    encoded = quote_plus(msg + stamp + word, safe="*").replace("~", "%7E")
    digest_hex = hashlib.md5(encoded.encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(digest_hex.encode()).decode()


def _without_stamp(msg: str, stamp: str, word: str) -> str:
    return _md5(quote_plus(msg + word, safe="*").replace("~", "%7E"))


WRONG_SIGNERS = [_quote_plus, _percent_twenty, _lower, _simple, _hex_of_digest, _without_stamp]


@pytest.mark.parametrize("signer", WRONG_SIGNERS)
def test_a_wrong_digest_is_a1006(signer: Signer) -> None:
    with sf() as wire:
        wire.sign = signer
        envelope = wire.send(wire.fields(CREATE, TRICKY))
        assert (envelope["apiResultCode"], envelope["apiResultData"]) == ("A1006", None)
        assert wire.simulator.orders == []


def test_the_right_digest_passes_with_the_same_text() -> None:
    with sf() as wire:
        assert wire.code(CREATE, TRICKY) == "S0000"


@pytest.mark.parametrize("algorithm", list(SfAlgorithm))
def test_an_app_takes_the_algorithm_of_its_console_and_no_other(algorithm: SfAlgorithm) -> None:
    with sf(account=SfAccount(algorithm=algorithm)) as wire:
        for tried in SfAlgorithm:
            wire.sign = partial(digest, tried)
            code = wire.send(wire.fields(CREATE, TRICKY))["apiResultCode"]
            assert code == ("A1000" if tried is algorithm else "A1006")


@pytest.mark.parametrize("name", ["partnerID", "requestID", "serviceCode", "timestamp", "msgData"])
def test_a_missing_field_is_a1001(name: str) -> None:
    with sf() as wire:
        fields = wire.fields(CREATE, order())
        del fields[name]
        assert wire.send(fields)["apiResultCode"] == "A1001"


def test_no_proof_and_two_proofs_are_a1001() -> None:
    with sf() as wire:
        fields = wire.fields(CREATE, order())
        assert wire.send(fields | {"accessToken": "x"})["apiResultCode"] == "A1001"
        del fields["msgDigest"]
        assert wire.send(fields)["apiResultCode"] == "A1001"


def _post(wire: Sf, content: bytes, content_type: str) -> str:
    answer = httpx.post(
        wire.server.base_url + "/std/service",
        content=content,
        headers={"Content-Type": content_type},
    )
    return str(answer.json()["apiResultCode"])


def test_json_instead_of_a_form_is_a1001() -> None:
    with sf() as wire:
        body = urlencode(wire.fields(CREATE, order())).encode()
        assert _post(wire, body, "application/json") == "A1001"
        assert _post(wire, body, "application/x-www-form-urlencoded; charset=GBK") == "A1001"
        assert _post(wire, body, "application/x-www-form-urlencoded;charset=UTF-8") == "A1000"


def test_a_form_that_is_not_encoded_breaks_the_digest() -> None:
    with sf() as wire:
        fields = wire.fields(CREATE, order(remark="a+b"))
        raw = "&".join(f"{k}={v}" for k, v in fields.items()).encode()
        assert _post(wire, raw, "application/x-www-form-urlencoded;charset=UTF-8") == "A1006"


def test_a_digest_that_is_not_encoded_in_the_form_is_refused_when_it_holds_a_plus() -> None:
    with sf() as wire:
        fields = wire.fields(CREATE, order())
        while "+" not in fields["msgDigest"]:
            fields = wire.fields(CREATE, order(remark=fields["msgDigest"]))
        digest_text = fields.pop("msgDigest")
        raw = urlencode(fields).encode() + b"&msgDigest=" + digest_text.encode()
        assert _post(wire, raw, "application/x-www-form-urlencoded") == "A1006"


@pytest.mark.parametrize("stamp", [str(int(NOW_S)), str(int((NOW_S - 3600) * 1000))])
def test_seconds_or_an_old_time_are_a1002(stamp: str) -> None:
    with sf() as wire:
        fields = wire.fields(CREATE, order(), timestamp=stamp)
        assert wire.send(fields)["apiResultCode"] == "A1002"


def test_seconds_pass_where_the_quirk_allows_them() -> None:
    with sf(SfQuirks(seconds_timestamp=True)) as wire:
        fields = wire.fields(CREATE, order(), timestamp=str(int(NOW_S)))
        assert wire.send(fields)["apiResultCode"] == "A1000"


def test_a_partner_with_a_stray_cr_is_a1004() -> None:
    with sf() as wire:
        fields = wire.fields(CREATE, order(), partnerID=wire.account.partner_id + "\r")
        assert wire.send(fields)["apiResultCode"] == "A1004"


def test_a_service_that_is_not_bound_is_a1004() -> None:
    with sf(account=SfAccount(bound_services=frozenset({CREATE}))) as wire:
        assert wire.send(wire.fields(SEARCH, {"orderId": "1"}))["apiResultCode"] == "A1004"
        assert wire.send(wire.fields("EXP_RECE_NONSENSE", {}))["apiResultCode"] == "A1004"


def test_a_request_id_counts_once() -> None:
    with sf() as wire:
        fields = wire.fields(CREATE, order())
        assert wire.send(fields)["apiResultCode"] == "A1000"
        assert wire.send(fields)["apiResultCode"] == "A1007"


def test_a_token_replaces_the_digest_until_it_ends() -> None:
    with sf() as wire:
        ask = {"partnerID": wire.account.partner_id, "grantType": "password"}
        url = wire.server.base_url + "/oauth2/accessToken"
        assert httpx.post(url, data=ask | {"secret": "no"}).json()["apiResultCode"] == "A1011"
        given = httpx.post(url, data=ask | {"secret": wire.account.checkword}).json()
        assert given["expiresIn"] == 7200
        again = httpx.post(url, data=ask | {"secret": wire.account.checkword}).json()
        assert again["accessToken"] == given["accessToken"]
        fields = wire.fields(CREATE, order(), accessToken=given["accessToken"])
        del fields["msgDigest"]
        assert wire.send(fields)["apiResultCode"] == "A1000"
        bad = wire.fields(CREATE, order(), accessToken="F" * 32)
        del bad["msgDigest"]
        assert wire.send(bad)["apiResultCode"] == "A1002"
