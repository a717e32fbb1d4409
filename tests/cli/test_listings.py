"""Listings and the shops' stock by commands, against the real simulators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.simulators.scenario import build_scenario
from app.simulators.warehouse import SimulatedWarehouse
from tests.cli.calling import Shell

SHOP = "shanye"
TEA, TEA_SKU = "10000154820137", "3616331011"
PAIR, PAIR_SKU, PAIR_CODE = "10000154823288", "3616331319", "SYCQ-YD-02"


@pytest.fixture
def world() -> Iterator[SimulatedWarehouse]:
    with SimulatedWarehouse(build_scenario(1, datetime.now(UTC), 12, bundles=False)) as running:
        yield running


@pytest.fixture
def connected(shell: Shell, world: SimulatedWarehouse, tmp_path: Path) -> Shell:
    """Connected to the simulators; the first shop is told its stock. The shelf is empty."""
    config = tmp_path / "demo.toml"
    told = 'platform = "wechat"\nstock_push = "on"\nstock_reserve = 2\n'
    text = world.configuration().replace('platform = "wechat"\n', told, 1)
    config.write_text(text, encoding="utf-8")
    assert shell.json("config", "apply", str(config)).code == 0
    return shell


def test_a_new_merchant_starts_in_a_minute(
    connected: Shell, world: SimulatedWarehouse, tmp_path: Path
) -> None:
    pulled = connected.json("listings", "pull", "--shop", SHOP, "--pictures")
    assert pulled.code == 0
    (row,) = pulled.rows
    assert row["new"] == sum(len(p["skus"]) for p in world.shops[SHOP].products.values())
    assert set(row) == {
        "shop", "products", "new", "changed", "same", "gone", "mapped", "barcodes", "failed",
    }  # fmt: skip

    unmapped = connected.json("listings", "list", "--unmapped", "--limit", "1000").rows
    assert len(unmapped) == row["new"]
    planned = connected.json("listings", "create-skus", "--dry-run").rows
    assert connected.json("stock", "list").rows == []
    made = connected.json("listings", "create-skus")
    assert made.rows == planned
    assert {e["code"] for e in made.errors} <= {"ambiguous"}
    items = {r["sku"] for r in connected.json("stock", "list").rows}
    assert items == {r["sku"] for r in made.rows if r["result"] == "new"}
    assert PAIR_CODE in items

    connected.json("sync")
    found = connected.json("listings", "list", "--search", PAIR).rows[0]
    assert (found["sku"], found["by"], found["blocked"]) == (PAIR_CODE, "hand", 0)
    again = connected.json("listings", "pull", "--pictures")
    assert again.code == 0
    assert list((tmp_path / "data" / "pictures").glob("web-*.png"))


def test_a_listing_is_mapped_by_hand(connected: Shell) -> None:
    connected.json("listings", "pull")
    file = connected.data.parent / "stock.csv"
    file.write_text("sku,name,quantity\nCUP,Cup,9\nLJ-100G,Tea,9\n", encoding="utf-8")
    connected.json("stock", "import", str(file))
    wrong = connected.json("listings", "map", PAIR, PAIR_SKU, "NOTHING")
    assert (wrong.code, wrong.errors[0]["code"]) == (1, "no_such_sku")
    assert connected.json("listings", "map", PAIR, PAIR_SKU, "CUP", "--times", "2").code == 0
    row = connected.json("listings", "list", "--search", PAIR_SKU).rows[0]
    assert (row["sku"], row["times"], row["by"]) == ("CUP", 2, "hand")
    accepted = connected.json("listings", "accept", "--shop", SHOP, "--copy-barcodes").rows
    assert [r["sku"] for r in accepted if r["result"] == "mapped"] == ["LJ-100G"]


def test_suggestions_are_listed_for_people(connected: Shell) -> None:
    connected.json("listings", "pull")
    file = connected.data.parent / "stock.csv"
    file.write_text("sku,name,spec,quantity\nCUP,粗陶茶杯,月白,9\n", encoding="utf-8")
    connected.json("stock", "import", str(file))
    (row,) = connected.json("listings", "list", "--search", PAIR).rows
    assert row["candidates"][0]["sku"] == "CUP"
    assert row["candidates"][0]["why"] == "similar"
    shown = connected("listings", "list", "--limit", "2")
    assert "--limit" in shown.out


def test_a_product_is_taken_off_and_put_on(connected: Shell, world: SimulatedWarehouse) -> None:
    connected.json("listings", "pull")
    (off,) = connected.json("listings", "shelf", TEA, "--off").rows
    assert (off["result"], off["status"]) == ("done", "off")
    (on,) = connected.json("listings", "shelf", TEA, "--on").rows
    assert (on["result"], on["status"]) == ("review", "off")
    refused = connected.json("listings", "shelf", TEA, "--off")
    assert refused.code == 0  # it is off already, whatever is being reviewed
    refused = connected.json("listings", "shelf", TEA, "--on")
    assert (refused.code, refused.errors[0]["code"]) == (1, "10020049")
    assert connected.json("listings", "shelf", "1", "--on").errors[0]["code"] == "no_such_listing"
    assert connected("listings", "shelf", TEA).code == 1
    assert world.shops[SHOP].status_of(TEA) == 11


def test_the_shops_are_told_their_stock(connected: Shell, world: SimulatedWarehouse) -> None:
    shop = world.shops[SHOP]
    connected.json("listings", "pull")
    file = connected.data.parent / "stock.csv"
    file.write_text("sku,name,quantity\nLJ-100G,Tea,9\n", encoding="utf-8")
    connected.json("stock", "import", str(file))
    had = shop.stock_of(TEA, TEA_SKU)
    trial = connected.json("stock", "push", "--dry-run", "--shop", SHOP)
    assert trial.rows == [
        {
            "shop": SHOP,
            "listing": f"{TEA}/{TEA_SKU}",
            "name": "【山野集】明前龙井茶叶特级 2026 新茶 100g 罐装",
            "sku": "LJ-100G",
            "shop_stock": had,
            "wanted": 7,
            "delta": 7 - had,
            "result": "would",
        }
    ]
    pushed = connected.json("stock", "push")
    assert (pushed.code, [r["result"] for r in pushed.rows]) == (0, ["done"])
    assert shop.stock_of(TEA, TEA_SKU) == 7
    assert connected.json("stock", "push", "--sku", "LJ-100G").rows[0]["result"] == "same"
    off = connected.json("stock", "push", "--shop", "qinghe")
    assert (off.code, off.errors[0]["code"]) == (1, "stock_push_off")

    shop.start_flash_sale(TEA, TEA_SKU)
    connected.json("stock", "receive", "LJ-100G", "3")
    refused = connected.json("stock", "push")
    assert (refused.code, refused.errors[0]["code"]) == (1, "10020014")
    shop.end_flash_sale(TEA, TEA_SKU)

    (seen,) = connected.json("stock", "reconcile", "--shop", SHOP).rows
    assert (seen["shop_stock"], seen["wanted"], seen["result"]) == (7, 10, "fewer")
    assert shop.stock_of(TEA, TEA_SKU) == 7
    assert connected.json("stock", "reconcile", "--shop", SHOP, "--apply").code == 0
    assert shop.stock_of(TEA, TEA_SKU) == 10
    assert connected.json("stock", "reconcile", "--shop", SHOP).rows == []

    with shop.lock:
        shop.take_stock(TEA, TEA_SKU, -5)
    (apart,) = connected.json("stock", "reconcile", "--shop", SHOP).rows
    assert (apart["here"], apart["result"], apart["advice"]) == (12, "more", "tell")
    taken = connected.json("stock", "reconcile", "--shop", SHOP, "--take-shop", f"{TEA}/{TEA_SKU}")
    assert (taken.code, taken.rows[0]["result"], taken.rows[0]["here"]) == (0, "done", 17)
    assert connected.json("stock", "reconcile", "--shop", SHOP).rows == []


def test_an_unclear_change_is_for_later(connected: Shell, world: SimulatedWarehouse) -> None:
    connected.json("listings", "pull")
    file = connected.data.parent / "stock.csv"
    file.write_text("sku,name,quantity\nLJ-100G,Tea,9\n", encoding="utf-8")
    connected.json("stock", "import", str(file))
    world.wechat.faults.lose_answer("/channels/ec/product/stock/update")
    pushed = connected.json("stock", "push")
    assert (pushed.code, pushed.errors[0]["code"]) == (2, "later")
    assert world.shops[SHOP].stock_of(TEA, TEA_SKU) == 7  # it did arrive, once
    assert connected.json("stock", "push").errors[0]["code"] == "stock_busy"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_help_names_every_command(
    shell: Shell, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell("listings", "--help", "--lang", language).code == 0
    shown = capsys.readouterr().out
    for name in ("pull", "list", "map", "accept", "create-skus", "shelf"):
        assert name in shown
    shell("stock", "--help", "--lang", language)
    shown = capsys.readouterr().out
    assert "push" in shown
    assert "reconcile" in shown
