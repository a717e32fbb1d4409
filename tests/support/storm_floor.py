"""The second half of a bad day: while orders come in and change, a bench packs and ships them.

Numbers are taken on both ways, parcels are split, merged, packed, sealed, told and taken back, by
two programs on one database that die now and then and are started again. ``storm_truth`` says
afterwards what the shops and carriers saw of it.
"""

from __future__ import annotations

import itertools
import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from app.bootstrap import Services, open_services
from app.domain.errors import PackbenchError
from app.domain.states import ParcelState, Verdict
from app.jobs import CancelToken
from app.ports import ExtraReason
from app.services import after_sales, records
from app.services.numbers import issuing, labelling, outcomes, settling, voiding
from app.services.parcels import (
    checking,
    merging,
    packing,
    parcel_moves,
    shipping,
    splitting,
    unshipping,
)
from app.services.parcels.parcel_queries import ParcelRow, parcel_ids, parcel_rows
from app.services.telling import (
    corrections,
    extra_parcels,
    outbox,
    outbox_results,
    report_rows,
    report_sending,
)
from app.simulators.demo_accounts import demo_accounts
from app.simulators.faults import Storm
from app.simulators.goods import ListingKind, load_goods, load_listings
from app.simulators.order_desk import Draft, Numbers, OrderDesk
from app.simulators.people import Crowd, load_regions
from app.simulators.seed_orders import OrderKind
from app.simulators.wechat.records import WAIT_SHIP
from tests.support.storm import FAULTY_SHARE, BadDay
from tests.support.storm_people import Person
from tests.support.warehouse import Bench

SHOPS = ("shanye", "qinghe")  # labels of the platform, labels of the carriers
_LATE_SHARE = 0.25  # of the boxes that the shop has not heard of, a turn
_TYPED = itertools.count(1_000_000_000_001)
_FIRST = itertools.count(700_000)


class PlugPulledError(RuntimeError):
    """The program is gone."""


# Where a program dies: between the call and what is written down, and in the middle of a write.
_STEPS: tuple[tuple[object, str], ...] = (
    (labelling, "_claim"),
    (outcomes, "store"),
    (outcomes, "keep_issued"),
    (issuing, "_insert"),
    (outbox_results, "done"),
    (outbox_results, "parcel_reported"),
    (outbox_results, "later"),
    (report_sending, "_read_back"),
    (report_rows, "queue"),
    (shipping, "_take_from_shelf"),
    (unshipping, "_open_again"),
    (voiding, "_end"),
    (parcel_moves, "measure"),
    (records, "refresh_orders"),
)


