"""The shapes of the e-waybill platform's answers, read as tolerantly as those of ``wire``."""

from __future__ import annotations

from typing import Any

from app.shops.wechat.wire import Flag, Id, Number, Wire, WireText

CHILD = 2  # waybill_type


class SiteInfo(Wire):
    site_code: WireText = ""
    site_status: Number = 1
    site_name: WireText = ""


class SenderAddress(Wire):
    name: WireText = ""
    mobile: WireText = ""
    province: WireText = ""
    city: WireText = ""
    county: WireText = ""
    street: WireText = ""
    address: WireText = ""


class LabelAccount(Wire):
    """One entry of account/get."""

    delivery_id: WireText = ""
    acct_id: Id = ""
    shop_id: Id = ""
    acct_type: Number = 0
    company_type: Number = 0
    status: Number = 0
    available: Number | None = None
    balance_retcode: Number = 0
    monthly_card: WireText = ""
    site_info: SiteInfo = SiteInfo()
    sender_address: SenderAddress = SenderAddress()


class AccountsAnswer(Wire):
    total_num: Number = 0
    account_list: list[LabelAccount] = []


class WaybillEntry(Wire):
    waybill_id: WireText = ""
    waybill_type: Number = 0


class Risk(Wire):
    risk_msg: WireText = ""


class Consolidation(Wire):
    """The second leg of a parcel to a remote area, with another carrier."""

    b_segment_delivery_id: WireText = ""
    b_segment_waybill_id: WireText = ""


class CreateAnswer(Wire):
    """Of order/create and, as far as they are there, of order/get's ``order_info``."""

    waybill_id: WireText = ""
    print_info: WireText = ""
    delivery_error_msg: WireText = ""
    waybill_id_list: list[WaybillEntry] = []
    order_risk_info: list[Risk] = []
    consolidation_waybill_info: list[Consolidation] = []
    changed_info: list[Any] = []  # its shape is not documented

    def boxes(self) -> list[WaybillEntry]:
        """The numbers of the boxes beside the mother."""
        return [e for e in self.waybill_id_list if e.waybill_type == CHILD and e.waybill_id]

    def risks(self) -> list[Risk]:
        """The warnings that say something."""
        return [risk for risk in self.order_risk_info if risk.risk_msg]


class BookedOrder(Wire):
    ec_order_id: Id = ""


class LabelOrder(CreateAnswer):
    """``order_info`` of ewaybill order/get."""

    status: Number = 0
    delivery_id: WireText = ""
    ec_order_list: list[BookedOrder] = []
    template_id: Id = ""


class LabelOrderAnswer(Wire):
    order_info: LabelOrder


class PrintInfoAnswer(Wire):
    print_info: WireText = ""


class BatchPrintAnswer(Wire):
    succ_ewaybill_order_id: list[Id] = []
    fail_ewaybill_order_id: list[Id] = []


class PrecreateAnswer(Wire):
    ewaybill_order_id: Id = ""


class TemplateOption(Wire):
    option_id: Number = -1
    font_size: Number = 0
    is_bold: Flag = False
    is_open: Flag = False


class Template(Wire):
    """One of the merchant's templates; times come as text or as numbers."""

    template_id: Id = ""
    template_name: WireText = ""
    template_desc: WireText = ""
    template_type: WireText = ""
    options: list[TemplateOption] = []
    is_default: Flag = False
    create_time: Number = 0
    update_time: Number = 0


class CarrierTemplates(Wire):
    delivery_id: WireText = ""
    default_template_id: Id = ""
    template_list: list[Template] = []


class TemplatesAnswer(Wire):
    total_template: list[CarrierTemplates] = []


class TemplateAnswer(Wire):
    template_info: Template


class TemplateCreated(Wire):
    template_id: Id = ""


class CustomArea(Wire):
    """The shop's own corner of a standard template, in px; 10 px are 1 mm."""

    width: Number = 0
    height: Number = 0
    top: Number = 0
    left: Number = 0


class Standard(Wire):
    type: WireText = ""
    desc: WireText = ""
    width: Number = 0
    height: Number = 0
    url: WireText = ""
    custom_config: CustomArea = CustomArea()


class StandardsAnswer(Wire):
    config: dict[str, dict[str, Standard]] = {}
