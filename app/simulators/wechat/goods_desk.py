"""What the merchant does with goods in the back office, and what buyers and reviewers do."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from app.simulators.wechat.goods import ON_SALE, REVIEW_FAILED, REVIEW_PASSED, push_listing
from app.simulators.wechat.state import ShopState


class GoodsDesk(ShopState):
    """The goods of one shop."""

    def add_product(self, product: Mapping[str, Any]) -> None:
        """Sell a product, in the shape of product/get."""
        with self.lock:
            self.products[str(product["product_id"])] = copy.deepcopy(dict(product))

    def drop_product(self, product_id: str) -> None:
        """The product is deleted for good: no call knows it any more."""
        with self.lock:
            del self.products[product_id]

    def drop_sku(self, product_id: str, sku_id: str) -> None:
        """One variant is taken out of the product."""
        with self.lock:
            product = self.products[product_id]
            product["skus"] = [sku for sku in product["skus"] if str(sku["sku_id"]) != sku_id]

    def buy(self, product_id: str, sku_id: str, units: int) -> None:
        """Somebody orders units: the shop has so many less."""
        with self.lock:
            self.take_stock(product_id, sku_id, units)

    def start_flash_sale(self, product_id: str, sku_id: str) -> None:
        """A flash sale holds the variant: its stock cannot be changed (10020014)."""
        with self.lock:
            self.flash_sales.add((product_id, sku_id))

    def end_flash_sale(self, product_id: str, sku_id: str) -> None:
        """The flash sale is over."""
        with self.lock:
            self.flash_sales.discard((product_id, sku_id))

    def finish_review(self, product_id: str, *, passed: bool) -> None:
        """The platform has looked at a product that was put in for review."""
        with self.lock:
            product = self.products[product_id]
            product["edit_status"] = REVIEW_PASSED if passed else REVIEW_FAILED
            told = {"product_id": product_id, "status": 3 if passed else 2, "reason": ""}
            self.push("product_spu_audit", "", ProductSpuAudit=told)
            if passed:
                product["status"] = ON_SALE
                push_listing(self, product)

    # The truth

    def stock_of(self, product_id: str, sku_id: str) -> int:
        """How many units the shop believes to have."""
        with self.lock:
            skus = self.products[product_id]["skus"]
            return next(int(sku["stock_num"]) for sku in skus if str(sku["sku_id"]) == sku_id)

    def status_of(self, product_id: str) -> int:
        """The product's status number."""
        with self.lock:
            return int(self.products[product_id]["status"])
