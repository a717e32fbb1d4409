"""The log: one rotating file that says what happened, and ids that lead from a screen to a line."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from app.redaction import redact

MAX_BYTES = 5_000_000
KEPT_FILES = 5
_FORMAT = (
    "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(process)d %(threadName)s %(name)s: %(message)s"
)
# They write whole addresses (with an access token in the query) at INFO.
_TALKATIVE = (
    "httpx",
    "httpcore",
    "websockets",
    "asyncio",
    "PIL",
    "fontTools",
    "urllib3",
    "alembic",
)
_ID_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

log = logging.getLogger(__name__)


class RedactingFormatter(logging.Formatter):
    """UTC times; the finished line, a traceback included, goes through ``redact``."""

    def __init__(self) -> None:
        super().__init__(_FORMAT, "%Y-%m-%dT%H:%M:%S")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return time.strftime(datefmt or "%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _LogFile(RotatingFileHandler):
    """Makes folder and file with the first line, for its owner alone; never complains itself.

    A command that logs nothing leaves nothing behind, and a full disk must not stop the work.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(
            file, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
        )

    def _open(self) -> TextIOWrapper:
        file = Path(self.baseFilename)
        for folder in (file.parent.parent, file.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        return super()._open()

    def rotate(self, source: str, dest: str) -> None:
        """Rename the full file; on Windows that fails while another process writes: go on in it."""
        with suppress(OSError):
            Path(source).replace(dest)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        return


def write_log(file: Path, level: int = logging.INFO) -> logging.Handler:
    """Send the log of this process to ``file`` from now on; ``close_log`` ends it."""
    handler = _LogFile(file)
    handler.setFormatter(RedactingFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def close_log(handler: logging.Handler) -> None:
    """End what ``write_log`` began."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def new_log_id() -> str:
    """A short id that can be read over the phone, like ``K7Q2-9XD4``."""
    letters = [secrets.choice(_ID_LETTERS) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def log_bug(error: BaseException, where: str) -> str:
    """Write down ``error`` and where in the code it rose; the id that a person can quote.

    Without its text, and without that of what led to it: they may quote a name or an address.
    """
    log_id = new_log_id()
    kind, places = type(error).__name__, "".join(_places(error)).rstrip()
    log.error("[%s] unexpected %s in %s\n%s", log_id, kind, where, places)
    return log_id


def _places(error: BaseException) -> Iterator[str]:
    """The traceback as Python shows it, each exception by its type alone."""
    told: traceback.TracebackException | None = traceback.TracebackException.from_exception(error)
    chain = []
    while told is not None:
        chain.append(told)
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    for one in reversed(chain):
        yield "Traceback (most recent call last):\n"
        yield from one.stack.format()
        yield f"{one.exc_type.__name__ if one.exc_type else 'an exception'}\n"


class Bugs:
    """The one place where a bug is caught: it is logged, and the program goes on behind the block.

    ``log_id`` is set when there was one. What is ``expected`` passes, and what ends the program.
    """

    def __init__(self, where: str, *expected: type[Exception]) -> None:
        self.log_id = ""
        self._where, self._expected = where, expected

    def __enter__(self) -> Bugs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception) or isinstance(error, self._expected):
            return False
        self.log_id = log_bug(error, self._where)
        return True


def log_uncaught() -> None:
    """From now on what nobody caught, in any thread, stands in the log instead of on stderr."""

    def main_thread(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log_bug(error, "main thread")

    def other_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log_bug(args.exc_value, args.thread.name if args.thread else "a thread")

    sys.excepthook = main_thread
    threading.excepthook = other_thread
