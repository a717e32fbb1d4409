"""What other benches commit to a PostgreSQL is heard at once, and nothing that did not happen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text, update

from app.domain.errors import RetryableError
from app.store.engine import Database
from app.store.listening import EVERYTHING, TOLD, Listener
from app.store.schema import ensure_usable
from app.store.tables import metadata, outbox, quotas, settings, waves
from tests.support.postgres import fresh_database, running_server

SOON_S = 10.0
NEVER_S = 0.2
VERSIONS = Path(__file__).parents[2] / "app" / "store" / "migrations" / "versions"


@pytest.fixture
def here(server: str) -> Iterator[Database]:
    with fresh_database(server) as url:
        db = Database(url)
        ensure_usable(db)
        yield db
        db.close()


@pytest.fixture
def there(here: Database) -> Iterator[Database]:
    """Another bench on the same database."""
    db = Database(here.url.render_as_string(hide_password=False))
    yield db
    db.close()


@pytest.fixture
def listener(here: Database) -> Iterator[Listener]:
    made = Listener(here)
    assert made.wait(0.0) == frozenset()
    yield made
    made.close()


def change(db: Database) -> None:
    with db.write() as tx:
        tx.execute(insert(settings).values(key=f"k{db.sender}", value={}))


def test_another_bench_is_heard_by_topic(there: Database, listener: Listener) -> None:
    change(there)
    assert listener.wait(SOON_S) == {"settings"}
    with there.write() as tx:
        tx.execute(update(outbox).values(attempts=0))
        tx.execute(update(waves).values(name="x"))
    heard = listener.wait(SOON_S)
    assert heard == {"outbox", "waves"}
    assert listener.wait(NEVER_S) == frozenset()


def test_our_own_changes_are_no_news(here: Database, listener: Listener) -> None:
    change(here)
    assert listener.wait(NEVER_S) == frozenset()


def test_what_is_taken_back_is_never_told(there: Database, listener: Listener) -> None:
    def break_off() -> None:
        with there.write() as tx:
            tx.execute(insert(settings).values(key="k", value={}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with there.write() as tx:
        tx.execute(insert(quotas).values(shop_id="s", kind="k", day="d", used=0))  # no page shows
    assert listener.wait(NEVER_S) == frozenset()


def test_what_was_told_while_nobody_waited_is_heard_later(
    there: Database, listener: Listener
) -> None:
    for _ in range(3):
        with there.write() as tx:
            tx.execute(update(outbox).values(attempts=0))
    assert listener.wait(SOON_S) == {"outbox"}


def test_after_a_gap_everything_may_have_changed() -> None:
    with running_server() as server:
        db = Database(server.url)
        ensure_usable(db)
        listener = Listener(db)
        assert listener.wait(0.0) == frozenset()
        server.stop()
        for _ in range(2):
            with pytest.raises(RetryableError):
                listener.wait(SOON_S)
        server.start()
        assert listener.wait(SOON_S) == EVERYTHING
        assert listener.wait(NEVER_S) == frozenset()
        listener.close()
        db.close()


def test_the_database_has_the_triggers_that_the_program_counts_on(here: Database) -> None:
    with here.read() as tx:
        rows = tx.execute(
            text(
                "SELECT c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'packbench_tell'"
            )
        ).all()
    found = {table: re.findall(r"'(.*)'", made)[0] for table, made in rows}
    assert found == {table: topics for topics, tables in TOLD.items() for table in tables.split()}
    assert set(found) <= set(metadata.tables)
