"""The demo's orders in the simulated shop, and a label's way from the shop to the paper."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import zxingcpp
from PIL import Image
from websockets.sync.client import connect

from app.simulators.print_component import PrintComponent
from app.simulators.scenario import OrderKind, build_scenario
from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import EWAYBILL, Client, Clock, sample


def test_every_order_of_the_demo_is_taken_and_masked(clock: Clock) -> None:
    scenario = build_scenario(7, datetime.fromtimestamp(clock(), UTC))
    for selling in scenario.shops:
        shop = WechatShop(selling.account.app_id, selling.account.app_secret, clock=clock)
        for seed in selling.orders:
            shop.add_order(seed.order, seed.receiver, seed.after_sales)
            shown = json.dumps(shop.order_data(seed.order_id), ensure_ascii=False)
            for secret in ("tel_number", "detail_info", "house_number"):
                assert not seed.receiver.get(secret) or seed.receiver[secret] not in shown
            if seed.kind is OrderKind.ADDRESS_CHANGE:
                asked = seed.order["order_detail"]["delivery_info"]["address_under_review"]
                assert asked["tel_number"] not in shown


def test_a_label_travels_from_the_shop_to_the_paper(client: Client, shop: WechatShop) -> None:
    created = client.call(
        f"{EWAYBILL}/order/create", sample("ewaybill_create")["normal"]["request"]
    )
    job: dict[str, Any] = {
        "command": "print",
        "version": "2.0",
        "requestID": "q-1",
        "printType": 1,
        "taskList": [
            {
                "taskID": "t-1",
                "printInfo": created["print_info"],
                "printNum": {"curNum": 1, "sumNum": 1},
            }
        ],
    }
    with PrintComponent() as component, connect(component.url) as line:
        line.send(json.dumps(job))
        assert json.loads(line.recv(timeout=10))["results"][0]["success"] is True
        [paper] = component.papers
    picture = Image.open(io.BytesIO(paper.png)).convert("L")
    assert {code.text for code in zxingcpp.read_barcodes(picture)} == {created["waybill_id"]}
    assert paper.waybill == created["waybill_id"]
    assert paper.ewaybill_order_id == "3878000000000000166"
