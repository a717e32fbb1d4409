"""The signatures of platforms that have no source yet, against the vectors."""

from __future__ import annotations

import base64

import pytest

from app.carriers import unconnected
from tests.carriers.samples import vectors


def test_ems_seals_the_text_together_with_the_key() -> None:
    [vector] = vectors("ems_logitcsInterface")
    given = vector["inputs"]
    assert unconnected.ems_envelope(given["json"], given["signKey_base64"]) == vector["expected"]


def test_ems_refuses_a_key_of_another_length() -> None:
    with pytest.raises(ValueError, match="key size"):
        unconnected.ems_envelope("{}", base64.b64encode(b"short").decode())


def test_jd_puts_the_secret_around_the_parameters_in_the_order_of_their_names() -> None:
    [vector] = vectors("jdl_md5_salt")
    given = dict(vector["inputs"])
    secret = given.pop("app_secret")
    shuffled = dict(sorted(given.items(), reverse=True))
    assert unconnected.jd_sign(secret, shuffled) == vector["expected"]


def test_kdniao_encodes_the_hex_text() -> None:
    [vector] = vectors("kdniao_DataSign")
    given = vector["inputs"]
    signed = unconnected.kdniao_sign(given["RequestData"], given["AppKey"])
    assert signed == vector["expected"]["DataSign_raw"]
    assert len(base64.b64decode(signed)) == 32


def test_cainiao_link_encodes_the_sixteen_bytes() -> None:
    [vector] = vectors("cainiao_link_data_digest")
    given = vector["inputs"]
    signed = unconnected.cainiao_link_digest(given["logistics_interface"], given["secret"])
    assert signed == vector["expected"]


def test_the_taobao_gateway_wants_capitals() -> None:
    [vector] = vectors("taobao_top_md5")
    given = vector["inputs"]
    assert unconnected.taobao_top_sign(given["secret"], given["params"]) == vector["expected"]
