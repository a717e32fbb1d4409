"""Messages that a shop's platform pushes to us: proven to be its own, then read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class PushRefusedError(Exception):
    """Not a message of the platform, or none that can be read. ``reason`` is for the log only.

    ``forged``: the proof is wrong or missing; whoever sent it must learn nothing from the answer.
    """

    def __init__(self, reason: str, *, forged: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.forged = forged


class PushSubject(StrEnum):
    """What an event is about: what has to be read again, or written down."""

    ORDER = "order"  # facts: order_id
    URGED = "urged"  # the buyer urges; facts: order_id
    AFTER_SALE = "after_sale"  # facts: after_sale_order_id, order_id
    LISTING = "listing"  # facts: product_id
    STOCK = "stock"  # the shop's stock of a listing runs out; facts: product_id, sku_id
    CARRIER_STEP = "carrier_step"  # facts: waybill_id, stage (a ``TrackStage``), update_time
    NONE = "none"  # nothing here depends on it


@dataclass(frozen=True, slots=True)
class PushedEvent:
    """One event. ``facts`` are ids and codes as text, never a name, a phone or an address.

    ``event`` is the platform's own name of it.
    """

    event: str
    happened_at: datetime | None
    facts: Mapping[str, str] = field(default_factory=dict)
    subject: PushSubject = PushSubject.NONE

    @property
    def once(self) -> str:
        """The same for every delivery of the event, whatever types its fields came with."""
        happened = "" if self.happened_at is None else str(int(self.happened_at.timestamp()))
        parts = [self.event, happened, *(f"{k}={v}" for k, v in sorted(self.facts.items()))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


class PushReader(Protocol):
    """Proves and reads what the platform sends to one shop. Safe from any thread; calls nobody."""

    def verify(self, query: Mapping[str, str], now: datetime) -> str:
        """The answer to the platform's question whether this address is ours.

        Raises ``PushRefusedError``.
        """
        ...

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> PushedEvent | None:
        """The event in a message; ``None`` for a message that is no event (a buyer's chat).

        Raises ``PushRefusedError``.
        """
        ...
