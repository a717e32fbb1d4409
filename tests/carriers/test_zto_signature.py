"""ZTO's digests against the vectors."""

from __future__ import annotations

from typing import Any

import pytest

from app.carriers.zto.signature import data_digest, is_genuine_push
from tests.carriers.samples import sample, vectors

_ALL = vectors("zto_x-datadigest")
_PLAIN = [v for v in _ALL if "x_timestamp" not in v["inputs"]]


@pytest.mark.parametrize("vector", _PLAIN, ids=lambda v: v["id"])
@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
@pytest.mark.parametrize("as_hex", [False, True])
def test_every_vector_is_met(vector: dict[str, Any], algorithm: str, as_hex: bool) -> None:
    body, secret = vector["inputs"]["body"].encode(), vector["inputs"]["appSecret"]
    expected = vector["expected"][f"{algorithm}_{'hex' if as_hex else 'base64'}"]
    assert data_digest(body, secret, algorithm=algorithm, as_hex=as_hex) == expected


def test_a_timestamp_stands_before_the_body_and_hmac_has_its_own_key() -> None:
    [vector] = [v for v in _ALL if "x_timestamp" in v["inputs"]]
    body, secret = vector["inputs"]["body"].encode(), vector["inputs"]["appSecret"]
    at = vector["inputs"]["x_timestamp"]
    assert data_digest(body, secret, timestamp=at) == vector["expected"]["md5_base64"]
    by_hmac = data_digest(
        body, secret, timestamp=at, algorithm="hmac_sha256", hmac_key="FAKEsecretKey"
    )
    assert by_hmac == vector["expected"]["hmacsha256_base64(secretKey='FAKEsecretKey')"]


def test_a_genuine_push_is_told_from_a_changed_one() -> None:
    [vector] = vectors("zto_push_data_digest")
    data, secret = vector["inputs"]["data"], vector["inputs"]["appSecret"]
    assert is_genuine_push(data, vector["expected"], secret)
    assert not is_genuine_push(data.replace("SIGNED", "GOT"), vector["expected"], secret)


def test_the_captured_push_is_genuine() -> None:
    push = sample("zto_track_push")
    assert is_genuine_push(push["form"]["data"], push["form"]["data_digest"], push["secret_used"])
