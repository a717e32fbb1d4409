"""HTTP with the two failures that matter kept apart: nothing left, or it may have taken effect.

The body is a byte string that the caller has signed; it is sent exactly as it is. No redirects, no
retries, no cookies: who repeats a call, and when, is decided by the one who knows what it does.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.domain.text import T, Text

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class CallNotSentError(Exception):
    """Not one byte of the request reached the other side: it may be repeated as it is."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


class CallUnclearError(Exception):
    """The request left, no whole answer came: it may have taken effect."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


class Transport(Protocol):
    """Sends one request. Safe to call from several threads."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> Response:
        """The answer, whatever its status. Raises ``CallNotSentError`` or ``CallUnclearError``."""
        ...


class HttpxTransport:
    """``Transport`` over one pooled httpx client.

    Connecting is bounded by 5 s, each read and write by ``timeout_s``. One TLS context serves the
    whole process: making one costs some 20 ms.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        import httpx

        self._client: httpx.Client = httpx.Client(
            verify=context or ssl.create_default_context(),
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(
                max_connections=64, max_keepalive_connections=32, keepalive_expiry=20
            ),
        )

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> Response:
        import httpx

        timeout = httpx.Timeout(timeout_s, connect=min(5.0, timeout_s), pool=timeout_s)
        try:
            answer = self._client.request(
                method, url, headers=dict(headers), content=body, timeout=timeout
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise CallNotSentError(T("No connection to {host}.", host=_host(url))) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise CallNotSentError(
                T("The address {host} cannot be used.", host=_host(url))
            ) from error
        except httpx.TimeoutException as error:
            raise CallUnclearError(T("{host} did not answer in time.", host=_host(url))) from error
        except httpx.HTTPError as error:
            raise CallUnclearError(
                T("The connection to {host} broke before the answer came.", host=_host(url))
            ) from error
        return Response(
            answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content
        )

    def close(self) -> None:
        self._client.close()


def _host(url: str) -> str:
    """Scheme-less host and port of ``url``: nothing of the query (it may hold a token)."""
    rest = url.partition("://")[2] or url
    return rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
