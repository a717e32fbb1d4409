"""The connected world, by name."""

from __future__ import annotations

from typing import Protocol

from app.ports.printer_finding import PrinterFinder
from app.ports.printing import Printer, PrinterConfig, Stationery
from app.ports.shop import Shop
from app.ports.waybills import WaybillSource


class Outside(Protocol):
    """The connected world, by name. Connections are made when first asked for and then kept."""

    def shop(self, shop_id: str) -> Shop:
        """Raises ``UserError`` when the shop is unknown or its secret is missing."""
        ...

    def carrier(self, account: str) -> WaybillSource: ...

    def printer(self, name: str) -> Printer: ...

    def try_printer(self, config: PrinterConfig) -> Printer:
        """A printer that is not stored, for checking its settings and for trying them out.

        Raises ``UserError`` for what it cannot be told.
        """
        ...

    def picture(self, url: str, most_bytes: int) -> bytes:
        """What is at a public address, without any of our keys.

        Raises ``UserError`` (``no_picture``): not there, or larger than ``most_bytes``;
        ``RetryableError``: it cannot be reached now.
        """
        ...

    def note_calls(self) -> None:
        """Write down the calls to carriers that are counted in memory only so far."""
        ...

    @property
    def printer_finder(self) -> PrinterFinder: ...

    @property
    def stationery(self) -> Stationery: ...
