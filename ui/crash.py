"""Unexpected exceptions: logged with a number, shown as a sentence, never as a traceback."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import TracebackType

from app.domain.errors import UserError
from app.domain.text import T
from app.logs import log_bug

Show = Callable[[UserError], None]


def as_sentence(error: BaseException, *, where: str) -> UserError:
    """Log ``error`` and give the sentence for the screen."""
    return sentence(log_bug(error, where))


def sentence(log_id: str) -> UserError:
    """What the screen says of a bug; ``ref`` is its number in the log."""
    return UserError(
        "unexpected",
        T("Something in the program went wrong."),
        T("Nothing is lost, go on. For help give the number {id}.", id=log_id),
        ref=log_id,
    )


class CrashHook:
    """Catches what nobody else caught, in slots and in threads. ``show`` runs on any thread."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._before = sys.excepthook
        self._before_thread = threading.excepthook

    def install(self) -> None:
        """Take over the process's hooks."""
        sys.excepthook = self._main
        threading.excepthook = self._thread

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook = self._before
        threading.excepthook = self._before_thread

    def _main(
        self, kind: type[BaseException], error: BaseException, tb: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before(kind, error, tb)
            return
        self._show(as_sentence(error, where="the window"))

    def _thread(self, what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None and not issubclass(what.exc_type, SystemExit):
            name = what.thread.name if what.thread else "a thread"
            self._show(as_sentence(what.exc_value, where=name))
