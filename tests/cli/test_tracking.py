"""``track`` against the simulated carriers: what was named, what is known, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.states import Route
from app.services.numbers import by_person
from app.services.numbers.labelling import label_parcels
from app.store.tables import tracks
from tests.cli.calling import Shell
from tests.services import truth
from tests.services.tracking import road
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        # The commands go by the real time, and the carriers look at it.
        opened.clock.advance((datetime.now(UTC) - opened.clock.now()).total_seconds())
        yield opened


@pytest.fixture
def here(bench: Bench) -> Shell:
    """A second program on the bench's data folder."""
    return Shell(bench.folder / "data")


def test_named_parcels_are_asked_about_now(bench: Bench, here: Shell) -> None:
    rows = [road.sent(bench, carrier)[0] for carrier in road.CARRIERS]
    road.move(bench, rows[0])
    road.move(bench, rows[1], 4)
    answer = here.json("track", *road.numbers(rows))
    assert answer.code == 0
    assert [r["waybill"] for r in answer.rows] == road.numbers(rows)
    assert [r["stage"] for r in answer.rows] == ["picked_up", "out_for_delivery", ""]
    assert {"waybill", "carrier", "stage", "at", "text", "place", "warning"} <= set(answer.rows[0])
    assert answer.rows[1]["text"] == answer.rows[1]["events"][-1]["text"] != ""
    shown = here("track", rows[1].waybill)
    assert answer.rows[1]["text"] in shown.out
    stored = here.json("parcels", "show", rows[1].id).rows[0]["track"]
    assert [e["stage"] for e in stored] == [e["stage"] for e in answer.rows[1]["events"]]
    order = here.json("orders", "show", rows[1].orders[0]).rows[0]
    assert len(order["track"]) >= 4


def test_what_cannot_be_asked_about_says_why_and_stops_nothing(bench: Bench, here: Shell) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row)
    road.switch(bench, "kuaidi100", on=False)  # it knows every company
    answer = here.json("track", "JD0123456789012", row.waybill, "garbage")
    assert answer.code == 4
    assert [e["code"] for e in answer.errors] == ["nobody_to_ask", "company_unknown"]
    assert [e["ref"] for e in answer.errors] == ["JD0123456789012", "GARBAGE"]
    assert answer.rows[1]["stage"] == "picked_up"
    assert here.json("track", "garbage").code == 1
    bench.world.carriers.server.stop()
    later = here.json("track", row.waybill)
    assert later.code == 2
    assert later.rows[0]["stage"] == "picked_up"  # what was known is there all the same


def test_a_number_of_somebody_else_is_asked_about_but_not_kept(bench: Bench, here: Shell) -> None:
    (row,) = road.sent(bench, "sf")
    stranger = Shell(bench.folder / "other")
    config = bench.folder / "config.toml"
    config.write_text(bench.world.configuration(), encoding="utf-8")
    assert stranger.json("config", "apply", str(config)).code == 0
    road.move(bench, row, 2)
    answer = stranger.json("track", row.waybill)
    assert (answer.code, answer.rows[0]["stage"]) == (0, "in_transit")
    assert answer.rows[0]["parcel"] == ""
    assert stranger.json("track", "--warnings").rows == []


def test_a_platform_number_that_has_not_left_is_asked_for_where_all_are_known(
    bench: Bench, here: Shell
) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    (issued,) = label_parcels(bench.work, [row.id])
    answer = here.json("track", issued.waybill, " ")
    assert (answer.code, answer.errors) == (0, [])
    assert [r["waybill"] for r in answer.rows] == [issued.waybill]
    fetched = here.json("label", "fetch", issued.waybill)
    assert (fetched.code, fetched.errors[0]["code"]) == (1, "platform_label")
    road.switch(bench, "kuaidi100", on=False)
    alone = here.json("track", issued.waybill)
    assert (alone.code, alone.errors[0]["code"]) == (1, "E418")
    assert here.json("track", " ").errors[0]["code"] == "usage"


def test_a_typed_number_that_has_not_left_is_asked_for_where_all_are_known(
    bench: Bench, here: Shell
) -> None:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    by_person.take(bench.work, row.id, "73120000000012")
    answer = here.json("track", "73120000000012")
    assert [e["code"] for e in answer.errors] != ["E418"]
    services = here.json("carriers", "list").rows
    assert {r["account"]: r["calls_today"] for r in services}["kuaidi100"] == 1


def test_trouble_is_listed_and_acknowledged(bench: Bench, here: Shell) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row)
    road.report(bench, row, "问题件", "外包装破损")
    assert here.json("track", "--warnings").rows == []
    asked = here.json("track", "--all", "--warnings")
    assert [(r["waybill"], r["warning"]) for r in asked.rows] == [(row.waybill, "damaged")]
    listed = here("track", "--warnings")
    assert "damaged" in listed.out
    assert here.json("track", "--warnings", "--seen").rows[0]["warning"] == "damaged"
    assert here.json("track", "--warnings").rows == []


def test_without_a_number_what_is_due_is_asked_about(bench: Bench, here: Shell) -> None:
    (row,) = road.sent(bench, "zto")
    road.move(bench, row)
    with bench.work.db.write() as tx:
        tx.execute(update(tracks).values(next_at=bench.clock.now() - timedelta(hours=1)))
    answer = here.json("track")
    assert answer.code == 0
    assert [(r["waybill"], r["stage"]) for r in answer.rows] == [(row.waybill, "picked_up")]


def test_limits_are_applied_shown_and_unknown_keys_refused(here: Shell, bench: Bench) -> None:
    file = bench.folder / "tracking.toml"
    file.write_text(
        '[tracking]\nnot_picked_up_h = 6\nremote_provinces = ["西藏"]\n', encoding="utf-8"
    )
    assert here.json("config", "apply", str(file)).rows[0]["result"] == "changed"
    assert here.json("config", "apply", str(file)).rows[0]["result"] == "same"
    (shown,) = [r for r in here.json("config", "show").rows if r["section"] == "tracking"]
    assert (shown["not_picked_up_h"], shown["no_movement_h"]) == (6, 48)
    file.write_text(
        '[tracking]\nnot_picked_up = 6\nslow_days = 99\nremote_provinces = ["Bayern"]\n',
        encoding="utf-8",
    )
    refused = here.json("config", "apply", str(file))
    assert refused.code == 1
    assert [e["ref"].rpartition(":")[2] for e in refused.errors] == ["2", "3", "4"]
