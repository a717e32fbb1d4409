"""Where documents are drawn: here, or in a process of its own that leaves the window its time.

Drawing a label takes some milliseconds of the interpreter, which the window and the journal then
lack. The other process is started in the background once a few things have been drawn: for one
label it is not worth it. Until it is there, and whenever it fails, drawing happens here.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, Protocol, TypeVar, cast

from app.domain.errors import PackbenchError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_ROOT = Path(__file__).resolve().parents[1]
_ANSWER_S = 30.0  # no page takes that long: the other process hangs
_LENGTH_BYTES = 8
_FEW = 5  # calls; labels of a run come several in one
_BATCH = 65_536


class Workshop(Protocol):
    """Calls a function of a module wherever it is; errors come back as they were raised."""

    def call(self, draw: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R: ...

    def close(self) -> None: ...


class Here:
    """Draws in the calling thread."""

    def call(self, draw: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return draw(*args, **kwargs)

    def close(self) -> None:
        """Nothing is open."""


class Beside:
    """Draws in one process of its own. From any thread; callers take turns.

    The process ends when this one closes it, or is gone. Names and addresses of a label go through
    its pipe and nowhere else.
    """

    def __init__(self, after: int = _FEW) -> None:
        self._before = after  # so many calls are answered here before the process is started
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self._closed = False
        self._starting: threading.Thread | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the other process is there."""
        return self._ready.is_set()

    def call(self, draw: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """``draw`` must be a module's function, its arguments and result plain data."""
        self._count()
        if not self._ready.is_set():
            return draw(*args, **kwargs)
        with self._turn:
            answer = self._asked((draw, args, kwargs))
        if answer is None:
            return draw(*args, **kwargs)
        good, said = answer
        if not good:
            raise cast("PackbenchError", said)
        return cast("_R", said)

    def wait_ready(self, timeout_s: float = 30.0) -> bool:
        """Start it and wait until it is there."""
        self._start()
        return self._ready.wait(timeout_s)

    def close(self) -> None:
        """End the other process."""
        with self._guard:
            self._closed = True
            starting = self._starting
        if starting is not None:
            starting.join()
        with self._turn:
            self._end()

    # --- the process ------------------------------------------------------------------------

    def _count(self) -> None:
        with self._guard:
            self._before -= 1
            enough = self._before < 0
        if enough:
            self._start()

    def _start(self) -> None:
        with self._guard:
            if self._starting is not None or self._closed or getattr(sys, "frozen", False):
                return
            self._starting = threading.Thread(target=self._open, name="workshop", daemon=True)
            self._starting.start()

    def _open(self) -> None:
        known = os.environ.get("PYTHONPATH", "")
        paths = os.pathsep.join([str(_ROOT), *([known] if known else [])])
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "printing.workshop"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": paths},
                start_new_session=True,  # Ctrl-C is for the program, which ends it properly
            )
        except OSError:
            return
        self._process = process
        if self._asked((_are_you_there, (), {})) is not None:
            self._ready.set()

    def _asked(self, order: object) -> tuple[bool, object] | None:
        """The answer, or ``None``: the process has failed and is ended."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return None
        try:
            _write(process.stdin, order)
            return cast("tuple[bool, object]", _read(process.stdout, _ANSWER_S))
        except (OSError, EOFError, pickle.PickleError, ValueError):
            self._end()
            return None

    def _end(self) -> None:
        self._ready.clear()
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _are_you_there() -> bool:
    """Loads what the first label needs."""
    from printing.documents import raster
    from printing.fonts import load_fonts

    load_fonts()
    return bool(raster)


def _write(pipe: BinaryIO | Any, what: object) -> None:
    data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    pipe.flush()


def _read(pipe: BinaryIO | Any, timeout_s: float | None) -> object:
    """Raises ``EOFError`` at the end, ``TimeoutError`` (an ``OSError``) when nothing comes."""
    if timeout_s is not None and os.name == "posix":
        readable, _, _ = select.select([pipe], [], [], timeout_s)
        if not readable:
            raise TimeoutError("nothing was drawn in time")
    head = _exactly(pipe, _LENGTH_BYTES)
    return pickle.loads(_exactly(pipe, int.from_bytes(head, "big")))  # noqa: S301 - our own pipe


def _exactly(pipe: BinaryIO | Any, size: int) -> bytes:
    parts, left = [], size
    while left:
        part = pipe.read(min(left, 16 * _BATCH))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Draw until ``orders`` ends."""
    while True:
        try:
            draw, args, kwargs = cast("Any", _read(orders, None))
        except EOFError:
            return
        try:
            answer: tuple[bool, object] = True, draw(*args, **kwargs)
        except PackbenchError as error:
            answer = False, error
        _write(answers, answer)


if __name__ == "__main__":
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not stand between the answers
    serve(sys.stdin.buffer, out)
