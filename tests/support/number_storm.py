"""A storm over the carriers' own platforms: answers lost, programs that die, orders cancelled.

Every parcel is given to one of the carriers directly. A tenth of all calls books and then breaks
off, programs die between any two steps and are started again, a part of the orders is cancelled and
a part of the numbers given back. Afterwards the carriers' own books are compared with ours.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update

from app.bootstrap import Services, open_services
from app.domain.errors import PackbenchError
from app.domain.states import ParcelState, Route, WaybillState
from app.services import integrity
from app.services.numbers import (
    issuing,
    labelling,
    number_ledger,
    outcomes,
    reconciling,
    settling,
    voiding,
)
from app.services.numbers.number_ledger import Asked, ToDo
from app.services.parcels.parcel_queries import parcel_rows
from app.services.sync import syncing
from app.services.telling import outbox
from app.simulators.faults import FaultKind, Storm
from app.store.tables import accounts, parcels, waybill_requests, waybills
from tests.services import truth
from tests.support.warehouse import Bench

LOST_SHARE = 0.1
CARRIERS = ("sf", "zto", "yunda", "yto", "sto", "jt", "kuaidi100-jd")
"""Accounts of the demo: all that give numbers."""
_ENDING_ROUNDS = 12


class PlugPulledError(RuntimeError):
    """The program is gone."""


# Where a program dies: before and after the call, and in the middle of what is written down.
_STEPS: tuple[tuple[object, str], ...] = (
    (labelling, "_claim"),
    (labelling, "_save_request"),
    (outcomes, "store"),
    (outcomes, "keep_issued"),
    (issuing, "_insert"),
    (reconciling, "_never_booked"),
    (voiding, "_end"),
)


def give_to_carriers(bench: Bench, carriers: Sequence[str], most: int | None = None) -> list[str]:
    """Parcels that wait for a number, each for one of these accounts in turn; their ids."""
    for name, shop in bench.world.shops.items():
        shop.quirks.decodes_per_day = 1_000_000
        truth.change_shop(bench, name, decode_per_day=1_000_000)
    good = {o.order_id for o in bench.scenario.orders if not o.expectation.holds}
    with bench.work.db.read() as tx:
        waiting = list(
            tx.execute(
                select(parcels.c.id)
                .where(parcels.c.state == ParcelState.TO_LABEL)
                .order_by(parcels.c.id)
            ).scalars()
        )
    wanted = [
        row.id
        for start in range(0, len(waiting), 500)
        for row in parcel_rows(bench.work, waiting[start : start + 500])
        if set(row.orders) <= good
    ][:most]
    with bench.work.db.write() as tx:
        for n, name in enumerate(carriers):
            carrier = tx.execute(select(accounts.c.company).where(accounts.c.name == name)).scalar()
            tx.execute(
                update(parcels)
                .where(parcels.c.id.in_(wanted[n :: len(carriers)]))
                .values(route=Route.DIRECT, carrier=carrier, account=name)
            )
    return wanted


@dataclass
class NumberStorm:
    """``run`` the storm over ``most`` parcels, then ask ``wrong`` and ``table``."""

    bench: Bench
    most: int
    seed: int = 1
    a_round: int = 60
    lost_share: float = LOST_SHARE
    carriers: Sequence[str] = CARRIERS
    repeats: Sequence[str] = ()  # accounts whose contract allows to repeat a create
    done: Counter[str] = field(default_factory=Counter)
    ids: list[str] = field(default_factory=list)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    @property
    def faults_met(self) -> int:
        return self._storm.met

    def run(self) -> None:
        """Everything; ends with calm weather and a day's patience."""
        bench = self.bench
        self.ids = give_to_carriers(bench, self.carriers, self.most)
        for name in self.repeats:
            truth.allow_repeating(bench, name)
        self._storm = Storm(self.lost_share, self.seed, kinds=[FaultKind.LOSE_ANSWER])
        bench.world.carriers.server.faults.storm(self._storm)
        for n, start in enumerate(range(0, len(self.ids), self.a_round)):
            now = self.ids[max(0, start - self.a_round // 2) : start + self.a_round]
            self._round(now, dies=n % 2 == 1)
        bench.world.carriers.server.faults.storm(None)
        for _ in range(_ENDING_ROUNDS):
            self._settle(bench.services)
            self._label(bench.services, [i for i in self.ids if not truth_waybill(bench, i)])
            self._drain(bench.services)
            bench.clock.advance(900)

    def _round(self, ids: Sequence[str], *, dies: bool) -> None:
        """One program's life: it may die in the middle; what it left is the next one's."""
        services = open_services(
            self.bench.folder / "data",
            clock=self.bench.clock,
            user="storm",
            bench="S1",
            keyring_allowed=False,
        )
        try:
            with _dying(self._chance) if dies else _living():
                try:
                    self._label(services, ids)
                    self._settle(services)
                    self._drain(services)
                except PlugPulledError:
                    self.done["programs died"] += 1
        finally:
            services.close()
        self.bench.clock.advance(120)  # the leases of the dead run out
        self._people(ids)

    def _label(self, services: Services, ids: Sequence[str]) -> None:
        for row in labelling.label_parcels(services.work, ids):
            self.done[f"label {row.result}"] += 1

    def _settle(self, services: Services) -> None:
        for shop in syncing.shop_ids(services.work):
            for row in settling.settle_open(services.work, shop):
                self.done[f"looked up {row.result}"] += 1

    def _drain(self, services: Services) -> None:
        try:
            for row in outbox.drain(services.work, everything=True):
                self.done[f"told {row.kind} {row.result}"] += 1
        except PackbenchError as error:
            self.done[f"drain {error.code}"] += 1

    def _people(self, ids: Sequence[str]) -> None:
        """Orders are cancelled, numbers given back."""
        for parcel_id in self._chance.sample(list(ids), max(1, len(ids) // 20)):
            row = truth.parcel(self.bench, parcel_id)
            if row.state != ParcelState.TO_LABEL:
                continue
            if self._chance.random() < 0.5:
                shop = self.bench.world.shops[row.shop]
                for order in row.orders:
                    shop.cancel(order)
                self.done["orders cancelled"] += 1
            elif row.waybill:
                voiding.cancel_waybill(self.bench.work, row.waybill)
                self.done["numbers cancelled"] += 1
        with ThreadPoolExecutor(1) as pool:  # another program than the one that labels
            pool.submit(self.bench.sync).result()

    # -- afterwards ----------------------------------------------------------------------------

    def wrong(self) -> list[str]:
        """What is not as it must be; empty when the storm was weathered."""
        found = [f"{b.rule}: {b.ref}" for b in integrity.check(self.bench.work).broken]
        ours, doubts, books = self._ours(), self._doubts(), self._alive()
        listed = {e.parcel: e for e in number_ledger.listed(self.bench.work, Asked(unused=True))}
        for parcel_id in self.ids:
            row = truth.parcel(self.bench, parcel_id)
            alive = books.get(parcel_id, [])
            waits = {n for n, state in ours.get(parcel_id, {}).items() if state in _GIVEN_UP}
            live = [n for n, state in ours.get(parcel_id, {}).items() if state in _LIVE]
            if parcel_id in doubts:
                entry = listed.get(parcel_id)
                told = entry is not None and entry.in_doubt and entry.to_do is ToDo.ASK
                if row.account not in self._asks_people:
                    found.append(f"{parcel_id}: {row.account} in doubt")
                elif not told or entry is None or not str(entry.cost):
                    found.append(f"{parcel_id}: in doubt and not listed")
                continue
            leaked = set(alive) - set(live) - waits
            if leaked:
                found.append(f"{parcel_id}: {row.carrier} has {len(leaked)} numbers nobody knows")
            if len(live) != (row.state != ParcelState.CANCELLED):
                found.append(f"{parcel_id}: {row.state} with {len(live)} live numbers")
            if [n for n in live if n not in alive]:
                found.append(f"{parcel_id}: {row.carrier} does not have its number")
            if row.account != "zto" and waits & set(alive):  # ZTO's end by themselves
                found.append(f"{parcel_id}: {row.carrier} was not told of a number given up")
        return found

    def table(self) -> list[tuple[str, dict[str, int]]]:
        """The rows of a report: a title, and a count for each carrier."""
        ours, doubts, alive = self._ours(), self._doubts(), self._alive()
        rows: dict[str, Counter[str]] = {title: Counter() for title in TITLES}
        for parcel_id in self.ids:
            row = truth.parcel(self.bench, parcel_id)
            carrier, mine = row.account, ours.get(parcel_id, {})
            live = [n for n, state in mine.items() if state in _LIVE]
            rows["parcels"][carrier] += 1
            rows["of these cancelled"][carrier] += row.state == ParcelState.CANCELLED
            rows["one live number"][carrier] += len(live) == 1
            rows["more than one live number"][carrier] += len(live) > 1
            rows["given back"][carrier] += sum(s == WaybillState.VOID for s in mine.values())
            rows["ends by itself"][carrier] += sum(s in _GIVEN_UP for s in mine.values())
            rows["in doubt, listed for a person"][carrier] += parcel_id in doubts
            known = set(mine)
            lost = [n for n in alive.get(parcel_id, []) if n not in known]
            rows["known to the carrier alone"][carrier] += len(lost)
        return [(title, dict(counts)) for title, counts in rows.items()]

    @property
    def _asks_people(self) -> set[str]:
        """Accounts that cannot be asked what became of a create: a person has to look."""
        return {"zto", "yto", "sto"} - set(self.repeats)

    def _ours(self) -> dict[str, dict[str, str]]:
        """Numbers and their states by parcel, as our database has them."""
        found: dict[str, dict[str, str]] = {}
        with self.bench.work.db.read() as tx:
            for row in tx.execute(
                select(waybills.c.parcel_id, waybills.c.number, waybills.c.state).where(
                    waybills.c.kind == "mother"
                )
            ):
                found.setdefault(row.parcel_id, {})[row.number] = row.state
        return found

    def _doubts(self) -> set[str]:
        with self.bench.work.db.read() as tx:
            return set(
                tx.execute(
                    select(waybill_requests.c.parcel_id).where(
                        waybill_requests.c.state.in_(["sent", "unknown"])
                    )
                ).scalars()
            )

    def _alive(self) -> dict[str, list[str]]:
        """Numbers that the carriers hold for each parcel, by the parcel's key."""
        world = self.bench.world
        booked: list[tuple[str, str]] = []
        booked += [(o.order_id, o.mother) for o in world.sf.orders if not o.cancelled_at_s]
        booked += [(o.partner_order_code, o.bill_code) for o in world.zto.orders]
        booked += [(o.serial_no, o.mail_no) for o in world.yunda.orders if not o.is_cancelled]
        yto, sto = world.carriers.yto, world.carriers.sto
        booked += [(o.logistics_no, o.mail_no) for o in yto.orders if not o.is_cancelled]
        booked += [(o.order_no, o.waybill_no) for o in sto.orders if not o.is_cancelled]
        booked += [(o.our_id, o.bill_code) for o in world.jt.orders if not o.is_cancelled]
        booked += [(o.order_id, o.number) for o in world.kuaidi100.orders if not o.is_cancelled]
        found: dict[str, list[str]] = {}
        for key, number in booked:
            if number:
                found.setdefault(key.partition("_")[0], []).append(number)
        return found


TITLES = (
    "parcels",
    "of these cancelled",
    "one live number",
    "more than one live number",
    "given back",
    "ends by itself",
    "in doubt, listed for a person",
    "known to the carrier alone",
)
_LIVE = {
    WaybillState.ISSUED,
    WaybillState.PRINTED,
    WaybillState.PACKED,
    WaybillState.HANDED_OVER,
}
_GIVEN_UP = {WaybillState.VOID_REQUESTED, WaybillState.RECYCLED}


def truth_waybill(bench: Bench, parcel_id: str) -> str:
    """The parcel's number as we have it."""
    with bench.work.db.read() as tx:
        return outcomes.live_number(tx, parcel_id)


@contextmanager
def _living() -> Iterator[None]:
    yield


@contextmanager
def _dying(chance: random.Random) -> Iterator[None]:
    """After some of these steps the program is gone: every later one ends it too."""
    real = [(place, name, getattr(place, name)) for place, name in _STEPS]
    left = iter(range(-chance.randrange(10, 120), 1_000_000))

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
