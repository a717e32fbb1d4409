"""The program's own client, written apart from the simulator, meets it over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.address import Address
from app.domain.errors import RetryableError
from app.domain.waybills import (
    Booking,
    Goods,
    Issued,
    NeverExisted,
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
    ReportRefused,
    ReportUnclear,
    ShipmentReport,
    WaybillSource,
)
from app.shops.wechat.client import WechatClient
from app.shops.wechat.settings import WechatSettings
from app.shops.wechat.shop import WechatShop as ShopAdapter
from app.simulators.scenario import build_scenario
from app.simulators.wechat.gateway import WechatServer
from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import APP_ID, EWAYBILL, NOW_S, RECEIVER, SECRET, Clock
from tests.support.clock import FakeClock

SINGLE, MULTI = "3732000000000000101", "3732000000000000102"
SEND = "/channels/ec/order/delivery/send"
CREATE = f"{EWAYBILL}/order/create"
NOW = datetime.fromtimestamp(NOW_S, UTC)
WAREHOUSE = Address(
    name="仓库",
    phone="13900000000",
    province="上海市",
    city="上海市",
    district="青浦区",
    street="华新镇",
    address="示例路1号仓",
)


@pytest.fixture
def adapter(server: WechatServer) -> Iterator[ShopAdapter]:
    settings = WechatSettings.from_config(
        {"name": "main", "app_id": APP_ID, "app_secret": SECRET, "base_url": server.base_url}
    )
    transport = HttpxTransport()
    yield ShopAdapter(settings, WechatClient(settings, transport, FakeClock(NOW)))
    transport.close()


def ids_of(adapter: ShopAdapter, since: datetime, until: datetime) -> set[str]:
    found: set[str] = set()
    key = ""
    while True:
        page = adapter.changed_orders(since, until, key)
        found.update(page.order_ids)
        key = page.next_key
        if not key:
            return found


def account_with(adapter: ShopAdapter, company: str) -> PlatformAccount:
    return next(a for a in adapter.platform_accounts() if a.company == company)


def booking(
    adapter: ShopAdapter, account: PlatformAccount, key: str = "3878000000000000900"
) -> Booking:
    order = adapter.order(SINGLE)
    return Booking(
        key=key,
        parcel_id="p1",
        carrier=account.company,
        sender=WAREHOUSE,
        receiver=order.receiver,
        goods=(Goods("无线控制器", 1, 300, 100, "", SINGLE, "10000154828123", "3616331648"),),
        weight_g=300,
        order_ids=(SINGLE,),
    )


def labels(adapter: ShopAdapter, company: str) -> tuple[WaybillSource, Booking]:
    account = account_with(adapter, company)
    return adapter.platform_labels(account), booking(adapter, account)


def test_every_page_is_read_and_every_order_understood(
    adapter: ShopAdapter, shop: WechatShop, clock: Clock
) -> None:
    for selling in build_scenario(3, NOW, orders=90).shops:
        for seed in selling.orders:
            shop.add_order(seed.order, seed.receiver, seed.after_sales)
    assert adapter.check().ok
    found = ids_of(adapter, NOW - timedelta(days=7), NOW)
    assert found == set(shop.orders)
    for order_id in found:
        assert adapter.order(order_id).order_id == order_id


def test_too_many_orders_ask_for_a_shorter_window(adapter: ShopAdapter, shop: WechatShop) -> None:
    shop.quirks.max_orders_in_range = 3
    with pytest.raises(RetryableError) as caught:
        ids_of(adapter, NOW - timedelta(days=2), NOW)
    assert caught.value.code == "sync_narrow"


def test_a_number_is_booked_printed_shipped_and_read_back(
    adapter: ShopAdapter, shop: WechatShop
) -> None:
    source, asked = labels(adapter, "zto")
    issued = source.create(asked)
    assert isinstance(issued, Issued)
    assert issued.print_info
    assert issued.number == shop.waybills()[asked.key].waybill_id
    adapter.tell_printed([PrintedNotice(asked.key, "zto", issued.number, again=False)])
    assert [notice.re_print for notice in shop.printed(issued.number)] == [0]
    lines = (("10000154828123", "3616331648", 1),)
    assert isinstance(
        adapter.report_shipped(ShipmentReport(SINGLE, "zto", issued.number, lines)), Reported
    )
    [told] = adapter.reported_parcels(SINGLE)
    assert told.number == issued.number
    assert len(shop.shipments(SINGLE)) == 1


def test_a_lost_booking_is_found_again_and_costs_one_label(
    adapter: ShopAdapter, shop: WechatShop, server: WechatServer
) -> None:
    source, asked = labels(adapter, "zto")
    server.faults.lose_answer(CREATE)
    assert isinstance(source.create(asked), Unknown)
    found = source.reconcile(asked)
    assert isinstance(found, Issued)
    again = source.create(asked)
    assert isinstance(again, Issued)
    assert found.number == again.number == shop.waybills()[asked.key].waybill_id
    assert len(shop.waybills()) == 1


def test_a_booking_that_never_arrived_never_existed(
    adapter: ShopAdapter, shop: WechatShop, server: WechatServer
) -> None:
    source, asked = labels(adapter, "zto")
    server.faults.bad_gateway(CREATE)
    assert isinstance(source.create(asked), Unknown)
    assert isinstance(source.reconcile(asked), NeverExisted)
    assert shop.waybills() == {}


def test_yundas_refusal_of_masked_text_is_understood(adapter: ShopAdapter) -> None:
    source, asked = labels(adapter, "yunda")
    refused = source.create(asked)
    assert isinstance(refused, Rejected)
    assert refused.problem.kind is ProblemClass.MASKED
    spent = source.create(asked)
    assert isinstance(spent, Rejected)
    assert spent.problem.kind is ProblemClass.DUPLICATE


def test_a_number_is_given_back_once(adapter: ShopAdapter, shop: WechatShop) -> None:
    source, asked = labels(adapter, "zto")
    issued = source.create(asked)
    assert isinstance(issued, Issued)
    assert source.void(asked, issued.number, "").result is VoidResult.VOIDED
    assert source.void(asked, issued.number, "").result is VoidResult.ALREADY_VOID
    assert shop.waybills(alive=True) == {}


def test_a_parcel_on_its_way_is_too_late(adapter: ShopAdapter, shop: WechatShop) -> None:
    source, asked = labels(adapter, "zto")
    issued = source.create(asked)
    assert isinstance(issued, Issued)
    shop.pick_up(issued.number)
    assert source.void(asked, issued.number, "").result is VoidResult.TOO_LATE


def test_a_lost_report_is_unclear_and_found_in_the_order(
    adapter: ShopAdapter, shop: WechatShop, server: WechatServer
) -> None:
    report = ShipmentReport(SINGLE, "zto", "78900000000001", (("10000154828123", "3616331648", 1),))
    server.faults.lose_answer(SEND)
    assert isinstance(adapter.report_shipped(report), ReportUnclear)
    assert [p.number for p in adapter.reported_parcels(SINGLE)] == ["78900000000001"]
    assert not isinstance(adapter.report_shipped(report), ReportRefused)
    assert len(shop.shipments(SINGLE)) == 1


def test_an_open_aftersale_refuses_the_report(adapter: ShopAdapter, shop: WechatShop) -> None:
    shop.open_aftersale(MULTI, "10000154828200", "3616331701", 1)
    report = ShipmentReport(MULTI, "zto", "78900000000001", (("10000154828200", "3616331702", 1),))
    assert isinstance(adapter.report_shipped(report), ReportRefused)


def test_the_receiver_is_decoded_right_after_the_order_was_read(adapter: ShopAdapter) -> None:
    adapter.order(SINGLE)
    clear = adapter.clear_receiver(SINGLE)
    assert (clear.name, clear.phone) == ("林晓", "18300002807")


def test_a_killed_token_is_renewed_without_being_noticed(
    adapter: ShopAdapter, shop: WechatShop
) -> None:
    adapter.order(SINGLE)
    shop.tokens.revoke_all()
    assert adapter.order(SINGLE).order_id == SINGLE
    shop.tokens.expire_all()
    assert adapter.order(SINGLE).order_id == SINGLE


def test_an_address_change_changes_the_orders_hash(adapter: ShopAdapter, shop: WechatShop) -> None:
    before = adapter.order(SINGLE)
    shop.change_address(SINGLE, replace(RECEIVER, detail_info="示例路2号"))
    assert adapter.order(SINGLE).address_hash != before.address_hash
