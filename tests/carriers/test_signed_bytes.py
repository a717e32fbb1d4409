"""The signed bytes are the sent bytes, for every carrier and any text.

What left is taken apart and signed again by a reference that shares nothing with the adapters: its
own form decoder, and digests of another library than theirs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import MD5, SHA256, Hash, HashAlgorithm
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.carriers.registry import CARRIERS, make_source
from app.domain.waybills import Booking
from tests.carriers.recording import RecordingTransport, Sent, page
from tests.carriers.samples import (
    JT_CONFIG,
    KUAIDI100_CONFIG,
    SF_CONFIG,
    STO_CONFIG,
    YTO_CONFIG,
    YUNDA_CONFIG,
    ZTO_CONFIG,
    sf_booking,
)
from tests.support.clock import FakeClock

Config = Mapping[str, Any]


def _digest(algorithm: HashAlgorithm, data: bytes) -> bytes:
    digest = Hash(algorithm)
    digest.update(data)
    return digest.finalize()


def _md5_base64(data: bytes) -> str:
    return base64.b64encode(_digest(MD5(), data)).decode()  # noqa: S303 - what they sign with


def _md5_hex(data: bytes) -> str:
    return _digest(MD5(), data).hex()  # noqa: S303 - what they sign with


def _unquoted(text: str) -> str:
    """A form value as a server reads it, byte by byte."""
    out, at = bytearray(), 0
    while at < len(text):
        if text[at] == "%":
            out.append(int(text[at + 1 : at + 3], 16))
            at += 3
            continue
        out += b" " if text[at] == "+" else text[at].encode("ascii")
        at += 1
    return out.decode()


def _form(sent: Sent) -> dict[str, str]:
    pairs = (pair.split("=", 1) for pair in sent.body.decode("ascii").split("&"))
    return {name: _unquoted(value) for name, value in pairs}


def _java_encoded(text: str) -> bytes:
    """Java's ``URLEncoder`` as its documentation defines it."""
    kept = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-*_"
    out = bytearray()
    for byte in text.encode():
        out += bytes([byte]) if byte in kept else b"+" if byte == 0x20 else b"%%%02X" % byte
    return bytes(out)


def _sf(sent: Sent, config: Config) -> tuple[str, str]:
    form = _form(sent)
    text = form["msgData"] + form["timestamp"] + config["checkword"]
    return form["msgDigest"], _md5_base64(_java_encoded(text))


def _sf_simple(sent: Sent, config: Config) -> tuple[str, str]:
    form = _form(sent)
    text = form["msgData"] + form["timestamp"] + config["checkword"]
    return form["msgDigest"], _md5_base64(text.encode())


def _zto(sent: Sent, config: Config) -> tuple[str, str]:
    wanted = _md5_base64(sent.body + config["app_secret"].encode())
    return sent.headers["x-datadigest"], wanted


def _zto_timed(sent: Sent, config: Config) -> tuple[str, str]:
    text = sent.headers["x-timestamp"].encode() + sent.body + config["app_secret"].encode()
    return sent.headers["x-datadigest"], _digest(SHA256(), text).hex()


def _yunda(sent: Sent, config: Config) -> tuple[str, str]:
    wanted = _md5_hex(sent.body + b"_" + config["app_secret"].encode())
    return sent.headers["sign"], wanted


def _yto(sent: Sent, config: Config) -> tuple[str, str]:
    body, method = sent.json, sent.url.split("/")[4]
    text = f"{body['param']}{method}v1{config['secret']}"
    return body["sign"], _md5_base64(text.encode())


def _sto(sent: Sent, config: Config) -> tuple[str, str]:
    form = _form(sent)
    return form["data_digest"], _md5_base64((form["content"] + config["secret_key"]).encode())


def _jt(sent: Sent, config: Config) -> tuple[str, str]:
    text = _form(sent)["bizContent"] + config["private_key"]
    return sent.headers["digest"], _md5_base64(text.encode())


def _kuaidi100(sent: Sent, config: Config) -> tuple[str, str]:
    form = _form(sent)
    text = form["param"] + form["t"] + config["key"] + config["secret"]
    return form["sign"], _md5_hex(text.encode()).upper()


Reference = Callable[[Sent, Config], tuple[str, str]]
# Every registered carrier: what it says its signature is, and what it must be.
CASES: tuple[tuple[str, Config, Reference], ...] = (
    ("sf", SF_CONFIG, _sf),
    ("sf", SF_CONFIG | {"signature": "simple_md5"}, _sf_simple),
    ("zto", ZTO_CONFIG, _zto),
    ("zto", ZTO_CONFIG | {"signature": "sha256_hex", "sign_timestamp": True}, _zto_timed),
    ("yunda", YUNDA_CONFIG, _yunda),
    ("yto", YTO_CONFIG, _yto),
    ("sto", STO_CONFIG, _sto),
    ("jt", JT_CONFIG, _jt),
    ("kuaidi100", KUAIDI100_CONFIG, _kuaidi100),
)

_TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("*~+'\"!() -_.%&=/\\?#@:;,{}[]<>|^`$\t\n顺丰龘𬭊㛃ｗ，😀👩\u200d🚀é"),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=40,
)


def _booking(carrier: str, words: str) -> Booking:
    known = sf_booking()
    person = words.replace("*", "")  # a star there means that the platform has masked it
    return replace(
        known,
        carrier=carrier,
        remark=words,
        goods=(replace(known.goods[0], name=f"货{words}"),),
        receiver=replace(known.receiver, name=f"张{person}", address=f"连云路{person}169号"),
        order_ids=(words,),
    )


def test_every_registered_carrier_is_held_to_a_reference() -> None:
    assert {code for code, _, _ in CASES} == {carrier.code for carrier in CARRIERS}


@pytest.mark.parametrize(("code", "config", "reference"), CASES)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
    deadline=None,
)
@given(words=_TEXT)
def test_what_is_signed_is_what_is_sent(
    code: str, config: Config, reference: Reference, clock: FakeClock, words: str
) -> None:
    transport = RecordingTransport([page(500)])
    make_source(config, transport, clock).create(_booking(config.get("company", code), words))
    assume(transport.sent)  # a text that leaves no name is refused before anything is sent
    stated, wanted = reference(transport.last, config)
    assert stated == wanted


@pytest.mark.parametrize(("code", "config", "_reference"), CASES)
def test_the_words_of_a_booking_arrive_as_they_are(
    code: str, config: Config, _reference: Reference, clock: FakeClock
) -> None:
    words = "10*20*5 ~50% off~ a+b 'x' \"y\" (龘𬭊)!"
    transport = RecordingTransport([page(500)])
    make_source(config, transport, clock).create(_booking(config.get("company", code), words))
    body = transport.last.body
    text = body.decode() if body[:1] == b"{" else json.dumps(_form(transport.last))
    assert words in _all_texts(json.loads(text))


def _all_texts(value: Any) -> set[str]:
    """Every text in ``value``, also inside texts that are JSON themselves."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return set().union(*(_all_texts(v) for v in inner))
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return _all_texts(json.loads(value))
        except ValueError:
            return {value}
    return {value} if isinstance(value, str) else set()
