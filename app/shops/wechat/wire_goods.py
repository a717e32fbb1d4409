"""The shapes of the answers about products and stock, as tolerant as ``app.shops.wechat.wire``.

Categories and templates are not modelled: their ids come as text or as numbers, and nothing here
needs them.
"""

from __future__ import annotations

from pydantic import Field

from app.shops.wechat.wire import Id, Number, SkuAttribute, Wire, WireText


class ProductPage(Wire):
    """product/list/get: there is no has_more."""

    product_ids: list[Id] = []
    next_key: WireText = ""
    total_num: Number = 0


class ProductSku(Wire):
    sku_id: Id = Field(min_length=1)
    sku_code: WireText = ""
    bar_code: WireText = ""
    thumb_img: WireText = ""
    sale_price: Number = 0
    stock_num: Number | None = None
    sku_attrs: list[SkuAttribute] = []


class Product(Wire):
    """A product; without an id it is the empty object that stands for "there is none"."""

    product_id: Id = ""
    title: WireText = ""
    head_imgs: list[WireText] = []
    status: Number = -1
    skus: list[ProductSku] = []


class ProductAnswer(Wire):
    """product/get: ``product`` is what is on sale, ``edit_product`` the draft."""

    product: Product = Product()
    edit_product: Product = Product()


class SkuStock(Wire):
    sku_id: Id = Field(min_length=1)
    normal_stock_num: Number | None = None


class ProductStock(Wire):
    product_id: Id = Field(min_length=1)
    sku_stock: list[SkuStock] = []


class StockData(Wire):
    spu_stock_list: list[ProductStock]


class StockAnswer(Wire):
    """stock/batchget. Without ``data`` nothing is known, which must not be read as "none left"."""

    data: StockData
