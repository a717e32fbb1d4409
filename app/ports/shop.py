"""A connected shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Protocol

from app.domain.address import Address
from app.domain.orders import OrderPage, OrderSnapshot, ReportedParcel
from app.domain.states import OrderStatus
from app.ports.base import Health
from app.ports.desks import AfterSaleDesk, GoodsDesk, OrderDesk
from app.ports.platform_labels import PlatformLabels, PrintedNotice, TemplateDesk
from app.ports.push import PushReader
from app.ports.telling import ReportOutcome
from app.ports.waybills import PlatformAccount


@dataclass(frozen=True, slots=True)
class Serials:
    """Serial numbers of what is in a parcel, wanted for subsidised electronics."""

    serial: str
    imei1: str = ""
    imei2: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentReport:
    """One delivery/send: one order's part of one parcel. ``lines``: product id, sku id, pieces."""

    order_id: str
    company: str  # the shop's carrier code
    number: str
    lines: tuple[tuple[str, str, int], ...]
    serials: Serials | None = None


@dataclass(frozen=True, slots=True)
class ParcelCorrection:
    """Another carrier or number for a parcel that the shop has on file (deliveryinfo/update)."""

    order_id: str
    old: ReportedParcel
    company: str  # the shop's carrier code
    number: str
    whole: bool = False  # the one parcel of an order that has been sent completely


class ExtraReason(IntEnum):
    """Why one more parcel belongs to goods that count as sent."""

    MISSED = 1  # 漏发
    SPLIT = 2  # 拆分包裹
    DAMAGED = 3  # 坏损
    GIFT = 4  # 赠品


@dataclass(frozen=True, slots=True)
class ShopCompany:
    """A carrier as the shop names it."""

    code: str  # delivery_id
    name: str


class Shop(Protocol):
    """One connected shop. Raises ``UserError`` or ``RetryableError`` only, except where noted."""

    @property
    def shop_id(self) -> str: ...

    @property
    def goods(self) -> GoodsDesk:
        """What it sells."""
        ...

    @property
    def after_sales(self) -> AfterSaleDesk: ...

    @property
    def push(self) -> PushReader | None:
        """Reads the platform's messages; ``None`` where no push keys are configured."""
        ...

    def check(self) -> Health: ...

    def clock_ahead(self) -> timedelta:
        """How far this PC's clock is ahead of the shop's; asks the shop only the first time."""
        ...

    def changed_orders(
        self,
        since: datetime,
        until: datetime,
        page_key: str,
        status: OrderStatus | None = None,
        *,
        sweep: bool = False,
    ) -> OrderPage:
        """Ids of orders updated in ``[since, until]``; every page needs the same two times.

        ``sweep`` lets everything else of this shop go first.

        Raises ``RetryableError`` with code ``sync_restart`` when the run must begin again, and
        ``sync_narrow`` when there is too much in this time.
        """
        ...

    def created_orders(
        self, since: datetime, until: datetime, page_key: str, status: OrderStatus | None = None
    ) -> OrderPage:
        """Ids of orders made in ``[since, until]``, for counting; like ``changed_orders``."""
        ...

    def order(self, order_id: str, *, sweep: bool = False) -> OrderSnapshot: ...

    def clear_receiver(self, order_id: str) -> Address:
        """The receiver in clear. Costs one of the day's decodes; only on a person's action.

        Raises ``RetryableError`` (``decode_quota``) when the day's are used up. The decode is spent
        all the same with ``decode_spent`` (later) and with ``UserError`` (``virtual_number``).
        """
        ...

    @property
    def order_desk(self) -> OrderDesk: ...

    def platform_accounts(self) -> Sequence[PlatformAccount]: ...

    def platform_labels(self, account: PlatformAccount) -> PlatformLabels:
        """The e-waybill platform seen as a source of numbers for one account."""
        ...

    def label_templates(self) -> TemplateDesk: ...

    def report_shipped(self, report: ShipmentReport) -> ReportOutcome:
        """Tell the shop. Never raises for an answer or for the network."""
        ...

    def reported_parcels(self, order_id: str) -> Sequence[ReportedParcel]:
        """What the shop has on file as sent (the read-back)."""
        ...

    def correct_parcel(self, correction: ParcelCorrection) -> ReportOutcome:
        """Another carrier or number for a parcel on file. ``old`` must equal what is on file."""
        ...

    def add_parcel(self, report: ShipmentReport, reason: ExtraReason) -> ReportOutcome:
        """One more parcel of goods that count as sent. Not idempotent: read back when unclear."""
        ...

    def companies(self) -> Sequence[ShopCompany]:
        """The carriers that the shop takes; may be kept for a day."""
        ...

    def tell_printed(self, notices: Sequence[PrintedNotice]) -> Sequence[ReportOutcome]:
        """Say that labels are on paper, at most 50 at once; an outcome each, in the same order.

        Telling twice does no harm. Never raises for an answer or for the network.
        """
        ...
