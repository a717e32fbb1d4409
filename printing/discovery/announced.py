"""Printers that announce themselves in the local network (mDNS and DNS-SD, RFC 6762 and 6763).

The keys of their texts are those of Apple's Bonjour Printing Specification 1.2. What is heard is
believed only as far as it is well-formed; nobody is sent a question.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from app.ports import Found, FoundKind
from printing.devices.ieee1284 import language_word

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf

_IPP, _IPPS, _RAW, _LPD = (
    "_ipp._tcp.local.",
    "_ipps._tcp.local.",
    "_pdl-datastream._tcp.local.",
    "_printer._tcp.local.",
)
_PATH = re.compile(r"[A-Za-z0-9/_.~%-]{1,200}")
_RAW_PORT = 9100
_CONNECT_S = 0.4
_MOST = 200  # printers; a network that announces more is not an honest one


def find_announced(
    ends_s: float, over: Callable[[], bool], interfaces: Sequence[str] | None = None
) -> Iterator[Found]:
    """Listen until ``ends_s`` (of ``time.monotonic``). ``interfaces``: own addresses, all if None.

    Raises:
        OSError: this computer has no network that can be listened to.
    """
    from zeroconf import InterfaceChoice, ServiceBrowser, Zeroconf

    heard: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()

    def note(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        heard.put((service_type, name))

    zeroconf = Zeroconf(interfaces=list(interfaces) if interfaces else InterfaceChoice.All)
    try:
        browser = ServiceBrowser(zeroconf, [_IPP, _IPPS, _RAW, _LPD], handlers=[note])
        try:
            yield from _told(zeroconf, heard, ends_s, over)
        finally:
            browser.cancel()
    finally:
        zeroconf.close()


def _told(
    zeroconf: Zeroconf,
    heard: queue.SimpleQueue[tuple[str, str]],
    ends_s: float,
    over: Callable[[], bool],
) -> Iterator[Found]:
    seen: set[tuple[str, str]] = set()
    known: set[str] = set()
    lpd: list[Found] = []
    while not over() and (left_s := ends_s - time.monotonic()) > 0 and len(known) < _MOST:
        try:
            service = heard.get(timeout=min(0.1, left_s))
        except queue.Empty:
            continue
        if service in seen:
            continue
        info = _resolved(zeroconf, service, min(1.0, left_s))
        if info is None:
            continue  # it is told again when its address becomes known
        seen.add(service)
        found = read_service(info)
        if found is None or found.address in known:
            continue
        if service[0] == _LPD:
            lpd.append(found)
            continue
        known.add(found.address)
        yield found
    for found in lpd:  # LPD itself is not spoken here; most such printers take raw data, too
        if found.address not in known and not over() and _listens(found.address):
            known.add(found.address)
            yield found


def _resolved(zeroconf: Zeroconf, service: tuple[str, str], timeout_s: float) -> ServiceInfo | None:
    from zeroconf import BadTypeInNameException, ServiceInfo

    try:
        info = ServiceInfo(*service)
        found = info.load_from_cache(zeroconf) or info.request(zeroconf, timeout_s * 1000)
    except BadTypeInNameException:
        return None
    return info if found else None


def read_service(info: ServiceInfo) -> Found | None:
    """One announcement; ``None`` when it has no address that can be used."""
    host = _host(info)
    if host is None or not info.port:
        return None
    texts = {
        key.decode("ascii", "replace").lower(): _printable(value or b"")
        for key, value in info.properties.items()
    }
    name = texts.get("ty") or _printable(info.name.removesuffix("." + info.type).encode())
    words = " ".join(texts.get(k, "") for k in ("usb_cmd", "usb_mdl", "ty", "product"))
    language = language_word(texts.get("usb_cmd", "")) or language_word(words)
    if info.type in {_IPP, _IPPS}:
        scheme = "ipps" if info.type == _IPPS else "ipp"
        path = texts.get("rp", "").strip("/")
        path = path if _PATH.fullmatch(path) else "ipp/print"
        return Found(FoundKind.IPP, name, f"{scheme}://{host}:{info.port}/{path}", "system")
    port = _RAW_PORT if info.type == _LPD else info.port
    return Found(FoundKind.NETWORK, name, f"tcp://{host}:{port}", language)


def _host(info: ServiceInfo) -> str | None:
    """An address that is good from here: IPv4 first; names in .local are not known everywhere."""
    found = [ipaddress.ip_address(a) for a in info.parsed_addresses()]
    usable = sorted(
        (a for a in found if not a.is_link_local or a.version == 4), key=lambda a: a.version
    )
    usable = [a for a in usable if not (a.is_multicast or a.is_unspecified)]
    if not usable:
        return None
    return f"[{usable[0]}]" if usable[0].version == 6 else str(usable[0])


def _listens(address: str) -> bool:
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S).close()
    except OSError:
        return False
    return True


def _printable(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:120]
