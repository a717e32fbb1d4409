"""What every carrier promises over HTTP, and what a carrier says of itself for that.

A carrier has one ``Contract`` or several in ``contract_entries``: one for each way in which its
merchants' agreements differ. ``test_contract_over_http`` holds every one of them to the promises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.carriers.registry import make_source
from app.domain.tracking import TrackQuery
from app.domain.waybills import Booking, ProblemClass
from app.ports import WaybillSource
from app.simulators.exchange import Predicate
from app.simulators.faults import Fault
from app.simulators.ground import ROUTE_LATER
from tests.carriers.station import Mountable, Station, at

LOST = ("lose_answer", "truncate", "bad_gateway", "hang")
"""What comes of a call that took effect: no answer, half of one, a page of HTML, or too late."""


class Books(Mountable, Protocol):
    """A simulated carrier, asked what it has really done."""

    def numbers_issued(self, our_key: str, /) -> list[str]:
        """Every number given for our key, the cancelled ones too."""
        ...

    def advance(self, number: str, /, steps: int = 1) -> object:
        """The parcel goes so many steps of its journey."""
        ...

    @property
    def orders(self) -> list[Any]:
        """All that was ever booked."""
        ...


def only_base_url(url: str) -> dict[str, Any]:
    return {"base_url": url}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Something that the carrier refuses: a receiver, a booking, or the account's settings."""

    kind: ProblemClass
    street: str = ""  # put behind the receiver's street; steers the simulator
    booking: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A carrier under one kind of agreement.

    ``after_effect``, ``after_nothing`` and ``after_repeat`` name the outcomes that are right: of
    ``reconcile`` when the carrier has the order, of ``reconcile`` when it never got it, and of a
    second ``create``. None for the last: this carrier would book again, so nobody may.
    """

    name: str
    code: str
    config: Mapping[str, Any]
    extras: Mapping[str, Any] = field(default_factory=dict)  # settings that add parts
    simulator: Callable[..., Books]
    account: Any
    quirks: Any
    booking: Callable[..., Booking]
    path: str  # where a number is asked for
    when: Predicate | None = None  # which of the calls to that path
    address: Callable[[str], Mapping[str, Any]] = only_base_url
    after_effect: type
    after_nothing: type
    after_repeat: type | None
    refusals: tuple[Refusal, ...]
    with_numbers: Callable[[int], Any] | None = None  # the account with so many numbers left
    shows_receiver: bool = False  # whose number it is, when asked by our key
    late_mark: str = ROUTE_LATER  # a street whose sorting code is missing from the answer
    tells_label_again: bool = True  # where label data may be asked for at all
    marks: tuple[str, ...] = ("mark",)  # what of the label data must be there to print

    def __str__(self) -> str:
        return self.name


class ContractStation(Station):
    """The simulated carrier of a contract, and our side of it."""

    contract: Contract
    books: Books

    def open(self, contract: Contract, account: Any = None, **config: Any) -> WaybillSource:
        """A carrier with empty books and an account there."""
        self.contract = contract
        self.books = contract.simulator(
            [account or contract.account], quirks=contract.quirks, clock=self.now_s
        )
        self.serve(self.books)
        return self.again(**config)

    def again(self, **config: Any) -> WaybillSource:
        """The same carrier, for an account with other settings."""
        return self.source_at(self.server.base_url, **config)

    def source_at(self, url: str, **config: Any) -> WaybillSource:
        contract = self.contract
        keys = {**contract.config, **contract.address(url), "timeout_s": 5, **config}
        return make_source(keys, self.http, self.clock)

    def booking(self, street: str = "", **changes: Any) -> Booking:
        """The contract's booking, sent just now; ``street`` is put behind the receiver's."""
        return at(street, self.contract.booking(sent_at=self.clock.now(), **changes))

    def fail(self, fault: str) -> Fault:
        """The next call for a number meets ``fault``; only ``close_before`` has no effect."""
        path, when = self.contract.path, self.contract.when
        if fault == "bad_gateway":
            return self.server.faults.bad_gateway(path, when=when, takes_effect=True)
        order: Callable[..., Fault] = getattr(self.server.faults, fault)
        return order(path, when=when)

    def query(self, number: str) -> TrackQuery:
        """Asked by the merchant, who knows the receiver's phone."""
        booking = self.booking()
        return TrackQuery(number, booking.receiver.phone[-4:], booking.carrier)
