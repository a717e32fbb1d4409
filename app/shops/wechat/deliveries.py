"""What WeChat Store hears about parcels: sent, corrected, one more; and its list of carriers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field

from app.domain.companies import company as company_of
from app.domain.errors import RetryableError, UserError
from app.domain.orders import ReportedParcel, pieces_of
from app.net.limiter import Priority
from app.ports import (
    ExtraReason,
    ParcelCorrection,
    Reported,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
    ShipmentReport,
    ShopCompany,
)
from app.shops.wechat import errors, mapping, wire
from app.shops.wechat.client import WechatClient
from app.shops.wechat.errors import Answer
from app.shops.wechat.writing import outcome_of, outcome_of_answer

COMPANIES_PATH = "/channels/ec/order/deliverycompanylist/new/get"
SEND_PATH = "/channels/ec/order/delivery/send"
UPDATE_PATH = "/channels/ec/order/deliveryinfo/update"
EXTRA_PATH = "/channels/ec/order/delivery/compensation"
BY_PARCEL = 1  # deliver_type
ALREADY_SHIPPED = 109001
_SAYS_ALREADY_SENT = frozenset({109000, ALREADY_SHIPPED})


class _Company(wire.Wire):
    delivery_id: wire.Id = ""
    delivery_name: wire.WireText = ""


class _CompanyList(wire.Wire):
    company_list: list[_Company] = Field(default_factory=list)


class Deliveries:
    """The delivery calls of one shop. ``fetch`` reads an order as it is now."""

    def __init__(self, client: WechatClient, fetch: Callable[[str], wire.Order]) -> None:
        self._client = client
        self._fetch = fetch

    def companies(self) -> Sequence[ShopCompany]:
        """Source: WeChat Store, deliverycompanylist/new/get."""
        answer = self._client.read(COMPANIES_PATH, {"ewaybill_only": False})
        found = wire.read(_CompanyList, answer.data).company_list
        return tuple(ShopCompany(c.delivery_id, c.delivery_name) for c in found if c.delivery_id)

    def on_file(self, order_id: str) -> Sequence[ReportedParcel]:
        """What the shop has on file as sent (delivery_product_info)."""
        return mapping.reported(self._fetch(order_id))

    def report_shipped(self, report: ShipmentReport) -> ReportOutcome:
        """delivery/send of one parcel. The platform takes the same goods only once.

        "Already sent" is settled here by reading the order: ours on file counts as reported,
        another number or none as refused. Source: WeChat Store, delivery/send.
        """
        body = {"order_id": report.order_id, "delivery_list": [_delivery(report)]}
        got = self._client.write(SEND_PATH, body, ref=report.order_id, priority=Priority.SHIP)
        if isinstance(got, Answer) and got.code in _SAYS_ALREADY_SENT:
            return self._read_back(report, got)
        return outcome_of(got, report.order_id)

    def add_parcel(self, report: ShipmentReport, reason: ExtraReason) -> ReportOutcome:
        """Source: WeChat Store, delivery/compensation.

        The documents call the order's id a number, the sample sends text: both are taken.
        """
        body = {
            "order_id": report.order_id,
            "reason": int(reason),
            "delivery_list": [_delivery(report)],
        }
        got = self._client.write(EXTRA_PATH, body, ref=report.order_id, priority=Priority.SHIP)
        if isinstance(got, Answer) and got.code in _SAYS_ALREADY_SENT:
            return self._read_back(report, got)
        return outcome_of(got, report.order_id)

    def correct_parcel(self, correction: ParcelCorrection) -> ReportOutcome:
        """Source: WeChat Store, deliveryinfo/update.

        ``delivery_list`` speaks of a whole order in one parcel, ``change_infos`` of one parcel of
        several. How often and how long it is allowed is said nowhere: a refusal is final here.
        """
        old = correction.old
        new = _parcel(correction.company, correction.number, old.lines)
        body: dict[str, Any] = {"order_id": correction.order_id}
        if correction.whole:
            body["delivery_list"] = [{**new, "deliver_type": BY_PARCEL}]
        else:
            # ``old`` must be exactly what is on file: its own code, not our name for the carrier.
            on_file = {
                "delivery_id": old.company,
                "waybill_id": old.number,
                "product_infos": _goods(old.lines),
            }
            body["change_infos"] = [{"old": on_file, "new": new}]
        got = self._client.write(UPDATE_PATH, body, ref=correction.order_id, priority=Priority.SHIP)
        return outcome_of(got, correction.order_id)

    def _read_back(self, report: ShipmentReport, answer: Answer) -> ReportOutcome:
        """After "already sent" or "these goods are not right": the order shows which it is."""
        try:
            on_file = self.on_file(report.order_id)
        except (UserError, RetryableError) as error:
            return ReportUnclear(error.message)
        pieces = pieces_of(report.lines)
        if any(parcel.holds(report.number, pieces) for parcel in on_file):
            return Reported()
        if answer.code == ALREADY_SHIPPED and not on_file:
            return ReportUnclear(errors.problem(answer).message)  # not on file yet
        outcome = outcome_of_answer(answer, report.order_id)
        if isinstance(outcome, ReportUnclear):  # it was read: these goods are not right
            return ReportRefused(errors.problem(answer), reread=True)
        return outcome


def _delivery(report: ShipmentReport) -> dict[str, Any]:
    pieces = pieces_of(report.lines)
    lines = [(product_id, sku_id, count) for (product_id, sku_id), count in pieces.items()]
    entry = {
        **_parcel(report.company, report.number, lines),
        "deliver_type": BY_PARCEL,
    }
    if report.serials is not None:
        entry["sn_info"] = {
            "sn_code": report.serials.serial,
            "imei1": report.serials.imei1,
            "imei2": report.serials.imei2,
        }
    return entry


def _parcel(company: str, number: str, lines: Iterable[tuple[str, str, int]]) -> dict[str, Any]:
    return {
        "delivery_id": company_of(company).wechat,
        "waybill_id": number,
        "product_infos": _goods(lines),
    }


def _goods(lines: Iterable[tuple[str, str, int]]) -> list[Mapping[str, Any]]:
    return [
        {"product_id": product_id, "sku_id": sku_id, "product_cnt": count}
        for product_id, sku_id, count in lines
    ]
