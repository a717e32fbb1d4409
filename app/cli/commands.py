"""Every command, each group from its own module."""

from __future__ import annotations

import argparse

from app.cli import (
    aftersales,
    archive,
    bench,
    benches,
    carriers,
    configuration,
    database,
    designs,
    diagnosis,
    freight,
    gifts,
    goods,
    labels,
    listings,
    orders,
    parcels,
    playground,
    prices,
    printers,
    reach,
    relay,
    rules,
    sheets,
    shipping,
    stock,
    syncing,
    tracking,
    waves,
)
from app.cli.context import Doors
from app.cli.parser import Commands, Parser, common_options
from app.domain.text import tr

PROGRAM = "main.py"


def build(doors: Doors) -> argparse.ArgumentParser:
    """The whole parser. Without a command ``run`` is ``None``: open the window."""
    common = common_options()
    parser = Parser(
        prog=PROGRAM,
        description=tr(
            "Packbench: every paid order out of the door. Without a command: the window."
        ),
        parents=[common],
    )
    parser.set_defaults(run=None)
    commands = Commands(parser, common, required=False)
    playground.add(commands, doors)
    for module in (
        configuration,
        diagnosis,
        syncing,
        orders,
        parcels,
        stock,
        gifts,
        goods,
        waves,
        labels,
        designs,
        printers,
        sheets,
        carriers,
    ):
        module.add(commands)
    aftersales.add(commands)
    for module in (
        listings,
        bench,
        shipping,
        tracking,
        reach,
        rules,
        prices,
        freight,
        relay,
        benches,
        database,
        archive,
    ):
        module.add(commands)
    return parser
