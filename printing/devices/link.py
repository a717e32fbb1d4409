"""Printers with a two-way connection: asked before the job, sent it, asked until it is out."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from app.domain.errors import UserError
from app.ports import DeviceState, DeviceStatus, Sent
from printing.devices.device import NothingTakenError, judged, lost, not_started
from printing.languages import states
from printing.languages.language import Clears, Completion, Dialect, Ending, Link

_MUTE_FOR_S = 60.0  # how long a printer that did not answer is not asked again
_CHUNK_BYTES = 16_384
_MOST_LEFTOVERS = 256  # reads; a printer that never stops talking is no reason to wait for ever
_LINGER_S = 2.0  # for a mute printer to close its side; many never do


class Connection(Link, Protocol):
    """An open link that can be finished properly."""

    def finish(self, timeout_s: float) -> None:
        """No more will be sent: wait until the other side has taken everything, then close.

        Raises ``OSError`` when the connection breaks before that.
        """
        ...

    def close(self) -> None: ...


@runtime_checkable
class KnowsItself(Protocol):
    """A connection that tells of the printer without its language (USB's port status)."""

    def own_status(self) -> DeviceStatus | None:
        """``None`` when it says nothing. Raises ``OSError`` when the printer is gone."""
        ...


@dataclass(slots=True)
class _Outgoing:
    """Counts what the connection took, so that a failure can be placed before or after it."""

    link: Link
    taken: int = 0

    def send(self, data: bytes) -> None:
        for start in range(0, len(data), _CHUNK_BYTES):
            chunk = data[start : start + _CHUNK_BYTES]
            if self.taken:
                self.link.send(chunk)
                self.taken += len(chunk)
            else:
                # The first chunk may have gone in part: from here on nothing is certain.
                self.taken = 1
                try:
                    self.link.send(chunk)
                except NothingTakenError:
                    self.taken = 0
                    raise
                self.taken = len(chunk)


class LinkDevice:
    """A printer behind ``open_link``.

    That raises ``OSError`` when the printer is not there, ``UserError`` when something about this
    computer is in the way (a right, a library): a state of the printer like any other, since a run
    must know that nothing was sent, and goes on when it is put right.
    """

    def __init__(
        self,
        open_link: Callable[[], Connection],
        *,
        status_timeout_s: float,
        confirm_timeout_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open = open_link
        self._status_timeout_s = status_timeout_s
        self._confirm_timeout_s = confirm_timeout_s
        self._monotonic = monotonic
        self._mute_until_s = float("-inf")
        self._was_cut = False  # the printer may wait for the rest of a command

    def mistrust(self) -> None:
        """A job of before may have been cut in the middle: the next one clears the way first."""
        self._was_cut = True

    def status(self, dialect: Dialect | None) -> DeviceStatus:
        """Opens the connection and asks; a printer that does not answer is ``MUTE``."""
        try:
            link = self._open()
        except (OSError, UserError) as error:
            return _unreachable(error)
        try:
            status = self._asked(link, dialect)
            link.finish(0.2)
        except OSError:
            return states.offline()
        finally:
            link.close()
        return status

    def _asked(self, link: Link, dialect: Dialect | None) -> DeviceStatus:
        if dialect is None:
            return _own_status(link)
        for _ in range(_MOST_LEFTOVERS):
            if not link.receive(0):  # a status byte of earlier would be taken for the answer
                break
        status = dialect.status(link, self._status_timeout_s)
        if status is None:
            self._mute_until_s = self._monotonic() + _MUTE_FOR_S
            return _own_status(link)
        self._mute_until_s = float("-inf")
        return status

    def deliver(self, data: bytes, dialect: Dialect | None) -> Sent:
        try:
            link = self._open()
        except (OSError, UserError) as error:
            return not_started(_unreachable(error))
        try:
            return self._converse(link, data, dialect)
        finally:
            link.close()

    def _converse(self, link: Connection, data: bytes, dialect: Dialect | None) -> Sent:
        clearing = _clearing(dialect, len(data)) if self._was_cut else b""
        if dialect is not None and self._monotonic() < self._mute_until_s:
            dialect = None
        try:
            status = self._asked(link, dialect)
        except OSError:
            return not_started(states.offline())
        if not status.can_start:
            return not_started(status)
        if status.state is DeviceState.MUTE:
            dialect = None
        outgoing = _Outgoing(link)
        try:
            outgoing.send(clearing + data)
            self._was_cut = False
            if dialect is None:
                link.finish(min(_LINGER_S, self._confirm_timeout_s))
                return judged(_mute_ending(link))
            answer = judged(dialect.wait_done(link, self._confirm_timeout_s))
        except OSError as error:
            if outgoing.taken:
                self._was_cut = True
            return lost(error, outgoing.taken)
        try:
            link.finish(0.5)
        except OSError:
            return answer  # it has said what became of the label
        return answer


def _clearing(dialect: object, most_bytes: int) -> bytes:
    return dialect.clearing(most_bytes) if isinstance(dialect, Clears) else b""


def _unreachable(error: OSError | UserError) -> DeviceStatus:
    if isinstance(error, UserError):
        return DeviceStatus(DeviceState.ERROR, error.message, error.remedy)
    held = error.errno in {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}
    return states.held() if held else states.offline()


def _own_status(link: Link) -> DeviceStatus:
    """Of a printer that does not answer in its language."""
    status = link.own_status() if isinstance(link, KnowsItself) else None
    return status or states.mute()


def _mute_ending(link: Link) -> Completion:
    """Such a printer never says that a label is out; some say that they have stopped."""
    status = _own_status(link)
    return Completion(Ending.SILENT if status.can_start else Ending.TROUBLE, status)
