"""J&T, and a company behind Kuaidi100: a wave from the first number to the last, by commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.states import Route
from tests.cli.calling import Shell
from tests.services import truth
from tests.support.warehouse import Bench, open_bench

Move = Callable[[Bench, str], None]
COUNT = 4


def _move_jt(bench: Bench, number: str) -> None:
    bench.world.jt.advance(number, 2)


def _move_kuaidi100(bench: Bench, number: str) -> None:
    bench.world.kuaidi100.advance(number, 2)


CASES = [
    pytest.param("jt", "/jt/webopenplatformapi/api/order/v2/addOrder", _move_jt, id="jt"),
    pytest.param("jd", "/kuaidi100/label/order", _move_kuaidi100, id="kuaidi100"),
]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        # The commands go by the real time, and the carriers look at it.
        opened.clock.advance((datetime.now(UTC) - opened.clock.now()).total_seconds())
        yield opened


@pytest.fixture
def shell(bench: Bench) -> Shell:
    return Shell(bench.folder / "data")


def issued(bench: Bench, carrier: str, key: str) -> list[str]:
    simulator = bench.world.jt if carrier == "jt" else bench.world.kuaidi100
    return simulator.numbers_issued(key)


def good(answer: Any) -> list[dict[str, Any]]:
    assert (answer.code, answer.errors) == (0, [])
    rows: list[dict[str, Any]] = answer.rows
    return rows


@pytest.mark.parametrize(("carrier", "create", "move"), CASES)
def test_a_wave_is_labelled_printed_voided_and_followed(
    bench: Bench, shell: Shell, carrier: str, create: str, move: Move
) -> None:
    every = [r for c in ("zto", "sf", "yunda") for r in truth.ready(bench, Route.DIRECT, c)]
    ids = [row.id for row in every[:COUNT]]
    for parcel in ids:
        good(shell.json("parcels", "carrier", parcel, carrier))
    (wave,) = good(shell.json("wave", "create", "--carrier", carrier))
    assert sorted(wave["parcels"]) == sorted(ids)

    lost, whole = ids[0], bench.world.carriers.server
    whole.faults.lose_answer(create, when=lambda request: lost.encode() in request.body)
    first = shell.json("wave", "label", wave["id"])
    assert first.code == 4
    assert sorted(r["result"] for r in first.rows) == ["issued"] * (COUNT - 1) + ["unknown"]
    rows = good(shell.json("wave", "label", wave["id"]))
    numbers = {row["parcel"]: row["waybill"] for row in rows}
    assert {parcel: issued(bench, carrier, parcel) for parcel in ids} == {
        parcel: [number] for parcel, number in numbers.items()
    }

    good(shell.json("wave", "print", wave["id"]))
    for number in numbers.values():
        out = bench.folder / f"{number}.pdf"
        good(shell.json("label", "render", number, "--format", "pdf", "--out", str(out)))
        assert out.read_bytes().startswith(b"%PDF")

    given_back = numbers[ids[1]]
    good(shell.json("waybill", "cancel", given_back))
    good(shell.json("outbox", "drain"))
    assert _is_cancelled(bench, given_back)

    moved = numbers[ids[2]]
    move(bench, moved)
    (track,) = good(shell.json("track", moved))
    assert track["stage"] == "in_transit"
    assert good(shell.json("carriers", "check", _account(carrier)))[0]["ok"]


def _account(carrier: str) -> str:
    return "jt" if carrier == "jt" else f"kuaidi100-{carrier}"


def _is_cancelled(bench: Bench, number: str) -> bool:
    states = {o.bill_code: o.is_cancelled for o in bench.world.jt.orders}
    states |= {o.number: o.is_cancelled for o in bench.world.kuaidi100.orders}
    return states[number]


def test_somebody_elses_parcel_is_followed_through_kuaidi100(bench: Bench, shell: Shell) -> None:
    bench.world.kuaidi100.follow("ems", "9800000000017")
    bench.world.kuaidi100.advance("9800000000017", 5)
    answer = shell.json("track", "9800000000017")
    assert [row["stage"] for row in good(answer)] == ["delivered"]
