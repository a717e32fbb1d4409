"""The door of the simulated SF: the form, the digest, the token and the rights of an app."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from app.simulators.exchange import Request
from app.simulators.ground import Clock
from app.simulators.sf.records import SERVICES, SfAccount, SfGatewayError, SfQuirks
from app.simulators.sf.signature import digest

TOKEN_LIFE_S = 7200
_LIMITS = {"partnerID": 64, "requestID": 40, "serviceCode": 50, "msgDigest": 128}


@dataclass(frozen=True, slots=True)
class SfCall:
    """A request that the gateway lets through."""

    account: SfAccount
    service: str
    msg_data: str


def read_form(request: Request) -> dict[str, str]:
    """The fields of the form, decoded as a servlet does.

    Raises:
        SfGatewayError: A1001 when it is not a form in UTF-8 or a field stands there twice.
    """
    kind = request.headers.get("content-type", "").lower().replace(" ", "")
    media, _, charset = kind.partition(";")
    if media != "application/x-www-form-urlencoded" or charset not in ("", "charset=utf-8"):
        raise SfGatewayError("A1001", "请求必须为表单格式")
    fields: dict[str, str] = {}
    for pair in filter(None, request.body.split(b"&")):
        name, _, value = pair.partition(b"=")
        try:
            key = unquote_to_bytes(name.replace(b"+", b" ")).decode("utf-8")
            text = unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise SfGatewayError("A1001", "表单编码必须为UTF-8") from error
        if key in fields:
            raise SfGatewayError("A1001", f"参数重复:{key}")
        fields[key] = text
    return fields


class SfGateway:
    """Lets a call through or refuses it with an A code. Not locked: its owner guards it."""

    def __init__(
        self, accounts: Sequence[SfAccount], quirks: SfQuirks, clock: Clock, chance: random.Random
    ) -> None:
        self._accounts = {a.partner_id: a for a in accounts}
        self._quirks = quirks
        self._clock = clock
        self._chance = chance
        self._seen_ids: set[str] = set()
        self._tokens: dict[str, tuple[str, float]] = {}  # partner → token, end of its life

    def account(self, partner_id: str) -> SfAccount:
        """The account of ``partner_id``.

        Raises:
            KeyError: there is none.
        """
        return self._accounts[partner_id]

    def admit(self, fields: Mapping[str, str]) -> SfCall:
        """The call behind the form.

        Raises:
            SfGatewayError: A1001, A1002, A1004, A1006, A1007 or A1011.
        """
        for name in ("partnerID", "requestID", "serviceCode", "timestamp", "msgData"):
            if not fields.get(name):
                raise SfGatewayError("A1001", f"必传参数不可为空:{name}")
        for name, limit in _LIMITS.items():
            if len(fields.get(name, "")) > limit:
                raise SfGatewayError("A1001", f"参数超长:{name}")
        account = self._accounts.get(fields["partnerID"])
        if account is None:
            raise SfGatewayError("A1004", "无对应服务权限")
        self._check_timestamp(fields["timestamp"])
        self._check_proof(account, fields)
        if fields["serviceCode"] not in account.bound_services & SERVICES:
            raise SfGatewayError("A1004", "无对应服务权限")
        if self._quirks.request_id_once and fields["requestID"] in self._seen_ids:
            raise SfGatewayError("A1007", "重复请求")
        self._seen_ids.add(fields["requestID"])
        return SfCall(account, fields["serviceCode"], fields["msgData"])

    def give_token(self, fields: Mapping[str, str]) -> tuple[str, int]:
        """The OAuth2 token and the seconds it still lives: the same one until it ends.

        Raises:
            SfGatewayError: A1011.
        """
        account = self._accounts.get(fields.get("partnerID", ""))
        proven = account is not None and fields.get("secret") == account.checkword
        if account is None or not proven or fields.get("grantType") != "password":
            raise SfGatewayError("A1011", f"auth_error:partnerID:{fields.get('partnerID')}")
        now_s = self._clock()
        token, ends_s = self._tokens.get(account.partner_id, ("", 0.0))
        if ends_s <= now_s:
            token, ends_s = f"{self._chance.getrandbits(128):032X}", now_s + TOKEN_LIFE_S
            self._tokens[account.partner_id] = (token, ends_s)
        return token, int(ends_s - now_s)

    def _check_timestamp(self, text: str) -> None:
        if not text.isascii() or not text.isdigit():
            raise SfGatewayError("A1001", "时间戳格式错误")
        value_s = int(text) / 1000
        if self._quirks.seconds_timestamp and len(text) <= 10:
            value_s = float(text)
        window_s = self._quirks.timestamp_window_s
        if window_s is not None and abs(value_s - self._clock()) > window_s:
            raise SfGatewayError("A1002", "请求时效已过期")

    def _check_proof(self, account: SfAccount, fields: Mapping[str, str]) -> None:
        given, token = fields.get("msgDigest"), fields.get("accessToken")
        if bool(given) == bool(token):
            raise SfGatewayError("A1001", "msgDigest与accessToken二选一")
        if token:
            known, ends_s = self._tokens.get(account.partner_id, ("", 0.0))
            if token != known or ends_s <= self._clock():
                raise SfGatewayError("A1002", "请求时效已过期")
            return
        right = digest(account.algorithm, fields["msgData"], fields["timestamp"], account.checkword)
        if given != right:
            raise SfGatewayError("A1006", "数字签名无效")
