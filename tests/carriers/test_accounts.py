"""The ``[[carrier]]`` tables: what is needed, what is wrong, and what stays secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.registry import CARRIERS, carrier, make_source
from app.domain.errors import SeveralError, UserError
from app.ports import Capability
from tests.carriers.recording import RecordingTransport
from tests.carriers.samples import (
    JT_CONFIG,
    KUAIDI100_CONFIG,
    SF_CONFIG,
    STO_CONFIG,
    YTO_CONFIG,
    YUNDA_CONFIG,
    ZTO_CONFIG,
)
from tests.support.clock import FakeClock

_CONFIGS = {
    "sf": SF_CONFIG,
    "zto": ZTO_CONFIG,
    "yunda": YUNDA_CONFIG,
    "yto": YTO_CONFIG,
    "sto": STO_CONFIG,
    "jt": JT_CONFIG,
    "kuaidi100": KUAIDI100_CONFIG,
}


def refusal(config: dict[str, Any], clock: FakeClock) -> str:
    with pytest.raises(UserError) as caught:
        make_source(config, RecordingTransport(), clock)
    assert caught.value.code in {"carrier_settings", "unknown_carrier"}
    return str(caught.value)


@pytest.mark.parametrize("known", CARRIERS, ids=lambda c: c.code)
def test_every_carrier_makes_a_source_of_its_own_code(known: Any, clock: FakeClock) -> None:
    source = make_source(_CONFIGS[known.code], RecordingTransport(), clock)
    assert source.code == known.code
    assert known.capabilities <= source.capabilities
    assert Capability.CREATE in source.capabilities


def test_a_company_without_a_direct_connection_is_named(clock: FakeClock) -> None:
    assert "jd" in refusal({"carrier": "jd"}, clock)
    assert "sf, zto, yunda" in refusal({}, clock)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        *(("sf", k) for k in ("base_url", "partner_id", "checkword", "monthly_account")),
        *(("zto", k) for k in ("base_url", "app_key", "app_secret", "account_id")),
        *(("yunda", k) for k in ("base_url", "app_key", "partner_id", "partner_secret")),
        *(("yto", k) for k in ("base_url", "token", "customer_code", "secret")),
        *(("sto", k) for k in ("base_url", "app_key", "secret_key", "site_password")),
        *(("jt", k) for k in ("base_url", "api_account", "customer_code", "password")),
        *(("kuaidi100", k) for k in ("key", "customer", "secret", "partner_id")),
    ],
)
@pytest.mark.parametrize("value", [None, "", " \r\n"])
def test_a_missing_key_is_named_with_its_account(
    code: str, key: str, value: str | None, clock: FakeClock
) -> None:
    said = refusal(_CONFIGS[code] | {"name": "仓库一", key: value}, clock)
    assert key in said
    assert "仓库一" in said


def test_what_is_not_said_has_the_usual_value() -> None:
    sf = read_account(
        carrier("sf").settings, {k: v for k, v in SF_CONFIG.items() if k != "calls_per_second"}
    )
    assert (sf.product, sf.signature, sf.pay_method) == ("2", "standard_md5", "1")
    assert (sf.calls_per_second, sf.timeout_s, sf.default_weight_g) == (2.0, 20.0, 0)
    zto = read_account(carrier("zto").settings, ZTO_CONFIG)
    assert (zto.partner_type, zto.order_type, zto.signature) == ("2", "1", "md5")
    yunda = read_account(carrier("yunda").settings, YUNDA_CONFIG | {"base_url": "http://x/"})
    assert (yunda.protect_privacy, yunda.base_url) == (True, "http://x")


def test_an_unknown_key_names_the_nearest_known_one(clock: FakeClock) -> None:
    said = refusal(SF_CONFIG | {"check_word": "x"}, clock)
    assert "check_word" in said
    assert "checkword" in said.partition("nearest")[2]


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"signature": "md5"}, "standard_md5, simple_md5, sm3, oauth"),
        ({"product": "标快"}, "digits"),
        ({"base_url": "sfapi.sf-express.com"}, "https://"),
        ({"call_courier": "yes"}, "true or false"),
        ({"calls_per_second": 0}, "above 0"),
        ({"calls_per_second": "2"}, "above 0"),
        ({"timeout_s": -1}, "above 0"),
        ({"default_weight_g": 1.5}, "whole number"),
        ({"default_weight_g": float("inf")}, "whole number"),
        ({"timeout_s": float("nan")}, "above 0"),
        ({"services": ["IN91"]}, "tables"),
        ({"services": "IN91"}, "tables"),
        ({"partner_id": True}, "text"),
        ({"partner_id": ["a"]}, "text"),
    ],
)
def test_a_wrong_value_says_what_is_expected(
    changes: dict[str, Any], hint: str, clock: FakeClock
) -> None:
    assert hint in refusal(SF_CONFIG | changes, clock)


def test_everything_wrong_with_an_account_is_said_at_once(clock: FakeClock) -> None:
    wrong = SF_CONFIG | {"checkword": "", "signature": "md5", "call_courier": 1, "colour": "red"}
    with pytest.raises(SeveralError) as caught:
        make_source(wrong, RecordingTransport(), clock)
    keys = [problem.message.params["key"] for problem in caught.value.problems]
    assert sorted(map(str, keys)) == ["call_courier", "checkword", "colour", "signature"]
    with pytest.raises(SeveralError) as caught:
        make_source(ZTO_CONFIG | {"return_slip": True}, RecordingTransport(), clock)
    assert [p.message.params["key"] for p in caught.value.problems] == ["site_code", "site_name"]


@pytest.mark.parametrize("size", [[1, 2], [1, 2, 0], [1, 2, 3.5], ["1", "2", "3"], 5])
def test_a_box_has_three_sides_in_whole_millimetres(size: Any, clock: FakeClock) -> None:
    assert "millimetres" in refusal(YUNDA_CONFIG | {"box_size_mm": size}, clock)


def test_pasted_blanks_and_line_ends_are_dropped_and_numbers_read_as_text(
    clock: FakeClock,
) -> None:
    settings = carrier("sf").settings
    read = read_account(
        settings, SF_CONFIG | {"partner_id": " FAKEPARTNER1\r\n", "monthly_account": 7551234567}
    )
    assert (read.partner_id, read.monthly_account) == ("FAKEPARTNER1", "7551234567")


@pytest.mark.parametrize(
    ("code", "secrets"),
    [
        ("sf", {"checkword"}),
        ("zto", {"app_secret", "account_password", "hmac_key"}),
        ("yunda", {"app_secret", "partner_secret"}),
        ("yto", {"token", "secret", "query_token", "query_secret"}),
        ("sto", {"secret_key", "site_password"}),
        ("jt", {"private_key", "password"}),
        ("kuaidi100", {"key", "secret", "partner_key", "partner_secret"}),
    ],
)
def test_secrets_are_marked_and_never_shown(code: str, secrets: set[str]) -> None:
    known = carrier(code)
    shown = repr(read_account(known.settings, _CONFIGS[code]))
    assert set(known.secret_names) == secrets
    assert set(known.secret_names) < set(known.setting_names)
    assert all(_CONFIGS[code].get(name, "-none-") not in shown for name in secrets)


@pytest.mark.parametrize("known", CARRIERS, ids=lambda c: c.code)
def test_every_key_of_an_account_is_documented(known: Any) -> None:
    page = (Path(__file__).parents[2] / "docs" / "carriers.md").read_text("utf-8")
    assert not [name for name in known.setting_names if f"`{name}`" not in page]
