"""The keys of a ZTO account in the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.carriers.account import missing, optional, refuse, required, unusable
from app.domain.text import T

SIGNATURES = ("md5", "md5_hex", "sha256", "sha256_hex", "hmac_sha256", "hmac_sha256_hex")
RECYCLE_DAYS = 60  # ZTO takes an unscanned 全网件 number back after 30 to 60 days
_GROUP_CUSTOMER = "1"
_APPOINTMENT, _WITHOUT_NUMBER, _XINGLIAN = "2", "3", "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZtoSettings:
    """One app on ZTO's open platform with one e-waybill account.

    ``partner_type`` 2 signs in with ``account_id`` and ``account_password``, 1 (集团客户) with
    ``customer_id``. ``order_type`` 1 is 全网件, the collection agreed with the site; 2 is 预约件.
    3 (预约件 without a number) is refused: the courier brings the number, so there is nothing to
    print, and ZTO cannot be asked for it. 4 (星联) is for ``partner_type`` 2 only.
    """

    name: str = optional("zto")
    base_url: str = required()
    app_key: str = required()
    app_secret: str = required(secret=True)
    account_id: str = optional("")
    account_password: str = optional("", secret=True)
    customer_id: str = optional("")
    partner_type: str = optional("2", choices=("1", "2"))
    order_type: str = optional("1", choices=("1", "2", "3", "4"))
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
    recycle_days: int = optional(RECYCLE_DAYS)
    quote_weight_unit: str = optional("kg", choices=("kg", "g"))  # ZTO does not say which
    default_weight_g: int = optional(0)
    insure_from_fen: int = optional(0)  # 0 = never; goods worth as much are declared
    calls_per_second: float = optional(2.0)
    timeout_s: float = optional(20.0)

    def __post_init__(self) -> None:
        wanted = ["customer_id"] if self.is_group else ["account_id", "account_password"]
        wanted += ["hmac_key"] if self.signature.startswith("hmac_") else []
        wanted += ["site_code", "site_name"] if self.return_slip else []
        refuse([missing(self.name, key) for key in wanted if not getattr(self, key)])
        if self.order_type == _WITHOUT_NUMBER:
            why = T("With 3 the number comes only with the courier: use 2 for ZTO's pickup orders.")
            raise unusable(self.name, "order_type", why)
        if self.is_group and self.order_type == _XINGLIAN:
            why = T("With partner_type 1 use 1 or 2.")
            raise unusable(self.name, "order_type", why)

    @property
    def is_group(self) -> bool:
        """集团客户: no e-waybill account that could be bound or run empty."""
        return self.partner_type == _GROUP_CUSTOMER

    @property
    def is_xinglian(self) -> bool:
        return self.order_type == _XINGLIAN

    @property
    def is_appointment(self) -> bool:
        """预约件: the only kind that can be cancelled by a call."""
        return self.order_type == _APPOINTMENT
