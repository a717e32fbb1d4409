"""What stands on the papers beside the label, decided once; how they look is printing's business.

No paper here shows a price, and none but the slip a person: the slip shows a masked name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.commands import Command
from app.domain.states import Document
from app.domain.text import Text


@dataclass(frozen=True, slots=True)
class PickRow:
    """One row of a pick list, in walking order.

    ``short``: so many pieces are not on the shelf by the books. ``alike``: so many other variants
    of the same product are on this list. ``batch`` is the one to take, good until ``expires_on``.
    ``refill``: the reserve bin that this bin gets the pieces from first. ``gifts``: so many of the
    pieces are given on top.
    """

    bin: str
    sku: str
    name: str
    spec: str
    barcode: str
    quantity: int
    slots: tuple[str, ...] = ()  # "3 ×2": which boxes of the cart; "3–7 ×1": each of them
    short: int = 0
    alike: int = 0
    look_alike: Text | None = None  # what it is easily taken for
    batch: str = ""
    expires_on: str = ""
    refill: str = ""
    gifts: int = 0


@dataclass(frozen=True, slots=True)
class CartPart:
    """The places ``first`` to ``last`` of a wave; slot 1 of the cart is place ``first``.

    ``cart`` counts from 1; 0: chosen by places, no cart of several. ``carts``: how many there are.
    """

    first: int
    last: int
    cart: int = 0
    carts: int = 0


@dataclass(frozen=True, slots=True)
class PickList:
    wave: str
    printed_at: datetime
    parcels: int
    rows: tuple[PickRow, ...]
    code: str  # barcode that marks the list as done when scanned
    part: CartPart | None = None  # the whole wave when none

    @property
    def document(self) -> Document:
        return Document.PICKLIST


@dataclass(frozen=True, slots=True)
class SlipRow:
    name: str
    spec: str
    quantity: int
    is_gift: bool = False  # given on top by the shop
    parts: tuple[str, ...] = ()  # what a bundle is made of, each with its pieces in all


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """What the buyer finds in the box; prices are never part of it.

    ``greeting`` is the buyer's own card, ``shop_words`` what the shop says on every slip, ``note``
    what somebody wrote on the order, where the shop wants it printed; ``return_to`` where goods go
    back to, in one line.
    """

    shop: str
    order_ids: tuple[str, ...]
    receiver_name: str  # masked
    rows: tuple[SlipRow, ...]
    greeting: str
    note: str
    number: str
    printed_at: datetime
    shop_words: str = ""
    return_to: str = ""

    @property
    def document(self) -> Document:
        return Document.SLIP


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One parcel that the driver takes."""

    number: str
    box_no: int
    box_count: int
    weight_g: int  # 0: not weighed
    city: str


@dataclass(frozen=True, slots=True)
class ManifestPart:
    """The parcels of one carrier's account: what one driver signs for."""

    carrier: str  # its name, for people
    account: str
    code: str  # the same parcels always have the same code
    rows: tuple[ManifestRow, ...]
    reprint_no: int = 0  # 0 = first print

    @property
    def weight_g(self) -> int:
        return sum(row.weight_g for row in self.rows)

    @property
    def unweighed(self) -> int:
        return sum(row.weight_g <= 0 for row in self.rows)


@dataclass(frozen=True, slots=True)
class Manifest:
    """交接单: what a shop hands over, a part for each carrier's account."""

    shop: str
    printed_at: datetime
    parts: tuple[ManifestPart, ...]

    @property
    def document(self) -> Document:
        return Document.MANIFEST


@dataclass(frozen=True, slots=True)
class CommandCards:
    """Cards that the bench obeys."""

    commands: tuple[Command, ...]

    @property
    def document(self) -> Document:
        return Document.CARDS


class Arrow(StrEnum):
    """Which way the bin lies from where its label is stuck."""

    NONE = ""
    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Grid:
    """Labels on a sheet: so many across and down. 0: as many as usual for the paper."""

    columns: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class GoodsLabel:
    """One label for a piece of goods, ``copies`` times. ``code``: what a scan gives."""

    name: str
    spec: str
    sku: str
    code: str
    copies: int = 1


@dataclass(frozen=True, slots=True)
class GoodsLabels:
    labels: tuple[GoodsLabel, ...]
    grid: Grid = Grid()

    @property
    def document(self) -> Document:
        return Document.GOODS


@dataclass(frozen=True, slots=True)
class BinLabel:
    name: str
    arrow: Arrow = Arrow.NONE


@dataclass(frozen=True, slots=True)
class BinLabels:
    labels: tuple[BinLabel, ...]
    grid: Grid = Grid()

    @property
    def document(self) -> Document:
        return Document.BINS


@dataclass(frozen=True, slots=True)
class TestPage:
    """Rulers, bars and type sizes, to set size, offset and density by.

    The printer says its own name, language and kind of address on it.
    """

    printed_at: datetime
    printer: str = ""
    language: str = ""
    address_kind: str = ""

    __test__ = False  # the test runner would take it for one of its own

    @property
    def document(self) -> Document:
        return Document.TEST


Sheet = PickList | PackingSlip | Manifest | CommandCards | GoodsLabels | BinLabels | TestPage
"""Everything that is printed and is no label of a waybill."""
