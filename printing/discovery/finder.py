"""All ways of looking at once, each in a thread of its own, and nobody waited for too long."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.errors import PackbenchError, UserError
from app.domain.text import T, Text
from app.ports import Found, Looked
from printing.discovery.announced import find_announced
from printing.discovery.plugged import (
    SystemFolders,
    find_device_files,
    find_serial_ports,
    find_usb_printers,
)
from printing.discovery.probing import probe
from printing.discovery.queues import find_queues

_LISTEN_S = 3.5  # printers answer an mDNS question within two seconds
_MARGIN_S = 0.5  # to close everything before the time is over
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class _Way:
    name: Text
    search: Callable[[], Iterator[Found]]
    problem: Callable[[], UserError]


@dataclass(frozen=True, slots=True)
class _Done:
    way: _Way
    problem: PackbenchError | None


class Finder:
    """``app.ports.PrinterFinder``. ``interfaces``: own addresses to listen at; ``None``: all."""

    def __init__(
        self,
        interfaces: Sequence[str] | None = None,
        folders: SystemFolders | None = None,
        listen_s: float = _LISTEN_S,
    ) -> None:
        self._interfaces = interfaces
        self._listen_s = listen_s
        self._folders = folders or SystemFolders()

    def find(
        self,
        timeout_s: float,
        cancelled: Callable[[], bool],
        looked: Callable[[Looked], None],
    ) -> Iterator[Found]:
        """See ``app.ports.PrinterFinder``."""
        ends_s = time.monotonic() + timeout_s
        over = threading.Event()
        ways = self._ways(ends_s, over)
        results: queue.SimpleQueue[Found | _Done] = queue.SimpleQueue()
        for way in ways:
            threading.Thread(
                target=_search, args=(way, results, over), name="printer-search", daemon=True
            ).start()
        seen: set[str] = set()
        done = 0
        try:
            while done < len(ways) and not cancelled():
                left_s = ends_s - time.monotonic()
                if left_s <= 0:
                    break
                try:
                    result = results.get(timeout=min(_POLL_S, left_s))
                except queue.Empty:
                    continue
                if isinstance(result, _Done):
                    done += 1
                    looked(Looked(result.way.name, done, len(ways), result.problem))
                elif result.address not in seen:
                    seen.add(result.address)
                    yield result
        finally:
            over.set()

    def _ways(self, ends_s: float, over: threading.Event) -> list[_Way]:
        listen_until_s = min(ends_s - _MARGIN_S, time.monotonic() + self._listen_s)
        return [
            _Way(
                T("Print queues of this computer"),
                find_queues,
                lambda: _cannot_look(T("The system does not say which print queues it has.")),
            ),
            _Way(
                T("USB"),
                self._plugged_in,
                lambda: _cannot_look(T("The USB devices cannot be looked at.")),
            ),
            _Way(
                T("Serial ports"),
                find_serial_ports,
                lambda: _cannot_look(T("The serial ports cannot be looked at.")),
            ),
            _Way(
                T("Network"),
                lambda: find_announced(listen_until_s, over.is_set, self._interfaces),
                lambda: _cannot_look(T("The network cannot be listened to.")),
            ),
        ]

    def _plugged_in(self) -> Iterator[Found]:
        """A printer that libusb sees is not named a second time by its device file."""
        problem: PackbenchError | OSError | None = None
        found: list[Found] = []
        try:
            for printer in find_usb_printers(self._folders):
                found.append(printer)
                yield printer
        except (PackbenchError, OSError) as error:
            problem = error
        if not found:
            yield from find_device_files(self._folders)
        if problem is not None:
            raise problem

    def probe(self, address: str, timeout_s: float) -> list[Found]:
        """See ``app.ports.PrinterFinder``."""
        return probe(address, timeout_s)


def _search(way: _Way, results: queue.SimpleQueue[Found | _Done], over: threading.Event) -> None:
    problem: PackbenchError | None = None
    try:
        for found in way.search():
            if over.is_set():
                return
            results.put(found)
    except PackbenchError as error:
        problem = error
    except OSError:
        problem = way.problem()
    finally:
        results.put(_Done(way, problem))


def _cannot_look(what: Text) -> UserError:
    return UserError(
        "cannot_look",
        what,
        T("Type the printer's address if you know it."),
    )
