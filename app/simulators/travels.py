"""Parcels on the road of the simulated carriers: time passes, and some of them get into trouble.

Only what the shops were told of travels: a number that is still on the bench can be given back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from app.simulators.ground import stable_number
from app.simulators.kuaidi100 import Kuaidi100Simulator
from app.simulators.wechat.shop import WechatShop

ON = ""  # the next ordinary step
FAILED, DAMAGED, BACK = "failed", "damaged", "back"
_ORDINARY = (ON, ON, ON, ON, ON)
_WAYS: Sequence[Sequence[str]] = (
    (ON, ON),  # then nothing is heard of it
    (ON, ON, ON, ON, FAILED),
    (ON, ON, DAMAGED, ON),
    (ON, ON, ON, ON, FAILED, BACK),
)
_IN_TEN = 10
_TROUBLE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "sf": {
        FAILED: ("70", "派送不成功,客户不在家,约定明日再派"),
        DAMAGED: ("36", "快件外包装破损,正在加固"),
        BACK: ("648", "快件退回寄件人"),
    },
    "zto": {
        FAILED: ("问题件", "派送不成功,电话无人接听"),
        DAMAGED: ("问题件", "外包装破损,在转运中心"),
        BACK: ("退件", "快件退回寄件网点"),
    },
    "kuaidi100": {
        FAILED: ("2", "派送不成功,电话无人接听"),
        DAMAGED: ("0", "外包装破损,在转运中心"),
        BACK: ("6", "快件退回寄件网点"),
    },
    "yunda": {
        FAILED: ("SIGNFAIL", "派送失败,收件人不在"),
        DAMAGED: ("ISSUE", "外包装破损"),
        BACK: ("RETURN", "快件退回"),
    },
}


_NAMES = {"zto": "zhongtong", "yunda": "yunda", "yto": "yuantong", "sto": "shentong"}
"""What Kuaidi100 calls the companies. SF's parcels it shows to who knows the phone only."""


class Road(Protocol):
    """What moves a parcel at a simulated carrier; both raise ``KeyError`` for a strange number."""

    def advance(self, number: str, /, steps: int = 1) -> Any: ...

    def report(self, number: str, code: str, text: str, /) -> None: ...


class Travels:
    """Moves the parcels that left on their way, each by a way of its own that its number decides.

    ``roads`` by company code; parcels of other companies are not seen. Numbers that a carrier gave
    to somebody else (to the shop's platform) are seen by ``everywhere``. One thread at a time.
    """

    def __init__(
        self,
        roads: Mapping[str, Road],
        shops: Sequence[WechatShop],
        step_s: float = 20.0,
        everywhere: Kuaidi100Simulator | None = None,
    ) -> None:
        self._everywhere = everywhere
        self._strange: set[str] = set()
        self._roads = roads
        self._shops = shops
        self._step_s = step_s
        self._done: dict[str, int] = {}

    def pass_time(self, now_s: float) -> int:
        """Every parcel goes on as far as it would have come by now; returns how many steps."""
        return sum(
            self._go(road, company, number, int((now_s - left_s) / self._step_s))
            for company, road, number, left_s in self._gone()
        )

    def scatter(self) -> int:
        """Every parcel somewhere between the door and the buyer; returns how many steps."""
        return sum(
            self._go(road, company, number, 1 + stable_number(f"far {number}", 6))
            for company, road, number, _ in self._gone()
        )

    def _gone(self) -> Iterator[tuple[str, Road, str, float]]:
        for shop in self._shops:
            for shipment in shop.shipments():
                company = shipment.delivery_id.lower()
                road = self._roads.get(company)
                if road is None:
                    continue
                number, at_s = shipment.waybill_id, float(shipment.at_s)
                if number in self._strange and self._everywhere is not None:
                    yield "kuaidi100", self._everywhere, number, at_s
                else:
                    yield company, road, number, at_s

    def _go(self, road: Road, company: str, number: str, far: int) -> int:
        way = way_of(number)
        begun = self._done.get(number, 0)
        moved = 0
        for step in way[begun:far]:
            code, text = _TROUBLE.get(company, {}).get(step, ("", ""))
            try:
                if step == ON:
                    road.advance(number)
                elif code:
                    road.report(number, code, text)
            except KeyError:  # a label of the shop's platform, not of this account
                return self._elsewhere(company, number, far)
            moved += 1
        self._done[number] = max(begun, min(far, len(way)))
        return moved

    def _elsewhere(self, company: str, number: str, far: int) -> int:
        """Let Kuaidi100 know of a number that the account's carrier does not show us."""
        if self._everywhere is None or company not in _NAMES:
            return 0
        self._strange.add(number)
        self._everywhere.follow(_NAMES[company], number)
        return self._go(self._everywhere, "kuaidi100", number, far)


def way_of(number: str) -> Sequence[str]:
    """The steps of a number's way: six in ten arrive without trouble."""
    chance = stable_number(f"way {number}", _IN_TEN)
    return _WAYS[chance] if chance < len(_WAYS) else _ORDINARY
