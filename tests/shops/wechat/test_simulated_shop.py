"""The adapter over real HTTP against the strict simulated platform."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.address import Address
from app.domain.errors import RetryableError, UserError
from app.domain.keys import new_key
from app.domain.orders import OrderSnapshot
from app.domain.states import OrderStatus
from app.domain.waybills import (
    PRINT_INFO_BY_NUMBER,
    Booking,
    Goods,
    Issued,
    NeverExisted,
    NotSent,
    ProblemClass,
    Rejected,
    Unknown,
    VoidResult,
)
from app.net.transport import HttpxTransport
from app.ports import (
    PlatformAccount,
    PrintedNotice,
    Reported,
    ReportLater,
    ReportRefused,
    ReportUnclear,
    ShipmentReport,
)
from app.shops.wechat.client import TOKEN_PATH, WechatClient
from app.shops.wechat.deliveries import SEND_PATH
from app.shops.wechat.label_calls import (
    CANCEL_PATH,
    CREATE_PATH,
    GET_PATH,
    PRINT_INFO_PATH,
)
from app.shops.wechat.order_lists import LIST_PATH
from app.shops.wechat.settings import WechatSettings
from app.shops.wechat.shop import AFTERSALE_PATH, ORDER_PATH, WechatShop
from app.simulators.wechat.addresses import Receiver
from app.simulators.wechat.gateway import WechatServer
from app.simulators.wechat.print_blob import unseal
from app.simulators.wechat.quirks import IpBlock, WechatQuirks
from app.simulators.wechat.records import LabelAccount
from app.simulators.wechat.shop import WechatShop as SimulatedShop
from tests.shops.wechat.recording import APP_ID, SECRET, WAREHOUSE, sample_order
from tests.support.clock import FakeClock

PLACE = {
    "province": "上海市",
    "city": "上海市",
    "county": "青浦区",
    "street": "华新镇",
    "address": "示例路1号仓",
}
BUYER = Receiver(
    user_name="林晓",
    tel_number="18300002807",
    province_name="福建省",
    city_name="福州市",
    county_name="罗源县",
    detail_info="示例路1号2单元301",
)
SINGLE, MULTI = "3732000000000000101", "3732000000000000102"


@dataclass(slots=True)
class Bench:
    """A simulated platform, its shop, and our adapter connected to it."""

    server: WechatServer
    platform: SimulatedShop
    transport: HttpxTransport
    clock: FakeClock

    def connect(
        self, secret: str = SECRET, *, read_timeout_s: float = 15, write_timeout_s: float = 30
    ) -> WechatShop:
        settings = WechatSettings.from_config(
            {
                "name": "main",
                "app_id": APP_ID,
                "app_secret": secret,
                "base_url": self.server.base_url,
                "calls_per_minute": 10_000,
            }
        )
        client = WechatClient(
            settings,
            self.transport,
            self.clock,
            read_timeout_s=read_timeout_s,
            write_timeout_s=write_timeout_s,
        )
        return WechatShop(settings, client)

    def add(self, name: str, receiver: Receiver = BUYER) -> str:
        return self.platform.add_order(sample_order(name), receiver)


@pytest.fixture
def bench(clock: FakeClock) -> Iterator[Bench]:
    quirks = WechatQuirks(carriers_refusing_masked=frozenset({"YUNDA"}))
    platform = SimulatedShop(
        APP_ID,
        SECRET,
        quirks=quirks,
        clock=lambda: clock.now().timestamp(),
        accounts=[
            LabelAccount("ZTO", "66001", PLACE, 1, "029055", "网点", available=100),
            LabelAccount("SF", "66002", PLACE, 2, monthly_card="0210000000"),
            LabelAccount("YUNDA", "66003", PLACE, 1, "230001", "网点", available=5),
            LabelAccount("STO", "66004", PLACE, 1, "200001", "网点", available=5, status=1),
        ],
    )
    transport = HttpxTransport()
    with WechatServer([platform], clock=lambda: clock.now().timestamp()) as server:
        yield Bench(server, platform, transport, clock)
        transport.close()


def account(shop: WechatShop, company: str) -> PlatformAccount:
    return next(a for a in shop.platform_accounts() if a.company == company)


def booking_for(bench: Bench, *orders: OrderSnapshot, **changes: Any) -> Booking:
    goods = tuple(
        Goods(
            name=f"{line.title} {line.spec}",
            quantity=line.quantity,
            weight_g=100,
            price_fen=line.unit_price_fen,
            order_id=order.order_id,
            product_id=line.product_id,
            sku_id=line.sku_id,
        )
        for order in orders
        for line in order.lines
    )
    made = Booking(
        key=new_key(bench.clock.now()),
        parcel_id="p1",
        carrier="zto",
        sender=WAREHOUSE,
        receiver=orders[0].receiver,
        goods=goods,
        weight_g=300,
        order_ids=tuple(order.order_id for order in orders),
    )
    return replace(made, **changes)


def report_of(order: OrderSnapshot, number: str = "78900000000001") -> ShipmentReport:
    lines = tuple((line.product_id, line.sku_id, line.to_ship) for line in order.lines)
    return ShipmentReport(order.order_id, "ZTO", number, lines)


# Access


def test_eight_threads_that_need_a_token_make_one_call(bench: Bench) -> None:
    bench.add("single")
    shop = bench.connect()
    found: list[str] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        found.append(shop.order(SINGLE).order_id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [SINGLE] * 8
    assert bench.server.journal.count(TOKEN_PATH) == 1


def test_expired_token_is_renewed_and_the_call_goes_on(bench: Bench) -> None:
    bench.add("single")
    shop = bench.connect()
    shop.order(SINGLE)
    bench.platform.tokens.expire_all()
    assert shop.order(SINGLE).order_id == SINGLE
    bench.platform.tokens.revoke_all()
    assert shop.order(SINGLE).order_id == SINGLE
    asked = bench.server.journal.calls(TOKEN_PATH)
    assert [call.body["force_refresh"] for call in asked] == [False, False, False]


# trap 36
def test_two_programs_with_one_app_do_not_log_each_other_out(bench: Bench) -> None:
    bench.add("single")
    first, second = bench.connect(), bench.connect()
    for _ in range(3):
        assert first.order(SINGLE).order_id == second.order(SINGLE).order_id
    assert bench.server.journal.count(TOKEN_PATH) == 2


def test_token_is_renewed_in_time_over_a_whole_day(bench: Bench) -> None:
    bench.add("single")
    shop = bench.connect()
    for _ in range(24 * 4):
        shop.order(SINGLE)
        bench.clock.advance(minutes=15)
    refused = [call for call in bench.server.journal.calls(ORDER_PATH) if call.code != "0"]
    assert refused == []
    assert 12 <= bench.server.journal.count(TOKEN_PATH) <= 26


def test_wrong_secret(bench: Bench) -> None:
    health = bench.connect(secret="wrong").check()
    assert not health.ok
    assert "app_secret" in str(health.remedy)


# trap 36
@pytest.mark.parametrize("block", [IpBlock.ERRCODE, IpBlock.HTTP_403])
def test_network_that_is_not_whitelisted(bench: Bench, block: IpBlock) -> None:
    shop = bench.connect()
    assert shop.check().ok
    bench.platform.quirks.ip_block = block
    health = shop.check()
    assert not health.ok
    assert "whitelist" in str(health.remedy)
    if block is IpBlock.ERRCODE:
        assert "203.0.113.9" in str(health.remedy)
    assert bench.server.journal.count(TOKEN_PATH) == 1  # nobody renews a token for that
    bench.platform.quirks.ip_block = IpBlock.OFF
    assert shop.check().ok


# trap 36
def test_account_of_another_kind_is_not_a_shop(bench: Bench) -> None:
    bench.platform.sells = False
    health = bench.connect().check()
    assert not health.ok
    assert "app_id of the shop" in str(health.remedy)


# Orders


def test_every_recorded_order_is_read_over_http(bench: Bench) -> None:
    shop = bench.connect()
    for name in ("single", "multi_sku", "gift", "presale", "split_shipped", "shipped"):
        order_id = bench.add(name)
        got = shop.order(order_id)
        assert got.order_id == order_id
        assert got.receiver.masked
        assert got.receiver.district == "罗源县"


# trap 10
# trap 13
@pytest.mark.parametrize("numbers", [False, True])
def test_ids_are_text_however_they_come(bench: Bench, numbers: bool) -> None:
    bench.platform.quirks.numeric_ids = numbers
    bench.platform.quirks.free_gift_as_number = numbers
    bench.platform.quirks.omit_errcode_on_success = numbers
    got = bench.connect().order(bench.add("multi_sku"))
    assert got.order_id == MULTI
    assert got.lines[0].sku_id == "3616331701"
    assert [line.is_free_gift for line in got.lines] == [False, False, False, True]


def test_list_is_walked_page_by_page(bench: Bench) -> None:
    shop = bench.connect()
    wanted = set()
    for number in range(230):
        order = sample_order("single")
        order["order_id"] = str(3732000000000001000 + number)
        order["update_time"] = int(bench.clock.now().timestamp()) - number
        wanted.add(bench.platform.add_order(order, BUYER))
    until = bench.clock.now()
    found: list[str] = []
    key = ""
    while True:
        page = shop.changed_orders(until - timedelta(hours=1), until, key, OrderStatus.PAID)
        found += page.order_ids
        key = page.next_key
        if not key:
            break
    assert set(found) == wanted
    assert bench.server.journal.count(LIST_PATH) == 3


# trap 2
def test_page_with_other_times_begins_the_run_again(bench: Bench) -> None:
    shop = bench.connect()
    for number in range(101):
        order = sample_order("single")
        order["order_id"] = str(3732000000000001000 + number)
        bench.platform.add_order(order, BUYER)
    at = datetime.fromtimestamp(sample_order("single")["update_time"], UTC)
    since, until = at - timedelta(hours=1), at + timedelta(hours=1)
    page = shop.changed_orders(since, until, "")
    with pytest.raises(RetryableError) as caught:
        shop.changed_orders(since, until + timedelta(seconds=5), page.next_key)
    assert caught.value.code == "sync_restart"


def test_too_many_orders_in_a_window(bench: Bench) -> None:
    bench.platform.quirks.max_orders_in_range = 0
    at = datetime.fromtimestamp(sample_order("single")["update_time"], UTC)
    bench.add("single")
    with pytest.raises(RetryableError) as caught:
        bench.connect().changed_orders(at - timedelta(days=7), at, "")
    assert caught.value.code == "sync_narrow"


def test_unknown_order(bench: Bench) -> None:
    with pytest.raises(UserError) as caught:
        bench.connect().order("3732000000000000999")
    assert caught.value.code == "order_missing"


# trap 7
def test_cancelled_order_is_cancelled_and_was_paid(bench: Bench) -> None:
    bench.platform.cancel(bench.add("single"))
    got = bench.connect().order(SINGLE)
    assert got.status is OrderStatus.CANCELLED
    assert got.paid_at is not None


def test_refund_holds_and_a_difference_in_price_does_not(bench: Bench) -> None:
    shop = bench.connect()
    line = sample_order("single")["order_detail"]["product_infos"][0]
    goods = (line["product_id"], line["sku_id"], 1)
    bench.add("single")
    money = bench.platform.open_aftersale(SINGLE, *goods, price_difference_fen=300)
    got = shop.order(SINGLE)
    assert [(a.after_sale_id, a.open, a.affects_goods) for a in got.after_sales] == [
        (money, True, False)
    ]
    refund = bench.platform.open_aftersale(SINGLE, *goods)
    got = shop.order(SINGLE)
    assert got.has_open_after_sale
    assert got.lines[0].refunding_quantity == 1
    bench.platform.finish_refund(refund)
    got = shop.order(SINGLE)
    assert not got.has_open_after_sale
    assert got.lines[0].to_ship == 0
    assert bench.server.journal.count(AFTERSALE_PATH) == 1


def test_exchange_of_unknown_number_holds_until_it_ends(bench: Bench) -> None:
    shop = bench.connect()
    line = sample_order("single")["order_detail"]["product_infos"][0]
    bench.add("single")
    exchange = bench.platform.open_aftersale(
        SINGLE, line["product_id"], line["sku_id"], 1, kind="EXCHANGE"
    )
    bench.platform.move_aftersale(exchange, "USER_WAIT_RECEIPT")
    assert shop.order(SINGLE).has_open_after_sale
    bench.platform.move_aftersale(exchange, "MERCHANT_EXCHANGE_SUCCESS")
    assert not shop.order(SINGLE).has_open_after_sale


def test_address_request_and_its_effect(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    before = shop.order(SINGLE)
    bench.platform.request_address_change(SINGLE, replace(BUYER, county_name="仓山区"))
    asked = shop.order(SINGLE)
    assert asked.address_hash == before.address_hash
    assert asked.pending_address is not None
    bench.platform.change_address(SINGLE, replace(BUYER, county_name="仓山区"))
    assert shop.order(SINGLE).address_hash != before.address_hash


@pytest.mark.parametrize("fault", ["bad_gateway", "truncate", "lose_answer", "close_before"])
def test_reading_over_a_bad_line_is_tried_later(bench: Bench, fault: str) -> None:
    bench.add("single")
    shop = bench.connect()
    getattr(bench.server.faults, fault)(ORDER_PATH)
    with pytest.raises(RetryableError):
        shop.order(SINGLE)
    assert shop.order(SINGLE).order_id == SINGLE


def test_platform_that_does_not_answer_in_time(bench: Bench) -> None:
    bench.add("single")
    shop = bench.connect(read_timeout_s=0.2)
    shop.check()
    fault = bench.server.faults.hang(ORDER_PATH)
    with pytest.raises(RetryableError) as caught:
        shop.order(SINGLE)
    fault.release()
    assert caught.value.code == "shop_no_answer"


def test_dead_platform_is_offline(bench: Bench) -> None:
    shop = bench.connect()
    bench.server.stop()
    with pytest.raises(RetryableError) as caught:
        shop.order(SINGLE)
    assert caught.value.code == "shop_offline"
    assert isinstance(shop.report_shipped(ShipmentReport(SINGLE, "SF", "1", ())), ReportLater)


# The receiver in clear


def test_receiver_is_decoded_in_spite_of_the_race(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    shop.order(SINGLE)  # the platform refuses a decode right after this
    got = shop.clear_receiver(SINGLE)
    assert got == Address(
        name="林晓",
        phone="18300002807",
        province="福建省",
        city="福州市",
        district="罗源县",
        address="示例路1号2单元301",
    )
    assert len(bench.platform.decodes) == 1


def test_virtual_number_is_decoded_with_its_extension(bench: Bench) -> None:
    receiver = replace(BUYER, virtual_number="13212345774", virtual_extension="1234")
    order_id = bench.add("virtual_tel", receiver)
    got = bench.connect().clear_receiver(order_id)
    assert (got.phone, got.extension, got.masked) == ("13212345774", "1234", False)


def test_decodes_of_the_day_are_used_up(bench: Bench) -> None:
    bench.platform.quirks.decodes_per_day = 0
    bench.add("single")
    with pytest.raises(RetryableError) as caught:
        bench.connect().clear_receiver(SINGLE)
    assert caught.value.code == "decode_quota"


# Labels


def test_accounts_over_http(bench: Bench) -> None:
    found = {a.company: a for a in bench.connect().platform_accounts()}
    assert {code: a.bound for code, a in found.items()} == {
        "zto": True,
        "sf": True,
        "yunda": True,
        "sto": False,
    }
    assert (found["zto"].balance, found["sf"].balance) == (100, None)


def test_number_is_booked_printed_and_reported(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    order = shop.order(SINGLE)
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, order)
    got = source.create(booking)
    assert isinstance(got, Issued)
    assert unseal(got.print_info)["receiver"]["name"] == "林晓"  # the platform knows who it is
    shop.tell_printed([PrintedNotice(booking.key, "zto", got.number, again=False)])
    shop.tell_printed([PrintedNotice(booking.key, "zto", got.number, again=True)])
    assert [notice.re_print for notice in bench.platform.printed(got.number)] == [0, 1]
    assert shop.report_shipped(report_of(order, got.number)) == Reported()
    (parcel,) = shop.reported_parcels(SINGLE)
    assert (parcel.company, parcel.number) == ("ZTO", got.number)
    assert shop.order(SINGLE).status is OrderStatus.SHIPPED
    assert source.check().balance == 99


def test_parcel_of_two_orders_gets_one_number(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    bench.add("multi_sku")
    orders = [shop.order(SINGLE), shop.order(MULTI)]
    got = shop.platform_labels(account(shop, "zto")).create(booking_for(bench, *orders))
    assert isinstance(got, Issued)
    (label,) = bench.platform.waybills(alive=True).values()
    assert label.order_ids == (SINGLE, MULTI)


def test_boxes_of_one_shipment(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    booking = booking_for(bench, shop.order(SINGLE), carrier="sf", box_count=3)
    source = shop.platform_labels(account(shop, "sf"))
    got = source.create(booking)
    assert isinstance(got, Issued)
    assert [number.kind for number in got.numbers] == ["mother", "child", "child"]
    pictures = got.label[PRINT_INFO_BY_NUMBER]
    assert [unseal(pictures[n.number])["box"] for n in got.numbers[1:]] == [2, 3]
    again = source.reconcile(booking)
    assert isinstance(again, Issued)
    assert again.numbers == got.numbers


@pytest.mark.parametrize("fault", ["lose_answer", "truncate"])
def test_lost_answer_is_reconciled_to_the_one_number(bench: Bench, fault: str) -> None:
    shop = bench.connect()
    bench.add("single")
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, shop.order(SINGLE))
    getattr(bench.server.faults, fault)(CREATE_PATH)
    assert isinstance(source.create(booking), Unknown)
    found = source.reconcile(booking)
    assert isinstance(found, Issued)
    assert unseal(found.print_info)["waybill"] == found.number
    again = source.create(booking)  # and even a careless repetition gets the same number
    assert isinstance(again, Issued)
    assert again.number == found.number
    assert len(bench.platform.waybills()) == 1


def test_booking_that_times_out_is_reconciled(bench: Bench) -> None:
    shop = bench.connect(write_timeout_s=0.2)
    bench.add("single")
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, shop.order(SINGLE))
    fault = bench.server.faults.hang(CREATE_PATH)
    assert isinstance(source.create(booking), Unknown)
    fault.release()
    assert isinstance(source.reconcile(booking), Issued)
    assert len(bench.platform.waybills()) == 1


@pytest.mark.parametrize("fault", ["bad_gateway", "close_before"])
def test_booking_that_never_arrived_never_existed(bench: Bench, fault: str) -> None:
    shop = bench.connect()
    bench.add("single")
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, shop.order(SINGLE))
    getattr(bench.server.faults, fault)(CREATE_PATH)
    assert isinstance(source.create(booking), Unknown)
    assert source.reconcile(booking) == NeverExisted()
    assert bench.platform.waybills() == {}


def test_picture_lost_on_the_way_is_fetched_when_reconciling(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, shop.order(SINGLE))
    bench.server.faults.lose_answer(CREATE_PATH)
    bench.server.faults.bad_gateway(PRINT_INFO_PATH)
    source.create(booking)
    assert isinstance(source.reconcile(booking), Unknown)
    assert isinstance(source.reconcile(booking), Issued)


def test_key_burnt_by_a_refusal_is_refused_again_and_a_fresh_one_works(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, shop.order(SINGLE))
    bench.platform.refuse_labels("ZTO", "该地区停发")
    first = source.create(booking)
    assert isinstance(first, Rejected)
    assert first.problem.kind is ProblemClass.CLOSED_TEMPORARILY
    second = source.create(booking)  # 10025019, and order/get says 10025010
    assert isinstance(second, Rejected)
    assert second.problem.kind is ProblemClass.DUPLICATE
    assert source.reconcile(booking) == NeverExisted()
    fresh = replace(booking, key=new_key(bench.clock.now()))
    assert isinstance(source.create(fresh), Issued)


def test_carrier_that_refuses_hidden_receivers(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    source = shop.platform_labels(account(shop, "yunda"))
    got = source.create(booking_for(bench, shop.order(SINGLE), carrier="yunda"))
    assert isinstance(got, Rejected)
    assert got.problem.kind is ProblemClass.MASKED


def test_region_out_of_range(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    bench.platform.unreachable.add(("ZTO", "福建省"))
    got = shop.platform_labels(account(shop, "zto")).create(booking_for(bench, shop.order(SINGLE)))
    assert isinstance(got, Rejected)
    assert got.problem.kind is ProblemClass.OUT_OF_RANGE


def test_order_with_a_virtual_number_gets_its_label(bench: Bench) -> None:
    shop = bench.connect()
    receiver = replace(BUYER, virtual_number="13212345774", virtual_extension="1234")
    order = shop.order(bench.add("virtual_tel", receiver))
    assert (order.receiver.phone, order.receiver.extension) == ("13212345774", "1234")
    got = shop.platform_labels(account(shop, "zto")).create(booking_for(bench, order))
    assert isinstance(got, Issued)


def test_refunded_order_gets_no_label(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    order = shop.order(SINGLE)
    bench.platform.cancel(SINGLE)
    got = shop.platform_labels(account(shop, "zto")).create(booking_for(bench, order))
    assert isinstance(got, Rejected)
    assert got.problem.code == "10025017"


def test_quota_of_bookings_is_no_lost_booking(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, shop.order(SINGLE))
    bench.server.faults.answer_json(CREATE_PATH, {"errcode": 45009, "errmsg": "quota"})
    assert isinstance(source.create(booking), NotSent)
    assert isinstance(source.create(booking), NotSent)
    assert bench.server.journal.count(CREATE_PATH) == 1
    bench.clock.advance(120)
    assert isinstance(source.create(booking), Issued)


def test_number_is_given_back_once(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, shop.order(SINGLE))
    got = source.create(booking)
    assert isinstance(got, Issued)
    bench.server.faults.lose_answer(CANCEL_PATH)
    assert source.void(booking, got.number, "").result is VoidResult.UNKNOWN
    assert source.void(booking, got.number, "").result is VoidResult.ALREADY_VOID
    assert source.check().balance == 100
    assert isinstance(source.reconcile(booking), Rejected)


def test_collected_number_is_not_given_back(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, shop.order(SINGLE))
    got = source.create(booking)
    assert isinstance(got, Issued)
    bench.platform.pick_up(got.number)
    voided = source.void(booking, got.number, "")
    assert voided.result is VoidResult.TOO_LATE
    assert voided.problem is not None
    assert voided.problem.said == "快件已揽收"
    assert bench.server.journal.count(GET_PATH) == 1


# Reports


@pytest.mark.parametrize("fault", ["lose_answer", "truncate"])
def test_report_whose_answer_was_lost_is_found_on_file(bench: Bench, fault: str) -> None:
    shop = bench.connect()
    bench.add("multi_sku")
    report = report_of(shop.order(MULTI))
    getattr(bench.server.faults, fault)(SEND_PATH)
    assert isinstance(shop.report_shipped(report), ReportUnclear)
    (parcel,) = shop.reported_parcels(MULTI)
    assert (parcel.company, parcel.number) == (report.company, report.number)
    assert sorted(parcel.lines) == sorted(report.lines)
    assert shop.report_shipped(report) == Reported()  # 109001, and it is ours
    assert len(bench.platform.shipments(MULTI)) == 1


def test_report_that_never_arrived_is_not_on_file(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    report = report_of(shop.order(SINGLE))
    bench.server.faults.bad_gateway(SEND_PATH)
    assert isinstance(shop.report_shipped(report), ReportUnclear)
    assert shop.reported_parcels(SINGLE) == ()
    assert shop.report_shipped(report) == Reported()


def test_open_after_sale_blocks_the_report(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    report = report_of(shop.order(SINGLE))
    bench.platform.open_aftersale(SINGLE, *report.lines[0])
    got = shop.report_shipped(report)
    assert isinstance(got, ReportRefused)
    assert (got.problem.code, got.reread) == ("108009", True)


def test_missing_return_address_and_foreign_service(bench: Bench) -> None:
    shop = bench.connect()
    bench.add("single")
    report = report_of(shop.order(SINGLE))
    bench.platform.drop_return_address()
    got = shop.report_shipped(report)
    assert isinstance(got, ReportRefused)
    assert got.problem.code == "606003"
    bench.platform.bind_to_isv(SINGLE)
    got = shop.report_shipped(report)
    assert isinstance(got, ReportRefused)
    assert got.problem.code == "606034"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"company": "NOBODY"}, "606004"),
        ({"number": "x"}, "606005"),
        ({"lines": (("1", "2", 1),)}, "606031"),
        ({"lines": ()}, "109002"),
        ({"order_id": "1"}, "100002"),
    ],
)
def test_wrong_reports_are_refused(bench: Bench, changes: dict[str, Any], code: str) -> None:
    shop = bench.connect()
    bench.add("single")
    got = shop.report_shipped(replace(report_of(shop.order(SINGLE)), **changes))
    assert isinstance(got, ReportRefused)
    assert got.problem.code == code


def test_nothing_in_the_journal_left_with_a_wrong_type(bench: Bench) -> None:
    """The simulator answers 47001 for a wrong type and 40097 for a field no document knows."""
    shop = bench.connect()
    bench.add("multi_sku")
    shop.check()
    until = bench.clock.now()
    shop.changed_orders(until - timedelta(days=1), until, "", OrderStatus.PAID)
    order = shop.order(MULTI)
    source = shop.platform_labels(account(shop, "zto"))
    booking = booking_for(bench, order, remark="请放前台")
    got = source.create(booking)
    assert isinstance(got, Issued)
    source.reconcile(booking)
    shop.tell_printed([PrintedNotice(booking.key, "zto", got.number, again=False)])
    shop.clear_receiver(MULTI)
    shop.report_shipped(report_of(order, got.number))
    codes = {call.code for call in bench.server.journal.calls()}
    assert codes <= {"0", "100003"}


# The shop's time


def test_the_shops_time_is_told_whatever_the_pcs_clock_says(bench: Bench) -> None:
    bench.add("single")
    late = FakeClock(bench.clock.now() + timedelta(minutes=10))
    settings = WechatSettings.from_config(
        {
            "name": "main",
            "app_id": APP_ID,
            "app_secret": SECRET,
            "base_url": bench.server.base_url,
        }
    )
    shop = WechatShop(settings, WechatClient(settings, bench.transport, late))
    assert abs(shop.clock_ahead() - timedelta(minutes=10)) <= timedelta(seconds=1)
    asked = bench.server.journal.count()
    assert abs(shop.clock_ahead() - timedelta(minutes=10)) <= timedelta(seconds=1)
    assert bench.server.journal.count() == asked  # it costs a call once, not each time


def test_two_shop_objects_of_one_app_share_its_calls(bench: Bench) -> None:
    first, second = bench.connect(), bench.connect()
    assert first._client._limiter is second._client._limiter


def test_ids_in_a_list_may_be_numbers(bench: Bench) -> None:
    at = datetime.fromtimestamp(sample_order("single")["update_time"], UTC)
    listed = {"errcode": 0, "order_id_list": [int(SINGLE), MULTI], "has_more": False}
    bench.server.faults.answer_json(LIST_PATH, listed)
    assert bench.connect().changed_orders(at, at, "").order_ids == (SINGLE, MULTI)
