"""What may be changed in an order before it ships: notes, the buyer's requests, virtual numbers.

Source: WeChat Store, changing an order (``/channels/ec/order/…``). Every one of these calls answers
with errcode and errmsg only; what it did is seen in the order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.orders import VirtualNumber
from app.domain.text import T, Text
from app.domain.waybills import Problem, ProblemClass
from app.net.limiter import Priority
from app.ports import ReportOutcome, ReportRefused
from app.shops.wechat import errors, mapping, wire
from app.shops.wechat.client import Exchange, NothingSent, Unclear, WechatClient, unreadable
from app.shops.wechat.errors import Answer
from app.shops.wechat.number_wire import ExtendedAnswer, NewNumberAnswer, VirtualNumberAnswer
from app.shops.wechat.writing import outcome_of

NOTE_PATH = "/channels/ec/order/merchantnotes/update"
ACCEPT_ADDRESS_PATH = "/channels/ec/order/addressmodify/accept"
PROPOSE_ADDRESS_PATH = "/channels/ec/order/address/update"
REJECT_ADDRESS_PATH = "/channels/ec/order/addressmodify/reject"
ACCEPT_VARIANT_PATH = "/channels/ec/order/preshipmentchangesku/approve"
REJECT_VARIANT_PATH = "/channels/ec/order/preshipmentchangesku/reject"
VIRTUAL_PATH = "/channels/ec/order/virtualtelnumber/get"
NEW_NUMBER_PATH = "/channels/ec/order/virtualnumber/applyagain"
EXTEND_PATH = "/channels/ec/order/virtualnumber/delay"
BAD_ARGUMENT = 40097
NOT_VIRTUAL = 6060453

Fetch = Callable[[str], tuple[Answer, wire.Order]]


class WechatOrderDesk:
    """``app.ports.desks.OrderDesk`` of one shop. ``fetch`` reads an order as it is now."""

    def __init__(self, client: WechatClient, fetch: Fetch) -> None:
        self._client = client
        self._fetch = fetch

    def write_note(self, order_id: str, note: str) -> ReportOutcome:
        """``merchantnotes/update``: overwrites. How long a note may be is documented nowhere."""
        got = self._write(NOTE_PATH, order_id, {"merchant_notes": note})
        if isinstance(got, Answer) and got.code == BAD_ARGUMENT:
            return _refused(
                got,
                "note_refused",
                T("WeChat Store does not take this note; most likely it is too long."),
                T("Shorten the note and save it again."),
            )
        return outcome_of(got, order_id)

    def answer_address(self, order_id: str, *, accept: bool) -> ReportOutcome:
        """``addressmodify/accept`` or ``reject``. No request pending: refused, ``reread``."""
        path = ACCEPT_ADDRESS_PATH if accept else REJECT_ADDRESS_PATH
        return self._answer(path, order_id)

    def propose_address(self, order_id: str, address: Address) -> ReportOutcome:
        """``address/update``: since December 2025 the buyer has to agree; at most five times."""
        told = {
            "user_name": address.name,
            "tel_number": address.phone,
            "province_name": address.province,
            "city_name": address.city,
            "county_name": address.district,
            "detail_info": f"{address.street}{address.address}",
        }
        got = self._write(PROPOSE_ADDRESS_PATH, order_id, {"user_address": told})
        return outcome_of(got, order_id)

    def answer_variant(self, order_id: str, *, accept: bool) -> ReportOutcome:
        """``preshipmentchangesku/approve`` or ``reject``; after its deadline it is refused."""
        path = ACCEPT_VARIANT_PATH if accept else REJECT_VARIANT_PATH
        return self._answer(path, order_id)

    def _answer(self, path: str, order_id: str) -> ReportOutcome:
        got = self._write(path, order_id, {})
        if isinstance(got, Answer) and got.code == BAD_ARGUMENT:
            return _refused(
                got,
                "request_gone",
                T("No request of the buyer is waiting any more."),
                T("Look at the order: it was answered, taken back, or its time is over."),
                reread=True,
            )
        return outcome_of(got, order_id)

    def virtual_number(self, order_id: str) -> VirtualNumber:
        """``virtualtelnumber/get``; the platform counts how often it is asked.

        Raises:
            UserError: ``virtual_number``, the order has none.
        """
        extended = self._extension_info(order_id).has_delay_times
        found = ask_virtual_number(self._client, order_id)
        number, extension = mapping.split_virtual(found.virtual_tel_number)
        return VirtualNumber(number, extension, mapping.at(found.virtual_tel_expire_time), extended)

    def extend_virtual_number(self, order_id: str, times: int) -> VirtualNumber:
        """``virtualnumber/delay``, only in the seven days before the number ends.

        ``times`` makes it safe to repeat: the platform refuses a number that it has passed.

        Raises:
            UserError: ``virtual_not_now``, the platform does not extend it (any more, or yet).
        """
        answer = self._change(
            EXTEND_PATH,
            order_id,
            {"has_delay_times": times},
            "virtual_not_now",
            T("The virtual number cannot be made to last longer now."),
            T("It can be done in the seven days before it ends, and not for ever."),
        )
        told = wire.read(ExtendedAnswer, answer.data, order_id)
        info = self._extension_info(order_id)
        number, extension = mapping.split_virtual(info.virtual_tel_number)
        until_at = mapping.at(told.expiration) or mapping.at(info.virtual_tel_expire_time)
        left = told.available_extend_num
        return VirtualNumber(number, extension, until_at, times + 1, left)

    def new_virtual_number(self, order_id: str) -> VirtualNumber:
        """``virtualnumber/applyagain``: once, after the first number has ended.

        It can be had once only, so a lost answer is looked up in the order.

        Raises:
            UserError: ``virtual_not_now``, the old number lives, or a new one was given before.
        """
        before = self._extension_info(order_id)
        got = self._write(NEW_NUMBER_PATH, order_id, {})
        if not isinstance(got, Unclear):
            answer = _checked(
                got,
                order_id,
                "virtual_not_now",
                T("The platform gives no new virtual number for this order."),
                T("It gives one, once, after the first has ended."),
            )
            told = wire.read(NewNumberAnswer, answer.data, order_id)
            until_at = mapping.at(self._extension_info(order_id).virtual_tel_expire_time)
            return VirtualNumber(told.virtual_number, told.extension, until_at)
        now = self._extension_info(order_id)
        if now.virtual_tel_number in {"", before.virtual_tel_number}:
            raise unreadable(got.reason, order_id)
        number, extension = mapping.split_virtual(now.virtual_tel_number)
        return VirtualNumber(number, extension, mapping.at(now.virtual_tel_expire_time))

    def _extension_info(self, order_id: str) -> wire.TelNumberExtInfo:
        _, order = self._fetch(order_id)
        return order.order_detail.delivery_info.address_info.tel_number_ext_info

    def _change(
        self,
        path: str,
        order_id: str,
        fields: Mapping[str, Any],
        refusal: str,
        message: Text,
        remedy: Text,
    ) -> Answer:
        return _checked(self._write(path, order_id, fields), order_id, refusal, message, remedy)

    def _write(self, path: str, order_id: str, fields: Mapping[str, Any]) -> Exchange:
        body = {"order_id": order_id, **fields}
        return self._client.write(path, body, ref=order_id, priority=Priority.LABEL)


def ask_virtual_number(client: WechatClient, order_id: str) -> VirtualNumberAnswer:
    """The number of an order whose phone is hidden, and until when it lives.

    Raises:
        UserError: ``virtual_number``, there is none; ``shop_read_only``, asking is counted.
    """
    client.must_not_only_read(order_id)
    answer = client.read(
        VIRTUAL_PATH,
        {"order_id": order_id},
        ref=order_id,
        accept=frozenset({NOT_VIRTUAL}),
        priority=Priority.LABEL,
    )
    found = wire.read(VirtualNumberAnswer, answer.data, order_id)
    if answer.code == NOT_VIRTUAL or not found.virtual_tel_number:
        raise UserError(
            "virtual_number",
            T("The platform gives no phone number for this order."),
            T("Use the platform's label for this order."),
            ref=order_id,
        )
    return found


def _checked(got: Exchange, order_id: str, refusal: str, message: Text, remedy: Text) -> Answer:
    match got:
        case NothingSent(error):
            raise error
        case Unclear(reason):
            raise unreadable(reason, order_id)
        case Answer(code=0):
            return got
        case Answer(code=code) if code == BAD_ARGUMENT:
            raise UserError(refusal, message, remedy, ref=order_id)
        case Answer():
            raise errors.error(got, order_id)


def _refused(
    answer: Answer, code: str, message: Text, remedy: Text, *, reread: bool = False
) -> ReportRefused:
    problem = Problem(ProblemClass.OTHER, code, "", message, remedy, answer.rid)
    return ReportRefused(problem, reread=reread)
