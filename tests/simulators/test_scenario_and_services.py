"""The demo's expectations against the program itself: synced, held, checked and numbered.

Shops and carriers are the simulated ones over real HTTP, the database is a real file, and the
configuration is the one that the demo writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from app.bootstrap import Services, adapters, open_unchecked
from app.domain.states import HoldCode, ParcelState
from app.net.transport import HttpxTransport
from app.services import configuring, records
from app.services.numbers import labelling
from app.services.numbers.outcomes import LabelRow
from app.services.parcels import checking
from app.services.stock import importing, mapping
from app.services.sync import syncing
from app.services.workplace import Workplace
from app.settings import parse_config
from app.simulators.demo_carriers import DemoCarriers, open_carriers
from app.simulators.demo_config import config_toml
from app.simulators.demo_shop import open_shops
from app.simulators.goods import DEMO_FOLDER, stock_rows
from app.simulators.scenario import OutOfFlow, Scenario, SeedOrder, build_scenario
from app.simulators.wechat.gateway import WechatServer
from app.store import tables
from app.store.schema import upgrade
from tests.support.clock import FakeClock

LATER = frozenset({HoldCode.OUT_OF_RANGE})  # only the carrier knows, when it is asked


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything that runs."""

    scenario: Scenario
    services: Services
    shops: WechatServer
    carriers: DemoCarriers
    numbered: dict[str, LabelRow] = field(default_factory=dict)

    @property
    def work(self) -> Workplace:
        return self.services.work


def set_up(demo: Demo) -> None:
    """What a merchant does once: configuration, first count, listings that are more than one."""
    text = config_toml(demo.scenario.accounts, demo.shops.base_url, demo.carriers.base_urls)
    config = parse_config(text.encode(), adapters(), {})
    configuring.apply(demo.work, demo.services.secrets, config)
    importing.import_rows(demo.work, stock_rows(demo.scenario.goods))
    with demo.work.db.write() as tx:
        for told in demo.scenario.mappings:
            ((sku, factor),) = told.contents
            found = mapping.sku_by_code(tx, sku)
            assert found is not None
            mapping.map_listing(
                tx, demo.work, told.shop, told.product_id, told.sku_id, found, factor
            )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    clock = FakeClock()

    def seconds() -> float:
        return clock.now().timestamp()

    scenario = build_scenario(318, clock.now(), orders=90, bundles=False)
    services = open_unchecked(
        tmp_path_factory.mktemp("demo"), user="test", clock=clock, keyring_allowed=False
    )
    upgrade(services.work.db)
    carriers = open_carriers(scenario.accounts, seconds)
    shops = WechatServer(
        open_shops(scenario, seconds), clock=seconds, pictures=DEMO_FOLDER / "pictures"
    )
    with shops, carriers.server:
        running = Demo(scenario, services, shops, carriers)
        set_up(running)
        for shop in scenario.shops:
            result = syncing.sync_shop(services.work, shop.name)
            assert result.failed == {}
        checking.recheck(services.work)
        # Here and not in a test: a server's threads outlive the calls that made them.
        rows = labelling.label_parcels(services.work, ready_parcels(services.work))
        running.numbered.update({row.parcel: row for row in rows})
        yield running
    services.close()


@pytest.fixture(scope="module")
def scenario(demo: Demo) -> Scenario:
    return demo.scenario


@pytest.fixture(scope="module")
def synced(demo: Demo) -> Workplace:
    return demo.work


def ready_parcels(work: Workplace) -> list[str]:
    with work.db.read() as tx:
        found = select(tables.parcels.c.id).where(tables.parcels.c.state == ParcelState.TO_LABEL)
        return list(tx.execute(found).scalars())


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
    transport = HttpxTransport()
    for url in urls:
        answer = transport.send("GET", url, {}, b"", timeout_s=5)
        assert (answer.status, answer.body[:4]) == (200, b"\x89PNG"), url
    transport.close()


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


def test_every_ready_parcel_gets_a_number_but_the_one_that_nobody_delivers(demo: Demo) -> None:
    refused = 0
    for order in demo.scenario.orders:
        for parcel_id, _, _ in parcels_of(demo.work, order):
            row = demo.numbered.get(parcel_id)
            if order.expectation.ships:
                assert row is not None
                assert row.waybill, (order.kind, row)
            elif order.expectation.holds == LATER:
                assert row is not None
                assert row.waybill == ""
                assert holds_of(demo.work, order) == LATER
                refused += 1
            else:
                assert row is None, order.kind
    assert refused == 2
