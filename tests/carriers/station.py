"""A simulated carrier behind real HTTP, and the clock that both sides go by."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from app.domain.waybills import Booking, Issued, ProblemClass, Rejected
from app.net.transport import HttpxTransport
from app.simulators.server import LoopbackServer
from tests.support.clock import FakeClock


class Mountable(Protocol):
    def mount(self, server: LoopbackServer, prefix: str = "") -> None: ...


class Station:
    """Each ``serve`` starts a server of its own; ``close`` ends them all."""

    def __init__(self, http: HttpxTransport, clock: FakeClock) -> None:
        self.http, self.clock = http, clock
        self._servers: list[LoopbackServer] = []

    @property
    def server(self) -> LoopbackServer:
        return self._servers[-1]

    def now_s(self) -> float:
        return self.clock.now().timestamp()

    def serve(self, simulator: Mountable) -> str:
        """The address at which ``simulator`` answers."""
        server = LoopbackServer()
        simulator.mount(server)
        self._servers.append(server.start())
        return server.base_url

    def close(self) -> None:
        for server in self._servers:
            server.stop()


def at(street: str, booking: Booking) -> Booking:
    """The booking with ``street`` behind its receiver's own; that steers the simulators."""
    receiver = booking.receiver
    return replace(booking, receiver=replace(receiver, address=receiver.address + street))


def issued(outcome: object) -> Issued:
    assert isinstance(outcome, Issued), outcome
    return outcome


def problem_kind(outcome: object) -> ProblemClass:
    assert isinstance(outcome, Rejected), outcome
    return outcome.problem.kind
