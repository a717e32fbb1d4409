"""Labels for the printing tests: recorded carrier data, invented people, the worst that happens."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.domain.address import Address
from app.domain.labels import DrawnLabel, OwnArea
from app.domain.papers import PackingSlip, PickList, PickRow, SlipRow

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "carriers" / "samples"
RARE = "㛃𬭊龘喆赟"
PRINTED_AT = datetime(2026, 3, 18, 6, 22, tzinfo=UTC)


def _sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def sf_route(**changes: str) -> dict[str, Any]:
    answer = _sample("sf_create_order.response.json")["decoded_msgData"]
    return {**answer["routeLabelInfo"][0]["routeLabelData"], **changes}


def zto_route() -> dict[str, Any]:
    answer = _sample("zto_create_order.response.json")["body"]
    return dict(answer["result"]["bigMarkInfo"])


def yunda_route() -> dict[str, Any]:
    answer = _sample("yunda_create_order.response.json")
    return dict(answer["decoded_pdf_info"][0][0])


SENDER = Address(
    name="山野集", phone="0571-****0000", province="浙江省", city="杭州市", district="余杭区",
    street="良渚街道", address="好运路 1 号",
)  # fmt: skip
RECEIVER = Address(
    name="林**", phone="138****2046", province="上海市", city="上海市", district="徐汇区",
    street="漕河泾街道", address="桂平路 4 号 2 号楼 601 室",
)  # fmt: skip
FAR_RECEIVER = Address(
    name="欧**", phone="138****2046", province="新疆维吾尔自治区",
    city="克孜勒苏柯尔克孜自治州", district="阿合奇县", street="哈拉布拉克乡",
    address="阿合奇村团结路与和平街交叉口东北角二百米处幸福家园小区十二号楼三单元 1203 室"
    f"（快递请放门卫室，电话联系不上请勿投递）{RARE}",
    company="阿合奇县边境贸易进出口有限责任公司",
)  # fmt: skip
OWN = OwnArea(
    lines=("龙井 特级 100g 罐 ×2", "土蜂蜜 500g ×1", "月白茶杯 ×2"),
    wave="0318-05", position="42/64", bin="A-01-3", note="送人的，麻烦不要放价格单",
)  # fmt: skip
LONG_OWN = OwnArea(
    lines=tuple(
        f"高山云雾有机绿茶礼盒装 特级 {i}00g 罐 明前手工采摘 ×{i}" for i in range(1, 13)
    ),
    wave="0318-05", position="420/1064", bin="A-01-3-22",
    note=f"送人的，不要放价格单，请用加厚纸箱，附手写贺卡：祝{RARE}生日快乐，周末不在家请工作日送货",
)  # fmt: skip


def label(template: str, number: str, route: dict[str, Any], **changes: Any) -> DrawnLabel:
    plain = DrawnLabel(
        template=template, number=number, route=route, sender=SENDER, receiver=RECEIVER,
        goods="茶叶、蜂蜜、茶杯 共 5 件", own=OWN, printed_at=PRINTED_AT, weight_g=1260,
    )  # fmt: skip
    return replace(plain, **changes)


def usual_labels() -> dict[str, DrawnLabel]:
    return {
        "sf": label(
            "sf", "SF7444496931331",
            sf_route(
                destRouteLabel="755WE-571A3", codingMappingOut="S10", destTeamCode="021",
                printFlag="111111111", proCode="T 标快", proName="顺丰标快", xbFlag="1",
                abFlag="A", printIcon="00110000",
            ),
        ),
        "zto": label("zto", "73100196611386", zto_route()),
        "yunda": label("yunda", "4060005469862", yunda_route()),
        "plain": label("plain", "JDVA12345678901", {"company": "京东快递"}),
    }  # fmt: skip


def worst_labels() -> dict[str, DrawnLabel]:
    worst: dict[str, Any] = {
        "receiver": FAR_RECEIVER, "own": LONG_OWN, "cod_fen": 1_234_00, "reprint_no": 12,
        "box_no": 2, "box_count": 13, "kind": "child",
        "goods": f"{RARE}牌高山云雾有机绿茶礼盒装、土蜂蜜、月白手作茶杯、竹制茶盘等共 78 件",
    }  # fmt: skip
    return {
        "sf": label(
            "sf", "SF7444496931331", sf_route(printIcon="11111110", xbFlag="1", abFlag="B"),
            mother_number="SF7444496931000", **worst,
        ),
        "zto": label("zto", "73100196611386", zto_route(), **worst),
        "yunda": label("yunda", "462019873345121", yunda_route(), **worst),
        "plain": label("plain", "JDVA12345678901", {"bagAddr": "上海青浦转运中心"}, **worst),
    }  # fmt: skip


def pick_list(rows: int = 30) -> PickList:
    goods = tuple(
        PickRow(
            bin=f"A-{i // 8 + 1:02d}-{i % 8 + 1}", sku=f"TEA-{i:03d}",
            name="明前龙井 特级" if i % 3 else "高山云雾有机绿茶礼盒装 明前手工采摘 送礼佳品",
            spec="100g 罐" if i % 2 else "500g", barcode=f"69012345{i:05d}",
            quantity=i % 17 + 1, slots=tuple(f"{s} ×{s % 3 + 1}" for s in range(1, i % 6 + 1)),
        )
        for i in range(rows)
    )  # fmt: skip
    return PickList(
        wave="0318-05", printed_at=PRINTED_AT, parcels=64, rows=goods, code="PICK-031805-7Q"
    )


def slip(rows: int = 3) -> PackingSlip:
    return PackingSlip(
        shop="山野集", order_ids=("3712345678901234567", "3712345678901234568"),
        receiver_name="林**", number="73100196611386", printed_at=PRINTED_AT,
        rows=tuple(SlipRow(f"明前龙井 特级 {i}", "100g 罐", i + 1) for i in range(rows)),
        greeting="谢谢惠顾，茶要趁新鲜喝。", note="送人的，麻烦不要放价格单",
    )  # fmt: skip
