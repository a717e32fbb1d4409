"""What a person reads in a table: words, never the codes that programs get."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from app.cli import words
from app.cli.shell import run
from app.domain.after_sales import AfterSaleKind
from app.domain.listings import ListingStatus
from app.domain.states import (
    Flow,
    HoldCode,
    MoveKind,
    OrderStatus,
    OutboxKind,
    OutboxState,
    ParcelState,
    Verdict,
    WaybillState,
)
from app.services.numbers.number_returns import ReturnState
from main import DOORS
from tests.cli.calling import Shell
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        opened.sync()
        yield opened


@pytest.mark.parametrize(
    ("shown", "codes"),
    [
        (words.state, ParcelState),
        (words.flow, Flow),
        (words.holds, HoldCode),
        (words.order_status, OrderStatus),
        (words.outbox_kind, OutboxKind),
        (words.outbox_state, OutboxState),
        (words.verdict, Verdict),
        (words.move, MoveKind),
        (words.kind, AfterSaleKind),
        (words.shelf, ListingStatus),
        (words.number_return, ReturnState),
        (words.number_state, WaybillState),
    ],
)
def test_every_code_has_a_word(shown: words.Shown, codes: Iterable[StrEnum]) -> None:
    unnamed = {c.value for c in codes if "_" in c.value and shown(c) == c.value}
    assert unnamed == set()


def test_a_table_has_words_and_json_has_codes(bench: Bench) -> None:
    shell = Shell(bench.folder / "data")
    held = bench.seed("address_change").order_id
    table = shell("orders", "list", "--search", held).out
    assert "To check" in table
    assert "Address change" in table
    assert "address_change" not in table
    (row,) = shell.json("orders", "list", "--search", held).rows
    assert (row["stage"], row["holds"]) == ("to_check", ["address_change"])
    amounts = shell("aftersales", "list").out
    rows = shell.json("aftersales", "list").rows
    assert rows
    assert all(f"{r['amount'] / 100:.2f}" in amounts for r in rows)


def test_a_parcel_shows_what_is_in_it(bench: Bench) -> None:
    shell = Shell(bench.folder / "data")
    order = bench.seed("ordinary").order_id
    (parcel,) = shell.json("orders", "show", order).rows[0]["parcels"]
    (row,) = shell.json("parcels", "show", parcel).rows
    (known,) = shell.json("orders", "show", order).rows
    assert row["lines"] == [{**line, "gift": False} for line in known["lines"]]
    said = shell("parcels", "show", parcel).out
    assert all(f"{x['sku']} {x['title']}" in said for x in row["lines"])


def test_a_line_that_was_paid_back_says_so(bench: Bench) -> None:
    seed = bench.seed("ordinary")
    shop = bench.world.shops[seed.shop]
    line = shop.order_data(seed.order_id)["order_detail"]["product_infos"][0]
    asked = shop.open_aftersale(seed.order_id, line["product_id"], line["sku_id"], 1)
    shell = Shell(bench.folder / "data")
    bench.sync()
    row = next(r for r in shell.json("aftersales", "list").rows if r["id"] == asked)
    amount = f"{row['amount'] / 100:.2f}"
    remedy = shell.json("aftersales", "accept", asked).errors[0]["remedy"]
    assert remedy == f"To pay, add: --confirm-amount {amount}"
    assert shell("aftersales", "accept", asked, "--confirm-amount", amount).code == 0
    assert "(1 refunded)" in shell("orders", "show", seed.order_id).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["orders", "show"], "少写了 ID"),
        (["orders", "answer", "1"], "--address --variant 要写一个"),
        (["orders", "list", "--search"], "--search 后面要写内容"),
        (["orders", "list", "--nothing"], "这里不认 --nothing"),
        (["listings", "shelf", "1", "--on", "--off"], "--off 和 --on 只能写一个"),
        (["orders", "list", "--json=1"], "--json 后面不用写内容"),
        (["wave", "list", "--days", "x"], "“x”不是大于 0 的数。"),
        (["stock", "adjust", "A", "x", "--reason", "r"], "数量 不能写“x”"),
    ],
)
def test_wrong_usage_is_said_in_chinese(tmp_path: Path, arguments: list[str], said: str) -> None:
    err = io.StringIO()
    code = run(["--lang", "zh_CN", "--data", str(tmp_path), *arguments], DOORS, err=err)
    assert code == 1
    assert said in err.getvalue()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--now", "yesterday"],
        ["--every", "0"],
        ["--every", "nan"],
        ["--push", "127.0.0.1:8765"],
        ["--push", "ftp://127.0.0.1"],
    ],
)
def test_simulate_refuses_what_it_cannot_use(tmp_path: Path, wrong: list[str]) -> None:
    answer = Shell(tmp_path).json("simulate", *wrong)
    assert (answer.code, [e["code"] for e in answer.errors]) == (1, ["usage"])
    assert wrong[1] in answer.errors[0]["message"]


def test_a_configuration_that_cannot_be_written_is_no_bug(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = Shell(tmp_path)("simulate", "--orders", "1", "--config", str(tmp_path / "file" / "x"))
    assert answer.code == 1
    assert "cannot be written" in answer.err


def test_a_torn_listing_names_the_option(bench: Bench) -> None:
    shell = Shell(bench.folder / "data")
    rows = shell.json("orders", "list", "--state", "to_label").rows
    row = next(
        r for r in rows if len(r["parcels"]) == 1 and any(x["quantity"] > 1 for x in r["lines"])
    )
    line = next(x for x in row["lines"] if x["quantity"] > 1)
    refused = shell.json("parcels", "split", row["parcels"][0], "--part", f"{line['sku']}=1")
    assert [e["code"] for e in refused.errors] == ["split_rule"]
    assert "--extra" in refused.errors[0]["remedy"]


def test_a_full_box_with_one_piece_too_many_says_how_it_is_sealed(bench: Bench) -> None:
    shell = Shell(bench.folder / "data")
    parcel = shell.json("orders", "show", bench.seed("ordinary").order_id).rows[0]["parcels"][0]
    shell("wave", "create")
    (wave,) = shell.json("wave", "list").rows
    shell("wave", "label", wave["id"])
    shell("wave", "print", wave["id"])
    (row,) = shell.json("parcels", "show", parcel).rows
    codes = [x["sku"] for x in row["lines"] for _ in range(x["quantity"])]
    answer = shell("pack", row["waybill"], "--scan", *codes, codes[0])
    assert answer.code == 4
    assert f"pack {row['waybill']}" in answer.out
    assert shell("pack", row["waybill"]).out.startswith("Sealed")


def test_a_label_nobody_knows_is_named_at_the_bench(shell: Shell) -> None:
    answer = shell.json("pack", "SF0000000000000", "--scan", "x")
    assert (answer.code, answer.rows[0]["verdict"]) == (1, "unknown")
    assert answer.errors[0]["message"] == "There is no waybill SF0000000000000 here."
