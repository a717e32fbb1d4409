"""The shapes of WeChat Store's after-sales, read as tolerantly as orders are.

Source: WeChat Store, getaftersalelist and getaftersaleorder.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from app.shops.wechat.wire import Flag, Id, Number, Wire, WireText


class ListAnswer(Wire):
    """An answer that says neither which ones nor whether more follow is none."""

    after_sale_order_id_list: list[Id]
    next_key: WireText = ""
    has_more: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _an_empty_list_may_be_left_out(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("after_sale_order_id_list") in (None, ""):
            told = data.get("has_more") is not None or data.get("next_key") is not None
            return {**data, "after_sale_order_id_list": []} if told else data
        return data


class GiftPart(Wire):
    """A gift that goes back with the goods it came with."""

    product_id: Id = ""
    sku_id: Id = ""
    sku_code: WireText = ""
    count: Number = 0


class ProductInfo(GiftPart):
    gift_product_list: list[GiftPart] = []


class RefundInfo(Wire):
    amount: Number = 0
    refund_reason: Number = 0


class Way(Wire):
    """What travels: a carrier and its number."""

    waybill_id: WireText = ""
    delivery_id: WireText = ""


class ExchangeProduct(Wire):
    """``product_cnt`` on the wire, ``product_count`` in the documents."""

    product_id: Id = ""
    old_sku_id: Id = ""
    new_sku_id: Id = ""
    product_cnt: Number = 0
    old_sku_code: WireText = ""
    new_sku_code: WireText = ""

    @model_validator(mode="before")
    @classmethod
    def _either_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and "product_cnt" not in data and "product_count" in data:
            return {**data, "product_cnt": data["product_count"]}
        return data


class MediaInfo(Wire):
    media_id: WireText = ""
    url: WireText = ""


class Details(Wire):
    desc: WireText = ""
    receive_product: Flag = False
    media_id_list: list[WireText] = []
    media_infos: list[MediaInfo] = []


class UploadInfo(Wire):
    refund_certificates: list[WireText] = []


class Case(Wire):
    """``after_sale_order`` of getaftersaleorder."""

    after_sale_order_id: Id = Field(min_length=1)
    order_id: Id = Field(min_length=1)
    type: WireText = ""
    sub_type: WireText = ""
    status: WireText = ""
    reason: WireText = ""
    reason_text: WireText = ""
    create_time: Number = 0
    update_time: Number = 0
    deadline: Number = 0
    product_info: ProductInfo = ProductInfo()
    refund_info: RefundInfo = RefundInfo()
    return_info: Way = Way()
    exchange_product_info: ExchangeProduct = ExchangeProduct()
    exchange_delivery_info: Way = Way()
    merchant_upload_info: UploadInfo = UploadInfo()
    details: Details = Details()
    need_offline_refund: Flag | None = None


class CaseAnswer(Wire):
    after_sale_order: Case


class Reason(Wire):
    reject_reason_type: Number = 0
    reject_reason_type_text: WireText = ""
    reject_reason: WireText = ""
    reject_scene: Number = 0


class ReasonsAnswer(Wire):
    """The sources disagree on the list's name: either is read."""

    reason_list: list[Reason] = []
    reject_reason_list: list[Reason] = []

    def reasons(self) -> list[Reason]:
        return self.reason_list or self.reject_reason_list


class AddressListAnswer(Wire):
    address_id_list: list[Id] = []


class AddressParts(Wire):
    province_name: WireText = ""
    city_name: WireText = ""
    county_name: WireText = ""


class AddressDetail(Wire):
    address_id: Id = ""
    name: WireText = ""
    address_info: AddressParts = AddressParts()
    recv_addr: Flag = False
    default_recv: Flag = False


class AddressAnswer(Wire):
    address_detail: AddressDetail


class PictureFile(Wire):
    media_id: WireText = ""


class PictureAnswer(Wire):
    pic_file: PictureFile = PictureFile()
