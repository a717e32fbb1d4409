"""Orders that are over are put away whole, found like the others, and come back as they were."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import Verdict
from app.services import integrity, records
from app.services.archive import bodies, moving
from app.services.orders import queries
from app.services.orders.queries import OrderFilter
from app.services.parcels import packing
from app.services.parcels.parcel_queries import parcel_rows
from app.store.tables import archived_orders, metadata
from tests.support import buying
from tests.support.buying import SHOP, Buyer
from tests.support.warehouse import Bench

_A_YEAR_S = 365 * 86_400


@pytest.fixture
def gone(bench: Bench) -> tuple[Buyer, str, str]:
    """An order that left a year ago, its shop's id and its waybill number."""
    buyer = Buyer(bench)
    order_id = buyer.buy(("TB-YB200", 2))
    parcel = buyer.parcels(order_id)[0]
    buying.seal(bench, [parcel.id])
    buying.tell(bench)
    number = parcel_rows(bench.work, [parcel.id])[0].waybill
    buyer.fetch(order_id)
    bench.clock.advance(_A_YEAR_S)
    return buyer, order_id, number


def test_an_order_comes_back_exactly_as_it_was(bench: Bench, gone: tuple[Buyer, str, str]) -> None:
    _buyer, order_id, _number = gone
    before = _all_rows(bench)
    done = moving.run(bench.work)
    assert done.orders >= 1
    assert integrity.check(bench.work).broken == ()
    assert len(_all_rows(bench)["orders"]) == len(before["orders"]) - done.orders
    months = moving.months(bench.work)
    assert sum(m.orders for m in months) == done.orders
    assert all(m.size > 0 for m in months)
    with bench.work.db.read() as tx:
        away = list(tx.execute(select(archived_orders.c.order_id)).scalars())
    for one in away:
        with suppress(UserError):  # it came with another one
            moving.restore(bench.work, one)
    after = _all_rows(bench)
    assert len(after.pop("audit")) > len(before.pop("audit"))
    assert after == before
    assert integrity.check(bench.work).broken == ()
    row = queries.order_rows(bench.work, [queries.known_order(bench.work, order_id)])[0]
    assert row.order_id == order_id


def test_it_is_found_like_the_others(bench: Bench, gone: tuple[Buyer, str, str]) -> None:
    _buyer, order_id, number = gone
    searches = [order_id, number]
    filters = [OrderFilter(search=s) for s in searches]
    filters += [OrderFilter(), OrderFilter(tab="shipped"), OrderFilter(shops=(SHOP,))]
    before = [queries.order_page(bench.work, wanted) for wanted in filters]
    rows = queries.order_rows(bench.work, before[0].ids)
    assert [r.order_id for r in rows] == [order_id]
    moving.run(bench.work)
    after = [queries.order_page(bench.work, wanted) for wanted in filters]
    assert [set(page.ids) for page in after] == [set(page.ids) for page in before]
    assert after[2].ids == before[2].ids
    again = queries.order_rows(bench.work, before[0].ids)
    assert [r.lines[0].sku for r in again] == [r.lines[0].sku for r in rows]
    assert [r.carrier for r in again] == [r.carrier for r in rows]
    assert queries.find_order(bench.work, order_id) == before[0].ids[0]


def test_its_label_is_known_at_the_bench(bench: Bench, gone: tuple[Buyer, str, str]) -> None:
    moving.run(bench.work)
    assert packing.open_parcel(bench.work, gone[2]).verdict is Verdict.ALREADY_SHIPPED


def test_news_of_the_shop_bring_it_back(bench: Bench, gone: tuple[Buyer, str, str]) -> None:
    buyer, order_id, _number = gone
    moving.run(bench.work)
    with pytest.raises(IndexError):
        _live(bench, order_id)
    buyer.fetch(order_id)
    assert _live(bench, order_id)
    assert integrity.check(bench.work).broken == ()


def test_what_is_young_or_open_stays(bench: Bench) -> None:
    buyer = Buyer(bench)
    young = buyer.buy(("TB-YB200", 1))
    buying.seal(bench, [buyer.parcels(young)[0].id])
    buying.tell(bench)
    bench.clock.advance(86_400)
    assert moving.run(bench.work).orders == 0
    waiting = buyer.buy(("TB-YB200", 1))
    bench.clock.advance(_A_YEAR_S)
    moving.run(bench.work)
    assert _live(bench, waiting)


def test_a_run_that_breaks_leaves_each_order_in_one_place(
    bench: Bench, gone: tuple[Buyer, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _all_rows(bench)

    def pulled(*_arguments: object) -> None:
        raise RuntimeError("the plug")

    monkeypatch.setattr(bodies, "remove", pulled)
    with pytest.raises(RuntimeError):
        moving.run(bench.work)
    assert _all_rows(bench) == before
    monkeypatch.undo()
    assert moving.run(bench.work).orders >= 1
    assert integrity.check(bench.work).broken == ()


def test_a_trial_run_changes_nothing(bench: Bench, gone: tuple[Buyer, str, str]) -> None:
    before = _all_rows(bench)
    assert moving.run(bench.work, dry_run=True).orders >= 1
    assert _all_rows(bench) == before


def test_an_unknown_order_is_refused(bench: Bench) -> None:
    with pytest.raises(UserError) as refused:
        moving.restore(bench.work, "nothing")
    assert refused.value.code == "not_archived"


def _live(bench: Bench, order_id: str) -> bool:
    our_id = queries.known_order(bench.work, order_id)
    with bench.work.db.read() as tx:
        return bool(records.parcels_of(tx, our_id)[0])


def _all_rows(bench: Bench) -> dict[str, list[Any]]:
    with bench.work.db.read() as tx:
        return {
            table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in {"leases", "benches"}
        }
