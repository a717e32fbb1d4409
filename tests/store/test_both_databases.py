"""What must be the same on SQLite and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.domain.errors import PackbenchError, UserError
from app.store.engine import Database, sqlite_url
from app.store.inserting import insert_all_new, insert_if_new
from app.store.schema import ensure_usable, schema_state
from app.store.tables import metadata, quotas
from tests.support.postgres import fresh_database
from tests.support.schema_looks import is_table_of_ours

ROOT = Path(__file__).parents[2]
KINDS = ["sqlite", "postgresql"]
WRITES = 30
OPEN_AND_WRITE = """
import sys
from sqlalchemy import update
from app.store.engine import Database
from app.store.schema import ensure_usable
from app.store.tables import quotas
db = Database(sys.argv[1])
ensure_usable(db)
for _ in range(int(sys.argv[2])):
    with db.write() as tx:
        tx.execute(update(quotas).values(used=quotas.c.used + 1))
db.close()
"""


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "packbench.sqlite3")
        return
    with fresh_database(request.getfixturevalue("server")) as fresh:
        yield fresh


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    made = Database(url)
    yield made
    made.close()


def start(url: str, writes: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_WRITE, url, str(writes)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_migrations_make_the_tables_of_the_code(db: Database) -> None:
    ensure_usable(db)
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": is_table_of_ours}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_programs_that_open_a_new_database_at_once_make_it_once(db: Database, url: str) -> None:
    programs = [start(url, 0) for _ in range(4)]
    assert [p.communicate(timeout=60)[1] for p in programs] == [""] * 4
    assert schema_state(db).is_current


def test_a_new_database_is_made_as_a_whole_or_not_at_all(db: Database) -> None:
    with db.write() as tx:  # in the way of the newest step
        tx.execute(text("CREATE TABLE freight_lines (id INTEGER)"))
    with pytest.raises((PackbenchError, DBAPIError)):
        ensure_usable(db)
    assert schema_state(db).revision is None, "no version between empty and whole is ever seen"
    with db.write() as tx:
        tx.execute(text("DROP TABLE freight_lines"))
    ensure_usable(db)
    assert schema_state(db).is_current


def test_programs_that_write_at_once_lose_nothing(db: Database, url: str) -> None:
    ensure_usable(db)
    with db.write() as tx:
        tx.execute(insert(quotas).values(shop_id="s", kind="k", day="2026-11-20", used=0))
    programs = [start(url, WRITES) for _ in range(3)]
    for _ in range(WRITES):
        with db.write() as tx:
            tx.execute(update(quotas).values(used=quotas.c.used + 1))
    assert [p.communicate(timeout=60)[1] for p in programs] == [""] * 3
    with db.read() as tx:
        assert tx.execute(select(quotas.c.used)).scalar_one() == 4 * WRITES


@pytest.mark.parametrize(
    ("revision", "code"), [("0000", "database_old"), ("9999", "database_newer")]
)
def test_another_version_is_refused_with_a_sentence(db: Database, revision: str, code: str) -> None:
    ensure_usable(db)
    with db.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    with pytest.raises(UserError) as refused:
        ensure_usable(db)
    assert refused.value.code == code


def test_a_row_that_is_there_leaves_the_transaction_whole(db: Database) -> None:
    ensure_usable(db)
    row = insert(quotas).values(shop_id="s", kind="k", day="2026-11-20", used=1)
    with db.write() as tx:
        assert insert_if_new(tx, row)
        assert not insert_if_new(tx, row.values(used=7))
        tx.execute(update(quotas).values(used=quotas.c.used + 1))
    with db.read() as tx:
        assert tx.execute(select(quotas.c.used)).scalars().all() == [2]


def test_rows_of_which_one_is_there_are_written_but_that(db: Database) -> None:
    ensure_usable(db)
    rows = [{"shop_id": "s", "kind": k, "day": "2026-11-20", "used": 1} for k in "abc"]
    with db.write() as tx:
        tx.execute(insert(quotas).values(rows[1] | {"used": 7}))
        insert_all_new(tx, quotas, rows)
    with db.read() as tx:
        found = tx.execute(select(quotas.c.kind, quotas.c.used).order_by(quotas.c.kind)).all()
    assert [tuple(row) for row in found] == [("a", 1), ("b", 7), ("c", 1)]
