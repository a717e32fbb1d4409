"""``demo`` and ``simulate``: a warehouse that is not real."""

from __future__ import annotations

from pathlib import Path

from app.cli.context import Doors
from app.cli.parser import Commands, moment, positive, seconds, web_address
from app.domain.text import tr


def add(commands: Commands, doors: Doors) -> None:
    if doors.demo is not None:
        demo = commands.add("demo", tr("a demo warehouse on embedded simulators"), doors.demo)
        demo.add_argument("--orders", type=positive, metavar="N", help=tr("how many orders"))
        demo.add_argument(
            "--seed", type=int, metavar="N", help=tr("the same seed, the same orders")
        )
        demo.add_argument(
            "--headless", action="store_true", help=tr("no window: run the main path to its end")
        )
        demo.add_argument(
            "--out",
            type=Path,
            metavar=tr("DIR"),
            help=tr("where labels, printed pages and pictures go"),
        )
    if doors.simulate is not None:
        simulate = commands.add(
            "simulate", tr("keep the simulators serving on this computer"), doors.simulate
        )
        simulate.add_argument("--orders", type=positive, metavar="N", help=tr("how many orders"))
        simulate.add_argument(
            "--seed", type=int, metavar="N", help=tr("the same seed, the same orders")
        )
        simulate.add_argument(
            "--config",
            type=Path,
            metavar=tr("FILE"),
            help=tr("write a configuration for the simulators to this file"),
        )
        simulate.add_argument(
            "--every",
            type=seconds,
            metavar=tr("SECONDS"),
            help=tr("a new order is paid every so many seconds"),
        )
        simulate.add_argument(
            "--paper",
            type=Path,
            metavar=tr("DIR"),
            help=tr("what the printers print goes here as pictures"),
        )
        simulate.add_argument(
            "--push",
            type=web_address,
            metavar="URL",
            help=tr("push every event to a relay at this address, like http://127.0.0.1:8765"),
        )
        simulate.add_argument(
            "--now",
            type=moment,
            metavar=tr("TIME"),
            help=tr("the moment the first orders are made for (ISO 8601)"),
        )
