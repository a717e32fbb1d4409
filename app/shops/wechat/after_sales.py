"""After-sales of WeChat Store as an ``AfterSaleDesk``.

Source: WeChat Store, ``/channels/ec/aftersale/…``, basics/img/upload, merchant/address.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.domain.after_sales import AfterSaleCase, AfterSalePage, RejectReason, ReturnAddress
from app.domain.companies import company as company_of
from app.domain.errors import RetryableError, UserError
from app.domain.text import T
from app.net.limiter import Priority
from app.ports import ReportOutcome
from app.shops.wechat import wire_after_sales as wire
from app.shops.wechat.after_sale_mapping import case_of
from app.shops.wechat.client import WechatClient, unreadable
from app.shops.wechat.codes import MEANINGS
from app.shops.wechat.payloads import Picture, picture_kind
from app.shops.wechat.wire import read
from app.shops.wechat.writing import outcome_of

BASE = "/channels/ec/aftersale"
LIST_PATH = f"{BASE}/getaftersalelist"
CASE_PATH = f"{BASE}/getaftersaleorder"
ACCEPT_PATH = f"{BASE}/acceptapply"
REJECT_PATH = f"{BASE}/rejectapply"
REASONS_PATH = f"{BASE}/rejectreason/get"
EVIDENCE_PATH = f"{BASE}/uploadrefundcertificate"
EXCHANGE_PATH = f"{BASE}/acceptexchangereship"
REJECT_EXCHANGE_PATH = f"{BASE}/rejectexchangereship"
ADDRESSES_PATH = "/channels/ec/merchant/address/list"
ADDRESS_PATH = "/channels/ec/merchant/address/get"
UPLOAD_PATH = "/channels/ec/basics/img/upload"
LONGEST_WINDOW = timedelta(hours=24)
PICTURE_MAX_BYTES = 2_000_000
AGREE_TO_RETURN, GOODS_RECEIVED = 1, 2  # accept_type
_ADDRESSES_READ = 20
_UNKNOWN_PAIR = frozenset({40097, 10020004})  # how older shops refuse the update times


class WechatAfterSales:
    """The after-sales of one shop. Safe to call from several threads."""

    def __init__(self, client: WechatClient) -> None:
        self._client = client

    def changed(self, since: datetime, until: datetime, page_key: str) -> AfterSalePage:
        """Ids changed in ``[since, until]``; see ``AfterSaleDesk``."""
        return self._page("update", since, until, page_key)

    def created(self, since: datetime, until: datetime, page_key: str) -> AfterSalePage:
        """Ids created in ``[since, until]``."""
        return self._page("create", since, until, page_key)

    def _page(self, what: str, since: datetime, until: datetime, page_key: str) -> AfterSalePage:
        if until - since > LONGEST_WINDOW:
            raise _window_refused()
        body: dict[str, object] = {
            f"begin_{what}_time": math.floor(since.timestamp()),
            f"end_{what}_time": math.floor(until.timestamp()),
        }
        if page_key:
            body["next_key"] = page_key
        # On the first page only: later it means that the key no longer fits.
        accept = _UNKNOWN_PAIR if what == "update" and not page_key else frozenset()
        answer = self._client.read(LIST_PATH, body, accept=accept)
        if answer.code in _UNKNOWN_PAIR:
            raise _window_refused()
        page = read(wire.ListAnswer, answer.data)
        if page.has_more and page.next_key == page_key != "":
            known = MEANINGS[606006]
            raise RetryableError(known.name, known.message, known.remedy)
        if page.has_more and not page.next_key:
            raise unreadable(T("WeChat Store's list of after-sales ends in the middle."))
        ids = tuple(dict.fromkeys(i for i in page.after_sale_order_id_list if i))
        return AfterSalePage(ids, page.next_key if page.has_more else "")

    def case(self, after_sale_id: str) -> AfterSaleCase:
        """The after-sale as it is now."""
        body = {"after_sale_order_id": after_sale_id}
        answer = self._client.read(CASE_PATH, body, ref=after_sale_id)
        found = read(wire.CaseAnswer, answer.data, after_sale_id).after_sale_order
        if found.after_sale_order_id != after_sale_id:
            raise unreadable(T("WeChat Store answered with another after-sale."), after_sale_id)
        return case_of(found, answer.data["after_sale_order"], self._client.clock.now())

    def reject_reasons(self) -> Sequence[RejectReason]:
        """The platform's reasons for a rejection."""
        answer = self._client.read(REASONS_PATH, {})
        return tuple(
            RejectReason(
                r.reject_reason_type, r.reject_reason_type_text or r.reject_reason, r.reject_scene
            )
            for r in read(wire.ReasonsAnswer, answer.data).reasons()
            if r.reject_reason_type
        )

    def return_addresses(self) -> Sequence[ReturnAddress]:
        """Where returned goods may go, the default first."""
        answer = self._client.read(ADDRESSES_PATH, {"offset": 0, "limit": _ADDRESSES_READ})
        found: list[ReturnAddress] = []
        for address_id in read(wire.AddressListAnswer, answer.data).address_id_list:
            told = self._client.read(ADDRESS_PATH, {"address_id": address_id})
            detail = read(wire.AddressAnswer, told.data).address_detail
            if not (detail.recv_addr or detail.default_recv):
                continue
            parts = detail.address_info
            place = " ".join(
                dict.fromkeys(
                    p for p in (parts.province_name, parts.city_name, parts.county_name) if p
                )
            )
            found.append(ReturnAddress(address_id, detail.name, place, detail.default_recv))
        return tuple(sorted(found, key=lambda a: not a.default))

    def accept_return(self, after_sale_id: str, address_id: str) -> ReportOutcome:
        """Agree that the goods come back. No money moves."""
        return self._tell(
            ACCEPT_PATH,
            after_sale_id,
            {"address_id": address_id, "accept_type": AGREE_TO_RETURN},
        )

    def refund(self, after_sale_id: str, *, returned: bool) -> ReportOutcome:
        """Pay back. Without goods the platform chooses by the status what acceptance means."""
        return self._tell(
            ACCEPT_PATH, after_sale_id, {"accept_type": GOODS_RECEIVED} if returned else {}
        )

    def reject(
        self, after_sale_id: str, reason: int, words: str, evidence: Sequence[str] = ()
    ) -> ReportOutcome:
        """Refuse what the buyer asks for."""
        return self._tell(REJECT_PATH, after_sale_id, _rejection(reason, words, evidence))

    def reject_exchange(
        self, after_sale_id: str, reason: int, words: str, evidence: Sequence[str] = ()
    ) -> ReportOutcome:
        """Refuse to send other goods."""
        return self._tell(REJECT_EXCHANGE_PATH, after_sale_id, _rejection(reason, words, evidence))

    def upload(self, name: str, content: bytes) -> str:
        """Put a picture on the platform; returns its media id.

        Raises ``UserError``: ``picture_kind``, ``picture_size``, ``shop_read_only``.
        """
        self._client.must_not_only_read(name)
        if not picture_kind(content):
            raise UserError(
                "picture_kind",
                T("“{name}” is not a picture.", name=name),
                T("Take a PNG, JPEG or GIF file."),
                ref=name,
            )
        if len(content) > PICTURE_MAX_BYTES:
            raise UserError(
                "picture_size",
                T("“{name}” is too large.", name=name),
                T("Make the picture smaller than {mb} MB.", mb=PICTURE_MAX_BYTES // 1_000_000),
                ref=name,
            )
        answer = self._client.read(UPLOAD_PATH, Picture(name, content), priority=Priority.SHIP)
        media_id = read(wire.PictureAnswer, answer.data).pic_file.media_id
        if not media_id:
            raise unreadable(T("WeChat Store did not say how it keeps the picture."), name)
        return media_id

    def send_evidence(self, after_sale_id: str, media: Sequence[str], words: str) -> ReportOutcome:
        """Proof of a refund that was made outside the platform."""
        return self._tell(
            EVIDENCE_PATH, after_sale_id, {"refund_certificates": list(media), "desc": words}
        )

    def ship_exchange(self, after_sale_id: str, company: str, number: str) -> ReportOutcome:
        """The other goods are on their way. ``company`` is our code or the shop's."""
        return self._tell(
            EXCHANGE_PATH,
            after_sale_id,
            {"delivery_id": company_of(company).wechat, "waybill_id": number},
        )

    def _tell(self, path: str, after_sale_id: str, more: Mapping[str, Any]) -> ReportOutcome:
        body = {"after_sale_order_id": after_sale_id, **more}
        got = self._client.write(path, body, ref=after_sale_id, priority=Priority.SHIP)
        return outcome_of(got, after_sale_id)


def _rejection(reason: int, words: str, evidence: Sequence[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"reject_reason_type": reason, "reject_reason": words}
    if evidence:
        body["reject_certificates"] = list(evidence)
    return body


def _window_refused() -> UserError:
    return UserError(
        "after_sale_window",
        T("WeChat Store lists the after-sales of this shop by creation only."),
        T("Nothing to do: the program looks at the open ones again by itself."),
    )
