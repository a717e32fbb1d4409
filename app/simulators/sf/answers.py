"""SF's answers about an order: numbers, route text, events; create and search differ on purpose."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from app.simulators.ground import ROUTE_LATER, VAGUE, stable_hex, stable_number
from app.simulators.sf.records import SfAccount, SfOrder, SfQuirks, SfRoute

_CITY_CODES = {
    "北京": "010", "广州": "020", "上海": "021", "天津": "022", "重庆": "023", "南京": "025",
    "武汉": "027", "成都": "028", "西安": "029", "郑州": "371", "济南": "531", "杭州": "571",
    "苏州": "512", "厦门": "592", "深圳": "755", "东莞": "769", "长沙": "731", "青岛": "532",
}  # fmt: skip
_PRODUCT_NAMES = {1: ("特快", "顺丰特快", "T4"), 2: ("T 标快", "顺丰标快", "T6")}
_EMPTY = (
    "destPortCode", "destCountry", "destPostCode", "goodsValueTotal", "currencySymbol",
    "cusBatch", "goodsNumber", "errMsg", "proIcon", "fileIcon", "fbaIcon", "icsmIcon",
)  # fmt: skip
_NULL = (
    "newIcon", "sendAreaCode", "destinationStationCode", "sxLabelDestCode", "sxDestTransferCode",
    "sxCompany", "newAbFlag", "rongType", "waybillIconList",
)  # fmt: skip


def full_address(contact: Mapping[str, Any]) -> str:
    """Province to door in one text."""
    parts = ("province", "city", "county", "address")
    return "".join(str(contact.get(p) or "") for p in parts)


def city_code(contact: Mapping[str, Any]) -> str:
    """SF's code of the city: the trunk code, or one made up from the name."""
    place = str(contact.get("city") or "") + full_address(contact)
    for name, code in _CITY_CODES.items():
        if name in place:
            return code
    return str(300 + stable_number(str(contact.get("city") or place), 600))


def create_reply(order: SfOrder, account: SfAccount, quirks: SfQuirks) -> dict[str, Any]:
    """``msgData`` of the create reply."""
    refused = order.filter_result == 3
    return {
        "orderId": order.order_id,
        "originCode": city_code(order.contact(1)),
        "destCode": None if refused else city_code(order.contact(2)),
        "filterResult": order.filter_result,
        "remark": order.refusal,
        "url": None,
        "paymentLink": None,
        "isUpstairs": None,
        "isSpecialWarehouseService": None,
        "mappingMark": None,
        "agentMailno": None,
        "returnExtraInfoList": None,
        "waybillNoInfoList": [
            entry | dict.fromkeys(("boxNo", "length", "width", "height", "weight", "volume"))
            for entry in number_list(order)
        ],
        "routeLabelInfo": _route_labels(order, account, quirks, later=False),
        "contactInfoList": None,
        "sendStartTm": None,
        "customerRights": None,
        "expressTypeId": None,
    }


def search_reply(order: SfOrder, account: SfAccount, quirks: SfQuirks) -> dict[str, Any]:
    """``msgData`` of the search reply: other spellings, other types, other label data."""
    contacts = order.request["contactInfoList"] if quirks.search_shows_contacts else None
    return {
        "orderId": order.order_id,
        "returnExtraInfoList": None,
        "waybillNoInfoList": number_list(order),
        "origincode": city_code(order.contact(1)),
        "destcode": city_code(order.contact(2)),
        "filterResult": str(order.filter_result),
        "remark": order.refusal or order.request.get("remark"),
        "routeLabelInfo": _route_labels(order, account, quirks, later=True),
        "contactInfo": contacts,
        "clientCode": order.partner_id,
        "serviceList": None,
    }


def number_list(order: SfOrder) -> list[dict[str, Any]]:
    """The numbers with their types: 1 mother, 2 child, 3 return slip."""
    found = [{"waybillType": 1, "waybillNo": order.mother}] if order.mother else []
    found += [{"waybillType": 2, "waybillNo": n} for n in order.children]
    if order.return_slip:
        found.append({"waybillType": 3, "waybillNo": order.return_slip})
    return found


def _route_labels(
    order: SfOrder, account: SfAccount, quirks: SfQuirks, *, later: bool
) -> list[dict[str, Any]] | None:
    if order.request["isReturnRoutelabel"] != 1:
        return None
    labelled = [order.mother] if order.mother else []
    if quirks.children_have_routes:
        labelled += order.children
    if order.return_slip and order.request.get("isReturnSignBackRoutelabel") == 1:
        labelled.append(order.return_slip)
    withheld = ROUTE_LATER in full_address(order.contact(2)) and not later
    return [
        {"code": "0001", "routeLabelData": None, "message": f"{number}:路由标签获取失败"}
        if withheld
        else {
            "code": "1000",
            "routeLabelData": route_label(order, number, account, later=later),
            "message": f"{number}:",
        }
        for number in labelled
    ]


def route_label(order: SfOrder, number: str, account: SfAccount, *, later: bool) -> dict[str, Any]:
    """``routeLabelData`` of one number; ``later`` as the search reply has it."""
    receiver = order.contact(2)
    origin, dest = city_code(order.contact(1)), city_code(receiver)
    place = full_address(receiver)
    site = f"Z{stable_number(place, 1000):03}"
    team = f"{stable_number(place + 'team', 900) + 100:03}"
    short, name, limit = _PRODUCT_NAMES.get(order.request["expressTypeId"], ("标快", "标快", "T6"))
    timing = "T801" if later else limit
    check = stable_hex(f"{number}{timing}{place}", 8)
    codes = {"k1": f"{dest}W", "k2": dest + site, "k3": team, "k4": timing, "k5": number}
    qr = ",".join(f"'{k}':'{v}'" for k, v in (codes | {"k6": "", "k7": check}).items())
    return {
        "waybillNo": number,
        "sourceTransferCode": f"{origin}W",
        "sourceCityCode": origin,
        "sourceDeptCode": origin,
        "sourceTeamCode": "",
        "destCityCode": dest,
        "destDeptCode": dest + site,
        "destDeptCodeMapping": "",
        "destTeamCode": team,
        "destTeamCodeMapping": "",
        "destTransferCode": f"{dest}W",
        "destRouteLabel": dest if VAGUE in place else f"{dest}W-{site}-{team}",
        "proName": name if later else "",
        "cargoTypeCode": "C201",
        "limitTypeCode": limit,
        "expressTypeCode": "B1",
        "codingMapping": f"{'ABCDEFGHJK'[stable_number(place, 10)]}{stable_number(place, 90) + 1}",
        "codingMappingOut": "",
        "xbFlag": "0",
        "printFlag": account.print_flag,
        "twoDimensionCode": "MMM={" + qr + "}",
        "proCode": "T801" if later else short,
        "printIcon": "00000000",
        "abFlag": "",
        "checkCode": check,
        "destGisDeptCode": dest + site,
        "destAddrKeyWord": "",
        **dict.fromkeys(_EMPTY, ""),
        **dict.fromkeys(_NULL),
    }


def route_entry(route: SfRoute) -> dict[str, Any]:
    """One entry of ``routes``; times are China's, as everywhere at SF."""
    entry = {
        "acceptAddress": route.place,
        "acceptTime": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(route.at_s + 8 * 3600)),
        "remark": route.remark,
        "opCode": route.op_code,
    }
    if route.op_code in ("50", "54"):
        entry |= {"firstStatusCode": "1", "firstStatusName": "已揽收"}
        entry |= {"secondaryStatusCode": "101", "secondaryStatusName": "已揽收"}
    return entry
