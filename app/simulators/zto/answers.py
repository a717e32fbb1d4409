"""Route text, scans and times as the simulated ZTO writes them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from app.simulators.ground import stable_number
from app.simulators.zto.records import ZtoAccount, ZtoOrder, ZtoScan


def china_time(at_s: float) -> str:
    """Wall clock time in China."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_s + 8 * 3600))


def place_of(party: Mapping[str, Any], prefix: str) -> str:
    """Province to door of a sender or receiver in one text."""
    return "".join(str(party[prefix + p]) for p in ("Province", "City", "District", "Address"))


def big_mark(place: str) -> dict[str, str]:
    """``bigMarkInfo``: 集包地 and 大头笔, the same for the same place."""
    centre = 300 + stable_number(place[:6], 600)
    site = f"H{stable_number(place, 90) + 10}"
    courier = f"{stable_number(place + 'courier', 99) + 1:02}"
    return {"bagAddr": f"{place[:2]}集散", "mark": f"{centre}- {site} {courier}"}


def scan_entry(order: ZtoOrder, account: ZtoAccount, scan: ZtoScan) -> dict[str, Any]:
    """One entry of a track; ``scanDate`` in milliseconds."""
    site = {"code": account.site_code, "name": account.site_name, "prov": "", "city": ""}
    return {
        "billCode": order.bill_code,
        "scanType": scan.scan_type,
        "scanDate": int(scan.at_s * 1000),
        "desc": scan.text,
        "operateUser": "",
        "operateUserPhone": "",
        "weight": None,
        "signMan": "本人" if scan.scan_type == "签收" else None,
        "scanSite": site | {"isCenter": "F", "isTransfer": "F", "phone": ""},
        "preOrNextSite": None,
    }