@dataclass(slots=True)
class Floor:
    """A bench at work. Hand ``turn`` to the day as ``each_turn``, ``bring`` and ``weather`` too."""

    bench: Bench
    seed: int = 1
    crashes_every: int = 7
    late_changes: int = 100
    done: Counter[str] = field(default_factory=Counter)
    day: BadDay = field(init=False)
    second: Services = field(init=False)
    _chance: random.Random = field(init=False)
    _people: dict[str, Crowd] = field(default_factory=dict)
    _last: dict[str, Draft] = field(default_factory=dict)
    _storms: list[Storm] = field(default_factory=list)
    _stormy: bool = False
    _corrected: set[str] = field(default_factory=set)
    _opened: list[Services] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed + 1)
        self.second = self._open()

    def close(self) -> None:
        """End the programs that were started here."""
        while self._opened:
            self._opened.pop().close()

    # the day's hooks

    def bring(self, shop: str, count: int) -> list[str]:
        """New orders of one to three listings; two in five are by the buyer of the one before."""
        crowd = self._people.setdefault(
            shop, Crowd(random.Random(self.seed + len(shop)), load_regions())
        )
        desk = OrderDesk(
            shop,
            load_listings(),
            load_goods(),
            demo_accounts(),
            crowd,
            Numbers(1, first=next(_FIRST)),
            self.bench.clock.now(),
        )
        plain = [x.sku_code for x in desk.listings if x.kind is ListingKind.GOODS]
        made = []
        for _ in range(count):
            chosen = self._chance.sample(plain, self._chance.randint(1, 3))
            picks = [(code, self._chance.randint(1, 3)) for code in chosen]
            like = self._last.get(shop) if self._chance.random() < 0.4 else None
            draft = desk.buy(
                *picks,
                hours_ago=0,
                person=like.person if like else None,
                openid=str(like.order["openid"]) if like else "",
            )
            self._last[shop] = draft
            sealed = desk.seal(draft, OrderKind.ORDINARY)
            store = self.bench.world.shops[shop]
            made.append(store.add_order(sealed.order, sealed.receiver, sealed.after_sales))
        return made

    def weather(self, on: bool) -> None:
        """The carriers' own gateways fail as often as the shops'."""
        storm = Storm(FAULTY_SHARE, self.seed + 2) if on else None
        self._stormy = on
        if storm is not None:
            self._storms.append(storm)
        self.bench.world.carriers.server.faults.storm(storm)

    def turn(self, turn: int) -> None:
        """What happens at the bench between two polls; now and then the program dies in it."""
        steps = [
            self._after_sales,
            self._look_up_doubts,
            self._part_and_join,
            self._label,
            self._seal,
            self._too_late,
            self._person,
            self._afterwards,
            self._tell,
        ]
        if not self._stormy:
            for step in steps:
                step()
            return
        dies = turn % self.crashes_every == self.crashes_every - 1
        with _dying(self._chance) if dies else _living():
            for step in steps:
                if dies or self._chance.random() < 0.8:
                    try:
                        step()
                    except PlugPulledError:
                        self.done["crashed"] += 1
                        break
        if dies:
            self._start_again()

    # the steps

    def _after_sales(self) -> None:
        for shop in SHOPS:
            work = self.bench.work
            after_sales.sync(work, work.outside.shop(shop), CancelToken())
        checking.recheck(self.bench.work)

    def _look_up_doubts(self) -> None:
        """As the window does all day, whether or not anything holds the parcel."""
        for shop in SHOPS:
            for row in settling.settle_open(self.bench.work, shop):
                self._count_number(row)

    def _part_and_join(self) -> None:
        if not self._stormy:
            return
        work = self.bench.work
        for row in self._rows(ParcelState.TO_LABEL):
            if self._chance.random() < 0.12:
                self._trying("split", self._split, row)
        for found in merging.candidates(work):
            if self._chance.random() < 0.8:
                self._trying("merge", merging.merge, work, found.parcels)

    def _split(self, row: ParcelRow) -> None:
        with self.bench.work.db.read() as tx:
            lines = parcel_moves.lines_of(tx, row.id)
        line = self._chance.choice(lines)
        if line.listing_quantity > 1:
            parts = [{line.code: 1}]
            splitting.split(self.bench.work, row.id, parts, extra=True)
        elif len({x.code for x in lines}) > 1:
            splitting.split(self.bench.work, row.id, [{line.code: line.quantity}])

    def _label(self) -> None:
        ids = [r.id for r in self._rows(ParcelState.TO_LABEL) if not r.waybill and not r.holds]
        if self._stormy:
            ids = [i for i in ids if self._chance.random() < 0.7]
        for row in labelling.label_parcels(self.bench.work, ids):
            self._count_number(row)

    def _seal(self) -> None:
        ready = [r for r in self._all_open() if r.waybill and not r.holds]
        waiting = Counter(i for r in self._all_open() if not r.waybill for i in r.orders)
        for row in ready:
            # Of a split order every part has its number before the first one leaves.
            if any(waiting[i] for i in row.orders) or self._chance.random() < 0.3:
                continue
            how = self._pack if self._chance.random() < 0.5 else self._ship
            self._trying("seal", how, row)

    def _ship(self, row: ParcelRow) -> None:
        (shipped,) = shipping.ship(self.bench.work, parcel_ids=[row.id], unpacked=True)
        self.done[f"ship {shipped.result}"] += 1

    def _pack(self, row: ParcelRow) -> None:
        work = self.second.work if self._chance.random() < 0.5 else self.bench.work
        opened = packing.open_parcel(work, row.waybill)
        if opened.verdict is not Verdict.PARCEL_OPENED or opened.parcel is None:
            self._ship(row)
            return
        parcel = opened.parcel
        for line in parcel.lines:
            for _ in range(line.need - line.have):
                packing.scan(work, parcel, line.item.code, nonce=uuid.uuid4().hex)
        packing.close(work, parcel, 500)
        self.done["packed"] += 1

    def _too_late(self) -> None:
        """Something changes after the box was sealed and before the shop hears of it."""
        if not self._stormy:
            return
        for row in self._rows(ParcelState.TO_REPORT):
            if not self.late_changes or self._chance.random() >= _LATE_SHARE:
                continue
            self.late_changes -= 1
            order_id = self._chance.choice(row.orders)
            shop = self.bench.world.shops[row.shop]
            order = shop.orders[order_id]
            unsent = order.has_status(WAIT_SHIP) and order.shippable()
            if unsent and self._chance.random() < 0.15:
                # Somebody presses "ship" in the back office, with the number of our own label.
                shop.ship_elsewhere(order_id, "OTHER", row.waybill)
                self.done["our number entered by hand"] += 1
            else:
                self.day.change(row.shop, order_id)
                self.done["changed when sealed"] += 1

    def _person(self) -> None:
        self._by_hand.look(eager=not self._stormy)

    def _afterwards(self) -> None:
        """A wrong number is corrected, a gift is sent after: the shop has the parcel already."""
        if not self._stormy or self._chance.random() < 0.5:
            return
        gone = [r for r in self._rows(ParcelState.SHIPPED) if r.id not in self._corrected]
        if not gone:
            return
        row = self._chance.choice(gone)
        number = f"YT{next(_TYPED)}"
        if self._chance.random() < 0.5:
            work = self.bench.work
            self._corrected.add(row.id)  # the shop takes one correction of a parcel
            self._trying("correct", corrections.correct, work, row.id, "yto", number, "misread")
            return
        with self.bench.work.db.read() as tx:
            line = self._chance.choice(parcel_moves.lines_of(tx, row.id))
        goods = {line.code: 1}
        told = (line.order_id, "YTO", number, goods, ExtraReason.GIFT)
        self._trying("gift sent after", extra_parcels.add, self.bench.work, *told)

    def _tell(self) -> None:
        """Two programs send at the same time; one of them may find the other one at it."""
        if self._stormy and self._chance.random() < 0.3:
            return
        died: list[BaseException] = []

        def drain(services: Services) -> None:
            try:
                rows = outbox.drain(services.work, everything=not self._stormy)
            except PackbenchError as error:
                self.done[f"drain {error.code}"] += 1
            except PlugPulledError as error:
                died.append(error)
            else:
                self.done.update(f"told {r.kind} {r.result} {r.code}".strip() for r in rows)

        other = threading.Thread(target=drain, args=(self.second,))
        other.start()
        drain(self.bench.services)
        other.join()
        if died:
            raise died[0]

    # helpers

    def _count_number(self, row: outcomes.LabelRow) -> None:
        self.done[f"label {row.result} {row.code}".strip()] += 1
        if row.code == "ask_person":
            self._trying("settle", self._by_hand.settle, row.parcel)

    @property
    def _by_hand(self) -> Person:
        return Person(self.bench, self._chance, self.done)

    def _rows(self, *states: ParcelState) -> list[ParcelRow]:
        work = self.bench.work
        ids = [i for state in states for i in parcel_ids(work, state=state)]
        return parcel_rows(work, ids)

    def _all_open(self) -> list[ParcelRow]:
        return self._rows(
            ParcelState.TO_CHECK, ParcelState.TO_LABEL, ParcelState.TO_PICK, ParcelState.TO_PACK
        )

    def _trying(self, name: str, act: Callable[..., Any], *args: Any) -> None:
        try:
            act(*args)
        except PackbenchError as error:
            self.done[f"{name} {error.code}"] += 1
        else:
            self.done[name] += 1

    def _open(self) -> Services:
        opened = open_services(
            self.bench.folder / "data",
            clock=self.bench.clock,
            user="test",
            bench="A4",
            keyring_allowed=False,
        )
        self._opened.append(opened)
        return opened

    def _start_again(self) -> None:
        self.bench = replace(self.bench, services=self._open())
        self.second = self._open()
        for gone in self._opened[:-2]:
            gone.close()
        del self._opened[:-2]
        self.day.start_again(self.bench)


@contextmanager
def _living() -> Iterator[None]:
    yield


@contextmanager
def _dying(chance: random.Random) -> Iterator[None]:
    """After some of these steps, whichever they are, the program is gone: each one ends it."""
    real = [(place, name, getattr(place, name)) for place, name in _STEPS]
    left = itertools.count(-chance.randrange(30))

    def dying(alive: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            if next(left) >= 0:
                raise PlugPulledError
            return alive(*args, **kwargs)

        return step

    for place, name, alive in real:
        setattr(place, name, dying(alive))
    try:
        yield
    finally:
        for place, name, alive in real:
            setattr(place, name, alive)
