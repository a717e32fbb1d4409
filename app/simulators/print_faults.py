"""What goes wrong between the print component and its printers, on order."""

from __future__ import annotations

import threading
from enum import Enum

OFFLINE_STATUS = 0


class Reaction(Enum):
    """What becomes of one task."""

    PRINT = "print"
    OFFLINE = "printer offline"
    OUT_OF_PAPER = "out of paper"
    MUTE = "mute"
    """The label comes out and no answer ever does."""
    CRASH = "crash"
    """The label comes out and the connection ends."""

    @property
    def prints(self) -> bool:
        return self in (Reaction.PRINT, Reaction.MUTE, Reaction.CRASH)

    @property
    def failure(self) -> str:
        """failureReason, empty when it printed."""
        return "" if self is Reaction.PRINT else self.value


class Garble(Enum):
    """What becomes of one answer."""

    NOISE_FIRST = "frames before the answer that are none"
    OTHER_ID = "the requestID of somebody else"
    NOT_JSON = "no JSON"
    HUGE = "far too much"
    DEEP = "nested without end"


class PrintFaults:
    """Faults to order, per printer or for the component. Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offline: set[str] = set()
        self._sheets: dict[str, int] = {}
        self._next: list[Reaction] = []
        self._garbled: list[Garble] = []
        self._versions: list[str] = []
        self._slow_s = 0.0
        self._held = threading.Event()
        self._held.set()
        self._waiting = threading.Semaphore(0)
        self._closed = threading.Event()

    def go_offline(self, printer: str) -> None:
        """The printer is switched off: tasks fail until ``come_back``."""
        with self._lock:
            self._offline.add(printer)

    def come_back(self, printer: str) -> None:
        """The printer is on and full of paper."""
        with self._lock:
            self._offline.discard(printer)
            self._sheets.pop(printer, None)

    def paper_left(self, printer: str, sheets: int) -> None:
        """After so many labels the printer has no paper until ``come_back``."""
        with self._lock:
            self._sheets[printer] = sheets

    def mute(self, times: int = 1) -> None:
        """The next labels come out, their request is never answered."""
        with self._lock:
            self._next += [Reaction.MUTE] * times

    def crash(self, times: int = 1) -> None:
        """The next labels come out, then the connection ends without an answer."""
        with self._lock:
            self._next += [Reaction.CRASH] * times

    def garble(self, *how: Garble) -> None:
        """The next answers are spoilt, one each; what they are about has happened all the same."""
        with self._lock:
            self._garbled += how

    def garbled(self) -> Garble | None:
        """How the next answer is spoilt."""
        with self._lock:
            return self._garbled.pop(0) if self._garbled else None

    def versions(self, *versions: str) -> None:
        """Several components answer in turn: getAppInfo tells one version after the other."""
        with self._lock:
            self._versions = list(versions)

    def version(self, normal: str) -> str:
        """What getAppInfo tells now."""
        with self._lock:
            if not self._versions:
                return normal
            self._versions.append(self._versions.pop(0))
            return self._versions[-1]

    def slow(self, seconds: float) -> None:
        """Every label takes so long (0: as fast as it goes)."""
        with self._lock:
            self._slow_s = seconds

    def hold(self) -> None:
        """No label comes out before ``release``."""
        self._held.clear()

    def release(self) -> None:
        """Held labels come out."""
        self._held.set()

    def wait_until_held(self, timeout_s: float = 10.0) -> None:
        """Block until a task is being held.

        Raises:
            TimeoutError: none was within ``timeout_s``.
        """
        if not self._waiting.acquire(timeout=timeout_s):
            raise TimeoutError("no task arrived")

    def close(self) -> None:
        """The component ends: nothing waits any more."""
        self._closed.set()
        self._held.set()

    def reopen(self) -> None:
        """The component starts (again)."""
        self._closed.clear()

    def status_of(self, printer: str, normal: int) -> int:
        """The status getPrinterList shows."""
        with self._lock:
            return OFFLINE_STATUS if printer in self._offline else normal

    def meet(self, printer: str) -> Reaction:
        """What becomes of the next task of this printer; waits when it is slow or held."""
        if not self._held.is_set():
            self._waiting.release()
            self._held.wait()
        with self._lock:
            slow_s = self._slow_s
        if slow_s:
            self._closed.wait(slow_s)
        with self._lock:
            if printer in self._offline:
                return Reaction.OFFLINE
            if self._sheets.get(printer, 1) <= 0:
                return Reaction.OUT_OF_PAPER
            if printer in self._sheets:
                self._sheets[printer] -= 1
            return self._next.pop(0) if self._next else Reaction.PRINT
