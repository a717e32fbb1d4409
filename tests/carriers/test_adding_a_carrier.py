"""docs/adding-a-carrier.md is tried out: its code makes a carrier that a parcel can travel with."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import app.carriers
from app.bootstrap import adapters
from app.carriers import registry
from app.domain.companies import company
from app.domain.states import Route
from app.domain.tracking import TrackQuery, TrackStage
from app.domain.waybills import ProblemClass
from app.ports import Capability, Tracks, has
from app.services import configuring, integrity
from app.services.numbers import voiding
from app.services.numbers.labelling import label_parcels
from app.services.parcels import checking
from app.services.printing import label_content
from app.services.telling import outbox
from app.settings import parse_config
from app.simulators.exchange import Request, Response
from app.simulators.server import LoopbackServer
from tests.services import truth
from tests.support.warehouse import Bench, open_bench

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs" / "adding-a-carrier.md"
_BLOCK = re.compile(r"<!-- (?:file: (?P<file>\S+)|registry) -->\n```python\n(?P<code>.*?)```", re.S)
_SECRET = "FAKEswallowSecret"


def _blocks() -> dict[str, str]:
    """The page's code by file name; the registry's line under an empty name."""
    found = {m["file"] or "": m["code"] for m in _BLOCK.finditer(_PAGE.read_text("utf-8"))}
    assert len(found) == 7
    return found


def _write(folder: Path, package: str) -> Path:
    """The carrier's folder as a reader of the page would write it, importable as ``package``."""
    place = folder / "swallow"
    place.mkdir(parents=True)
    (place / "__init__.py").write_text('"""Swallow Express."""\n', "utf-8")
    for name, code in _blocks().items():
        if name:
            (place / name).write_text(code.replace("app.carriers.swallow", package), "utf-8")
    return place


@dataclass
class SwallowStation:
    """Swallow Express itself, strict; shares no code with the page."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)

    def handle(self, request: Request) -> Response:
        given = request.headers.get("x-sign", "")
        wanted = hashlib.sha256(request.body + _SECRET.encode()).hexdigest()
        if given != wanted or request.headers.get("x-app") != "swallow-app":
            return _answer(code="SIGN", text="签名错误")
        data = json.loads(request.body)
        match request.path.removeprefix("/swallow/"):
            case "order/create":
                return self._create(data)
            case "order/find":
                order = self.orders.get(data["orderNo"])
                return _answer(order) if order else _answer(code="NONE", text="没有这个订单")
            case "order/cancel":
                gone = self.orders.pop(data["orderNo"], None)
                return _answer({}) if gone else _answer(code="NONE", text="没有这个订单")
            case "track":
                steps = [
                    {"time": "2026-01-01 09:00:00", "code": "GOT", "text": "已揽收"},
                    {"time": "2026-01-02 10:00:00", "code": "DONE", "text": "已签收"},
                ]
                return _answer({"steps": steps})
        return Response.of_json({"error": "no such service"}, status=404)

    def _create(self, data: dict[str, Any]) -> Response:
        if data["orderNo"] in self.orders:
            return _answer(code="REPEAT", text="订单号已存在")
        if data["receiver"]["province"] == "西藏自治区":
            return _answer(code="RANGE", text="超出服务范围")
        number = f"SW{9000000000 + len(self.orders)}"
        self.orders[data["orderNo"]] = {
            "billNo": number,
            "routeText": "燕-12 07",
            "bag": "杭州集包",
            "receiverName": data["receiver"]["name"],
        }
        return _answer(self.orders[data["orderNo"]])


def _answer(data: dict[str, Any] | None = None, code: str = "OK", text: str = "") -> Response:
    return Response.of_json({"ok": data is not None, "code": code, "text": text, "data": data})


@pytest.fixture
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page followed: the folder beside the other carriers, the line in the registry."""
    _write(tmp_path / "carriers", "app.carriers.swallow")
    monkeypatch.setattr(
        app.carriers, "__path__", [*app.carriers.__path__, str(tmp_path / "carriers")]
    )
    names = {
        "Carrier": registry.Carrier,
        "company": company,
        "SwallowSettings": importlib.import_module("app.carriers.swallow.settings").SwallowSettings,
        "CAPABILITIES": importlib.import_module("app.carriers.swallow.source").CAPABILITIES,
        "SwallowSource": importlib.import_module("app.carriers.swallow.source").SwallowSource,
    }
    line = eval(_blocks()[""], names)  # noqa: S307 - our own page
    monkeypatch.setattr(registry, "CARRIERS", (*registry.CARRIERS, line))
    yield
    for name in [n for n in sys.modules if n.startswith("app.carriers.swallow")]:
        del sys.modules[name]


