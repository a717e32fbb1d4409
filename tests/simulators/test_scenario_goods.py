"""The catalogue of the demo warehouse."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from app.simulators.goods import (
    DEMO_FOLDER,
    STOCK_COLUMNS,
    ListingKind,
    check_digit,
    load_goods,
    load_listings,
    stock_rows,
    write_stock_list,
)


def test_every_bar_code_is_a_valid_chinese_ean_13() -> None:
    for goods in load_goods():
        assert len(goods.barcode) == 13, goods.sku
        assert goods.barcode.startswith("69"), goods.sku
        assert goods.barcode[-1] == check_digit(goods.barcode[:12]), goods.sku


def test_the_check_digit_is_that_of_a_printed_example() -> None:
    assert check_digit("400638133393") == "1"  # a pen's code, printed in many textbooks


def test_codes_and_shelves_are_unique_and_the_catalogue_is_broad() -> None:
    goods = load_goods()
    assert len(goods) >= 32
    assert len({g.product for g in goods}) >= 22
    for values in (
        [g.sku for g in goods],
        [g.barcode for g in goods],
        [g.bin for g in goods],
        [g.short_name for g in goods],
    ):
        assert max(Counter(values).values()) == 1


def test_a_sku_code_is_never_the_bar_code_of_another_sku() -> None:
    goods = load_goods()
    assert {g.sku for g in goods}.isdisjoint(g.barcode for g in goods)


def test_variants_of_one_product_look_alike_on_paper_but_not_in_their_spec() -> None:
    cups = [g for g in load_goods() if g.product == "TB"]
    assert {g.name for g in cups} == {"手作粗陶茶杯"}
    assert {g.spec for g in cups} == {"月白 200ml", "墨黑 200ml"}


def test_each_listing_id_belongs_to_one_listing_and_codes_are_unique_in_a_shop() -> None:
    listings = load_listings()
    assert max(Counter(x.sku_id for x in listings).values()) == 1
    assert max(Counter((x.shop, x.sku_code) for x in listings).values()) == 1
    assert max(Counter((x.product_id, x.shop) for x in listings).values()) > 1
    assert {x.shop for x in listings} == {"shanye", "qinghe"}


def test_a_plain_listing_is_found_by_its_code_and_only_by_its_code() -> None:
    skus = {g.sku for g in load_goods()}
    for listing in load_listings():
        if listing.kind in {ListingKind.GOODS, ListingKind.GIFT, ListingKind.PRESALE}:
            assert listing.contents == ((listing.sku_code, 1),)
            assert listing.sku_code in skus
        else:
            assert listing.sku_code not in skus


def test_every_listing_is_made_of_goods_that_exist() -> None:
    skus = {g.sku for g in load_goods()}
    mapped = [x for x in load_listings() if x.kind is ListingKind.MAPPED]
    assert {sku for x in load_listings() for sku, _ in x.contents} <= skus
    assert any(pieces == 2 for x in mapped for _, pieces in x.contents)
    assert any(len(x.contents) == 2 for x in mapped)


def test_nobody_can_guess_what_an_unmapped_listing_holds() -> None:
    known = {g.sku for g in load_goods()} | {g.barcode for g in load_goods()}
    unmapped = [x for x in load_listings() if x.kind is ListingKind.UNMAPPED]
    assert {x.shop for x in unmapped} == {"shanye", "qinghe"}
    for listing in unmapped:
        assert listing.contents == ()
        assert listing.sku_code not in known


def test_variants_share_the_product_of_a_stock_row() -> None:
    rows = stock_rows(load_goods())
    products = {row["sku"]: row["product"] for row in rows}
    assert products["TB-YB200"] == products["TB-MH200"] == "手作粗陶茶杯"
    assert products["CJ-LN3"] == products["CJ-LN1"] == "亚麻茶巾"
    assert len(set(products.values())) == len({g.product for g in load_goods()})
    assert all(Path(row["picture"]).is_file() for row in rows)


def test_the_stock_list_in_the_resources_is_the_one_the_goods_give(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    write_stock_list(load_goods(), path)
    assert path.read_bytes() == (DEMO_FOLDER / "stock.csv").read_bytes()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == STOCK_COLUMNS
    assert [row["sku"] for row in rows] == [g.sku for g in load_goods()]
