"""The shapes of WeChat Store's answers, read tolerantly.

The documents and the wire disagree on types (ids come as numbers or text, flags as bool or 0/1),
fields appear and vanish between releases, and enum values nobody has documented turn up. So: what
is not used is not modelled, unknown fields are ignored, ``null`` counts as absent, and every number
that is an enum stays a number. Only what cannot be done without is required: the order's id, its
lines, and a line's ids and count.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from app.domain.errors import RetryableError
from app.domain.text import T


def _as_text(value: Any) -> str:
    """An id or text: numbers become their digits, whatever is neither becomes ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return f"{value:.0f}" if isinstance(value, float) else ""


def _as_number(value: Any) -> Any:
    """A count, a time, an enum: digits in text become the number, anything else 0."""
    if isinstance(value, str):
        digits = value.strip()
        return int(digits) if digits.removeprefix("-").isdecimal() else 0
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return int(value)
    return 0


def _as_flag(value: Any) -> bool:
    """true, 1 and "1" are true."""
    return value is True or (isinstance(value, int | str) and str(value).lower() in {"1", "true"})


def _strict_count(value: Any) -> Any:
    """A number of pieces that must be there: guessing 0 would lose goods."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return value


Id = Annotated[str, BeforeValidator(_as_text)]
WireText = Annotated[str, BeforeValidator(_as_text)]
Number = Annotated[int, BeforeValidator(_as_number)]
Flag = Annotated[bool, BeforeValidator(_as_flag)]
Count = Annotated[int, BeforeValidator(_strict_count), Field(ge=0)]


class Wire(BaseModel):
    """A part of an answer; ``null`` fields count as absent."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_the_unusable(cls, data: Any) -> Any:
        """Drop nulls, and what stands where an object or a list is due ("" for an empty one)."""
        if not isinstance(data, dict):
            return {}
        return {key: value for key, value in data.items() if cls._usable(key, value)}

    @classmethod
    def _usable(cls, key: str, value: Any) -> bool:
        known = cls.model_fields.get(key)
        if known is None or value is None:
            return False
        if isinstance(known.default, list | dict):
            return isinstance(value, type(known.default))
        return True


class SkuAttribute(Wire):
    attr_key: WireText = ""
    attr_value: WireText = ""


class SkuDeliverInfo(Wire):
    stock_type: Number = 0
    predict_delivery_time: Number = 0


class ChangeSkuInfo(Wire):
    preshipment_change_sku_state: Number = 0
    new_sku_id: Id = ""
    ddl_time_stamp: Number = 0


class DropshipInfo(Wire):
    ds_order_id: Id = ""


class CustomInfo(Wire):
    custom_type: Number = 0
    custom_img_url: WireText = ""
    custom_preview_img_url: WireText = ""
    custom_word: WireText = ""


class LineCoupon(Wire):
    coupon_type: Number = 0


class ProductLine(Wire):
    """One entry of ``product_infos``."""

    product_id: Id = Field(min_length=1)
    sku_id: Id = Field(min_length=1)
    sku_cnt: Count
    title: WireText = ""
    thumb_img: WireText = ""
    sku_code: WireText = ""
    product_unique_id: WireText = ""
    sku_attrs: list[SkuAttribute] = []
    on_aftersale_sku_cnt: Number = 0
    finish_aftersale_sku_cnt: Number = 0
    sale_price: Number = 0
    real_price: Number | None = None
    national_subsidy_discounted_price: Number = 0
    national_subsidy_merchant_discounted_price: Number = 0
    order_product_coupon_info_list: list[LineCoupon] = []
    delivery_deadline: Number = 0
    sku_deliver_info: SkuDeliverInfo = SkuDeliverInfo()
    is_free_gift: Flag = False
    change_sku_info: ChangeSkuInfo = ChangeSkuInfo()
    dropship_info: DropshipInfo = DropshipInfo()
    custom_info: CustomInfo = CustomInfo()
    voucher_list: list[Any] = []


class PayInfo(Wire):
    payment_method: Number = 0
    prepay_time: Number = 0
    pay_time: Number = 0
    transaction_id: Id = ""


class PriceInfo(Wire):
    order_price: Number = 0
    freight: Number = 0
    is_change_freight: Flag = False
    change_freight: Number = 0
    national_subsidy_discounted_price: Number = 0


