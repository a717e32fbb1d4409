"""What docs/several-benches.md tells to type in does what it says, on a real server."""

from __future__ import annotations

import re
import shlex
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from app.cli.commands import build
from app.store.engine import Database
from app.store.schema import upgrade
from app.store.tables import metadata
from main import DOORS
from tests.support.postgres import fresh_database

PAGE = (Path(__file__).parents[1] / "docs/several-benches.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def _paths(yaml: str) -> dict[str, str]:
    """The plain lines of a compose file as ``services/db/image`` → value; lists as their lines."""
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in yaml.splitlines():
        depth = len(line) - len(line.lstrip())
        assert depth % 2 == 0
        above = [(d, k) for d, k in above if d < depth]
        place = "/".join(k for _, k in above)
        if line.lstrip().startswith("- "):
            found[place] = f"{found.get(place, '')} {line.strip()[2:]}".strip()
            continue
        key, colon, value = line.strip().partition(":")
        assert colon
        above.append((depth, key))
        found["/".join(k for _, k in above)] = value.strip()
    return found


def test_the_compose_file_keeps_its_data_and_opens_no_door() -> None:
    (compose,) = _blocks("yaml")
    found = _paths(compose)
    assert found["services/db/image"] == "postgres:15"
    assert found["services/db/ports"] == '"127.0.0.1:5432:5432"'
    volume, _, place = found["services/db/volumes"].partition(":")
    assert place == "/var/lib/postgresql/data"
    assert f"volumes/{volume}" in found
    secret = found["services/db/secrets"]
    assert found[f"secrets/{secret}/file"].startswith("./")
    file = found["services/db/environment/POSTGRES_PASSWORD_FILE"]
    assert file == f"/run/secrets/{secret}"
    assert "POSTGRES_PASSWORD:" not in compose
    assert "pg_isready" in found["services/db/healthcheck/test"]


def test_the_commands_are_understood() -> None:
    lines = [x for b in _blocks("sh") for x in b.splitlines() if x.startswith("python main.py")]
    assert len(lines) == 4
    for line in lines:
        assert build(DOORS).parse_args(shlex.split(line)[2:]).run is not None


def test_the_user_for_reports_reads_orders_and_no_secret(server: str) -> None:
    (statements,) = _blocks("sql")
    role = "packbench_bi"
    with fresh_database(server) as url:
        with closing(Database(url)) as db:
            upgrade(db)
            with db.write() as tx:
                tx.execute(text(statements))
        engine = create_engine(make_url(url).set(username=role))
        try:
            with engine.connect() as looking:
                assert looking.execute(text("SELECT count(*) FROM orders")).scalar() == 0
            closed = {"settings", "shared_secrets", "users", "order_secrets", "audit"}
            assert closed <= set(metadata.tables)
            for name in sorted(closed):
                with engine.connect() as looking, pytest.raises(ProgrammingError):
                    looking.execute(metadata.tables[name].select())
            with engine.connect() as looking, pytest.raises(Exception, match="read-only"):
                looking.execute(text("CREATE TABLE mine (id integer)"))
        finally:
            engine.dispose()
            with closing(Database(url)) as db, db.write() as tx:
                tx.execute(text(f"DROP OWNED BY {role}"))
                tx.execute(text(f"DROP ROLE {role}"))