@pytest.fixture
def station() -> Iterator[tuple[SwallowStation, LoopbackServer]]:
    swallow, server = SwallowStation(), LoopbackServer()
    server.route("POST", "/swallow", swallow.handle)
    with server:
        yield swallow, server


@pytest.fixture
def swallow_bench(
    tmp_path: Path, registered: None, station: tuple[SwallowStation, LoopbackServer]
) -> Iterator[Bench]:
    """A synced bench whose settings have an account with Swallow beside the others."""
    with open_bench(tmp_path, then=Bench.sync) as bench:
        account = f"""
[[carrier]]
name = "swallow"
carrier = "swallow"
base_url = "{station[1].base_url}/swallow"
app_id = "swallow-app"
app_secret = "{_SECRET}"
calls_per_second = 1000
"""
        text = bench.world.configuration() + account
        config = parse_config(text.encode(), adapters(), {})
        configuring.apply(bench.work, bench.services.secrets, config)
        yield bench


def _with_swallow(bench: Bench, count: int) -> list[str]:
    ids = [row.id for row in truth.ready(bench, Route.DIRECT, "zto")[:count]]
    for parcel_id in ids:
        checking.change_carrier(bench.work, parcel_id, "swallow")
    return ids


def _label_pdf(bench: Bench, number: str) -> bytes:
    with bench.work.db.read() as tx:
        label = label_content.label_of(tx, bench.work, label_content.find_waybill(tx, number))
    return bench.work.outside.stationery.render(label, "pdf", "76x130", 8.0)


def test_a_parcel_travels_with_the_carrier_of_the_page(
    swallow_bench: Bench, station: tuple[SwallowStation, LoopbackServer]
) -> None:
    bench, (swallow, server) = swallow_bench, station
    first, lost = _with_swallow(bench, 2)
    server.faults.lose_answer("/swallow/order/create", when=lambda r: lost.encode() in r.body)
    rows = label_parcels(bench.work, [first, lost])
    assert [r.result for r in rows] == ["issued", "unknown"]
    rows = label_parcels(bench.work, [first, lost])
    assert [r.result for r in rows] == ["kept", "issued"]
    assert {swallow.orders[key]["billNo"] for key in (first, lost)} == {r.waybill for r in rows}
    assert _label_pdf(bench, rows[0].waybill).startswith(b"%PDF")
    voiding.cancel_waybill(bench.work, rows[1].waybill)
    outbox.drain(bench.work)
    assert list(swallow.orders) == [first]
    assert integrity.check(bench.work).broken == ()


def test_it_answers_questions_and_says_what_it_can(swallow_bench: Bench) -> None:
    source = swallow_bench.work.outside.carrier("swallow")
    assert source.check().ok
    assert has(source, Capability.TRACK)
    assert not has(source, Capability.BALANCE)
    assert isinstance(source, Tracks)
    (track,) = source.track([TrackQuery("SW9000000000")])
    assert track.stage is TrackStage.DELIVERED


def test_a_wrong_secret_stops_the_account(
    swallow_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = swallow_bench
    ids = _with_swallow(bench, 2)
    monkeypatch.setattr(f"{__name__}._SECRET", "FAKEanotherSecret")
    rows = label_parcels(bench.work, ids)
    assert [(r.result, r.code) for r in rows] == [("failed", ProblemClass.AUTH)] * 2


def test_the_code_of_the_page_keeps_the_rules_of_the_project(tmp_path: Path) -> None:
    place = _write(tmp_path / "read", "app.carriers.swallow")
    _write(tmp_path / "typed", "swallow")  # mypy finds no package in two places
    rules = ["--config", str(_ROOT / "pyproject.toml")]
    _passes("ruff", "check", *rules, str(place))
    _passes("ruff", "format", "--check", *rules, str(place))
    _passes("mypy", "--strict", "-p", "swallow", path=tmp_path / "typed")


def _passes(tool: str, *arguments: str, path: Path = _ROOT) -> None:
    done = subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
        env={"MYPYPATH": str(path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
