"""What the carriers of the demo charge: invented contracts with prices like those of 2026."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.domain.prices import PriceTable, Zone

_NEAR = ("浙江省", "江苏省", "上海市", "安徽省")
_MIDDLE = (
    "北京市",
    "天津市",
    "河北省",
    "山东省",
    "河南省",
    "湖北省",
    "湖南省",
    "江西省",
    "福建省",
    "广东省",
)
_FAR = ("新疆维吾尔自治区", "西藏自治区")

DEMO_PRICES = (
    PriceTable(
        "顺丰电商标快",
        "sf",
        (
            Zone("江浙沪皖", 1000, 1200, 1000, 200, _NEAR),
            Zone("中东部", 1000, 1600, 1000, 500, _MIDDLE),
            Zone("新疆西藏", 1000, 2600, 1000, 1800, _FAR),
            Zone("其他", 1000, 1800, 1000, 800),
        ),
        volume_divisor=6000,
        packaging_g=80,
    ),
    PriceTable(
        "中通协议价",
        "zto",
        (
            Zone("江浙沪皖", 1000, 300, 1000, 80, _NEAR),
            Zone("中东部", 1000, 380, 1000, 150, _MIDDLE),
            Zone("新疆西藏", 1000, 1500, 1000, 1200, _FAR),
            Zone("其他", 1000, 480, 1000, 220),
        ),
        volume_divisor=8000,
        packaging_g=80,
    ),
    PriceTable(
        "韵达协议价",
        "yunda",
        (
            Zone("江浙沪皖", 1000, 280, 1000, 70, _NEAR),
            Zone("中东部", 1000, 360, 1000, 140, _MIDDLE),
            Zone("新疆西藏", 1000, 1450, 1000, 1100, _FAR),
            Zone("其他", 1000, 460, 1000, 200),
        ),
        volume_divisor=8000,
        packaging_g=80,
    ),
)


def price_values(table: PriceTable) -> dict[str, Any]:
    """A table as the configuration file writes it; what is left out has its usual value."""
    values = dict(_said(asdict(table)))
    values["zones"] = [dict(_said(asdict(zone))) for zone in table.zones]
    return values


def _said(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in values.items() if value not in (None, 0, (), ""))
