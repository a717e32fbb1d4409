"""Long work as plain functions: they report progress and can be stopped. Knows no Qt.

A job never asks the user anything: it ends with a question as its result.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.text import Text


class Cancelled(Exception):  # noqa: N818 - not an error: the person asked for it
    """The job was stopped on request; what was done stays done."""


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of progress. ``ref`` names the row concerned, ``result`` its outcome."""

    done: int
    total: int
    failed: int = 0
    what: Text | None = None
    ref: str = ""
    result: str = ""


class Progress(Protocol):
    def __call__(self, step: Step, /) -> None: ...


def ignore_progress(_step: Step) -> None:
    """For callers who do not watch."""


@dataclass(slots=True)
class CancelToken:
    """Asks a job to stop at its next safe place. May be set from any thread."""

    _event: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raises ``Cancelled`` when a stop was asked for."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleep, but wake (with ``Cancelled``) as soon as a stop is asked for."""
        if self._event.wait(seconds):
            raise Cancelled


Job = Callable[[Progress, CancelToken], object]
