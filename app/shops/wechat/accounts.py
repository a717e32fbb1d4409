"""Carrier accounts bound to the shop on the e-waybill platform.

Source: WeChat Store, electronic waybill, ``account/get``.
"""

from __future__ import annotations

from app.domain.address import Address
from app.domain.companies import company_of_wechat
from app.net.limiter import Priority
from app.ports import PlatformAccount
from app.shops.wechat import wire, wire_labels
from app.shops.wechat.client import WechatClient

ACCOUNTS_PATH = "/channels/ec/logistics/ewaybill/biz/account/get"
PAGE_SIZE = 20  # the most that is answered together with balances
BOUND = 3
FRANCHISE = 1  # company_type: labels are bought from a branch; direct carriers count nothing
UNCOUNTED = frozenset({"SF", "JD", "EMS"})
_NO_ACCOUNTS = 10025120
_MAX_PAGES = 50


def fetch_accounts(
    client: WechatClient, *, delivery_id: str = "", account_id: str = ""
) -> tuple[PlatformAccount, ...]:
    """The accounts with their balances, bound or not; optionally of one carrier, or a single one.

    Raises:
        UserError, RetryableError: as for ``WechatClient.read``.
    """
    found: list[wire_labels.LabelAccount] = []
    wanted = {"delivery_id": delivery_id, "acct_id": account_id}
    for page in range(_MAX_PAGES):
        body = {
            "need_balance": True,
            "offset": page * PAGE_SIZE,
            "limit": PAGE_SIZE,
            **{key: value for key, value in wanted.items() if value},
        }
        answer = client.read(
            ACCOUNTS_PATH, body, accept=frozenset({_NO_ACCOUNTS}), priority=Priority.LABEL
        )
        if answer.code == _NO_ACCOUNTS:
            break
        read = wire.read(wire_labels.AccountsAnswer, answer.data)
        found += read.account_list
        if not read.account_list or len(found) >= read.total_num:
            break
    return tuple(account_of(entry) for entry in found)


def account_of(entry: wire_labels.LabelAccount) -> PlatformAccount:
    """``entry`` in our words. The sender has a place only: the platform keeps no name and phone."""
    sender = entry.sender_address
    counted = entry.company_type == FRANCHISE and entry.delivery_id not in UNCOUNTED
    return PlatformAccount(
        company=company_of_wechat(entry.delivery_id).code,
        delivery_id=entry.delivery_id,
        account_id=entry.acct_id,
        bound=entry.status == BOUND,
        balance=entry.available if counted and entry.balance_retcode == 0 else None,
        sender=Address(
            name=sender.name,
            phone=sender.mobile,
            province=sender.province,
            city=sender.city,
            district=sender.county,
            street=sender.street,
            address=sender.address,
        ),
        record={
            "delivery_id": entry.delivery_id,
            "ewaybill_acct_id": entry.acct_id,
            "shop_id": entry.shop_id,
            "site_code": entry.site_info.site_code,
        },
    )
