"""A database of a shop that has been busy for years: orders by the million, through real tables.

Rows as the services leave them (``db check`` holds), written in bulk: tables first, their indexes
when they are full. People are invented, receivers masked as the platform gives them.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.bootstrap import open_services
from app.domain.keys import EPOCH
from app.domain.search_tokens import of_shop, tokens
from app.domain.text import T
from app.services.records import search_text
from bench.scale_bulk import Bulk

SEED = 20261128
YEARS = 2
SKUS = 3_000
OPEN = 4_000  # not shipped yet
CHUNK = 10_000
# A shop's share of the orders; the last one is tiny, so that a filter has something to look for.
SHOPS = {"chayan": 0.55, "shanfang": 0.3, "qingci": 0.1, "xiaomei": 0.049, "laodian": 0.001}
CARRIERS = {"zto": 0.34, "yto": 0.25, "yunda": 0.2, "sf": 0.15, "jt": 0.06}
GONE_CARRIER = "sto"  # carried the oldest tenth, and nothing since
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余"
    "苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙"
    "段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
_PLACES = (
    ("浙江省", "杭州市"), ("江苏省", "苏州市"), ("广东省", "深圳市"), ("四川省", "成都市"),
    ("湖北省", "武汉市"), ("山东省", "青岛市"), ("福建省", "厦门市"), ("河南省", "郑州市"),
    ("陕西省", "西安市"), ("湖南省", "长沙市"), ("辽宁省", "大连市"), ("云南省", "昆明市"),
)  # fmt: skip
_WORDS = (
    [
        "明前",
        "高山",
        "手工",
        "古法",
        "有机",
        "老树",
        "正山",
        "云雾",
        "陈年",
        "春季",
        "头采",
        "家用",
    ],
    [
        "龙井",
        "碧螺春",
        "铁观音",
        "普洱",
        "大红袍",
        "白毫银针",
        "茉莉花",
        "金骏眉",
        "毛尖",
        "黄山毛峰",
        "紫砂壶",
        "青瓷杯",
        "竹茶盘",
        "陶罐",
    ],
    ["礼盒装", "罐装", "袋装", "散装", "独立小包", "伴手礼", "尝鲜装", "办公室装"],
)
_FAILURE = {"code": "refused", "message": T("Refused.").as_json(), "remedy": T("Ask.").as_json()}
_SPECS = ("颜色:绿色", "颜色:红色", "规格:250g", "规格:500g", "规格:100g", "尺寸:大号", "尺寸:小号")


@dataclass(frozen=True, slots=True)
class Sku:
    id: str
    code: str
    title: str
    spec: str
    bin: str


@dataclass
class Made:
    """What questions can be asked about: samples of what is in the database."""

    orders: int
    seconds: float = 0.0
    file_mb: float = 0.0
    samples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def make(folder: Path, count: int, *, raw_bytes: int = 800) -> Made:
    """Make the database of ``count`` orders in ``folder``, which must not have one."""
    begun = time.perf_counter()
    services = open_services(folder, user="bench", bench="1", keyring_allowed=False)
    file = Path(str(services.work.db.url.database))
    services.close()
    made = Made(count)
    with Bulk(file) as bulk:
        _Maker(bulk, made, count, raw_bytes).run()
    made.seconds = time.perf_counter() - begun
    made.file_mb = file.stat().st_size / 1e6
    (folder / "made.json").write_text(
        json.dumps({"orders": count, "seconds": made.seconds, "samples": made.samples})
    )
    return made


class _Maker:
    def __init__(self, bulk: Bulk, made: Made, count: int, raw_bytes: int) -> None:
        self.bulk, self.made, self.count = bulk, made, count
        self.random = random.Random(SEED)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.begin = self.now - timedelta(days=365 * YEARS)
        self.raw = "".join(self.random.choices("abcdefghij {}:,", k=raw_bytes))
        self.last_key = 0
        self.on_hand: dict[str, int] = defaultdict(int)
        self.allocated: dict[str, int] = defaultdict(int)

    def run(self) -> None:
        self.skus = list(self._skus())
        shops = list(self._shops())
        weights = list(SHOPS.values())
        step = (self.now - self.begin) / self.count
        wave = ""
        for n in range(self.count):
            at = self.begin + step * n
            left = self.count - n
            if left <= OPEN and n % 40 == 0:
                wave = self._wave(at, n)
            shop = self.random.choices(shops, weights)[0]
            self._order(n, left, at, shop, wave)
            if n % CHUNK == CHUNK - 1:
                self.bulk.flush()
        self._balances()

    def key(self, at: datetime) -> str:
        """Keys of the time of the row, growing, as the program's are."""
        drawn = int((at - EPOCH).total_seconds() * 1000) << 22 | self.random.getrandbits(22)
        self.last_key = max(drawn, self.last_key + 1)
        return str(self.last_key)

    def _shops(self) -> Iterator[str]:
        for n, shop in enumerate(SHOPS):
            self.bulk.add(
                "shops", id=shop, platform="wechat", title=shop, settings="{}", position=n
            )
            yield shop

    def _skus(self) -> Iterator[Sku]:
        product = self.key(self.begin)
        self.bulk.add("products", id=product, name="茶", created_at=_time(self.begin))
        for n in range(SKUS):
            title = "".join(self.random.choice(part) for part in _WORDS)
            spec = self.random.choice(_SPECS)
            sku = Sku(
                self.key(self.begin), f"CH-{n:04d}", title, spec, f"A-{n // 40:02d}-{n % 40:02d}"
            )
            self.bulk.add(
                "skus", id=sku.id, product_id=product, code=sku.code, name=title, spec=spec,
                weight_g=250, bin=sku.bin, created_at=_time(self.begin),
            )  # fmt: skip
            self.bulk.add("bins", code=sku.bin, created_at=_time(self.begin))
            self.bulk.add("sku_barcodes", barcode=f"69{n:011d}", sku_id=sku.id)
            yield sku

    def _wave(self, at: datetime, n: int) -> str:
        wave = self.key(at)
        self.bulk.add("waves", id=wave, name=f"W{n}", created_at=_time(at), options="{}")
        return wave

    def _order(self, n: int, left: int, at: datetime, shop: str, wave: str) -> None:
        pick = self.random.random()
        stage = self._stage(left, pick)
        flow = "virtual" if pick > 0.985 else "parcel"
        if flow != "parcel":
            stage = "delivered" if left > OPEN else "to_check"
        our_id, t, day = self.key(at), _time(at), _time(at + timedelta(hours=48))
        order_id = f"3732{int(at.timestamp()):010d}{n % 100000:05d}"
        receiver = self._receiver()
        carrier = ""
        if flow == "parcel" and stage != "cancelled":
            carrier = GONE_CARRIER if n * 10 < self.count else self.random.choices(
                list(CARRIERS), list(CARRIERS.values()))[0]  # fmt: skip
        lines = self._lines()
        number = ""
        if carrier and stage not in ("to_check", "to_label"):
            number = f"{carrier.upper()}7{n:09d}{self.random.randrange(1000):03d}"
        held = stage == "to_check" and flow == "parcel" and left % 4 == 0
        failed = stage == "to_label" and left % 50 == 0
        words = search_text(
            order_id, receiver, (), (number,) if number else (),
            [w for s, _ in lines for w in (s.title, s.spec, s.code)],
        )  # fmt: skip
        status = {"cancelled": "cancelled", "shipped": "shipped", "delivered": "done"}
        self.bulk.add(
            "orders", id=our_id, shop_id=shop, order_id=order_id,
            status=status.get(stage, "to_ship"), shop_status="20", flow=flow, stage=stage,
            hold_count=int(held), failed=int(failed), created_at=t, updated_at=t, paid_at=t,
            deadline_at=day, receiver=json.dumps(receiver, ensure_ascii=False),
            address_hash=f"h{n}", search=words, raw=self.raw, stored_at=t, revision=2,
            carrier=carrier,
        )  # fmt: skip
        found = {of_shop(shop), *tokens(words)}
        self.bulk.add("order_words", rowid=int(our_id), words=" ".join(found))
        self._note(t, "order_new", order_id=our_id)
        self._sample(n, order_id, number, receiver, lines)
        line_ids = []
        for position, (sku, pieces) in enumerate(lines):
            line_ids.append(self.key(at))
            self.bulk.add(
                "order_lines", id=line_ids[-1], order_id=our_id, line_key=str(position),
                position=position, product_id=f"P{sku.code}", sku_id=f"S{sku.code}",
                title=sku.title, spec=sku.spec, sku_code=sku.code, quantity=pieces, paid_fen=5900,
                unit_price_fen=5900, deadline_at=day, mapped_sku_id=sku.id,
            )  # fmt: skip
        if held:
            self.bulk.add(
                "holds", id=self.key(at), scope="order", order_id=our_id,
                code="refund" if left % 8 == 0 else "special",
                reason=json.dumps({"msgid": "Held.", "params": {}}), set_at=t,
            )  # fmt: skip
        if carrier:
            self._parcel(at, shop, stage, carrier, number, lines, line_ids, wave, our_id, failed)

    def _stage(self, left: int, pick: float) -> str:
        if left <= OPEN:
            stages = ("to_check", "to_label", "to_pick", "to_pack", "to_report")
            return self.random.choices(stages, (1, 4, 2, 3, 1))[0]
        if pick < 0.03:
            return "cancelled"
        return "shipped" if left <= self.count // 4 + OPEN else "delivered"

    def _parcel(
        self, at: datetime, shop: str, stage: str, carrier: str, number: str,
        lines: list[tuple[Sku, int]], line_ids: list[str], wave: str, our_id: str, failed: bool,
    ) -> None:  # fmt: skip
        t, gone_at = _time(at), _time(at + timedelta(hours=20))
        parcel, shipment = self.key(at), self.key(at)
        gone = stage in ("to_report", "shipped", "delivered")
        waybill = self.key(at) if number else None
        self.bulk.add("shipments", id=shipment, created_at=t)
        self.bulk.add(
            "parcels", id=parcel, shipment_id=shipment, shop_id=shop, state=stage, route="direct",
            carrier=carrier, account=carrier, waybill_id=waybill, printed=int(bool(number)),
            print_confirmed=int(bool(number)), print_count=int(bool(number)),
            printed_at=gone_at if number else None, wave_id=wave if number and not gone else None,
            deadline_at=_time(at + timedelta(hours=48)), expected_weight_g=250,
            failure=json.dumps(_FAILURE) if failed else None,
            packed_at=gone_at if gone else None, shipped_at=gone_at if gone else None,
            reported_at=gone_at if gone and stage != "to_report" else None, bench="1",
            created_at=t, changed_at=t, revision=2,
        )  # fmt: skip
        self._note(t, "parcel_new", order_id=our_id, parcel_id=parcel)
        for (sku, pieces), line in zip(lines, line_ids, strict=True):
            piece, reservation = self.key(at), self.key(at)
            self.bulk.add(
                "parcel_lines", id=piece, parcel_id=parcel, order_line_id=line, sku_id=sku.id,
                listing_quantity=pieces, quantity=pieces, scanned=pieces if gone else 0,
            )  # fmt: skip
            short = stage == "to_check"
            if short:
                continue
            self.bulk.add(
                "reservations", id=reservation, parcel_line_id=piece, sku_id=sku.id,
                quantity=pieces, state="shipped" if gone else "active", at=t,
            )  # fmt: skip
            self._move(t, sku.id, "reserve", 0, pieces, parcel)
            if gone:
                self._move(gone_at, sku.id, "ship", -pieces, -pieces, parcel, sku.bin, reservation)
        if waybill is not None:
            self._number(t, gone_at, shipment, parcel, waybill, shop, carrier, number, gone)
        if gone:
            over = stage == "delivered"
            self.bulk.add(
                "tracks", waybill_id=waybill, parcel_id=parcel, carrier=carrier, number=number,
                stage="delivered" if over else "in_transit", handed_at=gone_at,
                ended_at=gone_at if over else None, next_at=None if over else _time(self.now),
            )  # fmt: skip
            self.bulk.add(
                "outbox", once=f"ship:{parcel}:{our_id}", kind="ship", lane=f"ship:{our_id}",
                shop_id=shop, order_id=our_id, parcel_id=parcel, payload="{}",
                state="pending" if stage == "to_report" else "done", next_at=gone_at,
                created_at=gone_at,
            )  # fmt: skip
            self._note(gone_at, "shipped", parcel_id=parcel)

    def _number(
        self, t: str, gone_at: str, shipment: str, parcel: str, waybill: str, shop: str,
        carrier: str, number: str, gone: bool,
    ) -> None:  # fmt: skip
        request = str(int(waybill) + 1)
        self.last_key += 1
        self.bulk.add(
            "waybill_requests", id=request, shipment_id=shipment, parcel_id=parcel, attempt=1,
            route="direct", carrier=carrier, account=carrier, shop_id=shop, state="issued",
            booking_sealed="x" * 200, created_at=t, done_at=t,
        )  # fmt: skip
        self.bulk.add(
            "waybills", id=waybill, request_id=request, parcel_id=parcel, carrier=carrier,
            route="direct", account=carrier, number=number, kind="mother",
            state="handed_over" if gone else "printed", template="plain", label="{}",
            parties_sealed="x" * 200, issued_at=t, changed_at=t,
        )  # fmt: skip
        self.bulk.add(
            "print_jobs", id=str(self.last_key + 1), document="label", printer="p1",
            parcel_id=parcel, waybill_id=waybill, state="confirmed", created_at=t, done_at=t,
        )  # fmt: skip
        self.last_key += 1

    def _move(
        self, at: str, sku: str, kind: str, on_hand: int, allocated: int, parcel: str,
        place: str = "", reservation: str = "",
    ) -> None:  # fmt: skip
        self.on_hand[sku] += on_hand
        self.allocated[sku] += allocated
        self.bulk.add(
            "stock_moves", at=at, sku_id=sku, kind=kind, on_hand_delta=on_hand,
            allocated_delta=allocated, parcel_id=parcel, user="bench", bench="1", bin=place,
            once=f"ship:{reservation}" if reservation else None,
        )  # fmt: skip

    def _balances(self) -> None:
        """What was received, so that 500 of each are left beside what is allocated."""
        for sku in self.skus:
            left = self.allocated[sku.id] + 500
            came = left - self.on_hand[sku.id]
            self.bulk.add(
                "stock_moves", at=_time(self.begin), sku_id=sku.id, kind="receive",
                on_hand_delta=came, bin=sku.bin, user="bench", bench="1",
            )  # fmt: skip
            self.bulk.add(
                "stock_balances", sku_id=sku.id, on_hand=left, allocated=self.allocated[sku.id]
            )
            self.bulk.add("stock_spots", sku_id=sku.id, bin=sku.bin, batch_id="", quantity=left)

    def _note(self, at: str, action: str, **about: str) -> None:
        self.bulk.add("audit", at=at, user="bench", bench="1", action=action, **about)

    def _receiver(self) -> dict[str, Any]:
        province, city = self.random.choice(_PLACES)
        return {
            "name": f"{self.random.choice(_SURNAMES)}**",
            "phone": f"13{self.random.randrange(10)}****{self.random.randrange(10000):04d}",
            "province": province, "city": city, "district": "示例区",
            "address": "示例路**号", "masked": True,
        }  # fmt: skip

    def _lines(self) -> list[tuple[Sku, int]]:
        """About 2.5 lines of 1.6 SKUs."""
        count = self.random.choices((1, 2, 3, 4, 5, 6), (30, 27, 20, 12, 7, 4))[0]
        sku = self._some_sku()
        found = []
        for _ in range(count):
            found.append((sku, 1 + (self.random.random() < 0.15)))
            if self.random.random() < 0.4:
                sku = self._some_sku()
        return found

    def _some_sku(self) -> Sku:
        return self.skus[int(self.random.random() ** 2.5 * SKUS)]  # some sell well, most do not

    def _sample(
        self, n: int, order_id: str, number: str, receiver: dict[str, Any],
        lines: Iterable[tuple[Sku, int]],
    ) -> None:  # fmt: skip
        if self.random.random() * self.count < 400:
            keep = self.made.samples
            keep["order"].append(order_id)
            keep["tail"].append(receiver["phone"][-4:])
            keep["waybill"].extend([number] if number else [])
            keep["name"].append(receiver["name"])
            keep["surname"].append(receiver["name"][0])
            sku = next(iter(lines))[0]
            keep["sku"].append(sku.code)
            keep["title"].append(sku.title)
            at = self.random.randrange(len(sku.title) - 1)
            keep["two"].append(sku.title[at : at + 2])
            keep["city_title"].append(f"{receiver['city'][:2]} {sku.title[2:4]}")


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.000000")
