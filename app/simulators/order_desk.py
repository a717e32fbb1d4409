"""Where the demo's orders are written: numbers, times, and the expectation that follows."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.states import HoldCode
from app.simulators.demo_accounts import DemoAccounts
from app.simulators.goods import Goods, Listing
from app.simulators.order_shape import Json, Pick, Purchase, digest, order_json
from app.simulators.people import Crowd, Person
from app.simulators.seed_orders import Expectation, OrderKind, OutOfFlow, SeedOrder

HOUR_S = 3600
DAY_S = 24 * HOUR_S
FREE_FREIGHT_FEN = 4900
FREIGHT_FEN = 600


class Numbers:
    """Order and after-sale numbers: 19 and 16 digits, none twice for one ``seed``."""

    def __init__(self, seed: int, first: int = 0) -> None:
        self._shift = random.Random(seed).randrange(10_000_000)
        self.issued = first

    def order_id(self, paid_s: int) -> str:
        # 7,368,787 and 10,000,000 share no factor: ten million numbers without a repetition.
        tail = (self._shift + self.issued * 7_368_787) % 10_000_000
        self.issued += 1
        return f"3732{paid_s // DAY_S:05d}{self._shift % 1000:03d}{tail:07d}"

    @staticmethod
    def after_sale_id(order_id: str) -> str:
        return f"20{order_id[-14:]}"


@dataclass(slots=True)
class Draft:
    """An order on the desk; what makes it special is written into it before it is sealed."""

    order: Json
    person: Person | None
    after_sales: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)

    @property
    def lines(self) -> list[Json]:
        lines: list[Json] = self.order["order_detail"]["product_infos"]
        return lines

    @property
    def delivery(self) -> Json:
        info: Json = self.order["order_detail"]["delivery_info"]
        return info

    @property
    def notes(self) -> Json:
        info: Json = self.order["order_detail"]["ext_info"]
        return info

    def touch(self, at_s: int) -> None:
        """Something changed at ``at_s``."""
        self.order["update_time"] = max(self.order["update_time"], at_s)


class OrderDesk:
    """Writes the orders of one shop."""

    def __init__(
        self,
        shop: str,
        listings: Iterable[Listing],
        goods: Iterable[Goods],
        accounts: DemoAccounts,
        crowd: Crowd,
        numbers: Numbers,
        now: datetime,
    ) -> None:
        self.shop = shop
        self.listings = tuple(listing for listing in listings if listing.shop == shop)
        self.crowd = crowd
        self.numbers = numbers
        self.now_s = int(now.timestamp())
        self._accounts = accounts
        self._weights = {g.sku: g.weight_g for g in goods}
        self._by_code = {listing.sku_code: listing for listing in self.listings}
        self._by_sku_id = {listing.sku_id: listing for listing in self.listings}

    def listing(self, sku_code: str) -> Listing:
        return self._by_code[sku_code]

    def buy(
        self,
        *picks: tuple[str, int],
        hours_ago: float,
        person: Person | None = None,
        openid: str = "",
        deadline_hours: float = 48,
        coupon_fen: int = 0,
    ) -> Draft:
        """A paid order for ``(sku_code, pieces)`` pairs; the deadline counts from the payment."""
        person = person or self.crowd.person()
        paid_s = self.now_s - int(hours_ago * HOUR_S)
        chosen = tuple(Pick(self.listing(code), pieces) for code, pieces in picks)
        order_id = self.numbers.order_id(paid_s)
        value_fen = sum(pick.listing.price_fen * pick.pieces for pick in chosen)
        purchase = Purchase(
            order_id=order_id,
            openid=openid or f"oDemo{digest(self.shop, order_id)[:23]}",
            person=person,
            picks=chosen,
            created_s=paid_s - 40,
            paid_s=paid_s,
            deadline_s=paid_s + int(deadline_hours * HOUR_S),
            freight_fen=0 if value_fen >= FREE_FREIGHT_FEN else FREIGHT_FEN,
            coupon_fen=coupon_fen,
        )
        return Draft(order_json(purchase), person)

    def seal(
        self,
        draft: Draft,
        kind: OrderKind,
        *holds: HoldCode,
        out_of_flow: OutOfFlow | None = None,
        merge_key: str = "",
        urged: bool = False,
    ) -> SeedOrder:
        """The finished order with what must become of it."""
        pieces = self._contents(draft.lines, self._already_sent(draft))
        weight_g = sum(self._weights[sku] * n for sku, n in pieces)
        province = str(draft.delivery["address_info"]["province_name"])
        in_flow = out_of_flow is None
        return SeedOrder(
            shop=self.shop,
            order=draft.order,
            receiver=draft.person.as_dict() if draft.person else {},
            kind=kind,
            expectation=Expectation(
                ships=in_flow and not holds,
                holds=frozenset(holds),
                out_of_flow=out_of_flow,
                contents=pieces if in_flow else (),
                weight_g=weight_g if in_flow else 0,
                carrier=self._carrier(province, weight_g) if in_flow else "",
                merge_key=merge_key,
                urged=urged,
            ),
            after_sales=tuple(draft.after_sales),
            events=tuple(draft.events),
        )

    def push(self, draft: Draft, kind: int, at_s: int) -> None:
        """Add the push message ``ext_info_update`` of type ``kind`` that the shop sent."""
        draft.events.append(
            {
                "ToUserName": self._accounts.shop(self.shop).username,
                "FromUserName": draft.order["openid"],
                "CreateTime": at_s,
                "MsgType": "event",
                "Event": "channels_ec_order_ext_info_update",
                "order_info": {"order_id": int(draft.order["order_id"]), "type": kind},
            }
        )

    def _carrier(self, province: str, weight_g: int) -> str:
        return self._accounts.carrier_for(self.shop, province, weight_g) if province else ""

    def _contents(self, lines: list[Json], sent: Counter[str]) -> tuple[tuple[str, int], ...]:
        pieces: Counter[str] = Counter()
        for line in lines:
            if "dropship_info" in line:
                continue
            left = line["sku_cnt"] - line["finish_aftersale_sku_cnt"] - sent[line["sku_id"]]
            for sku, each in self._by_sku_id[line["sku_id"]].contents:
                pieces[sku] += each * left
        return tuple(sorted((sku, n) for sku, n in pieces.items() if n))

    @staticmethod
    def _already_sent(draft: Draft) -> Counter[str]:
        sent: Counter[str] = Counter()
        for parcel in draft.delivery["delivery_product_info"]:
            for item in parcel["product_infos"]:
                sent[item["sku_id"]] += item["product_cnt"]
        return sent
