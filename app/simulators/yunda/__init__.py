"""A strict Yunda open platform on loopback: real signatures, success per order, not per call."""

from app.simulators.yunda.records import (
    PdfShape,
    YundaAccount,
    YundaOrder,
    YundaQuirks,
    YundaStep,
    sign,
)
from app.simulators.yunda.simulator import YundaSimulator

__all__ = [
    "PdfShape",
    "YundaAccount",
    "YundaOrder",
    "YundaQuirks",
    "YundaSimulator",
    "YundaStep",
    "sign",
]
