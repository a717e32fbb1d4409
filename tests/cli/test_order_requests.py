"""Notes, requests, phone numbers, receivers and serial numbers from a shell."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.shell import run
from main import DOORS
from tests.cli.calling import Shell
from tests.services import truth
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        yield opened


@pytest.fixture
def shell(bench: Bench) -> Shell:
    return Shell(bench.folder / "data")


def test_a_note_is_written_and_shown(bench: Bench, shell: Shell) -> None:
    order_id = bench.seed("ordinary").order_id
    (row,) = shell.json("orders", "note", order_id, "送一包茶").rows
    assert row == {"order_id": order_id, "note": "送一包茶", "state": "waiting"}
    (sent,) = shell.json("outbox", "drain").rows
    assert (sent["kind"], sent["result"]) == ("note", "done")
    (shown,) = shell.json("orders", "show", order_id).rows
    assert (shown["merchant_note"], shown["note_state"]) == ("送一包茶", "told")


def test_what_waits_is_listed_and_answered(bench: Bench, shell: Shell) -> None:
    rows = {r["kind"]: r for r in shell.json("orders", "requests").rows}
    assert rows.keys() == {"address", "variant"}
    assert rows["address"]["order_id"] == bench.seed("address_change").order_id
    assert rows["variant"]["until_at"]
    assert [p["effect"] for p in rows["variant"]["parcels"]] == ["nothing"]
    address, variant = rows["address"]["order_id"], rows["variant"]["order_id"]
    (done,) = shell.json("orders", "answer", address, "--address", "accept").rows
    assert (done["result"], done["voided"]) == ("accepted", [])
    (done,) = shell.json("orders", "answer", variant, "--variant", "reject").rows
    assert done["result"] == "rejected"
    assert shell.json("orders", "requests").rows == []
    again = shell.json("orders", "answer", address, "--address", "reject")
    assert (again.code, [e["code"] for e in again.errors]) == (1, ["no_request"])
    unclear = shell.json("orders", "answer", address)
    assert (unclear.code, unclear.errors[0]["code"]) == (1, "usage")


def test_an_answer_that_somebody_else_gave_differently_is_no_success(
    bench: Bench, shell: Shell
) -> None:
    seed = bench.seed("address_change")
    bench.world.shops[seed.shop].ship_elsewhere(seed.order_id, "ZTO", "78900000000099")
    answer = shell.json("orders", "answer", seed.order_id, "--address", "accept")
    assert (answer.code, [e["code"] for e in answer.errors]) == (1, ["answered_otherwise"])
    assert answer.rows[0]["result"] == "rejected"


def test_a_receiver_is_shown_for_a_reason_and_counted(bench: Bench, shell: Shell) -> None:
    seed = bench.seed("ordinary")
    assert shell.json("orders", "receiver", seed.order_id).errors[0]["code"] == "usage"
    (row,) = shell.json("orders", "receiver", seed.order_id, "--reason", "broken bottle").rows
    assert row["name"] == seed.receiver["user_name"]
    assert (row["used"], row["limit"]) == (1, 30)
    people = shell("orders", "receiver", seed.order_id, "--reason", "again")
    assert "1 of 30" in people.out


def test_a_virtual_number_is_told(bench: Bench, shell: Shell) -> None:
    order_id = bench.seed("virtual_number").order_id
    (row,) = shell.json("orders", "phone", order_id).rows
    assert (row["number"], row["extension"]) == ("13800009999", "1234")
    for option in ("--extend", "--renew"):
        refused = shell.json("orders", "phone", order_id, option)
        assert (refused.code, refused.errors[0]["code"]) == (1, "virtual_not_now")
    none = shell.json("orders", "phone", bench.seed("ordinary").order_id)
    assert none.errors[0]["code"] == "virtual_number"


def test_serial_numbers_are_noted(bench: Bench, shell: Shell) -> None:
    (row,) = (
        r
        for r in shell.json("orders", "list", "--hold", "special").rows
        if r["order_id"] == bench.seed("serials").order_id
    )
    (parcel,) = row["parcels"]
    noted = shell.json("parcels", "serial", parcel, "SN-20467", "--imei1", "490154203237519")
    assert noted.rows[0]["serial"] == "SN-20467"
    assert len(noted.rows[0]["warnings"]) == 1
    wrong = shell.json("parcels", "serial", parcel, "SN-20467", "--imei1", "12")
    assert (wrong.code, wrong.errors[0]["code"]) == (1, "bad_imei")
    without = shell.json("parcels", "serial", parcel, "--without", "they have none")
    assert without.rows[0]["without"] == "they have none"


def test_orders_that_are_not_packed_here_have_a_list_of_their_own(
    bench: Bench, shell: Shell
) -> None:
    rows = shell.json("orders", "list", "--state", "other").rows
    assert sorted(r["flow"] for r in rows) == ["same_city", "virtual"]
    waiting = shell.json("orders", "list", "--state", "to_check").rows
    assert {r["flow"] for r in waiting} == {"parcel"}


def test_a_shop_that_may_only_be_read_refuses_with_the_way_out(bench: Bench, shell: Shell) -> None:
    seed = bench.seed("ordinary")
    truth.change_shop(bench, seed.shop, read_only=True)
    refused = shell.json("orders", "receiver", seed.order_id, "--reason", "x")
    assert (refused.code, refused.errors[0]["code"]) == (1, "shop_read_only")
    assert "read_only" in refused.errors[0]["remedy"]
    assert shell.json("orders", "note", seed.order_id, "x").code == 0
    later = shell.json("outbox", "drain")
    assert (later.code, later.errors[0]["code"]) == (1, "shop_read_only")


@pytest.mark.parametrize("command", ["note", "requests", "answer", "phone", "receiver"])
def test_every_new_command_explains_itself_in_both_languages(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    told = {}
    for language in ("en", "zh_CN"):
        out = io.StringIO()
        arguments = ["--lang", language, "orders", command, "--help"]
        assert run(arguments, DOORS, out=out, err=io.StringIO()) == 0
        told[language] = out.getvalue() + capsys.readouterr().out
        assert f"main.py orders {command}" in told[language]
    assert told["en"].count("Usage: ") == 1
    assert not re.search("[一-龥]", told["en"])
    assert re.search("[一-龥]", told["zh_CN"])
