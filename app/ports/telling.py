"""What came of telling a shop something: taken, refused, unclear, or not now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.text import Text
from app.domain.waybills import Problem


class Reach(StrEnum):
    """What else will not get through now: nothing would be gained by trying it."""

    MESSAGE = "message"  # this message only
    CALL = "call"  # every message of this kind to this shop (its quota, a right, a setting)
    SHOP = "shop"  # every message to this shop (no network, wrong secret, whitelist)


REACHES: Mapping[str, Reach] = {
    "shop_offline": Reach.SHOP,
    "shop_auth": Reach.SHOP,
    "shop_ip": Reach.SHOP,
    "shop_address": Reach.SHOP,
    "shop_read_only": Reach.SHOP,
    "shop_permission": Reach.CALL,
    "shop_quota": Reach.CALL,
    "shop_busy": Reach.CALL,
}
"""How far the errors of a shop reach, by their code; any other concerns one message."""


@dataclass(frozen=True, slots=True)
class Reported:
    """The shop took the report."""


@dataclass(frozen=True, slots=True)
class ReportRefused:
    """Final: the shop will not take it; ``problem`` says what a person must do."""

    problem: Problem
    reread: bool = False  # the order has changed at the shop: fetch it again
    # Not about this message: a setting of the shop is wrong, and all of the kind wait for it.
    shop_setting: bool = False


@dataclass(frozen=True, slots=True)
class ReportUnclear:
    """It may have taken effect (time-out, "already shipped"): read back before sending again."""

    reason: Text


@dataclass(frozen=True, slots=True)
class ReportLater:
    """Nothing happened; try again (no connection, rate limit, busy)."""

    reason: Text
    retry_after_s: float | None = None
    code: str = "later"
    reach: Reach = Reach.MESSAGE


ReportOutcome = Reported | ReportRefused | ReportUnclear | ReportLater
