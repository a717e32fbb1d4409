"""``carriers list | check | bind``, and direct accounts among ``waybill balances``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.calling import Shell
from tests.services import truth
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:  # commands have the real time: the carriers get it too
        opened.clock.advance((datetime.now(UTC) - opened.clock.now()).total_seconds())
        yield opened


@pytest.fixture
def shell(bench: Bench) -> Shell:
    """The same data folder, by commands."""
    return Shell(bench.folder / "data")


def test_accounts_are_listed_with_what_they_can_do(bench: Bench, shell: Shell) -> None:
    rows = {row["account"]: row for row in shell.json("carriers", "list").rows}
    assert list(rows) == [account.name for account in bench.scenario.accounts.carriers]
    zto = rows["zto"]
    assert (zto["left"], zto["calls_today"], zto["bound_at"]) == (None, 0, None)
    assert {"bind", "balance", "stopped_regions", "quote"} <= set(zto["capabilities"])
    assert "bind" not in rows["yunda"]["capabilities"]
    assert bench.world.carriers.server.journal.count() == 0


def test_asking_now_shows_what_is_left_and_counts_the_calls(bench: Bench, shell: Shell) -> None:
    bench.world.yunda.leave_numbers(bench.scenario.accounts.yunda.app_key, 12)
    rows = {row["account"]: row for row in shell.json("carriers", "list", "--fresh").rows}
    yunda = rows["yunda"]
    assert (yunda["left"], yunda["low"]) == (12, True)
    assert yunda["asked_at"].endswith("Z")
    assert (yunda["calls_today"], yunda["services_today"]) == (1, {"searchCount": 1})
    assert rows["sf"]["left"] is None
    again = {row["account"]: row for row in shell.json("carriers", "list").rows}
    assert again["yunda"]["calls_today"] == 1
    balances = shell.json("waybill", "balances").rows
    direct = {row["account"]: row["left"] for row in balances if not row["shop"]}
    assert (direct["sf"], direct["zto"], direct["yunda"]) == (None, 100_000, 12)


def test_checking_says_what_is_wrong_and_goes_on(bench: Bench, shell: Shell) -> None:
    bench.world.yunda.leave_numbers(bench.scenario.accounts.yunda.app_key, 0)
    answer = shell.json("carriers", "check")
    assert [row["account"] for row in answer.rows if not row["ok"]] == ["yunda"]
    assert len(answer.rows) == len(bench.scenario.accounts.carriers)
    (error,) = answer.errors
    assert (error["code"], error["ref"]) == ("carrier", "yunda")
    assert "Recharge" in error["remedy"]
    assert answer.code == 4
    (row,) = [r for r in shell.json("carriers", "list").rows if r["account"] == "yunda"]
    assert (row["left"], row["code"]) == (0, "check")
    assert row["problem"]
    assert "Recharge" in row["remedy"]


def test_an_account_nobody_knows_is_named(shell: Shell, bench: Bench) -> None:
    answer = shell.json("carriers", "check", "nobody")
    assert answer.code == 1
    assert "nobody" in answer.errors[0]["message"]


def test_binding_needs_a_site_and_is_remembered(bench: Bench, shell: Shell) -> None:
    kept = truth.change_account(bench, "zto", site_name="")
    refused = shell.json("carriers", "bind", "zto")
    assert refused.code == 1
    assert "site_name" in refused.errors[0]["remedy"]
    truth.change_account(bench, "zto", **kept)
    (row,) = shell.json("carriers", "bind", "zto").rows
    assert row["ok"]
    rows = {r["account"]: r for r in shell.json("carriers", "list").rows}
    assert rows["zto"]["bound_at"].endswith("Z")
    assert shell.json("carriers", "bind", "sf").errors[0]["code"] == "cannot_bind"


def test_the_table_is_for_people(bench: Bench, shell: Shell) -> None:
    said = shell("carriers", "list", "--fresh").out
    assert "100000" in said or "100,000" in said
    assert "ZTO Express" in said


def test_products_are_listed_by_code(bench: Bench, shell: Shell) -> None:
    truth.change_account(bench, "sf", products=[{"code": "7777", "name": "专配"}])
    rows = shell.json("carriers", "products", "sf").rows
    names = {row["code"]: row["name"] for row in rows}
    assert (names["2"], names["7777"]) == ("顺丰标快", "专配")
    assert shell.json("carriers", "products", "yunda").rows == []
    assert shell.json("carriers", "products", "nobody").errors[0]["code"] == "no_account"


def test_nobody_answering_is_a_matter_of_time(bench: Bench, shell: Shell) -> None:
    bench.world.carriers.server.stop()
    assert shell.json("carriers", "check").code == 2
    assert shell.json("carriers", "bind", "zto").code == 2
