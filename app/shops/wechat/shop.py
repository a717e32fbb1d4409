"""One WeChat Store as a ``Shop``."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.address import Address
from app.domain.errors import RetryableError, UserError
from app.domain.orders import OrderPage, OrderSnapshot, ReportedParcel
from app.domain.states import OrderStatus
from app.domain.text import T, Text
from app.net.limiter import Priority
from app.ports import (
    ExtraReason,
    Health,
    ParcelCorrection,
    PlatformAccount,
    PrintedNotice,
    PushReader,
    ReportOutcome,
    ShipmentReport,
    ShopCompany,
)
from app.shops.wechat import callback, mapping, wire
from app.shops.wechat.accounts import fetch_accounts
from app.shops.wechat.after_sales import WechatAfterSales
from app.shops.wechat.client import WechatClient
from app.shops.wechat.codes import (
    UPDATING_CODE,
    is_documented,
)
from app.shops.wechat.deliveries import Deliveries
from app.shops.wechat.errors import Answer
from app.shops.wechat.goods import WechatGoods
from app.shops.wechat.labels import WechatLabels
from app.shops.wechat.order_desk import WechatOrderDesk, ask_virtual_number
from app.shops.wechat.order_lists import listed
from app.shops.wechat.printed import tell_printed
from app.shops.wechat.settings import WechatSettings
from app.shops.wechat.templates import WechatTemplates

INFO_PATH = "/channels/ec/basics/info/get"
ORDER_PATH = "/channels/ec/order/get"
DECODE_PATH = "/channels/ec/order/sensitiveinfo/decode"
AFTERSALE_PATH = "/channels/ec/aftersale/getaftersaleorder"
DECODE_PAUSE_S = 2.0
_KINDS_KEPT = 2000


class WechatShop:
    """The shop behind one app id. Safe to call from several threads."""

    def __init__(self, settings: WechatSettings, client: WechatClient) -> None:
        self._settings = settings
        self._client = client
        self._goods = WechatGoods(client)
        self._after_sales = WechatAfterSales(client)
        self._kinds: OrderedDict[str, wire.AftersaleOrder] = OrderedDict()
        self._kinds_lock = threading.Lock()
        self._deliveries = Deliveries(client, lambda order_id: self._fetch(order_id)[1])
        self._order_desk = WechatOrderDesk(client, self._fetch)

    @property
    def shop_id(self) -> str:
        """The shop's name in the configuration."""
        return self._settings.name

    @property
    def goods(self) -> WechatGoods:
        return self._goods

    @property
    def settings(self) -> WechatSettings:
        return self._settings

    @property
    def after_sales(self) -> WechatAfterSales:
        """What buyers want back."""
        return self._after_sales

    @property
    def push(self) -> PushReader | None:
        """See ``Shop.push``."""
        return callback.reader_of(self._settings)

    def check(self) -> Health:
        """Whether the shop answers, and whether it is open."""
        try:
            answer = self._client.read(INFO_PATH, {}, method="GET")
            info = wire.read(wire.ShopInfoAnswer, answer.data).info
        except (UserError, RetryableError) as error:
            return Health(False, error.message, error.remedy)
        if info.status.startswith("clos"):
            return Health(
                False,
                T("The shop {name} is closed.", name=info.nickname),
                T("Open it again in the WeChat Store console."),
            )
        return Health(True, T("The shop {name} is connected.", name=info.nickname))

    def clock_ahead(self) -> timedelta:
        """How far this PC's clock is ahead of the shop's; zero when its answers tell no time."""
        ahead = self._client.shop_clock.ahead()
        if ahead is None:
            self._client.read(INFO_PATH, {}, method="GET")
            ahead = self._client.shop_clock.ahead()
        return ahead or timedelta()

    def changed_orders(
        self,
        since: datetime,
        until: datetime,
        page_key: str,
        status: OrderStatus | None = None,
        *,
        sweep: bool = False,
    ) -> OrderPage:
        """Ids of orders updated in ``[since, until]``, at most 7 days; see ``Shop``.

        Raises:
            RetryableError: ``sync_restart``, the run must begin again without a page key;
                ``sync_narrow``, the window is too long or holds too many orders.
        """
        priority = Priority.SWEEP if sweep else Priority.READ
        return listed(self._client, "update_time_range", since, until, page_key, status, priority)

    def created_orders(
        self, since: datetime, until: datetime, page_key: str, status: OrderStatus | None = None
    ) -> OrderPage:
        """Ids of orders made in ``[since, until]``; like ``changed_orders``, after all else."""
        return listed(
            self._client, "create_time_range", since, until, page_key, status, Priority.SWEEP
        )

    def order(self, order_id: str, *, sweep: bool = False) -> OrderSnapshot:
        """The whole order as it is now, its after-sales looked up where order/get is silent.

        Raises:
            UserError: also ``order_missing`` and ``order_unreadable``, which concern this order
                only: the others can be read all the same.
        """
        answer, order = self._fetch(order_id, Priority.SWEEP if sweep else Priority.READ)
        asked = {i: self._after_sale(order_id, i) for i in mapping.unclear_status(order)}
        for after_sale_id in mapping.unclear_kind(order):
            if after_sale_id not in asked:
                asked[after_sale_id] = self._kind_of(order_id, after_sale_id)
        return mapping.snapshot(order, answer.text, asked)

    def _fetch(
        self, order_id: str, priority: Priority = Priority.READ
    ) -> tuple[Answer, wire.Order]:
        try:
            answer = self._client.read(
                ORDER_PATH, {"order_id": order_id}, ref=order_id, priority=priority
            )
        except UserError as error:
            if is_documented(error.code):
                raise
            raise _order_unreadable(error.message, order_id) from error
        try:
            order = wire.read(wire.OrderAnswer, answer.data, order_id).order
        except RetryableError as error:  # reading it again brings the same
            raise _order_unreadable(error.message, order_id) from error
        if order.order_id != order_id:
            raise _order_unreadable(T("WeChat Store answered with another order."), order_id)
        return answer, order

    def _after_sale(self, order_id: str, after_sale_id: str) -> wire.AftersaleOrder:
        """The after-sale; one that the platform will not show counts as open and about goods."""
        try:
            answer = self._client.read(
                AFTERSALE_PATH, {"after_sale_order_id": after_sale_id}, ref=order_id
            )
        except UserError as error:
            if error.code in {"shop_auth", "shop_ip", "shop_address"}:
                raise
            return wire.AftersaleOrder(status=mapping.NOT_SHOWN)
        return wire.read(wire.AftersaleAnswer, answer.data, order_id).after_sale_order

    def _kind_of(self, order_id: str, after_sale_id: str) -> wire.AftersaleOrder:
        """The after-sale without its status: its kind never changes and is asked for once."""
        with self._kinds_lock:
            kept = self._kinds.get(after_sale_id)
        if kept is not None:
            return kept
        shown = self._after_sale(order_id, after_sale_id)
        if shown.status == mapping.NOT_SHOWN:
            return shown
        found = shown.model_copy(update={"status": ""})
        with self._kinds_lock:
            self._kinds[after_sale_id] = found
            while len(self._kinds) > _KINDS_KEPT:
                self._kinds.popitem(last=False)
        return found

    def clear_receiver(self, order_id: str) -> Address:
        """The receiver in clear, a virtual number with its extension. Costs one decode.

        Raises:
            RetryableError: also ``decode_quota`` when the day's decodes are used up, and
                ``decode_spent`` when the answer came and could not be used.
            UserError: also ``virtual_number`` when the order's number cannot be had.
        """
        self._client.must_not_only_read(order_id)
        answer = self._decode(order_id)
        try:
            return self._clear(order_id, answer)
        except RetryableError as error:
            raise RetryableError(
                "decode_spent",
                error.message,
                error.remedy,
                ref=order_id,
                retry_after_s=error.retry_after_s,
            ) from error

    def _clear(self, order_id: str, answer: Answer) -> Address:
        found = wire.read(wire.DecodeAnswer, answer.data, order_id)
        clear, virtual = found.address_info, found.virtual_number_info
        phone, extension = clear.tel_number, ""
        if virtual.virtual_number:
            phone, extension = mapping.split_virtual(virtual.virtual_number)
            extension = virtual.extension or extension
        elif "*" in phone or not phone:
            found_number = ask_virtual_number(self._client, order_id).virtual_tel_number
            phone, extension = mapping.split_virtual(found_number)
        return Address(
            name=clear.user_name,
            phone=phone,
            province=clear.province_name,
            city=clear.city_name,
            district=clear.county_name,
            address=f"{clear.detail_info}{clear.house_number}",
            extension=extension,
            masked=False,
        )

    def _decode(self, order_id: str) -> Answer:
        body = {"order_id": order_id}
        try:
            answer = self._client.read(
                DECODE_PATH,
                body,
                ref=order_id,
                accept=frozenset({UPDATING_CODE}),
                priority=Priority.LABEL,
            )
            if answer.code != UPDATING_CODE:
                return answer
            # Decoding right after order/get of the same order is refused for a moment.
            self._client.clock.sleep(DECODE_PAUSE_S)
            return self._client.read(DECODE_PATH, body, ref=order_id, priority=Priority.LABEL)
        except RetryableError as error:
            if error.code != "shop_quota":
                raise
            raise RetryableError(
                "decode_quota",
                T("The addresses in clear of today are used up."),
                T("Use the platform's label for this order, or try again tomorrow."),
                ref=order_id,
                retry_after_s=error.retry_after_s,
            ) from error

    @property
    def order_desk(self) -> WechatOrderDesk:
        """Notes, the buyer's requests and virtual numbers."""
        return self._order_desk

    def platform_accounts(self) -> Sequence[PlatformAccount]:
        """Every carrier account of the e-waybill platform, bound or not."""
        return fetch_accounts(self._client)

    def platform_labels(self, account: PlatformAccount) -> WechatLabels:
        return WechatLabels(self._client, account)

    def report_shipped(self, report: ShipmentReport) -> ReportOutcome:
        return self._deliveries.report_shipped(report)

    def reported_parcels(self, order_id: str) -> Sequence[ReportedParcel]:
        return self._deliveries.on_file(order_id)

    def correct_parcel(self, correction: ParcelCorrection) -> ReportOutcome:
        return self._deliveries.correct_parcel(correction)

    def add_parcel(self, report: ShipmentReport, reason: ExtraReason) -> ReportOutcome:
        return self._deliveries.add_parcel(report, reason)

    def companies(self) -> Sequence[ShopCompany]:
        return self._deliveries.companies()

    def label_templates(self) -> WechatTemplates:
        return WechatTemplates(self._client)

    def tell_printed(self, notices: Sequence[PrintedNotice]) -> Sequence[ReportOutcome]:
        """See ``Shop``."""
        return tell_printed(self._client, notices)


def _order_unreadable(message: Text, order_id: str) -> UserError:
    return UserError(
        "order_unreadable",
        message,
        T("Look at this order in the WeChat Store console, and update the program."),
        ref=order_id,
    )
