"""Orders as they come in: held, reserved, checked, exactly as the product's words say."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain.states import HoldCode, ParcelState
from app.services import integrity
from app.services.orders import queries
from app.services.orders.queries import OrderFilter, OrderRow
from app.services.parcels import checking
from app.services.parcels.parcel_queries import parcel_ids, parcel_rows
from app.services.sync import syncing
from app.simulators.seed_orders import SeedOrder
from app.store.tables import orders, parcels
from tests.support.warehouse import Bench


def row_of(bench: Bench, seed: SeedOrder) -> OrderRow:
    our_id = queries.find_order(bench.work, seed.order_id)
    assert our_id is not None, seed.kind
    return queries.order_rows(bench.work, [our_id])[0]


def test_every_kind_of_order_is_held_or_free_as_expected(bench: Bench) -> None:
    bench.sync()
    wrong = []
    for seed in bench.scenario.orders:
        row = row_of(bench, seed)
        wanted = {h.value for h in seed.expectation.holds} - {HoldCode.OUT_OF_RANGE}
        if seed.expectation.out_of_flow:
            right = row.parcels == () or row.stage == ParcelState.CANCELLED
        else:
            right = set(row.holds) == wanted and bool(row.parcels)
        if not right:
            wrong.append((seed.kind, sorted(wanted), row.holds, row.stage, row.parcels))
    assert wrong == []


def test_syncing_twice_changes_nothing(bench: Bench) -> None:
    bench.sync()
    with bench.work.db.read() as tx:
        before = tx.execute(select(orders.c.id, orders.c.revision).order_by(orders.c.id)).all()
        parcels_before = tx.execute(select(func.count()).select_from(parcels)).scalar_one()
    for shop_id in syncing.shop_ids(bench.work):
        result = syncing.sync_shop(bench.work, shop_id)
        assert result.new == 0
    with bench.work.db.read() as tx:
        count = tx.execute(select(func.count()).select_from(parcels)).scalar_one()
        after = tx.execute(select(orders.c.id, orders.c.revision).order_by(orders.c.id)).all()
    assert count == parcels_before
    assert [r.id for r in after] == [r.id for r in before]
    assert integrity.check(bench.work).broken == ()


def test_an_order_paid_later_is_fetched_by_the_next_poll(bench: Bench) -> None:
    bench.sync()
    from app.simulators.scenario import later_orders

    fresh = next(later_orders(bench.scenario, 7, bench.clock.now))
    bench.world.shops[fresh.shop].add_order(fresh.order, fresh.receiver)
    bench.clock.advance(3)
    result = syncing.sync_shop(bench.work, fresh.shop, overlap=syncing.SMALL_OVERLAP)
    assert result.new == 1
    assert row_of(bench, fresh).parcels


def test_a_refund_asked_later_holds_the_parcel_and_its_refusal_frees_it(bench: Bench) -> None:
    bench.sync()
    seed = bench.seed("ordinary")
    shop = bench.world.shops[seed.shop]
    line = seed.order["order_detail"]["product_infos"][0]
    bench.clock.advance(30)
    case = shop.open_aftersale(seed.order_id, line["product_id"], line["sku_id"], 1)
    syncing.sync_shop(bench.work, seed.shop)
    assert HoldCode.REFUND in row_of(bench, seed).holds
    bench.clock.advance(30)
    shop.withdraw_aftersale(case)
    syncing.sync_shop(bench.work, seed.shop)
    assert row_of(bench, seed).holds == ()


def test_a_cancelled_order_gives_its_stock_back(bench: Bench) -> None:
    bench.sync()
    seed = bench.seed("ordinary")
    bench.clock.advance(30)
    bench.world.shops[seed.shop].cancel(seed.order_id)
    syncing.sync_shop(bench.work, seed.shop)
    row = row_of(bench, seed)
    assert row.stage == ParcelState.CANCELLED
    assert row.parcels == ()
    assert integrity.check(bench.work).broken == ()


def test_an_address_request_holds_until_it_is_answered(bench: Bench) -> None:
    bench.sync()
    seed = bench.seed("ordinary")
    shop = bench.world.shops[seed.shop]
    bench.clock.advance(30)
    shop.request_address_change(seed.order_id, {**seed.receiver, "detail_info": "示例路 99 号"})
    syncing.sync_shop(bench.work, seed.shop)
    assert row_of(bench, seed).holds == (HoldCode.ADDRESS_CHANGE,)


def test_a_presale_goes_on_by_itself_when_it_is_due(bench: Bench) -> None:
    bench.sync()
    seed = bench.seed("presale_wait")
    assert row_of(bench, seed).holds == (HoldCode.PRESALE,)
    bench.clock.advance(hours=24 * 40)
    checking.recheck(bench.work)
    row = row_of(bench, seed)
    assert row.holds == ()
    assert row.stage == ParcelState.TO_LABEL


def test_the_counts_of_the_tabs_are_the_rows_they_show(bench: Bench) -> None:
    bench.sync()
    counts = queries.order_counts(bench.work, OrderFilter())
    for tab in ("all", "held", "refund", "to_check", "to_label", "cancelled", "other"):
        assert counts.get(tab, 0) == len(queries.order_ids(bench.work, OrderFilter(tab=tab))), tab


def test_what_is_not_packed_here_is_no_work_to_do(bench: Bench) -> None:
    bench.sync()
    counts = queries.order_counts(bench.work, OrderFilter())
    for kind in ("same_city", "virtual_goods"):
        our_id = row_of(bench, bench.seed(kind)).id
        assert our_id in queries.order_ids(bench.work, OrderFilter(tab="other"))
        assert our_id not in queries.order_ids(bench.work, OrderFilter(tab="to_check"))
    assert counts["other"] == 2
    stages = sum(counts.get(state, 0) for state in ParcelState)
    assert stages + counts["other"] == counts["all"]


def test_search_finds_an_order_by_its_number_and_escapes_wildcards(bench: Bench) -> None:
    bench.sync()
    seed = bench.seed("ordinary")
    found = queries.order_ids(bench.work, OrderFilter(search=seed.order_id[-8:]))
    assert row_of(bench, seed).id in found
    assert queries.order_ids(bench.work, OrderFilter(search="100%_%")) == []


@pytest.mark.parametrize("hold", [HoldCode.SHORT, HoldCode.UNMAPPED, HoldCode.SPECIAL])
def test_parcels_can_be_listed_by_the_hold_they_obey(bench: Bench, hold: HoldCode) -> None:
    bench.sync()
    ids = parcel_ids(bench.work, hold=hold)
    assert ids
    assert all(hold in row.holds for row in parcel_rows(bench.work, ids))
