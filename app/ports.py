"""What the services need from the outside world; adapters implement it, ``app.bootstrap`` joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from app.domain.address import Address
from app.domain.labels import Label, PackingSlip, PickList
from app.domain.orders import OrderPage, OrderSnapshot, ReportedParcel
from app.domain.states import OrderStatus
from app.domain.text import Text
from app.domain.waybills import Booking, Outcome, Problem, Reconciled, Voided


class Clock(Protocol):
    """The time. Tests bring their own."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None:
        """Wait; a cancelled job's clock raises ``app.jobs.Cancelled``."""
        ...


class SecretStore(Protocol):
    """Where secrets live: the system's keyring, else a file only its owner can read."""

    @property
    def place(self) -> Text:
        """A sentence for ``doctor``: where the secrets are."""
        ...

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def delete(self, name: str) -> None: ...


class Sealer(Protocol):
    """Encrypts personal data for the database; the key lives in the secret store."""

    def seal(self, clear: str) -> str: ...

    def unseal(self, sealed: str) -> str:
        """Raises ``UserError`` (``sealed_unreadable``) when the key does not fit."""
        ...


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


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of a connection test: ``ok``, a sentence, and the remedy when not ok."""

    ok: bool
    message: Text
    remedy: Text | None = None
    balance: int | None = None  # numbers left, where the other side counts them


class WaybillSource(Protocol):
    """Where waybill numbers come from: a carrier's own platform, or the shop's e-waybill platform.

    No call retries by itself. Every call has a time-out and ends with an outcome, never with an
    exception about the network. Safe to call from any one thread at a time per account.
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


@dataclass(frozen=True, slots=True)
class ShipmentReport:
    """One delivery/send: one order's part of one parcel. ``lines``: product id, sku id, pieces."""

    order_id: str
    company: str  # the shop's carrier code
    number: str
    lines: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """The shop took the report."""


@dataclass(frozen=True, slots=True)
class ReportRefused:
    """Final: the shop will not take it; ``problem`` says what a person must do."""

    problem: Problem
    reread: bool = False  # the order has changed at the shop: fetch it again


@dataclass(frozen=True, slots=True)
class ReportUnclear:
    """It may have taken effect (time-out, "already shipped"): read back before sending again."""

    reason: Text


@dataclass(frozen=True, slots=True)
class ReportLater:
    """Nothing happened; try again (no connection, rate limit, busy)."""

    reason: Text
    retry_after_s: float | None = None


ReportOutcome = Reported | ReportRefused | ReportUnclear | ReportLater


class Shop(Protocol):
    """One connected shop. Raises ``UserError`` or ``RetryableError`` only, except where noted."""

    @property
    def shop_id(self) -> str: ...

    def check(self) -> Health: ...

    def changed_orders(
        self, since: datetime, until: datetime, page_key: str, status: OrderStatus | None = None
    ) -> OrderPage:
        """Ids of orders updated in ``[since, until]``; every page needs the same two times.

        Raises ``RetryableError`` with code ``sync_restart`` when the run must begin again.
        """
        ...

    def order(self, order_id: str) -> OrderSnapshot: ...

    def clear_receiver(self, order_id: str) -> Address:
        """The receiver in clear. Costs one of the day's decodes; only on a person's action."""
        ...

    def platform_accounts(self) -> Sequence[PlatformAccount]: ...

    def platform_labels(self, account: PlatformAccount) -> WaybillSource:
        """The e-waybill platform seen as a source of numbers for one account."""
        ...

    def report_shipped(self, report: ShipmentReport) -> ReportOutcome:
        """Tell the shop. Never raises for an answer or for the network."""
        ...

    def reported_parcels(self, order_id: str) -> Sequence[ReportedParcel]:
        """What the shop has on file as sent (the read-back)."""
        ...

    def notify_printed(self, booking_key: str, company: str, number: str, again: bool) -> None: ...


class DeviceState(StrEnum):
    READY = "ready"
    BUSY = "busy"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    PAUSED = "paused"
    ERROR = "error"
    OFFLINE = "offline"
    MUTE = "mute"  # takes data, never says how it is


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    state: DeviceState
    message: Text
    remedy: Text | None = None

    @property
    def can_start(self) -> bool:
        return self.state in {DeviceState.READY, DeviceState.BUSY, DeviceState.MUTE}


class SendResult(StrEnum):
    """What is certain about one label after sending it."""

    CONFIRMED = "confirmed"  # the printer says it is out
    SENT = "sent"  # every byte left; this printer never says more
    UNKNOWN = "unknown"  # failed after the first byte
    NOT_STARTED = "not_started"  # failed before the first byte


@dataclass(frozen=True, slots=True)
class Sent:
    result: SendResult
    reason: Text | None = None
    status: DeviceStatus | None = None


@dataclass(frozen=True, slots=True)
class PrinterConfig:
    """One ``[[printer]]`` of the configuration."""

    name: str
    language: str  # escpos | tspl | zpl | cpcl | pdf | system | component
    address: str
    dots_per_mm: float = 8.0
    media: str = "76x130"
    documents: tuple[str, ...] = ("label",)
    options: Mapping[str, Any] | None = None

    @property
    def size_mm(self) -> tuple[float, float]:
        width, _, height = self.media.lower().partition("x")
        return float(width), float(height)


class Printer(Protocol):
    """One printer that puts documents on paper. One call at a time per printer."""

    @property
    def config(self) -> PrinterConfig: ...

    @property
    def takes_platform_labels(self) -> bool: ...

    def status(self) -> DeviceStatus: ...

    def print_label(self, label: Label) -> Sent:
        """Draw and send one label, and wait (bounded) for what the printer says of it."""
        ...

    def print_pick_list(self, pick_list: PickList) -> Sent: ...

    def print_slip(self, slip: PackingSlip) -> Sent: ...


class Stationery(Protocol):
    """Draws documents without a printer: ``label render``, previews, the demo's PDF."""

    def render(self, label: Label, fmt: str, media: str, dots_per_mm: float) -> bytes:
        """The bytes a printer would get; ``fmt`` is pdf, png, escpos, tspl, zpl or cpcl.

        Raises ``UserError`` (``platform_label``) for a label that only the component can draw.
        """
        ...

    def labels_pdf(self, labels: Sequence[Label], media: str) -> bytes:
        """One PDF, one page a label, fonts embedded once."""
        ...

    def pick_list_pdf(self, pick_list: PickList) -> bytes: ...

    def slip_pdf(self, slip: PackingSlip, media: str) -> bytes: ...


class Outside(Protocol):
    """The connected world, by name. Connections are made when first asked for and then kept."""

    def shop(self, shop_id: str) -> Shop:
        """Raises ``UserError`` when the shop is unknown or its secret is missing."""
        ...

    def carrier(self, account: str) -> WaybillSource: ...

    def printer(self, name: str) -> Printer: ...

    @property
    def stationery(self) -> Stationery: ...
