"""The demo's expectations against the program itself: synced, held, reserved and checked.

The shops are the simulated ones over real HTTP, the database is a real file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.domain.states import HoldCode, ParcelState
from app.net.transport import HttpxTransport
from app.ports import Printer, Sealer, Shop, Stationery, WaybillSource
from app.services import checking, mapping, records, stock, syncing
from app.services.workplace import Workplace
from app.shops.registry import make_shop
from app.simulators.demo_shop import open_shops
from app.simulators.goods import DEMO_FOLDER, stock_rows
from app.simulators.scenario import OutOfFlow, Scenario, SeedOrder, build_scenario
from app.simulators.wechat.gateway import WechatServer
from app.store import tables
from app.store.engine import Database, sqlite_url
from app.store.schema import upgrade
from tests.support.clock import FakeClock

LATER = frozenset({HoldCode.OUT_OF_RANGE})  # only the carrier knows, when it is asked


class TwoShops:
    """Outside: the two simulated shops, nothing else."""

    def __init__(self, scenario: Scenario, base_url: str, clock: FakeClock) -> None:
        self.transport = HttpxTransport()
        self._shops = {
            shop.name: make_shop(
                {
                    "name": shop.name,
                    "platform": "wechat",
                    "base_url": base_url,
                    "app_id": shop.account.app_id,
                    "app_secret": shop.account.app_secret,
                    "label_route": shop.account.label_route,
                    "decode_per_day": shop.account.decode_per_day,
                },
                self.transport,
                clock,
            )
            for shop in scenario.shops
        }

    def shop(self, shop_id: str) -> Shop:
        return self._shops[shop_id]

    def carrier(self, account: str) -> WaybillSource:
        raise AssertionError(f"no number is asked for here, not of {account}")

    def printer(self, name: str) -> Printer:
        raise AssertionError(f"nothing is printed here, not on {name}")

    @property
    def stationery(self) -> Stationery:
        raise AssertionError("nothing is drawn here")


class ClearSealer:
    """Sealing without a key, for data that was invented."""

    def seal(self, clear: str) -> str:
        return clear

    def unseal(self, sealed: str) -> str:
        return sealed


def set_up(work: Workplace, scenario: Scenario) -> None:
    accounts = scenario.accounts
    with work.db.write() as tx:
        for position, shop in enumerate(scenario.shops):
            tx.execute(
                insert(tables.shops).values(
                    id=shop.name,
                    platform="wechat",
                    title=shop.account.title,
                    settings={"label_route": shop.account.label_route.value},
                    position=position,
                )
            )
        for position, account in enumerate(accounts.carriers):
            tx.execute(
                insert(tables.accounts).values(
                    name=account.name,
                    carrier=account.carrier,
                    settings=asdict(account),
                    position=position,
                )
            )
        for position, rule in enumerate(accounts.rules):
            tx.execute(
                insert(tables.rules).values(
                    name=rule.name, position=position, when=rule.when, then=dict(rule.then)
                )
            )
    stock.import_rows(work, stock_rows(scenario.goods))
    with work.db.write() as tx:
        for told in scenario.mappings:
            ((sku, factor),) = told.contents
            found = mapping.sku_by_code(tx, sku)
            assert found is not None
            mapping.map_listing(tx, work, told.shop, told.product_id, told.sku_id, found, factor)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    clock = FakeClock()
    return build_scenario(318, clock.now(), orders=90, bundles=False)


@pytest.fixture(scope="module")
def synced(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    clock = FakeClock()
    file: Path = tmp_path_factory.mktemp("scenario") / "packbench.db"
    db = Database(sqlite_url(file))
    upgrade(db)
    sealer: Sealer = ClearSealer()
    with WechatServer(
        open_shops(scenario, lambda: clock.now().timestamp()),
        clock=lambda: clock.now().timestamp(),
        pictures=DEMO_FOLDER / "pictures",
    ) as server:
        outside = TwoShops(scenario, server.base_url, clock)
        work = Workplace(db, clock, sealer, outside, holder="test")
        set_up(work, scenario)
        for shop in scenario.shops:
            result = syncing.sync_shop(work, shop.name)
            assert result.failed == {}
        checking.recheck(work)
        yield work
        outside.transport.close()
    db.close()


def parcels_of(work: Workplace, order: SeedOrder) -> list[tuple[str, str, str]]:
    """Id, state and carrier of each parcel of the order."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(tables.parcels.c.id, tables.parcels.c.state, tables.parcels.c.carrier)
            .join(tables.parcel_lines, tables.parcel_lines.c.parcel_id == tables.parcels.c.id)
            .join(
                tables.order_lines,
                tables.order_lines.c.id == tables.parcel_lines.c.order_line_id,
            )
            .join(tables.orders, tables.orders.c.id == tables.order_lines.c.order_id)
            .where(tables.orders.c.order_id == order.order_id)
            .distinct()
        ).all()
    return [(r.id, r.state, r.carrier or "") for r in rows]


