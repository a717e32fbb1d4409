"""Two computers on one database of a real server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings import read_local, write_local
from tests.cli.calling import Shell
from tests.support.benches import share
from tests.support.postgres import copy_database, fresh_database
from tests.support.warehouse import Bench, open_bench


@pytest.fixture(scope="module")
def moved(
    server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, Bench]]:
    """A computer with orders, moved to the server and shared: once, and copied for every test."""
    folder = tmp_path_factory.mktemp("moved")
    with fresh_database(server) as address, open_bench(folder, then=Bench.sync) as bench:
        bench.services.close()  # the world goes on
        data = bench.services.paths.root
        shell = Shell(data)
        assert shell.json("db", "move", address).code == 0
        assert share(shell).code == 0
        yield address, data, bench


@pytest.fixture
def first(moved: tuple[str, Path, Bench]) -> Bench:
    """The world that these orders come from, and its clock."""
    return moved[2]


@pytest.fixture
def url(server: str) -> Iterator[str]:
    with fresh_database(server) as address:
        yield address


@pytest.fixture
def a(url: str, moved: tuple[str, Path, Bench], tmp_path: Path) -> Shell:
    """The computer that shares ``url``."""
    address, data, _ = moved
    copy_database(address, url)
    folder = tmp_path / "a"
    shutil.copytree(data, folder)
    local = read_local(folder / "settings.toml")
    write_local(folder / "settings.toml", replace(local, database_url=url))
    return Shell(folder)


@pytest.fixture
def b(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "b")
