"""Papers beside the label for the printing tests, small, usual and as bad as they come."""

from __future__ import annotations

from app.domain.commands import Command
from app.domain.papers import (
    Arrow,
    BinLabel,
    BinLabels,
    CommandCards,
    GoodsLabel,
    GoodsLabels,
    Manifest,
    ManifestPart,
    ManifestRow,
    TestPage,
)
from tests.printing.samples import PRINTED_AT, RARE

CITIES = ("上海市", "杭州市", "克孜勒苏柯尔克孜自治州", "北京市", "广州市")


def manifest(rows: int = 12, *, parts: int = 1, reprint_no: int = 0) -> Manifest:
    return Manifest(
        shop="山野集",
        printed_at=PRINTED_AT,
        parts=tuple(
            ManifestPart(
                carrier=("中通快递", "顺丰速运", "韵达速递")[part % 3],
                account=("zto", "sf-monthly", "yunda")[part % 3],
                code=f"HAND-0318-{part:04X}B2",
                rows=tuple(
                    ManifestRow(
                        number=f"7310019661{part:01d}{i:03d}" if i % 9 else f"JDVA{i:011d}",
                        box_no=i % 3 + 1,
                        box_count=3,
                        weight_g=0 if i % 11 == 10 else 380 + 37 * i,
                        city=CITIES[i % len(CITIES)],
                    )
                    for i in range(rows)
                ),
                reprint_no=reprint_no,
            )
            for part in range(parts)
        ),
    )


def cards() -> CommandCards:
    return CommandCards(tuple(Command))


GOODS = (
    GoodsLabel("明前龙井 特级", "100g 罐", "TEA-001", "6901234567892"),
    GoodsLabel("土蜂蜜", "500g", "HONEY-500", "HONEY-500"),
    GoodsLabel(
        f"高山云雾有机绿茶礼盒装 明前手工采摘 送礼佳品 {RARE}", "500g 铁罐 双层礼盒 大红",
        "TEA-GIFT-BOX-2026-SPRING-001", "012345678905",
    ),
    GoodsLabel("月白茶杯", "一对", "CUP-2", "茶杯-月白"),
    GoodsLabel("竹制茶盘", "", "TRAY", "69012345678920"),
)  # fmt: skip


def goods(copies: int = 1) -> GoodsLabels:
    return GoodsLabels(tuple(GoodsLabel(g.name, g.spec, g.sku, g.code, copies) for g in GOODS))


def bins() -> BinLabels:
    return BinLabels(
        (
            BinLabel("A-01-3", Arrow.UP),
            BinLabel("B-10-22", Arrow.DOWN),
            BinLabel("C-2"),
            BinLabel("WAREHOUSE-2-A-01-3-22", Arrow.LEFT),
            BinLabel("茶叶区-03", Arrow.RIGHT),
        )
    )


def ruler() -> TestPage:
    return TestPage(PRINTED_AT, "热敏机 A3", "tspl", "tcp")
