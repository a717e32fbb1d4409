"""Packbench 发货台: reads the command, then opens the window or runs the command; nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.context import Doors
from app.cli.shell import run

if TYPE_CHECKING:
    import argparse

    from app.bootstrap import Services
    from app.cli.context import Context, HeldFolder, Opened
    from app.cli.result import CommandResult
    from app.ports import Health
    from app.settings import Adapters
    from app.simulators.scenario import Scenario

# Each door loads what is behind it only when somebody goes through: --help needs none of it.


def _open_services(data: Path | None, *, user: str) -> Opened:
    from app.bootstrap import open_services

    return open_services(data, user=user, draw_beside=True)


def _adapters() -> Adapters:
    from app.bootstrap import adapters

    return adapters()


def _secret_keys(section: str, kind: str) -> frozenset[str]:
    from app.connections import secret_keys

    return secret_keys(section, kind)


def _fonts_health() -> Health:
    from app.bootstrap import fonts_health

    return fonts_health()


def _upgrade_database(data: Path | None) -> Path | None:
    from app.bootstrap import upgrade_database

    return upgrade_database(data)


def _take_folder(data: Path | None) -> HeldFolder:
    from app.bootstrap import open_folder

    return open_folder(data, alone=True)


def _open_window(data: Path | None, language: str) -> int:
    from app.bootstrap import open_services
    from ui.entry import open_window

    return open_window(
        lambda announce: open_services(data, announce=announce, draw_beside=True),
        language=language,
    )


def _demo(args: argparse.Namespace, context: Context) -> CommandResult:
    from app.demo.command import run_demo

    return run_demo(args, context, _draw_screens, _open_demo_window)


def _simulate(args: argparse.Namespace, context: Context) -> CommandResult:
    from app.demo.command import run_simulate

    return run_simulate(args, context)


def _draw_screens(services: Services, folder: Path) -> list[Path]:
    from ui.shots import save_screens

    return save_screens(services, folder)


def _open_demo_window(data: Path, scenario: Scenario, configuration: str) -> int:
    from app.demo.stage import open_demo_services
    from ui.entry import open_window

    return open_window(
        lambda announce: open_demo_services(
            data, scenario, configuration, announce, draw_beside=True
        ),
        demo=True,
    )


DOORS = Doors(
    open_services=_open_services,
    adapters=_adapters,
    secret_keys=_secret_keys,
    fonts_health=_fonts_health,
    upgrade_database=_upgrade_database,
    take_folder=_take_folder,
    open_window=_open_window,
    demo=_demo,
    simulate=_simulate,
)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], DOORS))
