"""A bad day: a fifth of all calls fails, lists are wrong, and orders change all the while.

``weather`` is over before the end: what counts is that afterwards everything is as the shop has it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from app.domain.errors import PackbenchError
from app.jobs import CancelToken
from app.services import integrity, queries, stock, syncing
from app.services.sweeping import Sweeper
from app.services.sync_memory import RecentReadings
from app.simulators.faults import Storm
from app.store.tables import order_lines, orders, parcel_lines, parcels
from tests.support.other_pc import another_pc
from tests.support.shop_orders import SHOP, add_orders, differences, platform
from tests.support.warehouse import Bench

FAULTY_SHARE = 0.2
POLL_S = 2.0
OPEN_STATES = ("to_check", "to_label", "to_pick", "to_pack")


@dataclass(slots=True)
class BadDay:
    """``orders`` orders come in while ``changes`` of them change; ``each_turn`` is a hook.

    After every poll ``each_turn(turn)`` may do more (pack, ship, report …); what it raises ends
    the day.
    """

    bench: Bench
    orders: int
    changes: int
    seed: int = 1
    each_turn: Callable[[int], None] = lambda _turn: None
    failed_polls: int = 0
    faults_met: int = 0
    _made: list[str] = field(default_factory=list)
    _cases: list[str] = field(default_factory=list)
    _chance: random.Random = field(init=False)

    def run(self) -> None:
        """The whole day, and the calm after it."""
        self._chance = random.Random(self.seed)
        self._fill_the_shelves()
        syncing.sync_shop(self.bench.work, SHOP)
        recent = RecentReadings()
        beside = Sweeper(
            self.bench.work,
            self.bench.work.outside.shop(SHOP),
            recent,
            CancelToken(),
            f"sync:{SHOP}",
        )
        storm = self._break_loose()
        turns = max(self.orders // 5, self.changes)
        for turn in range(turns):
            self._made += add_orders(
                self.bench, self.orders * (turn + 1) // turns - len(self._made)
            )
            for _ in range(self.changes * (turn + 1) // turns - self.changes * turn // turns):
                self._change()
            self._turn(turn, recent, beside)
        self.faults_met = storm.met
        self._calm_down()
        for turn in range(turns, turns + 40):
            self._turn(turn, recent, beside)

    def wrong(self, folder: Path) -> list[str]:
        """What is not as it should be: against the shop, and against a PC that starts now."""
        found = differences(self.bench)
        found += [str(broken.message) for broken in integrity.check(self.bench.work).broken]
        with another_pc(self.bench, folder) as fresh:
            self._fill_the_shelves(fresh)
            syncing.sync_shop(fresh.work, SHOP)
            ours, theirs = _standing(self.bench), _standing(fresh)
        found += [
            f"{order_id}: {ours.get(order_id)} instead of {theirs.get(order_id)}"
            for order_id in sorted(ours.keys() | theirs.keys())
            if ours.get(order_id) != theirs.get(order_id)
        ]
        return found

    def _turn(self, turn: int, recent: RecentReadings, beside: Sweeper) -> None:
        self.bench.clock.advance(POLL_S)
        try:
            syncing.poll(self.bench.work, SHOP, recent, large=turn % 10 == 0, cancel=CancelToken())
            if turn % 5 == 0:
                beside.large_at = None
                beside.large()
            beside.overdue()
        except PackbenchError:
            self.failed_polls += 1
        self.each_turn(turn)

    def _break_loose(self) -> Storm:
        shop = platform(self.bench)
        quirks = shop.quirks
        quirks.pages_repeat = quirks.pages_omit = quirks.page_keys_move = FAULTY_SHARE
        quirks.numeric_list_ids = True
        quirks.index_lag_s = 3
        storm = Storm(FAULTY_SHARE, self.seed, path="/channels", also=(shop.tokens.revoke_all,))
        self.bench.world.wechat.faults.storm(storm)
        return storm

    def _calm_down(self) -> None:
        quirks = platform(self.bench).quirks
        quirks.pages_repeat = quirks.pages_omit = quirks.page_keys_move = 0.0
        quirks.numeric_list_ids = False
        quirks.index_lag_s = 0
        self.bench.world.wechat.faults.storm(None)

    def _change(self) -> None:
        """One thing that a buyer or somebody at the back office does."""
        shop = platform(self.bench)
        with shop.lock:
            waiting = [i for i in self._made if shop.orders[i].status == 20]
            if not waiting:
                return
            order_id = self._chance.choice(waiting)
            order = shop.orders[order_id]
            line = order.lines[0]
            goods = (line["product_id"], line["sku_id"])
            address = {
                "user_name": "林晓",
                "tel_number": "18300002807",
                "province_name": "福建省",
                "city_name": "福州市",
                "county_name": "罗源县",
                "detail_info": f"示例路 {self._chance.randrange(900)} 号",
            }
            free = shop.orders[order_id].shippable().get(goods, 0)
            match self._chance.randrange(8):
                case 0:
                    shop.request_address_change(order_id, address)
                case 1:
                    shop.change_address(order_id, address)
                case 2 if free:
                    self._cases.append(shop.open_aftersale(order_id, *goods, 1))
                case 3 if self._cases:
                    shop.withdraw_aftersale(self._cases.pop())
                case 4 if self._cases:
                    shop.finish_refund(self._cases.pop())
                case 5:
                    shop.request_sku_change(order_id, *goods, "9999999999", within_s=40)
                case 6 if not self._is_in_a_case(order_id):
                    shop.cancel(order_id)
                case 7 if not self._is_in_a_case(order_id):
                    shop.ship_elsewhere(order_id, "ZTO", f"7890000{self._chance.randrange(10**7)}")
                case _:
                    shop.write_merchant_note(order_id, f"note {self._chance.randrange(1000)}")

    def _is_in_a_case(self, order_id: str) -> bool:
        shop = platform(self.bench)
        return any(shop.aftersales[case]["order_id"] == order_id for case in self._cases)

    def _fill_the_shelves(self, bench: Bench | None = None) -> None:
        goods = (bench or self.bench).scenario.goods
        rows = [
            {"sku": g.sku, "barcode": g.barcode, "name": g.name, "quantity": "100000"}
            for g in goods
        ]
        stock.import_rows((bench or self.bench).work, rows)


def _standing(bench: Bench) -> dict[str, str]:
    """Of every order: status, holds, and what is still to be sent in parcels of ours."""
    work = bench.work
    with work.db.read() as tx:
        ids = list(tx.execute(select(orders.c.id).where(orders.c.shop_id == SHOP)).scalars())
        pieces: dict[str, int] = {}
        for row in tx.execute(
            select(order_lines.c.order_id, parcel_lines.c.quantity)
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .join(parcels, parcels.c.id == parcel_lines.c.parcel_id)
            .where(parcels.c.state.in_(OPEN_STATES))
        ):
            pieces[row.order_id] = pieces.get(row.order_id, 0) + row.quantity
    return {
        row.order_id: f"{row.status} {sorted(row.holds)} {pieces.get(row.id, 0)} pieces"
        for row in queries.order_rows(work, ids)
    }
