"""A parcel is packed on a real X server, with keys from a real (virtual) keyboard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.screen
ROOT = Path(__file__).parents[2]


@pytest.fixture
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


class Keyboard:
    """The program under test and the scanner in front of it."""

    def __init__(self, display: str, folder: Path) -> None:
        self.environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.bench_window", str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=self.environment,
        )

    def words(self) -> list[str]:
        assert self.program.stdout is not None
        return self.program.stdout.readline().split()

    def until(self, *wanted: str) -> None:
        """Read what the program shows until it shows this."""
        while (words := self.words()) != list(wanted):
            assert words, "the program ended"

    def focus(self) -> None:
        title = "^Packing bench$"
        self.xdotool("search", "--sync", "--onlyvisible", "--name", title, "windowfocus", "--sync")

    def xdotool(self, *arguments: str) -> None:
        subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            check=True,
            timeout=30,
            stdout=subprocess.DEVNULL,
        )

    def scan(self, code: str) -> None:
        self.xdotool("type", "--delay", "5", "--args", "1", code, "key", "Return")

    def close(self) -> None:
        self.program.terminate()
        self.program.communicate(timeout=10)


@pytest.fixture
def keyboard(display: str, tmp_path: Path) -> Iterator[Keyboard]:
    made = Keyboard(display, tmp_path)
    try:
        yield made
    finally:
        made.close()


def test_a_parcel_is_packed_without_a_mouse(keyboard: Keyboard) -> None:
    label = keyboard.words()
    pieces = keyboard.words()
    assert (label[0], pieces[0]) == ("label", "pieces")
    assert keyboard.words() == ["ready"]
    keyboard.focus()
    keyboard.scan(label[1])
    need = len(pieces) - 1
    keyboard.until("shows", "go", f"0/{need}")
    keyboard.scan("NOT-A-CODE")
    keyboard.until("shows", "stop", f"0/{need}")
    for count, code in enumerate(pieces[1:], start=1):
        keyboard.scan(code)
        keyboard.until("shows", "done" if count == need else "go", f"{count}/{need}")
