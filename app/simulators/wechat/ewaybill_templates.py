"""Platform labels: the standard templates and those the merchant has made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.simulators.wechat.endpoint import Body, Endpoint
from app.simulators.wechat.ewaybill_accounts import BASE, CARRIERS_WITH_LABELS, SINGLE
from app.simulators.wechat.fields import BOOL, NUMBER, STRING, array_of, object_of
from app.simulators.wechat.refusals import RefusalError
from app.simulators.wechat.state import ShopState

NO_SUCH_TEMPLATE = 10025106
OPTION_IDS = frozenset(range(8))
_NAME_MAX = 20
_CUSTOM_AREAS = {
    "YTO": (656, 300, 900, 60),
    "ZTO": (656, 300, 930, 60),
    "YUNDA": (656, 340, 884, 60),
    "JTSD": (656, 300, 865, 60),
    "STO": (712, 300, 754, 24),
}


def get_template_config(shop: ShopState, body: Body) -> Body:
    """``template/config``: the standard templates, 76 x 130 mm."""
    return {
        "config": {code: {SINGLE: _standard(code)} for code in CARRIERS_WITH_LABELS},
    }


def get_templates(shop: ShopState, body: Body) -> Body:
    """``template/get``: the merchant's own templates by carrier; times come as text here."""
    wanted = body.get("delivery_id")
    codes = dict.fromkeys([*(a.delivery_id for a in shop.accounts), *shop.label_templates])
    return {
        "total_template": [
            {
                "delivery_id": code,
                "default_template_id": _default_of(shop, code),
                "template_list": [
                    {**kept, **{name: str(kept[name]) for name in ("create_time", "update_time")}}
                    for kept in shop.label_templates.get(code, {}).values()
                ],
            }
            for code in codes
            if wanted in (None, "", code)
        ]
    }


def get_template(shop: ShopState, body: Body) -> Body:
    """``template/getbyid``: one of them; times come as numbers here."""
    return {"template_info": dict(_known(shop, body["delivery_id"], body["template_id"]))}


def create_template(shop: ShopState, body: Body) -> Body:
    """``template/create``: the name is new at this carrier, every option comes once.

    Raises:
        RefusalError: 10025102 for a carrier without labels, 40097 for what is wrong in ``info``.
    """
    code, info = body["delivery_id"], body["info"]
    if code not in CARRIERS_WITH_LABELS:
        raise RefusalError(10025102)
    _check(shop, code, info, own_id="")
    template_id = str(6600000000090 + next(shop.own_numbers))
    _keep(shop, code, template_id, info, created_at_s=shop.now_s())
    return {"delivery_id": code, "template_id": template_id}


def update_template(shop: ShopState, body: Body) -> Body:
    """``template/update``: everything of ``info`` replaces what was there."""
    code, info = body["delivery_id"], body["info"]
    template_id = info.get("template_id", "")
    kept = _known(shop, code, template_id)
    _check(shop, code, info, own_id=template_id)
    _keep(shop, code, template_id, info, created_at_s=kept["create_time"])
    return {}


def delete_template(shop: ShopState, body: Body) -> Body:
    """``template/delete``."""
    _known(shop, body["delivery_id"], body["template_id"])
    del shop.label_templates[body["delivery_id"]][body["template_id"]]
    return {}


def check_template(
    shop: ShopState, code: str, template_id: str, errcode: int = NO_SUCH_TEMPLATE
) -> None:
    """Let a template pass that a label of this carrier can have.

    Raises:
        RefusalError: ``errcode``.
    """
    if template_id != SINGLE and template_id not in shop.label_templates.get(code, {}):
        raise RefusalError(errcode)


def _known(shop: ShopState, code: str, template_id: str) -> Mapping[str, Any]:
    kept = shop.label_templates.get(code, {}).get(template_id)
    if kept is None:
        raise RefusalError(NO_SUCH_TEMPLATE)
    return kept


def _default_of(shop: ShopState, code: str) -> str:
    kept = shop.label_templates.get(code, {}).values()
    return next((k["template_id"] for k in kept if k["is_default"]), "")


def _check(shop: ShopState, code: str, info: Mapping[str, Any], *, own_id: str) -> None:
    name = info["template_name"]
    if not 1 <= len(name) <= _NAME_MAX:
        raise RefusalError(40097, f"template_name has 1 to {_NAME_MAX} characters")
    for kept in shop.label_templates.get(code, {}).values():
        if kept["template_name"] == name and kept["template_id"] != own_id:
            raise RefusalError(40097, "template_name exists")
    if info["template_type"] != SINGLE:
        raise RefusalError(40097, "template_type must be single")
    ids = [option["option_id"] for option in info["options"]]
    if len(ids) != len(OPTION_IDS) or set(ids) != OPTION_IDS:
        raise RefusalError(40097, "options must be 0 to 7, each once")
    if any(option["font_size"] not in (0, 1) for option in info["options"]):
        raise RefusalError(40097, "font_size must be 0 or 1")


def _keep(
    shop: ShopState, code: str, template_id: str, info: Mapping[str, Any], *, created_at_s: int
) -> None:
    of_carrier = shop.label_templates.setdefault(code, {})
    is_default = bool(info.get("is_default"))
    if is_default:
        for other in of_carrier.values():
            other["is_default"] = False
    of_carrier[template_id] = {
        "template_id": template_id,
        "template_name": info["template_name"],
        "template_desc": info.get("template_desc", ""),
        "template_type": info["template_type"],
        "options": [dict(option) for option in info["options"]],
        "is_default": is_default,
        "create_time": created_at_s,
        "update_time": shop.now_s(),
    }


def _standard(code: str) -> dict[str, Any]:
    width, height, top, left = _CUSTOM_AREAS.get(code, (656, 300, 900, 60))
    return {
        "type": SINGLE,
        "desc": "一联单标准模板",
        "width": 76,
        "height": 130,
        "url": f"https://example.invalid/templates/{code}.html",
        "custom_config": {"width": width, "height": height, "top": top, "left": left},
    }


_OPTION = object_of(
    option_id=NUMBER.required(),
    font_size=NUMBER.required(),
    is_bold=BOOL.required(),
    is_open=BOOL.required(),
)
_INFO = {
    "template_name": STRING.required(),
    "template_desc": STRING,
    "template_type": STRING.required(),
    "options": array_of(_OPTION).required(),
    "is_default": BOOL,
}
_CARRIER = STRING.required(10025012)
_ONE = {"delivery_id": _CARRIER, "template_id": STRING.required(NO_SUCH_TEMPLATE)}

ENDPOINTS = (
    Endpoint(f"{BASE}/template/config", get_template_config),
    Endpoint(f"{BASE}/template/get", get_templates, {"delivery_id": STRING}),
    Endpoint(f"{BASE}/template/getbyid", get_template, _ONE),
    Endpoint(
        f"{BASE}/template/create",
        create_template,
        {"delivery_id": _CARRIER, "info": object_of(**_INFO).required()},
    ),
    Endpoint(
        f"{BASE}/template/update",
        update_template,
        {
            "delivery_id": _CARRIER,
            "info": object_of(**_INFO, template_id=STRING.required(NO_SUCH_TEMPLATE)).required(),
        },
    ),
    Endpoint(f"{BASE}/template/delete", delete_template, _ONE),
)
