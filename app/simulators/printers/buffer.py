"""The receive buffer of a printer: bytes arrive in any portions, commands are read out whole."""

from __future__ import annotations

import threading
from collections import deque


class JobCutError(Exception):
    """The connection ended in the middle of a command."""


class PowerOffError(Exception):
    """The printer was switched off."""


class ReceiveBuffer:
    """Bytes between the connection's thread (puts) and the interpreter's thread (reads).

    ``changed`` is the printer's one lock. ``capacity_bytes`` is what it holds at most.
    """

    def __init__(self, changed: threading.Condition, capacity_bytes: int) -> None:
        self._changed = changed
        self._capacity = capacity_bytes
        self._data = bytearray()
        self._taken = 0  # bytes read since the printer was switched on
        self._ends: deque[int] = deque()  # where connections ended, counted like _taken
        self._off = False
        self._starving = False

    # the connection's side

    def wait_for_room(self, timeout_s: float) -> int:
        """The bytes that fit now; 0 after ``timeout_s`` without room or when switched off."""
        with self._changed:
            self._changed.wait_for(lambda: self._room() > 0 or self._off, timeout_s)
            return 0 if self._off else self._room()

    def _room(self) -> int:
        return self._capacity - len(self._data)

    def put(self, data: bytes) -> None:
        """Append bytes; ask for the room first."""
        with self._changed:
            self._data += data
            self._starving = False
            self._changed.notify_all()

    def mark_end(self) -> None:
        """The connection is over: what comes next starts a new command."""
        with self._changed:
            self._ends.append(self._taken + len(self._data))
            self._starving = False
            self._changed.notify_all()

    def throw_away(self) -> None:
        """Forget what waits; a command that is being read ends here."""
        with self._changed:
            self._taken += len(self._data)
            self._data.clear()
            self._ends.clear()
            self._ends.append(self._taken)
            self._starving = False
            self._changed.notify_all()

    def switch_off(self) -> None:
        """Make every reader raise ``PowerOffError``."""
        with self._changed:
            self._off = True
            self._changed.notify_all()

    @property
    def is_starving(self) -> bool:
        """Whether the interpreter can do nothing before more bytes arrive."""
        with self._changed:
            return self._starving

    @property
    def waiting_bytes(self) -> int:
        with self._changed:
            return len(self._data)

    def count(self, needle: bytes) -> int:
        """How often ``needle`` stands in the bytes that wait."""
        with self._changed:
            return self._data.count(needle)

    # the interpreter's side

    def wait_for_command(self) -> None:
        """Block until a byte is there; ends of connections between two commands do not matter.

        Raises:
            PowerOffError: the printer was switched off.
        """
        with self._changed:
            while not self._data:
                self._starve()
            while self._ends and self._ends[0] <= self._taken:
                self._ends.popleft()

    def peek(self) -> int:
        """The next byte, left where it is.

        Raises:
            JobCutError, PowerOffError: there will be none.
        """
        with self._changed:
            self._wait_for_more()
            return self._data[0]

    def read(self, count: int) -> bytes:
        """The next ``count`` bytes, taken as they arrive.

        Raises:
            JobCutError, PowerOffError: there will not be so many.
        """
        parts, missing = [], count
        with self._changed:
            while missing > 0:
                self._wait_for_more()
                part = self._take(min(missing, self._reach()))
                parts.append(part)
                missing -= len(part)
        return b"".join(parts)

    def read_until(self, stops: bytes) -> bytes:
        """The bytes before the next one of ``stops``, which is left where it is.

        Raises:
            JobCutError, PowerOffError: none of them came.
        """
        parts = []
        with self._changed:
            while True:
                self._wait_for_more()
                reach = self._reach()
                found = [i for s in stops if (i := self._data.find(s, 0, reach)) >= 0]
                parts.append(self._take(min(found, default=reach)))
                if found:
                    return b"".join(parts)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._data[:count])
        del self._data[:count]
        self._taken += count
        self._changed.notify_all()
        return taken

    def _reach(self) -> int:
        """How many bytes belong to this connection."""
        if self._ends:
            return min(len(self._data), self._ends[0] - self._taken)
        return len(self._data)

    def _wait_for_more(self) -> None:
        while not self._reach():
            if self._ends:
                self._ends.popleft()
                raise JobCutError
            self._starve()

    def _starve(self) -> None:
        if self._off:
            raise PowerOffError
        self._starving = True
        self._changed.notify_all()
        try:
            self._changed.wait()
        finally:
            self._starving = False
