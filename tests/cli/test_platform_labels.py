"""Platform labels by commands: balances, checks, boxes, numbers given back, templates, previews."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.states import Route
from app.services.numbers.labelling import label_parcels
from app.services.parcels.parcel_queries import ParcelRow
from app.services.telling import outbox
from tests.cli.calling import Shell
from tests.services import truth
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> object:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        yield opened


@pytest.fixture
def shell(bench: Bench) -> Shell:
    """The same data folder, by commands."""
    return Shell(bench.folder / "data")


def _wave(bench: Bench, route: Route, carrier: str, count: int = 1) -> tuple[str, list[ParcelRow]]:
    rows = truth.ready(bench, route, carrier)[:count]
    return bench.wave(only=[r.id for r in rows]), rows


@pytest.mark.parametrize(
    ("route", "carrier"), [(Route.PLATFORM, "zto"), (Route.DIRECT, "sf"), (Route.DIRECT, "yunda")]
)
def test_a_number_is_cancelled_and_seen_on_its_way_back(
    bench: Bench, shell: Shell, route: Route, carrier: str
) -> None:
    row = truth.ready(bench, route, carrier)[0]
    (labelled,) = label_parcels(bench.work, [row.id])
    number = labelled.waybill
    (cancelled,) = shell.json("waybill", "cancel", number).rows
    assert cancelled == {"parcel": row.id, "waybill": number, "result": "cancelled", "code": ""}
    (back,) = shell.json("waybill", "returns").rows
    assert (back["waybill"], back["state"], back["carrier"]) == (number, "waiting", carrier)
    assert back["stake"]
    assert back["since"].endswith("Z")
    # the commands have the real time, the bench its own
    assert [r.result for r in outbox.drain(bench.work, everything=True)] == ["done"]
    assert shell.json("waybill", "returns").rows == []
    assert truth.numbers_given(bench, row) == []
    assert shell.json("waybill", "cancel", number).rows == [cancelled]  # done is done
    assert shell.json("waybill", "returns").rows == []


def test_a_number_given_back_today_is_listed_with_all(bench: Bench, shell: Shell) -> None:
    wave, _ = _wave(bench, Route.PLATFORM, "zto")
    (labelled,) = shell.json("wave", "label", wave).rows
    shell.json("waybill", "cancel", labelled["waybill"])
    assert shell.json("outbox", "drain").code == 0
    assert shell.json("waybill", "returns").rows == []
    (done,) = shell.json("waybill", "returns", "--all").rows
    assert (done["waybill"], done["state"]) == (labelled["waybill"], "done")


def test_a_refused_number_is_acknowledged(bench: Bench, shell: Shell) -> None:
    wave, (row,) = _wave(bench, Route.PLATFORM, "zto")
    (labelled,) = shell.json("wave", "label", wave).rows
    bench.world.shops[row.shop].pick_up(labelled["waybill"])
    shell.json("waybill", "cancel", labelled["waybill"])
    shell.json("outbox", "drain")
    (back,) = shell.json("waybill", "returns").rows
    assert (back["state"], back["code"]) == ("refused", "10025006")
    assert back["remedy"]
    in_use = shell.json("waybill", "returns", "--retry", labelled["waybill"])
    assert in_use.errors[0]["code"] == "number_in_use"
    assert shell.json("waybill", "returns", "--acknowledge", labelled["waybill"]).rows == []
    gone = shell.json("waybill", "returns", "--acknowledge", labelled["waybill"])
    assert gone.errors[0]["code"] == "no_such_return"


def test_too_few_labels_are_said_before_the_batch_and_it_goes_on(
    bench: Bench, shell: Shell
) -> None:
    wave, rows = _wave(bench, Route.PLATFORM, "zto", 3)
    account = bench.world.shops[rows[0].shop].account(rows[0].account)
    assert account is not None
    account.available = 2
    bench.clock.advance(3600)
    answer = shell("--json", "wave", "label", wave)
    assert "2 labels left, this batch needs 3" in answer.err
    assert answer.document["ok"] is False
    assert [r["result"] for r in answer.rows] == ["issued", "issued", "failed"]
    assert [e["code"] for e in answer.errors] == ["balance"]
    (left,) = [b for b in shell.json("waybill", "balances", "--fresh").rows if b["low"]]
    assert (left["carrier"], left["left"], left["threshold"]) == ("zto", 0, 50)


def test_what_the_platform_warns_of_stands_in_the_row(bench: Bench, shell: Shell) -> None:
    wave, (row,) = _wave(bench, Route.PLATFORM, "zto")
    risk = {"risk_ec_order_info": {}, "risk_msg": "地址偏远"}
    bench.world.shops[row.shop].quirks.more_in_label_answers = {"order_risk_info": [risk]}
    labelled = shell.json("wave", "label", wave)
    assert labelled.code == 0
    assert "地址偏远" in labelled.rows[0]["warning"]


def test_a_wave_is_checked_without_booking(bench: Bench, shell: Shell) -> None:
    wave, rows = _wave(bench, Route.PLATFORM, "zto", 2)
    bench.world.shops[rows[1].shop].cancel(rows[1].orders[0])
    checked = shell.json("waybill", "check", "--wave", wave)
    assert checked.code == 4
    assert {r["parcel"]: r["result"] for r in checked.rows} == {
        rows[0].id: "good",
        rows[1].id: "refused",
    }
    assert all(truth.numbers_given(bench, r, alive_only=False) == [] for r in rows)
    assert shell.json("waybill", "check").errors[0]["code"] == "usage"
    assert shell.json("waybill", "check", rows[0].id).code == 0


def test_boxes_are_said_shown_and_refused(bench: Bench, shell: Shell) -> None:
    wave, (row,) = _wave(bench, Route.PLATFORM, "zto")
    said = shell.json("waybill", "boxes", row.id, "--count", "2").rows
    assert [(r["box"], r["boxes"], r["waybill"]) for r in said] == [(1, 2, ""), (2, 2, "")]
    shell.json("waybill", "boxes", row.id, "--count", "1")
    (labelled,) = shell.json("wave", "label", wave).rows
    refused = shell.json("waybill", "boxes", labelled["waybill"], "--add", "1")
    assert refused.code == 1
    assert "子母件" in refused.errors[0]["message"]
    (shown,) = shell.json("waybill", "boxes", labelled["waybill"]).rows
    assert (shown["parcel"], shown["waybill"]) == (row.id, labelled["waybill"])


def test_a_template_is_saved_chosen_shown_and_deleted(bench: Bench, shell: Shell) -> None:
    _, (row,) = _wave(bench, Route.PLATFORM, "zto")
    which = ("--shop", row.shop)
    assert row.shop in {r["shop"] for r in shell.json("waybill", "templates").rows}
    assert shell.json("waybill", "templates", "show", "x").errors[0]["code"] == "which_shop"
    (saved,) = shell.json(
        "waybill", "templates", "save", "货号", "--carrier", "zto", "--lines", "full,note", *which
    ).rows
    own = saved["template"]
    assert shell.json("waybill", "templates", "set", row.account, own, *which).code == 0
    listed = shell.json("waybill", "templates", "list", *which).rows
    assert [r["accounts"] for r in listed if r["template"] == own] == [[row.account]]
    lines = shell.json("waybill", "templates", "show", own, *which).rows
    assert [r["name"] for r in lines if r["shown"]] == ["full", "note"]
    assert len(lines) == 8
    wrong = shell.json(
        "waybill", "templates", "save", "x", "--carrier", "zto", "--lines", "price", *which
    )
    assert wrong.errors[0]["code"] == "template_option"
    assert shell.json("waybill", "templates", "delete", own, *which).code == 0
    assert shell.json("waybill", "templates", "show", own, *which).code == 1


def test_a_platform_label_is_previewed_in_the_component(bench: Bench, shell: Shell) -> None:
    wave, _ = _wave(bench, Route.PLATFORM, "zto")
    (labelled,) = shell.json("wave", "label", wave).rows
    assert shell.json("label", "preview", labelled["waybill"]).code == 0
    assert [p.waybill for p in bench.world.component.previews] == [labelled["waybill"]]
    assert bench.world.component.papers == []
    bench.world.component.stop()
    gone = shell.json("label", "preview", labelled["waybill"])
    assert (gone.code, gone.errors[0]["code"]) == (2, "printer_not_ready")


def test_a_direct_label_has_no_such_preview(bench: Bench, shell: Shell) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    (labelled,) = label_parcels(bench.work, [row.id])
    refused = shell.json("label", "preview", labelled.waybill)
    assert refused.errors[0]["code"] == "not_a_platform_label"


def test_doctor_tells_the_component_its_printers_and_the_balances(
    bench: Bench, shell: Shell
) -> None:
    rows = shell.json("doctor").rows
    (component,) = [r for r in rows if r["what"].endswith("platform")]
    assert component["state"] == "ok"
    assert "1.3.4" in component["message"]
    assert "KM-202(NEW)" in component["message"]
    bench.world.component.faults.versions("1.3.4", "1.1.0")
    (twice,) = [r for r in shell.json("doctor").rows if r["what"].endswith("platform")]
    assert twice["state"] == "problem"
    assert "1.1.0" in twice["message"]


@pytest.mark.parametrize(
    "command",
    [
        ("waybill", "returns"),
        ("waybill", "boxes"),
        ("waybill", "check"),
        ("waybill", "balances"),
        ("waybill", "templates", "save"),
        ("label", "preview"),
    ],
)
def test_help_comes_in_both_languages(shell: Shell, command: tuple[str, ...]) -> None:
    english = shell(*command, "--help")
    assert english.code == 0
    chinese = Shell(shell.data)("--lang", "zh_CN", *command, "--help")
    assert chinese.code == 0
