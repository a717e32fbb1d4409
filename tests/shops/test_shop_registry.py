"""The one place that names the shop platforms."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.domain.errors import UserError
from app.ports import Shop
from app.shops.registry import PLATFORMS, ShopCapability, make_shop
from tests.shops.wechat.recording import CONFIG, RecordingTransport
from tests.support.clock import FakeClock


def test_shop_is_made_from_its_configuration_and_calls_nobody(clock: FakeClock) -> None:
    transport = RecordingTransport()
    made: Shop = make_shop({**CONFIG, "platform": "wechat"}, transport, clock)
    assert made.shop_id == "main"
    assert transport.sent == []


def test_unknown_platform_names_the_nearest(clock: FakeClock) -> None:
    with pytest.raises(UserError) as caught:
        make_shop({**CONFIG, "platform": "wechatt"}, RecordingTransport(), clock)
    assert "wechat" in str(caught.value.remedy)


def test_codes_are_unique_and_what_they_can_do_is_told() -> None:
    assert len({platform.code for platform in PLATFORMS}) == len(PLATFORMS)
    assert ShopCapability.SYNC in PLATFORMS[0].capabilities


def test_registry_loads_nothing_heavy() -> None:
    code = (
        "import sys, app.shops.registry;"
        "print([m for m in ('pydantic', 'httpx', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run(  # the interpreter of this process
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
