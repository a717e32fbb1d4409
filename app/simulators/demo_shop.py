"""The simulated shops of the demo, filled with what a scenario says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from app.simulators.demo_accounts import ISLAND_CITY, DemoSender, LabelAccount
from app.simulators.goods import Goods, Listing, ListingKind
from app.simulators.order_shape import PICTURE_PATH
from app.simulators.scenario import Scenario, ScenarioShop
from app.simulators.seed_orders import SeedOrder
from app.simulators.wechat import records
from app.simulators.wechat.quirks import WechatQuirks
from app.simulators.wechat.shop import WechatShop

ON_SALE = 5  # status of a product and of its SKUs
NOT_COUNTED = 999  # what a listing without goods claims to have
PRESALE_DAYS = 7


def open_shops(
    scenario: Scenario, clock: Callable[[], float] = time.time
) -> tuple[WechatShop, ...]:
    """Both shops with their products, label accounts and orders; hand them to ``WechatServer``."""
    return tuple(open_shop(scenario, shop, clock) for shop in scenario.shops)


def open_shop(
    scenario: Scenario, shop: ScenarioShop, clock: Callable[[], float] = time.time
) -> WechatShop:
    """One shop of the demo. ``clock`` gives seconds since 1970."""
    account = shop.account
    labels = [a for a in scenario.accounts.labels if a.shop == shop.name]
    opened = WechatShop(
        account.app_id,
        account.app_secret,
        label_shop_id=labels[0].shop_id,
        accounts=[_label_account(a) for a in labels],
        nickname=account.title,
        username=account.username,
        quirks=WechatQuirks(decodes_per_day=account.decode_per_day),
        clock=clock,
    )
    opened.unreachable.add(("", ISLAND_CITY))
    for product in products(shop.listings, scenario.goods):
        opened.add_product(product)
    for order in shop.orders:
        take_order(opened, order)
    return opened


def take_order(shop: WechatShop, order: SeedOrder) -> None:
    """Put an order of the scenario into its shop, with its after-sales and pushes."""
    shop.add_order(order.order, order.receiver, order.after_sales)
    with shop.lock:
        shop.events.extend(dict(event) for event in order.events)


def products(listings: Iterable[Listing], goods: Iterable[Goods]) -> list[dict[str, Any]]:
    """The listings as product/get shows them (微信小店 product/get), one entry a product."""
    shelf = {g.sku: g for g in goods}
    found: dict[str, list[Listing]] = {}
    for listing in listings:
        found.setdefault(listing.product_id, []).append(listing)
    return [_product(product_id, skus, shelf) for product_id, skus in found.items()]


def _product(product_id: str, listings: list[Listing], shelf: dict[str, Goods]) -> dict[str, Any]:
    first = listings[0]
    return {
        "product_id": product_id,
        "out_product_id": "",
        "title": first.title,
        "short_title": first.title[:12],
        "head_imgs": [f"{PICTURE_PATH}{first.picture}"],
        "desc_info": {"imgs": [], "desc": ""},
        "cats": [],
        "cats_v2": [{"cat_id": "10000111"}, {"cat_id": "10000113"}, {"cat_id": "6091"}],
        "attrs": [],
        "spu_code": "",
        "brand_id": "2100000000",
        "deliver_method": 1 if first.kind is ListingKind.VIRTUAL else 0,
        "express_info": {"template_id": "123456", "weight": _weight_g(first, shelf)},
        "status": ON_SALE,
        "edit_status": 4,
        "min_price": min(listing.price_fen for listing in listings),
        "skus": [_sku(listing, shelf) for listing in listings],
        "limited_info": {"period_type": 0},
        "extra_service": {"seven_day_return": 1, "pay_after_use": 0, "freight_insurance": 1},
        "product_type": 1,
        "edit_time": 1767000000,
        "after_sale_info": {"after_sale_address_id": "123"},
    }


def _sku(listing: Listing, shelf: dict[str, Goods]) -> dict[str, Any]:
    plain = listing.contents == ((listing.sku_code, 1),)
    deliver: dict[str, Any] = {"stock_type": 0}
    if listing.kind is ListingKind.PRESALE:
        deliver = {
            "stock_type": 1,
            "full_payment_presale_delivery_type": 0,
            "full_payment_presale_delivery_time": PRESALE_DAYS,
        }
    return {
        "sku_id": listing.sku_id,
        "out_sku_id": listing.sku_code,
        "thumb_img": f"{PICTURE_PATH}{listing.picture}",
        "sale_price": listing.price_fen,
        "market_price": listing.price_fen,
        "stock_num": min(
            (shelf[sku].on_hand // each for sku, each in listing.contents), default=NOT_COUNTED
        ),
        "sku_code": listing.sku_code,
        "bar_code": shelf[listing.sku_code].barcode if plain else "",
        "sku_attrs": [{"attr_key": k, "attr_value": v} for k, v in listing.attributes],
        "sku_deliver_info": deliver,
        "status": ON_SALE,
    }


def _weight_g(listing: Listing, shelf: dict[str, Goods]) -> int:
    return sum(shelf[sku].weight_g * each for sku, each in listing.contents)


def _label_account(account: LabelAccount) -> records.LabelAccount:
    return records.LabelAccount(
        delivery_id=account.delivery_id,
        acct_id=account.acct_id,
        sender_address=_sender(account.sender),
        company_type=account.company_type,
        site_code=account.site_code,
        site_name=account.site_name,
        available=account.available,
        status=account.status,
        monthly_card=account.monthly_card,
    )


def _sender(sender: DemoSender) -> dict[str, str]:
    return {
        "province": sender.province,
        "city": sender.city,
        "county": sender.district,
        "street": sender.street,
        "address": sender.address,
    }
