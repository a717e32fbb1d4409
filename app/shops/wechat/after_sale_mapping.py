"""getaftersaleorder of WeChat Store as an ``AfterSaleCase``. Pure: what it said in, our words out.

Source: WeChat Store, getaftersaleorder and its status table; the grouping into stages is ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.address import clean_text
from app.domain.after_sales import AfterSaleCase, AfterSaleGoods, AfterSaleKind, AfterSaleStage
from app.shops.wechat import wire_after_sales as wire
from app.shops.wechat.mapping import CLOSED_AFTER_SALES, PRICE_DIFFERENCE

KINDS: Mapping[str, AfterSaleKind] = {
    "REFUND": AfterSaleKind.REFUND,
    "RETURN": AfterSaleKind.RETURN,
    "EXCHANGE": AfterSaleKind.EXCHANGE,
    "RESHIP": AfterSaleKind.RESEND,
}
_STAGES: Mapping[str, AfterSaleStage] = {
    "MERCHANT_PROCESSING": AfterSaleStage.ASKED,
    "USER_WAIT_RETURN": AfterSaleStage.WAIT_BUYER,
    "USER_WAIT_CONFIRM": AfterSaleStage.WAIT_BUYER,
    "USER_WAIT_CONFIRM_UPDATE": AfterSaleStage.WAIT_BUYER,
    "USER_WAIT_HANDLE_MERCHANT_AFTER_SALE": AfterSaleStage.WAIT_BUYER,
    "USER_WAIT_RECEIPT": AfterSaleStage.WAIT_BUYER,
    "MERCHANT_WAIT_RECEIPT": AfterSaleStage.RETURNED,
    "PLATFORM_REFUNDING": AfterSaleStage.PLATFORM,
    "PLATFORM_PROCESSING": AfterSaleStage.PLATFORM,
    "WAIT_PACKAGE_INTERCEPT": AfterSaleStage.PLATFORM,
    "PLATFORM_REFUND_FAIL": AfterSaleStage.PAY_OUTSIDE,
    "MERCHANT_REFUND_SUCCESS": AfterSaleStage.REFUNDED,
    "MERCHANT_RETURN_SUCCESS": AfterSaleStage.REFUNDED,
    "MERCHANT_EXCHANGE_SUCCESS": AfterSaleStage.EXCHANGED,
}
_SENDS_GOODS = frozenset({AfterSaleKind.EXCHANGE, AfterSaleKind.RESEND})
_TIMESTAMP_FROM = 1_000_000_000  # a smaller deadline is the number of seconds left
_LATEST = 100_000_000_000
_PEOPLE = frozenset(
    {
        "openid",
        "unionid",
        "present_giver_openid",
        "present_giver_unionid",
        "address_info",
        "user_address",
        "tel_number",
        "virtual_tel_num_info",
        "virtual_tel_number",
    }
)


def case_of(found: wire.Case, raw: Mapping[str, Any], now: datetime) -> AfterSaleCase:
    """The case in our words; ``now`` turns a deadline in seconds left into a time."""
    kind = KINDS.get(found.type, AfterSaleKind.UNKNOWN)
    exchange = found.exchange_product_info
    created_at = _at(found.create_time) or _at(found.update_time) or now
    return AfterSaleCase(
        after_sale_id=found.after_sale_order_id,
        order_id=found.order_id,
        kind=kind,
        stage=stage_of(found, kind),
        status=found.status,
        price_difference=found.sub_type == PRICE_DIFFERENCE,
        reason=found.reason,
        reason_text=clean_text(found.reason_text),
        words=clean_text(found.details.desc),
        amount_fen=max(0, found.refund_info.amount),
        refund_reason=found.refund_info.refund_reason,
        goods=_goods(found, kind),
        new_sku_id=exchange.new_sku_id if kind is AfterSaleKind.EXCHANGE else "",
        new_sku_code=exchange.new_sku_code.strip() if kind is AfterSaleKind.EXCHANGE else "",
        return_company=found.return_info.delivery_id,
        return_number=found.return_info.waybill_id.strip(),
        exchange_company=found.exchange_delivery_info.delivery_id,
        exchange_number=found.exchange_delivery_info.waybill_id.strip(),
        media=_media(found.details),
        created_at=created_at,
        updated_at=_at(found.update_time) or created_at,
        deadline_at=_deadline(found.deadline, now),
        buyer_has_goods=found.details.receive_product,
        raw=json.dumps(_without_people(raw), ensure_ascii=False),
    )


def stage_of(found: wire.Case, kind: AfterSaleKind) -> AfterSaleStage:
    """Whose turn it is. A status that nobody has documented stays open and is shown as it is."""
    status = found.status
    if status == "MERCHANT_OVERDUE_REFUND":
        came = kind is AfterSaleKind.RETURN and found.return_info.waybill_id
        return AfterSaleStage.RETURNED if came else AfterSaleStage.ASKED
    if status == "MERCHANT_PROCESSING" and kind is AfterSaleKind.RESEND:
        return AfterSaleStage.SHIP_EXCHANGE
    if status == "MERCHANT_WAIT_RECEIPT" and kind in _SENDS_GOODS:
        # Without a number nothing comes back: it is the shop's turn to send.
        came = kind is AfterSaleKind.EXCHANGE and found.return_info.waybill_id
        return AfterSaleStage.RETURNED if came else AfterSaleStage.SHIP_EXCHANGE
    if status == "PLATFORM_REFUND_FAIL":
        proven = bool(found.merchant_upload_info.refund_certificates)
        outside = found.need_offline_refund is not False
        return AfterSaleStage.PAY_OUTSIDE if outside and not proven else AfterSaleStage.PLATFORM
    if status in _STAGES:
        return _STAGES[status]
    return AfterSaleStage.NOTHING if status in CLOSED_AFTER_SALES else AfterSaleStage.UNKNOWN


def _goods(found: wire.Case, kind: AfterSaleKind) -> tuple[AfterSaleGoods, ...]:
    main, exchange = found.product_info, found.exchange_product_info
    goods = [AfterSaleGoods(main.product_id, main.sku_id, main.sku_code.strip(), main.count)]
    if kind is AfterSaleKind.EXCHANGE and exchange.product_id:
        pieces = exchange.product_cnt or main.count
        goods = [
            AfterSaleGoods(
                exchange.product_id, exchange.old_sku_id, exchange.old_sku_code.strip(), pieces
            )
        ]
    goods += [
        AfterSaleGoods(g.product_id, g.sku_id, g.sku_code.strip(), g.count, gift=True)
        for g in main.gift_product_list
    ]
    return tuple(g for g in goods if g.product_id and g.quantity > 0)


def _media(details: wire.Details) -> tuple[str, ...]:
    told = [*details.media_id_list, *(m.media_id or m.url for m in details.media_infos)]
    return tuple(dict.fromkeys(m for m in told if m))


def _deadline(value: int, now: datetime) -> datetime | None:
    if value <= 0:
        return None
    return _at(value) if value > _TIMESTAMP_FROM else now + timedelta(seconds=value)


def _at(seconds: int) -> datetime | None:
    if seconds <= 0:
        return None
    if seconds >= _LATEST:
        seconds //= 1000
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC)


def _without_people(value: Any) -> Any:
    """What the platform said without names, phones and addresses: those are not kept."""
    match value:
        case Mapping():
            return {k: _without_people(v) for k, v in value.items() if k not in _PEOPLE}
        case list():
            return [_without_people(v) for v in value]
        case _:
            return value
