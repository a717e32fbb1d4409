"""A small HTTP server for a few kinds of request, bounded in every direction.

One request a connection, a deadline for the whole of it, limits for head and body, a fixed number
of workers and of waiting connections. TLS belongs to the proxy in front.
"""

from __future__ import annotations

import io
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from app.logs import Bugs

MAX_BODY = 1024 * 1024
MAX_HEAD = 32 * 1024
DEADLINE_S = 10.0  # for the whole request; the platform itself gives up after 5
WORKERS = 16
MOST_WAITING = 128
_MOST_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. Header names are lower-case; ``path`` is decoded; ``peer`` is who connected."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    peer: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, plain text unless ``kind`` says otherwise."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"


Answer = Callable[[Asked], Answered]


class BoundedServer(HTTPServer):
    """Listens from the start; ``run`` serves until ``stop``.

    Raises ``OSError`` when the address cannot be had.
    """

    request_queue_size = MOST_WAITING

    def __init__(self, host: str, port: int, answer: Answer, *, deadline_s: float = DEADLINE_S):
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.answer = answer
        self.deadline_s = deadline_s
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="packbench-relay")
        self._slots = threading.BoundedSemaphore(MOST_WAITING)
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        try:
            super().__init__((host, port), _Connection)
        except BaseException:
            self._pool.shutdown()
            raise

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Without asking a name server who we are, as the library would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "", int(self.server_address[1])

    def run(self) -> None:
        """Serve in this thread."""
        self.serve_forever(poll_interval=0.1)

    def stop(self, grace_s: float = 2.0) -> None:
        """Take nothing new, let what was taken end within ``grace_s``, then hang up."""
        self.shutdown()
        self.server_close()
        ends = time.monotonic() + grace_s
        while self._busy() and time.monotonic() < ends:
            time.sleep(0.02)
        with self._guard:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._pool.shutdown()

    def _busy(self) -> bool:
        with self._guard:
            return bool(self._open)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)  # the platform comes back later
            return
        with self._guard:
            self._open.add(request)
        self._pool.submit(self._serve, request, client_address)

    def _serve(self, request: socket.socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except (OSError, ValueError):
            pass  # a client that hangs up, is too slow or talks nonsense is an everyday event
        finally:
            self.shutdown_request(request)
            with self._guard:
                self._open.discard(request)
            self._slots.release()


class _Patient(io.RawIOBase):
    """The connection's bytes until the deadline, and no more of them than was allowed."""

    def __init__(self, connection: socket.socket, ends: float, allowed: int) -> None:
        self._connection = connection
        self._ends = ends
        self._allowed = allowed

    def allow(self, more: int) -> None:
        self._allowed += more

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left_s = self._ends - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._connection.settimeout(left_s)
        count = self._connection.recv_into(buffer)
        self._allowed -= count
        if self._allowed < 0:
            raise ValueError("too long")
        return count


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "relay"
    sys_version = ""
    error_message_format = ""
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True
    server: BoundedServer

    def setup(self) -> None:
        super().setup()
        ends = time.monotonic() + self.server.deadline_s
        self._patient = _Patient(self.connection, ends, MAX_HEAD)
        self.rfile = io.BufferedReader(self._patient)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: addresses and bodies must not reach a log."""

    def _one(self) -> None:
        self.close_connection = True
        asked = self._read()
        if asked is None:
            return
        answered = Answered(500)  # after which the shop pushes once more
        with Bugs("the push relay"):
            answered = self.server.answer(asked)
        self._write(answered)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _one  # noqa: N815 - the library's names

    def _read(self) -> Asked | None:
        length = self.headers.get("Content-Length", "0")
        if "transfer-encoding" in self.headers:
            self._write(Answered(411))
            return None
        if not (length.isascii() and length.isdecimal()):
            self._write(Answered(400))
            return None
        if len(length) > 9 or int(length) > MAX_BODY:
            self._write(Answered(413))
            return None
        self._patient.allow(int(length))
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            return None
        parts = urlsplit(self.path)
        fields = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        return Asked(
            self.command,
            unquote(parts.path),
            dict(fields),
            {name.lower(): value for name, value in self.headers.items()},
            body,
            str(self.client_address[0]),
        )

    def _write(self, answered: Answered) -> None:
        self.close_connection = True
        self.connection.settimeout(self.server.deadline_s)
        self.send_response(answered.status)
        self.send_header("Content-Type", answered.kind)
        self.send_header("Content-Length", str(len(answered.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answered.body)
        self.wfile.flush()
