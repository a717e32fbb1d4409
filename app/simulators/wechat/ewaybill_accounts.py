"""Platform labels: the accounts with carriers, and who may be used."""

from __future__ import annotations

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.fields import BOOL, NUMBER, STRING
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

BASE = "/channels/ec/logistics/ewaybill/biz"
SINGLE = "single"
CARRIERS_WITH_LABELS = frozenset(
    {"JTSD", "STO", "YTO", "YUNDA", "ZTO", "SF", "JD", "EMS", "CNSD", "DBKD"}
)
BOUND = 3
_BALANCE_LIMIT = 20
_LIST_LIMIT = 100


def get_accounts(shop: ShopState, body: Body) -> Body:
    """``account/get``: label accounts, with balances if wanted."""
    need_balance, limit = body["need_balance"], body["limit"]
    largest = _BALANCE_LIMIT if need_balance else _LIST_LIMIT
    if not 1 <= limit <= largest:
        raise RefusalError(40097, f"limit must be 1 to {largest}")
    found = [
        account
        for account in shop.accounts
        if body.get("delivery_id") in (None, "", account.delivery_id)
        and body.get("status") in (None, account.status)
        and body.get("acct_id") in (None, "", account.acct_id)
    ]
    start = body.get("offset", 0)
    return {
        "total_num": len(found),
        "account_list": [
            account.as_answer(shop.label_shop_id, need_balance=need_balance)
            for account in found[start : start + limit]
        ],
    }


def get_carriers(shop: ShopState, body: Body) -> Body:
    """``delivery/get``: carriers with an account in the status asked for, and the label shop_id."""
    found = [
        account.delivery_id
        for account in shop.accounts
        if body.get("status") in (None, account.status)
        and body.get("delivery_id") in (None, "", account.delivery_id)
    ]
    if not found:
        raise RefusalError(10025120)
    return {
        "shop_id": shop.label_shop_id,
        "list": [
            {"delivery_id": code, "delivery_name": shop.companies.get(code, code)}
            for code in dict.fromkeys(found)
        ],
    }


ENDPOINTS = (
    Endpoint(
        f"{BASE}/account/get",
        get_accounts,
        {
            "need_balance": BOOL.required(),
            "limit": NUMBER.required(),
            "offset": NUMBER,
            "delivery_id": STRING,
            "status": NUMBER,
            "acct_id": STRING,
        },
    ),
    Endpoint(f"{BASE}/delivery/get", get_carriers, {"status": NUMBER, "delivery_id": STRING}),
)
