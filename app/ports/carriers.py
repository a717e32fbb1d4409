"""What a carrier can do beyond giving numbers, one part each.

An account has a part when its source is an instance of it *and* names its capability,
see ``PARTS``. No call retries by itself, books anything it does not say, or
raises about the network; every call may wait for the account's rate limit and time-out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from app.domain.checks import Fault
from app.domain.fees import Billed, NumbersLeft, Quotes
from app.domain.reach import ReachAnswer, StoppedRegions
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import Booking, Outcome, Problem
from app.ports.base import Health
from app.ports.waybills import Capability, WaybillSource


@runtime_checkable
class Tracks(Protocol):
    """Where parcels are (``TRACK``)."""

    def track(self, wanted: Sequence[TrackQuery]) -> list[Track]:
        """One track a query, in their order; as many calls as the carrier needs."""
        ...


@runtime_checkable
class TracksInBatches(Tracks, Protocol):
    """Tracks, several numbers a call; whoever has a budget of calls asks for so many at once."""

    numbers_a_call: int


@runtime_checkable
class ChecksFields(Protocol):
    """What the carrier's own limits say of a booking; asks nobody. Every direct source has it."""

    def check_fields(self, booking: Booking) -> tuple[Fault, ...]:
        """Everything wrong with it, the blocking ones first; empty when it can be sent."""
        ...


@runtime_checkable
class AnswersReach(Protocol):
    """Whether an address is served, asked online; no number is used up (``PRECHECK``)."""

    def reach(self, booking: Booking) -> ReachAnswer: ...


@runtime_checkable
class ListsStoppedRegions(Protocol):
    """The carrier's list of regions it does not serve at the moment (``STOPPED_REGIONS``)."""

    def stopped_regions(self) -> StoppedRegions: ...


@runtime_checkable
class CountsNumbers(Protocol):
    """How many prepaid numbers are left (``BALANCE``)."""

    def numbers_left(self) -> NumbersLeft: ...


@runtime_checkable
class Quoting(Protocol):
    """Price and time of arrival before a number is taken (``QUOTE``)."""

    def quote(self, booking: Booking) -> Quotes: ...


@runtime_checkable
class Billing(Protocol):
    """What was charged for numbers that have travelled (``BILL``)."""

    def billed(self, numbers: Sequence[str]) -> list[Billed]: ...


@runtime_checkable
class AddsBoxes(Protocol):
    """More child numbers for an order that has its mother already (``ADD_BOXES``)."""

    def add_boxes(self, booking: Booking, count: int) -> Outcome:
        """``count`` more boxes. ``Issued.numbers`` holds the new numbers only, all children."""
        ...


@runtime_checkable
class FetchesLabelData(Protocol):
    """The label data of a number that came without, or once more (``LABEL_DATA``)."""

    def fetch_label(self, booking: Booking, number: str) -> Mapping[str, Any] | Problem: ...


@dataclass(frozen=True, slots=True)
class LabelPage:
    """Which label of a shipment is wanted, and on which paper (``76x130``, ``100x150`` … in mm)."""

    number: str
    media: str = "76x130"
    mother: str = ""  # the shipment's mother; "" = ``number`` itself
    kind: str = "mother"  # mother, child, return_slip
    box_no: int = 1
    box_count: int = 1


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A finished label as the carrier drew it. Holds personal data: it is kept sealed."""

    number: str
    content: bytes = field(repr=False)
    kind: str = "pdf"


@runtime_checkable
class DrawsLabels(Protocol):
    """The carrier's own finished label, to be printed instead of ours (``LABEL_FILE``)."""

    def label_file(self, booking: Booking, page: LabelPage) -> LabelFile | Problem:
        """One label. The bytes are complete when it returns; nothing is booked by asking."""
        ...


@dataclass(frozen=True, slots=True)
class Product:
    """A product of a carrier: its own code, and what people call it."""

    code: str
    name: str


@runtime_checkable
class ListsProducts(Protocol):
    """The products an account may book, for choosing one (``PRODUCTS``). Asks nobody."""

    def products(self) -> Sequence[Product]:
        """Known ones by name; a code that is not listed may be in the contract all the same."""
        ...


@runtime_checkable
class Binds(Protocol):
    """Ties the merchant's e-waybill account to the app, once, before it can be used (``BIND``)."""

    def bind(self) -> Health: ...


@runtime_checkable
class Recognises(Protocol):
    """Which companies a number may belong to, asked online (``RECOGNISE``)."""

    def recognise(self, number: str) -> list[str] | Problem:
        """Our company codes, the likeliest first."""
        ...


PARTS: Mapping[Capability, type[Any]] = {
    Capability.TRACK: Tracks,
    Capability.PRECHECK: AnswersReach,
    Capability.STOPPED_REGIONS: ListsStoppedRegions,
    Capability.BALANCE: CountsNumbers,
    Capability.QUOTE: Quoting,
    Capability.BILL: Billing,
    Capability.ADD_BOXES: AddsBoxes,
    Capability.LABEL_DATA: FetchesLabelData,
    Capability.LABEL_FILE: DrawsLabels,
    Capability.BIND: Binds,
    Capability.RECOGNISE: Recognises,
    Capability.PRODUCTS: ListsProducts,
}
"""The part that each capability promises; a test holds every registered carrier to it."""


def has(source: WaybillSource, capability: Capability) -> bool:
    """Whether this account can do it, by its settings too."""
    part = PARTS.get(capability)
    return capability in source.capabilities and (part is None or isinstance(source, part))
