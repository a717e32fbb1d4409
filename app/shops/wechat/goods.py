"""What the shop sells and how much it believes there is: the ``GoodsDesk`` of a WeChat Store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.address import clean_text
from app.domain.errors import RetryableError, UserError
from app.domain.listings import ListingPage, ListingStatus, ShopListing, ShopSku
from app.domain.text import T
from app.net.limiter import Priority
from app.ports import ReportOutcome
from app.shops.wechat import wire, wire_goods
from app.shops.wechat.client import WechatClient
from app.shops.wechat.codes import is_documented
from app.shops.wechat.writing import outcome_of

BASE = "/channels/ec/product"
LIST_PATH = f"{BASE}/list/get"
GET_PATH = f"{BASE}/get"
STOCK_PATH = f"{BASE}/stock/batchget"
STOCK_UPDATE_PATH = f"{BASE}/stock/update"
ON_PATH = f"{BASE}/listing"
OFF_PATH = f"{BASE}/delisting"
PAGE_SIZE = 30
STOCK_BATCH = 30
ADD, SUBTRACT, SET = 1, 2, 3  # diff_type
ONLINE, DRAFT = 1, 2  # data_type

STATUSES: Mapping[int, ListingStatus] = {
    0: ListingStatus.OFF,
    5: ListingStatus.ON_SALE,
    6: ListingStatus.GONE,
    9: ListingStatus.GONE,
    11: ListingStatus.OFF,
    13: ListingStatus.BLOCKED,
    14: ListingStatus.BLOCKED,
    15: ListingStatus.BLOCKED,
    20: ListingStatus.BLOCKED,
}
"""Source: WeChat Store, product/get, ``status`` of a product."""


class WechatGoods:
    """The goods of one shop. Safe to call from several threads."""

    def __init__(self, client: WechatClient) -> None:
        self._client = client

    def listings(self, page_key: str) -> ListingPage:
        """Product ids, at most 30 a page. Source: WeChat Store, product/list/get.

        The platform says nowhere that more follows: whoever pages stops at an empty key, an empty
        page, or when ``total`` ids were seen.
        """
        body: dict[str, object] = {"page_size": PAGE_SIZE}
        if page_key:
            body["next_key"] = page_key
        answer = self._client.read(LIST_PATH, body, priority=Priority.SWEEP)
        page = wire.read(wire_goods.ProductPage, answer.data)
        ids = tuple(dict.fromkeys(product_id for product_id in page.product_ids if product_id))
        return ListingPage(ids, page.next_key, page.total_num)

    def listing(self, product_id: str) -> ShopListing:
        """One product; a product that never was on sale is read from its draft.

        Source: WeChat Store, product/get.

        Raises:
            UserError: also ``listing_missing`` and ``listing_unreadable``, which concern this
                product only: the others can be read all the same.
        """
        for data_type in (ONLINE, DRAFT):
            found = self._fetch(product_id, data_type)
            product = found.product if data_type == ONLINE else found.edit_product
            if product.product_id == product_id and product.skus:
                return _listing(product)
        raise _unreadable(product_id)

    def _fetch(self, product_id: str, data_type: int) -> wire_goods.ProductAnswer:
        body = {"product_id": product_id, "data_type": data_type}
        try:
            answer = self._client.read(GET_PATH, body, ref=product_id, priority=Priority.SWEEP)
        except UserError as error:
            if is_documented(error.code):
                raise
            raise _unreadable(product_id) from error
        try:
            return wire.read(wire_goods.ProductAnswer, answer.data, product_id)
        except RetryableError as error:  # reading it again brings the same
            raise _unreadable(product_id) from error

    def stock(self, product_ids: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """Pieces for sale by product id and sku id; what the shop does not tell is left out.

        ``product_id`` holds an array here, whatever its name says. Source: WeChat Store,
        stock/batchget.
        """
        found: dict[tuple[str, str], int] = {}
        for start in range(0, len(product_ids), STOCK_BATCH):
            for product in self._stocks(list(product_ids[start : start + STOCK_BATCH])):
                for sku in product.sku_stock:
                    if sku.normal_stock_num is not None:
                        found[product.product_id, sku.sku_id] = sku.normal_stock_num
        return found

    def _stocks(self, product_ids: list[str]) -> list[wire_goods.ProductStock]:
        """The stock of up to 30 products; one that is gone must not hide the others."""
        try:
            answer = self._client.read(STOCK_PATH, {"product_id": product_ids})
        except UserError as error:
            if error.code != "listing_missing":
                raise
            if len(product_ids) == 1:
                return []
            half = len(product_ids) // 2
            return self._stocks(product_ids[:half]) + self._stocks(product_ids[half:])
        return wire.read(wire_goods.StockAnswer, answer.data).data.spu_stock_list

    def change_stock(self, product_id: str, sku_id: str, delta: int) -> ReportOutcome:
        """Add (diff_type 1) or take away (2) pieces. Source: WeChat Store, stock/update.

        Not idempotent: after an unclear outcome read ``stock`` anew. Sales between reading and
        changing do no harm, because the platform adds to what it has at that moment.
        """
        return self._update(product_id, sku_id, ADD if delta > 0 else SUBTRACT, abs(delta))

    def set_stock(self, product_id: str, sku_id: str, quantity: int) -> ReportOutcome:
        """Overwrite what the shop believes (diff_type 3). Races with sales: a person asked."""
        return self._update(product_id, sku_id, SET, quantity)

    def _update(self, product_id: str, sku_id: str, diff_type: int, num: int) -> ReportOutcome:
        body = {"product_id": product_id, "sku_id": sku_id, "diff_type": diff_type, "num": num}
        ref = f"{product_id}/{sku_id}"
        got = self._client.write(STOCK_UPDATE_PATH, body, ref=ref, priority=Priority.READ)
        return outcome_of(got, ref)

    def put_on_sale(self, product_id: str, *, on: bool) -> ReportOutcome:
        """Put a product on sale or take it off. Source: WeChat Store, listing and delisting.

        Taken does not mean on sale: the platform may review it first. ``listing`` tells.
        """
        path = ON_PATH if on else OFF_PATH
        got = self._client.write(
            path, {"product_id": product_id}, ref=product_id, priority=Priority.READ
        )
        return outcome_of(got, product_id)


def _listing(product: wire_goods.Product) -> ShopListing:
    head = next((url for url in product.head_imgs if url), "")
    skus = (
        ShopSku(
            sku_id=sku.sku_id,
            spec=clean_text(" ".join(a.attr_value for a in sku.sku_attrs if a.attr_value)),
            sku_code=sku.sku_code.strip(),
            barcode=sku.bar_code.strip(),
            image_url=sku.thumb_img or head,
            price_fen=max(0, sku.sale_price),
            stock=sku.stock_num,
        )
        for sku in product.skus
    )
    return ShopListing(
        product.product_id,
        clean_text(product.title),
        STATUSES.get(product.status, ListingStatus.UNKNOWN),
        head,
        tuple(skus),
    )


def _unreadable(product_id: str) -> UserError:
    return UserError(
        "listing_unreadable",
        T("WeChat Store's answer about this product could not be read."),
        T("Look at this product in the WeChat Store console, and update the program."),
        ref=product_id,
    )
