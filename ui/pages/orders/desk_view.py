"""What the drawer shows beside goods and parcels: requests, notes, serials, cases, facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ui.paint_status import Severity

Person = tuple[str, str, str, str]  # name, phone, region, the rest of the address


class NoteState(Enum):
    """How far a note has got."""

    NONE = "none"  # nothing was written here
    SAVED = "saved"
    WAITING = "waiting"  # the shop does not know it yet
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class NoteView:
    """The note of one order. ``reason`` and ``remedy`` belong to a refused one."""

    text: str = ""
    state: NoteState = NoteState.NONE
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One part of an address before and after."""

    name: str
    old: str
    new: str

    @property
    def differs(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class VariantSide:
    """A variant as the shop sells it, and what our shelf holds of it."""

    picture: str
    title: str
    spec: str
    stock: str


@dataclass(frozen=True, slots=True)
class VariantChange:
    """One line of the order whose buyer wants another variant. ``line`` says which, by when."""

    line: str
    sides: tuple[VariantSide, ...]  # old, new


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request that waits for an answer. ``kind``: ``address`` or ``variant``.

    ``asks_again``: accepting touches a printed label or a sealed box, so it is asked once more;
    ``why_not`` is why it cannot be answered from here, or empty.
    """

    kind: str
    title: str
    since: str
    effect: str
    pairs: tuple[Pair, ...] = ()
    changes: tuple[VariantChange, ...] = ()  # all of them are answered together
    asks_again: bool = False
    question: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class VirtualView:
    """A virtual number in words."""

    number: str
    until: str
    why_not: str = ""  # why it cannot be kept longer
    over: bool = False  # it reaches nobody any more: only a new one helps


@dataclass(frozen=True, slots=True)
class LabelView:
    """A parcel's label with its receiver. ``written``: what a person wrote for it, or empty.

    ``title`` is empty when there is only one parcel.
    """

    parcel: str
    title: str
    written: str = ""
    can_edit: bool = False


@dataclass(frozen=True, slots=True)
class ReceiverView:
    """The receiver of one order. ``why_not``: why it cannot be seen in clear, or empty."""

    person: Person
    can_reveal: bool = False
    why_not: str = ""
    virtual: bool = False
    virtual_until: str = ""
    labels: tuple[LabelView, ...] = ()


@dataclass(frozen=True, slots=True)
class SerialView:
    """The serial numbers of one parcel. ``parcel_title`` is empty when there is only one."""

    parcel: str
    parcel_title: str = ""
    serial: str = ""
    imei1: str = ""
    imei2: str = ""

    @property
    def known(self) -> bool:
        return bool(self.serial)


@dataclass(frozen=True, slots=True)
class CaseView:
    """One after-sale. ``can``: ``return``, ``refund``, ``exchange``, ``proof``, ``reject``."""

    shop: str
    id: str
    title: str  # kind · amount
    stage: str
    facts: tuple[str, ...]
    amount_fen: int
    can: tuple[str, ...] = ()
    note: str = ""  # why nothing can be done from here, or what comes next
    urgent: bool = False
    open: bool = True
    why_not: str = ""  # why it cannot be answered from here at all


@dataclass(frozen=True, slots=True)
class SplitLine:
    """One kind of goods in the parcel. ``kind`` is what the shop counts together (its SKU).

    ``quantity`` counts what the shop sells; one of it is ``factor`` pieces on the shelf.
    """

    key: str
    kind: str
    title: str
    spec: str
    picture: str
    quantity: int
    factor: int = 1


@dataclass(frozen=True, slots=True)
class SplitWish:
    """How a parcel shall be divided: pieces by line and part; ``extra``: 多寄一包."""

    parts: tuple[dict[str, int], ...]
    extra: bool


@dataclass(frozen=True, slots=True)
class FactLine:
    """Something to know: the buyer urges, another program has sent it, it is inspected first."""

    severity: Severity
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class SplitChance:
    """A parcel that may be split. ``shop_rule``: one kind may not lie in two parcels."""

    parcel: str
    lines: tuple[SplitLine, ...]
    shop_rule: bool
    warning: str = ""


@dataclass(frozen=True, slots=True)
class UnshipChance:
    """A sealed parcel that the shop has not taken yet."""

    parcel: str
    waybill: str
    cancelled: bool  # its order is off: it goes back to the shelf, not to the bench


@dataclass(frozen=True, slots=True)
class DeskView:
    """Everything of one order that can be answered, written or looked at."""

    note: NoteView = field(default_factory=NoteView)
    receiver: ReceiverView | None = None
    facts: tuple[FactLine, ...] = ()
    requests: tuple[RequestView, ...] = ()
    serials: tuple[SerialView, ...] = ()
    cases: tuple[CaseView, ...] = ()
    splits: tuple[SplitChance, ...] = ()
    unships: tuple[UnshipChance, ...] = ()
    read_only: str = ""  # why nothing of it may be changed in the shop
