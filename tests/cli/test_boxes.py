"""Splitting, merging, taking back, correcting and adding parcels, by commands alone."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.simulators.demo_accounts import QINGHE, demo_accounts
from app.simulators.goods import load_goods, load_listings
from app.simulators.order_desk import Draft, Numbers, OrderDesk
from app.simulators.people import SHANGHAI, Crowd, load_regions
from app.simulators.scenario import build_scenario
from app.simulators.seed_orders import OrderKind
from app.simulators.warehouse import SimulatedWarehouse
from app.simulators.wechat.shop import WechatShop
from tests.cli.calling import Answer, Shell

CUP, BOWL, BOOK = "CJ-LN3", "FW-QH6", "BJ-A5"


class Counter:
    """Where orders are bought, and the numbers of labels written by hand."""

    def __init__(self, world: SimulatedWarehouse) -> None:
        now = datetime.now(UTC)
        crowd = Crowd(random.Random(3), load_regions())
        self.desk = OrderDesk(
            QINGHE, load_listings(), load_goods(), demo_accounts(), crowd, Numbers(5, 900_000), now
        )
        self.person = crowd.person(SHANGHAI)
        self.shop: WechatShop = world.shops[QINGHE]
        self._labels = itertools.count(4_600_000_000_001)

    def buy(self, *picks: tuple[str, int]) -> str:
        """An order of the one buyer there is here."""
        draft: Draft = self.desk.buy(
            *picks, hours_ago=1, person=self.person, openid="oTheOneBuyer00000000000001"
        )
        sealed = self.desk.seal(draft, OrderKind.ORDINARY)
        return self.shop.add_order(sealed.order, sealed.receiver)

    def label(self) -> str:
        return str(next(self._labels))

    def status(self, order: str) -> int:
        return int(self.shop.order_data(order)["status"])

    def on_file(self, order: str) -> list[str]:
        info = self.shop.order_data(order)["order_detail"]["delivery_info"]
        return [parcel["waybill_id"] for parcel in info["delivery_product_info"]]


@pytest.fixture
def world() -> Iterator[SimulatedWarehouse]:
    scenario = build_scenario(1, datetime.now(UTC), 30, bundles=False)
    with SimulatedWarehouse(scenario) as running:
        yield running


@pytest.fixture
def counter(world: SimulatedWarehouse) -> Counter:
    return Counter(world)


@pytest.fixture
def ready(shell: Shell, world: SimulatedWarehouse, tmp_path: Path) -> Shell:
    """Connected to the simulators, with enough of everything."""
    config = tmp_path / "demo.toml"
    config.write_text(world.configuration(), encoding="utf-8")
    assert shell.json("config", "apply", str(config)).code == 0
    rows = "\n".join(f"{g.sku},{g.name},1000" for g in world.scenario.goods)
    stock = tmp_path / "stock.csv"
    stock.write_text(f"sku,name,quantity\n{rows}\n", encoding="utf-8")
    assert shell.json("stock", "import", str(stock)).code == 0
    return shell


def good(answer: Answer) -> list[dict[str, Any]]:
    assert (answer.code, answer.errors) == (0, [])
    return answer.rows


def parcels_of(shell: Shell, order: str) -> list[str]:
    good(shell.json("sync", "--shop", QINGHE))
    (row,) = good(shell.json("orders", "show", order))
    return [p if isinstance(p, str) else p["id"] for p in row["parcels"]]


def number(shell: Shell, counter: Counter, parcel: str) -> str:
    """Write a number on the parcel by hand, as one bought elsewhere."""
    label = counter.label()
    good(shell.json("parcels", "carrier", parcel, "yunda"))
    good(shell.json("waybill", "settle", parcel, "--number", label))
    return label


def test_split_parcels_are_shipped_one_after_the_other(ready: Shell, counter: Counter) -> None:
    order = counter.buy((CUP, 2), (BOWL, 1), (BOOK, 1))
    (parcel,) = parcels_of(ready, order)
    planned = good(ready.json("parcels", "split", parcel, "--part", f"{BOWL}=1", "--plan"))
    assert {(r["part"], r["sku"], r["breaks_rule"]) for r in planned} == {
        ("0", CUP, False),
        ("0", BOOK, False),
        ("1", BOWL, False),
    }
    rows = good(
        ready.json("parcels", "split", parcel, "--part", f"{BOWL}=1", "--part", f"{BOOK}=1")
    )
    assert len(rows) == 3
    assert {o for r in rows for o in r["orders"]} == {order}
    labels = [number(ready, counter, r["id"]) for r in rows]
    for n, (row, status) in enumerate(zip(rows, (21, 21, 30), strict=True), start=1):
        good(ready.json("ship", "--parcel", row["id"], "--unpacked"))
        good(ready.json("outbox", "drain"))
        assert counter.status(order) == status
        assert counter.on_file(order) == labels[:n]
    assert good(ready.json("db", "check")) is not None


# trap 21
def test_one_sku_is_torn_apart_only_with_extra_parcels(ready: Shell, counter: Counter) -> None:
    order = counter.buy((CUP, 3))
    (parcel,) = parcels_of(ready, order)
    refused = ready.json("parcels", "split", parcel, "--part", f"{CUP}=1")
    assert (refused.code, refused.errors[0]["code"]) == (1, "split_rule")
    assert CUP in refused.errors[0]["message"]
    assert "extra" in refused.errors[0]["remedy"]
    said = ready("parcels", "split", parcel, "--part", f"{CUP}=1", "--plan")
    assert "one number" in said.out
    rows = good(ready.json("parcels", "split", parcel, "--part", f"{CUP}=1", "--extra"))
    labels = [number(ready, counter, r["id"]) for r in rows]
    good(ready.json("ship", "--parcel", *[r["id"] for r in rows], "--unpacked"))
    drained = good(ready.json("outbox", "drain"))
    assert [(r["kind"], r["result"]) for r in drained] == [("ship", "done"), ("extra", "done")]
    assert (counter.status(order), counter.on_file(order)) == (30, labels)


def test_orders_of_one_buyer_are_merged_and_taken_back(ready: Shell, counter: Counter) -> None:
    orders = [counter.buy((CUP, 1)), counter.buy((BOWL, 1))]
    ids = [parcels_of(ready, order)[0] for order in orders]
    together = [
        r for r in good(ready.json("parcels", "together")) if set(r["orders"]) == set(orders)
    ]
    assert [set(r["parcels"]) for r in together] == [set(ids)]
    (merged,) = good(ready.json("parcels", "merge", *ids))
    assert set(merged["orders"]) == set(orders)
    label = number(ready, counter, merged["id"])
    good(ready.json("ship", "--parcel", merged["id"], "--unpacked"))
    (back,) = good(ready.json("parcels", "unship", label, "--reason", "wrong box"))
    assert (back["state"], back["waybill"]) == ("to_pack", label)
    assert good(ready.json("outbox", "list")) == []
    good(ready.json("ship", "--parcel", merged["id"], "--unpacked"))
    good(ready.json("outbox", "drain"))
    assert [counter.on_file(o) for o in orders] == [[label], [label]]
    late = ready.json("parcels", "unship", label, "--reason", "too late")
    assert (late.code, late.errors[0]["code"]) == (1, "already_reported")


def test_a_number_is_corrected_and_one_more_parcel_told_of(ready: Shell, counter: Counter) -> None:
    order = counter.buy((CUP, 1))
    (parcel,) = parcels_of(ready, order)
    wrong = number(ready, counter, parcel)
    early = ready.json("waybill", "correct", wrong, "--number", "4699999999999", "--reason", "x")
    assert (early.code, early.errors[0]["code"]) == (1, "not_reported")
    good(ready.json("ship", "--parcel", parcel, "--unpacked"))
    good(ready.json("outbox", "drain"))
    right, more = counter.label(), counter.label()
    good(ready.json("waybill", "correct", wrong, "--number", right, "--reason", "misread"))
    good(
        ready.json(
            "orders", "extra", order, "--carrier", "YUNDA", "--number", more, "--reason", "1",
            "--goods", f"{CUP}=1",
        )
    )  # fmt: skip
    drained = good(ready.json("outbox", "drain"))
    assert [r["kind"] for r in drained] == ["correct", "extra"]
    assert more in ready("orders", "show", order).out
    (shown,) = good(ready.json("orders", "show", order))
    told = {s["action"]: s["detail"] for s in shown["story"]}
    assert told["extra_parcel"]["number"] == more
    assert counter.on_file(order) == [right, more]
    (row,) = good(ready.json("parcels", "show", right))
    assert (row["id"], row["waybill"]) == (parcel, right)


def test_a_held_message_says_what_it_waits_for(ready: Shell, counter: Counter) -> None:
    order = counter.buy((CUP, 1))
    (parcel,) = parcels_of(ready, order)
    number(ready, counter, parcel)
    good(ready.json("ship", "--parcel", parcel, "--unpacked"))
    good(ready.json("parcels", "hold", parcel, "--reason", "ask first"))
    drained = ready.json("outbox", "drain")
    assert [(r["result"], r["code"]) for r in drained.rows] == [("held", "manual")]
    (row,) = good(ready.json("outbox", "list"))
    assert (row["state"], row["waits_for"], row["reason"]) == ("pending", "manual", "ask first")
    assert counter.on_file(order) == []
    good(ready.json("parcels", "release", parcel))
    assert [r["result"] for r in good(ready.json("outbox", "drain"))] == ["done"]


@pytest.mark.parametrize("part", ["CJ-LN3", "CJ-LN3=x", "=2", "CJ-LN3=0"])
def test_a_part_that_cannot_be_read_is_a_usage_error(shell: Shell, part: str) -> None:
    answer = shell.json("parcels", "split", "1", "--part", part)
    assert (answer.code, answer.errors[0]["code"]) == (1, "usage")
