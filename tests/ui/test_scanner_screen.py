"""The scanner on a real X server, with keys from a real (virtual) keyboard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.screen
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server of our own; it picks a free number and says which."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(10)


class Bench:
    """The program under test and the keyboard in front of it."""

    def __init__(self, display: str, *arguments: str) -> None:
        self.environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.wedge_window", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=self.environment,
        )

    def line(self) -> str:
        assert self.program.stdout is not None
        return self.program.stdout.readline().strip()

    def keys(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self.environment, check=True, timeout=30)

    def close(self) -> None:
        self.program.terminate()
        self.program.communicate(timeout=10)

    def scan(self, code: str, end: str = "Return") -> None:
        """Type the code and its end in one run: two programs would leave a gap between them."""
        script = f"type --delay 5 {code}\nkey {end}\n"
        subprocess.run(
            ["xdotool", "-"], input=script, text=True, env=self.environment, check=True, timeout=30
        )


@pytest.fixture
def bench(display: str, request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = Bench(display, *getattr(request, "param", ()))
    try:
        pid = str(made.program.pid)
        made.keys("search", "--sync", "--onlyvisible", "--pid", pid, "windowfocus")
        assert made.line() == "focus in"
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("bench", [(), ("busy",)], ids=["idle", "busy"], indirect=True)
def test_scans_arrive_and_letters_wait(bench: Bench) -> None:
    codes = [f"SF15384029176{n:02d}" for n in range(20)]
    for code in codes:
        bench.scan(code)
        assert bench.line() == f"scan {code}"
    bench.scan("6901234567892", end="Tab")
    assert bench.line() == "scan 6901234567892"
    bench.keys("key", "p")
    assert bench.line() == "letter p"


def test_scan_into_a_field_leaves_it_as_it_was(bench: Bench) -> None:
    bench.keys("key", "slash")
    assert bench.line() == "letter /"
    bench.keys("type", "--delay", "120", "tea")
    assert [bench.line() for _ in range(3)] == ["field t", "field te", "field tea"]
    bench.scan("78612034519827")
    lines = [bench.line()]
    while not lines[-1].startswith("scan"):
        lines.append(bench.line())
    assert lines[-1] == "scan 78612034519827"
    assert lines[-2] == "field tea"
