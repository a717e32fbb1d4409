"""The log: one rotating file that says what happened, and ids that lead from a screen to a line."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import threading
import time
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
    """Write ``error`` with its traceback; the id that a person can quote."""
    log_id = new_log_id()
    log.error(
        "[%s] unexpected %s in %s",
        log_id,
        type(error).__name__,
        where,
        exc_info=(type(error), error, error.__traceback__),
    )
    return log_id


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
