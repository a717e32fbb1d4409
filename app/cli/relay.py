"""``relay``: take what the platform pushes."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress

from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult
from app.domain.errors import UserError
from app.domain.text import T, tr
from app.jobs import Cancelled


def add(commands: Commands) -> None:
    relay = commands.add("relay", tr("take the messages that the shops push"), _relay)
    relay.add_argument(
        "--listen", metavar="HOST:PORT", help=tr("where to listen; TLS belongs to a proxy in front")
    )
    relay.add_argument(
        "--forward", metavar="URL", help=tr("pass events on to another Packbench, do no work here")
    )


def _relay(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.relay.service import configured
    from app.services.benches.registry import Presence
    from app.services.sync import push_events

    with context.services() as services:
        relay = configured(
            services.work,
            services.secrets,
            services.local,
            listen=wanted.listen or "",
            forward=wanted.forward,
        )
        if relay is None:
            raise UserError(
                "relay_listen",
                T("The relay does not know where to listen."),
                T("Give --listen 127.0.0.1:8765, or [relay] listen in the configuration."),
            )
        address = relay.address
        with relay, Presence(services.work):
            _say(
                tr(
                    "Taking pushes on {host}:{port}. Ctrl-C ends it.",
                    host=address.host,
                    port=relay.port,
                )
            )
            if not address.is_loopback:
                _say(tr("Others can reach this address: put a proxy with TLS in front of it."))
            with suppress(Cancelled):
                while True:
                    context.cancel.wait(3600)
        row = {**relay.counts(), "waiting": push_events.backlog(services.work).waiting}
    columns = (
        Column("new", tr("New"), right=True),
        Column("known", tr("Repeated"), right=True),
        Column("refused", tr("Refused"), right=True),
        Column("failed", tr("Not stored"), right=True),
        Column("waiting", tr("Waiting"), right=True),
    )
    return CommandResult([row], columns=columns, summary=tr("Stopped on request."))


def _say(line: str) -> None:
    """One line for a person, while the command runs."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
