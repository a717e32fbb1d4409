"""SF's digests against SF's own vectors and Java's encoder."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.carriers.sf.signature import java_urlencode, message_digest, standard_md5
from tests.carriers.samples import vectors

_KEPT = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-*_")
_MODES = ("standard_md5", "simple_md5", "sm3")


def _by_the_byte(text: str) -> str:
    """Java's URLEncoder as its documentation defines it, byte for byte."""
    out = []
    for byte in text.encode("utf-8"):
        if byte in _KEPT:
            out.append(chr(byte))
        else:
            out.append("+" if byte == 0x20 else f"%{byte:02X}")
    return "".join(out)


@pytest.mark.parametrize("vector", vectors("java_urlencoder_utf8"), ids=lambda v: v["id"])
def test_every_encoding_vector_is_met(vector: dict[str, Any]) -> None:
    assert java_urlencode(vector["inputs"]["text"]) == vector["expected"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_is_encoded_as_java_does(text: str) -> None:
    assert java_urlencode(text) == _by_the_byte(text)


@given(st.text(alphabet="*~+'\"!() -_.%&=/\\顺丰😀\n\tAz9"))
def test_the_characters_that_differ_between_languages_are_encoded_as_java_does(text: str) -> None:
    assert java_urlencode(text) == _by_the_byte(text)


@pytest.mark.parametrize("vector", vectors("sf_msgDigest"), ids=lambda v: v["id"])
@pytest.mark.parametrize("mode", _MODES)
def test_every_digest_vector_is_met(vector: dict[str, Any], mode: str) -> None:
    given_ = vector["inputs"]
    signed = message_digest(mode, given_["msgData"], given_["timestamp"], given_["checkword"])
    assert signed == vector["expected"][mode]


def test_the_digests_of_other_languages_encoders_are_not_ours() -> None:
    [vector] = vectors("sf_msgDigest", "negative")
    given_ = vector["inputs"]
    signed = standard_md5(given_["msgData"], given_["timestamp"], given_["checkword"])
    assert signed == vector["expected"]["correct"]
    assert signed not in vector["steps"].values()
