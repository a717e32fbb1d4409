"""A strict Kuaidi100 on loopback: label orders, tracks and recognition, each with its own proof."""

from app.simulators.kuaidi100.records import (
    Kuaidi100Account,
    Kuaidi100Order,
    Kuaidi100Quirks,
    Partner,
)
from app.simulators.kuaidi100.simulator import Kuaidi100Simulator

__all__ = [
    "Kuaidi100Account",
    "Kuaidi100Order",
    "Kuaidi100Quirks",
    "Kuaidi100Simulator",
    "Partner",
]