def holds_of(work: Workplace, order: SeedOrder) -> set[str]:
    found: set[str] = set()
    with work.db.read() as tx:
        for parcel_id, _, _ in parcels_of(work, order):
            found |= {hold.code for hold in records.active_holds(tx, parcel_id)}
    return found


def contents_of(work: Workplace, parcel_id: str) -> Counter[str]:
    with work.db.read() as tx:
        rows = tx.execute(
            select(tables.skus.c.code, tables.parcel_lines.c.quantity)
            .join(tables.skus, tables.skus.c.id == tables.parcel_lines.c.sku_id)
            .where(tables.parcel_lines.c.parcel_id == parcel_id)
        ).all()
    pieces: Counter[str] = Counter()
    for row in rows:
        pieces[row.code] += row.quantity
    return +pieces


def test_every_order_of_the_demo_arrives(scenario: Scenario, synced: Workplace) -> None:
    with synced.db.read() as tx:
        stored = set(tx.execute(select(tables.orders.c.order_id)).scalars())
    assert stored == {order.order_id for order in scenario.orders}


def test_the_picture_of_a_line_can_be_fetched(scenario: Scenario, synced: Workplace) -> None:
    with synced.db.read() as tx:
        urls = set(tx.execute(select(tables.order_lines.c.image_url)).scalars())
    assert urls
    outside = synced.outside
    assert isinstance(outside, TwoShops)
    for url in urls:
        answer = outside.transport.send("GET", url, {}, b"", timeout_s=5)
        assert (answer.status, answer.body[:4]) == (200, b"\x89PNG"), url


def test_what_should_ship_is_ready_for_its_label(scenario: Scenario, synced: Workplace) -> None:
    for order in scenario.orders:
        if order.expectation.ships:
            states = [state for _, state, _ in parcels_of(synced, order)]
            assert states == [ParcelState.TO_LABEL], (order.kind, holds_of(synced, order))


def test_what_should_be_held_is_held_for_exactly_that(
    scenario: Scenario, synced: Workplace
) -> None:
    for order in scenario.orders:
        if order.expectation.holds - LATER:
            assert holds_of(synced, order) == order.expectation.holds, order.kind
            states = {state for _, state, _ in parcels_of(synced, order)}
            assert states == {ParcelState.TO_CHECK}, order.kind


def test_what_is_not_ours_has_no_parcel(scenario: Scenario, synced: Workplace) -> None:
    seen = set()
    for order in scenario.orders:
        if order.expectation.out_of_flow:
            assert parcels_of(synced, order) == [], order.kind
            seen.add(order.expectation.out_of_flow)
    assert seen == set(OutOfFlow)


def test_boxes_hold_what_they_should_and_go_with_whom_they_should(
    scenario: Scenario, synced: Workplace
) -> None:
    for order in scenario.orders:
        if order.expectation.ships:
            ((parcel_id, _, carrier),) = parcels_of(synced, order)
            assert contents_of(synced, parcel_id) == dict(order.expectation.contents), order.kind
            assert carrier == order.expectation.carrier, order.kind