class TelNumberExtInfo(Wire):
    virtual_tel_number: WireText = ""
    virtual_tel_expire_time: Number = 0
    has_delay_times: Number = 0


class AddressInfo(Wire):
    user_name: WireText = ""
    province_name: WireText = ""
    city_name: WireText = ""
    county_name: WireText = ""
    detail_info: WireText = ""
    house_number: WireText = ""
    tel_number: WireText = ""
    virtual_order_tel_number: WireText = ""
    use_tel_number: Number = 0
    hash_code: WireText = ""
    tel_number_ext_info: TelNumberExtInfo = TelNumberExtInfo()


class ParcelLine(Wire):
    product_id: Id = ""
    sku_id: Id = ""
    product_cnt: Number = 0


class SentParcel(Wire):
    """One entry of ``delivery_product_info``."""

    waybill_id: WireText = ""
    delivery_id: WireText = ""
    deliver_type: Number = 0
    product_infos: list[ParcelLine] = []


class InspectInfo(Wire):
    inspect_status: Number = -1


class DeliveryInfo(Wire):
    address_info: AddressInfo = AddressInfo()
    address_under_review: AddressInfo | None = None
    address_apply_time: Number = 0
    delivery_product_info: list[SentParcel] = []
    deliver_method: Number = 0
    ewaybill_order_code: WireText = ""
    predict_delivery_time: Number = 0
    quality_inspect_type: Number = 0
    quality_inspect_info: InspectInfo = InspectInfo()
    dropship_flag: Number = 0


class ExtInfo(Wire):
    customer_notes: WireText = ""
    merchant_notes: WireText = ""


class GreetingCard(Wire):
    giver_name: WireText = ""
    receiver_name: WireText = ""
    greeting_message: WireText = ""


class OrderDetail(Wire):
    product_infos: list[ProductLine] = Field(min_length=1)
    pay_info: PayInfo = PayInfo()
    price_info: PriceInfo = PriceInfo()
    delivery_info: DeliveryInfo = DeliveryInfo()
    ext_info: ExtInfo = ExtInfo()
    greeting_card_info: GreetingCard = GreetingCard()
    custom_info: CustomInfo = CustomInfo()


class AftersaleEntry(Wire):
    aftersale_order_id: Id = ""
    status: Number = 0


class AftersaleDetail(Wire):
    on_aftersale_order_cnt: Number = 0
    aftersale_order_list: list[AftersaleEntry] = []


class Order(Wire):
    """``order`` of order/get."""

    order_id: Id = Field(min_length=1)
    status: Number = -1
    create_time: Number = 0
    update_time: Number = 0
    openid: WireText = ""
    is_present: Flag = False
    is_flash_sale_order: Flag = False
    intra_city_order_info: dict[str, Any] = {}
    aftersale_detail: AftersaleDetail = AftersaleDetail()
    order_detail: OrderDetail


class OrderAnswer(Wire):
    order: Order


class VirtualNumberInfo(Wire):
    virtual_number: WireText = ""
    extension: WireText = ""
    expiration: Number = 0


class DecodeAnswer(Wire):
    address_info: AddressInfo
    virtual_number_info: VirtualNumberInfo = VirtualNumberInfo()


class ShopInfo(Wire):
    nickname: WireText = ""
    status: WireText = ""


class ShopInfoAnswer(Wire):
    info: ShopInfo = ShopInfo()


class AftersaleOrder(Wire):
    """The part of getaftersaleorder that says whether goods are concerned."""

    type: WireText = ""
    sub_type: WireText = ""
    status: WireText = ""


class AftersaleAnswer(Wire):
    after_sale_order: AftersaleOrder


A = TypeVar("A", bound=Wire)


def read(model: type[A], data: Any, ref: str = "") -> A:
    """``data`` as ``model``.

    Raises:
        RetryableError: a field the program cannot do without is missing or of another shape. The
            message names the fields and never their values.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        places = ", ".join(sorted({".".join(str(p) for p in e["loc"]) for e in found})[:5])
    raise RetryableError(
        "shop_shape",
        T("WeChat Store's answer has another shape than documented: {places}.", places=places),
        T("Update the program. If it happens again, send the log to support."),
        ref=ref,
    )
