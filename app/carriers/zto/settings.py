"""The keys of a ZTO account in the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.carriers.account import missing, optional, required

SIGNATURES = ("md5", "md5_hex", "sha256", "sha256_hex", "hmac_sha256")
_APPOINTMENT = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtoSettings:
    """One app on ZTO's open platform with one e-waybill account.

    ``partner_type`` 2 signs in with ``account_id`` and ``account_password``, 1 (集团客户) with
    ``customer_id``. ``order_type`` 1 is 全网件, the collection agreed with the site; 2 is 预约件.
    """

    name: str = optional("zto")
    base_url: str = required()
    app_key: str = required()
    app_secret: str = required(secret=True)
    account_id: str = optional("")
    account_password: str = optional("", secret=True)
    customer_id: str = optional("")
    partner_type: str = optional("2", choices=("1", "2"))
    order_type: str = optional("1", choices=("1", "2", "4"))
    signature: str = optional("md5", choices=SIGNATURES)
    hmac_key: str = optional("", secret=True)
    sign_timestamp: bool = optional(False)  # only where ZTO's document of the API asks for it
    cod_account: str = optional("")  # accountNo of 代收货款
    return_slip: bool = optional(False)
    site_code: str = optional("")
    site_name: str = optional("")
    services: tuple[Mapping[str, str], ...] = optional(())  # {name = "vip"}
    goods_category: str = optional("")
    box_size_mm: tuple[int, ...] = optional(())
    query_by_partner_code: bool = optional(False)
    default_weight_g: int = optional(0)
    calls_per_second: float = optional(2.0)
    timeout_s: float = optional(20.0)

    def __post_init__(self) -> None:
        wanted = ["customer_id"] if self.partner_type == "1" else ["account_id", "account_password"]
        wanted += ["hmac_key"] if self.signature == "hmac_sha256" else []
        wanted += ["site_code", "site_name"] if self.return_slip else []
        for key in wanted:
            if not getattr(self, key):
                raise missing(self.name, key)

    @property
    def is_appointment(self) -> bool:
        """预约件: the only kind that can be cancelled by a call."""
        return self.order_type == _APPOINTMENT
