"""Waiting for connections without looking at the clock, until another thread rings."""

from __future__ import annotations

import selectors
import socket
from types import TracebackType
from typing import Self


class Bell:
    """Watches one listening socket; ``ring()`` ends the wait at once, whoever waits.

        bell = Bell(listener)
        while bell.wait():              # in one thread
            connection, _ = listener.accept()
        bell.ring()                     # in another

    A simulator stops hundreds of times in a test run: a wait that looks every now and then whether
    it should end costs more than everything else about it. The listener is not closed here.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._hears, self._rope = socket.socketpair()
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._hears, selectors.EVENT_READ, data=True)
        self._ready.register(listener, selectors.EVENT_READ, data=False)

    def wait(self) -> bool:
        """Until somebody connects (True) or the bell rings (False, and from then on always)."""
        return not any(key.data for key, _ in self._ready.select())

    def ring(self) -> None:
        """End the wait, now and later. May be called twice."""
        self._rope.close()

    def close(self) -> None:
        """Give everything back, when nobody waits any more."""
        self._ready.close()
        self._rope.close()
        self._hears.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
