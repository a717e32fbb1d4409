"""The receiver: kept in clear by the platform, shown masked to the shop."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who really gets the parcel. Field names are those of ``address_info``.

    With a ``virtual_number`` ("13212345774" and an extension) even a decoded ``tel_number`` stays
    masked.
    """

    user_name: str
    tel_number: str
    province_name: str
    city_name: str
    county_name: str
    detail_info: str
    house_number: str = ""
    postal_code: str = ""
    virtual_number: str = ""
    virtual_extension: str = ""
    virtual_expires_at_s: int = 0

    def masked(self, app_id: str, openid: str) -> dict[str, Any]:
        """The ``address_info`` of order/get."""
        virtual = f"{self.virtual_number}-{self.virtual_extension}" if self.virtual_number else ""
        return {
            "user_name": masked_name(self.user_name),
            "postal_code": self.postal_code,
            "province_name": self.province_name,
            "city_name": self.city_name,
            "county_name": self.county_name,
            "detail_info": "****",
            "national_code": "",
            "tel_number": masked_tel(self.tel_number),
            "house_number": "",
            "virtual_order_tel_number": "",
            "tel_number_ext_info": {
                "real_tel_number": masked_tel(self.tel_number) if virtual else "",
                "virtual_tel_number": virtual,
                "virtual_tel_expire_time": self.virtual_expires_at_s,
                "get_virtual_tel_cnt": 0,
            },
            "use_tel_number": 1 if virtual else 0,
            "hash_code": self.hash_code(app_id, openid),
        }

    def decoded(self) -> dict[str, Any]:
        """The answer of sensitiveinfo/decode, without errcode."""
        answer: dict[str, Any] = {
            "address_info": {
                "user_name": self.user_name,
                "postal_code": self.postal_code,
                "province_name": self.province_name,
                "city_name": self.city_name,
                "county_name": self.county_name,
                "detail_info": self.detail_info,
                "national_code": "",
                "tel_number": self.tel_number
                if not self.virtual_number
                else masked_tel(self.tel_number),
                "house_number": self.house_number,
                "virtual_order_tel_number": "",
            }
        }
        if self.virtual_number:
            answer["virtual_number_info"] = {
                "virtual_number": self.virtual_number,
                "extension": self.virtual_extension,
                "expiration": self.virtual_expires_at_s,
            }
        return answer

    def hash_code(self, app_id: str, openid: str) -> str:
        """One value per address of one buyer within one shop."""
        parts = (
            app_id,
            openid,
            self.user_name,
            self.tel_number,
            self.province_name,
            self.city_name,
            self.county_name,
            self.detail_info,
            self.house_number,
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def receiver_of(fields: Receiver | Mapping[str, Any] | None) -> Receiver | None:
    """A receiver from the fields of a decoded address, None from an empty mapping."""
    if not fields:
        return None
    if isinstance(fields, Receiver):
        return fields
    return Receiver(**fields)


def mask_in_place(address: dict[str, Any]) -> None:
    """Mask an address that was written in clear; what is masked or empty stays as it is."""
    for name in ("tel_number", "virtual_order_tel_number"):
        if address.get(name) and "*" not in address[name]:
            address[name] = masked_tel(address[name])
    if address.get("user_name") and "*" not in address["user_name"]:
        address["user_name"] = masked_name(address["user_name"])
    if address.get("detail_info"):
        address["detail_info"] = "****"
    address["house_number"] = ""


def masked_name(name: str) -> str:
    """The first character and two stars."""
    return name[:1] + "**"


def masked_tel(tel: str) -> str:
    """Three digits, four stars, four digits."""
    return f"{tel[:3]}****{tel[-4:]}"


NO_ADDRESS: dict[str, Any] = {
    "user_name": "",
    "postal_code": "",
    "province_name": "",
    "city_name": "",
    "county_name": "",
    "detail_info": "",
    "national_code": "",
    "tel_number": "",
    "house_number": "",
    "virtual_order_tel_number": "",
    "use_tel_number": 0,
    "hash_code": "",
}
"""What a gift shows before its recipient has accepted it."""
