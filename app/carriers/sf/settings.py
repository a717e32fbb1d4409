"""The keys of an SF account in the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from app.carriers.account import optional, required, unusable
from app.domain.text import T

_EXAMPLE = '{ code = "247", name = "电商标快" }'
SIGNATURES = ("standard_md5", "simple_md5", "sm3", "oauth")


@dataclass(frozen=True, slots=True, kw_only=True)
class SfSettings:
    """One SF contract. ``signature`` is fixed when the app is made in SF's console.

    ``services`` are extra services beyond COD and insurance as SF has agreed them for the
    contract, one table each: ``{name = "IN91", value = "13"}``. ``products`` adds to the known
    products, or renames them. SF's documents leave open what ``added_boxes`` and
    ``bill_tracking_type`` say.
    """

    name: str = optional("sf")
    base_url: str = required()
    partner_id: str = required()
    checkword: str = required(secret=True)
    monthly_account: str = required()
    product: str = optional(
        "2", digits=True
    )  # expressTypeId; 2 = 标快, 247 for e-commerce contracts
    signature: str = optional("standard_md5", choices=SIGNATURES)
    oauth_url: str = optional("")
    pay_method: str = optional("1", choices=("1", "2", "3"))  # sender, receiver, third party
    call_courier: bool = optional(False)
    return_slip: bool = optional(False)
    services: tuple[Mapping[str, str], ...] = optional(())
    products: tuple[Mapping[str, str], ...] = optional(())  # {code = "247", name = "电商标快"}
    insure_from_fen: int = optional(0)  # 0 = never; goods worth as much are declared
    compare_receiver: str = optional("repeats", choices=("repeats", "always", "never"))
    added_boxes: str = optional("new", choices=("new", "total"))  # what parcelQty counts
    bill_tracking_type: str = optional("2", choices=("1", "2"))  # trackingType of a number
    label_source: str = optional("drawn", choices=("drawn", "cloud"))
    cloud_template: str = optional("")  # templateCode; "" = SF's standard one for the paper
    cloud_custom_template: str = optional("")  # customTemplateCode
    default_weight_g: int = optional(0)
    calls_per_second: float = optional(2.0)
    timeout_s: float = optional(20.0)
    settle_after_s: float = optional(180.0)  # only then is "no such order" believed

    def __post_init__(self) -> None:
        for row in self.products:
            if not (row.get("code", "").isdecimal() and row.get("name")):
                raise unusable(
                    self.name, "products", T("Write it like {example}.", example=_EXAMPLE)
                )

    @property
    def token_url(self) -> str:
        """Where OAuth2 tokens come from.

        The production gateway ``bspgw`` does not serve them, the older production address does;
        no other host is ever swapped for another.
        """
        if self.oauth_url:
            return self.oauth_url
        parts = urlsplit(self.base_url)
        host = parts.netloc.replace("bspgw.sf-express.com", "sfapi.sf-express.com")
        return urlunsplit((parts.scheme, host, "/oauth2/accessToken", "", ""))
