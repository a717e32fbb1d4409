"""The door of the simulated ZTO: the API's name, the headers and the digest over the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.simulators.exchange import Request
from app.simulators.ground import parse_strict
from app.simulators.zto.records import APIS, CompanyHeader, ZtoAccount, ZtoQuirks, ZtoRefusalError
from app.simulators.zto.signature import digest


def admitted(
    request: Request, api: str, accounts: Mapping[str, ZtoAccount], quirks: ZtoQuirks
) -> ZtoAccount:
    """The app that calls.

    Raises:
        ZtoRefusalError: S207, S208, S210, S211 or S214.
    """
    if api not in APIS or request.method != "POST":
        raise ZtoRefusalError("S207", "API不存在")
    media = request.headers.get("content-type", "").lower().partition(";")[0].strip()
    if media != "application/json":
        raise ZtoRefusalError("S208", "Content-Type必须为application/json")
    app_key = _named_app(request.headers, quirks)
    given = request.headers.get("x-datadigest")
    if not app_key or not given:
        raise ZtoRefusalError("S208", "x-companyid和x-datadigest不能为空")
    account = accounts.get(app_key)
    if account is None:
        raise ZtoRefusalError("S210", "无权限访问")
    timestamp = request.headers.get("x-timestamp", "")
    if bool(timestamp) is not account.signs_time or not (timestamp or "0").isdigit():
        raise ZtoRefusalError("S214", "时间戳非法")
    if given != digest(
        account.algorithm,
        request.body,
        account.app_secret,
        timestamp=timestamp,
        hmac_key=account.hmac_key,
    ):
        raise ZtoRefusalError("S211", "签名错误")
    if api not in account.bound_apis:
        raise ZtoRefusalError("S210", "无权限访问")
    return account


def _named_app(headers: Mapping[str, str], quirks: ZtoQuirks) -> str:
    if quirks.company_header is not CompanyHeader.EITHER:
        return headers.get(quirks.company_header.value, "")
    names = {headers[n] for n in ("x-companyid", "x-appkey") if n in headers}
    return names.pop() if len(names) == 1 else ""


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object in the body.

    Raises:
        ZtoRefusalError: S208, it is none.
    """
    try:
        body = parse_strict(request.body)
    except ValueError as error:
        raise ZtoRefusalError("S208", "请求体不是合法的JSON") from error
    if not isinstance(body, dict):
        raise ZtoRefusalError("S208", "请求体不是合法的JSON")
    return body
