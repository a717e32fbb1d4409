"""Where waybill numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from app.domain.address import Address
from app.domain.waybills import Booking, Outcome, Reconciled, Voided
from app.ports.base import Health


class Capability(StrEnum):
    """What a waybill source can do; the window hides what is not there."""

    CREATE = "create"
    MULTI_PARCEL = "multi_parcel"
    COD = "cod"
    INSURE = "insure"
    RETURN_SLIP = "return_slip"
    CANCEL = "cancel"
    RECONCILE = "reconcile"
    TRACK = "track"
    BALANCE = "balance"
    PRECHECK = "precheck"
    STOPPED_REGIONS = "stopped_regions"
    QUOTE = "quote"
    BILL = "bill"
    ADD_BOXES = "add_boxes"
    LABEL_DATA = "label_data"
    LABEL_FILE = "label_file"
    BIND = "bind"
    RECOGNISE = "recognise"
    PRODUCTS = "products"


class WaybillSource(Protocol):
    """Where waybill numbers come from: a carrier's own platform, or the shop's e-waybill platform.

    No call retries by itself. Every call has a time-out and ends with an outcome, never with an
    exception about the network. Safe to call from several threads at once: the account's rate limit
    holds for all of them together.
    """

    @property
    def code(self) -> str:
        """Company code: sf, zto, yunda …"""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def create(self, booking: Booking) -> Outcome: ...

    def reconcile(self, booking: Booking) -> Reconciled:
        """What became of ``booking`` after an unknown outcome."""
        ...

    def void(self, booking: Booking, number: str, carrier_order: str) -> Voided: ...

    def check(self) -> Health:
        """A connection test that books nothing."""
        ...


@runtime_checkable
class ShowsLate(Protocol):
    """A source that may not know a new booking for some minutes (SF).

    "Never heard of it" is believed only of a request that is ``settle_after_s`` old, in seconds,
    and after several such answers.
    """

    @property
    def settle_after_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class PlatformAccount:
    """A carrier account bound to the shop on the platform (only ``bound`` ones can be used)."""

    company: str  # our company code (sf, zto …)
    delivery_id: str  # the platform's code (SF, ZTO …)
    account_id: str
    bound: bool
    balance: int | None  # None where the carrier does not count
    sender: Address
    record: Mapping[str, Any]  # what the platform's create call needs
