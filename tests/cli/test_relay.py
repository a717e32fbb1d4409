"""The relay as a real process: pushed at, killed, started again."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.bootstrap import open_services
from app.services.sync import push_events
from app.simulators.demo_shop import take_order
from app.simulators.scenario import Scenario, build_scenario, later_orders
from app.simulators.warehouse import SimulatedWarehouse
from app.simulators.wechat.push_sender import PushFaults, PushSender
from app.store.tables import orders
from app.store.tables import push_events as events_table
from tests.cli.calling import Shell

ROOT = Path(__file__).parents[2]
SHOP = "shanye"
PATIENCE_S = 90.0


@dataclass(frozen=True, slots=True)
class World:
    warehouse: SimulatedWarehouse
    scenario: Scenario
    shell: Shell
    port: int

    @property
    def shop(self) -> Any:
        return self.warehouse.shops[SHOP]

    def sender(self, **wanted: Any) -> PushSender:
        account = self.scenario.accounts.shop(SHOP)
        url = f"http://127.0.0.1:{self.port}/wechat/{SHOP}"
        return PushSender(self.shop, url, account.token, account.aes_key, **wanted)


@pytest.fixture
def world(shell: Shell, tmp_path: Path) -> Iterator[World]:
    scenario = build_scenario(1, datetime.now(UTC), 1, bundles=False)
    with SimulatedWarehouse(scenario) as warehouse:
        file = tmp_path / "shop.toml"
        file.write_text(warehouse.configuration(), encoding="utf-8")
        assert shell.json("config", "apply", str(file)).code == 0
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        yield World(warehouse, scenario, shell, port)


@contextmanager
def relay(world: World) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, once it answers; killed at the end if it still runs."""
    listen = f"--listen=127.0.0.1:{world.port}"
    process = subprocess.Popen(
        [sys.executable, "main.py", "--data", str(world.shell.data), "--json", "relay", listen],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ends = time.monotonic() + PATIENCE_S
        while health(world) is None:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < ends
            time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def health(world: World) -> dict[str, Any] | None:
    try:
        with httpx.Client(trust_env=False) as http:
            answer = http.get(f"http://127.0.0.1:{world.port}/health")
    except httpx.TransportError:
        return None
    found: dict[str, Any] = answer.json()
    return found


def wait_until_worked_off(world: World) -> None:
    ends = time.monotonic() + PATIENCE_S
    while (said := health(world)) is None or said["waiting"]:
        assert time.monotonic() < ends, said
        time.sleep(0.05)


def trade(world: World, count: int, seed: int) -> list[str]:
    """Buyers pay, some urge, some cancel; the ids of the orders."""
    bought: list[str] = []
    for order in later_orders(world.scenario, seed, lambda: datetime.now(UTC)):
        if order.shop != SHOP:
            continue
        take_order(world.shop, order)
        bought.append(order.order_id)
        if len(bought) % 5 == 0:
            world.shop.cancel(order.order_id)
        elif len(bought) % 3 == 0:
            world.shop.urge(order.order_id)
        if len(bought) == count:
            return bought
    raise AssertionError("orders have no end")


def state_at_shop(world: World, order_id: str) -> str:
    return {20: "paid", 250: "cancelled"}[world.shop.order_data(order_id)["status"]]


def test_two_hundred_events_with_trouble_and_a_kill_lose_nothing(world: World) -> None:
    faults = PushFaults(twice=0.2, shuffled=5, broken=0.1)
    with world.sender(faults=faults, scale=0.3) as platform:
        with relay(world) as first:
            bought = trade(world, 40, 1)
            ends = time.monotonic() + PATIENCE_S
            while sum(d.taken for d in platform.deliveries) < 20:  # in the middle of it
                assert time.monotonic() < ends
                time.sleep(0.005)
            first.kill()
            first.wait()
        faults.broken = 0.0  # what is left waits for the relay; its next pauses would be long
        with relay(world) as second:
            platform.wait_until_done(PATIENCE_S)
            faults.broken = 0.1
            bought += trade(world, 40, 2)
            platform.wait_until_done(PATIENCE_S)
            wait_until_worked_off(world)
            second.send_signal(signal.SIGTERM)
            out, err = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0, err
    assert platform.given_up == []
    assert len(platform.deliveries) > 200
    document = json.loads(out)
    assert document["ok"] is True
    assert document["rows"][0]["waiting"] == 0
    assert "Ctrl-C" in err
    services = open_services(world.shell.data, keyring_allowed=False)
    try:
        with services.work.db.read() as tx:
            rows = tx.execute(select(orders).where(orders.c.shop_id == SHOP)).all()
            states = set(tx.execute(select(events_table.c.state)).scalars())
        waiting = push_events.backlog(services.work).waiting
    finally:
        services.close()
    found = {r.order_id: r.status for r in rows}
    assert len(found) == len(rows)
    assert {i: found[i] for i in bought} == {i: state_at_shop(world, i) for i in bought}
    assert states == {"done"}
    assert waiting == 0


def test_relay_without_an_address_says_what_to_give(shell: Shell) -> None:
    answer = shell.json("relay")
    assert answer.code == 1
    assert answer.errors[0]["code"] == "relay_listen"
    assert "--listen" in answer.errors[0]["remedy"]


def test_relay_without_push_keys_says_what_to_do(shell: Shell) -> None:
    answer = shell.json("relay", "--listen", "127.0.0.1:0")
    assert (answer.code, answer.errors[0]["code"]) == (1, "relay_no_shop")


def test_relay_settings_are_kept_and_the_secret_never_shown(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    secret = "0123456789abcdef-secret"
    file.write_text(
        f'[relay]\nlisten = "127.0.0.1:8765"\nforward = "https://x.example"\nsecret = "{secret}"\n',
        encoding="utf-8",
    )
    assert [r["result"] for r in shell.json("config", "apply", str(file)).rows] == ["new"]
    assert [r["result"] for r in shell.json("config", "apply", str(file)).rows] == ["same"]
    shown = shell.json("config", "show")
    assert secret not in shown.out
    (row,) = [r for r in shown.rows if r["section"] == "relay"]
    assert row["listen"] == "127.0.0.1:8765"
    assert row["forward"] == "https://x.example"
    assert row["secret"] == "••••"
    assert secret not in shell("config", "show").out


def test_wrong_relay_settings_are_named_with_their_lines(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[relay]\nlisten = "8765"\nforward = "x"\nsecret = "short"\nport = 1\n', encoding="utf-8"
    )
    answer = shell.json("config", "apply", str(file))
    assert [e["ref"] for e in answer.errors] == [f"c.toml:{n}" for n in (2, 3, 4, 5)]


@pytest.mark.parametrize(("lang", "word"), [("en", "Packbench"), ("zh_CN", "发货台")])
def test_help_speaks_both_languages(lang: str, word: str) -> None:
    done = subprocess.run(
        [sys.executable, "main.py", "--lang", lang, "relay", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert word in done.stdout
