"""The front door: tokens, verbs, types and limits refuse a careless client."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from app.simulators.wechat.gateway import ENDPOINTS, WechatServer
from app.simulators.wechat.quirks import IpBlock
from app.simulators.wechat.shop import WechatShop
from tests.simulators.wechat_wire import APP_ID, SECRET, Client, Clock

INFO = "/channels/ec/basics/info/get"
ORDER_GET = "/channels/ec/order/get"
ORDER = {"order_id": "3732000000000000101"}


def test_the_same_stable_token_comes_back_with_less_life(client: Client, clock: Clock) -> None:
    first = client.log_in()
    clock.tick(6855)
    second = client.log_in()
    assert second["access_token"] == first["access_token"]
    assert (first["expires_in"], second["expires_in"]) == (7200, 345)
    assert "errcode" not in second
    assert len(second["access_token"]) == 512


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "wrong"}, 40125),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"grant_type": "password"}, 40002),
        ({"force_refresh": "true"}, 47001),
        ({"force_refresh": 1}, 47001),
    ],
)
def test_a_wrong_login_is_refused(client: Client, changes: dict[str, object], code: int) -> None:
    assert client.log_in(**changes)["errcode"] == code


def test_force_refresh_kills_the_old_token(client: Client) -> None:
    old = client.token
    client.log_in(force_refresh=True)
    assert client.token != old
    assert client.code(ORDER_GET, ORDER) == 0
    client.token = old
    assert client.code(ORDER_GET, ORDER) == 40001


def test_force_refresh_is_rationed(client: Client, clock: Clock) -> None:
    client.log_in(force_refresh=True)
    clock.tick(29)
    assert client.log_in(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        clock.tick(30)
        assert "errcode" not in client.log_in(force_refresh=True)
    clock.tick(30)
    assert client.log_in(force_refresh=True)["errcode"] == 45009
    clock.tick(86400)
    assert "errcode" not in client.log_in(force_refresh=True)


def test_an_early_force_refresh_may_also_change_nothing(client: Client, shop: WechatShop) -> None:
    shop.quirks.refuse_early_force_refresh = False
    first = client.log_in(force_refresh=True)["access_token"]
    assert client.log_in(force_refresh=True)["access_token"] == first


def test_an_expired_token_is_42001(client: Client, shop: WechatShop, clock: Clock) -> None:
    clock.tick(7200)
    assert client.code(ORDER_GET, ORDER) == 42001
    client.log_in()
    assert client.code(ORDER_GET, ORDER) == 0
    shop.tokens.expire_all()
    assert client.code(ORDER_GET, ORDER) == 42001


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("nonsense", 40014), ("90_xyz", 40001)])
def test_a_strange_token_is_refused(client: Client, token: str, code: int) -> None:
    client.token = token
    assert client.code(ORDER_GET, ORDER) == code


def test_the_token_counts_only_in_the_query_string(client: Client) -> None:
    answer = client.http.post(
        ORDER_GET,
        json={**ORDER, "access_token": client.token},
        headers={"Authorization": f"Bearer {client.token}"},
    )
    assert answer.json()["errcode"] == 41001


def test_each_plain_token_kills_the_one_before_but_not_the_stable_one(client: Client) -> None:
    def plain() -> str:
        params = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
        return str(client.http.get("/cgi-bin/token", params=params).json()["access_token"])

    stable = client.token
    first, second = plain(), plain()
    codes = []
    for client.token in (first, second, stable):
        codes.append(client.code(ORDER_GET, ORDER))
    assert codes == [40001, 0, 0]


def test_another_kind_of_account_may_not_call_the_shop(server: WechatServer, clock: Clock) -> None:
    program = WechatShop("wxmini0000000000", "s", clock=clock)
    program.sells = False
    server.add_shop(program)
    other = Client(server)
    other.log_in(appid="wxmini0000000000", secret="s")
    assert other.code(ORDER_GET, ORDER) == 48001
    other.close()


def test_an_order_of_another_shop_does_not_exist(server: WechatServer, clock: Clock) -> None:
    server.add_shop(WechatShop("wxother000000000", "s", clock=clock))
    other = Client(server)
    other.log_in(appid="wxother000000000", secret="s")
    assert other.code(ORDER_GET, ORDER) == 100002
    other.close()


def test_wrong_verbs_and_paths(client: Client) -> None:
    assert client.code(INFO, {}) == 43001
    assert client.code(INFO, {}, method="GET") == 0
    assert client.code(ORDER_GET, ORDER, method="GET") == 43002
    assert client.code("/cgi-bin/stable_token", {}, method="GET") == 43002
    assert client.code("/channels/ec/order/gets", ORDER) == 40066


def test_every_refusal_ends_in_a_rid_and_no_two_are_alike(client: Client) -> None:
    messages = [client.call(ORDER_GET, {"order_id": 1})["errmsg"] for _ in range(2)]
    rids = [re.search(r" rid: ([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})$", m) for m in messages]
    found = {match.group(1) for match in rids if match}
    assert len(found) == 2


def test_a_wrong_type_is_47001_and_names_the_field(client: Client) -> None:
    answer = client.call(ORDER_GET, {"order_id": 3732000000000000101})
    assert answer["errcode"] == 47001
    assert 'field "order_id"' in answer["errmsg"]
    assert "3732000000000000101" in answer["errmsg"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"order_id":NaN}', b'{"a":"\xff"}'])
def test_a_body_that_is_no_json_object_is_47001(client: Client, body: bytes) -> None:
    answer = client.http.post(ORDER_GET, params={"access_token": client.token}, content=body)
    assert answer.json()["errcode"] == 47001


def test_an_unknown_field_and_a_missing_one_are_40097(client: Client, shop: WechatShop) -> None:
    assert client.code(ORDER_GET, {**ORDER, "order_no": "1"}) == 40097
    assert client.code(ORDER_GET, {}) == 40097
    assert client.code(ORDER_GET, {"order_id": None}) == 40097
    shop.quirks.refuse_unknown_fields = False
    assert client.code(ORDER_GET, {**ORDER, "order_no": "1"}) == 0


def test_unicode_escapes_are_kept_as_they_were_typed(client: Client, shop: WechatShop) -> None:
    body = {"order_id": ORDER["order_id"], "merchant_notes": "缺\\货"}
    for ascii_only, stored in ((True, "\\u7f3a\\\\u8d27"), (False, "缺\\货")):
        client.http.post(
            "/channels/ec/order/merchantnotes/update",
            params={"access_token": client.token},
            content=json.dumps(body, ensure_ascii=ascii_only).encode(),
        )
        kept = shop.order_data(ORDER["order_id"])["order_detail"]["ext_info"]["merchant_notes"]
        assert kept == stored


def test_too_many_calls_in_a_minute_are_45011(
    client: Client, shop: WechatShop, clock: Clock
) -> None:
    shop.quirks.calls_per_minute = 3
    assert [client.code(ORDER_GET, ORDER) for _ in range(4)] == [0, 0, 0, 45011]
    clock.tick(60)
    assert client.code(ORDER_GET, ORDER) == 0


def test_one_endpoint_may_have_its_own_limit(client: Client, shop: WechatShop) -> None:
    shop.quirks.endpoint_calls_per_minute = {ORDER_GET: 1}
    assert [client.code(ORDER_GET, ORDER) for _ in range(2)] == [0, 45011]
    assert client.code(INFO, {}, method="GET") == 0


def test_a_day_has_its_limit_too(client: Client, shop: WechatShop, clock: Clock) -> None:
    shop.quirks.calls_per_day = 2
    assert [client.code(ORDER_GET, ORDER) for _ in range(3)] == [0, 0, 45009]
    clock.tick(3600)
    assert client.code(ORDER_GET, ORDER) == 45009


def test_a_blocked_address_is_told_in_two_ways(client: Client, shop: WechatShop) -> None:
    shop.quirks.ip_block = IpBlock.ERRCODE
    answer = client.call(ORDER_GET, ORDER)
    assert answer["errcode"] == 40164
    assert "203.0.113.9" in answer["errmsg"]
    assert client.log_in()["errcode"] == 40164
    shop.quirks.ip_block = IpBlock.HTTP_403
    bare = client.http.post(ORDER_GET, params={"access_token": client.token}, json=ORDER)
    assert (bare.status_code, bare.content) == (403, b"")


def test_answers_hold_fields_nobody_has_heard_of(client: Client, shop: WechatShop) -> None:
    assert "unheard_of_field" in client.call(ORDER_GET, ORDER)
    shop.quirks.unknown_fields_in_answers = False
    shop.quirks.omit_errcode_on_success = True
    assert set(client.call(ORDER_GET, ORDER)) == {"order"}


def test_a_given_errcode_is_answered_once(client: Client, server: WechatServer) -> None:
    server.faults.answer_json(ORDER_GET, {"errcode": -1, "errmsg": "system error"})
    assert [client.code(ORDER_GET, ORDER) for _ in range(2)] == [-1, 0]
    assert [call.code for call in server.journal.calls(ORDER_GET)] == ["-1", "0"]


def test_a_lost_answer_is_in_the_journal(client: Client, server: WechatServer) -> None:
    server.faults.lose_answer(ORDER_GET)
    with pytest.raises(httpx.RemoteProtocolError):
        client.call(ORDER_GET, ORDER)
    assert server.journal.calls(ORDER_GET)[0].code == "0"


def test_every_suggested_endpoint_is_served() -> None:
    wanted = {
        "basics/info/get",
        "order/list/get",
        "order/get",
        "order/search",
        "order/merchantnotes/update",
        "order/addressmodify/accept",
        "order/addressmodify/reject",
        "order/preshipmentchangesku/get",
        "order/preshipmentchangesku/approve",
        "order/preshipmentchangesku/reject",
        "order/sensitiveinfo/decode",
        "order/virtualtelnumber/get",
        "order/deliverycompanylist/new/get",
        "order/delivery/send",
        "order/deliveryinfo/update",
        "order/delivery/compensation",
        "aftersale/getaftersalelist",
        "aftersale/getaftersaleorder",
        "aftersale/acceptapply",
        "aftersale/rejectapply",
        "aftersale/rejectreason/get",
        "aftersale/acceptexchangereship",
        "product/list/get",
        "product/get",
        "product/stock/update",
        "product/stock/get",
        "product/stock/batchget",
        "merchant/address/list",
        "merchant/address/get",
    } | {
        f"logistics/ewaybill/biz/{name}"
        for name in (
            "account/get",
            "delivery/get",
            "order/precreate",
            "order/create",
            "order/get",
            "order/cancel",
            "order/addsuborder",
            "order/print",
            "order/batchprint",
            "print/get",
            "template/config",
            "template/get",
        )
    }
    assert {f"/channels/ec/{name}" for name in wanted} <= set(ENDPOINTS)
