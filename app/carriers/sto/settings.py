"""The keys of an STO account in the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from app.carriers.account import optional, required


@dataclass(frozen=True, slots=True, kw_only=True)
class StoSettings:
    """One app on STO's link gateway with one e-waybill account of a site.

    ``app_key`` and ``secret_key`` sign a call; ``site_code``, ``customer_name`` and
    ``site_password`` come from the site and travel in the body. ``base_url`` is the whole address,
    ``…/gateway/link.do``.
    """

    name: str = optional("sto")
    base_url: str = required()
    app_key: str = required()
    secret_key: str = required(secret=True)
    from_code: str = optional("")  # the app's key where the console shows no other
    order_source: str = optional("")  # the same
    site_code: str = required()
    customer_name: str = required()
    site_password: str = required(secret=True)
    bill_type: str = optional("00")
    cod_bill_type: str = optional("01")
    order_type: str = optional("01")
    battery: str = optional("30", choices=("10", "20", "30"))  # not known, with, without
    goods_type: str = optional("小件")
    cancel_code: str = optional("edi_modify_order")  # whom a cancellation is sent to
    dispatch_code: str = optional("ORDERMS_API")  # whom the question for route text is sent to
    repeat_is_safe: bool = optional(False)
    default_weight_g: int = optional(0)
    insure_from_fen: int = optional(0)  # 0 = never; goods worth as much are declared
    calls_per_second: float = optional(2.0)
    timeout_s: float = optional(20.0)
