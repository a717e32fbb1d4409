"""One address that a person typed: is a printer there, and what does it speak?"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import NoReturn

from app.domain.errors import RetryableError, UserError
from app.domain.text import T
from app.ports import Found, FoundKind
from printing.devices.ipp_client import IPP_PORT, IppTarget, ipp_target
from printing.devices.tcp import DEFAULT_PORT, TcpConnection, open_tcp
from printing.discovery.asking import Spoken, StrangerError, ask, settle
from printing.discovery.ipp import probe_ipp

_CONNECT_S = 1.5
_MOST_WAIT_S = 0.5  # for one answer; printers give theirs within a few ms
_WAITS = 7
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class NetworkPlace:
    """A host and, where it was said, the port."""

    host: str
    port: int | None = None

    @property
    def written_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def read_place(address: str) -> NetworkPlace:
    """``host``, ``host:port``, ``[::1]:port``, with or without ``tcp://``.

    Raises:
        UserError: ``printer_address``.
    """
    text = address.strip().removeprefix("tcp://").rstrip("/")
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
        good = "]" in text and _is_ipv6(host) and (not rest or (rest[0] == ":" and bool(port)))
    elif _is_ipv6(text):
        good = True
    else:
        host, colon, port = text.partition(":")
        good = _HOST.fullmatch(host) is not None and bool(port or not colon)
    if good and (not port or (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        return NetworkPlace(host, int(port) if port else None)
    raise _not_understood(address)


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def probe(address: str, timeout_s: float) -> list[Found]:
    """See ``app.ports.PrinterFinder``: IPP first, because it tells whether raw data may be sent."""
    if address.strip().startswith(("ipp://", "ipps://")):
        try:
            answer = probe_ipp(ipp_target(address.strip()), timeout_s)
        except ValueError:
            raise _not_understood(address) from None
        return [answer.found] if answer else _nobody(address)
    place = read_place(address)
    if place.port == IPP_PORT:
        answer = probe_ipp(_ipp_place(place, IPP_PORT), timeout_s)
        return [answer.found] if answer else _nobody(address)
    if place.port is not None:
        return [found] if (found := _raw_or_ipp(place, timeout_s)) else _nobody(address)
    answer = probe_ipp(_ipp_place(place, IPP_PORT), timeout_s / 3)
    if answer is None:
        return [found] if (found := _probe_raw(place, timeout_s)) else _nobody(address)
    raw = _only_open(place) if answer.takes_pages else _probe_raw(place, timeout_s * 2 / 3)
    return [answer.found, raw] if raw else [answer.found]


def _raw_or_ipp(place: NetworkPlace, timeout_s: float) -> Found | None:
    """A port that somebody named; behind a web server's answer may be an IPP printer."""
    try:
        return _probe_raw(place, timeout_s)
    except UserError:
        answer = probe_ipp(_ipp_place(place, place.port or IPP_PORT), timeout_s / 3)
        if answer is None:
            raise
        return answer.found


def _ipp_place(place: NetworkPlace, port: int) -> IppTarget:
    given = "" if port == IPP_PORT else f":{port}"
    return ipp_target(f"ipp://{place.written_host}{given}/ipp/print")


def _only_open(place: NetworkPlace) -> Found | None:
    """The raw port of a printer of documents: whether it is open is all that can be asked."""
    try:
        open_tcp(place.host, DEFAULT_PORT, _CONNECT_S, _CONNECT_S).close()
    except OSError:
        return None
    return Found(FoundKind.NETWORK, place.host, f"tcp://{place.written_host}:{DEFAULT_PORT}")


def _probe_raw(place: NetworkPlace, timeout_s: float) -> Found | None:
    """Ask at the raw port; ``None`` when it is closed.

    Raises:
        UserError: ``not_a_printer``.
    """
    port = place.port or DEFAULT_PORT
    wait_s = min(_MOST_WAIT_S, timeout_s / (_WAITS + 1))
    address = f"tcp://{place.written_host}:{port}"
    try:
        link = open_tcp(place.host, port, min(_CONNECT_S, timeout_s), _CONNECT_S)
    except OSError:
        return None
    try:
        spoken = _conversation(link, wait_s)
    except OSError:  # it hung up on us: it is there, and says nothing
        spoken = Spoken()
    except StrangerError as error:
        raise UserError(
            "not_a_printer",
            T("What answers at {address} is not a label printer.", address=address),
            T("Check the address; label printers usually listen on port 9100."),
            ref=address,
        ) from error
    finally:
        link.close()
    return Found(
        FoundKind.NETWORK,
        spoken.model or place.host,
        address,
        language=spoken.language,
        dots_per_mm=spoken.dots_per_mm,
        media=spoken.media,
        status=spoken.status,
    )


def _conversation(link: TcpConnection, wait_s: float) -> Spoken:
    spoken = ask(link, wait_s)
    link.end_sending()
    last_words = settle(link, wait_s)
    if not spoken.language and last_words.startswith((b"HTTP/", b"<")):
        raise StrangerError  # a web server waits for the end of the question
    return spoken


def _nobody(address: str) -> NoReturn:
    raise RetryableError(
        "no_printer_there",
        T("No printer answers at {address}.", address=address.strip()),
        T("Check that it is switched on and connected, and its address."),
        ref=address.strip(),
    )


def _not_understood(address: str) -> UserError:
    return UserError(
        "printer_address",
        T("{address} is not understood as an address in the network.", address=address.strip()),
        T("Write it like {example}.", example="192.168.1.50:9100"),
    )
