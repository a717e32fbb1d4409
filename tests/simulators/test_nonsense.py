"""Whatever a client sends, a simulator answers; a crash would hide the client's mistake."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from app.simulators.printers import LabelPrinter
from tests.simulators import sf_wire, sto_wire, yto_wire, yunda_wire, zto_wire
from tests.simulators.label_picture import send
from tests.simulators.recorded import sample
from tests.simulators.test_printers_faults import jobs

VALUES: list[Any] = [
    None, "", 0, -1, 1.5, True, [], {}, "x" * 300, [1], {"a": 1}, "张**", [[]], [{}], "1", 10**30,
]  # fmt: skip


def spoilt(value: Any, chance: random.Random) -> Any:
    """A copy in which one value, anywhere, is something else."""
    value = copy.deepcopy(value)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        if isinstance(node, (dict, list)):
            for key in node if isinstance(node, dict) else range(len(node)):
                places.append((node, key))
                walk(node[key])

    walk(value)
    holder, key = chance.choice(places)
    holder[key] = chance.choice(VALUES)
    return value


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_sf_calls_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    calls = {
        sf_wire.CREATE: sample("sf_create_order_multi.request.json")["msgData"],
        sf_wire.SEARCH: {"searchType": "1", "orderId": "1", "language": "zh-CN"},
        sf_wire.UPDATE: {"dealType": 2, "orderId": "1", "language": "zh-CN"},
        sf_wire.ROUTES: sample("sf_search_routes.json")["msgData"],
        sf_wire.FILTER: sample("sf_filter_order.json")["msgData"],
    }
    with sf_wire.sf() as wire:
        for service, msg in calls.items():
            for _ in range(40):
                assert "errorCode" in wire.call(service, spoilt(msg, chance))
        assert wire.server.crashes == []


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_zto_calls_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    calls = {
        zto_wire.CREATE: zto_wire.order(),
        zto_wire.INFO: {"type": 1, "orderCode": "1", "billCode": ""},
        zto_wire.CANCEL: sample("zto_cancel.json")["body"],
        zto_wire.BALANCE: sample("zto_balance.json")["body"],
        zto_wire.MARK: sample("zto_bag_addr_mark.json")["body"],
        zto_wire.TRACK: {"billCode": "73100196611386", "mobilePhone": "0002"},
        zto_wire.BIND: {"eaccount": "test", "eaccountPwd": "ZTO123", "siteCode": "02100"},
    }
    with zto_wire.zto() as wire:
        for api, body in calls.items():
            for _ in range(40):
                assert "status" in wire.call(api, spoilt(body, chance))
        assert wire.server.crashes == []


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_yunda_calls_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    orders = sample("yunda_multi.request.json")["body"]["orders"]
    with yunda_wire.yunda() as wire:
        calls = {
            yunda_wire.CREATE: wire.merchant(orders=orders),
            yunda_wire.UPDATE: wire.merchant(orders=orders),
            yunda_wire.CANCEL: wire.merchant(orders=[{"order_serial_no": "1", "mailno": "1"}]),
            yunda_wire.PDF_INFO: wire.merchant(orders=[{"mailno": "1"}]),
            yunda_wire.COUNT: wire.merchant(type="common"),
            yunda_wire.ROUTE: wire.merchant(id=1, sender_address="a", receiver_address="b"),
            yunda_wire.TRACK: {"mailno": "1"},
        }
        for path, body in calls.items():
            for _ in range(40):
                assert "code" in wire.call(path, spoilt(body, chance))
        assert wire.server.crashes == []


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_yto_calls_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    calls = {
        yto_wire.CREATE: yto_wire.order(goods=[{"name": "茶", "quantity": 1}], productCode="PK"),
        yto_wire.CANCEL: {"logisticsNo": "1", "cancelDesc": "x"},
        yto_wire.TRACK: {"NUMBER": "1"},
        yto_wire.PRINT: {"waybillNo": "1"},
        yto_wire.PRICE: {
            "startProvince": "a",
            "startCity": "b",
            "endProvince": "c",
            "endCity": "d",
            "goodsWeight": 1.5,
        },
    }
    with yto_wire.yto() as wire:
        for method, param in calls.items():
            for _ in range(40):
                assert wire.call(method, spoilt(param, chance))
        assert wire.server.crashes == []


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_sto_calls_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    annex = {"insuredValue": "100.00", "goodsValue": "100.00"}
    calls = {
        sto_wire.CREATE: sto_wire.order(insuredAnnex=annex, billType="01", codValue="15.00"),
        sto_wire.CANCEL: {"billCode": "1", "orderSource": "FAKEstoAppKey", "orderType": "01"},
        sto_wire.DISPATCH: {"BillCode": "1", "OrderSourceCode": "FAKEstoAppKey"},
        sto_wire.TRACK: {"waybillNoList": ["1"]},
    }
    with sto_wire.sto() as wire:
        for api, content in calls.items():
            for _ in range(40):
                assert "errorMsg" in wire.call(api, spoilt(content, chance))
        assert wire.server.crashes == []


WORDS = {
    "escpos": b"\x1b\x1d\x10\x1c@v0(L*kVaJd\x00\x01\x02\n\x0c",
    "tspl": b'SIZE PRINTBITMAP0123,\r\nCLS \x1b!?~DOWNLOAD"',
    "cpcl": b"! 0 200 1\r\nEGCGPRINTFORMBOX\x1bh",
    "zpl": b"^~XAZFOGBPLH0123456789,:Z64B64YR!\nDGI",
}


@pytest.mark.parametrize("language", list(WORDS))
@pytest.mark.parametrize("seed", range(6))
def test_a_printer_survives_nonsense_and_prints_the_next_label(language: str, seed: int) -> None:
    chance = random.Random(seed)
    nonsense = bytes(chance.choice(WORDS[language]) for _ in range(1500))
    broken = bytearray(jobs()[language][:3000])
    for _ in range(20):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    with LabelPrinter(language) as printer:
        for job in (nonsense, bytes(broken), chance.randbytes(1500)):
            send(printer, job)
        printer.wait_until_idle()
        before = len(printer.papers)
        fresh = b"\x1b@\x1d\x0c" if language == "escpos" else b""
        send(printer, fresh + jobs()[language])
        assert len(printer.wait_for_papers(before + 1)) > before
