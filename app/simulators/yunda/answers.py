"""Yunda's answers about an order: ``pdf_info``, route segments, steps."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from app.simulators.ground import OUT_OF_RANGE, ROUTE_LATER, SUSPENDED, stable_number
from app.simulators.yunda.records import PdfShape, YundaOrder, YundaStep

WARNED = "预警网点"
"""In an address: the site behind it may close."""


def china_time(at_s: float) -> str:
    """Wall clock time in China."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_s + 8 * 3600))


def segments(address: str) -> dict[str, str]:
    """The three segments and the bag of an address; commas do not matter."""
    place = address.replace(",", "").replace("，", "")
    return {
        "one": str(200 + stable_number(place[:6], 700)),
        "two": f"{'FGHJ'[stable_number(place, 4)]}{stable_number(place, 900) + 100:03}-00",
        "three": f"{stable_number(place + 'three', 90) + 10}",
        "package": f"J{stable_number(place[:6], 900000) + 100000}",
        "package_name": f"{place[:2]}分拨包",
        "routing": f"{stable_number(place + 'routing', 10000):04}",
    }


def pdf_info(order: YundaOrder, shape: PdfShape = PdfShape.DOCUMENTED) -> Any:
    """``pdf_info``: JSON text of ``[[{fields}, [routing, tail]]]``."""
    request, receiver = order.request, order.request["receiver"]
    sender, route = request["sender"], segments(receiver["address"])
    tail = stable_number(order.mail_no, 10)
    position_no = f"{route['two']} {route['three']}"
    fields: dict[str, Any] = {
        "order_id": order.order_id,
        "order_serial_no": order.serial_no,
        "partner_id": order.partner_id,
        "partner_orderid": request.get("khddh") or order.serial_no,
        "order_type": "common",
        "mailno": order.mail_no,
        "customer_id": "",
        **_party("sender", sender),
        **_party("receiver", receiver),
        "weight": f"{float(request.get('weight') or 0):.2f}",
        "remark": request.get("remark") or "",
        "status": "rs10",
        "time": china_time(order.created_at_s),
        "position_no": position_no,
        "position_zz": "0",
        "options": "",
        "send_num": "0",
        "cus_area1": request.get("cus_area1") or "",
        "cus_area2": request.get("cus_area2") or "",
        "cus_area3": "",
        "position": route["one"],
        "receiver_flag": "1",
        "package_wd": route["package"],
        "callback_id": "",
        "wave_no": request.get("wave_no") or "",
        "node_id": "",
        "ems_flag": "",
        "trade_code": "",
        "shi1": None,
        "sheng1": None,
        "collection_value": f"{float(request.get('collection_value') or 0):.2f}",
        "value": f"{float(request.get('value') or 0):.2f}",
        "zffs": "0",
        "innerProvinceName": "省内件" if sender["province"] == receiver["province"] else "",
        "package_wdjc": f"集包地：{route['package_name']}  ",
        "sender_branch_jc": f"{sender['county']}YD",
        "bigpen_code": route["two"],
        "lattice_mouth_no": route["three"],
        "mailno_barcode": f"{order.mail_no}{route['routing']}{tail}",
        "tname": "mailtmp_s12",
        "dispatch_code": route["three"],
        "qrcode": f"{order.mail_no}/{route['one']} {position_no}",
    }
    if str(request.get("isProtectPrivacy")) == "1":
        fields |= _privacy(receiver)
    return _shaped(fields, [route["routing"], tail], shape)


def _shaped(fields: dict[str, Any], tail: list[Any], shape: PdfShape) -> Any:
    match shape:
        case PdfShape.DOCUMENTED:
            return _compact([[fields, tail]])
        case PdfShape.TWICE:
            return _compact(_compact([[fields, tail]]))
        case PdfShape.INNER_TEXT:
            return _compact([[_compact(fields), tail]])
        case PdfShape.DEEPER:
            return _compact([[[fields], tail]])
        case PdfShape.NO_TAIL:
            return _compact([[fields]])
        case PdfShape.PLAIN:
            return [[fields, tail]]


def _party(prefix: str, party: Mapping[str, Any]) -> dict[str, str]:
    head = ",".join(party[p] for p in ("province", "city", "county"))
    return {
        f"{prefix}_name": party["name"],
        f"{prefix}_company": party.get("company") or "",
        f"{prefix}_area_ids": "",
        f"{prefix}_area_names": head,
        f"{prefix}_address": party["address"].replace(",", ""),
        f"{prefix}_postcode": party.get("postcode") or "",
        f"{prefix}_phone": party.get("phone") or "",
        f"{prefix}_mobile": party.get("mobile") or "",
        f"{prefix}_branch": str(200000 + stable_number(head, 90000)),
    }


def _privacy(receiver: Mapping[str, Any]) -> dict[str, str]:
    mobile, phone = str(receiver.get("mobile") or ""), str(receiver.get("phone") or "")
    area, hyphen, number = phone.rpartition("-")
    return {
        "privacy_receiver_name": receiver["name"][:1] + "**",
        "privacy_receiver_phone": f"{area}{hyphen}****{number[-4:]}" if phone else "",
        "privacy_receiver_mobile": f"{mobile[:3]}****{mobile[-4:]}" if mobile else "",
    }


def booked(
    order: YundaOrder, number_field: str, text: str, shape: PdfShape = PdfShape.DOCUMENTED
) -> dict[str, Any]:
    """One element of ``data`` for an order that worked."""
    withheld = ROUTE_LATER in order.request["receiver"]["address"]
    return {
        "order_serial_no": order.serial_no,
        "pdf_info": None if withheld else pdf_info(order, shape),
        number_field: order.mail_no,
        "status": "1",
        "remark": None,
        "msg": text,
        "orderId": order.order_id,
    }


def failed(serial_no: str, number_field: str, text: str) -> dict[str, Any]:
    """One element of ``data`` for an order that did not work."""
    return {
        "order_serial_no": serial_no,
        "pdf_info": None,
        number_field: None,
        "status": "0",
        "remark": None,
        "msg": text,
        "orderId": None,
    }


def route_reply(request_id: Any, receiver_address: str) -> dict[str, Any]:
    """``data`` of queryRoute."""
    route = segments(receiver_address)
    closed = OUT_OF_RANGE in receiver_address or SUSPENDED in receiver_address
    reason = "超出服务范围" if OUT_OF_RANGE in receiver_address else "网点停发"
    return {
        "id": request_id,
        "close": "1" if closed else "0",
        "close_reason_one": reason if closed else None,
        "close_reason_two": "" if closed else None,
        "warning_close_code": "1" if WARNED in receiver_address else None,
        "one_code": None if closed else route["one"],
        "two_code": None if closed else route["two"],
        "three_code": None if closed else route["three"],
        "package_code": None if closed else route["package"],
        "package_name": None if closed else route["package_name"],
    }


def step_entry(step: YundaStep) -> dict[str, Any]:
    """One entry of ``steps``."""
    return {
        "time": china_time(step.at_s),
        "status": step.action,
        "action": step.action,
        "city": "",
        "station": "",
        "station_name": "",
        "station_type": "1",
        "description": step.text,
        "phone": "",
        "signer": "本人" if step.action == "SIGNED" else None,
    }


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
