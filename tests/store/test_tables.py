"""The tables as both databases see them."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Boolean
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from app.store.engine import Database, sqlite_url
from app.store.schema import upgrade
from app.store.tables import metadata
from tests.support.schema_looks import is_table_of_ours

TABLES = sorted(metadata.tables.values(), key=lambda t: t.name)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_postgresql_takes_no_number_for_a_truth_value(table: object) -> None:
    """``active BOOLEAN DEFAULT 1`` is fine for SQLite and refused by PostgreSQL."""
    ddl = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[arg-type, no-untyped-call]  # the dialect has no types
    lines = [line for line in ddl.splitlines() if "BOOLEAN DEFAULT" in line]
    assert [
        line for line in lines if "DEFAULT true" not in line and "DEFAULT false" not in line
    ] == []


def test_migrations_take_no_number_for_a_truth_value() -> None:
    folder = Path("app/store/migrations/versions")
    wrong = [
        f"{file.name}:{n}"
        for file in (Path(__file__).parents[2] / folder).glob("*.py")
        for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if "Boolean" in line and "server_default=sa.text(" in line
    ]
    assert wrong == []
    assert any(isinstance(c.type, Boolean) for t in TABLES for c in t.columns)


def test_migrations_lead_to_the_tables_of_the_code(tmp_path: Path) -> None:
    db = Database(sqlite_url(tmp_path / "new.sqlite3"))
    upgrade(db)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": is_table_of_ours,
            },
        )
        assert compare_metadata(context, metadata) == []
    db.close()
