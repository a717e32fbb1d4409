"""Which item a listing is: suggested with a reason, taken when sure, asked when not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.listings import ListingStatus
from app.services import integrity
from app.services.listings import by_hand, creating, pulling, suggestions
from app.services.listings.suggestions import ListingRow
from app.services.stock import importing
from app.store.tables import audit, sku_barcodes, skus
from tests.services.goods import (
    PAIR,
    PAIR_CODE,
    PAIR_SKU,
    QINGHE,
    SHANYE,
    TEA,
    TEA_CODE,
    TEA_SKU,
    change_listing,
    platform,
    row,
)
from tests.support.warehouse import Bench, open_bench


def sync_and_pull(bench: Bench) -> None:
    bench.sync()
    for shop in (SHANYE, QINGHE):
        pulling.pull(bench.work, shop)


@pytest.fixture
def pulled(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=sync_and_pull) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Bench]:
    """A bench whose shelf nobody has counted."""
    with open_bench(tmp_path, stocked=False) as opened:
        yield opened


def listing(bench: Bench, product_id: str, sku_id: str) -> ListingRow:
    found = suggestions.for_listings(bench.work)
    return next(r for r in found if (r.product_id, r.sku_id) == (product_id, sku_id))


def sku_codes(bench: Bench) -> set[str]:
    with bench.work.db.read() as tx:
        return set(tx.execute(select(skus.c.code)).scalars())


def test_the_unmapped_that_block_orders_come_first(pulled: Bench) -> None:
    found = suggestions.for_listings(pulled.work)
    known = [bool(r.sku) for r in found]
    assert known == sorted(known)
    assert not known[0]
    blocked = [r.blocked for r in found if not r.sku]
    assert blocked == sorted(blocked, reverse=True)
    assert blocked[0] > 0
    only = suggestions.for_listings(pulled.work, unmapped=True)
    assert {r.sku for r in only} == {""}
    assert len(only) == suggestions.count(pulled.work, unmapped=True)


def test_a_listing_says_how_its_item_is_known(pulled: Bench) -> None:
    assert listing(pulled, TEA, TEA_SKU).by == "code"
    assert listing(pulled, TEA, TEA_SKU).sku == TEA_CODE
    pair = listing(pulled, PAIR, PAIR_SKU)
    assert (pair.by, pair.sku) == ("", "")
    by_hand.map_listing(pulled.work, PAIR, PAIR_SKU, "TB-YB200", times=2)
    mapped = listing(pulled, PAIR, PAIR_SKU)
    assert (mapped.by, mapped.sku, mapped.times) == ("hand", "TB-YB200", 2)


def test_a_bar_code_alone_makes_an_item_known(pulled: Bench) -> None:
    barcode = next(g.barcode for g in pulled.scenario.goods if g.sku == "TB-YB200")
    change_listing(pulled, PAIR, PAIR_SKU, barcode=barcode)
    found = listing(pulled, PAIR, PAIR_SKU)
    assert (found.by, found.sku) == ("barcode", "TB-YB200")


def test_suggestions_say_why(pulled: Bench) -> None:
    importing.import_rows(
        pulled.work,
        [
            {"sku": "A-1", "name": "手作粗陶茶杯 一对", "spec": "月白 2 只", "quantity": "1"},
            {"sku": "A-2", "name": "粗陶茶杯", "spec": "月白", "quantity": "1"},
        ],
    )
    first, *others = listing(pulled, PAIR, PAIR_SKU).candidates
    assert (first.sku, first.why, first.likeness) == ("A-1", "title", 1.0)
    assert others
    assert {c.why for c in others} == {"similar"}
    assert "A-2" in {c.sku for c in others}


def test_a_bar_code_of_several_items_is_a_suggestion_only(pulled: Bench) -> None:
    importing.import_rows(
        pulled.work,
        [
            {"sku": "B-1", "name": "x", "barcode": "690000000001", "quantity": "1"},
            {"sku": "B-2", "name": "y", "barcode": "690000000001", "quantity": "1"},
        ],
    )
    change_listing(pulled, PAIR, PAIR_SKU, barcode="690000000001")
    found = listing(pulled, PAIR, PAIR_SKU)
    assert found.sku == ""
    assert {(c.sku, c.why) for c in found.candidates} >= {("B-1", "barcode"), ("B-2", "barcode")}


def test_words_find_listings(pulled: Bench) -> None:
    for words in ("粗陶茶杯", PAIR, PAIR_SKU, PAIR_CODE.lower()):
        found = suggestions.for_listings(pulled.work, search=words)
        assert (PAIR, PAIR_SKU) in {(r.product_id, r.sku_id) for r in found}, words
    assert suggestions.for_listings(pulled.work, search="100%") == []
    assert {r.shop for r in suggestions.for_listings(pulled.work, shop=QINGHE)} == {QINGHE}


def test_sure_guesses_are_taken_and_stay(pulled: Bench) -> None:
    done = suggestions.accept(pulled.work)
    assert {r.result for r in done} <= {"mapped", "ambiguous"}
    assert (TEA, TEA_SKU) in {(r.product_id, r.sku_id) for r in done if r.result == "mapped"}
    assert listing(pulled, TEA, TEA_SKU).by == "hand"
    assert not [r for r in suggestions.accept(pulled.work) if r.result == "mapped"]
    # The shop's code may change now: the merchant's word stands.
    change_listing(pulled, TEA, TEA_SKU, sku_code="OTHER")
    assert listing(pulled, TEA, TEA_SKU).sku == TEA_CODE


def test_one_code_under_two_titles_is_asked_for(pulled: Bench) -> None:
    change_listing(pulled, PAIR, PAIR_SKU, sku_code=TEA_CODE)
    done = {(r.product_id, r.sku_id): r.result for r in suggestions.accept(pulled.work)}
    assert done[TEA, TEA_SKU] == done[PAIR, PAIR_SKU] == "ambiguous"
    assert row(pulled, TEA, TEA_SKU).mapped_sku_id is None
    assert listing(pulled, PAIR, PAIR_SKU).ambiguous


def test_a_later_mapping_lets_the_waiting_orders_go(pulled: Bench) -> None:
    waiting = listing(pulled, PAIR, PAIR_SKU).blocked
    assert waiting > 0
    assert by_hand.map_listing(pulled.work, PAIR, PAIR_SKU, "TB-YB200", times=2) == waiting
    assert listing(pulled, PAIR, PAIR_SKU).blocked == 0
    assert integrity.check(pulled.work).broken == ()
    with pulled.work.db.read() as tx:
        detail = tx.execute(
            select(audit.c.detail).where(audit.c.action == "listing_mapped")
        ).scalar_one()
    assert detail["times"] == 2


@pytest.mark.parametrize(
    ("product_id", "sku_id", "sku", "code"),
    [
        ("1", "1", TEA_CODE, "no_such_listing"),
        (PAIR, "1", TEA_CODE, "no_such_listing"),
        (PAIR, PAIR_SKU, "NO-SUCH", "no_such_sku"),
    ],
)
def test_what_is_unknown_cannot_be_mapped(
    pulled: Bench, product_id: str, sku_id: str, sku: str, code: str
) -> None:
    with pytest.raises(UserError) as caught:
        by_hand.map_listing(pulled.work, product_id, sku_id, sku)
    assert caught.value.code == code


def test_items_are_made_of_listings_that_have_a_code(pulled: Bench) -> None:
    before = sku_codes(pulled)
    planned = creating.create_skus(pulled.work, dry_run=True)
    assert sku_codes(pulled) == before
    assert PAIR_CODE in {r.sku for r in planned if r.result == "new"}
    done = creating.create_skus(pulled.work)
    assert [(r.sku_id, r.result) for r in done] == [(r.sku_id, r.result) for r in planned]
    assert sku_codes(pulled) - before == {r.sku for r in done if r.result == "new"}
    pair = listing(pulled, PAIR, PAIR_SKU)
    assert (pair.sku, pair.by, pair.blocked) == (PAIR_CODE, "hand", 0)
    with pulled.work.db.read() as tx:
        made = tx.execute(select(skus).where(skus.c.code == PAIR_CODE)).one()
    assert (made.name, made.spec) == ("手作粗陶茶杯 一对", "月白 2 只")
    assert integrity.check(pulled.work).broken == ()
    assert not [r for r in creating.create_skus(pulled.work) if r.result == "new"]


def test_listings_without_a_sure_code_make_no_items(pulled: Bench) -> None:
    others = suggestions.for_listings(pulled.work, shop=SHANYE, unmapped=True)
    second = next(r for r in others if r.product_id != PAIR)
    change_listing(pulled, second.product_id, second.sku_id, sku_code=PAIR_CODE)
    done = {(r.product_id, r.sku_id): r.result for r in creating.create_skus(pulled.work)}
    assert done[PAIR, PAIR_SKU] == done[second.product_id, second.sku_id] == "ambiguous"
    change_listing(pulled, PAIR, PAIR_SKU, sku_code="")
    change_listing(pulled, second.product_id, second.sku_id, sku_code="X" * 65)
    done = {(r.product_id, r.sku_id): r.result for r in creating.create_skus(pulled.work)}
    assert done[PAIR, PAIR_SKU] == "no_code"
    assert done[second.product_id, second.sku_id] == "code_too_long"
    change_listing(pulled, PAIR, PAIR_SKU, sku_code=PAIR_CODE, status=ListingStatus.GONE)
    assert PAIR_CODE not in {r.sku for r in creating.create_skus(pulled.work)}


def test_a_new_merchant_starts_with_what_the_shops_sell(empty: Bench) -> None:
    """Pull, make the items, sync: no order waits for a mapping that has a code."""
    for shop in (SHANYE, QINGHE):
        pulling.pull(empty.work, shop)
    creating.create_skus(empty.work)
    empty.sync()
    waiting = [r for r in suggestions.for_listings(empty.work, limit=1000) if r.blocked]
    assert {r.sku_code for r in waiting} <= {""} | {r.sku_code for r in waiting if r.ambiguous}
    with empty.work.db.read() as tx:
        tea = tx.execute(select(skus.c.id).where(skus.c.code == TEA_CODE)).scalar_one()
        codes = tx.execute(
            select(sku_barcodes.c.barcode).where(sku_barcodes.c.sku_id == tea)
        ).scalars()
        assert list(codes) == [g.barcode for g in empty.scenario.goods if g.sku == TEA_CODE]


def test_bar_codes_are_copied_where_they_belong_to_one_item(pulled: Bench) -> None:
    with pulled.work.db.write() as tx:
        tea = tx.execute(select(skus.c.id).where(skus.c.code == TEA_CODE)).scalar_one()
        tx.execute(sku_barcodes.delete().where(sku_barcodes.c.sku_id == tea))
    planned = creating.copy_barcodes(pulled.work, dry_run=True)
    assert [c.sku for c in planned] == [TEA_CODE]
    assert creating.copy_barcodes(pulled.work) == planned
    assert creating.copy_barcodes(pulled.work) == []
    with pulled.work.db.read() as tx:
        found = tx.execute(
            select(sku_barcodes.c.barcode).where(sku_barcodes.c.sku_id == tea)
        ).scalars()
        assert list(found) == [planned[0].barcode]


def test_a_bar_code_on_two_listings_of_different_items_is_not_copied(pulled: Bench) -> None:
    with pulled.work.db.write() as tx:
        tea = tx.execute(select(skus.c.id).where(skus.c.code == TEA_CODE)).scalar_one()
        tx.execute(sku_barcodes.delete().where(sku_barcodes.c.sku_id == tea))
    shared = row(pulled, TEA, TEA_SKU).barcode
    other = next(
        r
        for r in suggestions.for_listings(pulled.work, shop=SHANYE)
        if r.by == "code" and r.sku != TEA_CODE
    )
    change_listing(pulled, other.product_id, other.sku_id, barcode=shared)
    assert creating.copy_barcodes(pulled.work) == []


def test_the_shop_must_be_said_when_two_sell_the_same_product(pulled: Bench) -> None:
    platform(pulled, QINGHE).add_product(platform(pulled).products[PAIR])
    pulling.pull(pulled.work, QINGHE)
    with pytest.raises(UserError) as caught:
        by_hand.map_listing(pulled.work, PAIR, PAIR_SKU, TEA_CODE)
    assert caught.value.code == "which_shop"
    by_hand.map_listing(pulled.work, PAIR, PAIR_SKU, TEA_CODE, shop=QINGHE)
    assert row(pulled, PAIR, PAIR_SKU, QINGHE).mapped_sku_id is not None
    assert row(pulled, PAIR, PAIR_SKU, SHANYE).mapped_sku_id is None
