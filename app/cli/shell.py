"""One call of the command line: arguments in, exit status out, whatever happens."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from app.cli import output
from app.cli.commands import build
from app.cli.context import Context, Doors
from app.cli.result import BUG, CommandResult, ErrorRow, error_rows
from app.domain.errors import PackbenchError
from app.domain.text import T, tr
from app.i18n import choose_language, install_language
from app.jobs import Cancelled, CancelToken

INTERRUPTED = 130  # what shells expect after Ctrl-C


def run(
    arguments: Sequence[str],
    doors: Doors,
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Run the command in ``arguments``, or open the window when there is none.

    Never raises and never shows a traceback. ``--help`` and usage errors load neither the
    database's library nor rich.
    """
    stdout, stderr = out or sys.stdout, err or sys.stderr
    for stream in (stdout, stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may speak another code page
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    as_json = "--json" in arguments
    try:
        _speak(arguments)
        with _log(_value_of("--data", arguments)):
            result = _result(arguments, doors)
            if isinstance(result, int):
                return result
            output.write(result, as_json=as_json, out=stdout, err=stderr)
    except SystemExit as end:  # --help
        return int(end.code or 0)
    except BrokenPipeError:
        _swallow_rest(stdout)
        return 0
    except (KeyboardInterrupt, Cancelled):
        stderr.write(tr("Stopped on request.") + "\n")
        return INTERRUPTED
    return result.exit_code


def _result(arguments: Sequence[str], doors: Doors) -> CommandResult | int:
    from app.logs import Bugs

    bugs = Bugs("the command line", PackbenchError, Cancelled, BrokenPipeError)
    try:
        with bugs:
            return _ran(arguments, doors)
    except PackbenchError as error:
        return CommandResult(errors=error_rows(error), exit_status=error.exit_code)
    return _bug(bugs.log_id)


def _ran(arguments: Sequence[str], doors: Doors) -> CommandResult | int:
    wanted = build(doors).parse_args(list(arguments))
    data: Path | None = getattr(wanted, "data", None)
    if wanted.run is None:
        return doors.open_window(data, getattr(wanted, "lang", ""))
    cancel = CancelToken()
    context = Context(data, doors, os.environ, output.progress_bar, cancel)
    with _stoppable(cancel):
        result: CommandResult = wanted.run(wanted, context)
        return result


def _bug(log_id: str) -> CommandResult:
    row = ErrorRow(
        "bug",
        str(T("Something went wrong that should not happen. Log number: {id}", id=log_id)),
        str(T("Send the log file and this number to whoever looks after Packbench.")),
        log_id,
    )
    return CommandResult(errors=[row], exit_status=BUG)


def _speak(arguments: Sequence[str]) -> None:
    """Choose the language before anything is said: the option, the settings, the environment."""
    asked = _value_of("--lang", arguments)
    saved = ""
    if not asked:
        saved = _saved_language(_value_of("--data", arguments))
    install_language(choose_language(asked, saved, os.environ))


def _value_of(option: str, arguments: Sequence[str]) -> str:
    for n, argument in enumerate(arguments):
        if argument == option and n + 1 < len(arguments):
            return arguments[n + 1]
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return ""


def _saved_language(data: str) -> str:
    from app.paths import data_paths
    from app.settings.local import read_local

    try:
        return read_local(data_paths(data or None).settings).language
    except PackbenchError:
        return ""


@contextmanager
def _log(data: str) -> Iterator[None]:
    """Write the log while the command runs; a command that has nothing to log makes no file."""
    from app.logs import close_log, log_uncaught, write_log
    from app.paths import data_paths

    handler = write_log(data_paths(data or None).log)
    logging.captureWarnings(True)  # a library's worries are for the log, not for the screen
    before = sys.excepthook, threading.excepthook
    log_uncaught()
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before
        logging.captureWarnings(False)
        close_log(handler)


@contextmanager
def _stoppable(cancel: CancelToken) -> Iterator[None]:
    """The first Ctrl-C asks the job to stop at its next safe place, the second one insists."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(_number: int, _frame: object) -> None:
        if cancel.cancelled:
            raise KeyboardInterrupt
        cancel.cancel()

    before = {n: signal.signal(n, ask) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _swallow_rest(stdout: TextIO) -> None:
    """The reader has gone (``… | head``): let the interpreter's last flush go nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
