"""Reading from the shop: changed orders, one order with its after-sales, receivers in clear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.address import Address
from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.orders import OrderPage
from app.domain.states import OrderStatus
from app.domain.text import T
from app.net.transport import CallNotSentError, Response
from app.shops.wechat.order_desk import VIRTUAL_PATH
from app.shops.wechat.order_lists import LIST_PATH
from app.shops.wechat.shop import (
    AFTERSALE_PATH,
    DECODE_PATH,
    INFO_PATH,
    ORDER_PATH,
)
from tests.shops.wechat.recording import (
    ORDER_ID,
    RecordingTransport,
    refused,
    sample,
    sample_order,
    shop,
)
from tests.support.clock import FakeClock

SINCE = datetime.fromtimestamp(1767225000, UTC)
UNTIL = datetime.fromtimestamp(1767228600, UTC)
PAGES = [page["response"] for page in sample("order_list")["pages"]]
VIRTUAL_ORDER = "3732000000000000108"
DECODED = sample("sensitiveinfo_decode")


# The list


def test_pages_are_asked_for_with_the_same_two_times(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(LIST_PATH, *PAGES[:2])
    connected = shop(transport, clock)
    first = connected.changed_orders(SINCE, UNTIL, "")
    second = connected.changed_orders(SINCE, UNTIL, first.next_key)
    assert first == OrderPage(
        ("3732000000000000101", "3732000000000000102"), "CPestckGEPeVxckGGAAgACgA"
    )
    assert second == OrderPage(("3732000000000000103",), "")
    asked = {
        "update_time_range": {"start_time": 1767225000, "end_time": 1767228600},
        "page_size": 100,
    }
    assert transport.bodies(LIST_PATH) == [asked, {**asked, "next_key": first.next_key}]


def test_parts_of_a_second_widen_the_window(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(LIST_PATH, PAGES[1])
    half = timedelta(milliseconds=500)
    shop(transport, clock).changed_orders(SINCE + half, UNTIL + half, "")
    assert transport.bodies(LIST_PATH)[0]["update_time_range"] == {
        "start_time": 1767225000,
        "end_time": 1767228601,
    }


@pytest.mark.parametrize(
    ("status", "number"),
    [
        (OrderStatus.UNPAID, 10),
        (OrderStatus.GIFT_PENDING, 12),
        (OrderStatus.GROUPING, 13),
        (OrderStatus.PAID, 20),
        (OrderStatus.PARTLY_SHIPPED, 21),
        (OrderStatus.SHIPPED, 30),
        (OrderStatus.DONE, 100),
        (OrderStatus.CANCELLED, 250),
    ],
)
def test_filter_by_status(
    transport: RecordingTransport, clock: FakeClock, status: OrderStatus, number: int
) -> None:
    transport.script(LIST_PATH, PAGES[1])
    shop(transport, clock).changed_orders(SINCE, UNTIL, "", status)
    assert transport.bodies(LIST_PATH)[0]["status"] == number


@pytest.mark.parametrize(("code", "name"), [(606006, "sync_restart"), (31042, "sync_narrow")])
def test_list_says_how_to_go_on(
    transport: RecordingTransport, clock: FakeClock, code: int, name: str
) -> None:
    transport.script(LIST_PATH, refused(code))
    with pytest.raises(RetryableError) as caught:
        shop(transport, clock).changed_orders(SINCE, UNTIL, "K")
    assert caught.value.code == name


def test_window_longer_than_seven_days_is_not_even_asked_for(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    with pytest.raises(RetryableError) as caught:
        shop(transport, clock).changed_orders(SINCE, SINCE + timedelta(days=7, seconds=1), "")
    assert caught.value.code == "sync_narrow"
    assert transport.sent == []


def test_page_that_leads_to_itself_begins_the_run_again(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(LIST_PATH, {"order_id_list": ["1"], "has_more": True, "next_key": "K"})
    with pytest.raises(RetryableError) as caught:
        shop(transport, clock).changed_orders(SINCE, UNTIL, "K")
    assert caught.value.code == "sync_restart"


def test_list_that_ends_in_the_middle_is_no_whole_list(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(LIST_PATH, {"order_id_list": ["1"], "has_more": True, "next_key": ""})
    with pytest.raises(RetryableError):
        shop(transport, clock).changed_orders(SINCE, UNTIL, "")


def test_ids_come_once_and_as_text(transport: RecordingTransport, clock: FakeClock) -> None:
    answer = {"order_id_list": [3732000000000000101, "3732000000000000101", "7"], "has_more": 0}
    transport.script(LIST_PATH, answer)
    page = shop(transport, clock).changed_orders(SINCE, UNTIL, "")
    assert page == OrderPage(("3732000000000000101", "7"), "")


# One order


def test_order_is_asked_for_by_text_and_keeps_the_answer_as_it_came(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, sample("order_get_single")["response"])
    got = shop(transport, clock).order(ORDER_ID)
    assert transport.bodies(ORDER_PATH) == [{"order_id": ORDER_ID}]
    assert '"merchant_receieve_price"' in got.raw


def test_order_of_another_shop_is_not_found(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, refused(100002))
    with pytest.raises(UserError) as caught:
        shop(transport, clock).order("1")
    assert (caught.value.code, caught.value.ref) == ("order_missing", "1")


def test_answer_about_another_order_is_not_taken(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, sample("order_get_single")["response"])
    with pytest.raises(UserError) as caught:
        shop(transport, clock).order("3732000000000000999")
    assert caught.value.code == "order_unreadable"


@pytest.mark.parametrize("answer", [{"order": {"order_id": ORDER_ID}}, refused(100000001)])
def test_order_that_cannot_be_understood_concerns_this_order_only(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, Any]
) -> None:
    transport.script(ORDER_PATH, answer)
    with pytest.raises(UserError) as caught:
        shop(transport, clock).order(ORDER_ID)
    assert (caught.value.code, caught.value.ref) == ("order_unreadable", ORDER_ID)


def with_after_sales(*entries: tuple[str, int], open_count: int) -> dict[str, Any]:
    listed = [{"aftersale_order_id": key, "status": status} for key, status in entries]
    detail = {"on_aftersale_order_cnt": open_count, "aftersale_order_list": listed}
    return {"errcode": 0, "order": {**sample_order("single"), "aftersale_detail": detail}}


def test_after_sale_without_pieces_is_looked_up_once(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, with_after_sales(("2000000000006703", 2), open_count=1))
    transport.script(AFTERSALE_PATH, sample("aftersale_get_price_diff")["response"])
    connected = shop(transport, clock)
    for _ in range(3):
        assert not connected.order(ORDER_ID).has_open_after_sale
    assert transport.bodies(AFTERSALE_PATH) == [{"after_sale_order_id": "2000000000006703"}]


def test_after_sale_of_unknown_status_is_looked_up_each_time(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, with_after_sales(("2000000000006702", 21), open_count=1))
    answer = sample("aftersale_get_exchange")["response"]
    settled = {**answer["after_sale_order"], "status": "MERCHANT_EXCHANGE_SUCCESS"}
    transport.script(AFTERSALE_PATH, answer, {**answer, "after_sale_order": settled})
    connected = shop(transport, clock)
    assert connected.order(ORDER_ID).has_open_after_sale
    assert not connected.order(ORDER_ID).has_open_after_sale


@pytest.mark.parametrize("status", [2, 77])
def test_after_sale_that_the_platform_does_not_show_holds_the_order(
    transport: RecordingTransport, clock: FakeClock, status: int
) -> None:
    transport.script(ORDER_PATH, with_after_sales(("1", status), open_count=1))
    transport.script(AFTERSALE_PATH, refused(10021050))
    connected = shop(transport, clock)
    assert connected.order(ORDER_ID).has_open_after_sale
    transport.script(AFTERSALE_PATH, sample("aftersale_get_price_diff")["response"])
    assert not connected.order(ORDER_ID).has_open_after_sale  # asked again, not remembered


def test_order_is_not_stored_on_a_guess_when_its_after_sale_cannot_be_read(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, with_after_sales(("1", 2), open_count=1))
    transport.script(AFTERSALE_PATH, CallNotSentError(T("No connection to {host}.", host="h")))
    with pytest.raises(RetryableError):
        shop(transport, clock).order(ORDER_ID)


# The receiver in clear


def test_receiver_in_clear(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script(DECODE_PATH, DECODED["response_plain"])
    got = shop(transport, clock).clear_receiver(VIRTUAL_ORDER)
    assert got == Address(
        name="林晓",
        phone="18300002807",
        province="福建省",
        city="福州市",
        district="罗源县",
        address="示例路1号2单元301",
    )
    assert transport.bodies(DECODE_PATH) == [DECODED["request"]]


def test_virtual_number_replaces_the_phone_that_stays_hidden(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(DECODE_PATH, DECODED["response_virtual_number"])
    got = shop(transport, clock).clear_receiver(VIRTUAL_ORDER)
    assert (got.phone, got.extension, got.masked) == ("13212345774", "1234", False)


def test_hidden_phone_without_number_is_asked_for_on_its_own(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    hidden = {k: v for k, v in DECODED["response_virtual_number"].items() if "number" not in k}
    transport.script(DECODE_PATH, hidden)
    transport.script(VIRTUAL_PATH, {"virtual_tel_number": "13212345774-1234"})
    got = shop(transport, clock).clear_receiver(VIRTUAL_ORDER)
    assert (got.phone, got.extension) == ("13212345774", "1234")


@pytest.mark.parametrize("answer", [refused(6060453), {"virtual_tel_number": ""}])
def test_order_without_any_number_says_so(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, Any]
) -> None:
    hidden = {k: v for k, v in DECODED["response_virtual_number"].items() if "number" not in k}
    transport.script(DECODE_PATH, hidden)
    transport.script(VIRTUAL_PATH, answer)
    with pytest.raises(UserError) as caught:
        shop(transport, clock).clear_receiver(VIRTUAL_ORDER)
    assert caught.value.code == "virtual_number"


def test_decoding_right_after_reading_is_repeated_once_after_a_pause(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(DECODE_PATH, DECODED["response_race"], DECODED["response_plain"])
    assert shop(transport, clock).clear_receiver(VIRTUAL_ORDER).name == "林晓"
    assert len(clock.sleeps) == 1
    assert 1 <= clock.sleeps[0] <= 3
    transport.script(DECODE_PATH, DECODED["response_race"])
    with pytest.raises(RetryableError) as caught:
        shop(transport, clock).clear_receiver(VIRTUAL_ORDER)
    assert caught.value.code == "order_busy"
    assert len(transport.calls(DECODE_PATH)) == 4


def test_used_up_decodes_point_to_the_platforms_label(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(DECODE_PATH, refused(45009))
    with pytest.raises(RetryableError) as caught:
        shop(transport, clock).clear_receiver(VIRTUAL_ORDER)
    assert caught.value.code == "decode_quota"
    assert "platform's label" in str(caught.value.remedy)


# The connection test


def test_check_greets_the_shop(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script(INFO_PATH, sample("shop_info")["response"])
    health = shop(transport, clock).check()
    assert health.ok
    assert "示例小店" in str(health.message)
    assert transport.calls(INFO_PATH)[0].method == "GET"


@pytest.mark.parametrize("status", ["closing", "close_finished"])
def test_check_of_a_closed_shop(
    transport: RecordingTransport, clock: FakeClock, status: str
) -> None:
    transport.script(INFO_PATH, {"info": {"nickname": "示例小店", "status": status}})
    assert not shop(transport, clock).check().ok


@pytest.mark.parametrize(
    "answer", [refused(40164, "invalid ip 203.0.113.9"), refused(48001), refused(-1)]
)
def test_check_that_fails_says_what_to_do(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, Any]
) -> None:
    transport.script(INFO_PATH, answer)
    health = shop(transport, clock).check()
    assert not health.ok
    assert health.remedy is not None
    assert str(health.remedy)


def test_every_error_is_one_that_a_person_understands(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    for code in (-2, 40066, 47001, 100000001):
        transport.script(ORDER_PATH, refused(code))
        with pytest.raises(PackbenchError) as caught:
            shop(transport, clock).order(ORDER_ID)
        assert isinstance(caught.value, UserError)
        assert str(caught.value.remedy)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"orders": [ORDER_ID]},
        {"order_id_list": {"id": ORDER_ID}},
        {"order_id_list": ORDER_ID, "has_more": False},
    ],
)
def test_a_list_of_another_shape_is_an_error_and_no_empty_list(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, Any]
) -> None:
    transport.script(LIST_PATH, {"errcode": 0, "errmsg": "ok", **answer})
    with pytest.raises(RetryableError) as caught:
        shop(transport, clock).changed_orders(SINCE, UNTIL, "")
    assert caught.value.code == "shop_shape"


@pytest.mark.parametrize(
    "answer", [{"has_more": False}, {"order_id_list": None, "next_key": ""}, {"order_id_list": []}]
)
def test_an_empty_list_may_be_left_out(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, Any]
) -> None:
    transport.script(LIST_PATH, {"errcode": 0, "errmsg": "ok", **answer})
    assert shop(transport, clock).changed_orders(SINCE, UNTIL, "") == OrderPage(())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 5000])
def test_numbers_beyond_all_measure_are_no_crash(
    transport: RecordingTransport, clock: FakeClock, number: str
) -> None:
    text = f'{{"errcode": 0, "order": {{"order_id": "1", "update_time": {number}}}}}'
    transport.script(ORDER_PATH, Response(200, {}, text.encode()))
    with pytest.raises(PackbenchError):
        shop(transport, clock).order(ORDER_ID)
