"""Keeps tests on this machine: sockets connect to loopback only."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


def is_local(address: Any) -> bool:
    """Loopback, or an address that is no internet address at all (a Unix socket's path)."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0]).partition("%")[0]
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class NetworkGuard:
    """Refuses to connect elsewhere and remembers who tried."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def _check(self, address: Any) -> None:
        if not is_local(address):
            self.attempts.append(str(address))
            raise ConnectionRefusedError(f"tests stay on this machine: {address!r}")

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Guard ``connect``, ``connect_ex`` and the look-up of names until ``patch`` is undone."""
        real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
        real_getaddrinfo = socket.getaddrinfo

        def connect(sock: socket.socket, address: Any) -> None:
            self._check(address)
            real_connect(sock, address)

        def connect_ex(sock: socket.socket, address: Any) -> int:
            self._check(address)
            return real_connect_ex(sock, address)

        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            name = host.decode() if isinstance(host, bytes) else host
            if name is not None:
                self._check((name, 0))
            return real_getaddrinfo(host, *args, **kwargs)

        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
