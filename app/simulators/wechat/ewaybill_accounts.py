"""Platform labels: the accounts with carriers, who may be used, and the templates."""

from __future__ import annotations

from typing import Any

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
_CUSTOM_AREAS = {
    "YTO": (656, 300, 900, 60),
    "ZTO": (656, 300, 930, 60),
    "YUNDA": (656, 340, 884, 60),
    "JTSD": (656, 300, 865, 60),
    "STO": (712, 300, 754, 24),
}


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


def get_template_config(shop: ShopState, body: Body) -> Body:
    """``template/config``: the standard templates, 76 x 130 mm."""
    return {
        "config": {code: {SINGLE: _template(code)} for code in CARRIERS_WITH_LABELS},
    }


def get_templates(shop: ShopState, body: Body) -> Body:
    """``template/get``: nobody has made a template of their own here."""
    wanted = body.get("delivery_id")
    return {
        "total_template": [
            {"delivery_id": account.delivery_id, "default_template_id": "", "template_list": []}
            for account in shop.accounts
            if wanted in (None, "", account.delivery_id)
        ]
    }


def _template(code: str) -> dict[str, Any]:
    width, height, top, left = _CUSTOM_AREAS.get(code, (656, 300, 900, 60))
    return {
        "type": SINGLE,
        "desc": "一联单标准模板",
        "width": 76,
        "height": 130,
        "url": f"https://example.invalid/templates/{code}.html",
        "custom_config": {"width": width, "height": height, "top": top, "left": left},
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
    Endpoint(f"{BASE}/template/config", get_template_config),
    Endpoint(f"{BASE}/template/get", get_templates, {"delivery_id": STRING}),
)
