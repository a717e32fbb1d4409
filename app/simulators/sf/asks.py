"""Questions to the simulated SF that book nothing: reach, time and price, bills."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from app.simulators.ground import OUT_OF_RANGE, TO_CONFIRM, VAGUE
from app.simulators.sf import answers, checks
from app.simulators.sf.checks import PRODUCTS
from app.simulators.sf.records import SfAccount, SfOrder, SfRefusalError

_FIRST_KG_YUAN, _FURTHER_KG_YUAN = 18, 5
_DAYS_ON_THE_WAY = 2
_PLACE = ("province", "city", "district", "address")


def quote_reply(account: SfAccount, msg: Any, now_s: float) -> dict[str, Any]:
    """``msgData`` of EXP_RECE_QUERY_DELIVERTM.

    Raises:
        SfRefusalError: with the first thing that is wrong.
    """
    if not isinstance(msg, dict):
        raise SfRefusalError("S0001", "非法的JSON格式")
    product, weight = msg.get("businessType"), msg.get("weight")
    if not isinstance(product, str) or not product.isdigit() or int(product) not in PRODUCTS:
        raise SfRefusalError("8057", "快件产品类别不正确")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or weight <= 0:
        raise SfRefusalError("S0005", "字段取值范围错误:weight")
    if msg.get("searchPrice") not in ("0", "1"):
        raise SfRefusalError("S0005", "字段取值范围错误:searchPrice")
    start = str(msg.get("consignedTime"))
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", start):
        raise SfRefusalError("S0003", "数据格式错误:consignedTime")
    for side in ("srcAddress", "destAddress"):
        _check_place(msg.get(side), side)
    if msg.get("monthlyCard") not in account.cards:
        raise SfRefusalError("8179", "卡号下未查到关联相应协议")
    priced = msg["searchPrice"] == "1"
    arrival = _china(now_s + _DAYS_ON_THE_WAY * 86400)[:10] + " 18:00:00"
    row = {
        "businessType": product,
        "businessTypeDesc": "顺丰标快" if product == "2" else f"产品{product}",
        "deliverTime": f"{arrival},{arrival}",
        "fee": _fee(float(weight)) if priced else None,
        "searchPrice": msg["searchPrice"],
        "closeTime": None,
    }
    return {"deliverTmDto": [row]}


def bill_number(msg: Any) -> str:
    """What EXP_RECE_QUERY_SFWAYBILL asks for, a number or an order id by ``trackingType``.

    Raises:
        SfRefusalError: with the first thing that is wrong.
    """
    if not isinstance(msg, dict) or msg.get("trackingType") not in ("1", "2"):
        raise SfRefusalError("S0005", "字段取值范围错误:trackingType")
    number = msg.get("trackingNum")
    if not isinstance(number, str) or not number:
        raise SfRefusalError("S0002", "必填字段为空:trackingNum")
    return number


def bill_reply(order: SfOrder | None) -> dict[str, Any]:
    """``msgData`` of EXP_RECE_QUERY_SFWAYBILL: there is a bill once the parcel was picked up.

    Raises:
        SfRefusalError: 8148.
    """
    if order is None or not order.is_picked_up:
        raise SfRefusalError("8148", "没有运单信息")
    weight = float(order.request.get("totalWeight") or 1)
    insured = next(
        (s for s in order.request.get("serviceList") or [] if s["name"] == "INSURE"), None
    )
    fees = [_fee_row("1", "运费", _fee(weight))]
    if insured is not None:
        fees.append(_fee_row("3", "基础保", 1))
    return {
        "waybillInfo": {
            "waybillNo": order.mother,
            "meterageWeightQty": weight,
            "realWeightQty": weight,
            "customerAcctCode": order.request.get("monthlyCard"),
            "expressTypeCode": "B1",
            "waybillChilds": ",".join(order.children),
        },
        "waybillFeeList": fees,
    }


def _fee_row(kind: str, name: str, value: int) -> dict[str, Any]:
    return {"type": kind, "name": name, "value": value, "paymentTypeCode": "1"}


def _fee(weight_kg: float) -> int:
    further = max(0, -(-int(weight_kg * 1000 - 1000) // 1000))
    return _FIRST_KG_YUAN + further * _FURTHER_KG_YUAN


def _check_place(place: Any, side: str) -> None:
    if not isinstance(place, Mapping):
        raise SfRefusalError("S0007", f"字段类型错误:{side}")
    for name in _PLACE:
        if not isinstance(place.get(name), str):
            raise SfRefusalError("S0007", f"字段类型错误:{side}.{name}")
    if not place["province"] or not place["city"]:
        raise SfRefusalError("S0002", f"必填字段为空:{side}")


def _china(at_s: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_s + 8 * 3600))


def filtered(contacts: list[dict[str, Any]]) -> tuple[int, str]:
    sides = {c["contactType"]: answers.full_address(c) for c in contacts}
    if OUT_OF_RANGE in sides[2]:
        return 3, "1"
    if OUT_OF_RANGE in sides[1]:
        return 3, "2"
    return (1, "") if TO_CONFIRM in sides[2] else (2, "")


def filter_result(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or entry.get("filterType") not in (1, 2):
        raise SfRefusalError("S0005", "字段取值范围错误:filterType")
    key = order_id(entry)
    contacts = entry.get("contactInfos")
    if not isinstance(contacts, list):
        raise SfRefusalError("S0007", "字段类型错误:contactInfos")
    checks.check_contacts(contacts)
    sides = {c["contactType"]: c for c in entry["contactInfos"]}
    result, refusal = filtered(entry["contactInfos"])
    if VAGUE in answers.full_address(sides[2]):
        result = 4
    reachable = result in (1, 2)
    return {
        "orderId": key,
        "filterResult": result,
        "originCode": answers.city_code(sides[1]),
        "destCode": answers.city_code(sides[2]) if reachable else None,
        "remark": refusal or None,
    }


def order_id(msg: Any) -> str:
    if not isinstance(msg, dict) or not msg.get("orderId"):
        raise SfRefusalError("S0002", "必填字段为空:orderId")
    if not isinstance(msg["orderId"], str):
        raise SfRefusalError("S0007", "字段类型错误:orderId")
    return msg["orderId"]
