"""A PostgreSQL that is busy, restarted or gone: nothing is lost, and a sentence says it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Insert, insert, select, text, update

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.store import engine
from app.store.engine import Database
from app.store.inserting import insert_if_new
from app.store.schema import ensure_usable
from app.store.tables import quotas
from tests.support.postgres import fresh_database, running_server

BOUND_S = 30.0
COMMIT_TAKES_ITS_TIME = """
CREATE TABLE slow AS SELECT 20 AS seconds;
CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_sleep(seconds) FROM slow; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON quotas DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wait();
"""


@pytest.fixture
def url(server: str) -> Iterator[str]:
    with fresh_database(server) as fresh:
        yield fresh


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with opened(url) as made:
        yield made


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database with two counters at 0: ``a`` and ``b``."""
    db = Database(url, name="packbench A3")
    ensure_usable(db)
    with db.write() as tx:
        for kind in "ab":
            tx.execute(counter(kind))
    yield db
    db.close()


def counter(kind: str) -> Insert:
    return insert(quotas).values(shop_id="s", kind=kind, day="2026-11-20", used=0)


def add(tx: Connection, kind: str) -> None:
    tx.execute(update(quotas).where(quotas.c.kind == kind).values(used=quotas.c.used + 1))


def used(db: Database) -> dict[str, int]:
    with db.read() as tx:
        return {r.kind: r.used for r in tx.execute(select(quotas.c.kind, quotas.c.used))}


def code_of(future: Future[None]) -> str:
    error = future.exception(BOUND_S)
    if error is None:
        return ""
    assert isinstance(error, RetryableError), error
    return error.code


def crossed(db: Database, run: object) -> list[str]:
    """Two that take a and b in opposite order, each with the first in hand; what they are told."""
    both = threading.Barrier(2)

    def change(first: str, then: str) -> None:
        met: list[bool] = []

        def once(tx: Connection) -> None:
            add(tx, first)
            if not met:
                met.append(True)
                both.wait(BOUND_S)
            add(tx, then)

        assert callable(run)
        run(once)

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(change, *way) for way in (("a", "b"), ("b", "a"))]
        return sorted(code_of(f) for f in futures)


def test_of_two_in_each_others_way_one_is_told_to_try_again(db: Database) -> None:
    def once(change: object) -> None:
        assert callable(change)
        with db.write() as tx:
            change(tx)

    assert crossed(db, once) == ["", "database_deadlock"]
    assert used(db) == {"a": 1, "b": 1}, "the other one did nothing"


def test_a_change_that_may_be_run_again_survives_a_deadlock(db: Database) -> None:
    assert crossed(db, db.again) == ["", ""]
    assert used(db) == {"a": 2, "b": 2}


def test_a_mistake_is_not_tried_again(db: Database) -> None:
    tries = []

    def wrong(_tx: Connection) -> None:
        tries.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        db.again(wrong)
    assert tries == [1]


def test_somebody_elses_change_at_the_same_moment_is_told(db: Database) -> None:
    def overtaken() -> None:
        with db.write() as tx:
            tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            tx.execute(select(quotas)).all()
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_add_one, db).result(BOUND_S)
            add(tx, "a")

    with pytest.raises(RetryableError) as told:
        overtaken()
    assert told.value.code == "database_overtaken"


def test_rows_that_another_bench_keeps_are_waited_for_and_then_told(
    db: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.SERVER_SETTINGS, "lock_timeout", "50ms")
    hurried = Database(url)
    with db.write() as tx:
        add(tx, "a")
        with ThreadPoolExecutor(1) as pool:
            assert code_of(pool.submit(_add_one, hurried)) == "database_busy"
    hurried.close()


def _add_one(db: Database) -> None:
    with db.write() as tx:
        add(tx, "a")


def test_an_answer_that_takes_too_long_is_given_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.SERVER_SETTINGS, "statement_timeout", "50ms")
    db = Database(url)
    with pytest.raises(RetryableError) as told, db.read() as tx:
        tx.execute(text("SELECT pg_sleep(20)"))
    db.close()
    assert told.value.code == "database_slow"


