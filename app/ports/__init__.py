"""What the services need from the outside world; adapters implement it, ``app.bootstrap`` joins."""

from __future__ import annotations

from app.ports.base import Clock, Health, Sealer, SecretStore
from app.ports.desks import AfterSaleDesk, GoodsDesk, OrderDesk
from app.ports.outside import Outside
from app.ports.platform_labels import PlatformLabels, PrintedNotice, TemplateDesk
from app.ports.printing import (
    ComponentInfo,
    ComponentPrinterInfo,
    DeviceState,
    DeviceStatus,
    PlatformPrinter,
    Printer,
    PrinterConfig,
    SendResult,
    Sent,
    Stationery,
)
from app.ports.push import PushedEvent, PushReader, PushRefusedError, PushSubject
from app.ports.shop import (
    ExtraReason,
    ParcelCorrection,
    Serials,
    ShipmentReport,
    Shop,
    ShopCompany,
)
from app.ports.telling import (
    REACHES,
    Reach,
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
)
from app.ports.waybills import Capability, PlatformAccount, WaybillSource

__all__ = [
    "REACHES",
    "AfterSaleDesk",
    "Capability",
    "Clock",
    "ComponentInfo",
    "ComponentPrinterInfo",
    "DeviceState",
    "DeviceStatus",
    "ExtraReason",
    "GoodsDesk",
    "Health",
    "OrderDesk",
    "Outside",
    "ParcelCorrection",
    "PlatformAccount",
    "PlatformLabels",
    "PlatformPrinter",
    "PrintedNotice",
    "Printer",
    "PrinterConfig",
    "PushReader",
    "PushRefusedError",
    "PushSubject",
    "PushedEvent",
    "Reach",
    "ReportLater",
    "ReportOutcome",
    "ReportRefused",
    "ReportUnclear",
    "Reported",
    "Sealer",
    "SecretStore",
    "SendResult",
    "Sent",
    "Serials",
    "ShipmentReport",
    "Shop",
    "ShopCompany",
    "Stationery",
    "TemplateDesk",
    "WaybillSource",
]
