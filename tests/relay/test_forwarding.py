"""One Packbench takes the pushes, another one does the work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import Services, adapters, open_services
from app.domain.errors import UserError
from app.relay.forwarding import checked_url
from app.relay.service import Address, Relay
from app.services import configuring
from app.services.sync import push_events
from app.settings import parse_config
from app.simulators.wechat.push_sender import PushFaults, PushSender
from tests.relay.pushing import SECRET, SHOP, buy, events, pushed, stored, until
from tests.services.truth import nobody_listens
from tests.support.logs import ExpectedLogs
from tests.support.warehouse import Bench


@pytest.fixture
def outpost(bench: Bench, tmp_path: Path) -> Iterator[Services]:
    """The place in front: push keys and a secret, but nothing that opens the shop."""
    account = bench.scenario.accounts.shop(SHOP)
    services = open_services(tmp_path / "outpost", clock=bench.clock, keyring_allowed=False)
    file = f"""
[[shop]]
name = "{SHOP}"
platform = "wechat"
app_id = "{account.app_id}"
push_token = "{account.token}"
push_aes_key = "{account.aes_key}"
push_only = true
"""
    config = parse_config(file.encode(), adapters(), {})
    configuring.apply(services.work, services.secrets, config)
    yield services
    services.close()


def platform(bench: Bench, port: int, **wanted: object) -> PushSender:
    account = bench.scenario.accounts.shop(SHOP)
    return PushSender(
        bench.world.shops[SHOP],
        f"http://127.0.0.1:{port}/",
        account.token,
        account.aes_key,
        scale=0.001,
        faults=PushFaults(twice=0.3, shuffled=3),
    )


def test_events_reach_the_other_side_and_are_worked_off_there(
    bench: Bench, outpost: Services
) -> None:
    with (
        pushed(bench) as inner,
        Relay(outpost.work, Address("127.0.0.1", 0), SECRET, inner.url) as outer,
        platform(bench, outer.port) as sender,
    ):
        bought = buy(bench, 6)
        sender.wait_until_done()
        until(lambda: push_events.backlog(outpost.work).waiting == 0)
        inner.settle()
        assert inner.http.post(f"http://127.0.0.1:{outer.port}/events").status_code == 404
    assert set(bought) <= set(stored(bench.work))
    assert len(events(bench.work)) == len(events(outpost.work)) == 12


def test_events_wait_in_front_while_the_other_side_is_down(
    bench: Bench, outpost: Services, expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("packbench")
    with (
        Relay(outpost.work, Address("127.0.0.1", 0), SECRET, nobody_listens()) as outer,
        platform(bench, outer.port) as sender,
    ):
        bought = buy(bench, 2)
        sender.wait_until_done()
        assert all(d.taken for d in sender.deliveries)
        until(lambda: all(r.attempts for r in events(outpost.work)))
    assert push_events.backlog(outpost.work).waiting == 4
    bench.clock.advance(minutes=1)
    with (
        pushed(bench) as inner,
        Relay(outpost.work, Address("127.0.0.1", 0), SECRET, inner.url),
    ):
        until(lambda: push_events.backlog(outpost.work).waiting == 0)
        inner.settle()
    assert set(bought) <= set(stored(bench.work))


def test_another_secret_is_refused_and_the_events_wait(
    bench: Bench, outpost: Services, expected_logs: ExpectedLogs
) -> None:
    expected_logs.require("packbench", "HTTP 403")
    with (
        pushed(bench) as inner,
        Relay(outpost.work, Address("127.0.0.1", 0), "not the same secret", inner.url) as outer,
        platform(bench, outer.port) as sender,
    ):
        buy(bench, 1)
        sender.wait_until_done()
        until(lambda: all(r.attempts for r in events(outpost.work)))
    assert events(bench.work) == []
    assert push_events.backlog(outpost.work).waiting == 2


@pytest.mark.parametrize(
    ("url", "secret", "code"),
    [
        ("ftp://x", SECRET, "relay_forward"),
        ("https://", SECRET, "relay_forward"),
        ("http://packbench.example.com", SECRET, "relay_forward"),
        ("https://packbench.example.com", "", "relay_secret"),
        ("https://packbench.example.com", "short", "relay_secret"),
    ],
)
def test_addresses_that_would_not_be_safe_are_refused(url: str, secret: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        checked_url(url, secret)
    assert caught.value.code == code


def test_the_other_sides_door_is_events() -> None:
    assert checked_url("https://x.example/", SECRET) == "https://x.example/events"
    assert checked_url("https://x.example/events", SECRET) == "https://x.example/events"
