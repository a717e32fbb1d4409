"""What a refused cancellation means, where a carrier says so in words."""

from __future__ import annotations

from app.domain.waybills import Problem, ProblemClass, Voided, VoidResult

_VOID_ALREADY = ("已取消", "重复取消", "已作废", "订单不存在", "未找到订单")


def is_void_already(said: str) -> bool:
    """Whether the words say that there is nothing left to cancel."""
    return any(words in said for words in _VOID_ALREADY)


def refused(found: Problem) -> Voided:
    """Void already, picked up already, or nobody knows."""
    if is_void_already(found.said):
        return Voided(VoidResult.ALREADY_VOID)
    late = found.kind is ProblemClass.ALREADY_MOVING
    return Voided(VoidResult.TOO_LATE if late else VoidResult.UNKNOWN, found)
