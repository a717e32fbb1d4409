from __future__ import annotations

from pathlib import Path

from app.settings import read_local
from tests.cli.calling import Shell


def test_every_mistake_of_a_file_is_an_entry(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[sender]\nnme = 'x'\n[[printer]]\nlanguage = 'tspl'\n", encoding="utf-8")
    answer = shell.json("config", "apply", str(file))
    assert answer.code == 1
    assert {"c.toml:2", "c.toml:3"} <= {e["ref"] for e in answer.errors}
    assert "config_unknown_key" in {e["code"] for e in answer.errors}


def test_other_database_is_used_from_then_on(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    other = tmp_path / "other.sqlite3"
    file.write_text(f'[database]\nurl = "sqlite:///{other}"\n', encoding="utf-8")
    answer = shell.json("config", "apply", str(file))
    assert answer.rows == [{"section": "database", "name": "", "result": "changed"}]
    assert other.exists()
    assert shell.json("config", "show").rows[0] == {
        "section": "database",
        "url": f"sqlite:///{other}",
    }
    assert shell.json("config", "apply", str(file)).rows == []


def test_database_that_does_not_open_is_not_taken(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    url = "postgresql+psycopg://bench:s3cret@127.0.0.1:9/packbench"
    file.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    answer = shell.json("config", "apply", str(file))
    assert answer.code == 2
    assert "s3cret" not in answer.out
    assert read_local(shell.data / "settings.toml").database_url == ""
    assert shell.json("orders", "list").code == 0


def test_doctor_on_an_empty_folder_says_what_is_missing(shell: Shell) -> None:
    answer = shell.json("doctor")
    assert answer.code == 1
    rows = {r["what"]: r for r in answer.rows}
    assert rows["Database"]["state"] == "ok"
    assert rows["Sender"]["remedy"]
    assert [e["ref"] for e in answer.errors] == ["Sender"]


def test_upgrade_of_a_new_database_needs_no_copy(shell: Shell) -> None:
    assert shell.json("db", "upgrade").rows == [{"result": "upgraded", "copy": ""}]
    assert shell.json("db", "check").code == 0
