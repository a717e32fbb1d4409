"""Transactions that are what they say: nothing lost between writers, nothing half, no traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.store.engine import Database, sqlite_url
from app.store.schema import ensure_usable
from app.store.tables import leases, quotas

WRITES = 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "packbench.sqlite3"


@pytest.fixture
def db(file: Path) -> Iterator[Database]:
    made = Database(sqlite_url(file))
    ensure_usable(made)
    with made.write() as tx:
        tx.execute(insert(quotas).values(shop_id="s", kind="k", day="2026-11-20", used=0))
    yield made
    made.close()


def used(db: Database) -> int:
    with db.read() as tx:
        return int(tx.execute(select(quotas.c.used)).scalar_one())


def add_one(db: Database) -> None:
    with db.write() as tx:
        tx.execute(update(quotas).values(used=quotas.c.used + 1))


def test_threads_lose_no_commit(db: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: add_one(db), range(8 * WRITES)))
    assert used(db) == 8 * WRITES


def test_a_failed_block_changes_nothing(db: Database) -> None:
    def break_off() -> None:
        with db.write() as tx:
            tx.execute(update(quotas).values(used=99))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert used(db) == 0
    add_one(db)  # and the lock is free
    assert used(db) == 1


def test_a_reader_sees_one_moment_while_others_write(db: Database) -> None:
    with db.read() as tx:
        before = tx.execute(select(quotas.c.used)).scalar_one()
        add_one(db)
        assert tx.execute(select(quotas.c.used)).scalar_one() == before
    assert used(db) == before + 1


def test_a_write_inside_a_write_is_a_mistake(db: Database) -> None:
    with db.write(), pytest.raises(RuntimeError, match="nested"), db.write():
        pass
    add_one(db)


def test_foreign_keys_hold(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as tx:
        tx.execute(text("INSERT INTO sku_barcodes (barcode, sku_id) VALUES ('690', 'no such sku')"))


def test_a_commit_is_on_disk(db: Database) -> None:
    with db.read() as tx:
        assert tx.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert tx.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"


def test_times_come_back_aware_and_naive_ones_stay_out(db: Database) -> None:
    at = datetime(2026, 11, 20, 2, 0, 0, 123456, tzinfo=UTC)
    with db.write() as tx:
        tx.execute(insert(leases).values(name="a", holder="h", until_at=at))
    with db.read() as tx:
        assert tx.execute(select(leases.c.until_at)).scalar_one() == at
    with pytest.raises(Exception, match="without zone"), db.write() as tx:
        tx.execute(insert(leases).values(name="b", holder="h", until_at=at.replace(tzinfo=None)))


def sentence(use: Database) -> PackbenchError:
    """What a person is told when the database cannot be read."""
    try:
        with pytest.raises(PackbenchError) as told, use.read() as tx:
            tx.execute(select(quotas.c.used)).all()
        return told.value
    finally:
        use.close()


def test_a_database_without_our_tables_is_called_old(tmp_path: Path) -> None:
    told = sentence(Database(sqlite_url(tmp_path / "empty.sqlite3")))
    assert (type(told), told.code) == (UserError, "database_old")


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    file = tmp_path / "broken.sqlite3"
    file.write_bytes(b"this is no database, whatever its name says" * 100)
    told = sentence(Database(sqlite_url(file)))
    assert (type(told), told.code) == (UserError, "database_damaged")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    told = sentence(Database(sqlite_url(tmp_path / "nowhere" / "x.sqlite3")))
    assert told.code == "database_unreachable"


def test_a_server_that_does_not_answer_can_be_tried_again() -> None:
    told = sentence(Database("postgresql+psycopg://nobody@127.0.0.1:9/none"))
    assert (type(told), told.code) == (RetryableError, "database_unreachable")


def test_a_database_that_another_program_keeps_is_busy(
    db: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.engine._BUSY_MS", 50)
    hurried = Database(sqlite_url(file))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryableError) as told, hurried.write():
            pass
        other.execute("ROLLBACK")
    assert told.value.code == "database_busy"
    add_one(hurried)
    hurried.close()
