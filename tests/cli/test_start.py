"""What starting costs: which libraries a call loads, and that it ends cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "PySide6",
    "sqlalchemy",
    "alembic",
    "rich",
    "httpx",
    "pydantic",
    "reportlab",
    "PIL",
    "openpyxl",
    "cryptography",
    "keyring",
    "escpos",
    "zxingcpp",
    "pypdfium2",
    "websockets",
    "psycopg",
    "serial",
}

REPORTER = """
import json, sys
from main import DOORS
from app.cli.shell import run
code = run(sys.argv[1:], DOORS, out=sys.stderr)
print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))
"""


def _loaded(*arguments: str) -> tuple[int, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", REPORTER, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    return code, set(modules)


@pytest.mark.parametrize("arguments", [["--help"], ["orders", "--help"], ["wave", "print", "-h"]])
def test_help_loads_no_heavy_library(arguments: list[str]) -> None:
    code, modules = _loaded(*arguments)
    assert code == 0
    assert modules & HEAVY == set()


@pytest.mark.parametrize(
    "arguments", [["ordrs"], ["orders", "list", "--limit", "0"], ["pack"], ["--json", "ship"]]
)
def test_usage_errors_load_no_heavy_library(arguments: list[str]) -> None:
    code, modules = _loaded(*arguments)
    assert code == 1
    assert modules & HEAVY == set()


def test_a_query_loads_neither_qt_nor_the_network(tmp_path: Path) -> None:
    code, modules = _loaded("--data", str(tmp_path), "--json", "orders", "list")
    assert code == 0
    assert "sqlalchemy" in modules
    assert (
        modules & {"PySide6", "rich", "httpx", "pydantic", "reportlab", "PIL", "openpyxl"} == set()
    )


def _main(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def test_main_shows_help_in_chinese() -> None:
    with _main("--help") as process:
        out, err = process.communicate()
    assert process.returncode == 0
    assert "用法" in out.decode()
    assert err == b""


def test_our_bug_shows_no_traceback(tmp_path: Path) -> None:
    """Not even on stderr, where Python's logging writes when nobody has set it up."""
    program = (
        "import sys; from dataclasses import replace; from main import DOORS;"
        "from app.cli.shell import run;"
        "doors = replace(DOORS, open_services=lambda data, user: 1 / 0);"
        "sys.exit(run(sys.argv[1:], doors))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--data", str(tmp_path / "new"), "orders", "list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr + done.stdout
    assert "ZeroDivisionError" in (tmp_path / "new" / "logs" / "packbench.log").read_text("utf-8")


def test_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    with _main("--data", str(tmp_path), "--json", "db", "check") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        process.wait()
    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watching_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with _main("--data", str(tmp_path), "--json", "sync", "--watch") as process:
        database = tmp_path / "packbench.sqlite3"
        while not database.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out) == {"ok": True, "rows": [], "errors": []}
