"""The commands ``demo`` and ``simulate``, joined to the window by whoever starts the program."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.cli.context import Context
from app.cli.result import CommandResult
from app.demo import world
from app.demo.headless import DrawScreens, Wanted, run_headless
from app.demo.stage import DEFAULT_SEED, demo_scenario
from app.domain.errors import RetryableError
from app.domain.text import T, tr
from app.simulators.scenario import Scenario

NEW_ORDER_EVERY_S = 6.0
_START_TIMEOUT_S = 30.0

OpenDemoWindow = Callable[[Path, Scenario, str], int]


def run_demo(
    args: argparse.Namespace,
    context: Context,
    draw_screens: DrawScreens,
    open_window: OpenDemoWindow,
) -> CommandResult:
    """The demo: in a window while there is a screen, else (or on request) run to its end."""
    if args.headless or not has_screen(context.environ):
        if not args.headless:
            world.to_stderr(tr("There is no screen here: the demo runs without a window."))
        return run_headless(Wanted(args.orders, args.seed, args.out), draw_screens)
    now = datetime.now(UTC)
    scenario = demo_scenario(args.seed, args.orders, now)
    with (
        tempfile.TemporaryDirectory(prefix="packbench-demo-") as folder,
        _world_beside(Path(folder), args, now) as configuration,
    ):
        status = open_window(Path(folder) / "data", scenario, configuration)
    over = tr("The demo is over; nothing of it was kept.")
    return CommandResult(exit_status=status, summary=over)


def run_simulate(args: argparse.Namespace, context: Context) -> CommandResult:
    """Keep the simulators serving until Ctrl-C."""
    return world.serve(
        seed=args.seed,
        orders=args.orders,
        now=args.now,
        config=args.config,
        every_s=args.every or 0.0,
        paper=args.paper,
        push=args.push or "",
        cancel=context.cancel,
        say=world.to_stderr,
    )


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a window can be shown."""
    if sys.platform in {"win32", "darwin"}:
        return True
    if environ.get("QT_QPA_PLATFORM") == "offscreen":
        return False
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


@contextmanager
def _world_beside(folder: Path, args: argparse.Namespace, now: datetime) -> Iterator[str]:
    """The simulators in a process of their own, so that the window never shares their work."""
    config = folder / "demo.toml"
    command = [
        sys.executable,
        str(Path(__file__).parents[2] / "main.py"),
        "simulate",
        f"--seed={DEFAULT_SEED if args.seed is None else args.seed}",
        f"--now={now.isoformat()}",
        f"--config={config}",
        f"--every={NEW_ORDER_EVERY_S}",
        f"--paper={folder / 'printers'}",
    ]
    if args.orders:
        command.append(f"--orders={args.orders}")
    child = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
        command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ}
    )
    try:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not config.exists():
            if child.poll() is not None or time.monotonic() > deadline:
                raise RetryableError(
                    "demo_world",
                    T("The simulated shops and carriers did not start."),
                    T("Try again; if it stays so, run: python main.py simulate"),
                )
            time.sleep(0.05)
        yield config.read_text(encoding="utf-8")
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
