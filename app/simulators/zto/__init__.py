"""A strict ZTO open platform on loopback: real digests, free texts, HTTP 200 for everything."""

from app.simulators.zto.records import (
    CompanyHeader,
    ForbiddenRegion,
    RegionShape,
    RepeatReply,
    ZtoAccount,
    ZtoOrder,
    ZtoQuirks,
    ZtoScan,
    ZtoWaybillAccount,
)
from app.simulators.zto.signature import ZtoAlgorithm
from app.simulators.zto.simulator import ZtoSimulator

__all__ = [
    "CompanyHeader",
    "ForbiddenRegion",
    "RegionShape",
    "RepeatReply",
    "ZtoAccount",
    "ZtoAlgorithm",
    "ZtoOrder",
    "ZtoQuirks",
    "ZtoScan",
    "ZtoSimulator",
    "ZtoWaybillAccount",
]
