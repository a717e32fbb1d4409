"""Real processes of the command line, killed with SIGKILL when the world says "now"."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DEADLINE_S = 60.0
_LOOK_EVERY_S = 0.002


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that ran to its end."""

    code: int
    document: dict[str, Any]

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.document["rows"]
        return rows


@dataclass
class Commands:
    """Commands on one data folder; keeps what they said on stderr."""

    data: Path
    kills: int = 0
    stderr: list[str] = field(default_factory=list)

    def run(self, *command: str) -> Ended:
        """Run to the end; the one JSON document on stdout."""
        process = self._start(command)
        out, err = process.communicate(timeout=DEADLINE_S)
        self.stderr.append(err)
        return Ended(process.returncode, json.loads(out))

    def kill(self, reached: Callable[[], bool], *command: str) -> None:
        """Run, and kill the process as soon as ``reached`` says so.

        Raises:
            AssertionError: the command ended, or the deadline passed, before that.
        """
        process = self._start(command)
        ends = time.monotonic() + DEADLINE_S
        pause = threading.Event()
        while not (there := reached()) and process.poll() is None and time.monotonic() < ends:
            pause.wait(_LOOK_EVERY_S)
        process.kill()
        out, err = process.communicate(timeout=DEADLINE_S)
        self.stderr.append(err)
        assert there or reached(), f"{' '.join(command)} never came to this point: {out}"
        self.kills += 1

    def _start(self, command: tuple[str, ...]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "main.py", "--data", str(self.data), "--json", *command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
