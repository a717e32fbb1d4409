"""Booking, finding and cancelling with the simulated SF."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from app.simulators.ground import OUT_OF_RANGE, ROUTE_LATER, TO_CONFIRM, VAGUE
from app.simulators.sf import RepeatReply, SfQuirks
from app.simulators.sf.signature import check_digit
from tests.simulators.recorded import sample
from tests.simulators.sf_wire import CREATE, FILTER, ROUTES, SEARCH, UPDATE, order, sf, to_receiver


def _cargo(name: str) -> list[dict[str, Any]]:
    return [{"name": name, "count": 1}]


def _service(name: str, **values: Any) -> dict[str, Any]:
    return {"serviceList": [{"name": name, **values}]}


WRONG_ORDERS: list[tuple[str, dict[str, Any]]] = [
    ("S0002", order(orderId="")),
    ("S0002", {k: v for k, v in order().items() if k != "isReturnRoutelabel"}),
    ("S0002", order(cargoDetails=[])),
    ("S0004", order(orderId="k" * 65)),
    ("S0004", order(remark="长" * 101)),
    ("S0005", order(language="zh")),
    ("S0005", order(isDocall=True)),
    ("S0007", order(orderId=20260101)),
    ("S0007", order(expressTypeId="2")),
    ("1023", order(cargoDetails=_cargo(" "))),
    ("20035", order(cargoDetails=_cargo("烟花爆竹"))),
    ("1014", to_receiver(address="")),
    ("1014", to_receiver(address="连云路1**号")),
    ("1014", to_receiver(province="", city="")),
    ("1015", to_receiver(contact="张**")),
    ("1016", to_receiver(mobile="138****0002")),
    ("1016", to_receiver(mobile="")),
    ("1016", to_receiver(mobile="138 0000 0002")),
    ("8196", to_receiver(mobile="13800000002-1234")),
    ("S0002", to_receiver(country="")),
    ("S0002", order(contactInfoList=[])),
    ("S0003", order(contactInfoList=order()["contactInfoList"][:1])),
    ("8057", order(expressTypeId=3)),
    ("20036", order(expressTypeId=6)),
    ("8256", order(payMethod=4)),
    ("6126", order(monthlyCard="755123456")),
    ("8179", order(monthlyCard="7559999999")),
    ("8114", order(monthlyCard="7550000000")),
    ("8119", order(monthlyCard="")),
    ("S0005", order(parcelQty=0)),
    ("8067", order(parcelQty=308, totalWeight=900)),
    ("S0002", {k: v for k, v in order(parcelQty=2).items() if k != "totalWeight"}),
    ("S0006", order(parcelQty=2, totalWeight=5.9)),
    ("S0005", order(totalWeight=0)),
    ("6127", order(**_service(""))),
    ("6128", order(**_service("NONSENSE", value="1"))),
    ("6138", order(**_service("COD", value="0", value1="7551234567"))),
    ("6139", order(**_service("COD", value="10.00", value1="1"))),
    ("8194", order(**_service("INSURE", value="-3"))),
    ("S0007", order(**_service("INSURE", value=300))),
    ("8191", order(isGenWaybillNo=0)),
]


@pytest.mark.parametrize(("code", "msg"), WRONG_ORDERS)
def test_a_wrong_order_gets_its_code_and_no_number(code: str, msg: dict[str, Any]) -> None:
    with sf() as wire:
        result = wire.call(CREATE, msg)
        assert (result["success"], result["errorCode"]) == (False, code)
        assert result["msgData"] is None
        assert wire.simulator.orders == []


def test_the_recorded_request_is_booked_with_a_complete_route_label() -> None:
    with sf() as wire:
        result = wire.call(CREATE, order())
        recorded = json.loads(sample("sf_create_order.response.json")["body"]["apiResultData"])
        assert set(result["msgData"]) == set(recorded["msgData"])
        label = result["msgData"]["routeLabelInfo"][0]["routeLabelData"]
        assert set(label) == set(recorded["msgData"]["routeLabelInfo"][0]["routeLabelData"])
        number = result["msgData"]["waybillNoInfoList"][0]["waybillNo"]
        assert number.startswith("SF7444")
        assert len(number) == 15
        assert check_digit(number) == int(number[-1])
        assert label["waybillNo"] == number
        assert f"'k5':'{number}'" in label["twoDimensionCode"]
        assert wire.simulator.numbers_issued("DD20260101-0001") == [number]


def test_without_the_unified_flag_the_number_has_twelve_digits() -> None:
    with sf() as wire:
        result = wire.call(CREATE, order(isUnifiedWaybillNo=0))
        number = result["msgData"]["waybillNoInfoList"][0]["waybillNo"]
        assert number.isdigit()
        assert len(number) == 12
        assert check_digit(number) == int(number[-1])


def test_several_parcels_give_a_mother_children_and_a_return_slip() -> None:
    msg = sample("sf_create_order_multi.request.json")["msgData"]
    with sf() as wire:
        result = wire.call(CREATE, msg)["msgData"]
        kinds = [entry["waybillType"] for entry in result["waybillNoInfoList"]]
        assert kinds == [1, 2, 2, 3]
        numbers = [entry["waybillNo"] for entry in result["waybillNoInfoList"]]
        assert len(set(numbers)) == 4
        labelled = [i["routeLabelData"]["waybillNo"] for i in result["routeLabelInfo"]]
        assert labelled == [numbers[0], numbers[3]]


def test_children_have_route_labels_where_the_quirk_says_so() -> None:
    with sf(SfQuirks(children_have_routes=True)) as wire:
        result = wire.call(CREATE, order(parcelQty=3, totalWeight=9.0))["msgData"]
        assert len(result["routeLabelInfo"]) == 3


def test_a_repeat_replays_the_first_result_and_ignores_new_data() -> None:
    with sf() as wire:
        first = wire.call(CREATE, order())
        second = wire.call(CREATE, to_receiver(city="深圳市", county="南山区"))
        assert second == first
        assert len(wire.simulator.orders) == 1
        assert wire.simulator.orders[0].contact(2)["city"] == "广州市"


def test_a_repeat_is_8016_where_the_quirk_says_so() -> None:
    with sf(SfQuirks(repeat=RepeatReply.REFUSE)) as wire:
        assert wire.code(CREATE, order()) == "S0000"
        assert wire.code(CREATE, order()) == "8016"
        assert len(wire.simulator.numbers_issued("DD20260101-0001")) == 1


def test_the_search_spells_and_types_differently_and_the_label_has_drifted() -> None:
    with sf() as wire:
        made = wire.call(CREATE, order())["msgData"]
        found = wire.call(SEARCH, {"searchType": "1", "orderId": made["orderId"]})["msgData"]
        recorded = sample("sf_search_order.response.json")["decoded_msgData"]
        assert set(found) == set(recorded)
        assert found["filterResult"] == "2"
        assert found["origincode"] == made["originCode"]
        before = made["routeLabelInfo"][0]["routeLabelData"]
        after = found["routeLabelInfo"][0]["routeLabelData"]
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"proCode", "proName", "twoDimensionCode", "checkCode"}


def test_an_unknown_order_is_6150_and_a_new_one_may_be_found_late() -> None:
    with sf(SfQuirks(search_lag_s=60)) as wire:
        wire.call(CREATE, order())
        assert wire.code(SEARCH, {"orderId": "DD20260101-0001"}) == "6150"
        assert wire.code(SEARCH, {"orderId": "never"}) == "6150"


def test_the_filter_result_follows_the_address() -> None:
    with sf() as wire:
        out = wire.call(CREATE, to_receiver("A1", address=f"{OUT_OF_RANGE}路1号"))["msgData"]
        assert (out["filterResult"], out["remark"], out["waybillNoInfoList"]) == (3, "1", [])
        ask = wire.call(CREATE, to_receiver("A2", address=f"{TO_CONFIRM}路1号"))["msgData"]
        assert ask["filterResult"] == 1
        assert len(ask["waybillNoInfoList"]) == 1
        vague = wire.call(CREATE, to_receiver("A3", address=f"{VAGUE}路1号"))["msgData"]
        assert vague["routeLabelInfo"][0]["routeLabelData"]["destRouteLabel"] == "020"


def test_a_route_label_may_come_only_by_the_search() -> None:
    with sf() as wire:
        made = wire.call(CREATE, to_receiver("A4", address=f"{ROUTE_LATER}路1号"))["msgData"]
        assert len(made["waybillNoInfoList"]) == 1
        assert made["routeLabelInfo"][0]["code"] != "1000"
        found = wire.call(SEARCH, {"orderId": "A4"})["msgData"]
        assert found["routeLabelInfo"][0]["code"] == "1000"


def test_a_cancel_works_once_and_not_after_the_pickup() -> None:
    cancel = {"dealType": 2, "language": "zh-CN", "orderId": "DD20260101-0001"}
    with sf() as wire:
        assert wire.code(UPDATE, cancel) == "8018"
        wire.call(CREATE, order())
        done = wire.call(UPDATE, cancel)["msgData"]
        assert done["resStatus"] == 2
        assert wire.code(UPDATE, cancel) == "8037"
        wire.call(CREATE, order(orderId="B"))
        assert wire.code(UPDATE, cancel | {"orderId": "B", "dealType": 1}) == "8252"
        wire.simulator.advance(wire.simulator.numbers_issued("B")[0])
        assert wire.code(UPDATE, cancel | {"orderId": "B"}) == "8019"


def test_a_cancelled_order_id_answers_with_its_dead_number() -> None:
    cancel = {"dealType": 2, "orderId": "DD20260101-0001"}
    with sf() as wire:
        first = wire.call(CREATE, order())
        wire.call(UPDATE, cancel)
        assert wire.call(CREATE, order()) == first
    with sf(SfQuirks(after_cancel_replays=False)) as wire:
        wire.call(CREATE, order())
        wire.call(UPDATE, cancel)
        assert wire.code(CREATE, order()) == "8019"


def test_routes_grow_and_ten_numbers_are_the_limit() -> None:
    with sf() as wire:
        wire.call(CREATE, order())
        [number] = wire.simulator.numbers_issued("DD20260101-0001")
        ask = {"language": "zh-CN", "trackingType": "1", "methodType": "1"}
        empty = wire.call(ROUTES, ask | {"trackingNumber": [number, "SF7444000000000"]})
        assert [r["routes"] for r in empty["msgData"]["routeResps"]] == [[], []]
        wire.simulator.advance(number, 5)
        full = wire.call(ROUTES, ask | {"trackingNumber": [number]})["msgData"]["routeResps"][0]
        assert [r["opCode"] for r in full["routes"]] == ["50", "30", "31", "44", "80"]
        assert full["routes"][0]["acceptTime"] == "2026-01-01 08:00:00"
        assert wire.code(ROUTES, ask | {"trackingNumber": [number] * 11}) == "8003"
        assert wire.code(ROUTES, ask | {"trackingNumber": []}) == "8013"
        assert wire.code(ROUTES, ask | {"trackingNumber": number}) == "S0007"


def test_routes_are_empty_without_the_phone_where_the_quirk_asks_for_it() -> None:
    with sf(SfQuirks(routes_need_phone=True)) as wire:
        wire.call(CREATE, order())
        [number] = wire.simulator.numbers_issued("DD20260101-0001")
        wire.simulator.advance(number)
        ask: dict[str, Any] = {"trackingType": "1", "trackingNumber": [number]}
        blind = wire.call(ROUTES, ask)["msgData"]["routeResps"][0]
        seen = wire.call(ROUTES, ask | {"checkPhoneNo": "9999,0002"})["msgData"]["routeResps"][0]
        assert (len(blind["routes"]), len(seen["routes"])) == (0, 1)


def test_the_filter_wants_an_array() -> None:
    msg = sample("sf_filter_order.json")["msgData"]
    with sf() as wire:
        answer = wire.call(FILTER, msg)["msgData"]
        assert [a["filterResult"] for a in answer] == [2]
        assert wire.code(FILTER, msg[0]) == "S0001"
        msg[0]["contactInfos"][1]["address"] = VAGUE
        assert wire.call(FILTER, msg)["msgData"][0]["filterResult"] == 4


def test_the_inner_answer_may_be_an_object() -> None:
    with sf(SfQuirks(result_as_object=True)) as wire:
        envelope = wire.send(wire.fields(CREATE, order()))
        assert envelope["apiResultData"]["success"] is True


def test_text_that_is_no_json_is_s0001() -> None:
    with sf() as wire:
        assert wire.code(CREATE, "{not json") == "S0001"
        assert wire.code(CREATE, '{"orderId":"1","orderId":"2"}') == "S0001"
        assert wire.code(CREATE, '{"totalWeight":NaN}') == "S0001"


def test_a_misspelt_field_is_remembered() -> None:
    with sf() as wire:
        wire.call(CREATE, order(isReturnRouteLabel=1))
        assert wire.simulator.unknown_fields == {f"{CREATE}.isReturnRouteLabel"}


def test_twenty_clients_at_once_with_the_same_id_get_one_number() -> None:
    with sf() as wire:
        numbers: list[str] = []
        both = threading.Lock()

        def book() -> None:
            result = wire.call(CREATE, order())
            with both:
                numbers.append(result["msgData"]["waybillNoInfoList"][0]["waybillNo"])

        threads = [threading.Thread(target=book) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(numbers) == 20
        assert len(set(numbers)) == 1


def test_a_lost_answer_still_books_and_the_search_finds_it() -> None:
    with sf() as wire:
        wire.server.faults.lose_answer("/std/service")
        with pytest.raises(httpx.TransportError):
            wire.call(CREATE, order())
        [number] = wire.simulator.numbers_issued("DD20260101-0001")
        found = wire.call(SEARCH, {"orderId": "DD20260101-0001"})["msgData"]
        assert found["waybillNoInfoList"] == [{"waybillType": 1, "waybillNo": number}]
        assert wire.server.journal.calls("/std/service")[0].code == "S0000"


def test_the_same_seed_gives_the_same_numbers() -> None:
    with sf() as one, sf() as two:
        assert one.call(CREATE, order()) == two.call(CREATE, order())
