"""Jobs off the main thread: one worker per named lane, results through one mailbox.

Workers are plain threads and hand closures to one long-lived ``QObject``: no QThread or QRunnable
subclasses, no object per job that could die before its last signal is delivered.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.errors import PackbenchError
from app.jobs import Cancelled, CancelToken, Job, Step
from app.logs import Bugs
from ui.crash import sentence

log = logging.getLogger(__name__)

_TELL_EVERY_S: Final = 0.1
_STOP: Final = None


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


def _nothing(_: object) -> None:
    """The answer of those who do not ask."""


@dataclass(slots=True, eq=False)
class JobHandle:
    """One job that was started. ``state`` is written on the main thread only."""

    name: str
    lane: str
    job: Job
    done: Callable[[object], None]
    failed: Callable[[PackbenchError], None]
    progress: Callable[[tuple[Step, ...]], None]
    cancelled: Callable[[], None]
    owner: QObject | None
    token: CancelToken = field(default_factory=CancelToken)
    state: JobState = JobState.WAITING
    steps: list[Step] = field(default_factory=list)
    last: Step | None = None

    def cancel(self) -> None:
        """Ask it to stop at its next safe place."""
        self.token.cancel()

    @property
    def active(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)

    def wanted(self) -> bool:
        """Whether somebody still waits for the result."""
        return self.owner is None or shiboken6.isValid(self.owner)


class _Mailbox(QObject):
    """The one object between the workers and the main thread."""

    posted = Signal()

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        self._letters: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._moving: set[JobHandle] = set()
        self._lock = threading.Lock()
        self._told_at = 0.0
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._tell)
        self.posted.connect(self._open)

    def post(self, letter: Callable[[], None]) -> None:
        """Run ``letter`` on the main thread. Any thread."""
        self._letters.put(letter)
        self.posted.emit()

    def step(self, handle: JobHandle, step: Step) -> None:
        """Progress of a job; told in batches, ten times a second. Any thread."""
        with self._lock:
            handle.steps.append(step)
            known = bool(self._moving)
            self._moving.add(handle)
        if not known:
            self.posted.emit()

    def flush(self, handle: JobHandle) -> None:
        """Tell what a job has reported so far. Main thread."""
        with self._lock:
            steps, handle.steps = tuple(handle.steps), []
            self._moving.discard(handle)
        if steps:
            handle.last = steps[-1]
            if handle.wanted():
                handle.progress(steps)

    @Slot()
    def _open(self) -> None:
        while not self._letters.empty():
            self._letters.get()()
        if self._moving and not self._clock.isActive():
            waited = time.monotonic() - self._told_at
            self._clock.start(max(0, round((_TELL_EVERY_S - waited) * 1000)))

    @Slot()
    def _tell(self) -> None:
        self._told_at = time.monotonic()
        with self._lock:
            moving = list(self._moving)
        for handle in moving:
            self.flush(handle)


class JobRunner(QObject):
    """Runs plain functions ``job(progress, cancel)`` in lanes, side by side.

    Jobs of one lane run one after the other; callbacks come on the main thread, ``progress`` in
    batches of steps at most ten times a second, all of them before the end. With an ``owner``
    nothing is called once that object is gone. ``changed`` tells that a job began or ended.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = _Mailbox(self)
        self._lanes: dict[str, queue.SimpleQueue[JobHandle | None]] = {}
        self._threads: list[threading.Thread] = []
        self._handles: list[JobHandle] = []
        self._closed = False

    @property
    def active(self) -> tuple[JobHandle, ...]:
        """Jobs that wait or run."""
        return tuple(handle for handle in self._handles if handle.active)

    def run(
        self,
        lane: str,
        job: Job,
        *,
        name: str = "",
        done: Callable[[object], None] = _nothing,
        failed: Callable[[PackbenchError], None] = _nothing,
        progress: Callable[[tuple[Step, ...]], None] = _nothing,
        cancelled: Callable[[], None] | None = None,
        owner: QObject | None = None,
    ) -> JobHandle:
        """Queue a job. Unexpected exceptions are logged and reach ``failed`` as a sentence."""
        handle = JobHandle(
            name or lane, lane, job, done, failed, progress, cancelled or (lambda: None), owner
        )
        if self._closed:
            handle.state = JobState.CANCELLED
            return handle
        self._handles = [known for known in self._handles if known.active]
        self._handles.append(handle)
        self._lane(lane).put(handle)
        self.changed.emit()
        return handle

    def post(self, letter: Callable[[], None]) -> None:
        """Run a closure on the main thread soon. Any thread."""
        self._mailbox.post(letter)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Cancel everything and wait for the workers; whether all of them ended in time."""
        self._closed = True
        for handle in self._handles:
            handle.cancel()
        for lane in self._lanes.values():
            lane.put(_STOP)
        until = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _lane(self, lane: str) -> queue.SimpleQueue[JobHandle | None]:
        known = self._lanes.get(lane)
        if known is None:
            known = self._lanes[lane] = queue.SimpleQueue()
            thread = threading.Thread(
                target=self._work, args=(known,), name=f"lane {lane}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        return known

    def _work(self, lane: queue.SimpleQueue[JobHandle | None]) -> None:
        """A worker's whole life. Runs on its own thread."""
        while (handle := lane.get()) is not _STOP:
            self._mailbox.post(_Begin(self, handle))
            self._mailbox.post(_End(self, handle, *_outcome(handle, self._mailbox)))

    def begun(self, handle: JobHandle) -> None:
        """A worker took the job up. Main thread."""
        handle.state = JobState.RUNNING
        self.changed.emit()

    def ended(self, handle: JobHandle, state: JobState, result: object) -> None:
        """A worker is through with the job. Main thread."""
        self._mailbox.flush(handle)
        handle.state = state
        self.changed.emit()
        if not handle.wanted():
            return
        if isinstance(result, PackbenchError) and state is JobState.FAILED:
            handle.failed(result)
        elif state is JobState.CANCELLED:
            handle.cancelled()
        else:
            handle.done(result)


@dataclass(frozen=True, slots=True)
class _Begin:
    runner: JobRunner
    handle: JobHandle

    def __call__(self) -> None:
        if shiboken6.isValid(self.runner):
            self.runner.begun(self.handle)


@dataclass(frozen=True, slots=True)
class _End:
    runner: JobRunner
    handle: JobHandle
    state: JobState
    result: object

    def __call__(self) -> None:
        if shiboken6.isValid(self.runner):
            self.runner.ended(self.handle, self.state, self.result)


def _outcome(handle: JobHandle, mailbox: _Mailbox) -> tuple[JobState, object]:
    """Run the job; how it ended and with what. Runs on a worker."""

    def report(step: Step, /) -> None:
        mailbox.step(handle, step)

    bugs = Bugs(f"job {handle.name}", Cancelled, PackbenchError)
    try:
        with bugs:
            handle.token.check()
            return JobState.DONE, handle.job(report, handle.token)
    except Cancelled:
        return JobState.CANCELLED, None
    except PackbenchError as error:
        log.info("job %s ended with %s %s", handle.name, error.code, error.ref)
        return JobState.FAILED, error
    return JobState.FAILED, sentence(bugs.log_id)
