"""A shop with the sample orders behind a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.simulators.wechat.gateway import WechatServer
from app.simulators.wechat.records import LabelAccount
from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import (
    APP_ID,
    RECEIVER,
    SECRET,
    SENDER,
    Client,
    Clock,
    sample,
    sample_order,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop(clock: Clock) -> WechatShop:
    shop = WechatShop(
        APP_ID,
        SECRET,
        accounts=(
            LabelAccount(
                "ZTO", "6600000000001", SENDER, site_code="029055", site_name="网点", available=5
            ),
            LabelAccount("SF", "6600000000002", SENDER, company_type=2, monthly_card="0210000000"),
            LabelAccount("YUNDA", "6600000000003", SENDER, site_code="210045", available=5),
        ),
        clock=clock,
    )
    for name in ("single", "multi_sku", "split_shipped"):
        shop.add_order(sample_order(name), RECEIVER)
    virtual = replace(RECEIVER, virtual_number="13212345774", virtual_extension="1234")
    shop.add_order(sample_order("virtual_tel"), virtual)
    shop.add_product(sample("product_get_multi_sku")["response"]["product"])
    return shop


@pytest.fixture
def server(shop: WechatShop, clock: Clock) -> Iterator[WechatServer]:
    with WechatServer([shop], clock=clock) as server:
        yield server


@pytest.fixture
def client(server: WechatServer) -> Iterator[Client]:
    client = Client(server)
    client.log_in()
    yield client
    client.close()
