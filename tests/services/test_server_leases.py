"""Leases between benches on one PostgreSQL, whose own clocks are anybody's guess."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from app.bootstrap import Services, open_services
from app.domain.errors import RetryableError
from app.domain.text import T
from app.ports import Health
from app.services import diagnosis
from app.services.leases import is_held, lease, must_hold, process_holder, renew
from app.services.workplace import Workplace
from app.settings import LocalSettings, write_local
from app.store.tables import leases
from tests.support.benches import hand_over_key
from tests.support.clock import FakeClock
from tests.support.postgres import fresh_database
from tests.support.warehouse import Bench

OUTBOX = select(leases.c.until_at).where(leases.c.name == "outbox")
Opener = Callable[[str, timedelta], Workplace]


@pytest.fixture
def pc(server: str, tmp_path: Path) -> Iterator[Opener]:
    """Opens a bench on one database, with the clock so much ahead of the real time."""
    opened_before: list[Services] = []
    with fresh_database(server) as url, ExitStack() as held:

        def open_pc(name: str, ahead: timedelta) -> Workplace:
            folder = tmp_path / name
            folder.mkdir()
            write_local(folder / "settings.toml", LocalSettings(database_url=url))
            clock = FakeClock(datetime.now(UTC) + ahead)
            if opened_before:
                hand_over_key(opened_before[0], folder)
            opened = open_services(folder, clock=clock, bench=name, keyring_allowed=False)
            opened_before.append(opened)
            held.callback(opened.close)
            return replace(opened.work, holder=f"{name}/7/1")

        yield open_pc


def refused(work: Workplace) -> bool:
    try:
        with lease(work, "outbox"):
            return False
    except RetryableError as error:
        return error.code == "busy_elsewhere"


def test_a_bench_whose_clock_is_wrong_takes_nobodys_lease(pc: Opener) -> None:
    late, early = pc("late", -timedelta(minutes=10)), pc("early", timedelta(minutes=10))
    for holder, other in ((late, early), (early, late)):
        with lease(holder, "outbox"):
            assert refused(other)
            with other.db.read() as tx:
                assert is_held(tx, other, "outbox")
                until_at = tx.execute(OUTBOX).scalar_one()
            lives = until_at - datetime.now(UTC)
            assert timedelta(seconds=60) < lives < timedelta(minutes=2)
        assert not refused(other), "what was given back is free"


def test_a_bench_that_died_frees_its_lease_when_its_time_is_over(pc: Opener) -> None:
    dead, other = pc("dead", timedelta()), pc("other", -timedelta(minutes=10))
    with lease(dead, "outbox"):
        with dead.db.write() as tx:  # nobody has renewed it for two minutes
            past = func.clock_timestamp() - text("interval '30 seconds'")
            tx.execute(update(leases).where(leases.c.name == "outbox").values(until_at=past))
        with lease(other, "outbox"):
            with pytest.raises(RetryableError):  # it wakes up, and may not send any more
                renew(dead, "outbox")
            with pytest.raises(RetryableError), dead.db.write() as tx:
                must_hold(tx, dead, "outbox")
    with other.db.read() as tx:
        assert not is_held(tx, other, "outbox")


def test_another_pc_of_the_same_name_is_not_taken_for_a_dead_program(pc: Opener) -> None:
    twin, here = pc("twin", timedelta()), pc("here", timedelta())
    twin = replace(twin, holder=f"{socket.gethostname()}~00000000/999999/1")
    with lease(twin, "outbox"):
        assert refused(here)


def test_what_a_killed_program_of_this_pc_held_is_free_at_once(pc: Opener) -> None:
    here = pc("here", timedelta())
    host = process_holder().partition("/")[0]
    with lease(replace(here, holder=f"{host}/999999/1"), "outbox"):
        assert not refused(here)


def test_a_file_whose_pc_was_restarted_is_free_at_once(bench: Bench) -> None:
    before = replace(bench.work, holder=f"{socket.gethostname()}~00000000/999999/1")
    with lease(before, "outbox"):
        assert bench.work.db.is_sqlite is not refused(bench.work)


@pytest.mark.parametrize(("ahead_s", "state"), [(0, "ok"), (90, "warning"), (-90, "warning")])
def test_doctor_tells_of_a_clock_that_is_off_the_servers(
    pc: Opener, tmp_path: Path, ahead_s: int, state: str
) -> None:
    work = pc("here", timedelta(seconds=ahead_s))
    fonts = Health(True, T("Complete."))
    services = open_services(tmp_path / "here", keyring_allowed=False)
    found = {
        f.what.msgid: f.state for f in diagnosis.examine(work, services.secrets, lambda: fonts)
    }
    services.close()
    assert found["This PC's clock"] == state
