"""Passing events on to another Packbench: stored here until the other side has stored them."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.domain.errors import UserError
from app.domain.text import T, Text
from app.jobs import CancelToken
from app.net.transport import CallNotSentError, CallUnclearError, Transport
from app.ports import PushedEvent
from app.relay.doors import EVENTS_PATH
from app.relay.signing import LEAST_SECRET, encode, signed
from app.services.leases import lease, renew
from app.services.sync import push_events
from app.services.sync.push_handling import PushRow
from app.services.workplace import Workplace

_TIMEOUT_S = 10.0
_AT_ONCE = 50


def checked_url(url: str, secret: str) -> str:
    """The address of the other side's door for events.

    Raises ``UserError``: no address, plain HTTP beyond this machine, or no secret to prove with.
    """
    parts = urlsplit(url)
    local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise UserError(
            "relay_forward",
            T("“{url}” is not an address to pass events on to.", url=url),
            T("Write it like {example}.", example="https://packbench.example.com"),
        )
    if parts.scheme == "http" and not local:
        raise UserError(
            "relay_forward",
            T("Events would travel unprotected to {host}.", host=parts.hostname),
            T("Use https; plain http is for this computer only."),
        )
    if len(secret) < LEAST_SECRET:
        raise UserError(
            "relay_secret",
            T("The relay has no shared secret of at least {n} characters.", n=LEAST_SECRET),
            T("Put the same [relay] secret into the configuration of both sides."),
        )
    base = url.rstrip("/")
    return base if base.endswith(EVENTS_PATH) else base + EVENTS_PATH


def pass_on(
    work: Workplace, transport: Transport, url: str, secret: str, cancel: CancelToken
) -> push_events.WorkedOff:
    """Send every event that is due, the oldest first. One that is not taken waits for its turn.

    Repeating is harmless: the other side stores an event once. Raises ``RetryableError``
    (``busy_elsewhere``) when another program does it.
    """
    result = push_events.WorkedOff()
    if not push_events.due(work, 1):
        return result
    with lease(work, push_events.LEASE):
        while rows := push_events.due(work, _AT_ONCE):
            for row in rows:
                if cancel.cancelled:
                    return result
                reason = _send(work, transport, url, secret, row)
                if reason is None:
                    push_events.finish(work, [row])
                    result.done += 1
                elif push_events.postpone(work, row, reason, give_up=False):
                    result.later += 1
            renew(work, push_events.LEASE)
    return result


def _send(
    work: Workplace, transport: Transport, url: str, secret: str, row: PushRow
) -> Text | None:
    """``None`` when the other side has it, else why not."""
    event = PushedEvent(row.event, row.happened_at, row.facts, row.subject)
    body = encode(row.shop_id, event)
    headers = signed(secret, body, work.now()) | {"content-type": "application/json"}
    try:
        answer = transport.send("POST", url, headers, body, timeout_s=_TIMEOUT_S)
    except (CallNotSentError, CallUnclearError) as error:
        work.log.info("event %s not passed on: no answer", row.id)
        return error.reason
    if answer.status == 200 and answer.body == b"success":
        return None
    work.log.warning("event %s not passed on: HTTP %s", row.id, answer.status)
    return T("The other side answered with HTTP status {status}.", status=answer.status)
