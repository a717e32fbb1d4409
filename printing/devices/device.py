"""What every way to a printer has in common: bytes in, and what is certain afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, runtime_checkable

from app.domain.text import T, Text
from app.ports import DeviceState, DeviceStatus, SendResult, Sent
from printing.languages import states
from printing.languages.language import Completion, Dialect, Ending


class NothingTakenError(TimeoutError):
    """It is certain that not one byte of what should be sent has left."""


class Device(Protocol):
    """One printer as a sink of bytes. One call at a time."""

    def deliver(self, data: bytes, dialect: Dialect | None) -> Sent:
        """Send one job and wait, bounded, for what the printer says of it. Never raises for the
        printer or the connection."""
        ...

    def status(self, dialect: Dialect | None) -> DeviceStatus: ...


@runtime_checkable
class LooksUp(Protocol):
    """A device whose printer or queue keeps jobs by name, so that one can be found again."""

    def deliver_as(self, data: bytes, dialect: Dialect | None, key: str) -> Sent:
        """``deliver``, with our print job's ``key`` in the job's name."""
        ...

    def look_up(self, key: str) -> Sent | None:
        """What became of the job that was delivered as ``key``, followed to its end, bounded.

        ``None``: the printer knows no such job, which proves nothing (they forget), or cannot be
        asked now. Sends nothing; may cancel a job that waits too long.
        """
        ...


@runtime_checkable
class Mistrusts(Protocol):
    def mistrust(self) -> None:
        """A program may have ended in the middle of a job there."""
        ...


@runtime_checkable
class KnowsResolution(Protocol):
    def dots_per_mm(self) -> float | None:
        """The printer's own resolution, from any thread; ``None``: not known (yet)."""
        ...


def not_started(status: DeviceStatus) -> Sent:
    """Nothing has been sent: the printer's state is the reason."""
    return Sent(SendResult.NOT_STARTED, status.message, status)


def unknown(reason: Text, status: DeviceStatus | None = None) -> Sent:
    """Part or all of the job is in the printer; nobody knows whether it is on paper."""
    return Sent(SendResult.UNKNOWN, reason, status)


def sent(status: DeviceStatus | None = None) -> Sent:
    """Every byte left, and this printer never says more."""
    return Sent(SendResult.SENT, None, status)


def judged(completion: Completion) -> Sent:
    """What the printer's own words after a job mean for it."""
    status = completion.status
    match completion.ending:
        case Ending.DONE:
            return Sent(SendResult.CONFIRMED, None, status)
        case Ending.SILENT:
            return sent(status)
        case Ending.TROUBLE:
            return unknown(_trouble(status), status)
        case Ending.LATE:
            return unknown(T("The printer took the label but does not say that it is out."), status)


def _trouble(status: DeviceStatus | None) -> Text:
    state = status.state if status else DeviceState.ERROR
    if state is DeviceState.PAPER_OUT:
        return T("The paper ran out while the label was in the printer; it may still print it.")
    if state is DeviceState.COVER_OPEN:
        return T("The cover was opened while the label was in the printer.")
    if state is DeviceState.PAUSED:
        return T("The printer was paused with the label inside.")
    return T("The printer stopped with an error while it had the label.")


def lost(error: OSError, sent_bytes: int) -> Sent:
    """The connection failed: before the first byte nothing happened, after it nobody knows."""
    if sent_bytes == 0:
        stuck = isinstance(error, NothingTakenError)
        return not_started(states.stuck() if stuck else states.offline())
    if isinstance(error, TimeoutError):
        return _cut(T("The printer stopped taking data in the middle of the label."))
    return _cut(T("The connection broke after part of the label was sent."))


def _cut(reason: Text) -> Sent:
    return replace(unknown(reason), cut=True)
