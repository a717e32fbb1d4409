"""``aftersales``: the contract's rows, and money only with the amount said again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.shell import run
from app.simulators.wechat.shop import WechatShop
from main import DOORS
from tests.cli.calling import Shell
from tests.support.warehouse import Bench, open_bench

KEYS = {
    "id",
    "shop",
    "order_id",
    "kind",
    "stage",
    "status",
    "amount",
    "deadline_at",
    "goods",
    "parcels",
    "reason",
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened


def asked_for(bench: Bench, kind: str = "REFUND") -> tuple[str, WechatShop]:
    """A fresh after-sale of the first line of an ordinary order."""
    seed = bench.seed("ordinary")
    shop = bench.world.shops[seed.shop]
    line = shop.order_data(seed.order_id)["order_detail"]["product_infos"][0]
    asked = shop.open_aftersale(seed.order_id, line["product_id"], line["sku_id"], 1, kind=kind)
    return asked, shop


def test_a_refund_is_listed_shown_and_paid_with_its_amount_only(bench: Bench) -> None:
    asked, shop = asked_for(bench)
    bench.sync()
    shell = Shell(bench.folder / "data")
    rows = shell.json("aftersales", "list", "--open", "--kind", "refund").rows
    row = next(r for r in rows if r["id"] == asked)
    assert set(row) == KEYS
    assert (row["stage"], row["amount"]) == (
        "asked",
        shop.aftersales[asked]["refund_info"]["amount"],
    )
    assert row["parcels"]
    assert shell.json("aftersales", "show", asked).rows[0]["status"] == "MERCHANT_PROCESSING"
    without = shell.json("aftersales", "accept", asked)
    assert (without.code, [e["code"] for e in without.errors]) == (1, ["confirm_amount"])
    yuan = f"{row['amount'] // 100}.{row['amount'] % 100:02d}"
    assert yuan in without.errors[0]["message"]
    paid = shell.json("aftersales", "accept", asked, "--confirm-amount", yuan)
    assert (paid.code, paid.rows[0]["result"], paid.rows[0]["stage"]) == (0, "done", "refunded")
    assert shell.json("aftersales", "list", "--order", row["order_id"], "--open").rows == []


def test_a_return_from_the_request_to_the_shelf(bench: Bench) -> None:
    asked, shop = asked_for(bench, "RETURN")
    bench.sync()
    shell = Shell(bench.folder / "data")
    assert shell.json("aftersales", "accept", asked).rows[0]["stage"] == "wait_buyer"
    shop.send_back(asked, "ZTO", "78900000000031")
    bench.clock.advance(20)
    bench.sync()
    received = shell.json("aftersales", "received", asked, "--good", "1", "--note", "fine")
    assert (received.code, received.rows[0]["result"]) == (0, "done")
    too_much = shell.json("aftersales", "accept", asked, "--confirm-amount", "12,30")
    assert [e["code"] for e in too_much.errors] == ["usage"]


def test_an_exchange_becomes_a_parcel(bench: Bench) -> None:
    asked, shop = asked_for(bench, "EXCHANGE")
    bench.sync()
    shell = Shell(bench.folder / "data")
    early = shell.json("aftersales", "exchange", asked, "--parcel")
    assert [e["code"] for e in early.errors] == ["after_sale_step"]
    shell.json("aftersales", "accept", asked)
    shop.send_back(asked, "ZTO", "78900000000031")
    made = shell.json("aftersales", "exchange", asked, "--parcel")
    assert shell.json("parcels", "show", made.rows[0]["parcel"]).rows[0]["state"] == "to_label"
    shown = shell.json("aftersales", "show", asked).rows[0]
    assert shown["exchange_parcels"] == [made.rows[0]["parcel"]]


def test_a_rejection_takes_a_reason_of_the_platforms_list(bench: Bench) -> None:
    asked, _ = asked_for(bench)
    bench.sync()
    shell = Shell(bench.folder / "data")
    wrong = shell.json("aftersales", "reject", asked, "--reason", "99")
    assert [e["code"] for e in wrong.errors] == ["no_such_reason"]
    reasons = shell.json("aftersales", "reasons", "list").rows
    assert {r["reason"] for r in reasons if r["kind"] == "platform"} >= {4, 6}
    done = shell.json("aftersales", "reject", asked, "--reason", "4", "--words", "已发出")
    assert (done.code, done.rows[0]["stage"]) == (0, "nothing")


def test_the_shops_own_sentences_are_kept_changed_and_stay_away_when_removed(
    bench: Bench,
) -> None:
    shell = Shell(bench.folder / "data")

    def own() -> list[dict[str, Any]]:
        return [r for r in shell.json("aftersales", "reasons", "list").rows if r["kind"] == "own"]

    built_in = own()
    assert len(built_in) >= 7
    added = shell.json("aftersales", "reasons", "add", "请先联系客服", "--reason", "6").rows[0]
    shell.json("aftersales", "reasons", "change", added["id"], "请先联系店铺客服")
    assert {r["text"]: r["reason"] for r in own()}["请先联系店铺客服"] == 6
    for row in own():
        assert shell.json("aftersales", "reasons", "remove", row["id"]).code == 0
    assert own() == []
    gone = shell.json("aftersales", "reasons", "remove", added["id"])
    assert [e["code"] for e in gone.errors] == ["no_such_template"]


def test_who_may_pay_how_much_comes_from_the_file(bench: Bench) -> None:
    shell = Shell(bench.folder / "data")
    file = bench.folder / "approval.toml"
    file.write_text("[approval]\npacker_fen = 500\nlead_fen = 20000\n", encoding="utf-8")
    assert shell.json("config", "apply", str(file)).code == 0
    shown = shell.json("config", "show").rows
    assert [r for r in shown if r["section"] == "approval"] == [
        {"section": "approval", "packer_fen": 500, "lead_fen": 20000}
    ]
    file.write_text("[approval]\npacker = 5\n", encoding="utf-8")
    wrong = shell.json("config", "apply", str(file))
    assert (wrong.code, "packer_fen" in str(wrong.errors)) == (1, True)


@pytest.mark.parametrize(("language", "words"), [("en", "money moves"), ("zh_CN", "要退的金额")])
def test_help_is_there_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, words: str
) -> None:
    out, err = io.StringIO(), io.StringIO()
    whole = ["--data", str(tmp_path), "--lang", language, "aftersales", "accept", "--help"]
    assert run(whole, DOORS, out=out, err=err) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert "--confirm-amount" in shown
    assert words.replace(" ", "") in shown
