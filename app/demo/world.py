"""``simulate``: the simulated world in a process of its own, until it is told to stop."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from app.cli.result import CommandResult
from app.demo.stage import demo_scenario
from app.domain.errors import UserError
from app.domain.text import T, tr
from app.jobs import Cancelled, CancelToken
from app.simulators.demo_shop import take_order
from app.simulators.goods import write_stock_list
from app.simulators.scenario import Scenario, later_orders
from app.simulators.warehouse import SimulatedWarehouse
from app.simulators.wechat.push_sender import PushSender

_LOOK_EVERY_S = 5.0


def serve(
    *,
    seed: int | None,
    orders: int | None,
    now: datetime | None,
    config: Path | None,
    every_s: float,
    paper: Path | None,
    push: str,
    cancel: CancelToken,
    say: Callable[[str], None],
) -> CommandResult:
    """Serve until ``cancel``; a new order is paid every ``every_s`` seconds (0: none).

    ``config`` gets a configuration file that fits, with the stock list beside it; it appears only
    when everything listens, so whoever waits for it may connect. ``push`` is the address of a relay
    that is told every event, "" for none.
    """
    scenario = demo_scenario(seed, orders, now or datetime.now(UTC))
    with SimulatedWarehouse(scenario, paper=paper) as world, ExitStack() as senders:
        if config is not None:
            stock = _write(config, world, scenario)
            say(tr("Configuration: {file}", file=config))
            say(tr("Stock list: {file}", file=stock))
        say(tr("Shops: {url}", url=world.wechat.base_url))
        say(tr("Carriers: {url}", url=world.carriers.server.base_url))
        if push:
            for sender in _senders(world, scenario, push):
                senders.enter_context(sender)
            say(tr("Pushing to: {url}", url=push))
        say(tr("Serving on this computer. Ctrl-C ends it."))
        _live(world, scenario, every_s, cancel)
    return CommandResult(summary=tr("Stopped."))


def _write(config: Path, world: SimulatedWarehouse, scenario: Scenario) -> Path:
    """The configuration, and beside it the stock list whose path is returned."""
    stock = config.with_suffix(".stock.csv")
    temporary = config.with_suffix(".new")
    try:
        config.parent.mkdir(parents=True, exist_ok=True)
        write_stock_list(scenario.goods, stock)
        temporary.write_text(world.configuration(hurried=True), encoding="utf-8")
        temporary.chmod(0o600)  # it holds the (invented) secrets, like any configuration
        temporary.replace(config)
    except OSError as error:
        raise UserError(
            "file_not_written",
            T("The file {file} cannot be written.", file=config),
            T("Check the folder and the right to write there."),
        ) from error
    return stock


def _senders(world: SimulatedWarehouse, scenario: Scenario, push: str) -> list[PushSender]:
    return [
        PushSender(
            world.shops[account.name],
            f"{push.rstrip('/')}/wechat/{account.name}",
            account.token,
            account.aes_key,
        )
        for account in scenario.accounts.shops
    ]


def _live(
    world: SimulatedWarehouse, scenario: Scenario, every_s: float, cancel: CancelToken
) -> None:
    fresh = later_orders(scenario, 1, lambda: datetime.now(UTC))
    travels = world.travels()
    try:
        while True:
            cancel.wait(every_s or _LOOK_EVERY_S)
            travels.pass_time(time.time())
            if every_s:
                order = next(fresh)
                take_order(world.shops[order.shop], order)
    except Cancelled:
        return


def to_stderr(line: str) -> None:
    """Print one line for a person."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
