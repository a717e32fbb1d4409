"""What an ordinary buyer puts into the basket."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

from app.domain.states import HoldCode
from app.simulators.demo_accounts import HEAVY_G
from app.simulators.goods import Goods, Listing, ListingKind
from app.simulators.order_desk import OrderDesk
from app.simulators.seed_orders import OrderKind, SeedOrder

RARE_FIRST = 5  # the first buyers of a shop have names that not every font can write
LIGHT_G = HEAVY_G - 800  # no ordinary box comes near the limit of the rule for heavy ones
TRIES = 40
KEPT_BACK = frozenset({"XH-150"})  # the SKU of the order that is short on purpose
NOTES = (
    "请用纸箱发，谢谢",
    "麻烦尽快发货",
    "放门口就行，不用打电话",
    "送长辈的，包装完整一些",
    "生日礼物，请别放小票",
)


class OrdinaryBuyer:
    """Buys one to three things, now and then with a wish. The same ones for the same ``rng``."""

    def __init__(self, desk: OrderDesk, goods: tuple[Goods, ...], rng: random.Random) -> None:
        self._desk = desk
        self._rng = rng
        self._weights = {g.sku: g.weight_g for g in goods}
        self._offers = tuple(listing for listing in desk.listings if self._is_ordinary(listing))
        self._bought = 0

    def order(
        self, hours_ago: float | None = None, shelf: Mapping[str, int] | None = None
    ) -> SeedOrder:
        """The next order, paid ``hours_ago`` (drawn when not given).

        With a ``shelf`` (pieces left of each SKU) it buys what is there; when nothing fits any
        more, its order is expected to be held as short.
        """
        picks, enough = self._picks(shelf)
        rare = hours_ago is None and self._bought < RARE_FIRST
        self._bought += 1
        draft = self._desk.buy(
            *((listing.sku_code, pieces) for listing, pieces in picks),
            hours_ago=self._rng.uniform(0.1, 22) if hours_ago is None else hours_ago,
            person=self._desk.crowd.person(rare=rare),
            deadline_hours=self._rng.choice((24, 48, 48, 48)),
        )
        if self._rng.random() < 0.12:
            draft.notes["customer_notes"] = self._rng.choice(NOTES)
        holds = () if enough else (HoldCode.SHORT,)
        return self._desk.seal(draft, OrderKind.ORDINARY, *holds)

    def _picks(self, shelf: Mapping[str, int] | None) -> tuple[list[tuple[Listing, int]], bool]:
        picks = self._basket()
        for _ in range(TRIES):
            if shelf is None or all(shelf[s] >= n for s, n in _pieces(picks).items()):
                return picks, True
            picks = self._basket()
        return picks, False

    def _basket(self) -> list[tuple[Listing, int]]:
        r = self._rng
        kinds = r.choices((1, 2, 3), weights=(60, 28, 12))[0]
        picks: list[tuple[Listing, int]] = []
        for listing in r.sample(self._offers, kinds):
            pieces = r.choices((1, 2, 3), weights=(72, 20, 8))[0]
            if not picks or self._weight_g([*picks, (listing, pieces)]) <= LIGHT_G:
                picks.append((listing, pieces))
        first, pieces = picks[0]
        while pieces > 1 and self._weight_g([(first, pieces)]) > LIGHT_G:
            pieces -= 1
        return [(first, pieces), *picks[1:]] if self._weight_g(picks) > LIGHT_G else picks

    def _weight_g(self, picks: list[tuple[Listing, int]]) -> int:
        return sum(self._weights[sku] * n for sku, n in _pieces(picks).items())

    def _is_ordinary(self, listing: Listing) -> bool:
        skus = [sku for sku, _ in listing.contents]
        return (
            listing.kind in {ListingKind.GOODS, ListingKind.MAPPED}
            and KEPT_BACK.isdisjoint(skus)
            and self._weight_g([(listing, 1)]) <= LIGHT_G
        )


def _pieces(picks: list[tuple[Listing, int]]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for listing, count in picks:
        for sku, each in listing.contents:
            pieces[sku] += each * count
    return pieces
