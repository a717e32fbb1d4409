"""What the label languages have in common: commands in order, questions at any time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.simulators.printers.buffer import ReceiveBuffer
from app.simulators.printers.mechanism import Mechanism


class BadCommandError(Exception):
    """A command whose parameters make no sense; the printer skips it."""


@dataclass(frozen=True, slots=True)
class Controller:
    """What an interpreter works with."""

    buffer: ReceiveBuffer
    mechanism: Mechanism
    dots_per_mm: float
    reply: Callable[[bytes], None]  # to the present connection, unless the printer is mute

    def dots(self, length_mm: float) -> int:
        """A length in whole dots."""
        return round(length_mm * self.dots_per_mm)


class Interpreter(Protocol):
    """Reads one language."""

    questions: re.Pattern[bytes]
    """What is answered the moment it arrives, wherever it stands, even inside an image."""
    longest_question: int

    def run_command(self) -> None:
        """Read and do one command; blocks for bytes, paper and the cover.

        Raises:
            BadCommandError, JobCutError, PowerOffError
        """
        ...

    def answer(self, question: bytes) -> bytes:
        """The answer to something that ``questions`` matched; called by the connection's thread."""
        ...

    def greeting(self) -> bytes:
        """What a printer with automatic status sends without being asked."""
        ...

    def forget_command(self) -> None:
        """A command was cut short by the end of its connection."""
        ...


class QuestionWatch:
    """Finds questions in a stream that comes in any portions."""

    def __init__(self, pattern: re.Pattern[bytes], longest: int) -> None:
        self._pattern = pattern
        self._longest = longest
        self._tail = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The questions that end in ``data``, in order."""
        text = self._tail + data
        old = len(self._tail)
        found = [m.group() for m in self._pattern.finditer(text) if m.end() > old]
        self._tail = text[len(text) - min(self._longest - 1, len(text)) :]
        return found


def whole(text: str | bytes, default: int | None = None) -> int:
    """A decimal number.

    Raises:
        BadCommandError: it is none, and there is no default for nothing.
    """
    shown = text.decode("latin-1") if isinstance(text, bytes) else text
    shown = shown.strip()
    if not shown and default is not None:
        return default
    try:
        return int(shown)
    except ValueError as error:
        raise BadCommandError(f"no number: {shown[:20]!r}") from error
