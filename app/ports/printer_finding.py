"""Looking for printers that nobody has set up yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.errors import PackbenchError
from app.domain.text import Text
from app.ports.printing import DeviceStatus


class FoundKind(StrEnum):
    """How a printer was come across."""

    QUEUE = "queue"  # the system has set it up
    USB = "usb"
    FILE = "file"  # a device file of the system
    SERIAL = "serial"  # a port; what hangs on it is not known
    NETWORK = "network"  # raw TCP, usually port 9100
    IPP = "ipp"


@dataclass(frozen=True, slots=True)
class Found:
    """A printer as it would stand in ``[[printer]]``; what could only be guessed may be wrong.

    ``language`` and ``media`` are empty and ``dots_per_mm`` is 0 where nothing tells them.
    ``status`` is ``None`` where it was not asked. ``configured_as``: our printer at this address.
    """

    kind: FoundKind
    name: str
    address: str
    language: str = ""
    dots_per_mm: float = 0.0
    media: str = ""
    status: DeviceStatus | None = None
    configured_as: str = ""

    @property
    def already_configured(self) -> bool:
        return bool(self.configured_as)


@dataclass(frozen=True, slots=True)
class Looked:
    """One way of looking is done: ``done`` of ``total``. ``problem``: why it could not look."""

    what: Text
    done: int
    total: int
    problem: PackbenchError | None = None


class PrinterFinder(Protocol):
    """Looks everywhere but in whole subnets. Sends nothing that a printer could put on paper."""

    def find(
        self,
        timeout_s: float,
        cancelled: Callable[[], bool],
        looked: Callable[[Looked], None],
    ) -> Iterator[Found]:
        """All ways at once, each printer as it is found; ends after ``timeout_s`` at the latest.

        ``looked`` is called on the caller's thread. What is only heard of is not asked anything.
        """
        ...

    def probe(self, address: str, timeout_s: float) -> list[Found]:
        """What is at ``host``, ``host:port``, ``tcp://…`` or ``ipp://…``: asked what it speaks.

        Raises ``UserError`` (``printer_address``, ``not_a_printer``) and ``RetryableError``
        (``no_printer_there``).
        """
        ...
