"""The paths and codes of the e-waybill platform, and the two questions every part of it asks.

Source: WeChat Store, electronic waybill, ``order/get`` and ``print/get``.
"""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.label_templates import STANDARD
from app.domain.text import Text
from app.domain.waybills import Booking
from app.net.limiter import Priority
from app.ports import PlatformAccount
from app.shops.wechat import errors, wire, wire_labels
from app.shops.wechat.booking import template_of
from app.shops.wechat.client import WechatClient
from app.shops.wechat.errors import Answer
from app.shops.wechat.label_words import no_template

BASE = "/channels/ec/logistics/ewaybill/biz"
PRECHECK_PATH = f"{BASE}/order/precreate"
CREATE_PATH = f"{BASE}/order/create"
GET_PATH = f"{BASE}/order/get"
CANCEL_PATH = f"{BASE}/order/cancel"
BOXES_PATH = f"{BASE}/order/addsuborder"
PRINT_INFO_PATH = f"{BASE}/print/get"
CARRIER_REFUSED, NOT_CANCELLED, NO_SUCH_LABEL = 10025005, 10025006, 10025010
UPDATE_CONFLICT, BUSY = 10025011, -1
TEMPLATE_CODES = frozenset({10025106, 10025125})
CANCELLED = 2  # status of a label order


class LabelCalls:
    """What is asked about a label order of one account."""

    def __init__(self, client: WechatClient, account: PlatformAccount) -> None:
        self._client = client
        self._account = account

    def look_up(self, key: str) -> Answer:
        return self._client.read(
            GET_PATH,
            {"ewaybill_order_id": key},
            ref=key,
            accept=frozenset({NO_SUCH_LABEL}),
            priority=Priority.LABEL,
        )

    def print_info(self, booking: Booking, child: str, warnings: list[Text]) -> str:
        """What the print component needs; "" with a warning when the platform refuses to give it.

        Raises:
            RetryableError: it could not be asked for now.
        """
        body = {
            "ewaybill_order_id": booking.key,
            "template_id": template_of(booking, self._account),
            **({"sub_waybill_id": child} if child else {}),
        }
        try:
            answer = self._picture(body)
            if answer.code in TEMPLATE_CODES and body["template_id"] != STANDARD:
                answer = self._picture({**body, "template_id": STANDARD})
                if answer.code == 0 and no_template() not in warnings:
                    warnings.insert(0, no_template())
            if answer.code != 0:
                raise errors.error(answer, booking.key)
        except UserError as error:
            warnings.insert(0, error.message)
            return ""
        return wire.read(wire_labels.PrintInfoAnswer, answer.data, booking.key).print_info

    def _picture(self, body: dict[str, str]) -> Answer:
        return self._client.read(
            PRINT_INFO_PATH,
            body,
            ref=body["ewaybill_order_id"],
            accept=TEMPLATE_CODES,
            priority=Priority.LABEL,
        )
