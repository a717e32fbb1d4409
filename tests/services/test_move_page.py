"""The ledger page by page, and an item's card: what the stock page of the window reads."""

from __future__ import annotations

import pytest

from app.services.stock import item_card, moves, stock
from app.services.stock.move_page import LedgerLine, MoveFilter, move_page
from app.services.stock.stock import list_stock
from tests.support.warehouse import Bench


@pytest.mark.synced
def test_pages_hold_every_movement_once_the_newest_first(bench: Bench) -> None:
    work = bench.work
    rows: list[LedgerLine] = []
    after = None
    while True:
        page = move_page(work, MoveFilter(), after, limit=7)
        assert len(page.rows) <= 7
        rows += page.rows
        after = page.after
        if after is None:
            break
    ids = [row.id for row in rows]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == sum(len(moves.moves(work, r.sku, 10_000)) for r in list_stock(work))


@pytest.mark.synced
def test_movements_are_found_by_item_in_any_capitals_and_by_kind(bench: Bench) -> None:
    work = bench.work
    row = max(list_stock(work), key=lambda r: r.allocated)
    found = move_page(work, MoveFilter(row.sku.lower(), "reserve")).rows
    assert sum(line.allocated for line in found if line.sku == row.sku) == row.allocated
    assert {line.kind for line in found} == {"reserve"}
    assert all(line.order for line in found)
    assert move_page(work, MoveFilter("%")).rows == ()


@pytest.mark.synced
def test_a_card_ends_with_the_figures_of_now_and_counts_back(bench: Bench) -> None:
    work = bench.work
    row = max(list_stock(work), key=lambda r: r.allocated)
    stock.receive(work, row.sku, 7)
    card = item_card.item_card(work, row.sku)
    assert (card.on_hand, card.available) == (row.on_hand + 7, row.available + 7)
    newest, before = card.moves[:2]
    assert (newest.on_hand, newest.balance, before.balance) == (7, row.on_hand + 7, row.on_hand)
    assert set(card.orders) == {m.parcel for m in card.moves if m.parcel}
