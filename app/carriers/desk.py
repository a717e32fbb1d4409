"""The calls of one account, from data to what the answer means.

Every carrier's source does the same around its own wire and answers: sign, send, take the envelope
off, and only then interpret. That is here once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from app.carriers.account import AccountSettings
from app.carriers.calling import Call, Caller
from app.carriers.problems import refusal_of
from app.carriers.wire_json import JsonObject
from app.domain.tracking import Track, TrackQuery
from app.domain.waybills import NotSent, Rejected, Unknown
from app.net.limiter import Priority
from app.net.transport import Response, Transport
from app.ports import Clock

S = TypeVar("S", bound=AccountSettings)
S_contra = TypeVar("S_contra", bound=AccountSettings, contravariant=True)
A = TypeVar("A")
R = TypeVar("R")


class MakesCalls(Protocol[S_contra]):
    """A carrier's ``wire.api_call``: signs ``data`` for ``service`` at that moment."""

    def __call__(
        self, settings: S_contra, service: str, data: JsonObject, /, *, timestamp_ms: int
    ) -> Call: ...


class Desk(Generic[S, A]):
    """Asks one carrier for one account; never repeats a call. Safe between threads.

    ``make_call`` builds and signs a call, ``read`` takes the carrier's envelope off: an ``A``,
    or what the envelope itself says (refused by the gateway, unclear).
    """

    def __init__(
        self,
        carrier: str,
        settings: S,
        transport: Transport,
        clock: Clock,
        make_call: MakesCalls[S],
        read: Callable[[Response], A | Rejected | Unknown],
    ) -> None:
        self._carrier = carrier
        self._settings = settings
        self._clock = clock
        self._make_call = make_call
        self._read = read
        self._caller = Caller(carrier, settings, transport, clock)

    def ask(
        self,
        service: str,
        data: JsonObject,
        interpret: Callable[[A], R],
        *,
        key: str = "",
        priority: Priority = Priority.LABEL,
    ) -> R | Rejected | NotSent | Unknown:
        """What ``interpret`` makes of the answer to ``service``; ``key`` is for the log only."""

        def understand(response: Response) -> R | Rejected | Unknown:
            answer = self._read(response)
            return answer if isinstance(answer, Rejected | Unknown) else interpret(answer)

        timestamp_ms = int(self._clock.now().timestamp() * 1000)
        call = self._make_call(self._settings, service, data, timestamp_ms=timestamp_ms)
        return self._caller.ask(key, call, understand, priority)

    def track_each(
        self,
        wanted: Sequence[TrackQuery],
        service: str,
        data_of: Callable[[TrackQuery], JsonObject],
        read: Callable[[A, TrackQuery], Track],
    ) -> list[Track]:
        """One call a number, at the lowest priority; a call without an answer says so."""

        def track(query: TrackQuery) -> Track:
            found = self.ask(
                service,
                data_of(query),
                lambda answer: read(answer, query),
                priority=Priority.SWEEP,
            )
            if isinstance(found, Track):
                return found
            return Track(query.number, problem=refusal_of(self._carrier, found))

        return [track(query) for query in wanted]


def track_in_batches(
    carrier: str,
    wanted: Sequence[TrackQuery],
    size: int,
    ask: Callable[[Sequence[TrackQuery]], list[Track] | Rejected | NotSent | Unknown],
) -> list[Track]:
    """``size`` numbers a call; a call without an answer says so at each of its numbers."""
    tracks: list[Track] = []
    for start in range(0, len(wanted), size):
        batch = wanted[start : start + size]
        found = ask(batch)
        if isinstance(found, list):
            tracks += found
        else:
            problem = refusal_of(carrier, found)
            tracks += [Track(query.number, problem=problem) for query in batch]
    return tracks
