"""Databases of other versions: made, refused, copied and upgraded, never half."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.domain.errors import UserError
from app.store import schema
from app.store.engine import Database, sqlite_url
from app.store.schema import HEAD, alembic_config, ensure_usable, schema_state, upgrade

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "packbench.sqlite3"


def set_revision(file: Path, revision: str) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_the_newest_revision_is_the_one_the_program_expects() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [HEAD]


def test_revisions_are_numbers_that_grow() -> None:
    """Newer and older are told apart by comparing them as text."""
    found = [s.revision for s in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
    assert found == sorted(found, reverse=True)
    assert {len(r) for r in found} == {4}


def test_an_empty_database_is_made_silently(file: Path) -> None:
    db = Database(sqlite_url(file))
    assert schema_state(db).revision is None
    ensure_usable(db)
    assert schema_state(db).is_current
    ensure_usable(db)  # and again: nothing to do
    db.close()
    assert [p.name for p in file.parent.glob("*.sqlite3")] == [file.name]


def test_a_database_of_a_newer_program_is_refused_with_a_sentence(file: Path) -> None:
    db = Database(sqlite_url(file))
    ensure_usable(db)
    set_revision(file, "9999")
    for use in (ensure_usable, upgrade):
        with pytest.raises(UserError) as refused:
            use(db)
        assert refused.value.code == "database_newer"
        assert refused.value.remedy is not None
    db.close()


def test_an_old_database_is_refused_until_it_is_upgraded(file: Path) -> None:
    db = Database(sqlite_url(file))
    ensure_usable(db)
    set_revision(file, "0000")
    with pytest.raises(UserError) as refused:
        ensure_usable(db)
    assert refused.value.code == "database_old"
    assert "db upgrade" in str(refused.value.remedy)
    db.close()


def test_the_file_is_copied_before_an_upgrade(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a later version than ours as the goal: what is there now is kept beside it."""
    db = Database(sqlite_url(file))
    ensure_usable(db)
    with db.write() as tx:
        tx.execute(text("INSERT INTO settings (key, value) VALUES ('kept', '1')"))
    monkeypatch.setattr(schema, "HEAD", "0999")
    state = schema.SchemaState(HEAD, "0999")
    monkeypatch.setattr(schema, "schema_state", lambda _db: state)
    copy = upgrade(db, now=NOW)
    db.close()
    assert copy is not None
    assert copy.name == "packbench-before-0999-20261120-020000.sqlite3"
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("SELECT value FROM settings WHERE key = 'kept'").fetchone() == (1,)
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_current_database_is_upgraded_without_a_copy(file: Path) -> None:
    db = Database(sqlite_url(file))
    ensure_usable(db)
    assert upgrade(db) is None
    db.close()
