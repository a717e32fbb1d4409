"""The keys of a Kuaidi100 account in the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from app.carriers.account import missing, optional, refuse, required
from app.carriers.kuaidi100.names import KD100_NAMES

_FOR_NUMBERS = ("secret", "partner_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kuaidi100Settings:
    """One customer of Kuaidi100.

    Without ``company`` the account only follows parcels and recognises numbers. With it, numbers
    are booked at that company by the merchant's own contract there: ``partner_id``,
    ``partner_key`` and so on are the company's credentials, ``secret`` signs those calls.
    """

    name: str = optional("kuaidi100")
    company: str = optional("", choices=tuple(KD100_NAMES))
    base_url: str = optional("https://api.kuaidi100.com/label/order")
    query_url: str = optional("https://poll.kuaidi100.com/poll/query.do")
    detect_url: str = optional("https://www.kuaidi100.com/autonumber/auto")
    key: str = required(secret=True)  # alone it opens the tracks, so it is a secret
    customer: str = required()
    secret: str = optional("", secret=True)
    partner_id: str = optional("")
    partner_key: str = optional("", secret=True)
    partner_secret: str = optional("", secret=True)
    partner_code: str = optional("")  # "code" of the call
    partner_site: str = optional("")  # "net" of the call
    product: str = optional("标准快递")  # expType
    pay_method: str = optional("MONTHLY", choices=("SHIPPER", "CONSIGNEE", "MONTHLY", "THIRDPARTY"))
    protect_privacy: bool = optional(True)
    insure_from_fen: int = optional(0)  # 0 = never; goods worth as much are declared
    default_weight_g: int = optional(0)
    calls_per_second: float = optional(2.0)
    timeout_s: float = optional(20.0)

    def __post_init__(self) -> None:
        wanted = _FOR_NUMBERS if self.company else ()
        refuse([missing(self.name, key) for key in wanted if not getattr(self, key)])
