"""Sales by business day, the stock list by pages, and what to order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from app.domain.days import china_day
from app.domain.states import MoveKind
from app.services.stock import buying, daily, sales, stock, stock_detail
from app.services.stock.stock_page import (
    Mark,
    StockFilter,
    StockLine,
    StockSort,
    StockState,
    StockTab,
    stock_counts,
    stock_page,
)
from app.store.tables import sku_barcodes, sku_days, skus, stock_balances, stock_moves
from tests.services.stock.shelf import goods
from tests.support.warehouse import Bench


def sold(bench: Bench, sku_id: str, pieces: int, at: datetime) -> None:
    """A row of the ledger as shipping writes it; below zero: taken back."""
    kind = MoveKind.SHIP if pieces > 0 else MoveKind.UNSHIP
    with bench.work.db.write() as tx:
        tx.execute(
            insert(stock_moves).values(at=at, sku_id=sku_id, kind=kind, on_hand_delta=-pieces)
        )


def ago(bench: Bench, days: int) -> datetime:
    return bench.work.now() - timedelta(days=days)


def aged(bench: Bench, *codes: str, days: int = 60) -> None:
    """These items have been in the books for so long."""
    with bench.work.db.write() as tx:
        tx.execute(update(skus).where(skus.c.code.in_(codes)).values(created_at=ago(bench, days)))


def days_of(bench: Bench, sku_id: str) -> dict[str, int]:
    with bench.work.db.read() as tx:
        rows = tx.execute(select(sku_days).where(sku_days.c.sku_id == sku_id))
        return {r.day: r.shipped for r in rows}


def test_closed_days_are_rolled_up_once_however_often(bench: Bench) -> None:
    tea = goods(bench, "TEA", 100)
    aged(bench, "TEA")
    sold(bench, tea, 3, ago(bench, 9))
    sold(bench, tea, 5, ago(bench, 2))
    sold(bench, tea, -1, ago(bench, 2))
    sold(bench, tea, 7, bench.work.now())
    today = china_day(bench.work.now())
    expected = {
        (today - timedelta(days=9)).isoformat(): 3,
        (today - timedelta(days=2)).isoformat(): 4,
    }
    for _ in range(2):
        sales.roll_up(bench.work)
        assert days_of(bench, tea) == expected
    sold(bench, tea, 2, ago(bench, 2))  # committed after it was read
    sales.roll_up(bench.work)
    assert days_of(bench, tea)[(today - timedelta(days=2)).isoformat()] == 6
    with bench.work.db.read() as tx:
        assert sales.history(tx, [tea], today)[tea] == [0, 0, 0, 0, 6, 0, 7]


def test_a_business_day_ends_at_midnight_in_china(bench: Bench) -> None:
    tea = goods(bench, "TEA", 100)
    day = china_day(bench.work.now()) - timedelta(days=3)
    midnight = datetime(day.year, day.month, day.day, 16, tzinfo=UTC)  # the end of that day there
    sold(bench, tea, 1, midnight - timedelta(seconds=1))
    sold(bench, tea, 2, midnight)
    sales.roll_up(bench.work)
    assert days_of(bench, tea) == {
        day.isoformat(): 1,
        (day + timedelta(days=1)).isoformat(): 2,
    }


def month_of(bench: Bench, sku_id: str, a_day: int) -> None:
    for back in range(1, 29):
        sold(bench, sku_id, a_day, ago(bench, back))


@pytest.fixture
def shelf(bench: Bench) -> Bench:
    """X-1 runs low, X-2 is enough, X-3 sells slowly, X-4 is not there, X-5 has the mark."""
    ids = [goods(bench, f"X-{n}", q, f"B-{n}") for n, q in enumerate((20, 300, 50, 0, 4), start=1)]
    aged(bench, *(f"X-{n}" for n in range(1, 6)))
    month_of(bench, ids[0], 10)
    month_of(bench, ids[1], 10)
    with bench.work.db.write() as tx:
        tx.execute(update(skus).where(skus.c.id == ids[4]).values(safety_quantity=5))
        tx.execute(
            update(stock_balances).where(stock_balances.c.sku_id == ids[2]).values(defective=2)
        )
        tx.execute(insert(sku_barcodes).values(barcode="690123", sku_id=ids[1]))
    sales.roll_up(bench.work)
    return bench


def lines(bench: Bench, wanted: StockFilter) -> dict[str, StockLine]:
    return {r.sku: r for r in stock_page(bench.work, wanted, limit=500).rows}


def test_a_row_says_how_long_it_lasts_and_what_is_wrong(shelf: Bench) -> None:
    found = {s: r for s, r in lines(shelf, StockFilter("X-")).items() if s.startswith("X-")}
    assert {sku: r.state for sku, r in found.items()} == {
        "X-1": StockState.LOW,
        "X-2": StockState.ENOUGH,
        "X-3": StockState.SLOW,
        "X-4": StockState.NONE,
        "X-5": StockState.LOW,
    }
    first = found["X-1"]
    assert (first.days_left, first.bins, first.on_hand) == (2.0, ("B-1",), 20)
    assert first.week == (10, 10, 10, 10, 10, 10, 0)
    assert found["X-3"].days_left is None
    assert next(iter(found)) == "X-1"


def test_tabs_and_their_counts_agree(shelf: Bench) -> None:
    for search in ("X-", ""):
        counts = stock_counts(shelf.work, StockFilter(search))
        for tab in StockTab:
            rows = lines(shelf, StockFilter(search, tab))
            assert len(rows) == getattr(counts, tab.value), (search, tab)
        everything = lines(shelf, StockFilter(search)).values()
        assert counts.available == sum(r.available for r in everything)
        assert counts.on_hand == sum(r.on_hand for r in everything)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(StockSort))
def test_pages_hold_every_item_once_and_in_order(
    shelf: Bench, sort: StockSort, descending: bool
) -> None:
    wanted = StockFilter(sort=sort, descending=descending)
    whole = [r.sku for r in stock_page(shelf.work, wanted, limit=500).rows]
    assert len(whole) == len(stock.list_stock(shelf.work))
    paged: list[str] = []
    mark: Mark | None = None
    while True:
        page = stock_page(shelf.work, wanted, mark, limit=4)
        paged += [r.sku for r in page.rows]
        mark = page.after
        if mark is None:
            break
    assert paged == whole


@pytest.mark.parametrize(
    ("search", "found"),
    [("x-2", {"X-2"}), ("690123", {"X-2"}), ("%", set()), ("_", set()), ("X- 3", {"X-3"})],
)
def test_search(shelf: Bench, search: str, found: set[str]) -> None:
    assert set(lines(shelf, StockFilter(search))) == found


def test_what_is_put_away_is_shown_apart(shelf: Bench) -> None:
    with shelf.work.db.write() as tx:
        tx.execute(update(skus).where(skus.c.code == "X-4").values(active=False))
    assert "X-4" not in lines(shelf, StockFilter("X-"))
    assert set(lines(shelf, StockFilter("X-", archived=True))) == {"X-4"}


@pytest.mark.synced
def test_goods_that_orders_lack_come_first(bench: Bench) -> None:
    row = next(r for r in stock.list_stock(bench.work) if r.allocated and r.available >= 0)
    stock.adjust(bench.work, row.sku, -row.on_hand, "gone")
    found = stock_page(bench.work, StockFilter(), limit=500).rows
    short = [r for r in found if r.state is StockState.SHORT]
    assert row.sku in {r.sku for r in short}
    assert list(found[: len(short)]) == short
    assert stock_counts(bench.work, StockFilter()).short == len(short)


def test_what_to_order_says_why(shelf: Bench) -> None:
    found = {r.sku: r for r in buying.to_buy(shelf.work) if r.sku.startswith("X-")}
    assert set(found) == {"X-1", "X-5"}
    assert found["X-1"].quantity == 10 * 14 - 20
    assert found["X-5"].quantity == 1
    assert "mark of 5" in str(found["X-5"].reason)
    assert not found["X-1"].few_data


def test_the_detail_of_an_item(shelf: Bench) -> None:
    detail = stock_detail.stock_detail(shelf.work, "X-1")
    assert detail.on_hand - detail.allocated == detail.available == 20
    assert detail.forecast.days_left == 2.0
    assert detail.forecast.sells_out_at == shelf.work.now() + timedelta(days=2)
    assert detail.order is not None
    assert [n for _, n in detail.days] == [10] * 28
    assert [(s.bin, s.quantity) for s in detail.spots] == [("B-1", 20)]
    assert detail.moves[0].balance == 20


def test_the_background_rolls_up_once_a_day(bench: Bench) -> None:
    tea = goods(bench, "TEA", 100)
    sold(bench, tea, 3, ago(bench, 2))
    rolled, since = daily.look(bench.work, None, ago(bench, 3))
    assert list(days_of(bench, tea).values()) == [3]
    assert rolled == china_day(bench.work.now())
    sold(bench, tea, 4, ago(bench, 2))
    daily.look(bench.work, rolled, since)
    assert list(days_of(bench, tea).values()) == [3]
    bench.clock.advance(hours=24)
    daily.look(bench.work, rolled, since)
    assert list(days_of(bench, tea).values()) == [7]
