"""A bad day: a fifth of all calls fails, lists are wrong, and orders change all the while.

The bad weather is over before the end: what counts is that afterwards everything is as the shops
have it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from app.domain.errors import PackbenchError
from app.jobs import CancelToken
from app.services import integrity
from app.services.orders import queries
from app.services.stock import importing
from app.services.sync import syncing
from app.services.sync.sweeping import Sweeper
from app.simulators.faults import Storm
from app.simulators.wechat.records import WAIT_SHIP
from app.simulators.wechat.shop import WechatShop
from app.store.tables import order_lines, orders, parcel_lines, parcels, waybills
from tests.support.other_pc import another_pc
from tests.support.shop_orders import SHOP, add_orders, differences, platform
from tests.support.sweeping import sweeper
from tests.support.warehouse import Bench

FAULTY_SHARE = 0.2
POLL_S = 2.0
NOT_SENT = ("to_check", "to_label", "to_pick", "to_pack", "to_report")


@dataclass(slots=True)
class BadDay:
    """``orders`` orders come in while ``changes`` of them change; ``each_turn`` is a hook.

    ``bring(shop, n)`` makes n new orders and returns their ids. After every round of polls
    ``each_turn(turn)`` may do more (pack, ship, report …); what it raises ends the day.
    ``weather(on)`` is told when the storm breaks loose and when it is over.
    """

    bench: Bench
    orders: int
    changes: int
    seed: int = 1
    each_turn: Callable[[int], None] = lambda _turn: None
    shops: tuple[str, ...] = (SHOP,)
    bring: Callable[[str, int], list[str]] | None = None
    weather: Callable[[bool], None] = lambda _on: None
    calm_turns: int = 40
    failed_polls: int = 0
    faults_met: int = 0
    _made: list[tuple[str, str]] = field(default_factory=list)
    _cases: list[tuple[str, str]] = field(default_factory=list)
    _beside: dict[str, Sweeper] = field(default_factory=dict)
    _chance: random.Random = field(init=False)

    def run(self) -> None:
        """The whole day, and the calm after it."""
        self._chance = random.Random(self.seed)
        self._fill_the_shelves()
        for shop in self.shops:
            syncing.sync_shop(self.bench.work, shop)
        storm = self._break_loose()
        self.weather(True)
        turns = max(self.orders // 5, self.changes)
        for turn in range(turns):
            self._come_in(self.orders * (turn + 1) // turns - len(self._made))
            for _ in range(self.changes * (turn + 1) // turns - self.changes * turn // turns):
                self._change()
            self._turn(turn)
        self.faults_met = storm.met
        self._calm_down()
        self.weather(False)
        for turn in range(turns, turns + self.calm_turns):
            self._turn(turn)

    def start_again(self, bench: Bench) -> None:
        """The program was started anew: what it only remembered is gone."""
        self.bench = bench
        self._beside.clear()

    def wrong(self, folder: Path) -> list[str]:
        """What is not as it should be: against the shop, and against a PC that starts now."""
        found = [line for shop in self.shops for line in differences(self.bench, shop=shop)]
        found += [str(broken.message) for broken in integrity.check(self.bench.work).broken]
        ours: dict[str, str] = {}
        theirs: dict[str, str] = {}
        with another_pc(self.bench, folder) as fresh:
            self._fill_the_shelves(fresh)
            for shop in self.shops:
                syncing.sync_shop(fresh.work, shop)
                ours |= _standing(self.bench, shop)
                theirs |= _standing(fresh, shop)
        found += [
            f"{order_id}: {ours.get(order_id)} instead of {theirs.get(order_id)}"
            for order_id in sorted(ours.keys() | theirs.keys())
            if ours.get(order_id) != theirs.get(order_id)
        ]
        return found

    def _turn(self, turn: int) -> None:
        self.bench.clock.advance(POLL_S)
        for shop in self.shops:
            beside = self._sweeper(shop)
            try:
                syncing.poll(
                    self.bench.work,
                    shop,
                    beside.recent,
                    large=turn % 10 == 0,
                    cancel=CancelToken(),
                )
                if turn % 5 == 0:
                    beside.large_at = None
                    beside.large()
                beside.overdue()
                beside.gap()
            except PackbenchError:
                self.failed_polls += 1
        self.each_turn(turn)

    def _sweeper(self, shop: str) -> Sweeper:
        if shop not in self._beside:
            self._beside[shop] = sweeper(self.bench.work, shop)
        return self._beside[shop]

    def _come_in(self, count: int) -> None:
        for n in range(count):
            shop = self.shops[(len(self._made) + n) % len(self.shops)]
            if self.bring is None:
                self._made += [(shop, i) for i in add_orders(self.bench, 1, shop=shop)]
            else:
                self._made += [(shop, i) for i in self.bring(shop, 1)]

    def _break_loose(self) -> Storm:
        platforms = [platform(self.bench, shop) for shop in self.shops]
        for shop in platforms:
            quirks = shop.quirks
            quirks.pages_repeat = quirks.pages_omit = quirks.page_keys_move = FAULTY_SHARE
            quirks.numeric_list_ids = True
            quirks.index_lag_s = 3
        revoke = [shop.tokens.revoke_all for shop in platforms]
        storm = Storm(FAULTY_SHARE, self.seed, path="/channels", also=revoke)
        self.bench.world.wechat.faults.storm(storm)
        return storm

    def _calm_down(self) -> None:
        for shop in self.shops:
            quirks = platform(self.bench, shop).quirks
            quirks.pages_repeat = quirks.pages_omit = quirks.page_keys_move = 0.0
            quirks.numeric_list_ids = False
            quirks.index_lag_s = 0
        self.bench.world.wechat.faults.storm(None)

    def _change(self) -> None:
        """One thing that a buyer or somebody at the back office does."""
        waiting = [(name, i) for name, i in self._made if self._is_open(name, i)]
        if waiting:
            self.change(*self._chance.choice(waiting))

    def _is_open(self, name: str, order_id: str) -> bool:
        shop = platform(self.bench, name)
        with shop.lock:
            return shop.orders[order_id].has_status(WAIT_SHIP)

    def change(self, name: str, order_id: str) -> None:
        """Something happens to this order, unless everything of it has been sent."""
        if not self._is_open(name, order_id):
            return
        shop = platform(self.bench, name)
        with shop.lock:
            order = shop.orders[order_id]
            line = self._chance.choice(order.lines)
            goods = (line["product_id"], line["sku_id"])
            address = {
                "user_name": "林晓",
                "tel_number": "18300002807",
                "province_name": "福建省",
                "city_name": "福州市",
                "county_name": "罗源县",
                "detail_info": f"示例路 {self._chance.randrange(900)} 号",
            }
            free = order.shippable().get(goods, 0)
            match self._chance.randrange(8):
                case 0:
                    shop.request_address_change(order_id, address)
                case 1:
                    shop.change_address(order_id, address)
                case 2 if free:
                    pieces = self._chance.randint(1, free)
                    self._cases.append((name, shop.open_aftersale(order_id, *goods, pieces)))
                case 3 if self._cases:
                    self._end_case(finished=False)
                case 4 if self._cases:
                    self._end_case(finished=True)
                case 5:
                    shop.request_sku_change(order_id, *goods, _other_sku(shop, goods), within_s=40)
                case 6 if not self._is_in_a_case(order_id) and order.status == WAIT_SHIP:
                    shop.cancel(order_id)
                case 7 if free and not self._is_in_a_case(order_id):
                    part = [(*goods, free)] if self._chance.random() < 0.5 else None
                    number = f"7890000{self._chance.randrange(10**7)}"
                    shop.ship_elsewhere(order_id, "ZTO", number, part)
                case _:
                    shop.write_merchant_note(order_id, f"note {self._chance.randrange(1000)}")

    def _end_case(self, *, finished: bool) -> None:
        name, case = self._cases.pop(self._chance.randrange(len(self._cases)))
        shop = platform(self.bench, name)
        if finished:
            shop.finish_refund(case)
        else:
            shop.withdraw_aftersale(case)

    def _is_in_a_case(self, order_id: str) -> bool:
        return any(
            platform(self.bench, name).aftersales[case]["order_id"] == order_id
            for name, case in self._cases
        )

    def _fill_the_shelves(self, bench: Bench | None = None) -> None:
        goods = (bench or self.bench).scenario.goods
        rows = [
            {"sku": g.sku, "barcode": g.barcode, "name": g.name, "quantity": "100000"}
            for g in goods
        ]
        importing.import_rows((bench or self.bench).work, rows)


def _other_sku(shop: WechatShop, goods: tuple[str, str]) -> str:
    """Another variant of the product; a product that has none is asked for one nobody knows."""
    variants = [str(sku["sku_id"]) for sku in shop.products.get(goods[0], {}).get("skus", ())]
    return next((v for v in variants if v != goods[1]), "9999999999")


def _standing(bench: Bench, shop: str) -> dict[str, str]:
    """Of every order: status, holds, and what is still to be sent in parcels of ours.

    That nobody delivers there knows only who asked for a number. A box that waits here although
    somebody entered its number at the shop is sent for the shop.
    """
    work = bench.work
    entered = {(s.order_id, s.waybill_id) for s in platform(bench, shop).shipments()}
    with work.db.read() as tx:
        ids = list(tx.execute(select(orders.c.id).where(orders.c.shop_id == shop)).scalars())
        pieces: dict[str, int] = {}
        for row in tx.execute(
            select(
                order_lines.c.order_id,
                parcel_lines.c.quantity,
                orders.c.order_id.label("shops_id"),
                waybills.c.number,
            )
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .join(orders, orders.c.id == order_lines.c.order_id)
            .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
            .outerjoin(waybills, waybills.c.id == parcels.c.waybill_id)
            .where(parcels.c.state.in_(NOT_SENT))
        ):
            if (row.shops_id, row.number) not in entered:
                pieces[row.order_id] = pieces.get(row.order_id, 0) + row.quantity
    standing = {}
    for order in queries.order_rows(work, ids):
        held = sorted({*order.holds} - {"out_of_range"})
        standing[order.order_id] = f"{order.status} {held} {pieces.get(order.id, 0)} pieces"
    return standing
