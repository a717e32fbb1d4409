"""SF's products (expressTypeId). A contract holds some of them, and may hold others."""

from __future__ import annotations

from collections.abc import Sequence

from app.carriers.sf.settings import SfSettings
from app.ports import Product

PRODUCTS = {
    "1": "顺丰特快",
    "2": "顺丰标快",
    "6": "即日",
    "60": "特快文件",
    "111": "干配",
    "112": "空配",
    "150": "标快D",
    "153": "整车直达",
    "199": "特快包裹",
    "201": "冷运标快",
    "202": "微小件",
    "208": "特惠专配",
    "209": "高铁专送",
    "215": "大票直送",
    "229": "精温专递",
    "231": "陆运包裹",
    "235": "预售当天达",
    "236": "电商退货",
    "238": "纯重特配",
    "241": "国际电商专递",
    "247": "电商标快",
    "255": "卡航",
    "256": "卡航D",
    "263": "同城半日达",
    "265": "预售电标",
    "266": "空配新",
    "283": "填舱标快",
    "285": "填舱电标",
    "287": "冷运大件",
    "293": "特快包裹(新)",
    "299": "标快零担",
}
"""Source: SF 丰桥, 快件产品类别表."""


def products_of(settings: SfSettings) -> Sequence[Product]:
    """The known products by number, with what the account's ``products`` adds or renames."""
    own = {row["code"]: row["name"] for row in settings.products}
    named = {**PRODUCTS, **own}
    named.setdefault(settings.product, settings.product)
    return [Product(code, named[code]) for code in sorted(named, key=int)]
