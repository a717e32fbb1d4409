"""A strict HTTP/1.1 server on loopback, the base of every simulator that speaks HTTP.

    server = LoopbackServer()
    server.route("POST", "/channels/ec", handler)   # handler(Request) -> Response
    with server:
        httpx.post(server.base_url + "/channels/ec/order/get", ...)
        server.faults.lose_answer("/channels/ec/order/delivery/send")
        server.journal.calls("/channels/ec/order/get")

Handlers run in one thread per connection; they must guard their own state.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from app.simulators.bell import Bell
from app.simulators.exchange import (
    TEXT,
    Call,
    Handler,
    Journal,
    Request,
    Response,
    lies_under,
    parsed_body,
)
from app.simulators.faults import Faults, Outcome

__all__ = ["Call", "Faults", "Handler", "Journal", "LoopbackServer", "Request", "Response"]

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 4 * 1024 * 1024
ANY_METHOD = "*"


class SimulatorCrashedError(RuntimeError):
    """A handler of a simulator raised: the simulator is wrong, whatever the client did."""


class LoopbackServer:
    """Serves routes on 127.0.0.1 from ``start()`` to ``stop()``; a context manager does both.

    ``port`` 0 takes a free one (see ``base_url`` after the start). ``clock`` stamps the journal,
    in seconds since the epoch. Of several fitting routes the longest prefix wins.

    Raises:
        ValueError: ``host`` is not a loopback address.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError("a simulator listens on loopback only")
        self.faults = Faults()
        self.journal = Journal()
        self.crashes: list[Exception] = []
        self._clock = clock
        self._address = (host, port)
        self._routes: list[tuple[str, str, Handler]] = []
        self._httpd: _Httpd | None = None
        self._thread: threading.Thread | None = None

    def route(self, method: str, path_prefix: str, handler: Handler) -> None:
        """Send requests under ``path_prefix`` to ``handler``; method "*" takes every verb."""
        self._routes.append((method, path_prefix, handler))
        self._routes.sort(key=lambda r: len(r[1].rstrip("/")), reverse=True)

    @property
    def port(self) -> int:
        """The port in use.

        Raises:
            RuntimeError: the server is not running.
        """
        if self._httpd is None:
            raise RuntimeError("the server is not running")
        return int(self._httpd.server_address[1])

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at the end."""
        return f"http://{self._address[0]}:{self.port}"

    def start(self) -> Self:
        """Listen and serve in a thread of its own.

        Raises:
            OSError: the port is taken.
            RuntimeError: it runs already.
        """
        if self._httpd is not None:
            raise RuntimeError("the server is running")
        self._httpd = _Httpd(self._address, self)
        self._thread = threading.Thread(target=self._httpd.serve, name="simulator")
        self._thread.start()
        return self

    def stop(self) -> None:
        """Release what hangs, end every connection and thread. May be called twice.

        Raises:
            SimulatorCrashedError: a handler had raised while serving.
        """
        httpd, thread = self._httpd, self._thread
        if httpd is None or thread is None:
            return
        self._httpd = self._thread = None
        self.faults.clear()
        httpd.bell.ring()
        thread.join()
        httpd.end_connections()
        httpd.server_close()
        httpd.bell.close()
        if self.crashes:
            raise SimulatorCrashedError(f"{len(self.crashes)} calls crashed") from self.crashes[0]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def now_s(self) -> float:
        """The simulated time, in seconds since the epoch."""
        return self._clock()

    def answer(self, request: Request) -> Outcome:
        """Route the request through the faults to its handler and write the journal."""
        outcome = self.faults.apply(request, self._guarded)
        self.journal.add(
            Call(
                number=0,
                method=request.method,
                path=request.path,
                query=request.query,
                body=parsed_body(request),
                status=outcome.response.status if outcome.response else 0,
                code=outcome.code,
                handled=outcome.handled,
                fault=outcome.fault,
                at_s=self._clock(),
            )
        )
        return outcome

    def _guarded(self, request: Request) -> Response:
        handler = self._handler_for(request)
        try:
            return handler(request)
        except (
            Exception
        ) as error:  # the client gets a 500 and whoever stops the server gets the error
            log.exception("simulator crashed on %s %s", request.method, request.path)
            self.crashes.append(error)
            return Response.of_text("the simulator crashed", status=500)

    def _handler_for(self, request: Request) -> Handler:
        known_path = False
        for method, prefix, handler in self._routes:
            if lies_under(request.path, prefix):
                if method in (ANY_METHOD, request.method):
                    return handler
                known_path = True
        status = 405 if known_path else 404
        return lambda _: Response.of_text("", status=status, content_type=TEXT)


class _Httpd(ThreadingHTTPServer):
    """Joins its threads on close and can end connections that are kept alive."""

    daemon_threads = False
    block_on_close = True
    allow_reuse_address = True
    request_queue_size = 128
    timeout = 0.05  # for the one who hung up before the connection was taken

    def __init__(self, address: tuple[str, int], owner: LoopbackServer) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.owner = owner
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Connection)
        self.bell = Bell(self.socket)

    def serve(self) -> None:
        """Take connections until the bell rings: ``serve_forever`` would look for its end."""
        while self.bell.wait():
            self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up in the middle is an everyday event here, not a trace on stderr.
        log.debug("a connection ended early", exc_info=True)

    def end_connections(self) -> None:
        """Make every waiting read return, so that the threads can be joined."""
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "loopback"
    sys_version = ""
    # Head and body leave in one segment: with Nagle's algorithm each answer would cost 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Httpd

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Nothing: the journal knows more, and bodies must not reach a log."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """``Date`` tells the simulated time, like everything else here."""
        return super().date_time_string(
            self.server.owner.now_s() if timestamp is None else timestamp
        )

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def _serve(self) -> None:
        request = self._read()
        if request is None:
            return
        outcome = self.server.owner.answer(request)
        if outcome.response is None:
            self.close_connection = True
            _hang_up(self.connection)
            return
        self._write(outcome.response)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815 - http.server's names

    def _read(self) -> Request | None:
        if "transfer-encoding" in self.headers:
            self._refuse(411)
            return None
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit():
            self._refuse(400)
            return None
        if int(length) > MAX_BODY_BYTES:
            self._refuse(413)
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        return Request(
            method=self.command,
            path=parts.path,
            query={name: values[-1] for name, values in query.items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            peer=str(self.client_address[0]),
        )

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._write(Response.of_text("", status=status))

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("the connection was gone already")
