"""Fetching one public file: no key, no cookie, no redirect, and never more than was asked for."""

from __future__ import annotations

from app.domain.errors import RetryableError, UserError
from app.domain.text import T

_TIMEOUT_S = 15.0


def download(url: str, most_bytes: int) -> bytes:
    """What is at ``url``, at most ``most_bytes`` of it.

    Raises:
        UserError: ``no_picture``, there is nothing, or it is larger.
        RetryableError: ``picture_later``, no connection or no whole answer.
    """
    import httpx

    content = bytearray()
    try:
        with httpx.stream(
            "GET", url, timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False
        ) as answer:
            if answer.status_code >= 500 or answer.status_code == 429:
                raise _later()
            if answer.status_code != 200:
                raise _nothing()
            for part in answer.iter_bytes():
                content += part
                if len(content) > most_bytes:
                    raise _too_large(most_bytes)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise _nothing() from error
    except httpx.HTTPError as error:
        raise _later() from error
    return bytes(content)


def _nothing() -> UserError:
    return UserError(
        "no_picture",
        T("There is no picture at this address any more."),
        T("Fetch the shop's products again: listings pull"),
    )


def _too_large(most_bytes: int) -> UserError:
    return UserError(
        "no_picture",
        T("The picture is larger than {most} MB.", most=most_bytes // 1_000_000),
        T("Put a smaller one into the shop, or give the item a picture of your own."),
    )


def _later() -> RetryableError:
    return RetryableError(
        "picture_later",
        T("The picture cannot be fetched now."),
        T("Nothing to do: the program tries again by itself."),
    )
