"""Who works at a shared database, under which name, with which version and which keys."""

from __future__ import annotations

import tomllib
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from app import VERSION
from app.bootstrap import Services, open_folder
from app.domain.errors import UserError
from app.domain.keys import SLOTS
from app.domain.text import T
from app.ports import Health
from app.services import diagnosis
from app.services.benches import joining, key_slots, registry
from app.store.tables import benches, leases, settings
from tests.cli.calling import Shell
from tests.support.benches import join, services_of
from tests.support.warehouse import Bench


def test_two_computers_of_one_name_are_refused(first: Bench, a: Shell, b: Shell, url: str) -> None:
    with services_of(a.data, first.clock, "A3") as at_a:
        with at_a.work.db.write() as tx:
            now = at_a.work.db.now(tx, at_a.work.now())
            other = {"name": "B", "host": "other-pc", "version": "1", "user": "li", "seen_at": now}
            tx.execute(insert(benches).values(**other))
        registry.report(at_a.work)
        assert [(x.name, x.alive) for x in registry.listed(at_a.work)] == [
            ("A3", True),
            ("B", True),
        ]
        assert join(b, url, "--bench", "B").errors[0]["code"] == "bench_name_taken"
        with pytest.raises(UserError) as caught, services_of(a.data, first.clock, "B"):
            pass
        assert caught.value.code == "bench_name_taken"
        with at_a.work.db.write() as tx:
            tx.execute(
                text("UPDATE benches SET seen_at = seen_at - interval '5 minutes' WHERE name = 'B'")
            )
        assert [(x.name, x.alive) for x in registry.listed(at_a.work)] == [
            ("A3", True),
            ("B", False),
        ]
    assert join(b, url, "--bench", "B").rows[0]["others"] == ["A3"]
    listed = a.json("benches", "list").rows
    assert {(r["name"], r["alive"]) for r in listed} == {("A3", True), ("B", False)}
    assert a.json("benches", "forget", "B").code == 0
    assert a.json("benches", "forget", "B").errors[0]["code"] == "no_such_bench"


def test_an_older_program_is_refused_with_a_sentence(first: Bench, a: Shell) -> None:
    with services_of(a.data, first.clock) as at_a, at_a.work.db.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = a.json("orders", "list")
    assert answer.errors[0]["code"] == "database_newer"


def test_a_program_reports_as_long_as_it_is_open(first: Bench, a: Shell) -> None:
    with services_of(a.data, first.clock, "A3") as at_a:
        with registry.Presence(at_a.work, every_s=0.01):
            while not registry.listed(at_a.work):
                pass
        assert registry.listed(at_a.work)[0].user == "test"


def test_the_folder_is_not_taken_away_from_an_open_program(first: Bench, a: Shell) -> None:
    with services_of(a.data, first.clock):
        answer = a.json("db", "leave")
    assert (answer.code, answer.errors[0]["code"]) == (2, "folder_in_use")
    with closing(open_folder(a.data, alone=True, keyring_allowed=False)):
        assert a.json("orders", "list").errors[0]["code"] == "folder_moving"
    assert a.json("orders", "list").code == 0


def test_programs_at_one_database_have_numbers_of_their_own(
    first: Bench, a: Shell, b: Shell, url: str
) -> None:
    join(b, url)
    with services_of(a.data, first.clock) as one, services_of(a.data, first.clock) as two:
        with services_of(b.data, first.clock) as three:
            works = [at.work for at in (one, two, three)]
            slots = {int(work.key()) % SLOTS for work in works}
            assert len(slots) == 3
            keys = [work.key() for _ in range(2_000) for work in works]
            assert len(set(keys)) == len(keys)
        with one.work.db.write() as tx:
            held = select(leases.c.name).where(leases.c.name.like("keys/%"))
            assert len(tx.execute(held).all()) == 2
            taken = {int(name.removeprefix("keys/")) for name in tx.execute(held).scalars()}
            now = one.work.db.now(tx, one.work.now())
            for slot in set(range(SLOTS)) - taken:
                row = {"name": f"keys/{slot}", "holder": "x", "until_at": now + timedelta(hours=1)}
                tx.execute(insert(leases).values(**row))
        with services_of(b.data, first.clock) as late:  # all taken: it draws every bit
            assert len(late.work.key()) <= 19
            assert key_slots.take(late.work) is None
        with one.work.db.write() as tx:
            tx.execute(update(leases).values(until_at=now - timedelta(hours=1)))
        with services_of(b.data, first.clock) as later:
            assert key_slots.take(later.work) is not None


def test_nobody_upgrades_under_the_hands_of_others(first: Bench, a: Shell) -> None:
    with services_of(a.data, first.clock) as at_a, at_a.work.db.write() as tx:
        now = at_a.work.db.now(tx, at_a.work.now())
        row = {"name": "B", "host": "other-pc", "version": "1", "user": "li", "seen_at": now}
        tx.execute(insert(benches).values(**row))
    assert a.json("db", "upgrade").code == 0  # nothing to do
    with services_of(a.data, first.clock) as at_a:
        with at_a.work.db.write() as tx:
            tx.execute(text("UPDATE alembic_version SET version_num = '0005a'"))
        with pytest.raises(UserError) as caught:
            registry.ensure_nobody_works(at_a.work)
    assert caught.value.code == "benches_at_work"


@pytest.mark.parametrize(
    ("shared", "version", "state"),
    [(False, "", "warning"), (True, "", "ok"), (True, "9.9", "warning")],
)
def test_doctor_tells_who_is_there(
    first: Bench, a: Shell, shared: bool, version: str, state: str
) -> None:
    with services_of(a.data, first.clock, "A3") as at_a:
        registry.report(at_a.work)
        with at_a.work.db.write() as tx:
            if not shared:
                tx.execute(delete(settings).where(settings.c.key == joining.WRAPPED))
            if version:
                now = at_a.work.db.now(tx, at_a.work.now())
                row = {"name": "B", "host": "pc", "version": version, "user": "", "seen_at": now}
                tx.execute(insert(benches).values(**row))
        found = diagnosis.examine(at_a.work, at_a.secrets, lambda: Health(True, T("Complete.")))
        benches_line = next(f for f in found if f.what == T("Benches"))
    assert benches_line.state == state


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["version"] == VERSION


def _alive(at: Services) -> dict[str, bool]:
    return {bench.name: bench.alive for bench in registry.listed(at.work)}
