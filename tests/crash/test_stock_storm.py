"""Many benches on one stock, killed programs, a killed server: storms judged by the books."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import stock_plug
from tests.support.postgres import Server, postgres_programs, running_server
from tests.support.stock_storm import StockStorm, storm_data

NO_SERVER = pytest.mark.skipif(
    postgres_programs() is None, reason="PostgreSQL is not installed: .ci/setup test brings it"
)


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as started:
        yield started


def test_benches_on_one_sqlite_file(tmp_path: Path) -> None:
    with storm_data(tmp_path) as data:
        storm = StockStorm(data, tmp_path / "journals")
        storm.start(benches=3, orders=25)
        storm.wait()
        assert storm.wrong() == []
        assert storm.counts["bought"] == 75
        assert storm.counts["shipped"] > 20


@NO_SERVER
def test_benches_on_one_postgresql_that_is_killed_under_them(
    tmp_path: Path, server: Server
) -> None:
    with storm_data(tmp_path, server.url) as data:
        storm = StockStorm(data, tmp_path / "journals")
        storm.start(benches=3, orders=30)
        restarts = stock_plug.restart_under_load(server, storm, times=2)
        storm.wait()
        assert storm.wrong() == []
        assert storm.counts["bought"] == 90
        assert restarts == 2


def test_killed_programs_leave_the_books_right(tmp_path: Path) -> None:
    with storm_data(tmp_path) as data:
        storm = StockStorm(data, tmp_path / "journals")
        kills, broken = stock_plug.kill_again_and_again(storm, acts=60)
        assert broken == []
        assert kills >= 2
        assert storm.wrong() == []