def test_the_server_knows_who_is_connected_and_how_long_to_wait(db: Database) -> None:
    with db.read() as tx:
        name = text("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        assert tx.execute(name).scalar_one() == "packbench A3"
        for key, value in (("lock_timeout", "5s"), ("statement_timeout", "2min")):
            assert tx.execute(text("SELECT current_setting(:k)"), {"k": key}).scalar_one() == value


def test_a_server_that_can_only_be_read_is_told(db: Database, url: str) -> None:
    with db.write() as tx:
        name = tx.execute(text("SELECT current_database()")).scalar_one()
        tx.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    standby = Database(url)
    with pytest.raises(RetryableError) as told, standby.write() as tx:
        add(tx, "a")
    standby.close()
    assert told.value.code == "database_standby"


def test_a_database_that_is_not_there_is_told(server: str) -> None:
    db = Database(server.replace("/postgres", "/nowhere"))
    with pytest.raises(UserError) as told, db.read():
        pass
    db.close()
    assert told.value.code == "no_such_database"


def test_a_reader_sees_one_moment_while_others_write(db: Database) -> None:
    with db.read() as tx:
        before = tx.execute(select(quotas.c.used).where(quotas.c.kind == "a")).scalar_one()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_add_one, db).result(BOUND_S)
        again = tx.execute(select(quotas.c.used).where(quotas.c.kind == "a")).scalar_one()
    assert (before, again) == (0, 0)
    assert used(db)["a"] == 1


def test_the_time_is_the_servers(db: Database) -> None:
    wrong = datetime(2001, 1, 1, tzinfo=UTC)
    with db.read() as tx:
        at = db.now(tx, wrong)
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)


def end_others(db: Database, state: str = "%") -> int:
    """What a network that breaks is like for the other connections of this database."""
    with db.read() as tx:
        return len(
            tx.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                    " current_database() AND pid <> pg_backend_pid() AND query ILIKE :state"
                    " AND application_name = 'packbench A3'"
                ),
                {"state": state},
            ).all()
        )


def committing(db: Database) -> bool:
    with db.read() as tx:
        found = text("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query = :q")
        return tx.execute(found, {"q": "COMMIT"}).first() is not None


def test_a_connection_lost_in_the_middle_changed_nothing_and_is_tried_again(
    db: Database, url: str
) -> None:
    admin = Database(url, name="admin")
    ends = [True]

    def change(tx: Connection) -> None:
        add(tx, "a")
        if ends.pop() if ends else False:
            assert end_others(admin) >= 1
        add(tx, "b")

    db.again(change)
    admin.close()
    assert used(db) == {"a": 1, "b": 1}


def test_a_connection_lost_while_it_commits_is_called_unclear(db: Database, url: str) -> None:
    admin = Database(url, name="admin")
    with admin.write() as tx:
        tx.execute(text(COMMIT_TAKES_ITS_TIME))

    def insert_c() -> None:
        with db.write() as tx:
            tx.execute(insert(quotas).values(shop_id="s", kind="c", day="2026-11-20", used=0))

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(insert_c)
        while not end_others(admin, "COMMIT%"):
            assert not told.done()
        assert code_of(told) == "database_unclear"
    admin.close()
    assert "c" not in used(db), "this time it was not written"


def test_a_change_with_its_own_key_is_asked_again_after_an_unclear_commit(
    db: Database, url: str
) -> None:
    admin = Database(url, name="admin")
    with admin.write() as tx:
        tx.execute(text(COMMIT_TAKES_ITS_TIME))
    row = insert(quotas).values(shop_id="s", kind="c", day="2026-11-20", used=0)
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(db.again, lambda tx: insert_if_new(tx, row), keyed=True)
        while not committing(admin):
            assert not done.done()
        with admin.write() as tx:
            tx.execute(text("DELETE FROM slow"))  # only the first commit is
        assert end_others(admin, "COMMIT%") == 1
        assert done.result(BOUND_S)
    admin.close()
    assert used(db)["c"] == 0


def told_by(db: Database) -> PackbenchError:
    with pytest.raises(PackbenchError) as told, db.write() as tx:
        add(tx, "a")
    return told.value


def test_a_server_that_is_restarted_is_told_and_then_there_again() -> None:
    with running_server() as server, opened(server.url) as db:
        server.stop("fast")
        assert told_by(db).code in {"database_restarting", "database_unreachable"}
        assert told_by(db).code == "database_unreachable"
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(db.again, lambda tx: add(tx, "a"))
            server.start()
            done.result(BOUND_S)
        server.stop("immediate")
        assert told_by(db).code in {"database_restarting", "database_lost", "database_unreachable"}
        server.start()
        db.again(lambda tx: add(tx, "b"))
        assert used(db) == {"a": 1, "b": 1}
