"""The orders of the demo: every unusual kind once, and as many ordinary ones as wanted.

Everything follows from the seed and ``now``; nothing reads a clock.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.states import HoldCode
from app.simulators import held_orders, shipping_orders
from app.simulators.demo_accounts import QINGHE, SHANYE, DemoAccounts, DemoShop, demo_accounts
from app.simulators.goods import (
    Goods,
    Listing,
    ListingKind,
    load_goods,
    load_listings,
)
from app.simulators.order_desk import Numbers, OrderDesk
from app.simulators.ordinary_orders import OrdinaryBuyer
from app.simulators.people import Crowd, load_regions
from app.simulators.seed_orders import (
    Expectation,
    OrderKind,
    OutOfFlow,
    SeedOrder,
    reserved_pieces,
)

__all__ = [
    "Expectation",
    "ListingMapping",
    "OrderKind",
    "OutOfFlow",
    "Scenario",
    "ScenarioShop",
    "SeedOrder",
    "build_scenario",
    "later_orders",
]

SPARE_PIECES = 24  # left of every SKU when all seeded orders have gone


@dataclass(frozen=True, slots=True)
class ListingMapping:
    """A listing that stands for something other than one piece of the SKU its code names.

    The merchant has told the program so before the demo begins; without it the lines are unmapped.
    """

    shop: str
    product_id: str
    sku_id: str
    contents: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ScenarioShop:
    """A shop with what it sells and what has been bought."""

    account: DemoShop
    listings: tuple[Listing, ...]
    orders: tuple[SeedOrder, ...]

    @property
    def name(self) -> str:
        return self.account.name


@dataclass(frozen=True, slots=True)
class Scenario:
    """The whole demo at the moment ``now``. ``goods`` tell what the first count of stock finds."""

    seed: int
    now: datetime
    shops: tuple[ScenarioShop, ...]
    goods: tuple[Goods, ...]
    mappings: tuple[ListingMapping, ...]
    accounts: DemoAccounts

    @property
    def orders(self) -> tuple[SeedOrder, ...]:
        """The orders of both shops."""
        return tuple(order for shop in self.shops for order in shop.orders)


def build_scenario(seed: int, now: datetime, orders: int = 60, *, bundles: bool = True) -> Scenario:
    """The demo with ``orders`` orders, two thirds of them in the first shop.

    ``orders`` scales the ordinary ones; below about fifty only the special kinds remain. Stock
    suffices for every order but the one that is short on purpose. ``now`` must be aware. Without
    ``bundles`` the merchant has not said what the listings of several SKUs hold: they are unmapped.
    """
    accounts, goods = demo_accounts(), load_goods()
    listings = tuple(x if bundles else _without_bundle(x) for x in load_listings())
    rng = random.Random(seed)
    numbers, crowd = Numbers(seed), Crowd(rng, load_regions())
    wanted = {SHANYE: orders - orders // 3, QINGHE: orders // 3}
    shops = []
    for account in accounts.shops:
        desk = OrderDesk(account.name, listings, goods, accounts, crowd, numbers, now)
        special = _special_orders(desk)
        buyer = OrdinaryBuyer(desk, goods, rng)
        ordinary = [buyer.order() for _ in range(wanted[account.name] - len(special))]
        taken = sorted(special + ordinary, key=lambda o: (o.order["create_time"], o.order_id))
        shops.append(ScenarioShop(account, desk.listings, tuple(taken)))
    every = tuple(order for shop in shops for order in shop.orders)
    return Scenario(
        seed=seed,
        now=now,
        shops=tuple(shops),
        goods=_stocked(goods, every),
        mappings=_mappings(listings),
        accounts=accounts,
    )


def later_orders(
    scenario: Scenario, seed: int, clock: Callable[[], datetime] | None = None
) -> Iterator[SeedOrder]:
    """Ordinary orders without end, each just paid when it is taken from the iterator.

    ``clock`` tells the time; without it a minute passes from one to the next. A shop stops selling
    what the shelf no longer holds, so long as there is anything left to sell; after that its
    orders are expected to be short.
    """
    rng = random.Random(f"{scenario.seed}/{seed}")
    numbers = Numbers(scenario.seed, first=len(scenario.orders))
    crowd = Crowd(rng, load_regions())
    listings = tuple(listing for shop in scenario.shops for listing in shop.listings)
    shelf = {g.sku: g.on_hand for g in scenario.goods}
    for sku, pieces in reserved_pieces(scenario.orders).items():
        shelf[sku] -= pieces
    minutes = 0
    while True:
        minutes += 1
        now = clock() if clock else scenario.now + timedelta(minutes=minutes)
        shop = SHANYE if rng.random() < 2 / 3 else QINGHE
        desk = OrderDesk(shop, listings, scenario.goods, scenario.accounts, crowd, numbers, now)
        order = OrdinaryBuyer(desk, scenario.goods, rng).order(hours_ago=0, shelf=shelf)
        if HoldCode.SHORT not in order.expectation.holds:
            for sku, pieces in order.expectation.contents:
                shelf[sku] -= pieces
        yield order


def _special_orders(desk: OrderDesk) -> list[SeedOrder]:
    if desk.shop == SHANYE:
        return shipping_orders.tea_shop_orders(desk) + held_orders.tea_shop_orders(desk)
    return shipping_orders.ware_shop_orders(desk) + held_orders.ware_shop_orders(desk)


def _stocked(goods: tuple[Goods, ...], orders: tuple[SeedOrder, ...]) -> tuple[Goods, ...]:
    """``goods`` with enough on hand for ``orders``, except what is short on purpose."""
    needed = reserved_pieces(orders)
    short = {
        sku
        for order in orders
        if HoldCode.SHORT in order.expectation.holds
        for sku, _ in order.expectation.contents
    }
    return tuple(
        g if g.sku in short else replace(g, on_hand=max(g.on_hand, needed[g.sku] + SPARE_PIECES))
        for g in goods
    )


def _without_bundle(listing: Listing) -> Listing:
    if len(listing.contents) < 2:
        return listing
    return replace(listing, kind=ListingKind.UNMAPPED, contents=())


def _mappings(listings: tuple[Listing, ...]) -> tuple[ListingMapping, ...]:
    return tuple(
        ListingMapping(listing.shop, listing.product_id, listing.sku_id, listing.contents)
        for listing in listings
        if listing.kind is ListingKind.MAPPED
    )
