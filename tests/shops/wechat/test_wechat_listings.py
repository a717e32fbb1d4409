"""Products and stock in our words: the recorded answers, and the oddities reported of the wire."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from app.domain.errors import RetryableError, UserError
from app.domain.listings import ListingStatus
from app.ports import Reported, ReportLater, ReportRefused, ReportUnclear
from app.shops.wechat.goods import (
    GET_PATH,
    LIST_PATH,
    OFF_PATH,
    ON_PATH,
    STOCK_PATH,
    STOCK_UPDATE_PATH,
)
from tests.shops.wechat.recording import RecordingTransport, html, refused, sample, shop
from tests.support.clock import FakeClock

TEE, WHITE = "10000154828200", "3616331701"
PRODUCT: dict[str, Any] = sample("product_get_multi_sku")["response"]


def product(**changes: Any) -> dict[str, Any]:
    answer = copy.deepcopy(PRODUCT)
    answer["product"].update(changes)
    return answer


def test_the_recorded_page_is_read(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script(LIST_PATH, sample("product_list")["response"])
    page = shop(transport, clock).goods.listings("")
    assert page.product_ids == (TEE, "10000154828333")
    assert (page.next_key, page.total) == ("", 2)
    assert transport.bodies(LIST_PATH) == [{"page_size": 30}]


def test_the_recorded_product_is_read(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script(GET_PATH, PRODUCT)
    found = shop(transport, clock).goods.listing(TEE)
    assert (found.title, found.status) == ("棉质T恤 纯色圆领", ListingStatus.ON_SALE)
    white = found.skus[0]
    assert (white.sku_id, white.sku_code, white.spec) == (WHITE, "TEE-WHT-M", "白 M")
    assert (white.price_fen, white.stock, white.barcode) == (5900, 42, "")
    assert white.image_url.endswith("demo3616331701")
    assert transport.bodies(GET_PATH) == [{"product_id": TEE, "data_type": 1}]


# trap 10
# trap 12
def test_ids_categories_and_templates_may_be_numbers(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    answer = product(product_id=int(TEE), cats_v2=[{"cat_id": 6091}, {"cat_id": "6091"}])
    answer["product"]["express_info"] = {"template_id": 123456}
    answer["product"]["skus"] = [
        {"sku_id": 9007199254740993123, "sku_attrs": "", "stock_num": "7", "sale_price": "5900"}
    ]
    transport.script(GET_PATH, answer)
    found = shop(transport, clock).goods.listing(TEE)
    assert found.product_id == TEE
    [sku] = found.skus
    assert (sku.sku_id, sku.stock, sku.price_fen) == ("9007199254740993123", 7, 5900)
    assert sku.image_url == found.image_url != ""


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (0, ListingStatus.OFF),
        (11, ListingStatus.OFF),
        (13, ListingStatus.BLOCKED),
        (20, ListingStatus.BLOCKED),
        (6, ListingStatus.GONE),
        (77, ListingStatus.UNKNOWN),
    ],
)
def test_statuses_of_products(
    transport: RecordingTransport, clock: FakeClock, number: int, status: ListingStatus
) -> None:
    transport.script(GET_PATH, product(status=number))
    assert shop(transport, clock).goods.listing(TEE).status is status


def test_a_product_never_on_sale_is_read_from_its_draft(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    draft = {"errcode": 0, "edit_product": product(status=0)["product"]}
    transport.script(GET_PATH, {"errcode": 0, "product": {}}, draft)
    assert shop(transport, clock).goods.listing(TEE).status is ListingStatus.OFF
    assert [body["data_type"] for body in transport.bodies(GET_PATH)] == [1, 2]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refused(10020052), "listing_missing"),
        (refused(10029999), "listing_unreadable"),
        ({"errcode": 0}, "listing_unreadable"),
        (product(product_id="1"), "listing_unreadable"),
        (product(skus=[{"sku_code": "A"}]), "listing_unreadable"),
    ],
)
def test_a_product_that_cannot_be_read_concerns_itself_only(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, Any], code: str
) -> None:
    transport.script(GET_PATH, answer)
    with pytest.raises(UserError) as caught:
        shop(transport, clock).goods.listing(TEE)
    assert (caught.value.code, caught.value.ref) == (code, TEE)


def test_stock_is_asked_with_an_array_under_a_singular_name(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(STOCK_PATH, sample("stock_get")["batch"]["response"])
    ids = [TEE, *(str(n) for n in range(40))]
    assert shop(transport, clock).goods.stock(ids) == {(TEE, WHITE): 42}
    assert [len(body["product_id"]) for body in transport.bodies(STOCK_PATH)] == [30, 11]


def test_a_product_that_is_gone_does_not_hide_the_stock_of_the_others(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    def answer(sent: Any) -> dict[str, Any]:
        if "gone" in sent.json()["product_id"]:
            return refused(10020052)
        rows = [
            {"product_id": p, "sku_stock": [{"sku_id": "1", "normal_stock_num": 3}]}
            for p in sent.json()["product_id"]
        ]
        return {"errcode": 0, "data": {"spu_stock_list": rows}}

    transport.script(STOCK_PATH, answer)
    found = shop(transport, clock).goods.stock(["a", "gone", "b"])
    assert found == {("a", "1"): 3, ("b", "1"): 3}


@pytest.mark.parametrize("answer", [{"errcode": 0}, {"errcode": 0, "data": ""}, html(200)])
def test_a_stock_answer_without_figures_is_not_read_as_none_left(
    transport: RecordingTransport, clock: FakeClock, answer: Any
) -> None:
    transport.script(STOCK_PATH, answer)
    with pytest.raises(RetryableError):
        shop(transport, clock).goods.stock([TEE])


@pytest.mark.parametrize(("delta", "name"), [(10, "add"), (-1, "subtract")])
def test_changes_of_stock_look_like_the_recorded_ones(
    transport: RecordingTransport, clock: FakeClock, delta: int, name: str
) -> None:
    recorded = sample("stock_update")[name]
    transport.script(STOCK_UPDATE_PATH, recorded["response"])
    wanted = recorded["request"]
    goods = shop(transport, clock).goods
    assert goods.change_stock(wanted["product_id"], wanted["sku_id"], delta) == Reported()
    assert transport.bodies(STOCK_UPDATE_PATH) == [wanted]


def test_stock_is_set_only_when_told_so(transport: RecordingTransport, clock: FakeClock) -> None:
    recorded = sample("stock_update")["set"]
    transport.script(STOCK_UPDATE_PATH, recorded["response"])
    wanted = recorded["request"]
    goods = shop(transport, clock).goods
    assert goods.set_stock(wanted["product_id"], wanted["sku_id"], 20) == Reported()
    assert transport.bodies(STOCK_UPDATE_PATH) == [wanted]


@pytest.mark.parametrize(
    ("code", "reread"), [(10020054, True), (10020014, False), (10020049, False)]
)
def test_a_refused_change_says_why(
    transport: RecordingTransport, clock: FakeClock, code: int, reread: bool
) -> None:
    transport.script(STOCK_UPDATE_PATH, refused(code))
    outcome = shop(transport, clock).goods.change_stock(TEE, WHITE, 1)
    assert isinstance(outcome, ReportRefused)
    assert (outcome.problem.code, outcome.reread) == (str(code), reread)


def test_an_answer_that_cannot_be_read_leaves_a_change_unclear(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    goods = shop(transport, clock).goods
    for answer in (html(502), html(200), refused(-1)):
        transport.script(STOCK_UPDATE_PATH, answer)
        assert isinstance(goods.change_stock(TEE, WHITE, 1), ReportUnclear)
    transport.script(STOCK_UPDATE_PATH, refused(45011))
    assert isinstance(goods.change_stock(TEE, WHITE, 1), ReportLater)


@pytest.mark.parametrize(
    ("code", "on"),
    [
        (10020008, True),
        (10020049, True),
        (10020052, False),
        (10020065, False),
        (10020066, True),
        (10020067, True),
    ],
)
def test_a_refused_shelf_says_why(
    transport: RecordingTransport, clock: FakeClock, code: int, on: bool
) -> None:
    path = ON_PATH if on else OFF_PATH
    transport.script(path, refused(code))
    outcome = shop(transport, clock).goods.put_on_sale(TEE, on=on)
    assert isinstance(outcome, ReportRefused)
    assert outcome.problem.code == str(code)
    assert str(outcome.problem.message)
    assert transport.bodies(path) == [{"product_id": TEE}]
