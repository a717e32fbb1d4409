"""What happens all day reaches its rows by an index, and never goes through a whole table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.services.orders import details, queries
from app.services.orders.order_lists import Cursor, order_page
from app.services.orders.queries import OrderFilter
from app.services.parcels import packing, parcel_queries, shipping
from app.services.printing.printing import print_parcels
from app.services.tracking import views
from app.services.tracking.views import TrackFilter
from app.services.waves import wave_views
from app.store.tables import orders
from tests.services.print_runs import numbered
from tests.support.postgres import POSTGRES_ENV
from tests.support.query_plans import whole_tables
from tests.support.warehouse import Bench, open_bench

TABS = ("all", "to_label", "shipped", "cancelled", "failed", "refund", "other")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """On SQLite in any case: the plans are SQLite's."""
    monkeypatch.delenv(POSTGRES_ENV, raising=False)
    with open_bench(tmp_path, then=Bench.sync) as opened:
        yield opened


def test_a_list_is_read_by_its_index_however_it_is_filtered(bench: Bench) -> None:
    with bench.work.db.read() as tx:
        some = tx.execute(select(orders.c.id, orders.c.paid_at).limit(1)).one()
        shops = tuple(tx.execute(select(orders.c.shop_id).distinct()).scalars())
    at = Cursor(some.paid_at, some.id)
    with whole_tables(bench.work.db) as found:
        for tab, of_shops, carriers, holds, search, sort in itertools.product(
            TABS, ((), shops[:1], shops), ((), ("sf",)), ((), ("refund",)), ("", "3732"),
            ("paid", "deadline"),
        ):  # fmt: skip
            wanted = OrderFilter(tab, of_shops, carriers, holds, search, sort)
            order_page(bench.work, wanted, limit=5)
            order_page(bench.work, wanted, at, 5)
            order_page(bench.work, wanted, before=at, limit=5)
        page = order_page(bench.work, OrderFilter(), limit=5)
        queries.order_rows(bench.work, page.ids)
        details.order_detail(bench.work, page.ids[0])
    assert found == {}


def test_what_is_counted_is_counted_in_an_index(bench: Bench) -> None:
    with whole_tables(bench.work.db) as found:
        for wanted in (OrderFilter(), OrderFilter(carriers=("sf",)), OrderFilter(search="3732")):
            queries.order_counts(bench.work, wanted)
    assert [plan for plan in found.values() if "COVERING" not in plan] == []


def test_parcels_and_their_ways_are_listed_by_index(bench: Bench) -> None:
    with whole_tables(bench.work.db) as found:
        ids = parcel_queries.parcel_ids(bench.work, state="to_label", limit=5)
        parcel_queries.parcel_rows(bench.work, ids)
        wave_views.loose_rows(bench.work, 5)
        for tab in views.TABS:
            views.track_ids(bench.work, TrackFilter(tab), 5)
    # In the order of the times, from the latest on: the limit ends it.
    assert {p for p in found.values() if "ix_tracks_handed_at" not in p} == set()


def test_from_the_label_to_the_ship_transaction_every_row_is_reached_by_index(bench: Bench) -> None:
    wave = numbered(bench)
    print_parcels(wave.work, wave.ids)
    with whole_tables(bench.work.db) as found:
        opened = packing.open_parcel(bench.work, wave.numbers[0]).parcel
        assert opened is not None
        for line in opened.lines:
            for n in range(line.need - line.have):
                packing.scan(bench.work, opened, line.item.code, nonce=f"{line.line_id}{n}")
        shipping.pack_and_ship(bench.work, opened.parcel_id, 250)
    assert found == {}
