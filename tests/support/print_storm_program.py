"""A program that prints in a storm, watched from outside until it ends or is killed."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

MAY_TAKE_S = 60.0


@dataclass(frozen=True, slots=True)
class Ran:
    """One program: from when to when, whether it waited for answers, how it ended (-9: killed)."""

    began_at: datetime
    ended_at: datetime
    holds: bool
    code: int


@dataclass
class Program:
    process: subprocess.Popen[str]
    holds: bool
    began_at: datetime
    said: queue.SimpleQueue[dict[str, str]] = field(default_factory=queue.SimpleQueue)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._threads = [
            threading.Thread(target=self._read, name="program-said"),
            threading.Thread(target=self._read_errors, name="program-errors"),
        ]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if self.holds:
                self.said.put(json.loads(line))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors.append(self.process.stderr.read())

    def ended(self) -> Ran:
        code = self.process.wait(MAY_TAKE_S)
        for thread in self._threads:
            thread.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        return Ran(self.began_at, datetime.now(UTC), self.holds, code)
