"""IPP requests over HTTP or through CUPS' own socket: asked, answered, bounded in size and time.

RFC 8010 section 4 (HTTP as transport), RFC 8011 section 4 (operations).
"""

from __future__ import annotations

import getpass
import itertools
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from app.domain.text import T
from app.ports import DeviceState, DeviceStatus
from printing.devices import ipp_wire
from printing.devices.ipp_wire import Answer, Attributes, Operation, Tag, Typed
from printing.languages import states

if TYPE_CHECKING:
    import httpx

IPP_PORT = 631
_OLD_VERSION = 0x0503  # server-error-version-not-supported
_SOCKETS = ("/run/cups/cups.sock", "/var/run/cups/cups.sock", "/private/var/run/cupsd")


@dataclass(frozen=True, slots=True)
class IppTarget:
    """``printer_uri`` names the printer inside requests; ``url`` and ``socket`` say where to ask.

    ``any_certificate``: printers sign their own; who names one with ``?verify=no`` trusts the way
    to it.
    """

    printer_uri: str
    url: str
    socket: str = ""
    any_certificate: bool = False

    @property
    def is_here(self) -> bool:
        """On this computer."""
        return bool(self.socket) or urlsplit(self.url).hostname in {"localhost", "127.0.0.1", "::1"}


def ipp_target(address: str) -> IppTarget:
    """``ipp://host[:port]/path`` or ``ipps://…``, optionally with ``?verify=no``.

    Raises:
        ValueError: it is no such address.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"ipp", "ipps"} or not parts.hostname or parts.username is not None:
        raise ValueError(parts.scheme)
    query = parse_qs(parts.query)
    if set(query) - {"verify"} or query.get("verify", ["no"]) != ["no"]:
        raise ValueError(parts.query)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path if parts.path not in {"", "/"} else "/ipp/print"
    port = parts.port or IPP_PORT
    given = f":{parts.port}" if parts.port else ""
    http = "https" if parts.scheme == "ipps" else "http"
    return IppTarget(
        f"{parts.scheme}://{host}{given}{path}",
        f"{http}://{host}:{port}{path}",
        any_certificate="verify" in query,
    )


def cups_target(path: str) -> IppTarget | None:
    """This computer's CUPS, or the one that ``CUPS_SERVER`` names; ``None`` where there is none.

    ``path`` is ``/printers/NAME``, or ``/`` for the server itself.
    """
    server = os.environ.get("CUPS_SERVER", "").strip()
    uri = f"ipp://localhost{path}"
    if server.startswith("/"):
        return IppTarget(uri, f"http://localhost{path}", server)
    if server:
        host = server.partition("/")[0]
        try:
            port = urlsplit(f"ipp://{host}").port or IPP_PORT
        except ValueError:
            return None
        name = host.removesuffix(f":{port}")
        return IppTarget(f"ipp://{name}:{port}{path}", f"http://{name}:{port}{path}")
    for socket in _SOCKETS:
        if Path(socket).exists():
            return IppTarget(uri, f"http://localhost{path}", socket)
    return None


class IppError(Exception):
    """No answer that can be used. ``status`` is what to tell a person."""

    def __init__(self, status: DeviceStatus) -> None:
        super().__init__(str(status.message))
        self.status = status


class IppNotSentError(IppError):
    """Not a byte reached the printer."""


class IppUnclearError(IppError):
    """The request may have been done."""


def signed_in() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer or its queue asks for a user name and a password."),
        T("Let this computer print there without one, or print to the printer directly."),
    )


def no_queue() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.OFFLINE,
        T("There is no print queue at this address."),
        T("Compare the name or the path with what the printer shows."),
    )


def not_ipp() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("What answers at this address is no printer that speaks IPP."),
        T("Compare the address with what the printer shows, or use its port 9100."),
    )


def _encrypted_only() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer wants an encrypted connection."),
        T("Write its address with ipps:// instead of ipp://."),
    )


def _untrusted() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer's certificate is not known to this computer."),
        T("If the network is your own, add ?verify=no to its address."),
    )


class IppClient:
    """Used with ``with``: one connection to one printer for the calls inside, on one thread."""

    def __init__(self, target: IppTarget, *, connect_timeout_s: float, timeout_s: float) -> None:
        self.target = target
        self._connect_timeout_s = connect_timeout_s
        self._timeout_s = timeout_s
        self._version = (2, 0)
        self._ids = itertools.count(1)
        self._user = _user()
        self._http: httpx.Client | None = None

    def __enter__(self) -> IppClient:
        import httpx

        target = self.target
        verify = target.url.startswith("https:") and not target.any_certificate
        if target.socket:
            transport = httpx.HTTPTransport(uds=target.socket, verify=False)
        else:
            transport = httpx.HTTPTransport(verify=verify, trust_env=False)
        self._http = httpx.Client(transport=transport, trust_env=False, follow_redirects=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def call(
        self,
        operation: Operation,
        attributes: Attributes = (),
        *,
        job: Attributes = (),
        document: bytes = b"",
        timeout_s: float | None = None,
    ) -> Answer:
        """The printer's answer, whatever its status.

        Raises:
            IppNotSentError: nothing listens there.
            IppUnclearError: no answer that can be read came; the request may have been done.
        """
        waited_s = timeout_s or self._timeout_s
        answer = self._exchanged(self._request(operation, attributes, job) + document, waited_s)
        if answer.status == _OLD_VERSION and self._version != (1, 1):
            self._version = (1, 1)
            answer = self._exchanged(self._request(operation, attributes, job) + document, waited_s)
        return answer

    def _request(self, operation: Operation, attributes: Attributes, job: Attributes) -> bytes:
        # RFC 8011 section 4.1.4: charset, then language, then the target, in this order.
        target = [] if operation is Operation.CUPS_GET_PRINTERS else [self._printer_uri()]
        first: list[tuple[str, Sequence[Typed]]] = [
            ("attributes-charset", [Typed(Tag.CHARSET, "utf-8")]),
            ("attributes-natural-language", [Typed(Tag.LANGUAGE, "en")]),
            *target,
        ]
        # job-id belongs right behind printer-uri (RFC 8011 section 4.1.5).
        numbered = [pair for pair in attributes if pair[0] == "job-id"]
        rest = [pair for pair in attributes if pair[0] != "job-id"]
        user = ("requesting-user-name", [Typed(Tag.NAME, self._user)])
        groups: list[tuple[Tag, Attributes]] = [
            (Tag.OPERATION_GROUP, [*first, *numbered, user, *rest])
        ]
        if job:
            groups.append((Tag.JOB_GROUP, job))
        return ipp_wire.encode_request(operation, next(self._ids), groups, self._version)

    def _printer_uri(self) -> tuple[str, Sequence[Typed]]:
        return "printer-uri", [Typed(Tag.URI, self.target.printer_uri)]

    def _exchanged(self, body: bytes, timeout_s: float) -> Answer:
        import httpx

        if self._http is None:
            raise ValueError("the connection is not open")
        if self.target.socket and not Path(self.target.socket).exists():
            raise IppNotSentError(states.offline())  # CUPS does not run
        timeout = httpx.Timeout(timeout_s, connect=self._connect_timeout_s)
        headers = {"Content-Type": "application/ipp", "Accept-Encoding": "identity"}
        try:
            with self._http.stream(
                "POST", self.target.url, headers=headers, content=body, timeout=timeout
            ) as answer:
                if answer.status_code != 200:
                    raise IppUnclearError(_of_http(answer.status_code))
                data = _read(answer, timeout_s)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            untrusted = "CERTIFICATE" in str(error).upper()
            raise IppNotSentError(_untrusted() if untrusted else states.offline()) from error
        except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
            raise IppUnclearError(not_ipp()) from error
        except httpx.HTTPError as error:
            raise IppUnclearError(silent()) from error
        try:
            return ipp_wire.decode_answer(data)
        except ipp_wire.IppFormatError as error:
            raise IppUnclearError(not_ipp()) from error


def _read(answer: httpx.Response, timeout_s: float) -> bytes:
    """Bounded in bytes and, however slowly they come, in time."""
    ends_s = time.monotonic() + timeout_s
    data = bytearray()
    for chunk in answer.iter_raw():
        data += chunk
        if len(data) > ipp_wire.MOST_BYTES or time.monotonic() > ends_s:
            raise IppUnclearError(not_ipp())
    return bytes(data)


def silent() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.OFFLINE,
        T("The printer does not answer any more."),
        T("Check that it is switched on and connected, and its address."),
    )


def _of_http(code: int) -> DeviceStatus:
    if code in {401, 403}:
        return signed_in()
    if code == 404:
        return no_queue()
    return _encrypted_only() if code == 426 else not_ipp()


def _user() -> str:
    """The person's name on this computer: only the owner of a job may cancel it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "packbench"
