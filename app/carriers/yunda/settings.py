"""The keys of a Yunda account in the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from app.carriers.account import optional, required


@dataclass(frozen=True, slots=True, kw_only=True)
class YundaSettings:
    """One merchant at Yunda.

    Two pairs of credentials: ``app_key`` and ``app_secret`` are the developer's and sign a call,
    ``partner_id`` (白马账号) and ``partner_secret`` (联调密码) are the merchant's, come from the
    local site and travel in the body.
    """

    name: str = optional("yunda")
    base_url: str = required()
    app_key: str = required()
    app_secret: str = required(secret=True)
    partner_id: str = required()
    partner_secret: str = required(secret=True)
    protect_privacy: bool = optional(True)  # Yunda then sends masked texts for the label
    return_slip: bool = optional(False)
    return_slip_kind: str = optional("1,2")  # markingValue of 签单返还
    box_size_mm: tuple[int, ...] = optional(())
    req_time: str = optional("ms", choices=("ms", "s"))  # documents say ms; s was seen at work
    route_with_merchant: bool = optional(True)  # the merchant's pair in bm/queryRoute too
    label_path: str = optional("openapi-api/v1/accountOrder/bmGetPdfInfo")
    default_weight_g: int = optional(0)
    insure_from_fen: int = optional(0)  # 0 = never; goods worth as much are declared
    calls_per_second: float = optional(2.0)
    timeout_s: float = optional(20.0)
