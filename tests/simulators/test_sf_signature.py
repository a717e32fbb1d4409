"""The simulated SF signs as SF's own documents do."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from app.simulators.sf import SfAlgorithm
from app.simulators.sf.signature import check_digit, digest, java_url_encoded, sm3
from tests.simulators.recorded import vectors


@pytest.mark.parametrize("vector", vectors("java_urlencoder_utf8"), ids=lambda v: v["id"])
def test_the_encoder_equals_java(vector: dict[str, Any]) -> None:
    assert java_url_encoded(vector["inputs"]["text"]) == vector["expected"]


@pytest.mark.parametrize("vector", vectors("sf_msgDigest"), ids=lambda v: v["id"])
def test_each_algorithm_gives_the_recorded_digest(vector: dict[str, Any]) -> None:
    texts = [vector["inputs"][name] for name in ("msgData", "timestamp", "checkword")]
    if vector["kind"] == "negative":
        right = digest(SfAlgorithm.STANDARD_MD5, *texts)
        assert right == vector["expected"]["correct"]
        assert right not in vector["steps"].values()
        return
    for algorithm in SfAlgorithm:
        assert digest(algorithm, *texts) == vector["expected"][algorithm.value]


@pytest.mark.parametrize("vector", vectors("sf_waybill_check_digit"), ids=lambda v: v["id"])
def test_the_check_digit_equals_the_recorded_one(vector: dict[str, Any]) -> None:
    assert check_digit(vector["inputs"]["waybillNo"]) == vector["expected"]["computed"]


def test_sm3_equals_the_standard_and_openssl() -> None:
    abc = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abc").hex() == abc
    for length in (0, 55, 56, 63, 64, 65, 200):
        text = bytes(range(256))[:length]
        assert sm3(text) == hashlib.new("sm3", text).digest()


def test_half_a_surrogate_becomes_a_question_mark_as_in_java() -> None:
    assert java_url_encoded("a\ud83d") == "a%3F"
