"""Ctrl-C in the terminal, and the system's own request to end, while a window is open."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QSocketNotifier

INTERRUPTED = 130  # what shells expect after Ctrl-C


@contextmanager
def ended_by_signals(app: QCoreApplication) -> Iterator[None]:
    """SIGINT and SIGTERM end the event loop of ``app`` with 130, without a question.

    Python runs a handler only between two steps of its own, and a window at rest takes none: so the
    signal's number comes through a socket that the event loop watches. Main thread only; elsewhere
    nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    here, there = socket.socketpair()
    here.setblocking(False)
    there.setblocking(False)
    watched = QSocketNotifier(here.fileno(), QSocketNotifier.Type.Read)

    def end() -> None:
        here.recv(64)
        app.exit(INTERRUPTED)

    watched.activated.connect(end)
    before = {n: signal.signal(n, _left_to_the_loop) for n in (signal.SIGINT, signal.SIGTERM)}
    told = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(told)
        for number, handler in before.items():
            signal.signal(number, handler)
        watched.setEnabled(False)
        here.close()
        there.close()


def _left_to_the_loop(_number: int, _frame: object) -> None:
    """The socket has told the event loop."""
