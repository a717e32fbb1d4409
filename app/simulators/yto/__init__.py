"""A strict YTO open platform on loopback: real signatures, an address of its own per interface."""

from app.simulators.yto.records import (
    Repeat,
    YtoAccount,
    YtoOrder,
    YtoQuirks,
    YtoStep,
    sign,
)
from app.simulators.yto.simulator import YtoSimulator

__all__ = [
    "Repeat",
    "YtoAccount",
    "YtoOrder",
    "YtoQuirks",
    "YtoSimulator",
    "YtoStep",
    "sign",
]
