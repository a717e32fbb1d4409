"""A strict SF 丰桥 on loopback: real digests, real codes, and the habits that trip a client."""

from app.simulators.sf.records import (
    RepeatReply,
    SfAccount,
    SfOrder,
    SfQuirks,
    SfRoute,
)
from app.simulators.sf.signature import SfAlgorithm
from app.simulators.sf.simulator import SfSimulator

__all__ = [
    "RepeatReply",
    "SfAccount",
    "SfAlgorithm",
    "SfOrder",
    "SfQuirks",
    "SfRoute",
    "SfSimulator",
]
