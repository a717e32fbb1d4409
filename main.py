"""Packbench 发货台: reads the command, then opens the window or runs the command; nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.context import Doors
from app.cli.shell import run

if TYPE_CHECKING:
    from app.cli.context import Opened
    from app.ports import Health
    from app.settings import Adapters

# Each door loads what is behind it only when somebody goes through: --help needs none of it.


def _open_services(data: Path | None, *, user: str) -> Opened:
    from app.bootstrap import open_services

    return open_services(data, user=user)


def _adapters() -> Adapters:
    from app.bootstrap import adapters

    return adapters()


def _secret_keys(section: str, kind: str) -> frozenset[str]:
    from app.bootstrap import secret_keys

    return secret_keys(section, kind)


def _fonts_health() -> Health:
    from app.bootstrap import fonts_health

    return fonts_health()


def _upgrade_database(data: Path | None) -> Path | None:
    from app.bootstrap import upgrade_database

    return upgrade_database(data)


def _open_window(data: Path | None, language: str) -> int:
    from ui.entry import open_window

    return open_window(data, language)


DOORS = Doors(
    open_services=_open_services,
    adapters=_adapters,
    secret_keys=_secret_keys,
    fonts_health=_fonts_health,
    upgrade_database=_upgrade_database,
    open_window=_open_window,
)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], DOORS))
