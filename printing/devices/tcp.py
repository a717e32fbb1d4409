"""Raw TCP (port 9100): one connection a job.

The connection is never closed with an unread byte in it: the system would send a reset, and the
printer would throw away what it has not printed yet.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time

DEFAULT_PORT = 9100


class TcpConnection:
    """A socket to a printer; see ``language.Link`` and ``link.Connection``."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._ended = False

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, timeout_s: float) -> bytes:
        if self._ended:
            raise ConnectionResetError("the printer has closed the connection")
        readable, _, _ = select.select([self._socket], [], [], max(0.0, timeout_s))
        if not readable:
            return b""
        data = self._socket.recv(4096)
        if not data:
            self._ended = True
            raise ConnectionResetError("the printer has closed the connection")
        return data

    def end_sending(self) -> None:
        """Close our half: the printer knows that no more will come."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def finish(self, timeout_s: float) -> None:
        """Close our half, then read until the printer closes its own (or ``timeout_s``)."""
        self.end_sending()
        ends_s = time.monotonic() + timeout_s
        while not self._ended and (left_s := ends_s - time.monotonic()) > 0:
            readable, _, _ = select.select([self._socket], [], [], left_s)
            if readable and not self._socket.recv(4096):
                self._ended = True

    def close(self) -> None:
        self._socket.close()


def open_tcp(
    host: str, port: int, connect_timeout_s: float, send_timeout_s: float
) -> TcpConnection:
    """Connect. ``send_timeout_s`` is how long the printer may take no byte at all.

    Raises:
        OSError: nothing listens there, or not in time.
    """
    sock = socket.create_connection((host, port), timeout=connect_timeout_s)
    sock.settimeout(send_timeout_s)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return TcpConnection(sock)


def host_and_port(target: str) -> tuple[str, int]:
    """``host:port``, ``[::1]:port`` or ``host``."""
    if target.startswith("["):
        host, _, rest = target[1:].partition("]")
        return host, int(rest[1:]) if rest.startswith(":") else DEFAULT_PORT
    host, _, port = target.partition(":")
    return host, int(port) if port else DEFAULT_PORT
