"""Where carriers go and corrected addresses, by commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.states import Route
from app.services.numbers.labelling import label_parcels
from tests.cli.calling import Shell
from tests.services import truth
from tests.support.warehouse import Bench, open_bench

TABLE = """
[[reach]]
carrier = "zto"
province = "西藏"
reason = "太慢"

[[reach]]
carrier = "sf"
verdict = "reached"
province = "广东省"
city = "深圳"
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        yield opened


@pytest.fixture
def sheet(bench: Bench) -> Shell:
    """Commands on the data folder of a synced bench."""
    return Shell(bench.folder / "data")


def test_lines_are_added_listed_and_taken_out(shell: Shell) -> None:
    (line,) = shell.json("reach", "add", "zto", "西藏", "那曲", "--reason", "雪季").rows
    assert (line["region"], line["verdict"]) == ("西藏自治区 那曲", "refused")
    (listed,) = shell.json("reach", "list", "--origin", "own").rows
    assert (listed["id"], listed["reason"], listed["origin"]) == (line["id"], "雪季", "own")
    assert shell.json("reach", "list", "--carrier", "sf").rows == []
    assert shell.json("reach", "remove", line["id"]).code == 0
    gone = shell.json("reach", "remove", line["id"])
    assert (gone.code, gone.errors[0]["code"]) == (1, "no_such_region")


@pytest.mark.parametrize(
    "words",
    [
        ("dhl", "西藏"),
        ("zto", "西臧"),
        ("zto", "西藏", "--account", "nobody"),
        ("zto", "a", "b", "c", "d", "e"),
        ("zto", "西藏", "--verdict", "no"),
    ],
)
def test_what_is_no_line_is_refused(shell: Shell, words: tuple[str, ...]) -> None:
    refused = shell.json("reach", "add", *words)
    assert refused.code == 1
    assert refused.errors[0]["remedy"]


def test_a_company_nobody_knows_is_not_an_empty_list(shell: Shell) -> None:
    for words in (("refresh", "nope"), ("list", "--carrier", "nope")):
        answer = shell.json("reach", *words)
        assert (answer.code, answer.errors[0]["code"]) == (1, "reach_carrier")


def test_the_file_replaces_the_own_table_and_shows_it(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(TABLE, encoding="utf-8")
    assert {r["result"] for r in shell.json("config", "apply", str(file)).rows} == {"new"}
    assert {r["result"] for r in shell.json("config", "apply", str(file)).rows} == {"same"}
    shown = [r for r in shell.json("config", "show").rows if r["section"] == "reach"]
    assert [(r["carrier"], r["province"], r["city"], r["verdict"]) for r in shown] == [
        ("sf", "广东省", "深圳", "reached"),
        ("zto", "西藏自治区", "", "refused"),
    ]
    file.write_text(TABLE.replace("太慢", "不去").replace('"sf"', '"yunda"'), encoding="utf-8")
    results = [r["result"] for r in shell.json("config", "apply", str(file)).rows]
    assert sorted(results) == ["changed", "new", "off"]
    file.write_text(TABLE.replace('"reached"', '"reachd"'), encoding="utf-8")
    wrong = shell.json("config", "apply", str(file))
    assert (wrong.code, wrong.errors[0]["ref"]) == (1, "c.toml:9")


def test_an_address_is_corrected_checked_and_taken_back(bench: Bench, sheet: Shell) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    incomplete = sheet.json("parcels", "address", row.id, "--name", "周小满")
    assert (incomplete.code, incomplete.errors[0]["code"]) == (1, "address_incomplete")
    whole = ("--phone", "13900000009", "--province", "广东", "--city", "深圳市")
    rest = ("--district", "南山区", "--address", "超区村 8 号")
    (said,) = sheet.json("parcels", "address", row.id, "--name", "周小满", *whole, *rest).rows
    assert (said["result"], said["receiver"]) == ("corrected", "周**")
    assert sheet.json("reach", "check", row.id, "--offline").code == 0
    sheet.json("reach", "add", "sf", "广东", "--reason", "不送")
    checked = sheet.json("reach", "check", row.id, "--offline")
    assert (checked.code, checked.rows[0]["result"], checked.rows[0]["fix"]) == (
        1,
        "refused",
        "change_carrier",
    )
    (found,) = checked.rows[0]["findings"]
    assert (found["by"], "不送" in found["message"]) == ("own", True)
    (back,) = sheet.json("parcels", "address", row.id, "--undo").rows
    assert back["corrected"] is False
    assert sheet.json("parcels", "address", row.id, "--undo").errors[0]["code"] == "not_corrected"


def test_a_refusal_shows_what_helps(bench: Bench, sheet: Shell) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    whole = ("--name", "周小满", "--phone", "13900000009", "--province", "广东", "--city", "深圳市")
    rest = ("--district", "南山区", "--address", "超区 8 号")
    sheet.json("parcels", "address", row.id, *whole, *rest)
    (labelled,) = label_parcels(bench.work, [row.id])
    assert labelled.code == "out_of_range"
    (shown,) = sheet.json("parcels", "show", row.id).rows
    assert (shown["failure"]["fix"], bool(shown["failure"]["their_code"])) == (
        "change_carrier",
        True,
    )
    (learned,) = sheet.json("reach", "list", "--origin", "learned").rows
    assert (learned["carrier"], learned["city"], learned["times"]) == ("sf", "深圳市", 1)


def test_the_platforms_parcel_asks_the_buyer(bench: Bench, sheet: Shell) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    whole = ("--name", "周小满", "--phone", "13900000009", "--province", "广东", "--city", "深圳市")
    (asked,) = sheet.json(
        "parcels", "address", row.id, *whole, "--district", "南山区", "--address", "科兴路 8 号"
    ).rows
    assert (asked["result"], asked["order"]) == ("waiting", row.orders[0])


def test_lists_of_stopped_regions_are_fetched_and_kept(bench: Bench, sheet: Shell) -> None:
    states = {s["carrier"]: s for s in sheet.json("reach", "refresh").rows}
    assert states["zto"]["result"] == "done"
    listed = sheet.json("reach", "list", "--origin", "list").rows
    assert len(listed) == states["zto"]["regions"]


def test_the_same_place_for_one_account_instead_of_all_is_another_line(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "c.toml"
    place = '[[reach]]\ncarrier = "zto"\nprovince = "西藏"\n'
    file.write_text(place, encoding="utf-8")
    assert shell.json("config", "apply", str(file)).code == 0
    file.write_text(place + 'account = "zto-south"\n', encoding="utf-8")
    rows = shell.json("config", "apply", str(file)).rows
    assert {r["name"]: r["result"] for r in rows} == {
        "zto 西藏自治区": "off",
        "zto 西藏自治区 zto-south": "new",
    }
