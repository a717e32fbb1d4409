"""The keys of a J&T account in the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from app.carriers.account import optional, required


@dataclass(frozen=True, slots=True, kw_only=True)
class JtSettings:
    """One customer at J&T.

    ``api_account`` and ``private_key`` are the app's and sign a call, ``customer_code`` and
    ``password`` are the customer's, come from the local site and are proven inside the body.
    """

    name: str = optional("jt")
    base_url: str = required()
    api_account: str = required()
    private_key: str = required(secret=True)
    customer_code: str = required()
    password: str = required(secret=True)
    uuid: str = optional("")  # the test environment knows its users by it
    product: str = optional("EZ")  # expressType
    order_type: str = optional("2", choices=("1", "2"))
    service_type: str = optional("01", choices=("01", "02"))
    delivery_type: str = optional("03", digits=True)
    pay_method: str = optional("PP_PM", choices=("PP_PM", "CC_CASH"))
    goods_type: str = optional("bm000006")
    insure_from_fen: int = optional(0)  # 0 = never; goods worth as much are declared
    settle_after_s: float = optional(60.0)  # only then is "no such order" believed
    default_weight_g: int = optional(0)
    calls_per_second: float = optional(2.0)
    timeout_s: float = optional(20.0)
