"""The front door of the simulated platform: verbs, tokens, limits, field types, envelopes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.simulators.server import LoopbackServer, Request, Response
from app.simulators.wechat import (
    aftersales,
    delivery,
    ewaybill_accounts,
    ewaybill_orders,
    ewaybill_prints,
    ewaybill_templates,
    goods,
    order_changes,
    orders,
    receivers,
    shop_facts,
    uploads,
)
from app.simulators.wechat.endpoint import Endpoint
from app.simulators.wechat.fields import BOOL, STRING, check_body, parse_body
from app.simulators.wechat.quirks import IpBlock
from app.simulators.wechat.refusals import RefusalError, RidCounter
from app.simulators.wechat.shop import WechatShop
from app.simulators.wechat.state import ShopState

STABLE_TOKEN = "/cgi-bin/stable_token"
PLAIN_TOKEN = "/cgi-bin/token"
PICTURES = "/pictures"

ENDPOINTS: dict[str, Endpoint] = {
    endpoint.path: endpoint
    for module in (
        shop_facts,
        orders,
        order_changes,
        receivers,
        delivery,
        ewaybill_accounts,
        ewaybill_orders,
        ewaybill_prints,
        ewaybill_templates,
        aftersales,
        goods,
        uploads,
    )
    for endpoint in module.ENDPOINTS
}

_STABLE_SCHEMA = {
    "grant_type": STRING.required(40002),
    "appid": STRING.required(40013),
    "secret": STRING.required(40125),
    "force_refresh": BOOL,
}


class WechatServer:
    """``api.weixin.qq.com`` for any number of shops, on loopback; a context manager runs it.

    ``faults`` and ``journal`` are those of ``LoopbackServer``; an errcode for the next call of a
    path: ``faults.answer_json(path, {"errcode": -1, "errmsg": "system error"})``. PNG files of the
    folder ``pictures`` are served under ``/pictures/``.
    """

    def __init__(
        self,
        shops: Iterable[WechatShop] = (),
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        pictures: Path | None = None,
    ) -> None:
        self._clock = clock
        self._shops: dict[str, WechatShop] = {}
        self._rids = RidCounter()
        self._running = False
        self.http = LoopbackServer(port=port, clock=clock)
        self.faults = self.http.faults
        self.journal = self.http.journal
        self.http.route("*", "/", self._answer)
        self._pictures = pictures
        if pictures is not None:
            self.http.route("GET", PICTURES, self._picture)
        for shop in shops:
            self.add_shop(shop)

    @property
    def base_url(self) -> str:
        """What a client uses instead of ``https://api.weixin.qq.com``."""
        return self.http.base_url

    def add_shop(self, shop: WechatShop) -> None:
        """Serve one more shop; shops of one server know each other's cross-shop orders."""
        self._shops[shop.app_id] = shop
        shop.find_shop = self._shops.get
        if self._running:
            shop.picture_origin = self.base_url

    def start(self) -> Self:
        """Listen; see ``LoopbackServer.start``."""
        self.http.start()
        self._running = True
        for shop in self._shops.values():
            shop.picture_origin = self.base_url
        return self

    def stop(self) -> None:
        """End every connection; see ``LoopbackServer.stop``."""
        self._running = False
        self.http.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _answer(self, request: Request) -> Response:
        try:
            if request.path == STABLE_TOKEN:
                return self._stable_token(request)
            if request.path == PLAIN_TOKEN:
                return self._plain_token(request)
            return self._call(request)
        except RefusalError as refusal:
            answer = refusal.as_answer(self._rids.next(self._clock()))
            return Response.of_json(answer, code=str(refusal.errcode))

    def _picture(self, request: Request) -> Response:
        name = request.path.removeprefix(PICTURES + "/")
        known = {p.name: p for p in self._pictures.iterdir()} if self._pictures else {}
        if name not in known:
            return Response.of_text("", status=404)
        return Response(200, known[name].read_bytes(), "image/png")

    def _call(self, request: Request) -> Response:
        endpoint = ENDPOINTS.get(request.path)
        if endpoint is None:
            raise RefusalError(40066)
        _check_verb(request, endpoint.method)
        shop = self._shop_of_token(request.query.get("access_token", ""))
        with shop.lock:
            blocked = _blocked(shop)
            if blocked is not None:
                return blocked
            shop.tokens.check_token(request.query["access_token"])
            if not shop.sells:
                raise RefusalError(48001)
            shop.gate.count(request.path)
            body = _checked_body(request, endpoint, shop)
            return _success(shop, endpoint.handle(shop, body))

    def _shop_of_token(self, token: str) -> WechatShop:
        if not token:
            raise RefusalError(41001)
        for shop in self._shops.values():
            if shop.tokens.knows(token):
                return shop
        raise RefusalError(40001 if token.startswith("90_") else 40014)

    def _stable_token(self, request: Request) -> Response:
        _check_verb(request, "POST")
        raw = parse_body(request.body, literal_unicode_escapes=False)
        body = check_body(raw, _STABLE_SCHEMA, refuse_unknown=True)
        shop = self._shop_of_app(body["appid"])
        with shop.lock:
            blocked = _blocked(shop)
            if blocked is not None:
                return blocked
            token = shop.tokens.stable(
                body["grant_type"],
                body["secret"],
                force_refresh=body.get("force_refresh", False),
            )
        return Response.of_json(token, code="0")

    def _plain_token(self, request: Request) -> Response:
        _check_verb(request, "GET")
        shop = self._shop_of_app(request.query.get("appid", ""))
        with shop.lock:
            blocked = _blocked(shop)
            if blocked is not None:
                return blocked
            token = shop.tokens.plain(
                request.query.get("grant_type", ""), request.query.get("secret", "")
            )
        return Response.of_json(token, code="0")

    def _shop_of_app(self, app_id: str) -> WechatShop:
        shop = self._shops.get(app_id)
        if shop is None:
            raise RefusalError(40013)
        return shop


def _check_verb(request: Request, method: str) -> None:
    if request.method != method:
        raise RefusalError(43001 if method == "GET" else 43002)


def _checked_body(request: Request, endpoint: Endpoint, shop: ShopState) -> dict[str, Any]:
    if endpoint.method == "GET":
        return {}
    if endpoint.raw:
        kind = request.headers.get("content-type", "")
        return {"query": request.query, "content": request.body, "content_type": kind}
    quirks = shop.quirks
    raw = parse_body(request.body, literal_unicode_escapes=quirks.literal_unicode_escapes)
    return check_body(raw, endpoint.schema, refuse_unknown=quirks.refuse_unknown_fields)


def _blocked(shop: ShopState) -> Response | None:
    match shop.quirks.ip_block:
        case IpBlock.OFF:
            return None
        case IpBlock.HTTP_403:
            return Response(status=403, content_type="text/plain", code="403")
        case IpBlock.ERRCODE:
            seen = shop.quirks.seen_ip
            raise RefusalError(40164, f"invalid ip {seen} ipv6 ::ffff:{seen}, not in whitelist")


def _success(shop: ShopState, answer: dict[str, Any]) -> Response:
    envelope: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
    if shop.quirks.omit_errcode_on_success:
        envelope = {}
    if shop.quirks.unknown_fields_in_answers:
        envelope["unheard_of_field"] = {"version": 7, "items": ["x"]}
    return Response.of_json(envelope | answer, code="0")
