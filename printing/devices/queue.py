"""The system's print queues through CUPS' own programs ``lp`` and ``lpstat``.

A queue's "completed" says that the data went to the printer, not that paper came out; so the best
a queue can give is ``SENT``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Protocol

from app.domain.errors import UserError
from app.domain.text import T
from app.ports import DeviceState, DeviceStatus, Sent
from printing.devices.device import Device, not_started, sent, unknown
from printing.languages import states
from printing.languages.language import Dialect

_NAME = re.compile(r"[A-Za-z0-9_.@][A-Za-z0-9_.@-]{0,126}")
_JOB = re.compile(r"([A-Za-z0-9_.@-]+-\d+)")
_POLL_S = 0.25


class Run(Protocol):
    """Starts a program, feeds it, gives exit status and output."""

    def __call__(
        self, command: Sequence[str], data: bytes, timeout_s: float
    ) -> tuple[int, str]: ...


def run_program(command: Sequence[str], data: bytes, timeout_s: float) -> tuple[int, str]:
    """Raises ``OSError`` when it cannot start or does not end (``TimeoutError``) in time."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell; names are checked
            list(command), input=data, capture_output=True, timeout=timeout_s, check=False,
            env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise TimeoutError("the print program does not end") from error
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


class QueueDevice:
    """A queue by its name. ``options`` are ``lp``'s, such as ``raw`` or ``media=…``."""

    def __init__(
        self,
        name: str,
        options: Sequence[str],
        *,
        confirm_timeout_s: float,
        run: Run = run_program,
    ) -> None:
        self._name = name
        self._options = tuple(options)
        self._confirm_timeout_s = confirm_timeout_s
        self._run = run

    def status(self, dialect: Dialect | None) -> DeviceStatus:
        try:
            code, said = self._run(["lpstat", "-p", self._name], b"", 10)
        except OSError:
            return states.offline()
        if code != 0:
            return DeviceStatus(
                DeviceState.OFFLINE,
                T("The system has no print queue {name}.", name=self._name),
                T("Add the printer to the system, or correct the name."),
            )
        if "disabled" in said:
            return states.paused()
        reason = said.lower()
        if "media-empty" in reason or "out of paper" in reason:
            return states.paper_out()
        if "cover" in reason and "open" in reason:
            return states.cover_open()
        return states.busy() if "now printing" in said else states.ready()

    def deliver(self, data: bytes, dialect: Dialect | None) -> Sent:
        status = self.status(dialect)
        if not status.can_start:
            return not_started(status)
        options = [part for option in self._options for part in ("-o", option)]
        command = ["lp", "-d", self._name, "-t", "packbench", *options, "-"]
        try:
            code, said = self._run(command, data, 60)
        except TimeoutError:
            return unknown(T("The system's print queue took the label but does not answer."))
        except OSError:
            return not_started(states.offline())
        if code != 0:
            return not_started(states.failing())
        match = _JOB.search(said)
        return self._followed(match[1]) if match else sent(status)

    def _followed(self, job: str) -> Sent:
        """Until the job has left the queue; what stays there may still print."""
        ends_s = time.monotonic() + self._confirm_timeout_s
        while time.monotonic() < ends_s:
            try:
                code, said = self._run(["lpstat", "-W", "not-completed", "-o", self._name], b"", 10)
            except OSError:
                break
            if code == 0 and job not in said.split():
                return sent(states.ready())
            time.sleep(_POLL_S)
        return unknown(T("The label is still in the system's print queue and may come out later."))


def open_queue(name: str, options: Sequence[str], confirm_timeout_s: float) -> Device:
    """The device of a queue. Windows takes ``raw`` jobs only: a label language, no PDF.

    Raises:
        UserError: ``queue_unsupported`` where there is no CUPS and no Windows spooler;
            ``printer_address``.
    """
    if sys.platform == "win32":
        return _windows_queue(name, options, confirm_timeout_s)
    else:  # noqa: RET505 - the type checker looks at one of the two only
        return _cups_queue(name, options, confirm_timeout_s)


def _windows_queue(name: str, options: Sequence[str], confirm_timeout_s: float) -> Device:
    if sys.platform == "win32":
        from printing.devices.windows_queue import WindowsQueueDevice, WinSpooler

        if tuple(options) == ("raw",):
            return WindowsQueueDevice(name, WinSpooler(), confirm_timeout_s=confirm_timeout_s)
    raise UserError(
        "queue_unsupported",
        T("On Windows a print queue takes label languages only, no PDF."),
        T("Choose tspl, zpl or escpos for this printer, or print to a PDF folder."),
    )


def _cups_queue(name: str, options: Sequence[str], confirm_timeout_s: float) -> Device:
    if not _NAME.fullmatch(name):
        raise UserError(
            "printer_address",
            T("A print queue cannot be called {name}.", name=name),
            T("Write the queue's name as the system shows it."),
        )
    if shutil.which("lp") is None or shutil.which("lpstat") is None:
        raise UserError(
            "queue_unsupported",
            T("This computer has no CUPS print queues that Packbench can use."),
            T("Connect the printer by network or serial port, or print to a PDF folder."),
        )
    return QueueDevice(name, options, confirm_timeout_s=confirm_timeout_s)
