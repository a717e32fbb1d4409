"""What a configuration file says, as records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.address import Address
from app.domain.companies import carries
from app.domain.following import Limits
from app.domain.prices import PriceTable
from app.domain.routing import Rule
from app.ports import PrinterConfig


@dataclass(frozen=True, slots=True)
class AdapterKeys:
    """The keys one platform or carrier takes, as its adapter declares them.

    ``keys`` are all of them (``name`` included), ``secrets`` those for the secret store.
    ``check`` reads a complete table and raises ``UserError`` for what cannot be used.
    """

    keys: tuple[str, ...]
    secrets: frozenset[str]
    check: Callable[[Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Adapters:
    """Everything that can be connected. ``app.bootstrap`` fills it from the registries.

    ``check_printer`` reads a complete ``[[printer]]`` and raises ``UserError`` for what its
    language and its address do not take.
    """

    shops: Mapping[str, AdapterKeys]
    carriers: Mapping[str, AdapterKeys]
    printer_options: frozenset[str] = frozenset()
    check_printer: Callable[[PrinterConfig], object] | None = None


@dataclass(frozen=True, slots=True)
class ShopConfig:
    """One ``[[shop]]``. ``secrets`` holds only what the file gives, never what is kept already."""

    name: str
    platform: str
    values: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CarrierConfig:
    """One ``[[carrier]]``: an account with a carrier. ``secrets`` as in ``ShopConfig``."""

    name: str
    carrier: str
    values: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def company(self) -> str:
        """Who carries its parcels; ``""`` for an account that gives no numbers.

        An aggregator's account names the company it books with, or none: then it only tracks.
        """
        usual = self.carrier if carries(self.carrier) else ""
        return str(self.values.get("company", usual)).strip()


@dataclass(frozen=True, slots=True)
class RelayConfig:
    """``[relay]``: where this computer takes pushes. ``secret`` is ``""`` when not in the file."""

    listen: str = ""
    forward: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ApprovalConfig:
    """``[approval]``: the largest amount of an after-sale a role may accept, in fen."""

    packer_fen: int = 0
    lead_fen: int | None = None  # any


@dataclass(frozen=True, slots=True)
class SlipConfig:
    """``[slip]``: what stands on every packing slip beside the goods."""

    words: str = ""
    notes: str = "none"  # buyer, merchant or both: whose notes on the order are printed
    return_address: bool = False  # the sender's


@dataclass(frozen=True, slots=True)
class StockConfig:
    """``[stock]``: what the shelf does by itself."""

    take_off_expired: bool = False  # once a day; else it is only shown


@dataclass(frozen=True, slots=True)
class UserConfig:
    """One ``[[user]]``: who works here. ``name`` is the login on this computer."""

    name: str
    role: str  # packer, lead or owner
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class ReachConfig:
    """One ``[[reach]]``: what a carrier serves at a place, whatever anybody else says."""

    carrier: str
    verdict: str  # refused, doubtful or reached
    province: str
    city: str = ""
    district: str = ""
    street: str = ""
    reason: str = ""
    account: str = ""  # for this account of the carrier only


@dataclass(frozen=True, slots=True)
class Config:
    """One file. What the file does not mention is ``None`` and stays as it is."""

    database_url: str | None = field(default=None, repr=False)  # may hold a password
    sender: Address | None = None
    shops: tuple[ShopConfig, ...] | None = None
    carriers: tuple[CarrierConfig, ...] | None = None
    printers: tuple[PrinterConfig, ...] | None = None
    rules: tuple[Rule, ...] | None = None
    prices: tuple[PriceTable, ...] | None = None
    relay: RelayConfig | None = None
    approval: ApprovalConfig | None = None
    slip: SlipConfig | None = None
    stock: StockConfig | None = None
    tracking: Limits | None = None
    users: tuple[UserConfig, ...] | None = None
    reach: tuple[ReachConfig, ...] | None = None


def secret_name(section: str, name: str, key: str) -> str:
    """The name in the secret store: ``shop.main.app_secret``."""
    return f"{section}.{name}.{key}"
