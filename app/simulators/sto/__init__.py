"""A strict STO link gateway on loopback: real digests, refusals of the door in XML."""

from app.simulators.sto.records import (
    Repeat,
    StoAccount,
    StoOrder,
    StoQuirks,
    StoScan,
    data_digest,
)
from app.simulators.sto.simulator import StoSimulator

__all__ = [
    "Repeat",
    "StoAccount",
    "StoOrder",
    "StoQuirks",
    "StoScan",
    "StoSimulator",
    "data_digest",
]
