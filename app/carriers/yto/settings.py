"""The keys of a YTO account in the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from app.carriers.account import optional, required


@dataclass(frozen=True, slots=True, kw_only=True)
class YtoSettings:
    """One customer of YTO on the open platform.

    The console shows an address of its own for each interface: ``{base_url}/open/METHOD/v1/``
    ``{token}/{customer_code}``. Tracks and prices may be opened under keys of their own
    (``query_…``); without those the main ones are used.
    """

    name: str = optional("yto")
    base_url: str = required()
    token: str = required(secret=True)
    customer_code: str = required()
    secret: str = required(secret=True)
    query_token: str = optional("", secret=True)
    query_customer_code: str = optional("")
    query_secret: str = optional("", secret=True)
    product: str = optional("")  # PK 普快 (YTO's own default) or YZD 圆准达
    pickup_code: str = optional("")  # gotCode 取件码
    freight_collect_fen: int = optional(0)  # 到付: the freight that the receiver pays
    repeat_is_safe: bool = optional(False)
    quotes: bool = optional(False)  # charge_adapter is open to the account
    # cloud: waybill_print_adapter, which has to be open to the account
    label_source: str = optional("drawn", choices=("drawn", "cloud"))
    box_size_mm: tuple[int, ...] = optional(())
    default_weight_g: int = optional(0)
    insure_from_fen: int = optional(0)  # 0 = never; goods worth as much are declared
    calls_per_second: float = optional(2.0)
    timeout_s: float = optional(20.0)

    @property
    def has_query_keys(self) -> bool:
        return bool(self.query_token or self.query_customer_code or self.query_secret)
