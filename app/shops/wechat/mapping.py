"""order/get of WeChat Store as an ``OrderSnapshot``.

Everything here is pure: what the platform said in, our words out. One thing order/get does not
tell for certain is which after-sales are open and whether they concern goods or only money:
``unclear_status`` and ``unclear_kind`` name those to be asked for before the snapshot is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from app.domain.address import Address, clean_text
from app.domain.orders import AfterSale, LineSnapshot, OrderSnapshot, ReportedParcel
from app.domain.states import Flow, OrderStatus
from app.domain.text import T
from app.shops.wechat import wire
from app.shops.wechat.inspections import inspection

STATUSES: Mapping[int, OrderStatus] = {
    10: OrderStatus.UNPAID,
    12: OrderStatus.GIFT_PENDING,
    13: OrderStatus.GROUPING,
    20: OrderStatus.PAID,
    21: OrderStatus.PARTLY_SHIPPED,
    30: OrderStatus.SHIPPED,
    100: OrderStatus.DONE,
    190: OrderStatus.CANCELLED,
    200: OrderStatus.CANCELLED,
    250: OrderStatus.CANCELLED,
}
FILTERS: Mapping[OrderStatus, int] = {
    OrderStatus.UNPAID: 10,
    OrderStatus.GIFT_PENDING: 12,
    OrderStatus.GROUPING: 13,
    OrderStatus.PAID: 20,  # holds the partly shipped ones too
    OrderStatus.PARTLY_SHIPPED: 21,
    OrderStatus.SHIPPED: 30,
    OrderStatus.DONE: 100,
    OrderStatus.CANCELLED: 250,
}
AFTER_SALES: Mapping[int, str] = {
    1: "USER_CANCELD",  # the platform's own spelling
    2: "MERCHANT_PROCESSING",
    4: "MERCHANT_REJECT_REFUND",
    5: "MERCHANT_REJECT_RETURN",
    6: "USER_WAIT_RETURN",
    7: "RETURN_CLOSED",
    8: "MERCHANT_WAIT_RECEIPT",
    12: "MERCHANT_OVERDUE_REFUND",
    13: "MERCHANT_REFUND_SUCCESS",
    14: "MERCHANT_RETURN_SUCCESS",
    15: "PLATFORM_REFUNDING",
    16: "PLATFORM_REFUND_FAIL",
    17: "USER_WAIT_CONFIRM",
    18: "MERCHANT_REFUND_RETRY_FAIL",
    19: "MERCHANT_FAIL",
}
CLOSED_AFTER_SALES = frozenset(
    {
        "USER_CANCELD",
        "MERCHANT_REJECT_REFUND",
        "MERCHANT_REJECT_RETURN",
        "MERCHANT_REJECT_EXCHANGE",
        "MERCHANT_REJECT_RESHIP",
        "RETURN_CLOSED",
        "MERCHANT_FAIL",
        "MERCHANT_REFUND_RETRY_FAIL",
        "MERCHANT_REFUND_SUCCESS",
        "MERCHANT_RETURN_SUCCESS",
        "MERCHANT_EXCHANGE_SUCCESS",
    }
)
NOT_SHOWN = "NOT_SHOWN"  # ours: the platform does not show the after-sale; it counts as open
PRICE_DIFFERENCE = "REFUND_PRICE_DIFF"
RESEND = "RESHIP"
WAITS_FOR_MERCHANT = 3  # preshipment_change_sku_state
PRESALE = 1  # stock_type
ALL_DROPSHIPPED = 3  # dropship_flag
SUBSIDIES = frozenset({4, 5})  # coupon types of the state: serial numbers are wanted
_SHIPS_WITHIN = timedelta(hours=48)  # the platform's usual promise, where it names no deadline
_MILLISECONDS_FROM = 100_000_000_000

Details = Mapping[str, wire.AftersaleOrder]


def snapshot(order: wire.Order, raw: str, details: Details) -> OrderSnapshot:
    """The order in our words. ``details`` are the after-sales asked for, by id."""
    detail = order.order_detail
    delivery = detail.delivery_info
    paid_at = _paid_at(order)
    lines = _lines(order)
    pending = delivery.address_under_review
    pending_address = receiver(pending) if pending is not None else None
    if pending_address == Address(masked=True):
        pending_address = None
    created_at = at(order.create_time) or at(order.update_time) or datetime.fromtimestamp(0, UTC)
    return OrderSnapshot(
        order_id=order.order_id,
        status=STATUSES.get(order.status, OrderStatus.UNKNOWN),
        shop_status=str(order.status),
        flow=_flow(order),
        created_at=created_at,
        updated_at=at(order.update_time) or created_at,
        paid_at=paid_at,
        deadline_at=_deadline(lines, paid_at),
        buyer_id=order.openid,
        receiver=receiver(delivery.address_info),
        address_hash=delivery.address_info.hash_code,
        pending_address=pending_address,
        pending_address_hash=pending.hash_code if pending and pending_address else "",
        uses_virtual_number=delivery.address_info.use_tel_number == 1,
        buyer_note=clean_text(detail.ext_info.customer_notes),
        merchant_note=clean_text(detail.ext_info.merchant_notes),
        is_gift=order.is_present,
        greeting=_greeting(detail.greeting_card_info),
        custom_work=_custom_work(detail),
        quality_inspection=delivery.quality_inspect_type != 0,
        serials_wanted=_serials_wanted(detail),
        paid_fen=detail.price_info.order_price,
        freight_fen=_freight(detail.price_info),
        label_code=delivery.ewaybill_order_code,
        lines=lines,
        after_sales=_after_sales(order, details),
        reported=reported(order),
        raw=raw,
        pending_address_at=at(delivery.address_apply_time) if pending_address else None,
        virtual_until_at=at(delivery.address_info.tel_number_ext_info.virtual_tel_expire_time),
        virtual_extended=delivery.address_info.tel_number_ext_info.has_delay_times,
        inspection=inspection(delivery),
    )


def receiver(address: wire.AddressInfo) -> Address:
    """The receiver as it came. It counts as clear only when nothing of it is hidden or missing."""
    phone, extension = address.tel_number or address.virtual_order_tel_number, ""
    if address.use_tel_number == 1 and address.tel_number_ext_info.virtual_tel_number:
        phone, extension = split_virtual(address.tel_number_ext_info.virtual_tel_number)
    place = f"{address.detail_info}{address.house_number}"
    parts = (address.user_name, phone, place)
    return Address(
        name=address.user_name,
        phone=phone,
        province=address.province_name,
        city=address.city_name,
        district=address.county_name,
        address=place,
        extension=extension,
        masked=any("*" in part or not part for part in parts),
    )


def split_virtual(number: str) -> tuple[str, str]:
    """``13212345774-1234`` as number and extension; a land line keeps its own dash."""
    main, dash, extension = number.rpartition("-")
    digits = sum(char.isdigit() for char in main)
    if dash and digits >= 7 and extension.isdecimal() and len(extension) <= 6:
        return main, extension
    return number, ""


def reported(order: wire.Order) -> tuple[ReportedParcel, ...]:
    """The parcels with a number that the shop knows as sent."""
    return tuple(
        ReportedParcel(
            parcel.delivery_id,
            parcel.waybill_id,
            tuple((p.product_id, p.sku_id, p.product_cnt) for p in parcel.product_infos),
        )
        for parcel in order.order_detail.delivery_info.delivery_product_info
        if parcel.waybill_id
    )


def unclear_status(order: wire.Order) -> tuple[str, ...]:
    """Ids of after-sales whose number does not tell whether they are open: ask for each.

    Exchanges have no documented numbers, and the order counts its open after-sales: where the
    numbers and the count disagree, the after-sale itself is asked.
    """
    entries = _entries(order)
    count = order.aftersale_detail.on_aftersale_order_cnt
    known_open = [e for e in entries if _is_open(e.status)]
    unclear = known_open if count < len(known_open) else []
    if count > len(known_open):
        unclear = [e for e in entries if e.status not in AFTER_SALES]
    return _ids(unclear)


def unclear_kind(order: wire.Order) -> tuple[str, ...]:
    """Ids of open after-sales that may be about money only: no piece is under after-sale."""
    if any(line.on_aftersale_sku_cnt > 0 for line in order.order_detail.product_infos):
        return ()
    return _ids([e for e in _entries(order) if _is_open(e.status)])


def _entries(order: wire.Order) -> list[wire.AftersaleEntry]:
    return [e for e in order.aftersale_detail.aftersale_order_list if e.aftersale_order_id]


def _ids(entries: Sequence[wire.AftersaleEntry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e.aftersale_order_id for e in entries))


def _after_sales(order: wire.Order, details: Details) -> tuple[AfterSale, ...]:
    return tuple(_after_sale(e, details.get(e.aftersale_order_id)) for e in _entries(order))


def _after_sale(entry: wire.AftersaleEntry, asked: wire.AftersaleOrder | None) -> AfterSale:
    """``asked`` without a status is known from earlier: it decides only what never changes."""
    told = asked.status if asked is not None else ""
    return AfterSale(
        entry.aftersale_order_id,
        told or AFTER_SALES.get(entry.status, str(entry.status)),
        open=told not in CLOSED_AFTER_SALES if told else _is_open(entry.status),
        affects_goods=asked is None
        or (asked.sub_type != PRICE_DIFFERENCE and asked.type != RESEND),
    )


def _is_open(status: int) -> bool:
    return status in AFTER_SALES and AFTER_SALES[status] not in CLOSED_AFTER_SALES


def _flow(order: wire.Order) -> Flow:
    delivery = order.order_detail.delivery_info
    if delivery.deliver_method != 0:
        return Flow.VIRTUAL
    if order.is_flash_sale_order or order.intra_city_order_info:
        return Flow.SAME_CITY
    address = delivery.address_info
    has_place = bool(address.province_name or address.detail_info)
    if not has_place and all(line.voucher_list for line in order.order_detail.product_infos):
        return Flow.PICKUP  # vouchers are redeemed in the shop itself
    return Flow.PARCEL


def _paid_at(order: wire.Order) -> datetime | None:
    """When the money was there; None for an order that was never paid.

    250 means an unpaid order given up, an order refunded as a whole, or one cancelled by the
    merchant: what was paid is told by the payment and the after-sales, never by that number. Orders
    that are paid later (先用后付) or with points have no pay_time and are to be sent all the same.
    """
    pay = order.order_detail.pay_info
    status = STATUSES.get(order.status, OrderStatus.UNKNOWN)
    if pay.pay_time > 0:
        return at(pay.pay_time)
    if status is OrderStatus.UNPAID:
        return None
    if status in {OrderStatus.CANCELLED, OrderStatus.UNKNOWN}:
        refunded = any(line.finish_aftersale_sku_cnt for line in order.order_detail.product_infos)
        asked_back = bool(order.aftersale_detail.aftersale_order_list)
        if not (pay.transaction_id or refunded or asked_back):
            return None
    return at(pay.prepay_time) or at(order.create_time)


def _lines(order: wire.Order) -> tuple[LineSnapshot, ...]:
    delivery = order.order_detail.delivery_info
    shipped: Counter[tuple[str, str]] = Counter()
    for parcel in delivery.delivery_product_info:
        for part in parcel.product_infos:
            shipped[part.product_id, part.sku_id] += max(0, part.product_cnt)
    out: list[LineSnapshot] = []
    keys: set[str] = set()
    for line in order.order_detail.product_infos:
        # A bought and a free line may be the same goods: what was sent fills them in turn, and a
        # compensation parcel may hold more pieces than were ordered.
        goods = (line.product_id, line.sku_id)
        sent = min(line.sku_cnt, shipped[goods])
        shipped[goods] -= sent
        key = _line_key(line, keys)
        keys.add(key)
        out.append(_line(line, key, sent, delivery))
    return tuple(out)


def _line_key(line: wire.ProductLine, taken: set[str]) -> str:
    key = line.product_unique_id or f"{line.product_id}:{line.sku_id}"
    if key not in taken:
        return key
    return next(k for n in range(2, len(taken) + 3) if (k := f"{key}#{n}") not in taken)


def _line(
    line: wire.ProductLine, key: str, shipped: int, delivery: wire.DeliveryInfo
) -> LineSnapshot:
    presale = line.sku_deliver_info.stock_type == PRESALE
    predicted = line.sku_deliver_info.predict_delivery_time
    if presale and not predicted:
        predicted = delivery.predict_delivery_time
    change = line.change_sku_info
    changing = change.preshipment_change_sku_state == WAITS_FOR_MERCHANT
    paid_fen = line.real_price
    return LineSnapshot(
        line_key=key,
        product_id=line.product_id,
        sku_id=line.sku_id,
        title=clean_text(line.title),
        spec=clean_text(" ".join(a.attr_value for a in line.sku_attrs if a.attr_value)),
        sku_code=line.sku_code.strip(),
        barcode="",  # of the product, not of the order
        image_url=line.thumb_img,
        quantity=line.sku_cnt,
        refunded_quantity=min(line.sku_cnt, max(0, line.finish_aftersale_sku_cnt)),
        refunding_quantity=min(line.sku_cnt, max(0, line.on_aftersale_sku_cnt)),
        shipped_quantity=shipped,
        paid_fen=line.sale_price * line.sku_cnt if paid_fen is None else paid_fen,
        unit_price_fen=line.sale_price,
        deadline_at=at(line.delivery_deadline),
        presale=presale,
        predicted_at=at(predicted),
        is_free_gift=line.is_free_gift,
        sku_change_pending=changing,
        new_sku_id=change.new_sku_id if changing else "",
        sku_change_until_at=at(change.ddl_time_stamp) if changing else None,
        dropship=bool(line.dropship_info.ds_order_id) or delivery.dropship_flag == ALL_DROPSHIPPED,
    )


def _deadline(lines: Sequence[LineSnapshot], paid_at: datetime | None) -> datetime | None:
    """The earliest deadline of what is still to be sent; the usual promise where none is named."""
    open_lines = [line for line in lines if line.to_ship and not line.dropship] or list(lines)
    named = [line.deadline_at for line in open_lines if line.deadline_at is not None]
    if named:
        return min(named)
    if paid_at is None or any(line.presale for line in open_lines):
        return None
    return paid_at + _SHIPS_WITHIN


def _greeting(card: wire.GreetingCard) -> str:
    """The card as it is written: to whom, the words, from whom. A card without words is none."""
    if not card.greeting_message.strip():
        return ""
    parts = (card.receiver_name, card.greeting_message, card.giver_name)
    return "\n".join(clean_text(part) for part in parts if part.strip())


def _custom_work(detail: wire.OrderDetail) -> str:
    parts: list[str] = []
    for info in (detail.custom_info, *(line.custom_info for line in detail.product_infos)):
        picture = info.custom_preview_img_url or info.custom_img_url
        told = [clean_text(info.custom_word), picture]
        if info.custom_type and not any(told):
            told = [str(T("Made to order: see the order in the console."))]
        parts += [part for part in told if part and part not in parts]
    return "\n".join(parts)


def _serials_wanted(detail: wire.OrderDetail) -> bool:
    """Goods subsidised by the state are reported with their serial numbers."""
    if detail.price_info.national_subsidy_discounted_price > 0:
        return True
    return any(
        line.national_subsidy_discounted_price > 0
        or line.national_subsidy_merchant_discounted_price > 0
        or any(c.coupon_type in SUBSIDIES for c in line.order_product_coupon_info_list)
        for line in detail.product_infos
    )


def _freight(price: wire.PriceInfo) -> int:
    return price.change_freight if price.is_change_freight else price.freight


def at(seconds: int) -> datetime | None:
    """Epoch seconds (or, where the platform slips, milliseconds) as aware UTC; 0 is no time."""
    if seconds <= 0:
        return None
    if seconds >= _MILLISECONDS_FROM:
        seconds //= 1000
    return datetime.fromtimestamp(min(seconds, _MILLISECONDS_FROM), UTC)
